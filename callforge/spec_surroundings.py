"""What of a document lies around its request bodies? Things that are read by nobody here."""

from __future__ import annotations

from callforge_core.spec_documents import Place
from callforge_core.spec_notes import Notes
from callforge_core.spec_operations import METHODS, Site

BESIDE = {
    "servers": "where requests go",
    "security": "who may send them",
}
ITEM_WORDS = {"$ref", "summary", "description", "servers", "parameters", *METHODS}
DIALECTS = ("https://spec.openapis.org/oas/", "https://json-schema.org/draft/2020-12/schema")


def note_surroundings(root: Place, sites: list[Site], notes: Notes) -> None:
    """Note what stands around the operations and is not compiled."""
    note_root(root, notes)
    for site in sites:
        for owner, words in ((site.place, ("servers", "security")), (site.item, ("servers",))):
            for key in words:
                if key in owner.node:
                    notes.hint(owner, key, f"{BESIDE[key]}: not compiled", key)
        callbacks = site.place.node.get("callbacks")
        for name in callbacks if isinstance(callbacks, dict) else ():
            sentence = f"the callback {name} is a request of the API to you: not compiled"
            notes.hint(site.place, "callback", sentence, "callbacks", name)
        for key in site.item.node:
            if key not in ITEM_WORDS and not key.startswith("x-"):
                sentence = f"{key!r:.40} is no method of OpenAPI 3.1: not compiled"
                notes.lost(site.item, "method", sentence, key)
        responses = site.place.node.get("responses")
        for status, answer in responses.items() if isinstance(responses, dict) else ():
            if isinstance(answer, dict) and "links" in answer:
                sentence = "what to do with an answer: not compiled"
                notes.hint(site.place, "links", sentence, "responses", status, "links")
        if not isinstance(site.place.node.get("operationId"), str):
            sentence = f"it has no operationId: it is called {site.operation_id!r}"
            notes.hint(site.place, "operationId", sentence)


def note_root(root: Place, notes: Notes) -> None:
    """Note what a document says of itself, and is not compiled."""
    node = root.node
    for key, what in BESIDE.items():
        if key in node:
            notes.hint(root, key, f"{what}: not compiled", key)
    webhooks = node.get("webhooks")
    for name in webhooks if isinstance(webhooks, dict) else ():
        sentence = f"the webhook {name} is a request of the API to you: not compiled"
        notes.hint(root, "webhook", sentence, "webhooks", name)
    if str(node["openapi"])[:3] not in ("3.0", "3.1"):
        notes.changed(root, "openapi", "a version after 3.1 is read as 3.1", "openapi")
    dialect = node.get("jsonSchemaDialect")
    if dialect is not None and not str(dialect).startswith(DIALECTS):
        sentence = "another dialect than that of OpenAPI 3.1: read as if it were that"
        notes.changed(root, "jsonSchemaDialect", sentence, "jsonSchemaDialect")
    if not isinstance(node["info"].get("version"), str):
        sentence = "the version is no text: as a number it loses zeros; put it in quotes"
        notes.changed(root, "version", sentence, "info", "version")
