"""Which numbers does a text say in English words? "five thousand and ten" -> 5010."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
DECADES = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SMALL = {word: value for value, word in enumerate(ONES)}
TENS = {word: 10 * value for value, word in enumerate(DECADES, start=2)}
SLIPS = {"fourty": 40, "fivety": 50, "ninty": 90, "fourtyfive": 45, "fortyfive": 45}
SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
VALUES = SMALL | TENS | SLIPS
LONGEST = 12  # words of one number; longer runs are lists, not numbers


class Spoken(NamedTuple):
    """A number said in words, and how many tokens it took."""

    value: int
    tokens: int


def say_number(value: int) -> str:
    """Return a number below 1000 in words: nine hundred and five."""
    if value < 20:
        return ONES[value]
    if value < 100:
        ten, one = divmod(value, 10)
        return DECADES[ten - 2] + (f"-{ONES[one]}" if one else "")
    hundred, rest = divmod(value, 100)
    return f"{ONES[hundred]} hundred" + (f" and {say_number(rest)}" if rest else "")


def read_number_words(words: Sequence[str], start: int = 0) -> Spoken | None:
    """Return the number that begins at `start`; hyphens are tokens of their own."""
    first = words[start] if 0 <= start < len(words) else ""
    if first not in VALUES and first not in SCALES:
        return None
    total, group, last, place = 0, 0, -1, start
    limit = min(len(words), start + LONGEST)
    end = start
    while place < limit:
        word = words[place]
        if word in VALUES:
            value = VALUES[word]
            # "twenty five" is one number, "five six" are two
            if last >= 0 and not (last == 100 or (value < 10 and 20 <= last < 100)):
                break
            group, last = group + value, value
        elif word in SCALES:
            scale = SCALES[word]
            if scale == 100:
                group, last = max(group, 1) * 100, 100
            else:
                total, group, last = total + max(group, 1) * scale, 0, 100
        elif word in ("and", "-") and last >= 0 and place + 1 < limit:
            if words[place + 1] not in VALUES or (word == "and" and last != 100):
                break
            place += 1
            continue
        else:
            break
        place += 1
        end = place
    return Spoken(total + group, end - start)
