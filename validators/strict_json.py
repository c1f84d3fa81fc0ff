"""Is a text exactly one JSON object (RFC 8259), and if not, how does it fail? Never raises.

F1 truncated: what is there could go on to be an object. F2: words or a fence around an object. F3:
not quite JSON. F4: one object says a key twice; parsers disagree about which value wins.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from callforge_core.records import Issue
from validators.json_prefix import is_json_prefix
from validators.places import Place, path_of, quote

BLANKS = " \t\r\n"
HUGE = 10**400
MAX_STARTS = 32  # an answer full of braces must not cost quadratic time
LEFTOVERS = re.compile(r"[\]},\s]+")
MEMBER_BEFORE = re.compile(r'"\s*:\s*\Z')
BRACE = re.compile(r"[{}]")


class Parsed(NamedTuple):
    """What a text holds: its value when one can be told, and what is wrong with the text."""

    value: Any = None
    issues: tuple[Issue, ...] = ()

    @property
    def found(self) -> bool:
        """True when there is an object to look at, be it wrapped or with a key said twice."""
        return isinstance(self.value, dict)


class NotJson(ValueError):
    """A word that Python's parser accepts and JSON does not have."""


class Reader:
    """One pass over a text: objects with a key said twice are remembered."""

    def __init__(self) -> None:
        self.repeated: list[tuple[dict[str, Any], list[str]]] = []

    def read(self, text: str, start: int = 0) -> tuple[Any, int]:
        """Return the value at `start` and where it ends; raise ValueError or RecursionError."""
        hooks: dict[str, Any] = {"object_pairs_hook": self.pair_up, "parse_constant": refuse_word}
        try:
            return json.JSONDecoder(**hooks).raw_decode(text, start)
        except json.JSONDecodeError:
            raise
        except NotJson:
            raise
        except ValueError:  # an integer of more than 4,300 digits is valid JSON all the same
            self.repeated.clear()
            return json.JSONDecoder(**hooks, parse_int=read_integer).raw_decode(text, start)

    def pair_up(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Build an object; remember keys that occur more than once."""
        value = dict(pairs)
        if len(value) != len(pairs):
            names = [name for name, _ in pairs]
            self.repeated.append((value, [name for name in value if names.count(name) > 1]))
        return value


def pair_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; raise NotJson at a key that occurs more than once."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotJson
    return value


def refuse_word(word: str) -> Any:
    """Stop at NaN, Infinity and -Infinity."""
    raise NotJson(word)


CAREFUL = json.JSONDecoder(object_pairs_hook=pair_once, parse_constant=refuse_word)


def read_integer(digits: str) -> int:
    """Read an integer of any length; what no field could hold becomes one huge number."""
    return int(digits) if len(digits) < 400 else (-HUGE if digits.startswith("-") else HUGE)


def parse_strict(text: str) -> Parsed:
    """Parse a text that should be exactly one JSON object."""
    body = text.strip(BLANKS)
    try:
        value, end = CAREFUL.raw_decode(body)
        if end == len(body) and type(value) is dict:
            return Parsed(value)
    except (ValueError, RecursionError):
        pass  # the slow way finds out what is wrong
    if not body:
        return failed("F1", "parse.empty", "the answer is empty, expected one JSON object")
    start = 0 if body[0] == "{" else find_object(body)
    if start is None:
        return failed("F3", "parse.not_object", f"{quote(body)} is no JSON object")
    reader = Reader()
    try:
        value, end = reader.read(body, start)
    except RecursionError:
        return failed("F3", "parse.too_deep", "the answer is nested too deeply to be read")
    except ValueError as exc:
        return broken(body, start, exc)
    before, after = body[:start], body[end:].strip(BLANKS)
    if not isinstance(value, dict) or MEMBER_BEFORE.search(before):
        return failed("F3", "parse.not_object", f"{quote(body)} is no JSON object")
    if after and not before and LEFTOVERS.fullmatch(after):
        return failed("F3", "parse.syntax", f"{quote(after)} stands after the end of the object")
    issues = wrapper(before.strip(BLANKS), after) + repeats(value, reader)
    return Parsed(value=value, issues=issues)


def find_object(body: str) -> int | None:
    """Return where an object starts inside other text; None when nothing there looks like one."""
    if body[0] in '["' and parses(body, 0):
        return None  # sound JSON of another kind: a list or a text, no object in a wrapper
    first, start = body.find("{"), body.find("{")
    for _ in range(MAX_STARTS):
        if start < 0:
            break
        if parses(body, start) or is_json_prefix(without_fence(body[start:])):
            return start
        end = closing_brace(body, start)
        if end < 0:
            return start
        start = body.find(
            "{", end
        )  # "{device}" in a sentence: what is inside braces is not looked at
    return first if first >= 0 and ":" in body[first:] else None


def closing_brace(body: str, start: int) -> int:
    """Return where the brace at `start` is closed, counting braces only; -1 when it is not."""
    depth = 0
    for match in BRACE.finditer(body, start):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return -1


def without_fence(text: str) -> str:
    """Return a text up to its last closing fence."""
    return text.rpartition("```")[0].rstrip(BLANKS) if "```" in text else text


def parses(body: str, start: int) -> bool:
    """Say whether a value can be read at `start`."""
    try:
        Reader().read(body, start)
    except (ValueError, RecursionError):
        return False
    return True


def broken(body: str, start: int, exc: ValueError) -> Parsed:
    """Say how an object that cannot be read fails, and what stands before it."""
    inner = body[start:]
    fence = without_fence(inner)
    around = wrapper(body[:start].strip(BLANKS), "```" if fence != inner else "")
    if isinstance(exc, NotJson):
        fault = parse_issue("F3", "parse.constant", f"{exc} is no JSON value")
    elif is_json_prefix(fence):
        fault = parse_issue(
            "F1", "parse.truncated", f"the object ends early, after {quote(fence[-20:])}"
        )
    else:
        fault = parse_issue("F3", "parse.syntax", describe(exc, body))
    return Parsed(issues=(*around, fault))


def describe(exc: ValueError, body: str) -> str:
    """Word a syntax error with the text around it."""
    if not isinstance(exc, json.JSONDecodeError):
        return "the answer is not valid JSON"
    near = body[max(0, exc.pos - 10) : exc.pos + 15]
    return f"not valid JSON at character {exc.pos} ({exc.msg.lower()}), near {quote(near)}"


def wrapper(before: str, after: str) -> tuple[Issue, ...]:
    """Return the F2 issue for text around the object, if there is any."""
    if not before and not after:
        return ()
    what = before or after
    place = "before" if before else "after"
    return (parse_issue("F2", "parse.wrapper", f"{quote(what)} stands {place} the object"),)


def repeats(value: Any, reader: Reader) -> tuple[Issue, ...]:
    """Return an F4 issue for each place that is said twice."""
    if not reader.repeated:
        return ()
    names = {id(node): keys for node, keys in reader.repeated}
    found: list[Issue] = []
    stack: list[tuple[Place, Any]] = [((), value)]
    while stack:
        place, node = stack.pop()
        if isinstance(node, dict):
            for key in names.get(id(node), ()):
                message = f"key {quote(key)} is said more than once; parsers differ on which counts"
                found.append(
                    parse_issue(
                        "F4", "parse.duplicate_key", message, (*place, key), "R13", "project"
                    )
                )
            stack.extend(((*place, key), child) for key, child in reversed(node.items()))
        elif isinstance(node, list):
            stack.extend(((*place, index), child) for index, child in enumerate(node))
    return tuple(found)


def failed(cls: str, code: str, message: str) -> Parsed:
    """Return the outcome for a text without an object."""
    return Parsed(issues=(parse_issue(cls, code, message),))


def parse_issue(
    cls: str,
    code: str,
    message: str,
    place: Place = (),
    rule: str = "RFC 8259",
    basis: Any = "schema",
) -> Issue:
    """Return a finding of the parse layer."""
    path = path_of(place)
    return Issue(
        cls=cls, code=code, path=path, message=message, layer="parse", spec=rule, basis=basis
    )
