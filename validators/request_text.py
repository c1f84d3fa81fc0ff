"""The text of a request while values are looked for in it."""

from __future__ import annotations

from validators.facts import GAP, lower
from validators.lengths import Length, read_lengths

Found = tuple[str, int, int]
"""How a value comes from the text, where that starts and where it ends."""
Kept = Found | None
UNDETERMINED: Found = ("undetermined", 0, 0)
DEFAULT: Found = ("default", 0, 0)


class Request:
    """The text of a request, what has been taken out of it, and what has been read in it."""

    __slots__ = ("_lengths", "low", "rest", "text")
    text: str
    low: str
    """The text in small letters."""
    rest: str
    """The same with gaps where values have been taken out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.low = self.rest = lower(text)
        self._lengths: list[Length] | None = None

    def take(self, start: int, end: int) -> None:
        """Take a passage out, so that nothing else is read in it."""
        rest = self.rest
        self.rest = f"{rest[:start]}{GAP * (end - start)}{rest[end:]}"

    def place_of(self, value: str) -> int:
        """Return where a text stands, rather where nothing has been taken out; -1: nowhere."""
        start = self.rest.find(value)
        return start if start >= 0 else self.text.find(value)

    @property
    def has_masks(self) -> bool:
        """An address may go on in words: slash 24, mask 255.255.255.0."""
        return "mask" in self.low or "slash" in self.low

    @property
    def lengths(self) -> list[Length]:
        """The lengths of time in what is left."""
        if self._lengths is None:
            self._lengths = read_lengths(self.rest)
        return self._lengths
