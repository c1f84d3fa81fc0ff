"""Memory of requests: never an old one for a new one, seldom a new one for an old one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generators.distinct import Seen, hash_text


@given(st.lists(st.text(), max_size=300))
def test_what_was_said_before_is_never_new(texts: list[str]) -> None:
    seen = Seen(max(1, len(texts)))
    said: set[str] = set()
    for text in texts:
        is_new = seen.add(hash_text(text))
        assert not (is_new and text in said)
        said.add(text)


def test_a_full_memory_takes_few_new_requests_for_old_ones() -> None:
    rows = 65536  # fills the power of two exactly: the worst case
    seen = Seen(rows)
    assert sum(not seen.add(hash_text(f"request {n}")) for n in range(rows)) <= 4
    wrong = sum(not Seen.add(seen, hash_text(f"other {n}")) for n in range(20_000))
    assert wrong <= 4


def test_memory_is_8_to_16_bytes_a_row() -> None:
    for rows in (1000, 65536, 65537, 1_000_000):
        assert 8 * rows <= len(Seen(rows).bits) <= 16 * rows + 128
