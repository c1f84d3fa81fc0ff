"""How is a length of time usually said? The common wordings, tried before a request is parsed.

    "half an hour" in usual_words(1800)

What is found here is beyond doubt: nothing before or behind it makes another length of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from validators.number_words import SCALES, VALUES, read_number_words, say_number

IDIOMS: dict[int, tuple[str, ...]] = {
    900: ("quarter of an hour", "quarter hour"),
    1800: ("half an hour", "half-hour", "half hour", "1/2 hour"),
    2700: ("three quarters of an hour", "three-quarters of an hour"),
    3600: ("an hour", "one full hour", "full hour"),
    4500: ("an hour and a quarter",),
    5400: ("an hour and a half",),
    7200: ("couple of hours",),
    43200: ("half a day",),
    60: ("a minute",),
    86400: ("a day", "full day", "one whole day"),
}
JOINTS = frozenset("-–./,½¼¾")
PARTIAL = ("quarter of ", "quarters of ", "half of ", "third of ")
HALF = " and a half hours"
PARTS_BEFORE = frozenset(
    ("half", "quarter", "quarters", "and", "hundred", *VALUES, *SCALES, "plus", "to", "or")
)
ENDING = re.compile(r"(?:s|ute|utes|ond|onds|mins)?(?![a-z\d])\.?")


def one_of(words: Iterable[str]) -> str:
    """Return a pattern of words, grouped by first letter: most texts then fail after one step."""
    groups: dict[str, list[str]] = {}
    for word in words:
        groups.setdefault(word[0], []).append(word[1:])
    return "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in sorted(groups.items()))


# a number that goes on with a length; "3)" and "3. " count the points of a list
MORE = rf"(?:\d(?!\d?[).] )|[½¼¾]|(?:{one_of(('half', 'quarter', 'third', *VALUES))})\b)"
GOES_ON = re.compile(
    rf"[ ,-]{{0,2}}(?:(?:and|plus|less|minus|or|to|a)\s(?:a\s|an\s)?{MORE}|{MORE}|[&+])"
)


@lru_cache(maxsize=4096)
def usual_words(seconds: int) -> tuple[str, ...]:
    """Return wordings of a length in small letters, units cut where they may be longer."""
    words = list(IDIOMS.get(seconds, ()))
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if not left and seconds < 60_000:
        words.append(f"{say_number(seconds // 60)} min")
    if not rest and 0 < hours <= 48:
        words.append(f"{say_number(hours)} hour")
    if seconds < 1000:
        words.append(f"{say_number(seconds)} sec")
    if rest == 1800 and 0 < hours < 24:
        words += (f"{say_number(hours)}{HALF}", f"{hours}{HALF}", f"{hours} 1/2 hour")
        words.append(f"{say_number(hours)} hours and a half")
    if minutes and not left and 0 < hours < 24:
        words += mixed(hours, minutes, "h", "m")
    if minutes and left and not hours:
        words += mixed(minutes, left, "m", "s")
    if seconds % 86400 == 0 and 0 < seconds < 8_640_000:
        words.append(f"{say_number(seconds // 86400)} day")
    return tuple(words)


def mixed(big: int, small: int, first: str, second: str) -> tuple[str, ...]:
    """Return wordings of two units: 1h 30m, one hour and thirty minutes."""
    name, part = {"h": ("hour", "min"), "m": ("minute", "sec")}[first]
    name += "s" * (big > 1)
    brief = {"h": "h", "m": "min"}[first]
    in_words = f"{say_number(big)} {name}", say_number(small)
    return (
        f"{big}h{small:02d}" if first == "h" else f"{big}m{small}s",
        f"{big}{first} {small}{second}",
        f"{big} {brief} {small} {'min' if first == 'h' else 's'}",
        f"{big} {name} and {small} {part}",
        f"{big} {name} {small} {part}",
        f"{in_words[0]} and {in_words[1]} {part}",
        f"{in_words[0]} {in_words[1]}",
        f"{big}hr {small}min",
    )


DECADE = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
UNDER_TEN = "one|two|three|four|five|six|seven|eight|nine"
NUMBER = (
    r"\d{1,3}(?:,\d{3})+|\d{1,6}"
    rf"|(?:{DECADE})(?:[ -](?:{UNDER_TEN}))?|(?:four|six|seven|eight|nine)teen|thirteen|fifteen"
    rf"|ten|eleven|twelve|{UNDER_TEN}|an?(?=[ -](?:day|hour|hr|min|sec))"  # "I am" is no minute
)
NAMED = r"days?|h(?:ou)?rs?|h|min(?:ute)?s?|m|sec(?:ond)?s?|s"
TWO_UNITS = re.compile(
    rf"(?<![\w.,:/½¼¾–-])({NUMBER})[ -]?({NAMED})"
    rf"(?:(?:,? (?:and )?|)({NUMBER})[ -]?({NAMED})|(?: and |(?<=\dh))({NUMBER}))?(?![a-z\d])\.?"
)
NAMED_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def find_two_units(seconds: int, text: str) -> tuple[int, int] | None:
    """Return where a text of small letters plainly says a length in one or two units."""
    for match in TWO_UNITS.finditer(text):
        amount, unit, more, smaller, bare = match.groups()
        size = NAMED_SECONDS[unit[0]]
        total = number_in(amount) * size
        if smaller is not None:
            small = NAMED_SECONDS[smaller[0]]
            total = total + number_in(more) * small if small < size else -1
        elif bare is not None:  # an hour and forty-five, 1h30
            total = total + number_in(bare) * 60 if size == 3600 else -1
        start, end = match.span()
        partial = text.endswith(PARTIAL, 0, start)
        if total == seconds and not partial and is_whole(text, start, end):
            return start, end
    return None


@lru_cache(maxsize=1024)
def number_in(words: str) -> int:
    """Return the number that digits or number words say; an article is one."""
    if words[0].isdigit():
        return int(words.replace(",", ""))
    if words in ("a", "an"):
        return 1
    spoken = read_number_words(re.findall("[a-z]+", words))
    return spoken.value if spoken else 0


def find_usual(seconds: int, text: str) -> tuple[int, int] | None:
    """Return where a text of small letters plainly says a length in a usual wording."""
    for words in usual_words(seconds):
        start = text.find(words)
        if start >= 0:
            ending = ENDING.match(text, start + len(words))
            part = text.endswith(PARTIAL, 0, start)
            if ending and not part and is_whole(text, start, ending.end()):
                return start, ending.end()
    return None


def is_whole(text: str, start: int, end: int) -> bool:
    """Say whether nothing around a wording belongs to the same length."""
    before = text[max(0, start - 12) : start]
    if before[-1:].isalnum() or before[-1:] in JOINTS:
        return False
    if before[-1:] == ":" and before[-2:-1].isdigit():
        return False
    word = before.rstrip(" ").rpartition(" ")[2]
    if word in PARTS_BEFORE or word[-1:].isdigit():
        return False
    return GOES_ON.match(text, end) is None
