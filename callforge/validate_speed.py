"""How fast is a verdict? Rows a second on one core, against python-jsonschema on the same rows.

All arms see the same generated createSession rows in the same process, in turns, so that a slow
moment of the machine hits each of them; the median of the turns counts, in processor time. The
competitor gets its best form: a compiled Draft 4 validator, only asked for yes or no. It stops at
the published schema; every arm of ours also checks for unknown members, the rules and the profile.
"""

from __future__ import annotations

import gc
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from callforge.api import Api, load_api
from callforge_core.errors import CallforgeError
from callforge_core.jsonl import write_rows
from datasets_src.judge import STRETCH

SCHEMA_ONLY = "python-jsonschema"
FULL = "callforge, full verdict, stretches"


SETS = {
    "core": "plain wordings (core mix)",
    "full": "every voice (full mix)",
}
"""Mix -> what its rows are like: how plainly requests speak decides what grounding costs."""


class Arm(NamedTuple):
    """One way to judge a row."""

    name: str
    what: str
    against: str
    """The arm it is compared with; empty for the competitor itself."""
    judge: Callable[[Any], object]
    given: str
    """What a row is given as: text, object (parsed beforehand), asked (text and request), or
    stretches of such rows."""


class Texts(NamedTuple):
    """The rows to judge."""

    requests: list[str]
    answers: list[str]


def measure_validation(
    *, rows: int, repeats: int, workers: Sequence[int] = (), scaling_rows: int = 100_000
) -> dict[str, Any]:
    """Measure every arm and, for each count of `workers`, the validate command on a file."""
    api = load_api("createSession", None, None, "default")
    return {
        "rows": rows,
        "repeats": repeats,
        "clock": "processor seconds of one process",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "sets": {mix: measure_set(api, make_rows(api, rows, mix), repeats) for mix in SETS},
        "workers": measure_workers(api, scaling_rows, workers) if workers else [],
    }


def measure_set(api: Api, texts: Texts, repeats: int) -> dict[str, Any]:
    """Return what every arm makes of one set of rows."""
    arms = build_arms(api)
    seconds = take_turns(arms, texts, repeats)
    rows = len(texts.answers)
    speeds = {arm.name: rows / statistics.median(seconds[arm.name]) for arm in arms}
    return {
        arm.name: {
            "what": arm.what,
            "rows_per_s": round(speeds[arm.name]),
            "microseconds_a_row": round(1e6 / speeds[arm.name], 1),
            "seconds": [round(each, 4) for each in seconds[arm.name]],
            "against": arm.against,
            "ratio": round(speeds[arm.name] / speeds[arm.against], 2) if arm.against else None,
        }
        for arm in arms
    }


def make_rows(api: Api, rows: int, mix: str = "full") -> Texts:
    """Generate requests with the calls that answer them, as texts."""
    from callforge_core.spec import render_payload
    from generators.samples import iter_samples

    samples = list(iter_samples(api.operation, api.catalogue, rows=rows, seed=0, mix=mix))
    return Texts(
        [sample.request for sample in samples],
        [render_payload(api.operation, sample.payload or {}) for sample in samples],
    )


def build_arms(api: Api) -> list[Arm]:
    """Return the competitor, alone and with its format checker, and our layers."""
    import jsonschema

    engine: Any = jsonschema.Draft4Validator
    if api.operation.dialect != "draft4":
        engine = jsonschema.Draft202012Validator
    plain = engine(api.operation.schema)
    formats = engine(api.operation.schema, format_checker=engine.FORMAT_CHECKER)
    validator = api.validator

    objects = f"{SCHEMA_ONLY}, parsed rows"
    return [
        Arm(
            SCHEMA_ONLY,
            "json.loads, schema only",
            "",
            lambda text: plain.is_valid(json.loads(text)),
            "text",
        ),
        Arm(
            f"{SCHEMA_ONLY}, formats",
            "json.loads, schema with its format checker",
            SCHEMA_ONLY,
            lambda text: formats.is_valid(json.loads(text)),
            "text",
        ),
        Arm(objects, "schema only, parsing not counted", "", plain.is_valid, "object"),
        Arm(
            "callforge, parsed rows",
            "schema, closed world, rules and catalogue, parsing not counted",
            objects,
            validator.verdict,
            "object",
        ),
        Arm(
            "callforge, texts",
            "strict JSON, schema, closed world, rules, catalogue",
            SCHEMA_ONLY,
            validator.verdict_text,
            "text",
        ),
        Arm(
            "callforge, full verdict",
            "the same and grounding in the request, one by one",
            SCHEMA_ONLY,
            lambda row: validator.verdict_text(*row),
            "asked",
        ),
        Arm(
            FULL,
            f"the same, {STRETCH} rows at a time as the validate command does",
            SCHEMA_ONLY,
            validator.verdicts,
            "stretches",
        ),
    ]


