"""What comes of a job? Asks, proves and, for back-translation, reads back; loses no row.

Law: samples + dropped + rejects == parents. The result depends on parents, seed and answers only,
never on the order in which answers arrive.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from callforge_core.records import Sample
from generators.llm.asks import Asker, Reply
from generators.llm.jobs import plan_asks
from generators.llm.proving import Dropped, Prover, plain_requests
from generators.llm.roundtrip import Reject, plan_backward, read_back, reject_request
from validators.payload import Validator

UNFAITHFUL = ("ungrounded", "extra_fact", "unproven")

log = logging.getLogger("generators.llm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a job made, each part in the order of its rows, and every reply it took."""

    samples: tuple[Sample, ...]
    dropped: tuple[Dropped, ...]
    rejects: tuple[Reject, ...]
    replies: tuple[Reply, ...]

    @property
    def reasons(self) -> dict[str, int]:
        """Return how many rows came to nothing, by reason, the most frequent first."""
        told = [drop.reason for drop in self.dropped]
        return dict(Counter([*told, *(reject.reason for reject in self.rejects)]).most_common())


def run_job(
    job: str,
    parents: Sequence[Sample],
    asker: Asker,
    validator: Validator,
    *,
    generator: str,
    model: str,
    seed: int,
) -> Result:
    """Ask a model for every parent and keep what is proven."""
    asks = plan_asks(job, parents, seed)
    replies = asker(asks, job)
    prover = Prover(
        validator=validator,
        generator=generator,
        model=model,
        job=job,
        seed=seed,
        seen=plain_requests(parents),
    )
    kept: list[tuple[int, Sample]] = []
    dropped: list[Dropped] = []
    rejects: list[Reject] = []
    for parent, ask, reply in zip(parents, asks, replies, strict=True):
        found = prover.prove(parent, ask, reply)
        if isinstance(found, Sample):
            kept.append((reply.row, found))
        elif job == "backtranslate" and found.reason in UNFAITHFUL:
            made = prover.provenance(parent, ask)
            rejects.append(reject_request(parent, found, validator, made))
        else:
            dropped.append(found)
    if job == "backtranslate":
        return read_all_back(kept, dropped, rejects, replies, asker, validator, seed)
    return Result(
        samples=tuple(sample for _, sample in kept),
        dropped=tuple(dropped),
        rejects=(),
        replies=tuple(replies),
    )


def read_all_back(
    kept: Sequence[tuple[int, Sample]],
    dropped: list[Dropped],
    rejects: list[Reject],
    replies: Sequence[Reply],
    asker: Asker,
    validator: Validator,
    seed: int,
) -> Result:
    """Let the model read each proven request as a call; keep what comes back unchanged."""
    asks = plan_backward(kept, validator, seed)
    answers = asker(asks, "reading back")
    samples: list[Sample] = []
    for (_, sample), reply in zip(kept, answers, strict=True):
        found = read_back(sample, reply, validator)
        if isinstance(found, Sample):
            samples.append(found)
        elif isinstance(found, Reject):
            rejects.append(found)
        else:
            dropped.append(found)
    return Result(
        samples=tuple(samples),
        dropped=tuple(sorted(dropped, key=lambda drop: drop.row)),
        rejects=tuple(sorted(rejects, key=lambda reject: reject.row)),
        replies=(*replies, *answers),
    )
