"""The verb `generate`: requests with the calls that answer them, preference pairs, dialogues."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from callforge.options import ApiName, CatalogueName, JsonFile, Release, Seed, SpecFile

DEFAULT_OUT = Path("runs/data")


class Kind(StrEnum):
    """What `generate` makes."""

    samples = "samples"
    preference = "preference"
    dialogues = "dialogues"


class Backend(StrEnum):
    """Who finds the words."""

    template = "template"
    openai = "openai"
    distilabel = "distilabel"


Operations = Annotated[
    str, typer.Option(help="Operation, several with commas, or `all` of the API family.")
]
Rows = Annotated[int, typer.Option(min=1, help="How many rows.")]
MixName = Annotated[
    str,
    typer.Option(
        help="Samples: full, core (fewer kinds of facts) or ten (sentences). Preference: demo, "
        "uniform or natural fault classes, or classes with weights: S2=3,V1=1."
    ),
]
Decisions = Annotated[str, typer.Option(help="call, clarify, refuse: which rows, with commas.")]
Workers = Annotated[int, typer.Option(min=0, help="Processes; 0: one a core.")]
Covers = Annotated[
    bool, typer.Option("--coverage", help="Fill gaps, and print what of the API is covered.")
]
MinCoverage = Annotated[
    float | None, typer.Option(min=0, max=1, help="Exit 1 when less is covered (0 to 1).")
]
Source = Annotated[
    Path | None, typer.Option("--from", help="Keep the valid rows, add --rows variations.")
]
Run = Annotated[
    Path | None, typer.Option("--from-run", help="Preference: rejects from this run's answers.")
]
MaxAuc = Annotated[
    float, typer.Option(min=0.5, max=1, help="Preference: what lengths alone may tell.")
]
BackendName = Annotated[Backend, typer.Option(help="Who finds the words.")]
Model = Annotated[str, typer.Option(help="openai, distilabel: the model's name.")]
BaseUrl = Annotated[str, typer.Option(help="openai, distilabel: where it is served.")]
Job = Annotated[
    str, typer.Option(help="openai, distilabel: paraphrase, persona, seeds or backtranslate.")
]
Concurrency = Annotated[int, typer.Option(min=1, help="openai: requests at a time.")]
RayAddress = Annotated[
    str, typer.Option(help="distilabel: run on Ray: local, or where a cluster's head is.")
]
Prices = Annotated[
    Path | None, typer.Option(help="openai: a YAML file of prices, for the cost of a run.")
]


def generate_verb(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("generate")(generate)


def generate(
    kind: Annotated[Kind, typer.Argument(help="What to make.")] = Kind.samples,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = DEFAULT_OUT,
    operation: Operations = "createSession",
    rows: Rows = 700,
    seed: Seed = 0,
    release: Release = None,
    api: ApiName = None,
    spec: SpecFile = None,
    catalogue: CatalogueName = "default",
    mix: MixName = "",
    decisions: Decisions = "call",
    workers: Workers = 1,
    coverage: Covers = False,
    min_coverage: MinCoverage = None,
    source: Source = None,
    run: Run = None,
    max_auc: MaxAuc = 0.60,
    backend: BackendName = Backend.template,
    model: Model = "",
    base_url: BaseUrl = "",
    job: Job = "paraphrase",
    concurrency: Concurrency = 4,
    ray: RayAddress = "",
    prices: Prices = None,
    json_file: JsonFile = None,
) -> None:
    """Make requests with the calls that answer them, or preference pairs; every row is proven."""
    given = dict(locals())
    from callforge.generation import Order, fulfil

    given |= {"kind": kind.value, "backend": backend.value}
    given |= {"operations": names_in(given.pop("operation")), "decisions": names_in(decisions)}
    text, ok = fulfil(Order(**given))
    print(text)
    if not ok:
        raise typer.Exit(1)


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of a list with commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
