"""May this wording stay? Proves that a model's request still asks for its parent's call, no more.

Every value has to be said or derived; facts that the call does not hold, repeats, copies and talk
about the task are dropped with a reason. Rows are judged in order: the first of two equals stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from callforge_core.records import Sample
from generators.llm.asks import REFUSED, Ask, Reply
from generators.llm.prompts import load_prompts
from validators.grounding import Grounding
from validators.payload import Validator
from validators.places import Place
from validators.strict_json import parse_strict

Reason = Literal[
    "failed",  # no answer after all tries; the next run asks again
    "refused",  # the model would not
    "truncated",
    "unreadable",
    "length",
    "language",
    "gives_away",
    "copy",
    "duplicate",
    "ungrounded",
    "extra_fact",
    "unproven",
    "repeats",  # says a fact twice: small models append the list of values they were given
]
REASONS: tuple[Reason, ...] = get_args(Reason)
SHORTEST, LONGEST, TIMES = 12, 400, 3  # characters; longer only with a long parent
FEWEST_DISTINCT = 0.35  # of many words; less is a loop
WORD = re.compile(r"\w+")
FENCE = re.compile(r"\A```\w*\n(.*)\n```\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A row that came to nothing, and why."""

    row: int
    parent: str
    reason: Reason
    detail: str = ""
    text: str = ""
    """What the model said."""
    wording: str = ""
    """The request it holds, where one can be read."""

    def to_json(self) -> dict[str, Any]:
        """Return the row of dropped.jsonl."""
        return {
            "row": self.row + 1,
            "parent": self.parent,
            "reason": self.reason,
            "detail": self.detail,
            "text": self.text,
        }


@dataclass(slots=True, kw_only=True)
class Prover:
    """Judges the replies of one run, in the order of their rows."""

    validator: Validator
    generator: str
    model: str
    job: str
    seed: int
    seen: set[str] = field(default_factory=set)
    """The plain form of every request of a parent or a kept row."""

    def prove(self, parent: Sample, ask: Ask, reply: Reply) -> Sample | Dropped:
        """Return the new sample, or why there is none."""
        found = read_wording(reply, parent.id)
        if isinstance(found, Dropped):
            return found
        reason, detail = self.find_fault(parent, found)
        if reason is not None:
            return Dropped(
                row=reply.row,
                parent=parent.id,
                reason=reason,
                detail=detail,
                text=reply.text,
                wording=found,
            )
        self.seen.add(plain(found))
        grounding = self.validator.grounder.ground(parent.payload, found)
        facts = said_facts(grounding)
        for place in grounding.undetermined:
            facts |= parents_words(parent, place)
        return Sample(
            id=f"llm-{self.job}-{self.seed}-{reply.row + 1:06d}",
            api=parent.api,
            release=parent.release,
            operation=parent.operation,
            decision="call",
            request=found,
            payload=parent.payload,
            cluster=parent.cluster,
            family=f"llm/{self.job}/{parent.family}",
            path=parent.path,
            facts=facts,
            provenance=self.provenance(parent, ask),
        )

    def provenance(self, parent: Sample, ask: Ask) -> dict[str, Any]:
        """Return where a row comes from; `seed` is the one the model got."""
        made: dict[str, Any] = {
            "generator": self.generator,
            "model": self.model,
            "job": self.job,
            "parent": parent.id,
            "temperature": ask.temperature,
            "seed": ask.seed,
        }
        if "fold" in parent.provenance:
            made["fold"] = parent.provenance["fold"]
        return made

    def find_fault(self, parent: Sample, text: str) -> tuple[Reason | None, str]:
        """Return the first reason against a wording; None when it is proven."""
        longest = max(LONGEST, TIMES * len(parent.request))
        if not SHORTEST <= len(text) <= longest:
            return "length", f"{len(text)} characters, expected {SHORTEST} to {longest}"
        if why := find_odd_language(text):
            return "language", why
        lower = text.lower()
        for passage in load_prompts().gives_away:
            if passage in lower and passage not in parent.request.lower():
                return "gives_away", passage
        if plain(text) == plain(parent.request):
            return "copy", ""
        if plain(text) in self.seen:
            return "duplicate", ""
        return self.find_unfaithful(parent, text)

    def find_unfaithful(self, parent: Sample, text: str) -> tuple[Reason | None, str]:
        """Return what the request does not say of the call, or says beyond it."""
        for issue in self.validator.verdict(parent.payload, text).issues:
            if issue.severity == "error":
                return "ungrounded", f"{issue.cls} {issue.path}: {issue.message}"
        grounding = self.validator.grounder.ground(parent.payload, text)
        if grounding.unused:
            fact = grounding.unused[0]
            return "extra_fact", f"{fact.kind} {fact.value}"
        unknown = [at for at in grounding.undetermined if not keeps_words(parent, at, text)]
        if unknown:
            return "unproven", ", ".join(sorted(".".join(map(str, at)) for at in unknown))
        if twice := find_repeated(parent, said_facts(grounding), text):
            return "repeats", twice
        return None, ""


