"""Which lengths of time does a text state, in seconds? Units, words, fractions, clock times.

A reading is firm when the text plainly says "this long"; others are only possible ("in 5 minutes",
a clock time without its partner). Only English words are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from validators.clocks import iter_clock_spans
from validators.number_words import SCALES, VALUES, read_number_words

UNITS: dict[str, int] = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "secound", "secounds", "secods"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "mn", "mns"), 60),
    **dict.fromkeys(("minuts", "minuites", "mintes", "minuted", "mintues", "minues"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "hous", "huors", "horus", "houres"), 3600),
    **dict.fromkeys(("day", "days"), 86400),
    **dict.fromkeys(("week", "weeks"), 604800),
    **dict.fromkeys(("minuten", "minuti", "minutos", "minuto", "minuut"), 60),
    **dict.fromkeys(("stunde", "stunden", "heure", "heures", "hora", "horas"), 3600),
    **dict.fromkeys(("segundos", "secondes", "sekunden", "secondi"), 1),
    **dict.fromkeys(("dagen", "dag"), 86400),
    **dict.fromkeys(("fortnight", "fortnights"), 1209600),
}
HOURS_EACH = {3600: 60, 60: 1, 86400: 3600}
"""Unit -> the unit of a bare number behind it: one hour ten, 4m30, a day and 6."""
FILLERS = frozenset(
    ("full", "whole", "entire", "good", "solid", "straight", "more", "additional", "extra")
)
BEFORE_LOOSE = frozenset(("in", "within", "after", "every", "each", "ago", "per", "last", "past"))
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+|[½¼¾]|[^\sa-z\d]")
ISO = re.compile(r"\bp(?:(\d{1,5})d)?t(?=\d)(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?\b")
GLYPHS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
PARTS = {"half": 0.5, "quarter": 0.25, "quarters": 0.25, "third": 1 / 3, "thirds": 1 / 3}
UNCLEAR = re.compile(
    r"\b(?:until|untill|till|til|tonight|overnight|midnight|noon|midday|mornings?|afternoon|evening"
    r"|night|nights|weekends?|months?|years?|rest|end of|deadline|while|twice|double|triple|each"
    r"|per|times|fold|o'clock|shift|semester|all day|by \d|starting|ending|ends?|starts? at)\b"
)
UNIT = re.compile(
    r"[hmsdwf](?<![a-z].)(?:rs?|our?s?|ous|uors|orus|oures|ns?|in|ins|inute[sd]?|inuts|inuites|intes"
    r"|intues|inues|inuten|inuti|inutos?|inuut|tunden?|eures?|oras?|egundos|econdes|ekunden|econdi|agen|ag|ecs?|econds?|ecounds?|ecods|ays?|eeks?|ortnights?)?(?![a-z])"
)
NEXT = frozenset(("next", "coming", "following"))
AMOUNTS = frozenset(
    (*NEXT, "a", "an", "and", "of", "-", "/", "couple", *FILLERS, *PARTS, *GLYPHS, *VALUES, *SCALES)
)
CLOCK_HINT = re.compile(r"\d(?::\d\d|h\d\d|\s?[ap]\.?m\b)")
BEFORE, BEHIND = 44, 30  # characters around a unit that may belong to its length
MOST = 40  # readings; a longer list of lengths is no request


class Length(NamedTuple):
    """A length of time and where the text states it."""

    seconds: float
    start: int
    end: int
    firm: bool


class Words:
    """The tokens of a passage in small letters, with their places."""

    __slots__ = ("spans", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text: list[str] = []
        self.spans: list[tuple[int, int]] = []
        for match in TOKEN.finditer(text, start, end):
            self.text.append(match[0])
            self.spans.append(match.span())

    def at(self, place: int) -> str:
        """Return a token, nothing beyond the end."""
        try:
            return self.text[place] if place >= 0 else ""
        except IndexError:
            return ""

    def glued(self, place: int) -> bool:
        """Say whether a token touches the one before it."""
        return 0 < place < len(self.spans) and self.spans[place - 1][1] == self.spans[place][0]


def read_lengths(text: str) -> list[Length]:
    """Return the lengths of time in a text of small letters, at most MOST of them."""
    found: list[Length] = []
    done = 0
    for match in UNIT.finditer(text):
        unit, behind = match.span()
        if unit >= done and len(found) < MOST:
            words = Words(text, max(done, unit - BEFORE), behind + BEHIND)
            done = read_around(words, unit, found) or done
    if CLOCK_HINT.search(text) or "noon" in text or "midday" in text or "midnight" in text:
        found += (Length(*span) for span in iter_clock_spans(text))
    for match in ISO.finditer(text) if "pt" in text or "dt" in text else ():
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        total = days * 86400 + hours * 3600 + minutes * 60 + seconds
        found.append(Length(total, *match.span(), firm=True))
    return [*found, *sums(found)] if len(found) > 1 else found


def read_around(words: Words, unit: int, into: list[Length]) -> int | None:
    """Read the length whose unit starts at a place of the text; return where it ends."""
    last = next(place for place, (start, _) in enumerate(words.spans) if start == unit)
    first = last
    while first > 0 and (words.text[first - 1] in AMOUNTS or words.text[first - 1][0].isdigit()):
        first -= 1
    for place in range(first, last):
        step = read_length(words, place, into)
        if step:
            return words.spans[step - 1][1]
    return None


def is_unclear(text: str) -> bool:
    """Say whether a text of small letters speaks of time in words that are not read here."""
    return UNCLEAR.search(text) is not None


def sums(found: list[Length]) -> Iterator[Length]:
    """Yield the total of all firm lengths: an hour for the test and ten minutes more."""
    firm = [length for length in found if length.firm]
    if len(firm) > 1:
        total = sum(length.seconds for length in firm)
        yield Length(total, firm[0].start, firm[-1].end, firm=False)


def read_length(words: Words, start: int, into: list[Length]) -> int | None:
    """Read one length that begins at a token; return the token after it."""
    head = read_amount(words, start)
    if head is None:
        return None
    if words.at(start)[0].isdigit() and words.glued(start) and words.at(start - 1).isalpha():
        return None  # M2M, 4K60s
    amount, place = head
    while words.at(place) in FILLERS or words.at(place) == "-":
        place += 1
    unit = UNITS.get(words.at(place))
    if unit is None:
        return None
    ordinal = words.at(place) == "second" and words.at(start) in ("a", "one")
    firm = words.at(start - 1) not in BEFORE_LOOSE and not ordinal
    total, place, lower = amount * unit, place + 1, unit
    begin = words.spans[start][0]
    seen = [total]
    while unit is not None:
        tail = read_tail(words, place, unit)
        if tail is None:
            break
        more, place, unit, certain = tail
        total += more
        seen = [total] if certain else [*seen, total]
    end = words.spans[place - 1][1]
    into += [Length(seconds, begin, end, firm) for seconds in seen]
    into += other_end(words, start, lower, end)
    return place


def other_end(words: Words, start: int, unit: int, end: int) -> list[Length]:
    """Return the lower end of "2 to 3 hours"."""
    if start > 1 and words.at(start - 1) in ("-", "–", "to", "or"):
        low = number_of(words.at(start - 2)) or spoken(words, start - 2)
        if low:
            return [Length(low * unit, words.spans[start - 2][0], end, firm=False)]
    return []


def spoken(words: Words, place: int) -> float | None:
    """Return the number word at a place."""
    number = read_number_words(words.text, place)
    return float(number.value) if number else None


def read_amount(words: Words, start: int) -> tuple[float, int] | None:
    """Return a number in digits, words or fractions, and the token after it."""
    word = words.at(start)
    if word in ("a", "an"):
        return read_article(words, start + 1)
    if word in ("half", "quarter", "third") or word in GLYPHS:
        return PARTS.get(word) or GLYPHS[word], skip_of(words, start + 1)
    if word in NEXT:
        return (
            (1.0, start + 1) if words.at(start + 1) in ("hour", "minute", "day", "week") else None
        )
    if word == "couple":
        return 2.0, skip_of(words, start + 1)
    value = number_of(word)
    place = start + 1
    if value is None:
        number = read_number_words(words.text, start)
        if number is None:
            return None
        value, place = float(number.value), start + number.tokens
    return read_fraction(words, value, place)


def read_article(words: Words, place: int) -> tuple[float, int] | None:
    """Read on after "a": a half hour, a couple of days, a full hour."""
    if words.at(place) in PARTS or words.at(place) == "couple":
        return read_amount(words, place)
    if words.at(place) in ("hundred", "thousand"):
        number = read_number_words(words.text, place)
        return (float(number.value), place + number.tokens) if number else None
    return 1.0, place


def read_fraction(words: Words, value: float, place: int) -> tuple[float, int]:
    """Read what may follow a number: a half, 1/2, quarters of an."""
    if words.at(place) == "/" and words.glued(place) and number_of(words.at(place + 1)):
        return value / (number_of(words.at(place + 1)) or 1), skip_of(words, place + 2)
    if words.at(place) in GLYPHS:
        return value + GLYPHS[words.at(place)], place + 1
    if words.at(place + 1) == "/" and number_of(words.at(place)) and number_of(words.at(place + 2)):
        top, bottom = number_of(words.at(place)) or 0, number_of(words.at(place + 2)) or 1
        return value + top / bottom, place + 3
    hyphen = place + (words.at(place) == "-")
    if words.at(hyphen) in PARTS:
        return value * PARTS[words.at(hyphen)], skip_of(words, hyphen + 1)
    part = skip_and(words, place)
    if part > place and words.at(part) in PARTS and not follows_unit(words, part + 1):
        return value, place
    if part > place and words.at(part) in PARTS:
        return value + PARTS[words.at(part)], part + 1
    return value, place


def follows_unit(words: Words, place: int) -> bool:
    """Say whether a unit stands at a place: and a half HOURS."""
    return words.at(place) in UNITS


def skip_and(words: Words, place: int) -> int:
    """Return the place after "and a", "and"."""
    if words.at(place) == "and":
        place += 1
        if words.at(place) in ("a", "an"):
            place += 1
    return place


def skip_of(words: Words, place: int) -> int:
    """Return the place after "of an", "of", "a", "-"."""
    for word in ("-", "of", "an", "a"):
        if words.at(place) == word:
            place += 1
    return place


def read_tail(words: Words, place: int, unit: int) -> tuple[float, int, int | None, bool] | None:
    """Return what is added behind a unit: seconds, next token, its unit, whether that is certain.

    "and a half", "30 minutes", "and ten", "1h30".
    """
    after = skip_and(words, place)
    if words.at(after) in PARTS and words.at(after + 1) not in (*UNITS, "of", "an", "a"):
        return unit * PARTS[words.at(after)], after + 1, None, True
    comma = words.at(place) == ","
    begin = place + 1 if comma or words.at(place) in ("and", "plus", "&", "+") else place
    head = None if words.at(begin) in ("a", "an") else read_amount(words, begin)
    if head is None:
        return None
    amount, end = head
    if words.at(end) == "-":
        end += 1
    smaller = UNITS.get(words.at(end))
    if smaller is not None:
        return (amount * smaller, end + 1, smaller, not comma) if smaller < unit else None
    if words.at(end) in PARTS or comma or unit not in HOURS_EACH or not 0 < amount < 60:
        return None
    # "an hour and quarter" aside, a bare number may be something else unless it is glued or a word
    certain = words.glued(begin) or not words.at(begin)[:1].isdigit()
    return amount * HOURS_EACH[unit], end, None, certain


def number_of(word: str) -> float | None:
    """Return the value of digits; 1,000 is a thousand, 1,5 one and a half."""
    if not word[:1].isdigit() or len(word) > 15 or not word.isascii():
        return None
    if "," in word:
        head, *groups = word.split(",")
        whole = all(len(group) == 3 for group in groups) and "." not in word
        word = head + "".join(groups) if whole else word.replace(",", ".")
    try:
        return float(word)
    except ValueError:
        return None
