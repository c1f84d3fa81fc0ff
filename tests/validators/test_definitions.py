"""A finding says which part of the API definition it is about."""

from __future__ import annotations

import pytest

from callforge_core.config import load_yaml
from callforge_core.spec import load_spec
from callforge_core.spec_documents import keys_of
from datasets_src.bundled import releases, spec_path
from validators.definitions import Definitions

SCHEMAS = "/components/schemas"


@pytest.mark.parametrize(
    ("place", "pointer"),
    [
        (("applicationServer", "ipv4Address"), f"{SCHEMAS}/ApplicationServerIpv4Address"),
        (("qosProfile",), f"{SCHEMAS}/QosProfileName"),
        (("devicePorts", "ranges", 3, "from"), f"{SCHEMAS}/Port"),
        (("device", "imei"), f"{SCHEMAS}/Device"),
        (("priority",), f"{SCHEMAS}/CreateSession"),
        ((), f"{SCHEMAS}/CreateSession"),
    ],
)
def test_a_place_leads_to_the_nearest_definition(
    place: tuple[str | int, ...], pointer: str
) -> None:
    definitions = Definitions(load_spec(spec_path()).operation("createSession"))
    assert definitions.pointer_to(place) == pointer


@pytest.mark.parametrize(("api", "release"), releases())
def test_every_pointer_exists_in_the_document(api: str, release: str) -> None:
    path = spec_path(api, release)
    document = load_yaml(path)
    for operation in load_spec(path).operations.values():
        for pointer in Definitions(operation).pointers.values():
            node = document
            for key in keys_of(pointer):
                node = node[int(key)] if isinstance(node, list) else node[key]
