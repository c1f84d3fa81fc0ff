"""What must stand in lexicons/*.yaml?  Strict models of the files."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from callforge_core.config import StrictModel

Flavours = dict[str, dict[str, list[str]]]


class PhraseFile(StrictModel):
    """phrases.yaml: the words around the facts."""

    sticky: list[str]
    phrases: dict[str, list[str]]


class ClauseFile(StrictModel):
    """clauses.yaml: slot -> flavour -> form -> wordings."""

    device: Flavours
    server: Flavours
    ports: Flavours
    device_ports: Flavours
    profile: Flavours
    duration: Flavours
    sink: Flavours


class FrameFile(StrictModel):
    """frames.yaml: register -> frame -> text."""

    frames: dict[str, dict[str, str]]


class GroupEntry(StrictModel):
    """A group of workloads: needs, names of its profile, devices, servers, other wordings."""

    needs: list[str]
    labels: list[str]
    devices: list[str]
    servers: list[str]
    workloads: dict[str, list[str]]


class GroupFile(StrictModel):
    """workloads.yaml: group -> its words."""

    groups: dict[str, GroupEntry]


class ArrangementEntry(StrictModel):
    """Where the wish stands, what hangs on it, how the other facts are put and joined."""

    ask: Literal["first", "last", "inside", "none"]
    head: list[str] = []
    about: bool = False
    body: list[str]
    joint: list[str]
    pair: bool = False
    wrap: Literal["", "json", "equals", "colon", "flag", "table"] = ""


class RegisterEntry(StrictModel):
    """Words and habits of a register; shares in 0..1."""

    arrangements: list[str]
    open: list[str]
    ask: list[str]
    close: list[str]
    mark: str = "."
    lower: float = 0.0
    upper: float = 0.0
    typo: float = 0.0
    brief: float = 0.0
    aside: float = 0.0
    filler: float = 0.0
    spoken: float = 0.0
    broken: float = 0.0


class RegisterFile(StrictModel):
    """registers.yaml: how free requests are put together, and by whom."""

    arrangements: dict[str, ArrangementEntry]
    about: list[str]
    registers: dict[str, RegisterEntry]


class LanguageEntry(StrictModel):
    """How lengths of time and uses are said in another language."""

    units: dict[int, tuple[str, str]]
    uses: dict[str, list[str]]


class LanguageFile(StrictModel):
    """languages.yaml: register -> its language."""

    languages: dict[str, LanguageEntry]


class ValueFile(StrictModel):
    """values.yaml: how phones, durations and compound addresses look."""

    fictional_phones: tuple[str, ...]
    area_codes: tuple[str, ...]
    spare_codes: tuple[str, ...]
    idioms: tuple[tuple[int, tuple[str, ...]], ...]
    hours_and_minutes: tuple[str, ...]
    minutes_and_seconds: tuple[str, ...]
    days_and_hours: tuple[str, ...]
    twice: tuple[str, ...]
    sums: tuple[str, ...]
    until: tuple[str, ...]
    asides: tuple[tuple[int, tuple[str, ...]], ...]
    corrections: tuple[str, ...]
    intervals: tuple[str, ...]
    spoken_intervals: tuple[str, ...]
    address_with_port: tuple[str, ...]
    address_with_private: tuple[str, ...]
    address_with_both: tuple[str, ...]

    @field_validator("*", mode="before")
    @classmethod
    def to_tuples(cls, value: object) -> object:
        """Accept a list, a mapping or a line of blank-separated words."""
        if isinstance(value, str):
            return tuple(value.split())
        if isinstance(value, dict):
            return tuple(value.items())
        return value
