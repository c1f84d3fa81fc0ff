"""Is this payload a call that the API accepts? The one face of the validators."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from callforge_core.records import Issue, Verdict
from callforge_core.spec import Operation
from validators.catalogue import Catalogue, iter_catalogue_issues


class Validator:
    """Checks payloads of one operation against its release and a profile catalogue. Does not pickle."""

    def __init__(self, operation: Operation, catalogue: Catalogue) -> None:
        self.operation = operation
        self.catalogue = catalogue
        self.engine: Any = jsonschema_rs.Draft4Validator(operation.closed, validate_formats=True)

    def iter_issues(self, payload: object) -> Iterator[Issue]:
        """Yield every issue of a payload, in layer order."""
        for error in self.engine.iter_errors(payload):
            path = "$" + "".join(
                f"[{k}]" if isinstance(k, int) else f".{k}" for k in error.instance_path
            )
            yield Issue(
                cls="T1", code="schema.any", path=path, message=error.message, layer="schema"
            )
        if isinstance(payload, dict):
            yield from iter_catalogue_issues(payload, self.catalogue)

    def verdict(self, payload: object) -> Verdict:
        """Return all issues of a payload."""
        return Verdict(issues=tuple(self.iter_issues(payload)))

    def verdict_text(self, text: str) -> Verdict:
        """Return all issues of a text that should be exactly one JSON object."""
        return self.verdict(json.loads(text))
