"""Short rows that teach one value: the words of a request for it, and its part of the call.

    user: "Only the duration: an hour and a half"    assistant: {"duration":5400}

Small models copy values soon and compute them late. A row like this costs a fraction of a whole one
and has nothing but the conversion in it. They go into the training split alone, made from its own
samples, so that no split learns what another one holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from callforge_core.jsonl import render_json
from callforge_core.prompting import LENGTHS, answer, messages
from callforge_core.records import Sample

Part = tuple[str, str, Any]
"""The name of a fact, its words, and its value."""
BESIDE = re.compile(r"[^a-z0-9]+")


def iter_auxiliary_rows(
    samples: Iterable[Sample], system: str, *, each: int
) -> Iterator[dict[str, Any]]:
    """Yield up to `each` rows for every sample that says how it words its facts.

    The length of time comes first, then facts that are not said as they are written, another one
    for every sample.
    """
    for index, sample in enumerate(samples):
        parts = list(iter_parts(sample)) if sample.decision == "call" and each else []
        first = [part for part in parts if part[0] in LENGTHS]
        others = [part for part in parts if part[0] not in LENGTHS]
        turn = index % len(others) if others else 0
        for name, words, value in [*first, *others[turn:], *others[:turn]][:each]:
            *outer, last = name.split(".")
            part: dict[str, Any] = {last: value}
            for key in reversed(outer):
                part = {key: part}
            yield {
                "id": f"{sample.id}.{name}",
                "prompt": messages(system, f"Only the {(outer or [last])[0]}: {words}"),
                "completion": answer(render_json(part)),
                "cluster": sample.cluster,
                "family": sample.family,
            }


def iter_parts(sample: Sample) -> Iterator[Part]:
    """Yield the facts of a sample whose words have to be turned into their value."""
    for name, words in sample.facts.items():
        value: Any = sample.payload
        for key in name.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if value is None or not isinstance(words, str):
            continue
        if name in LENGTHS or isinstance(value, dict) or plain(words) != plain(value):
            yield name, words, value


def plain(value: object) -> str:
    """Return letters and digits alone: what differs in nothing else need not be learned."""
    return BESIDE.sub("", str(value).casefold())
