"""Which QoS profiles exist, what are they for, does a payload's profile fit? (rules R7, R8)

Names are agreed with a provider; the API fixes none. A catalogue is a YAML file that people write.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from callforge_core.config import StrictModel, describe, load_yaml
from callforge_core.errors import SpecError
from callforge_core.records import Issue

Status = Literal["ACTIVE", "INACTIVE", "DEPRECATED"]


class Profile(StrictModel):
    """One QoS profile of a provider."""

    name: str = Field(min_length=3, max_length=256, pattern=r"^[a-zA-Z0-9_.-]+$")
    status: Status = "ACTIVE"
    min_duration_s: int = Field(default=1, ge=1)
    max_duration_s: int | None = Field(default=None, ge=1)
    """None: the provider has not stated a limit."""
    use: str = Field(min_length=1)
    """One line: the traffic this profile is for."""
    keywords: tuple[str, ...] = ()
    """Words in a request that point to this profile."""
    workloads: tuple[str, ...] = ()
    """Short noun phrases that mean this profile and no other."""

    @model_validator(mode="after")
    def limits_run_upwards(self) -> Profile:
        """Refuse a maximum below the minimum."""
        if self.max_duration_s is not None and self.max_duration_s < self.min_duration_s:
            raise ValueError(f"max_duration_s of {self.name} lies below its min_duration_s")
        return self


class Catalogue(StrictModel):
    """The profiles of one provider."""

    name: str = Field(min_length=1)
    description: str = ""
    profiles: tuple[Profile, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def names_differ(self) -> Catalogue:
        """Refuse a catalogue that lists a profile twice."""
        names = [profile.name for profile in self.profiles]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"profile {twice[0]} is listed twice")
        return self

    @cached_property
    def by_name(self) -> Mapping[str, Profile]:
        """Profile name -> profile, in file order."""
        return {profile.name: profile for profile in self.profiles}

    def get(self, name: object) -> Profile | None:
        """Return the profile of that exact name, or None."""
        return self.by_name.get(name) if isinstance(name, str) else None

    @property
    def active(self) -> tuple[Profile, ...]:
        """The profiles a session can be started with."""
        return tuple(profile for profile in self.profiles if profile.status == "ACTIVE")

    @property
    def lines(self) -> tuple[str, ...]:
        """One line per active profile, for prompts: name and use."""
        return tuple(f"{profile.name}: {profile.use}" for profile in self.active)


def load_catalogue(path: Path) -> Catalogue:
    """Read a catalogue; raise SpecError listing every problem."""
    values = load_yaml(path)
    if not isinstance(values, dict):
        raise SpecError(f"{path}: expected 'name' and 'profiles', found {type(values).__name__}")
    try:
        return Catalogue.model_validate(values)
    except ValidationError as exc:
        problems = "; ".join(describe(Catalogue, error) for error in exc.errors())
        raise SpecError(f"{path}: {problems}") from exc


def iter_catalogue_issues(payload: Mapping[str, Any], catalogue: Catalogue) -> Iterator[Issue]:
    """Yield what is wrong with the profile and with the duration under that profile."""
    name = payload.get("qosProfile")
    if not isinstance(name, str):
        return
    profile = catalogue.get(name)
    if profile is None:
        near = difflib.get_close_matches(name.upper(), list(catalogue.by_name), n=1, cutoff=0.75)
        hint = f"; did you mean {near[0]}?" if near else ""
        known = ", ".join(catalogue.by_name)
        yield issue(
            "V4",
            "catalogue.unknown_profile",
            f"the catalogue has no profile {name!r:.60} (it has {known}){hint}",
        )
        return
    if profile.status != "ACTIVE":
        yield issue(
            "D6",
            "catalogue.inactive_profile",
            f"profile {name} is {profile.status}, no session can use it",
        )
    yield from duration_issues(payload.get("duration"), profile)


def duration_issues(duration: object, profile: Profile) -> Iterator[Issue]:
    """Yield a duration outside the limits that the profile states."""
    if not isinstance(duration, int) or isinstance(duration, bool):
        return
    if duration < profile.min_duration_s:
        limit = f"below the minimum of {profile.min_duration_s} s"
    elif profile.max_duration_s is not None and duration > profile.max_duration_s:
        limit = f"above the maximum of {profile.max_duration_s} s"
    else:
        return
    message = f"duration {duration} is {limit} of profile {profile.name}"
    yield issue("D6", "catalogue.duration_limit", message, path="$.duration", rule="R8")


def issue(
    cls: str, code: str, message: str, *, path: str = "$.qosProfile", rule: str = "R7"
) -> Issue:
    """Return a finding of the catalogue layer."""
    return Issue(
        cls=cls,
        code=code,
        path=path,
        message=message,
        layer="catalogue",
        spec=rule,
        basis="normative",
    )
