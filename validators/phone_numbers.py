"""How is a telephone number said? With gaps, with 00, national, or digit by digit in words."""

from __future__ import annotations

import re

from validators.calling_codes import stated_codes
from validators.facts import WORDS
from validators.number_words import SMALL
from validators.request_text import UNDETERMINED, Found, Kept, Request

RUN = re.compile(r"(?:\+|(?<!\d)00)\s?\d[\d ().–/-]{5,40}\d")
GAPPED = re.compile(r"(?:\+|(?<![\d.])00)\s?\d(?:[ ().-]{0,2}\d){4,14}(?!\d)")
GAPS = str.maketrans("", "", " ().-")
NATIONAL = re.compile(r"(?<![\w.+])\d[\d ().–/-]{5,40}\d")
DIGIT_WORDS = {word: str(value) for word, value in SMALL.items() if value < 10} | {
    "oh": "0", "o": "0", "double": "double", "triple": "triple", "plus": "plus",
}  # fmt: skip


def find_phone(value: str, request: Request) -> Kept:
    """Find a number: as it is, with gaps, with 00, or national where the country is told."""
    text = request.text
    end = len(value)
    start = request.place_of(value)
    if start >= 0 and not text[start + end : start + end + 1].isdigit():
        return "verbatim", start, start + end
    if not value[1:].isdigit():
        return None
    digits = value.lstrip("+")
    for match in GAPPED.finditer(text):
        said = match[0].translate(GAPS)
        if said == value:
            return "spacing", *match.span()
        if said[:2] == "00" and said[2:] == digits:
            return "00 for +", *match.span()
    national: list[Found] = []
    for run in (RUN, NATIONAL):
        for match in run.finditer(text):
            found = match_digits(digits, match)
            if found and found[0] == "national":
                national.append(found)
            elif found:
                return found
    for _, begin, stop in national[:1]:
        local = "".join(filter(str.isdigit, text[begin:stop])).removeprefix("0")
        told = digits.removesuffix(local) in stated_codes(request.low)
        return ("national number", begin, stop) if told else UNDETERMINED
    return find_spoken_digits(digits, request)


def match_digits(digits: str, match: re.Match[str]) -> Found | None:
    """Return how a run of digits and gaps writes a number, perhaps with another number behind."""
    shown, start = match[0], match.start()
    squeezed = "".join(filter(str.isdigit, shown.replace("(0)", "")))
    for how, prefix in (("spacing", ""), ("00 for +", "00")):
        if squeezed.startswith(prefix + digits):
            end = end_of_digits(shown, len(prefix + digits))
            if not shown[end : end + 1].isdigit():
                return how, start, start + end
    local = squeezed[1:] if squeezed[:1] == "0" else squeezed
    if (
        len(local) >= 7
        and digits.endswith(local)
        and "+" not in shown
        and len(digits) - len(local) <= 3
    ):
        if squeezed[:1] != "0" and len(local) < 9:
            return None
        return "national", start, match.end()
    return None


def end_of_digits(shown: str, count: int) -> int:
    """Return the place behind the last of `count` digits, an inserted (0) not counted."""
    skipped = shown.find("(0)")
    for place, sign in enumerate(shown):
        if sign.isdigit() and (skipped < 0 or place != skipped + 1):
            count -= 1
            if count == 0:
                return place + 1
    return len(shown)


def find_spoken_digits(digits: str, request: Request) -> Kept:
    """Find a number dictated digit by digit: plus four four seven seven double zero."""
    said, start, end, repeat = "", -1, 0, 1
    for match in WORDS.finditer(request.low):
        word = match[0]
        sign = DIGIT_WORDS.get(word, word if word.isdigit() else "")
        if sign in ("double", "triple"):
            repeat = 2 if sign == "double" else 3
        elif sign and sign != "plus":
            start = match.start() if start < 0 else start
            said, end, repeat = said + sign * repeat, match.end(), 1
        elif word not in ("-", ",", "."):
            if said in (digits, "00" + digits):
                return "digit words", start, end
            said, start = "", -1
    return ("digit words", start, end) if said in (digits, "00" + digits) else None
