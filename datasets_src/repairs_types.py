"""Repairs of single values: T1, T2, T4, T6 and the case of a profile's name (V4).

A value keeps what it says; only how it is written changes.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from datasets_src.repair_edits import replaced, schema_at
from datasets_src.repairing import Case, Fix, Refusal, choose, repairs
from datasets_src.verbatim import LONGEST_INTEGER, Said
from validators.releases import squeeze

DIGITS = re.compile(r"\s*(-?(?:0|[1-9][0-9]{0,17}))(?:\.0+)?\s*", re.ASCII)
PHONE_SIGNS = re.compile(r"[\s().\-/  ]+")
MASKED = re.compile(r"\s*([0-9.]+)\s*/\s*([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)\s*")


@repairs("T1")
def text_to_number(case: Case) -> Fix | Refusal | None:
    """Digits in quotes are an integer."""
    match = DIGITS.fullmatch(case.value) if isinstance(case.value, str) else None
    if match is None or kind_at(case) != "integer":
        return None
    after = replaced(case.tree, case.place, int(match[1]))
    return case.fix(after, "integer", "digits in quotes are the same number without them")


@repairs("T1")
def number_to_text(case: Case) -> Fix | Refusal | None:
    """A telephone number as a number has lost its plus: the request tells whether it had one."""
    if not isinstance(case.value, int) or isinstance(case.value, bool):
        return None
    if case.place[-1] != "phoneNumber":
        return None
    return as_phone(case, str(case.value))


@repairs("T2")
def whole_number(case: Case) -> Fix | None:
    """3600.0 and 3.6e3 are the integer 3600."""
    value = case.value
    if not isinstance(value, float) or not value.is_integer():
        return None
    if isinstance(value, Said) and len(value.text) >= LONGEST_INTEGER:
        return None
    if abs(value) >= 1 << 53:
        return None
    after = replaced(case.tree, case.place, int(value))
    return case.fix(after, "integer", "the same number without fraction and exponent")


@repairs("T4")
def normal_phone(case: Case) -> Fix | Refusal | None:
    """Blanks, dashes, 00 and tel: are other ways to write an international number."""
    if case.place[-1] != "phoneNumber" or not isinstance(case.value, str):
        return None
    return as_phone(case, case.value)


def as_phone(case: Case, said: str) -> Fix | Refusal | None:
    """Return the number in international form, if it can be told without guessing."""
    text = said.strip().removeprefix("tel:")
    trunk = "(0)" in text
    digits = PHONE_SIGNS.sub("", text.replace("(0)", ""))
    candidate = "+" + digits[2:] if digits.startswith("00") else digits
    if candidate.startswith("+"):
        why = "the same number in international form" + (", without the trunk 0" if trunk else "")
        fix = case.fix(replaced(case.tree, case.place, candidate), "E.164", why)
        return fix if case.bench.is_clean(fix.after, case.place) else None
    if not candidate.isascii() or not candidate.isdigit():
        return None
    whole = case.bench.stated.international(candidate)
    if whole is None:
        return Refusal("the number has no country code, and no request tells it")
    after = replaced(case.tree, case.place, whole)
    return case.fix(after, "E.164", "the request states the number with its country code")


@repairs("T4")
def trim_text(case: Case) -> Fix | None:
    """Blanks, quotes and angle brackets around a value are not part of it."""
    if not isinstance(case.value, str):
        return None
    trimmed = case.value.strip().strip("<>\"'`").strip()
    if trimmed == case.value or not trimmed:
        return None
    fix = case.fix(
        replaced(case.tree, case.place, trimmed), "trimmed", "signs around the value are no part"
    )
    return fix if case.bench.is_clean(fix.after, case.place) else None


@repairs("T4")
def normal_address(case: Case) -> Fix | Refusal | None:
    """A net mask is a width; [..] around IPv6, blanks and a /32 on one address go."""
    if "Address" not in str(case.place[-1]) or not isinstance(case.value, str):
        return None
    text = case.value.strip()
    spelled = {"".join(text.split()), text.strip("[]"), text.removesuffix("/32")}
    spelled.add(text.removesuffix("/128"))
    if (match := MASKED.fullmatch(text)) and (width := width_of(match[2])) is not None:
        spelled.add(f"{match[1]}/{width}")
    fixes = [
        case.fix(replaced(case.tree, case.place, new), "address", "the same address, spelled right")
        for new in sorted(spelled - {case.value})
    ]
    return choose(case, fixes, "another spelling is an address")


def width_of(mask: str) -> int | None:
    """Return the width of a net mask, None when it is none."""
    try:
        return ipaddress.IPv4Network(f"0.0.0.0/{mask}").prefixlen if mask[0] != "0" else None
    except ValueError:
        return None


@repairs("T4")
def stated_https(case: Case) -> Fix | Refusal | None:
    """The https address that the request states for the same host and path replaces another."""
    if case.place != ("sink",) or not isinstance(case.value, str):
        return None
    rest = case.value.removeprefix("http://").strip()
    wanted = f"https://{rest}"
    if case.bench.stated.says(wanted):
        after = replaced(case.tree, case.place, wanted)
        return case.fix(after, "stated in the request", "the request states it with https")
    return Refusal("an https address is needed; whether it answers there is not in the row")


@repairs("T6", "V4")
def known_spelling(case: Case) -> Fix | Refusal | None:
    """A word that differs only in case and signs from one allowed word is that word."""
    if not isinstance(case.value, str) or not case.issue.code.startswith(SPELLED):
        return None
    near = [word for word in words_at(case) if squeeze(word) == squeeze(case.value.strip())]
    if len(near) != 1:
        return None
    after = replaced(case.tree, case.place, near[0])
    return case.fix(after, "known spelling", f"only {near[0]} is spelled like it")


SPELLED = ("schema.", "rules.token_type", "catalogue.unknown_profile", "closed.")


def words_at(case: Case) -> list[str]:
    """Return the words that are allowed at a place."""
    if case.issue.cls == "V4":
        return list(case.bench.validator.catalogue.by_name)
    words = schema_at(case.bench.operation, case.tree, case.place).get("enum", ())
    return [word for word in words if isinstance(word, str)]


def kind_at(case: Case) -> Any:
    """Return the type that the schema wants at a place."""
    return schema_at(case.bench.operation, case.tree, case.place).get("type")
