"""Which other lengths of time can be said in the form that somebody chose?

    options_for("45 minutes", 2700, "") -> ("30 minutes", 1800), ("40 minutes", 2400), ...
    options_for("half an hour", 1800, "for ") -> ("an hour", 3600), ("twenty minutes", 1200), ...

The unit, the spelling of numbers and the joints stay; the numbers change. No options: the form is
not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from validators.number_words import read_number_words
from validators.number_words import say_number as number_words

Option = tuple[str, int]

POOLS: dict[int, tuple[int, ...]] = {  # seconds of the unit -> amounts that people say with it
    1: (*range(5, 60, 5), *range(60, 300, 30), *range(300, 1200, 60), *range(1200, 7201, 300),
        9000, 10800, 14400, 18000, 21600, 28800, 36000, 43200, 86400),
    60: (*range(2, 16), *range(20, 96, 5), 100, 105, 110, 120, 135, 150, 180, 200, 240, 300, 360),
    3600: (*range(2, 25), 30, 36, 48, 60, 72, 96),
    86400: (*range(2, 15), 20, 21, 28, 30),
    604800: (2, 3, 4, 6, 8),
}  # fmt: skip
REST = (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55)
UNIT = re.compile(
    r"(?:(s|secs?|seconds?|sekunden|segundos|secondes|secondi)"
    r"|(m|mins?|minutes?|minuten|minuti|minutos)"
    r"|(h|hrs?|hours?|stunden|heures|horas|ore|uur)"
    r"|(d|days?|tage|tagen|giorni|jours|d[ií]as|dagen)|(w|weeks?))\.?",
    re.IGNORECASE,
)
SIZES = (1, 60, 3600, 86400, 604800)
SINGULAR = frozenset({"second", "sec", "minute", "min", "hour", "hr", "day", "week"})
AMOUNT = r"(\d+|[a-z]+(?:[ -](?:and )?[a-z]+)*?)"
ONE = re.compile(rf"{AMOUNT}([ -]?)([a-z]+)", re.IGNORECASE)
TWO = re.compile(rf"{AMOUNT}( ?)([a-z]+)(,? and |, | ?){AMOUNT}( ?)([a-z]+)", re.IGNORECASE)
HALF_INSIDE = re.compile(rf"{AMOUNT}( and a half | 1/2 |½ ?)([a-z]+)", re.IGNORECASE)
HALF_BEHIND = re.compile(rf"{AMOUNT}( )([a-z]+)( and a half)", re.IGNORECASE)
DECIMAL = re.compile(r"(\d+)([.,])5( ?)([a-z]+)", re.IGNORECASE)
BRIEF = re.compile(r"(\d+)(h)([0-5]\d)", re.IGNORECASE)
PART = re.compile(r"([1-3])/([24])( of an hour)", re.IGNORECASE)
CLOCK = r"(\d{1,2})(?:([:.h])(\d\d))?( ?[ap]\.?m\b\.?)?"
CLOCKS = re.compile(rf"{CLOCK}((?: |-|–).{{0,16}}?){CLOCK}", re.IGNORECASE)
OPEN = re.compile(r"8|1[18](?!\d)|an?\b|eigh|eleven|hour|half an", re.IGNORECASE)
ARTICLE = re.compile(r"\b(an?) $", re.IGNORECASE)
BOUND = re.compile(r"\b(?:the|another|this|that|next|last|whole|each|every|my|full|our|a|an) $")
FACTOR = 3  # a request for half an hour is not about a week
IDIOMS: dict[int, tuple[str, ...]] = {
    60: ("a minute",),
    120: ("two minutes",),
    300: ("five minutes",),
    600: ("ten minutes",),
    900: ("a quarter of an hour",),
    1200: ("twenty minutes",),
    1800: ("half an hour",),
    2400: ("forty minutes",),
    2700: ("three quarters of an hour",),
    3600: ("an hour", "one hour"),
    4500: ("an hour and a quarter",),
    5400: ("an hour and a half",),
    7200: ("two hours", "a couple of hours"),
    9000: ("two and a half hours",),
    10800: ("three hours",),
    14400: ("four hours",),
    21600: ("six hours",),
    43200: ("half a day", "twelve hours"),
    86400: ("a day", "one day"),
    172800: ("two days", "a couple of days"),
    259200: ("three days",),
    432000: ("five days",),
    604800: ("a week", "one week"),
    1209600: ("two weeks", "a fortnight"),
}
SET_PHRASES = {
    words: seconds
    for seconds, phrases in IDIOMS.items()
    for words in phrases
    if words.startswith(("a ", "an ", "one ", "half ", "three quarters"))
}


@lru_cache(maxsize=2048)
def options_for(words: str, seconds: int, before: str) -> tuple[Option, ...]:
    """Return other lengths in the form of `words`, near to its own `seconds`.

    `before` is the text in front: an article there fits every option.
    """
    near = range(-(-seconds // FACTOR), seconds * FACTOR + 1)
    article = ARTICLE.search(before)
    found: dict[str, int] = {}
    for text, length in iter_options(words, seconds, before):
        if length == seconds or length not in near or text.lower() == words.lower():
            continue
        if article and is_open(text) != (article[1].lower() == "an"):
            continue
        text = text[0].upper() + text[1:] if words[0].isupper() else text
        found.setdefault(text, length)
    return tuple(found.items())


def is_open(text: str) -> bool:
    """Say whether a text begins with a vowel sound, so that "an" stands in front."""
    return OPEN.match(text) is not None


def iter_options(words: str, seconds: int, before: str) -> Iterator[Option]:
    """Yield the lengths of the first form that fits."""
    low = words.lower()
    if low in SET_PHRASES:
        if not BOUND.search(before.lower()):
            yield from ((text, size) for size, texts in IDIOMS.items() for text in texts)
    elif words.isdigit():
        yield from ((str(size), size) for size in POOLS[1] if size >= 60)
    elif match := BRIEF.fullmatch(words):
        pairs = product(range(1, 10), REST)
        yield from ((f"{h}{match[2]}{m:02d}", h * 3600 + m * 60) for h, m in pairs)
    elif match := CLOCKS.fullmatch(words):
        yield from clock_options(match)
    elif match := PART.fullmatch(words):
        yield from ((f"{part}{match[3]}", size) for part, size in
                    (("1/4", 900), ("1/2", 1800), ("3/4", 2700)))  # fmt: skip
    elif match := DECIMAL.fullmatch(words):
        size = unit_size(match[4])
        yield from ((f"{n}{match[2]}5{match[3]}{match[4]}", n * size + size // 2)
                    for n in range(1, 10))  # fmt: skip
    else:
        yield from worded_options(words, seconds)


def worded_options(words: str, seconds: int) -> Iterator[Option]:
    """Yield the lengths of forms with amounts in digits or words and units."""
    if (match := HALF_INSIDE.fullmatch(words)) and (size := unit_size(match[3])):
        for n in range(1, 10):
            yield f"{like(match[1], n)}{match[2]}{match[3]}", n * size + size // 2
        return
    if (match := HALF_BEHIND.fullmatch(words)) and (size := unit_size(match[3])):
        for n in range(2, 10):
            unit = plural(match[3], read_amount(match[1]))
            yield f"{like(match[1], n)}{match[2]}{unit}{match[4]}", n * size + size // 2
        return
    match = ONE.fullmatch(words)
    old = read_amount(match[1]) if match else None
    if match and old and old * (size := unit_size(match[3])) == seconds:
        unit = match[3] if match[2] == "-" else plural(match[3], old)
        for n in POOLS[size]:
            yield f"{like(match[1], n)}{match[2]}{unit}", n * size
    elif match := TWO.fullmatch(words):
        yield from pair_options(match, seconds)


def pair_options(match: re.Match[str], seconds: int) -> Iterator[Option]:
    """Yield the lengths of two amounts with their units: 2 hours 15 minutes."""
    one, gap, first, joint, two, next_gap, last = match.groups()
    big, small = unit_size(first), unit_size(last)
    old, rest = read_amount(one), read_amount(two)
    if not (old and rest and big > small > 0 and old * big + rest * small == seconds):
        return
    rests = tuple(range(2, 24)) if small == 3600 else REST
    for n, more in product(range(2, 13), rests):
        text = f"{like(one, n)}{gap}{plural(first, old)}{joint}"
        yield f"{text}{like(two, more)}{next_gap}{plural(last, rest)}", n * big + more * small


def clock_options(match: re.Match[str]) -> Iterator[Option]:
    """Yield the lengths between two times of the day, written as two others are."""
    hour, point, minute, half, joint, *last = match.groups()
    begin = minutes_of(hour, minute, half or (last[3] if int(hour) <= int(last[0]) else None))
    whole = not (minute or last[2])
    for start in range(begin - 180, begin + 181, 60 if whole else 15):
        for length in range(60 if whole else 30, 361, 60 if whole else 15):
            end = start + length
            if start // 720 != begin // 720 or end // 720 != begin // 720 or start < 0:
                continue  # the half of the day stays
            first = clock_text(start, (hour, point, minute, half))
            second = clock_text(end, (last[0], last[1], last[2], last[3]))
            if first and second:
                yield f"{first}{joint}{second}", length * 60


def minutes_of(hour: str, minute: str | None, half: str | None) -> int:
    """Return a time of the day in minutes."""
    value = int(hour)
    if half:
        value = value % 12 + (12 if "p" in half.lower() else 0)
    return value * 60 + int(minute or 0)


def clock_text(time: int, like_this: tuple[str, str | None, str | None, str | None]) -> str:
    """Write a time of the day as another is written; nothing when that cannot say it."""
    hour, point, minute, half = like_this
    hours, minutes = divmod(time, 60)
    if minutes and not minute:
        return ""
    if half:
        hours = (hours - 1) % 12 + 1
    width = 2 if hour.startswith("0") or (len(hour) == 2 and not half) else 1
    tail = f"{point}{minutes:02d}" if minute else ""
    return f"{hours:0{width}d}{tail}{half or ''}"


def unit_size(unit: str) -> int:
    """Return the seconds of a unit, 0 for a word that is none."""
    match = UNIT.fullmatch(unit)
    return SIZES[(match.lastindex or 1) - 1] if match else 0


def plural(unit: str, old: int | None) -> str:
    """Return the unit for several, where the old amount was one: hour, hours."""
    return f"{unit}s" if old == 1 and unit.lower() in SINGULAR else unit


def read_amount(text: str) -> int | None:
    """Return a whole number in digits or words, None for other words."""
    if text.isdigit():
        return int(text)
    words = re.findall(r"[a-z]+|-", text.lower())
    spoken = read_number_words(words)
    if words in (["a"], ["an"]):
        return 1
    return spoken.value if spoken and spoken.tokens == len(words) else None


def like(old: str, value: int) -> str:
    """Write a number in digits or in words, as another is written."""
    return str(value) if old.isdigit() else say_number(value)


def say_number(value: int) -> str:
    """Return a number below a million in words."""
    if value < 1000:
        return number_words(value)
    thousands, rest = divmod(value, 1000)
    joint = " and " if 0 < rest < 100 else " "
    return f"{number_words(thousands)} thousand" + (f"{joint}{number_words(rest)}" if rest else "")


def plain_wordings(seconds: int) -> tuple[str, ...]:
    """Return plain ways to say a length, the shortest numbers first; never empty."""
    found = list(IDIOMS.get(seconds, ()))
    for size, units in ((86400, ("days",)), (3600, ("hours", "h")), (60, ("minutes", "min"))):
        amount = seconds // size
        if seconds % size == 0 and 1 < amount < 200:
            found += [f"{amount} {unit}" for unit in units]
    hours, rest = divmod(seconds, 3600)
    if 0 < hours < 24 and rest and rest % 60 == 0:
        found += [f"{hours} h {rest // 60} min", f"{hours}h{rest // 60:02d}"]
    return tuple(found or [f"{seconds} seconds", f"{seconds} s"])
