"""Which words may a request use that has to be refused? Loads lexicons/refuse.yaml, parsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from callforge_core.config import StrictModel, build_model
from generators.grammar import Node, realise
from generators.lexicon import read_yaml
from generators.operation_words import parse_texts


class TopicFile(StrictModel):
    """One topic: why it is refused and how it is put."""

    unless: list[str] = []
    reasons: list[str]
    imp: list[str]
    np: list[str]
    q: list[str]
    say: list[str]


class InjectionFile(StrictModel):
    """One kind of injection: why it is refused and how it is put."""

    reasons: list[str]
    texts: list[str]


class HarmlessFile(StrictModel):
    """Words around a request that ask for nothing."""

    before: list[str]
    after: list[str]
    reference: list[str]


class RefuseFile(StrictModel):
    """refuse.yaml."""

    topics: dict[str, TopicFile]
    why: list[str]
    cities: list[str]
    injections: dict[str, InjectionFile]
    fields: dict[str, list[str]]
    joints: list[str]
    harmless: HarmlessFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What is asked for and cannot be done."""

    reasons: Node
    asks: Mapping[str, Node]
    """Form -> wordings, all forms of operations.yaml."""
    unless: frozenset[str]
    """Operations that could do it after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """How a request tries to change what may be sent."""

    reasons: Node
    texts: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """All words for refusals, parsed."""

    topics: Mapping[str, Topic]
    injections: Mapping[str, Injection]
    fields: Mapping[str, Sequence[str]]
    cities: Sequence[str]
    joints: Node
    before: Node
    after: Node
    reference: Node


@cache
def load_refusals() -> Refusals:
    """Return the bundled words; raise ConfigError naming what is wrong."""
    read = build_model(RefuseFile, read_yaml("refuse"), "lexicons/refuse.yaml")
    why = parse_texts(read.why)
    return Refusals(
        topics={
            name: Topic(
                reasons=parse_texts(topic.reasons),
                asks={
                    "imp": parse_texts(topic.imp),
                    "np": parse_texts(topic.np),
                    "q": parse_texts(topic.q),
                    "say": parse_texts(topic.say),
                    "kv": parse_texts(topic.imp),
                    "why": why,
                },
                unless=frozenset(topic.unless),
            )
            for name, topic in read.topics.items()
        },
        injections={
            name: Injection(reasons=parse_texts(each.reasons), texts=parse_texts(each.texts))
            for name, each in read.injections.items()
        },
        fields=read.fields,
        cities=read.cities,
        joints=parse_texts(read.joints),
        before=parse_texts(read.harmless.before),
        after=parse_texts(read.harmless.after),
        reference=parse_texts(read.harmless.reference),
    )


def say(node: Node, rng: Random, **values: str) -> str:
    """Return one wording of a node, its names replaced by values."""
    return realise(node, rng, values.__getitem__, values.__contains__)
