"""Repairs of the text of an answer: F1 truncated, F2 wrapped, F3 not quite JSON, F4 said twice."""

from __future__ import annotations

import re
from typing import Any

from datasets_src.lenient_json import LenientReader
from datasets_src.repair_edits import edited
from datasets_src.repairing import Case, Fix, Refusal, choose, repairs
from datasets_src.verbatim import (
    BLANK,
    DECODER,
    members_of,
    parse_verbatim,
    render_verbatim,
    style_of,
)
from validators.json_prefix import TOKEN, advance
from validators.places import Place, value_at
from validators.strict_json import find_object, parse_strict, without_fence

CLOSER = {"{": "}", "[": "]"}
ENDS = re.compile(r"[\]}\s]+")
ANOTHER = re.compile(r'\{\s*"')


@repairs("F2")
def strip_wrapper(case: Case) -> Fix | Refusal | None:
    """Words or a fence around the only object go; with two objects nobody knows which counts."""
    body = case.tree.strip(BLANK)
    start = 0 if body[:1] == "{" else find_object(body)
    if start is None:
        return None
    try:
        _, end = DECODER.raw_decode(body, start)
    except (ValueError, RecursionError):
        inner = body[start:]
        end = start + len(without_fence(inner))
        if end == start or (not start and end == len(body)):
            return None
    if ANOTHER.search(body[:start]) or ANOTHER.search(body[end:]):
        return Refusal("more than one object stands in the text; which one counts is not said")
    why = "the answer is one JSON object and nothing else; the object stays as it was said"
    return case.text_fix(body[start:end], "only the object", why)


@repairs("F3")
def read_slips(case: Case) -> Fix | Refusal | None:
    """Slips with one reading only are written as JSON: commas, quotes, comments, bare keys."""
    text = case.tree.strip(BLANK)
    reader = LenientReader(text)
    try:
        value = reader.read()
    except (ValueError, RecursionError):
        return None
    if not reader.slips:
        return None
    slips = ", ".join(reader.slips)
    why = f"{slips}: the text has one reading only, written as JSON"
    return case.text_fix(render_verbatim(value, style_of(text)), "one reading", why)


@repairs("F3")
def unwrap_said_object(case: Case) -> Fix | Refusal | None:
    """An object dumped twice, or alone in a list, is the object."""
    text = case.tree.strip(BLANK)
    if case.issue.code != "parse.not_object":
        return None
    try:
        value = parse_verbatim(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str) and parse_strict(value).found and value.strip(BLANK)[:1] == "{":
        return case.text_fix(value.strip(BLANK), "dumped once", "the object was dumped twice")
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        body = render_verbatim(value[0], style_of(text))
        return case.text_fix(body, "one object", "the list holds one object, the answer")
    return None


@repairs("F3")
def drop_extra_closers(case: Case) -> Fix | Refusal | None:
    """Brackets after the end of the object close nothing."""
    text = case.tree.strip(BLANK)
    try:
        _, end = DECODER.raw_decode(text, 0)
    except (ValueError, RecursionError):
        return None
    if not text.startswith("{") or not ENDS.fullmatch(text[end:]):
        return None
    return case.text_fix(text[:end], "only the object", "brackets after the end close nothing")


@repairs("F3")
def state_the_number(case: Case) -> Fix | Refusal | None:
    """NaN for the duration: the request may state it."""
    if case.issue.code != "parse.constant":
        return None
    try:
        value = parse_verbatim(case.tree.strip(BLANK))
    except (ValueError, RecursionError):
        return None
    seconds = case.bench.stated.seconds
    others = {key: child for key, child in value.items() if key != "duration"}
    if seconds is None or parse_strict(render_verbatim(others)).issues:
        return Refusal(
            "NaN and Infinity are no numbers, and the request states none in their place"
        )
    after = edited(value, (), lambda old: [(k, seconds if k == "duration" else v) for k, v in old])
    text = render_verbatim(after, style_of(case.tree))
    return case.text_fix(text, "stated in the request", f"the request states {seconds} s")


@repairs("F1")
def close_brackets(case: Case) -> Fix | Refusal | None:
    """Closing brackets are added when nothing else is missing and the object is right with them."""
    text = case.tree.strip(BLANK)
    stack, last = open_brackets(text)
    if stack is None or not last:
        return Refusal("the text ends inside a value; what is missing is not in the row")
    closed = text + "".join(CLOSER[bracket] for bracket in reversed(stack))
    if case.bench.text_errors(closed):
        return Refusal("more than closing brackets is missing, and it is not in the row")
    value = parse_verbatim(closed)
    stated = case.bench.stated
    sure = last[-1] in '"]}' and "[" not in stack
    if stated.known:
        told = sure or stated.derives(value, last_place(value))
        if not told or not stated.bears(value, ()) or stated.unused(value):
            return Refusal("whether more is missing, the request does not tell")
    elif not sure:
        return Refusal("the last value may be cut, too, and no request tells")
    why = "closing brackets are all that is missing: the object is right with them"
    return case.text_fix(closed, "closing brackets", why)


def last_place(tree: Any) -> Place:
    """Return the place of the value that is said last."""
    place: Place = ()
    while isinstance(tree, dict | list) and tree:
        key = list(tree)[-1] if isinstance(tree, dict) else len(tree) - 1
        place, tree = (*place, key), tree[key]
    return place


def open_brackets(text: str) -> tuple[str | None, str]:
    """Return the brackets left open after a whole value, and its last token; None inside one."""
    state, stack, position, last = "value", "", 0, ""
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            return None, ""
        position = match.end()
        if match[0][0] in BLANK:
            continue
        state, stack = advance(state, stack, match[0])
        last = match[0]
        if state in ("wrong", "done"):
            return None, ""
    return (stack, last) if state == "comma or end" else (None, "")


@repairs("F4")
def say_once(case: Case) -> Fix | Refusal | None:
    """Equal values are said once; of different ones the request may bear out one."""
    parent, name = case.place[:-1], case.place[-1]
    values = [v for key, v in members_of(value_at(case.tree, parent)) if key == name]
    if len(values) < 2:
        return None
    distinct = list({render_verbatim(value): value for value in values}.values())
    fixes = [
        case.fix(
            edited(case.tree, parent, lambda old, value=value: once(old, name, value)),  # type: ignore[misc]  # a default binds the loop's value
            "said once" if len(distinct) == 1 else "the one the request states",
            "the key is said more than once with the same value"
            if len(distinct) == 1
            else "two values are said; the request bears out this one only",
        )
        for value in distinct
    ]
    if len(fixes) == 1:
        return fixes[0]
    if not case.bench.stated.known:
        return Refusal("the key is said with different values; parsers disagree which counts")
    return choose(case, fixes, "one of the values is meant")


def once(members: list[tuple[str, Any]], name: str | int, value: Any) -> list[tuple[str, Any]]:
    """Return the members with `name` at its first position only, holding `value`."""
    first = next(index for index, (key, _) in enumerate(members) if key == name)
    kept = [(key, old) for index, (key, old) in enumerate(members) if key != name or index == first]
    return [(key, value if key == name else old) for key, old in kept]
