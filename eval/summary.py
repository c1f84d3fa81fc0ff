"""What do the scores add up to?  Rows of scores.jsonl -> the document of summary.json.

Nothing but the rows goes in. Failures of the machinery are counted apart and enter no metric.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from callforge_core.faults import FAULTS, PAYLOAD_CLASSES
from callforge_core.records import DECISIONS
from eval.statistics import Observation, estimate

Row = Mapping[str, Any]

OUTCOMES = (*DECISIONS, "malformed")
COUNTS = ("prompt_tokens", "completion_tokens", "latency_s")
ORDER = (
    "json_valid", "json_valid_lenient", "wrapper_rate",
    "schema_valid", "closed_valid", "spec_valid", "spec_valid_normative",
    "required_recall", "required_all", "names_right", "fields_declared",
    "halluc_field_item", "halluc_field_rate",
    "placeholder_rate", "nesting", "key_precision", "key_recall", "key_f1", "key_f1_micro",
    "slot.device", "slot.applicationServer", "slot.ports", "slot.qosProfile", "slot.duration",
    "slot.sink", "joint", "em_bytes", "em_canonical", "decision",
)  # fmt: skip


def summarise(rows: Iterable[Row], *, seed: int = 0) -> dict[str, Any]:
    """Return n, metrics, confusion, faults and failures of scored rows."""
    every = list(rows)
    scored = [row for row in every if not row.get("error")]
    calls = [row for row in scored if row["gold_decision"] == "call"]
    metrics = indicator_metrics(scored, seed)
    metrics["decision_balanced"] = balanced_decision(scored, seed)
    metrics |= fault_metrics(calls, scored, seed)
    metrics |= cost_metrics(scored, seed)
    return {
        "n": len(scored),
        "metrics": {name: entry for name, entry in metrics.items() if entry["n"]},
        "calls": len(calls),
        "clusters": len({row["cluster"] for row in scored}),
        "interval": "95 %: each metric names its method",
        "seed": seed,
        "confusion": confusion(scored),
        "first_fault": first_faults(calls),
        "failures": {
            "n": len(every) - len(scored),
            "reasons": dict(Counter(row["error"] for row in every if row.get("error"))),
        },
        "batch_sizes": sorted({row["batch_size"] for row in scored if row.get("batch_size")}),
    }


def indicator_metrics(rows: Sequence[Row], seed: int) -> dict[str, Any]:
    """Return the metrics whose parts the rows hold, in a fixed order."""
    parts: dict[str, list[Observation]] = {name: [] for name in ORDER}
    for row in rows:
        for name, value in row["indicators"].items():
            part, whole = value if isinstance(value, list | tuple) else (value, 1)
            parts.setdefault(name, []).append(Observation(part, whole, row["cluster"]))
    return {name: estimate(found, seed=seed).to_json() for name, found in parts.items()}


def balanced_decision(rows: Sequence[Row], seed: int) -> dict[str, Any]:
    """Return the mean recall over the gold decisions that occur.

    Each item weighs as much as the others of its class together leave to it: the ratio of sums is
    the mean of the recalls.
    """
    sizes = Counter(row["gold_decision"] for row in rows)
    observations = []
    for row in rows:
        weight = len(rows) / (len(sizes) * sizes[row["gold_decision"]])
        is_right = row["decision"] == row["gold_decision"]
        observations.append(Observation(weight * is_right, weight, row["cluster"]))
    return estimate(observations, seed=seed).to_json()


def fault_metrics(calls: Sequence[Row], rows: Sequence[Row], seed: int) -> dict[str, Any]:
    """Return the share of items with each fault class, and the faults per item."""
    metrics = {}
    for name in FAULTS:
        if name in ("D4", "D5"):  # these need a token context or a dialogue
            continue
        counted = calls if name in PAYLOAD_CLASSES or name == "D6" else rows
        found = [
            Observation(int(any(cls == name for cls, _ in row["faults"])), 1, row["cluster"])
            for row in counted
        ]
        metrics[f"defect.{name}"] = estimate(found, seed=seed).to_json()
    each = [Observation(len(row["faults"]), 1, row["cluster"]) for row in calls]
    metrics["defects_per_item"] = estimate(each, seed=seed, is_share=False).to_json()
    return metrics


def cost_metrics(rows: Sequence[Row], seed: int) -> dict[str, Any]:
    """Return mean, median and 95th percentile of tokens and seconds; the mean has an interval."""
    metrics = {}
    names = {"completion_tokens": "tokens", "prompt_tokens": "prompt_tokens"}
    for key in COUNTS:
        name = names.get(key, key)
        known = [row for row in rows if row.get(key) is not None]
        found = [Observation(row[key], 1, row["cluster"]) for row in known]
        metrics[name] = estimate(found, seed=seed, is_share=False).to_json()
        values = sorted(row[key] for row in known)
        if values:
            last = values[max(0, -(-len(values) * 95 // 100) - 1)]  # nearest rank
            for suffix, value in (("p50", median(values)), ("p95", last)):
                entry = {"value": value, "low": None, "high": None, "n": len(values)}
                metrics[f"{name}_{suffix}"] = entry
    return metrics


def confusion(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Return gold decision -> what was said -> count; malformed is a column of its own."""
    counts = Counter((row["gold_decision"], row["decision"]) for row in rows)
    return {gold: {said: counts[gold, said] for said in OUTCOMES} for gold in DECISIONS}


def first_faults(rows: Sequence[Row]) -> dict[str, int]:
    """Return fault class -> how many answers it stops first, in the order of the taxonomy."""
    counts = Counter(row["faults"][0][0] for row in rows if row["faults"])
    return {name: counts[name] for name in FAULTS if counts[name]}
