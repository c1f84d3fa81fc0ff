"""Verbs that train and measure: train, eval, report, bench, doctor, demo."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from callforge.options import (
    ApiName,
    CatalogueName,
    JsonFile,
    Operation,
    Release,
    Seed,
    SpecFile,
)
from callforge_core.errors import CallforgeError
from eval.engines import MAX_NEW_TOKENS


class Stage(StrEnum):
    """What `train` runs."""

    sft = "sft"
    dpo = "dpo"


class Bench(StrEnum):
    """What `bench` measures."""

    train = "train"
    generate = "generate"
    validate = "validate"
    eval = "eval"


class EngineName(StrEnum):
    """Who answers the requests in `eval`."""

    transformers = "transformers"
    replay = "replay"
    llamacpp = "llamacpp"
    openai = "openai"
    vllm = "vllm"


def model_verbs(app: typer.Typer) -> None:
    """Register the verbs of this module, in data order."""
    app.command("train")(train)
    app.command("eval")(evaluate)
    app.command("report")(report)
    app.command("bench")(bench)
    app.command("doctor")(doctor)
    app.command("demo")(demo)


def train(
    stage: Annotated[Stage, typer.Argument(help="sft, or dpo from an SFT adapter.")],
    data: Annotated[Path, typer.Option(help="Folder made by `build`.")],
    out: Annotated[Path, typer.Option(help="Folder for adapter, curve and manifest.")],
    recipe: Annotated[str, typer.Option(help="Bundled recipe or YAML file.")] = "cpu-smollm2",
    adapter: Annotated[
        Path | None, typer.Option("--adapter", "--from", help="Run to start from (dpo needs one).")
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE...", help="Such as lr=5e-4.")
    ] = None,
) -> None:
    """Train a LoRA adapter; an interrupted run goes on from its last checkpoint."""
    from callforge.stages import train_adapter

    print(train_adapter(stage.value, data, out, recipe, overrides or [], adapter))


def evaluate(
    model: Annotated[str, typer.Option(help="Embedded name, model folder, run folder or Hub id.")],
    data: Annotated[Path, typer.Option(help="Evaluation rows (JSONL), or a folder of `build`.")],
    out: Annotated[Path, typer.Option(help="Folder for scores.jsonl and summary.json.")],
    engine: Annotated[EngineName, typer.Option(help="Who answers.")] = EngineName.transformers,
    constrained: Annotated[bool, typer.Option(help="Schema-constrained decoding.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N rows.")] = None,
    max_new_tokens: Annotated[int, typer.Option(min=1, help="Longest answer.")] = MAX_NEW_TOKENS,
    operation: Operation = "createSession",
    release: Release = None,
    api: ApiName = None,
    spec: SpecFile = None,
    catalogue: CatalogueName = "default",
) -> None:
    """Measure a model on held-out requests, with intervals."""
    from callforge.api import load_api

    if constrained or engine not in (EngineName.transformers, EngineName.replay):
        what = "--constrained" if constrained else f"engine {engine.value!r}"
        raise CallforgeError(f"{what}: not in this version; see CHANGELOG.md")
    from callforge.evaluation import evaluate_model

    known = load_api(operation, release, spec, catalogue, api)
    print(
        evaluate_model(
            known, model, data, out, engine=engine.value, limit=limit, max_new_tokens=max_new_tokens
        )
    )


def report(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of `demo`.")],
) -> None:
    """Write report.html and report.json again from the records of a run."""
    from callforge.demo import rewrite_report

    for folder in folders:
        print(rewrite_report(folder))


def bench(
    what: Annotated[Bench, typer.Argument(help="train, generate or validate so far.")],
    recipe: Annotated[str, typer.Option(help="train: recipe to measure.")] = "cpu-smollm2",
    steps: Annotated[int, typer.Option(min=1, help="train: measured steps.")] = 4,
    rows: Annotated[int, typer.Option(min=1, help="generate, validate: rows.")] = 4000,
    repeats: Annotated[int, typer.Option(min=1, help="generate, validate: turns of each arm.")] = 7,
    workers: Annotated[
        list[int] | None,
        typer.Option(min=1, help="generate, validate: also with so many processes."),
    ] = None,
    json: JsonFile = None,
) -> None:
    """Measure speed as a ratio against a named competitor, in one run."""
    from callforge.bench import bench_generation, bench_training, bench_validation

    if what is Bench.train:
        print(bench_training(recipe, steps=steps, json_file=json))
    elif what in (Bench.validate, Bench.generate):
        measure = bench_validation if what is Bench.validate else bench_generation
        print(measure(rows=rows, repeats=repeats, workers=workers or (), json_file=json))
    else:
        raise CallforgeError(f"`callforge bench {what}` is not in this version; see CHANGELOG.md")


def doctor(
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Inject every fault class and see what is found.")
    ] = False,
    rows: Annotated[int | None, typer.Option(min=1, help="Faults per class (200).")] = None,
    json: JsonFile = None,
) -> None:
    """Check this installation (packages, extras, base model, folders) or the validator itself."""
    if not self_test and (rows is not None or json is not None):
        raise CallforgeError("--rows and --json belong to --self-test; add it or leave them out")
    if self_test:
        from callforge.self_test import check_validator

        text, good = check_validator(rows=rows, json_file=json)
    else:
        from callforge.doctor import examine

        text, good = examine()
    print(text)
    if not good:
        raise typer.Exit(1 if self_test else 2)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything the demo makes.")] = Path(
        "runs/demo"
    ),
    rows: Annotated[int, typer.Option(min=40, help="SFT samples to generate.")] = 700,
    pairs: Annotated[int, typer.Option(min=20, help="Preference pairs to generate.")] = 120,
    seed: Seed = 0,
    mix: Annotated[str, typer.Option(help="core: fewer kinds of facts, or full.")] = "core",
    recipe: Annotated[str, typer.Option(help="Bundled recipe or YAML file.")] = "cpu-smollm2",
    limit: Annotated[int | None, typer.Option(min=1, help="Test requests at most.")] = None,
    max_new_tokens: Annotated[int, typer.Option(min=1, help="Longest answer.")] = 128,
    overrides: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=VALUE...", help="Recipe overrides: sft.lr=5e-4, model=DIR."),
    ] = None,
) -> None:
    """Run the whole pipeline on the embedded defaults and write a report."""
    from callforge.demo import run_demo
    from callforge.demo_records import Settings
    from training.recipes import load_recipe

    changed = tuple(overrides or ())
    model = load_recipe(recipe, "sft", changed).model
    load_recipe(recipe, "dpo", changed)  # a wrong key is told now, not in ten minutes
    settings = Settings(
        rows=rows, pairs=pairs, seed=seed, mix=mix,
        recipe=recipe, model=model, overrides=changed, limit=limit, max_new_tokens=max_new_tokens,
    )  # fmt: skip
    print(run_demo(out, settings))