def take_turns(arms: Sequence[Arm], texts: Texts, repeats: int) -> dict[str, list[float]]:
    """Return the seconds each arm took over all rows, turn by turn; the first turn warms up."""
    asked = list(zip(texts.answers, texts.requests, strict=True))
    given: dict[str, list[Any]] = {
        "text": texts.answers,
        "object": [json.loads(text) for text in texts.answers],
        "asked": asked,
        "stretches": [asked[n : n + STRETCH] for n in range(0, len(asked), STRETCH)],
    }
    seconds: dict[str, list[float]] = {arm.name: [] for arm in arms}
    for turn in range(repeats + 1):
        for arm in arms:
            rows, judge = given[arm.given], arm.judge
            gc.collect()
            start = time.process_time()
            for row in rows:
                judge(row)
            taken = time.process_time() - start
            if turn:
                seconds[arm.name].append(taken)
    return seconds


def measure_workers(api: Api, rows: int, workers: Sequence[int]) -> list[dict[str, Any]]:
    """Time the validate command on one file with each count of workers; check equal output."""
    texts = make_rows(api, min(rows, 4000))
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        count = len(texts.answers)
        write_rows(
            path,
            (
                {"prompt": texts.requests[n % count], "completion": texts.answers[n % count]}
                for n in range(rows)
            ),
        )
        documents = set()
        for number in workers:
            seconds = time_commands(path, workers=number)
            apart = time_commands(path, copies=number)
            documents.add(path.with_suffix(".0.json").read_bytes())
            found.append(
                {"workers": number, "wall_s": round(seconds, 2), "apart_s": round(apart, 2)}
            )
    for each in found:
        each["rows_per_s"] = round(rows / each["wall_s"])
        each["speed_up"] = round(found[0]["wall_s"] / each["wall_s"], 2)
        each["limit"] = round(each["workers"] * found[0]["wall_s"] / each.pop("apart_s"), 2)
        each["same_output"] = len(documents) == 1
    return found


def time_commands(path: Path, *, workers: int = 1, copies: int = 1) -> float:
    """Return the wall seconds of `callforge validate`, its start included, or of several at once.

    Copies that share nothing tell how far cores and memory of a machine let anything scale.
    """
    command = [sys.executable, "-m", "callforge", "validate", str(path), "--workers", str(workers)]
    start = time.perf_counter()
    running = [
        subprocess.Popen(  # noqa: S603  # own module
            [*command, "--json", str(path.with_suffix(f".{number}.json"))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(copies)
    ]
    said = [process.communicate()[1] for process in running]
    seconds = time.perf_counter() - start
    if any(process.returncode for process in running):
        last = ("".join(said).strip().splitlines() or ["no message"])[-1]
        raise CallforgeError(f"`callforge validate --workers {workers}` failed: {last}")
    return seconds


def render_measurement(found: dict[str, Any]) -> str:
    """Return the measurement as a table with its conditions."""
    lines: list[str] = []
    for mix, arms in found["sets"].items():
        lines.append(f"{SETS[mix]:<34}{'rows/s':>10}{'µs/row':>9}{'ratio':>8}  what")
        for name, arm in arms.items():
            ratio = "" if arm["ratio"] is None else f"{arm['ratio']:.2f}x"
            lines.append(
                f"{name:<34}{arm['rows_per_s']:>10,}{arm['microseconds_a_row']:>9.1f}{ratio:>8}  "
                f"{arm['what']}"
            )
    lines.append(
        f"{found['rows']:,} rows a set, median of {found['repeats']} turns, {found['clock']}; "
        f"{found['machine']}"
    )
    for each in found["workers"]:
        same = "same output" if each["same_output"] else "DIFFERENT OUTPUT"
        lines.append(
            f"validate --workers {each['workers']}: {each['wall_s']:.2f} s, "
            f"{each['rows_per_s']:,} rows/s, {each['speed_up']:.2f}x "
            f"({each['limit']:.2f}x with processes that share nothing), {same}"
        )
    return "\n".join(lines)
