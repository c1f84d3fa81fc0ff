"""Which words may a request use?  Loads lexicons/*.yaml once, checked and parsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml
from pydantic import field_validator

from callforge_core.config import StrictModel, build_model
from callforge_core.errors import ConfigError
from generators.grammar import Choice, Node, parse_template, references

SLOTS = ("device", "server", "ports", "device_ports", "profile", "duration", "sink")


class PhraseFile(StrictModel):
    """phrases.yaml: the words around the facts."""

    sticky: list[str]
    phrases: dict[str, list[str]]


class ClauseFile(StrictModel):
    """clauses.yaml: slot -> flavour -> form -> wordings."""

    device: dict[str, dict[str, list[str]]]
    server: dict[str, dict[str, list[str]]]
    ports: dict[str, dict[str, list[str]]]
    device_ports: dict[str, dict[str, list[str]]]
    profile: dict[str, dict[str, list[str]]]
    duration: dict[str, dict[str, list[str]]]
    sink: dict[str, dict[str, list[str]]]


class FrameFile(StrictModel):
    """frames.yaml: register -> frame -> text."""

    frames: dict[str, dict[str, str]]


class WorkloadFile(StrictModel):
    """workloads.yaml: a workload of the catalogue -> other ways to name it."""

    workloads: dict[str, list[str]]


class ValueFile(StrictModel):
    """values.yaml: how phones, durations and compound addresses look."""

    fictional_phones: tuple[str, ...]
    area_codes: tuple[str, ...]
    spare_codes: tuple[str, ...]
    idioms: tuple[tuple[int, tuple[str, ...]], ...]
    hours_and_minutes: tuple[str, ...]
    minutes_and_seconds: tuple[str, ...]
    intervals: tuple[str, ...]
    address_with_port: tuple[str, ...]
    address_with_private: tuple[str, ...]

    @field_validator("*", mode="before")
    @classmethod
    def to_tuples(cls, value: object) -> object:
        """Accept a list, a mapping or a line of blank-separated words."""
        if isinstance(value, str):
            return tuple(value.split())
        if isinstance(value, dict):
            return tuple(value.items())
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All words, parsed."""

    families: tuple[str, ...]
    """register/frame, in file order."""
    frames: Mapping[str, Node]
    clauses: Mapping[str, Mapping[str, Mapping[str, Node]]]
    phrases: Mapping[str, Node]
    sticky: frozenset[str]
    workloads: Mapping[str, tuple[str, ...]]


@cache
def load_lexicon() -> Lexicon:
    """Return the bundled lexicon; raise ConfigError naming the file that is wrong."""
    phrases = build_model(PhraseFile, read_yaml("phrases"), "lexicons/phrases.yaml")
    clauses = build_model(ClauseFile, read_yaml("clauses"), "lexicons/clauses.yaml")
    frames = build_model(FrameFile, {"frames": read_yaml("frames")}, "lexicons/frames.yaml")
    workloads = build_model(
        WorkloadFile, {"workloads": read_yaml("workloads")}, "lexicons/workloads.yaml"
    )
    parsed = {
        f"{register}/{name}": parse_template(text)
        for register, texts in frames.frames.items()
        for name, text in texts.items()
    }
    around = {name: parse_list(texts) for name, texts in phrases.phrases.items()}
    for family, node in parsed.items():
        check_frame(family, node, around)
    return Lexicon(
        families=tuple(parsed),
        frames=parsed,
        clauses={slot: parse_forms(getattr(clauses, slot)) for slot in SLOTS},
        phrases=around,
        sticky=frozenset(phrases.sticky),
        workloads={name.lower(): tuple(words) for name, words in workloads.workloads.items()},
    )


@cache
def load_values() -> ValueFile:
    """Return how values look; raise ConfigError when values.yaml is wrong."""
    return build_model(ValueFile, read_yaml("values"), "lexicons/values.yaml")


def read_yaml(name: str) -> Any:
    """Return the parsed lexicon file `name`."""
    path = resources.files("generators") / "lexicons" / f"{name}.yaml"
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def check_frame(family: str, node: Node, phrases: Mapping[str, Node]) -> None:
    """Raise ConfigError unless the frame states every slot exactly once."""
    said = list(iter_slots(node, phrases))
    wrong = [slot for slot in SLOTS if said.count(slot) != 1]
    if wrong:
        raise ConfigError(f"lexicons/frames.yaml: {family}: {', '.join(wrong)} not said once")


def iter_slots(node: Node, phrases: Mapping[str, Node]) -> Iterator[str]:
    """Yield the slots a frame states, those inside its phrases included."""
    for name in references(node):
        slot, dot, _ = name.partition(".")
        if dot:
            yield slot
        elif name in phrases:
            phrase = phrases[name]
            first = phrase.options[0] if isinstance(phrase, Choice) else phrase
            yield from dict.fromkeys(iter_slots(first, phrases))


def parse_forms(flavours: Mapping[str, Mapping[str, list[str]]]) -> dict[str, dict[str, Node]]:
    """Return the parsed wordings: flavour -> form -> tree."""
    return {
        flavour: {form: parse_list(texts) for form, texts in forms.items()}
        for flavour, forms in flavours.items()
    }


def parse_list(texts: list[str]) -> Node:
    """Return one tree that says any of `texts`."""
    nodes = tuple(map(parse_template, texts))
    return nodes[0] if len(nodes) == 1 else Choice(nodes)
