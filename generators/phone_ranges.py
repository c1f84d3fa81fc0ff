"""Which telephone numbers of one country may be made up, and how is a number cut into groups?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from random import Random

from generators.lexicon import load_values
from generators.numbers import FOLDS, Phone, draw_index, draw_phone
from validators.calling_codes import COUNTRIES

FICTION: dict[str, tuple[str, ...]] = {  # beside those of values.yaml; # is a free digit
    "44": (*(f"44 {area} 496 0###" for area in (113, 114, 115, 116, 117, 118, 121, 131, 141, 151)),
           "44 191 498 0###", "44 28 9649 6###", "44 29 2018 0###", "44 3069 990###",
           "44 8081 570###", "44 909 8790###"),  # Ofcom
    "33": ("33 2 61 91 ## ##", "33 3 53 01 ## ##", "33 5 36 49 ## ##"),  # Arcep
    "46": (*(f"46 70 174 06 {ten}#" for ten in range(1, 10)), "46 8 465 004 ##", "46 31 390 06 ##",
           "46 40 628 04 ##", "46 980 31 92 ##"),  # PTS; 61 is of ACMA
    "61": tuple(f"61 {area} {block} ####" for area in (2, 3, 7, 8) for block in (5550, 7010)),
}  # fmt: skip
LISTED = {  # single numbers for fiction, without the calling code
    "46": tuple(f"7017406{last:02d}" for last in range(5, 10)),
    "61": tuple(
        f"491{number}"
        for number in (570006, 570110, 570156, 570157, 570158, 570159, 570313, 570737, 571266,
                       571491, 571804, 572549, 572665, 572983, 573087, 573770, 574118, 574632,
                       575254, 575789, 576398, 576801, 577426, 577644, 578148, 578888, 578957,
                       579212, 579455, 579760)
    ),
}  # fmt: skip
AMERICAN = re.compile(r"1\d{3}55501\d\d")  # 555-0100 to 555-0199 of every area
NORTH_AMERICA = 11  # digits of +1 and an area
LONGEST_CODE = 3


def is_reserved_phone(e164: str) -> bool:
    """Say whether a number lies in a range for fiction, or under a code of no country."""
    digits = e164.lstrip("+")
    code = code_of(digits)
    if code in load_values().spare_codes or AMERICAN.fullmatch(digits):
        return True
    return digits[len(code) :] in LISTED.get(code, ()) or any(
        fits(pattern, digits) for pattern in ranges_of(code)
    )


def draw_phone_like(rng: Random, fold: int, old: str, *, same_country: bool) -> Phone | None:
    """Return a number nobody has, of the same country, length and kind where there are such."""
    digits = old.lstrip("+")
    code = code_of(digits)
    ranges = ranges_of(code)
    alike = [text for text in ranges if count_digits(text) == len(digits)]
    kind = len(code) + 1
    closest = [text for text in alike if text.replace(" ", "")[:kind] == digits[:kind]]
    if not closest and digits[len(code) : kind] == "4" and code in LISTED:
        numbers = LISTED[code]
        return split_phone(f"+{code}{numbers[draw_index(rng, len(numbers), fold)]}")
    chosen = closest or alike or ranges
    if not chosen:
        return None if same_country else draw_phone(rng, fold)
    pattern = chosen[int(rng.random() * len(chosen))]
    free = pattern.count("#")
    filled = iter(f"{draw_index(rng, 10**free, fold):0{free}d}")
    return Phone(tuple("".join(next(filled) if c == "#" else c for c in pattern).split()))


@cache
def ranges_of(code: str) -> tuple[str, ...]:
    """Return the ranges for fiction of a calling code, those with numbers for every fold."""
    if code == "1":
        return tuple(f"1 {area} 555 01##" for area in load_values().area_codes)
    if code in load_values().spare_codes:
        return (f"{code} ## ### ###", f"{code} ### ####", f"{code} ## ### ## ##")
    known = dict.fromkeys((*load_values().fictional_phones, *FICTION.get(code, ())))
    return tuple(
        text for text in known if text.split()[0] == code and 10 ** text.count("#") >= FOLDS
    )


def fits(pattern: str, digits: str) -> bool:
    """Say whether a number belongs to a range."""
    signs = pattern.replace(" ", "")
    return len(signs) == len(digits) and all(
        sign in ("#", digit) for sign, digit in zip(signs, digits, strict=True)
    )


def count_digits(pattern: str) -> int:
    """Return how many digits the numbers of a range have."""
    return len(pattern.replace(" ", ""))


def split_phone(e164: str) -> Phone:
    """Return a number in groups: as its range is written, or the calling code and threes."""
    digits = e164.lstrip("+")
    code = code_of(digits)
    for pattern in ranges_of(code):
        if fits(pattern, digits):
            return Phone(cut(digits, [len(part) for part in pattern.split()]))
    rest = digits[len(code) :]
    if code == "1" and len(digits) == NORTH_AMERICA:
        return Phone(cut(digits, [1, 3, 3, 4]))
    sizes = [3] * (len(rest) // 3)
    if len(rest) % 3 == 1 and sizes:
        sizes[-1] = 4
    elif len(rest) % 3:
        sizes.append(len(rest) % 3)
    return Phone(cut(digits, [len(code), *sizes]))


def cut(digits: str, sizes: list[int]) -> tuple[str, ...]:
    """Return digits in groups of given sizes."""
    groups, place = [], 0
    for size in sizes:
        groups.append(digits[place : place + size])
        place += size
    return tuple(groups)


def code_of(digits: str) -> str:
    """Return the calling code that a number begins with; its first digits when none is known."""
    codes = known_codes()
    for size in range(LONGEST_CODE, 0, -1):
        if digits[:size] in codes:
            return digits[:size]
    return digits[:2]


@cache
def known_codes() -> Mapping[str, None]:
    """Return the calling codes of countries, and those of no country."""
    return dict.fromkeys((*COUNTRIES, *load_values().spare_codes, "7", "20"))
