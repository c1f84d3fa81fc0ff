"""What is a model told? Loads lexicons/prompts.yaml, checked, and fills its texts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from string import Template

from pydantic import Field, field_validator

from callforge_core.config import StrictModel, build_model
from callforge_core.errors import ConfigError
from callforge_core.prompting import Messages
from generators.lexicon import read_yaml

KNOWN = frozenset({"request", "values", "manner", "persona", "examples", "facts", "payload"})


class JobPrompt(StrictModel):
    """How one job is put to a model."""

    temperature: float = Field(ge=0, le=2)
    max_tokens: int = Field(ge=16, le=8192)
    system: str
    user: str

    @field_validator("system", "user")
    @classmethod
    def names_are_known(cls, text: str) -> str:
        """Refuse a $name that no job fills."""
        strange = sorted(set(Template(text).get_identifiers()) - KNOWN)
        if strange or not Template(text).is_valid():
            raise ValueError(f"unknown name {', '.join(strange) or '$'}")
        return text


class PromptFile(StrictModel):
    """prompts.yaml."""

    jobs: dict[str, JobPrompt]
    manners: list[str] = Field(min_length=1)
    personas: list[str] = Field(min_length=1)
    gives_away: list[str]


@cache
def load_prompts() -> PromptFile:
    """Return the bundled prompts; raise ConfigError when the file is wrong."""
    return build_model(PromptFile, read_yaml("prompts"), "lexicons/prompts.yaml")


def prompt_of(job: str) -> JobPrompt:
    """Return the prompt of a job; raise ConfigError naming the jobs there are."""
    jobs = load_prompts().jobs
    if job not in jobs:
        raise ConfigError(f"--job {job!r}: use one of {', '.join(jobs)}")
    return jobs[job]


def fill(prompt: JobPrompt, facts: Mapping[str, str]) -> Messages:
    """Return the conversation with every $name filled; values are never read as templates."""
    return [
        {"role": role, "content": Template(text).substitute(facts)}
        for role, text in (("system", prompt.system), ("user", prompt.user))
    ]
