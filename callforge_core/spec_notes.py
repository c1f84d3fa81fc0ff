"""What of a document was not compiled, and what does it mean? Collected while compiling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from callforge_core.spec_documents import Place, escape

Effect = Literal["lost", "changed", "hint"]
"""lost: verdicts are incomplete. changed: it means something else, or less, than it seems to.
hint: it has no influence on requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One construct that was not compiled as it is written."""

    where: str
    """JSON pointer, with the file in front when it is another than the document's."""
    about: str
    """The construct, in a word or two: what notes are grouped by."""
    sentence: str
    effect: Effect

    def to_json(self) -> dict[str, Any]:
        """Return the note for machines."""
        return {
            "pointer": self.where,
            "about": self.about,
            "effect": self.effect,
            "sentence": self.sentence,
        }


class Notes:
    """Notes in the order they were made, each once."""

    def __init__(self) -> None:
        self.found: dict[Note, None] = {}

    def __iter__(self) -> Iterator[Note]:
        return iter(self.found)

    def lost(self, place: Place, about: str, sentence: str, *keys: object) -> None:
        """Note what could not be compiled, at a place or at keys below it."""
        self.add("lost", place, about, sentence, keys)

    def changed(self, place: Place, about: str, sentence: str, *keys: object) -> None:
        """Note what means something else, or less, than it seems to."""
        self.add("changed", place, about, sentence, keys)

    def hint(self, place: Place, about: str, sentence: str, *keys: object) -> None:
        """Note what has no influence on requests."""
        self.add("hint", place, about, sentence, keys)

    def add(
        self, effect: Effect, place: Place, about: str, sentence: str, keys: tuple[object, ...]
    ) -> None:
        """Note something."""
        tail = Place(place.document, place.pointer + "".join(f"/{escape(k)}" for k in keys), None)
        self.found[Note(where=tail.where, about=about, sentence=sentence, effect=effect)] = None