def read_wording(reply: Reply, parent: str) -> str | Dropped:
    """Return the request a reply holds: {"request": ...}, fenced, or plain text without braces."""

    def drop(reason: Reason, detail: str = "") -> Dropped:
        return Dropped(row=reply.row, parent=parent, reason=reason, detail=detail, text=reply.text)

    if reply.error:
        return drop("failed", reply.error)
    if reply.finish in (REFUSED, "length"):
        return drop("refused" if reply.finish == REFUSED else "truncated")
    text = reply.text.strip()
    fenced = FENCE.match(text)
    text = fenced[1].strip() if fenced else text
    parsed = parse_strict(text)
    if parsed.found and all(issue.cls == "F2" for issue in parsed.issues):
        said = parsed.value.get("request")
        if parsed.value.keys() == {"request"} and isinstance(said, str) and said.strip():
            return clean(said)
    elif text and not set("{}") & set(text):
        return clean(text.strip('"'))
    return drop("unreadable", 'expected {"request": "..."}')


def clean(text: str) -> str:
    """Return a text without blanks at the ends of its lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def plain(text: str) -> str:
    """Return the letters and digits of a text, for telling whether two say the same."""
    return " ".join(WORD.findall(text.casefold()))


def find_odd_language(text: str) -> str:
    """Return why a text is no plain English request; empty when it may be one."""
    letters = [char for char in text if char.isalpha()]
    if any(not (char.isprintable() or char == "\n") for char in text):
        return "control characters"
    if sum(char.isascii() for char in letters) < 0.9 * len(letters) or len(letters) < 3:
        return "few latin letters"
    words = WORD.findall(text.lower())
    if len(words) > 20 and len(set(words)) < FEWEST_DISTINCT * len(words):
        return "the same words again and again"
    return ""


def keeps_words(parent: Sample, place: Place, text: str) -> bool:
    """Say whether the words that state a value in the parent stand in the new text as well.

    What the validator cannot read, such as a spoken address, is as right as it was in the parent.
    """
    said = parents_words(parent, place)
    return bool(said) and all(f" {plain(words)} " in f" {plain(text)} " for words in said.values())


def parents_words(parent: Sample, place: Place) -> dict[str, str]:
    """Return the facts of the parent that state a value: its own, else those of what holds it."""
    steps = [step for step in place if isinstance(step, str)]
    for depth in range(len(steps), 0, -1):
        key = ".".join(steps[:depth])
        if key in parent.facts:
            return {key: str(parent.facts[key])}
    return {key: str(said) for key, said in parent.facts.items() if key.startswith(f"{steps[0]}.")}


def find_repeated(parent: Sample, facts: Mapping[str, str], text: str) -> str:
    """Return the words of a fact that stand more often in a text than in the parent's."""
    now, before = f" {plain(text)} ", f" {plain(parent.request)} "
    for words in facts.values():
        said = f" {plain(words)} "
        if now.count(said) > max(1, before.count(said)):
            return words
    return ""


def said_facts(grounding: Grounding) -> dict[str, str]:
    """Return place -> the words that state it, as the facts of a sample."""
    said: dict[str, list[str]] = {}
    for place, derivation in grounding.derivations.items():
        steps = [step for step in place if isinstance(step, str)]
        at = steps[0] if steps[0].endswith("Ports") else ".".join(steps)
        said.setdefault(at, []).append(derivation.text)
    return {at: ", ".join(dict.fromkeys(texts)) for at, texts in said.items()}


def plain_requests(parents: Iterable[Sample]) -> set[str]:
    """Return the plain form of every parent's request."""
    return {plain(parent.request) for parent in parents}
