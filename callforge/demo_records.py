"""What a demo run left on disk, gathered into one report document; nothing is measured again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from callforge_core.config import StrictModel
from callforge_core.errors import DataError
from callforge_core.jsonl import iter_rows, load_json, write_json

MODELS = ("base", "sft", "dpo")
EXAMPLES = 12
EVAL_ITEMS = "eval/test.jsonl"


class Settings(StrictModel):
    """What a demo run was asked for; kept in OUT/settings.json."""

    rows: int
    pairs: int
    seed: int
    mix: str
    recipe: str
    model: str
    overrides: tuple[str, ...] = ()
    limit: int | None = None
    max_new_tokens: int


class Timings:
    """Seconds of each stage when it last did something, and peak memory; OUT/timings.json."""

    def __init__(self, path: Path, values: dict[str, Any]) -> None:
        self.path = path
        self.seconds: dict[str, float] = values.get("seconds", {})
        self.peak_rss_mb: float = values.get("peak_rss_mb", 0.0)

    @classmethod
    def load(cls, out: Path) -> Timings:
        """Read what earlier runs noted."""
        path = out / "timings.json"
        return cls(path, load_json(path) if path.is_file() else {})

    def note(self, stage: str, seconds: float) -> None:
        """Keep a stage's time and the peak memory so far."""
        from training.hardware import peak_rss_mb

        self.seconds[stage] = round(seconds, 2)
        self.peak_rss_mb = round(max(self.peak_rss_mb, peak_rss_mb()), 1)
        write_json(self.path, {"seconds": self.seconds, "peak_rss_mb": self.peak_rss_mb})


def collect_report(out: Path, settings: Settings | None) -> dict[str, Any]:
    """Return the document of report.json from the records of a finished demo run."""
    from eval.comparison import compare

    summaries = {name: out / "eval" / name / "summary.json" for name in MODELS}
    if absent := [str(path) for path in summaries.values() if not path.is_file()]:
        raise DataError(f"{absent[0]} is missing: run `callforge demo --out {out}` to finish it")
    if settings is None:
        settings = Settings.model_validate(load_json(out / "settings.json"))
    timings = Timings.load(out)
    wall = dict(timings.seconds) | {"total": round(sum(timings.seconds.values()), 2)}
    return {
        "models": {name: load_json(path) for name, path in summaries.items()},
        "comparisons": {
            "sft_vs_base": compare(read_scores(out, "base"), read_scores(out, "sft")),
            "dpo_vs_sft": compare(read_scores(out, "sft"), read_scores(out, "dpo")),
        },
        "data": collect_data(out),
        "curves": {name: read_curve(out / name / "curve.jsonl") for name in ("sft", "dpo")},
        "training": {
            name: load_json(out / name / "manifest.json")["counts"] for name in ("sft", "dpo")
        },
        "examples": collect_examples(out),
        "wall_s": wall,
        "peak_rss_mb": timings.peak_rss_mb,
        "versions": load_json(out / "sft" / "manifest.json")["versions"],
        "config": settings.model_dump(mode="json"),
    }


def collect_data(out: Path) -> dict[str, Any]:
    """Return what the rows are: counts, splits, families, faults, validation, certificate."""
    generated = load_json(out / "rows" / "manifest.json")["counts"]
    built = load_json(out / "data" / "manifest.json")["counts"]
    validation = load_json(out / "validation" / "report.json")
    keys = ("rows", "valid", "invalid", "unreadable")
    return {
        "samples": generated["samples.jsonl"]["rows"],
        "pairs": generated["preference.jsonl"]["rows"],
        "splits": built["rows"]["sft"] | short_rows(built["rows"]),
        "preference_splits": built["rows"].get("preference", {}),
        "families": {"generated": generated["samples.jsonl"]["families"]},
        "fault_mix": generated["preference.jsonl"].get("faults", {}),
        "validation": {key: validation[key] for key in keys},
        "certificate": built["certificate"],
        "dropped": built["dropped"],
    }


def short_rows(built: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return how many rows of one fact stand beside the training rows, if there are any."""
    short = built.get("auxiliary", {}).get("train", 0)
    return {"train, one fact alone": short} if short else {}


def read_curve(path: Path) -> list[Mapping[str, Any]]:
    """Return the points of a learning curve."""
    return [row.value for row in iter_rows(path)]


def read_scores(out: Path, model: str) -> dict[str, Mapping[str, Any]]:
    """Return item id -> score row of an evaluation."""
    rows = iter_rows(out / "eval" / model / "scores.jsonl")
    return {str(row.value["id"]): row.value for row in rows}


def collect_examples(out: Path) -> list[dict[str, Any]]:
    """Return some requests with the answers of all models, those the models differ on first."""
    items = {str(row.value["id"]): row.value for row in iter_rows(out / "data" / EVAL_ITEMS)}
    scores = {name: read_scores(out, name) for name in MODELS}
    common = [name for name in items if all(name in rows for rows in scores.values())]
    ranked = sorted(common, key=lambda name: (-interest(scores, name), name))
    return [show_example(items[name], scores) for name in ranked[:EXAMPLES]]


def interest(scores: Mapping[str, Mapping[str, Mapping[str, Any]]], item: str) -> int:
    """Return how much an item tells: trained models that differ, then ones that are wrong."""
    sft, dpo = (is_right(scores[name][item]) for name in ("sft", "dpo"))
    return 2 * (sft != dpo) + (not dpo)


def is_right(row: Mapping[str, Any]) -> bool:
    """Say whether an answer is exactly the call that was asked for."""
    return bool((row.get("indicators") or {}).get("joint") == 1)


def show_example(
    item: Mapping[str, Any], scores: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> dict[str, Any]:
    """Return one request, its gold call and what each model said."""
    answers = {}
    for name in MODELS:
        row = scores[name][str(item["id"])]
        answers[name] = {
            "text": row["output"],
            "faults": row.get("faults", []),
            "ok": is_right(row),
        }
    return {
        "id": item["id"],
        "request": item["request"],
        "gold": item["payload"],
        "answers": answers,
    }
