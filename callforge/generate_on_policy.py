"""`generate preference --from-run RUN`: the wrong answers of a model on its training requests.

The request's own gold is the chosen side. Requests that were held out are refused: what a test
asks may not teach. Every answer that does not become a pair is counted by the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from callforge.api import Api
from callforge.generate_preference import find_scores, write_pairs
from callforge.generation import Order
from callforge.pair_stream import LAYOUT
from callforge.training_rows import Found, find_data, read_training_rows
from callforge_core.errors import DataError
from callforge_core.jsonl import iter_rows
from callforge_core.manifest import digest
from callforge_core.records import Pair, Sample
from generators.on_policy import REASONS, Turned, judge_answer
from generators.pairs import Truth, name_pair, prove

OUTCOMES = ("pairs", *REASONS)


class Answers:
    """The pairs that the answers of a run give; iterate once. Counts what became of each."""

    def __init__(self, scores: Path, found: Found, api: Api, *, rows: int, seed: int) -> None:
        self.scores = scores
        self.rows = rows
        self.seed = seed
        self.validators = {api.operation.operation_id: api.validator}
        self.by_request = {words(sample.request): sample for sample in found.samples}
        self.became: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()
        """Fault class -> so many wrong answers have it, used or not."""

    def __iter__(self) -> Iterator[Pair]:
        said: set[tuple[str, str]] = set()
        for _, row in iter_rows(self.scores):
            request = words(str(row.get("request", "")))
            sample = self.by_request.get(request)
            if sample is None:
                self.became["not_in_training"] += 1
                continue
            mark = (request, str(row.get("output")))
            if mark in said:
                self.became["repeated"] += 1
                continue
            said.add(mark)
            result = judge_answer(row, self.truth(sample), self.validators)
            if isinstance(result, Turned):
                self.became[result.reason] += 1
                self.classes.update(result.classes)
                continue
            self.classes[result.fault.cls] += 1
            self.became["pairs"] += 1
            if self.became["pairs"] <= self.rows:
                yield name_pair(result, self.became["pairs"], self.seed)

    def truth(self, sample: Sample) -> Truth:
        """Return a training request with its proven answer."""
        return prove(sample, self.validators)

    def counts(self) -> dict[str, Any]:
        """Return what became of the answers."""
        made = {name: self.became[name] for name in OUTCOMES if self.became[name]}
        return {"answers": {"n": self.became.total(), **made}, "wrong": dict(self.classes)}


def generate_on_policy(order: Order, api: Api) -> tuple[str, bool]:
    """Write OUT/preference.jsonl of a run's wrong answers; return what to tell, and if it is good.

    Raises DataError for a run whose requests were held out, or are not known.
    """
    assert order.run is not None
    scores = find_scores(order.run)
    path = order.source or training_file(scores.parent)
    if order.source is not None:
        training_file(scores.parent)  # refuses a run over held-out requests
    found = read_training_rows(path, api, ("call", "clarify", "refuse"))
    answers = Answers(scores, found, api, rows=order.rows, seed=order.seed)
    pairs = list(answers)
    counts = answers.counts()
    note = word_answers(counts)
    if not pairs:
        return f"no pair: {note}", False
    config = {
        "rows": min(order.rows, len(pairs)),
        "seed": order.seed,
        "layout": LAYOUT,
        "from_run": digest(scores),
        "from": digest(path),
    }
    return write_pairs(order, api, config, pairs, [note, found.word()], counts)


def training_file(run: Path) -> Path:
    """Return the file whose requests a run asked; DataError when they were held out."""
    path, split = find_data(run)
    if split in ("test", "validation"):
        raise DataError(
            f"{run} asked the {split} split ({path}): held-out requests may not teach; run "
            "`callforge eval --data DIR/sft/train.jsonl` and give that run"
        )
    from datasets_src.readers import open_sources

    if any(opened.format == "evaluation" for opened in open_sources(path)):
        raise DataError(
            f"{run} asked evaluation rows ({path}), which are made to be held out; run "
            "`callforge eval` on samples.jsonl or DIR/sft/train.jsonl"
        )
    return path


def word_answers(counts: dict[str, Any]) -> str:
    """Return one line about what became of a run's answers."""
    answers = counts["answers"]
    parts = [f"{answers[name]} {text}" for name, text in REASONS.items() if answers.get(name)]
    made = f"{answers['n']} answers: {answers.get('pairs', 0)} with one fault"
    return ", ".join([made, *parts])


def words(request: str) -> str:
    """Return a request as splits compare it: case and white space do not count."""
    return " ".join(request.casefold().split())
