"""`generate dialogues`: conversations about sessions, every call in them made, answered and proven.

Workers draw stretches of rows; the parent takes them in order and has repeats drawn again, so the
bytes do not depend on how many there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from callforge.api import Api, load_api
from callforge.generation import Order
from callforge.stages import DIALOGUES, generate
from callforge_core.dialogue_records import Dialogue, turn_decision
from callforge_core.errors import ConfigError
from callforge_core.jsonl import iter_rows, write_json
from callforge_core.spec import Operation, load_spec, open_document
from callforge_core.spec_answers import compile_answer
from datasets_src.workers import count_cores, map_in_order
from generators.dialogues import DialogueDrafter, Drawn
from generators.dialogues_talk import OPERATIONS
from generators.distinct import Seen
from validators.catalogue import Catalogue

STRETCH = 64  # rows that a worker draws at a time
STATUSES = {
    "createSession": "201",
    "getSession": "200",
    "extendQosSessionDuration": "200",
    "retrieveSessionsByDevice": "200",
}
"""Operation -> the status of the answer that says something."""

Operations = Mapping[str, Operation]


class Stretch(NamedTuple):
    """Rows that one call drew."""

    drawn: list[Drawn]
    redrawn: Counter[str]


def generate_dialogues(order: Order) -> tuple[str, bool]:
    """Write OUT/dialogues.jsonl; return what to tell. Every row is proven, so all is well."""
    check_order(order)
    api = load_api("createSession", order.release, order.spec, order.catalogue, order.api)
    stream = DialogueStream(api, rows=order.rows, seed=order.seed, workers=order.workers)
    config = {"rows": order.rows, "seed": order.seed}
    path = order.out / DIALOGUES
    done = generate(
        api, order.out, DIALOGUES, config, stream, redrawn=stream.redrawn,
        more=lambda: count_content(path),
    )  # fmt: skip
    if order.json_file:
        write_json(order.json_file, {"file": str(path), "counts": dict(done.counts)})
    return f"{done}\n{word_content(done.counts)}", True


def check_order(order: Order) -> None:
    """Raise ConfigError for what dialogues cannot be told."""
    if order.operations not in (("createSession",), ("all",)):
        raise ConfigError(
            f"dialogues call {', '.join(OPERATIONS)}; leave --operation out beside `dialogues`"
        )
    given = {
        "--mix": order.mix,
        "--from": order.source,
        "--coverage": order.coverage,
        "--min-coverage": order.min_coverage is not None,
        "--backend": order.backend != "template",
    }
    for name, value in given.items():
        if value:
            raise ConfigError(f"{name} does not go with `generate dialogues`; leave it out")


class DialogueStream:
    """The dialogues of one run; iterate once. `redrawn` counts why rows were drawn again."""

    def __init__(self, api: Api, *, rows: int, seed: int, workers: int = 1) -> None:
        self.rows = rows
        self.arguments = (*read_operations(api), api.catalogue, seed)
        self.drafter = make_drafter(*self.arguments)
        self.workers = workers or count_cores()
        self.redrawn = self.drafter.redrawn

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[Dialogue]:
        seen = Seen(self.rows)
        for stretch in self.stretches():
            self.redrawn.update(stretch.redrawn)
            for drawn in stretch.drawn:
                yield self.drafter.draw_new(drawn, seen)

    def stretches(self) -> Iterator[Stretch]:
        """Yield the rows in order, each process drawing some."""
        jobs = [(at, min(at + STRETCH, self.rows)) for at in range(0, self.rows, STRETCH)]
        if self.workers == 1 or len(jobs) == 1:
            for first, last in jobs:
                yield draw_stretch(self.drafter, first, last)
            return
        yield from map_in_order(
            work, jobs, workers=self.workers, prepare=prepare, arguments=self.arguments
        )


def read_operations(api: Api) -> tuple[dict[str, Operation], dict[str, Operation]]:
    """Return the operations that dialogues call, as far as there are, and their answers."""
    document = api.documents[0]
    spec, root = load_spec(document), open_document(document)
    operations = {name: spec.operations[name] for name in OPERATIONS if name in spec.operations}
    answers = {
        name: answer
        for name, status in STATUSES.items()
        if name in operations and (answer := compile_answer(root, name, status)) is not None
    }
    return operations, answers


def make_drafter(
    operations: Operations, answers: Operations, catalogue: Catalogue, seed: int
) -> DialogueDrafter:
    """Return what draws the rows of a run; raise ConfigError for a release that cannot serve."""
    lacking = [name for name in STATUSES if name in operations and name not in answers]
    if lacking:
        raise ConfigError(f"the definition does not say what {lacking[0]} answers")
    return DialogueDrafter(operations, catalogue, answers, seed=seed)


def draw_stretch(drafter: DialogueDrafter, first: int, last: int) -> Stretch:
    """Return some rows, right ones; whether they are new is for the parent to see."""
    before = drafter.redrawn.copy()
    drawn = [drafter.draw(index) for index in range(first, last)]
    redrawn = drafter.redrawn - before
    drafter.redrawn.subtract(redrawn)  # the stretch carries them
    return Stretch(drawn, redrawn)


PREPARED: dict[str, Any] = {}  # what a worker process was given at its start


def prepare(*arguments: Any) -> None:
    """Set up this worker process."""
    PREPARED["drafter"] = make_drafter(*arguments)


def work(job: tuple[int, int]) -> Stretch:
    """Draw some rows in a worker process."""
    return draw_stretch(PREPARED["drafter"], *job)


def count_content(path: Path) -> dict[str, Any]:
    """Return what the dialogues of a file hold: turns, plans, decisions."""
    plans: set[str] = set()
    turns: Counter[str] = Counter()
    decisions: Counter[str] = Counter()
    for row in iter_rows(path):
        plans.add(row.value["plan"])
        for turn in row.value["messages"]:
            turns[turn["role"]] += 1
            if turn["role"] == "assistant":
                decisions[turn_decision(turn["content"])] += 1
    return {
        "plans": len(plans),
        "turns": dict(sorted(turns.items())),
        "decisions": dict(sorted(decisions.items())),
    }


def word_content(counts: Mapping[str, Any]) -> str:
    """Return one line about what the dialogues hold."""
    decisions = ", ".join(f"{count:,} {name}" for name, count in counts["decisions"].items())
    turns = sum(counts["turns"].values())
    return f"{counts['plans']:,} plans, {turns:,} turns; the assistant's: {decisions}"
