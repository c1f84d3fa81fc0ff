"""Which words state which seconds?  One table of (seconds, wordings) for each kind of expression.

Usual lengths stand in a table several times, so that they are drawn more often; the first wording
is the plainest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from generators.lexicon import load_values

Entry = tuple[int, tuple[str, ...]]
ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SECOND_UNITS = (" seconds", " seconds", " s", "s", " sec", " secs", "sec", " second")
MINUTE_UNITS = (" minutes", " minutes", " min", "min", " mins", "mins", "m", " minute")
HOUR_UNITS = (" hours", " hours", " h", "h", " hrs", "hrs", " hr", "hr", " hour")
DAY_UNITS = (" days", " days", "d", " day")
USUAL_MINUTES = {
    5: 10, 10: 20, 15: 20, 20: 20, 25: 12, 30: 24, 35: 8, 40: 14, 45: 20, 50: 12, 55: 6, 60: 16,
    70: 4, 75: 8, 80: 4, 90: 20, 100: 4, 105: 4, 110: 4, 120: 12, 150: 6, 180: 6, 240: 3,
}  # fmt: skip
"""People ask for round lengths: how often each comes against one odd number of minutes."""
USUAL_HOURS = {1: 4, 2: 5, 3: 5, 4: 5, 5: 4, 6: 4, 7: 2, 8: 4, 9: 2, 10: 3, 12: 3, 24: 3}
LONG_HOURS = (30, 36, 48, 60, 72, 96)
SECONDS = (
    *range(5, 61, 5), *range(70, 130, 10), 150, 180, 200, 210, 240, 250, 270, *range(300, 960, 60),
    400, 450, 500, 750, 800, 1000, 1080, 1100, 1200, 1350, 1400, 1500, 1600, 1800, 2000, 2100,
    2400, 2500, 2700, 3000, 3300, 3600, 4000, 4200, 4500, 4800, 5000, 5400, 6000, 6300, 6600, 7000,
    7200, 8000, 9000, 10000, 10800, 12000, 12600, 14400, 18000, 20000, 21600, 25200, 28800, 36000,
    43200, 57600, 72000, 86400,
)  # fmt: skip
USUAL_SECONDS = (30, 45, 60, 90, 120, 180, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 10800)
ODD_SECONDS = (7, 12, 33, 37, 42, 75, 95, 99, 125, 135, 165, 255, 333, 425, 777, 1234, 1750, 2222)
SPAN_MINUTES = (15, 20, 25, 30, 30, 35, 40, 45, 45, 50, 60, 60, 60, 75, 80, 90, 90, 90, 100, 105,
                120, 120, 120, 135, 150, 150, 165, 180, 180, 195, 210, 225, 240, 240, 270, 300, 330,
                360, 390, 420, 480, 540, 600, 660, 720)  # fmt: skip


def number_words(value: int) -> str:
    """Return a number below a million in English words."""
    if value < 20:
        return ONES[value]
    if value < 100:
        ten, one = divmod(value, 10)
        return TENS[ten] + (f"-{ONES[one]}" if one else "")
    if value < 1000:
        hundred, rest = divmod(value, 100)
        return f"{ONES[hundred]} hundred" + (f" and {number_words(rest)}" if rest else "")
    thousand, rest = divmod(value, 1000)
    joint = " and " if rest < 100 else " "
    return f"{number_words(thousand)} thousand" + (f"{joint}{number_words(rest)}" if rest else "")


def repeat(entry: Entry, times: int) -> Iterator[Entry]:
    """Yield an entry as often as it shall count."""
    for _ in range(times):
        yield entry


def digits_with(value: int, units: Iterable[str]) -> tuple[str, ...]:
    """Return a number with each spelling of its unit, singular for one."""
    if value == 1:
        return tuple(dict.fromkeys(f"1{unit.removesuffix('s') or unit}" for unit in units))
    return tuple(f"{value}{unit}" for unit in units)


def list_minutes() -> Iterator[Entry]:
    """45 minutes, 20min, 7 mins."""
    for value in (*range(1, 121), *range(125, 305, 5)):
        times = USUAL_MINUTES.get(value, 1)
        yield from repeat((value * 60, digits_with(value, MINUTE_UNITS)), times)


def list_hours() -> Iterator[Entry]:
    """3 hours, 6h, 12 hrs."""
    for value in (*range(1, 25), *LONG_HOURS):
        entry = (value * 3600, digits_with(value, HOUR_UNITS))
        yield from repeat(entry, USUAL_HOURS.get(value, 1))


def list_seconds() -> Iterator[Entry]:
    """3600 seconds, 90 s, 3,600 seconds."""
    for value in sorted({*SECONDS, *USUAL_SECONDS, *ODD_SECONDS}):
        words = digits_with(value, SECOND_UNITS)
        if value > 999:
            words += (f"{value:,} seconds", f"{value:,} s")
        yield from repeat((value, words), 3 if value in USUAL_SECONDS else 1)


def list_days() -> Iterator[Entry]:
    """2 days, three days, 2d."""
    for value in range(1, 8):
        unit = "day" if value == 1 else "days"
        spoken = (f"{number_words(value)} {unit}", f"{value} full {unit}")
        yield value * 86400, (*digits_with(value, DAY_UNITS), *spoken)


def list_weeks() -> Iterator[Entry]:
    """A week, one whole week."""
    words = ("a week", "one week", "a full week", "a whole week", "one whole week")
    yield 604800, words


def list_words() -> Iterator[Entry]:
    """Ninety minutes, twenty five minutes, four hours, one thousand two hundred seconds."""
    for value in (*range(1, 121), 135, 150, 180, 240):
        times = USUAL_MINUTES.get(value, 1)
        yield from repeat((value * 60, spoken_with(value, "minute", "min")), times)
    for value in (*range(1, 25), 36, 48, 72):
        times = 6 * USUAL_HOURS.get(value, 1)
        yield from repeat((value * 3600, spoken_with(value, "hour", "hr")), times)
    for value in sorted({*SECONDS, *USUAL_SECONDS}):
        if value < 11000:
            yield value, spoken_with(value, "second", "sec")


def spoken_with(value: int, unit: str, short: str) -> tuple[str, ...]:
    """Return a number in words with its unit, hyphens or none."""
    words, end = number_words(value), "" if value == 1 else "s"
    texts = [f"{words} {unit}{end}"] * 3 + [f"{words} {short}{end}"]
    if "-" in words:
        texts += [f"{words.replace('-', ' ')} {unit}{end}"] * 2
    if 100 < value < 1000:
        texts.append(f"{words.replace(' and ', ' ')} {unit}{end}")
    if 100 <= value < 200:
        texts.append(f"{words.replace('one hundred', 'a hundred', 1)} {unit}{end}")
    return tuple(texts)


def list_mixed() -> Iterator[Entry]:
    """1 h 30 min, two hours and ten minutes, 4 min 30 s, 1 day 12 hours."""
    values = load_values()
    for hours in range(1, 13):
        for minutes in (*range(5, 60, 5), *(range(1, 60, 7) if hours < 3 else ())):
            words = fill(values.hours_and_minutes, hours, minutes, "hour")
            if hours == 1:
                spoken = number_words(minutes)
                words += (f"an hour and {spoken} minutes", f"an hour and {minutes} minutes")
            times = (5 if hours < 4 else 1) * (3 if minutes in (15, 30, 45) else 1)
            yield from repeat((hours * 3600 + minutes * 60, words), times)
    for minutes in (*range(1, 11), 12, 15, 20, 45):
        for seconds in (10, 15, 20, 30, 30, 30, 40, 45, 50):
            words = fill(values.minutes_and_seconds, minutes, seconds, "minute")
            yield minutes * 60 + seconds, words
    for days in range(1, 6):
        for hours in (1, 2, 3, 4, 6, 6, 8, 10, 12, 12, 18):
            yield days * 86400 + hours * 3600, fill(values.days_and_hours, days, hours, "day")


def fill(patterns: Iterable[str], big: int, small: int, unit: str) -> tuple[str, ...]:
    """Return patterns with two numbers in digits and words."""
    names = {"a": big, "b": small, "aw": number_words(big), "bw": number_words(small)}
    names |= {"u": unit if big == 1 else f"{unit}s", "s": "" if small == 1 else "s"}
    return tuple(pattern.format(**names) for pattern in patterns)


def list_idioms() -> Iterator[Entry]:
    """Half an hour, an hour and a half; the plainest first."""
    for seconds, words in load_values().idioms:
        yield from repeat((seconds, words), 3 if seconds in (1800, 3600, 5400, 900) else 2)


def list_fractions() -> Iterator[Entry]:
    """2.5 hours, 1½ h, 2 1/2 hours, three and a half hours, a day and a half."""
    parts = {1: ("25", "¼", "1/4"), 2: ("5", "½", "1/2"), 3: ("75", "¾", "3/4")}
    for quarters in range(1, 50):
        whole, part = divmod(quarters, 4)
        if not part or (part != 2 and whole > 4):
            continue
        decimal, glyph, slashed = parts[part]
        words = [f"{whole}.{decimal}{unit}" for unit in (" hours", " h", "h", " hrs", "hrs", " hr")]
        head = str(whole) if whole else ""
        words += [f"{head}{glyph} hour" + "s" * (whole > 0), f"{head}{glyph} h"]
        words.append(f"{head} {slashed} hour".strip() + "s" * (whole > 0))
        if whole and part == 2:
            spoken = number_words(whole)
            words += [f"{spoken} and a half hours", f"{whole} and a half hours"] * 2
            words += [f"{spoken} hour{'s' * (whole > 1)} and a half"]
        if not whole:
            words += [f"{slashed} of an hour", f"{slashed} of an hour"]
        yield from repeat((quarters * 900, tuple(words)), 4 if part == 2 and whole < 5 else 1)
    for halves in (1, 3, 5, 7):
        yield halves * 43200, (f"{halves / 2:g} days", f"{halves / 2:g} day")


def list_twice() -> Iterator[Entry]:
    """90 minutes, that is an hour and a half; 3600 s = 1 hour."""
    for seconds, first in load_values().idioms:
        minutes, hours = seconds // 60, seconds / 3600
        other = f"{minutes} minutes" if minutes <= 180 else f"{hours:g} hours"
        plain = f"{seconds} s" if seconds <= 7200 else other
        if seconds >= 300:
            yield (
                seconds,
                tuple(
                    text.format(one=one, other=say, plain=plain)
                    for one, say in ((first[0], other), (other, first[0]))
                    for text in load_values().twice
                ),
            )


def list_sums() -> Iterator[Entry]:
    """45 minutes plus a buffer of 15 minutes, so an hour in total."""
    for first, second in ((45, 15), (30, 15), (40, 20), (50, 10), (90, 30), (60, 30), (20, 10)):
        total = first + second
        whole = {60: "an hour", 90: "an hour and a half", 120: "two hours", 30: "half an hour"}
        in_all = whole.get(total, f"{total} minutes")
        for one, two in ((str(first), str(second)), (number_words(first), number_words(second))):
            texts = load_values().sums
            yield total * 60, tuple(text.format(a=one, b=two, all=in_all) for text in texts)


def list_asides() -> Iterator[Entry]:
    """Until we ring off, say 4 hrs; a full shift = 8h; all day (24 h)."""
    for seconds, told in load_values().asides:
        yield from repeat((seconds, told), 2)
    for value in (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 75, 90, 110, 120):
        texts = load_values().until
        yield value * 60, tuple(text.format(f"{value} minutes", f"{value} min") for text in texts)
    for value in (1, 2, 3, 4, 5, 6):
        hours = "hour" if value == 1 else "hours"
        texts = load_values().until
        yield value * 3600, tuple(text.format(f"{value} {hours}", f"{value} h") for text in texts)


def list_corrected() -> Iterator[Entry]:
    """2 hours, no, make that 3 hours."""
    for one, other in ((2, 3), (1, 2), (3, 4), (4, 6), (5, 3), (6, 8)):
        for unit, size, scale in (("hours", 3600, 1), ("minutes", 60, 10)):
            first, last = f"{one * scale} {unit}".replace("1 hours", "1 hour"), other * scale
            texts = load_values().corrections
            yield last * size, tuple(text.format(first, f"{last} {unit}") for text in texts)


def list_iso() -> Iterator[Entry]:
    """PT45M, PT1H30M (ISO 8601)."""
    for minutes in (10, 15, 20, 25, 30, 40, 45, 60, 75, 80, 90, 105, 120, 150, 180, 240, 360, 480):
        hours, rest = divmod(minutes, 60)
        parts = (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")
        yield minutes * 60, (f"PT{parts}", f"PT{parts}", f"PT{minutes}M")
    for seconds in (30, 90, 300, 900, 3600):
        yield seconds, (f"PT{seconds}S",)


def list_bare() -> Iterator[Entry]:
    """3600: the API's own unit is left out."""
    for value in SECONDS:
        if value >= 60:
            yield from repeat((value, (str(value),)), 3 if value in USUAL_SECONDS else 1)


def list_spans() -> Iterator[Entry]:
    """Lengths between two clock times; worded when drawn."""
    for minutes in SPAN_MINUTES:
        yield minutes * 60, ()


def whole(entries: Callable[[], Iterator[Entry]]) -> Callable[[], tuple[Entry, ...]]:
    """Return a function that gives the table of a kind."""
    return lambda: tuple(entries())


TABLES = {
    "minutes": whole(list_minutes),
    "hours": whole(list_hours),
    "seconds": whole(list_seconds),
    "words": whole(list_words),
    "mixed": whole(list_mixed),
    "idiom": whole(list_idioms),
    "fraction": whole(list_fractions),
    "interval": whole(list_spans),
    "days": whole(list_days),
    "weeks": whole(list_weeks),
    "twice": whole(list_twice),
    "sum": whole(list_sums),
    "aside": whole(list_asides),
    "corrected": whole(list_corrected),
    "iso": whole(list_iso),
    "bare": whole(list_bare),
}
"""Kind -> its table."""
