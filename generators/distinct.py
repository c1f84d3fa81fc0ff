"""Was this request said before? Memory of a fixed size for as many rows as are asked for."""

from __future__ import annotations

import hashlib

BITS_A_ROW = 64
PLACES = 4  # with 64 bits a row, one new request in 75,000 is taken for an old one


class Seen:
    """A Bloom filter (Bloom, 1970) over 64-bit marks: it never takes an old request for a new one.

    A new one taken for an old one costs a second draw. Takes 8 bytes a row.
    """

    __slots__ = ("bits", "mask")

    def __init__(self, rows: int) -> None:
        size = 1 << max(10, (rows * BITS_A_ROW - 1).bit_length())
        self.bits = bytearray(size >> 3)
        self.mask = size - 1

    def add(self, mark: int) -> bool:
        """Note a mark; say whether it is new."""
        # two halves give all places (Kirsch and Mitzenmacher, "Less hashing, same performance")
        place, step, mask, bits = mark & 0xFFFFFFFF, mark >> 32 | 1, self.mask, self.bits
        is_new = False
        for _ in range(PLACES):
            at = (place * 0x9E3779B1) & mask
            bit = 1 << (at & 7)
            if not bits[at >> 3] & bit:
                is_new = True
                bits[at >> 3] |= bit
            place += step
        return is_new


def hash_text(text: str) -> int:
    """Return a 64-bit mark of a text that is the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
