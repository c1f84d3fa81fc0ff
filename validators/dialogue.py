"""Is a conversation one that could be had? Order of turns, leaks, the state of sessions.

    list(iter_dialogue_issues([{"role": "user", "content": "..."}, ...], operation))

Findings about turns name the turn in their path: $[3]. Junk never raises.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from callforge_core.records import Issue, Severity
from callforge_core.spec import Operation
from validators.answers import ENVELOPE
from validators.places import path_of, quote
from validators.session_states import iter_state_faults
from validators.strict_json import parse_strict

Turns = Sequence[Mapping[str, Any]]

ROLES = ("system", "user", "assistant", "tool")
SAME = {"function": "tool", "human": "user", "gpt": "assistant", "developer": "system"}
MARKERS = re.compile(
    r"<\|(?:im_start|im_end|eot_id|start_header_id|end_header_id|user|assistant|system|endoftext)\|>"
    r"|\[/?INST\]|<<SYS>>|^#{2,3} (?:Instruction|Response|Human|Assistant|User):?"
    r"|^(?:User|Human|Assistant):",
    re.MULTILINE,
)
SENTENCE = re.compile(r"[^.!?\n]{40,}[.!?]?")
MOST_CHARACTERS = 20_000  # evaluation cuts outputs here; no request is that long
MOST_TURNS = 200
FEWEST_LETTERS = 12  # a script is told for sure from so many letters, nearly all of one kind
SURE = 0.9
KANA = ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA")


class Turn(NamedTuple):
    """One turn, read: what is odd about it does not get in the way of the rest."""

    number: int
    role: str
    text: str
    calls: bool
    """True when a tool may answer this turn."""
    raw: Mapping[str, Any]


def iter_dialogue_issues(
    messages: Sequence[object], operation: Operation | None = None
) -> Iterator[Issue]:
    """Yield everything that is wrong with a conversation, in the order of its turns by kind."""
    turns = [read_turn(index, turn) for index, turn in enumerate(messages[:MOST_TURNS])]
    if not turns:
        yield finding("no_turns", (), "the conversation has no turns")
        return
    if len(messages) > MOST_TURNS:
        message = f"{len(messages)} turns; only the first {MOST_TURNS} are looked at"
        yield finding("too_many_turns", (), message, severity="warn")
    yield from order_issues(turns, whole=len(messages) <= MOST_TURNS)
    for turn in turns:
        yield from text_issues(turn)
    yield from leak_issues(turns, operation)
    yield from script_issues(turns)
    said = [(turn.number, turn.role, turn.text) for turn in turns]
    for index, code, message in iter_state_faults(said):
        yield finding(code, (index,), message, cls="D5")


def read_turn(index: int, turn: object) -> Turn:
    """Read a turn of any shape; content that is no text becomes JSON."""
    raw: Mapping[str, Any] = turn if isinstance(turn, Mapping) else {}
    role, content = raw.get("role"), raw.get("content")
    text = content if isinstance(content, str) else "" if content is None else render(content)
    name = SAME.get(role, role) if isinstance(role, str) else ""
    called = raw.get("tool_calls") or raw.get("function_call")
    return Turn(index, name, text, bool(called) or is_call(text), raw)


def render(content: object) -> str:
    """Return any content as text."""
    try:
        return json.dumps(content, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return "?"


def is_call(text: str) -> bool:
    """Say whether a text is a call: an envelope, or a bare body."""
    value = read_object(text)
    return value is not None and value.keys() not in ({"clarify"}, {"refuse"})


def read_object(text: str) -> dict[str, Any] | None:
    """Return the object that a text is, or holds between words; None when there is none."""
    if "{" not in text or len(text) > MOST_CHARACTERS:
        return None
    value = parse_strict(text).value
    return value if isinstance(value, dict) else None


def order_issues(turns: Sequence[Turn], *, whole: bool) -> Iterator[Issue]:
    """Yield unknown roles and turns that do not follow from the one before."""
    before = "nobody"
    for turn in turns:
        place = (turn.number,)
        if turn.role not in ROLES:
            message = f"role {quote(turn.raw.get('role'))} is none of {', '.join(ROLES)}"
            yield finding("unknown_role", place, message)
        elif turn.role == "system" and turn.number > 0:
            yield finding("system_late", place, "a system turn stands at the beginning or nowhere")
        elif turn.role == "assistant" and before in ("nobody", "system"):
            yield finding("no_user", place, "the assistant speaks before the user does")
        elif turn.role == before and turn.role in ("user", "assistant"):
            yield finding("same_role", place, f"two turns of the {turn.role} in a row")
        elif turn.role == "user" and before == "tool":
            yield finding("tool_unread", place, "the assistant does not say what the tool answered")
        elif turn.role == "tool":
            yield from tool_issues(turns, turn)
        before = turn.role
    if whole and turns[-1].role != "assistant":
        message = f"the last turn is of the {turns[-1].role or 'nobody'}, not of the assistant"
        yield finding("no_answer", (turns[-1].number,), message)


def tool_issues(turns: Sequence[Turn], turn: Turn) -> Iterator[Issue]:
    """Yield a tool turn that answers no call."""
    earlier = [other for other in turns[: turn.number] if other.role != "tool"]
    caller = earlier[-1] if earlier else None
    if caller is None or caller.role != "assistant" or not caller.calls:
        yield finding("tool_uncalled", (turn.number,), "a tool answers, but nobody has called it")
        return
    calls = caller.raw.get("tool_calls")
    known = {
        call.get("id") for call in calls if isinstance(call, Mapping)
    } if isinstance(calls, list) else set()  # fmt: skip
    wanted = turn.raw.get("tool_call_id")
    if isinstance(wanted, str) and known - {None} and wanted not in known:
        message = f"the tool answers call {quote(wanted)}, which was not made"
        yield finding("tool_unknown_call", (turn.number,), message)


def text_issues(turn: Turn) -> Iterator[Issue]:
    """Yield a turn that says nothing, too much, or the marks of a chat template."""
    # a tool may answer with nothing: deletions do
    if not turn.text.strip() and not turn.calls and turn.role != "tool":
        yield finding("empty_turn", (turn.number,), f"the {turn.role or 'unknown'} says nothing")
    if len(turn.text) > MOST_CHARACTERS:
        message = f"the turn has {len(turn.text)} characters, more than {MOST_CHARACTERS}"
        yield finding("too_long", (turn.number,), message)
    elif turn.role != "system" and (mark := MARKERS.search(turn.text)):
        message = f"{quote(mark[0])} marks a turn of a chat template; it is no part of what is said"
        yield finding("role_marker", (turn.number,), message)


def leak_issues(turns: Sequence[Turn], operation: Operation | None) -> Iterator[Issue]:
    """Yield users who say the payload, and assistants who repeat their instructions."""
    keys = set(operation.keys if operation else ()) | (ENVELOPE - {"path", "query"})
    secret = [
        sentence.strip()
        for turn in turns
        if turn.role == "system"
        for sentence in SENTENCE.findall(turn.text[:MOST_CHARACTERS])
    ]
    objects = {turn.number: read_object(turn.text) for turn in turns}
    answers = {turn.number: objects[turn.number] for turn in turns if turn.role == "assistant"}
    for turn in turns:
        value = objects[turn.number]
        if turn.role == "user" and value:
            known = [index for index, answer in answers.items() if answer == value]
            shared = sorted(keys & value.keys())
            if known and known[0] > turn.number:
                yield finding("answer_leaked", (turn.number,), "the user says the answer itself")
            elif not known and len(shared) > 1:
                message = f"the user says a payload with {', '.join(shared)}"
                yield finding("payload_leaked", (turn.number,), message)
        if turn.role == "assistant":
            said = [sentence for sentence in secret if sentence in turn.text]
            if said:
                message = f"the assistant repeats its instructions: {quote(said[0])}"
                yield finding("system_leaked", (turn.number,), message)


def script_issues(turns: Sequence[Turn]) -> Iterator[Issue]:
    """Yield assistant turns in another script than all that the user has said so far."""
    heard: set[str] = set()
    for turn in turns:
        script = script_of(spoken(turn))
        if turn.role == "user" and script:
            heard.add(script)
        elif turn.role == "assistant" and script and heard and script not in heard:
            message = f"the user writes {' and '.join(sorted(heard))}, the assistant {script}"
            yield finding("other_script", (turn.number,), message.lower())


def spoken(turn: Turn) -> str:
    """Return the words of a turn: of a refusal its reason, of other JSON nothing."""
    if turn.role != "assistant" or "{" not in turn.text:
        return turn.text[:MOST_CHARACTERS]
    value = read_object(turn.text)
    reason = value.get("refuse") if value else ""
    return reason if isinstance(reason, str) else ""


def script_of(text: str) -> str:
    """Return the script that nearly all letters of a text have; nothing when that is unsure."""
    if text.isascii():
        return "LATIN" if sum(map(str.isalpha, text)) >= FEWEST_LETTERS else ""
    letters = Counter(unicodedata.name(sign, "?").split()[0] for sign in text if sign.isalpha())
    letters["CJK"] += sum(letters.pop(name, 0) for name in KANA)  # one language mixes them
    total = letters.total()
    if total < FEWEST_LETTERS:
        return ""
    script, count = letters.most_common(1)[0]
    return script if count >= SURE * total else ""


def finding(
    code: str,
    place: tuple[int, ...],
    message: str,
    *,
    cls: str = "",
    severity: Severity = "error",
) -> Issue:
    """Return an issue of the dialogue layer; only what the calls do has a class of its own (D5)."""
    return Issue(
        cls=cls,
        code=f"dialogue.{code}",
        path=path_of(place),
        message=message,
        layer="dialogue",
        basis="normative" if cls else "project",
        severity=severity,
    )
