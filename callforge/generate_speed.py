"""How fast are samples made? Validated rows a second on one core, stage by stage, and a rival.

The rival is what one writes by hand for such a dataset: ten Jinja2 sentence templates, values from
`random`, `json.dumps`, and python-jsonschema (compiled once, its best form) on each payload. It
checks the published schema only; ours also checks the closed world, rules, profile and grounding,
and that no request comes twice. All arms run in turns in one process, in processor time.
"""

from __future__ import annotations

import gc
import json
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from callforge.api import Api, load_api
from callforge.sample_stream import SampleStream, render_line
from callforge.stages import SAMPLES, generate
from callforge_core.errors import MissingExtra
from callforge_core.seeding import stream
from generators.distinct import hash_text
from generators.payloads import build_payload, cluster_of
from generators.samples import Drafter
from generators.scenarios import draw_scenario
from generators.utterances import utter

WHOLE, RIVAL = "callforge", "Jinja2 and jsonschema"
PUBLISHED = (
    "measured on a machine like this one, without validating: NVIDIA Data Designer about 1,600 "
    "rows/s, distilabel 2,600 to 6,800 rows/s (no LLM in either)"
)
OPENINGS = (
    *("Please start a session", "I need a connection", "Set up QoS", "Can you arrange quality"),
    *("We want a session", "Open a session", "Reserve quality", "Get me a session"),
    *("Book a connection", "Request a session"),
)
SENTENCE = (
    " for {{ phone }} to server {{ server }}{% if port %} on port {{ port }}{% endif %} with "
    "profile {{ profile }} for {{ minutes }} minutes."
)


def measure_generation(
    *, rows: int, repeats: int, workers: Sequence[int] = (), scaling_rows: int = 20_000
) -> dict[str, Any]:
    """Measure the whole, each stage, the rival, and `workers` processes on `scaling_rows` rows."""
    api = load_api("createSession", None, None, "default")
    arms: dict[str, Callable[[int], object]] = {
        WHOLE: lambda turn: drain(SampleStream(api, rows=rows, seed=turn, mix="full")),
        RIVAL: make_rival(api, rows),
    }
    stages = make_stages(api, rows)
    seconds: dict[str, list[float]] = {name: [] for name in (*arms, *stages)}
    for turn in range(repeats + 1):
        for name, run in (arms | stages).items():
            gc.collect()
            start = time.process_time()
            run(turn)
            if turn:  # the first turn warms up
                seconds[name].append(time.process_time() - start)
    found = {name: describe(rows, taken) for name, taken in seconds.items()}
    return {
        "rows": rows,
        "repeats": repeats,
        "clock": "processor seconds of one process",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "arms": {name: found[name] for name in arms},
        "stages": {name: found[name] for name in stages},
        "ratio": round(found[WHOLE]["rows_per_s"] / found[RIVAL]["rows_per_s"], 2),
        "published": PUBLISHED,
        "workers": [measure_workers(api, scaling_rows, count) for count in workers],
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }


def describe(rows: int, taken: list[float]) -> dict[str, Any]:
    """Return the speed of one arm: the median of its turns, and the best of them."""
    usual, best = statistics.median(taken), min(taken)
    return {
        "rows_per_s": round(rows / usual),
        "best_rows_per_s": round(rows / best),
        "microseconds_a_row": round(1e6 * usual / rows, 1),
        "seconds": [round(each, 4) for each in taken],
    }


def drain(rows: Any) -> None:
    """Make all rows and forget them."""
    for _ in rows:
        pass


def make_stages(api: Api, rows: int) -> dict[str, Callable[[int], object]]:
    """Return the stages of a row, each over rows that the stages before it made."""
    drafter = Drafter(api.operation, api.catalogue, seed=0)
    families, choices = drafter.lexicon.families, drafter.choices

    def scenarios(turn: int) -> list[Any]:
        rng = stream(turn, "bench facts")
        return [
            draw_scenario(rng, choices[n % len(choices)], drafter.mix, n % 10, drafter.limits)
            for n in range(rows)
        ]

    facts = scenarios(0)

    def words(turn: int) -> list[Any]:
        rng = stream(turn, "bench words")
        return [
            utter(each, rng, drafter.lexicon, families[n % len(families)])
            for n, each in enumerate(facts)
        ]

    said, built = words(0), [build_payload(each) for each in facts]
    samples = drafter.draw_block(0, 64)
    verdict = api.validator.verdict
    return {
        "scenario": scenarios,
        "words": words,
        "payload, cluster": lambda _: [cluster_of(build_payload(each)) for each in facts],
        "verdict": lambda _: [
            verdict(payload, each.text) for payload, each in zip(built, said, strict=True)
        ],
        "record, JSON, distinctness": lambda _: [
            (render_line(samples[n & 63]), hash_text(said[n].text)) for n in range(rows)
        ],
    }


def make_rival(api: Api, rows: int) -> Callable[[int], object]:
    """Return the hand-made way; raise MissingExtra without Jinja2."""
    try:
        import jinja2
    except ImportError as exc:
        raise MissingExtra("the comparison with Jinja2", "gen") from exc
    import jsonschema

    environment = jinja2.Environment(autoescape=False)  # noqa: S701  # plain sentences, no HTML
    templates = [environment.from_string(opening + SENTENCE) for opening in OPENINGS]
    engine: Any = jsonschema.Draft4Validator
    if api.operation.dialect != "draft4":
        engine = jsonschema.Draft202012Validator
    validator = engine(api.operation.schema)
    names = list(api.catalogue.by_name)

    def run(turn: int) -> int:
        rng, valid = Random(turn), 0
        for index in range(rows):
            request, payload = write_by_hand(rng, rng.choice(templates), rng.choice(names))
            valid += validator.is_valid(payload)
            json.dumps({"id": index, "request": request, "payload": payload})
        assert valid == rows, "the rival's payloads are valid"
        return valid

    return run


def write_by_hand(rng: Random, template: Any, profile: str) -> tuple[str, dict[str, Any]]:
    """Return one request and its call, as a script for such data makes them."""
    phone = f"+447700900{rng.randrange(1000):03d}"
    server, minutes = f"203.0.113.{rng.randrange(256)}", rng.randrange(1, 600)
    port = rng.randrange(1024, 65536) if rng.random() < 0.4 else None
    text = template.render(phone=phone, server=server, port=port, profile=profile, minutes=minutes)
    payload: dict[str, Any] = {
        "device": {"phoneNumber": phone},
        "applicationServer": {"ipv4Address": server},
    }
    if port:
        payload["applicationServerPorts"] = {"ports": [port]}
    return text, payload | {"qosProfile": profile, "duration": 60 * minutes}


def measure_workers(api: Api, rows: int, count: int) -> dict[str, Any]:
    """Write a file with so many processes; wall time, their start included."""
    with tempfile.TemporaryDirectory() as folder:
        lines = SampleStream(api, rows=rows, seed=0, mix="full", workers=count)
        config = {"rows": rows, "seed": 0, "mix": "full"}
        start = time.perf_counter()
        generate(api, Path(folder), SAMPLES, config, lines, redrawn=lines.redrawn)
        taken = time.perf_counter() - start
    return {"workers": count, "wall_s": round(taken, 2), "rows_per_s": round(rows / taken)}


def render_measurement(found: dict[str, Any]) -> str:
    """Return the measurement as a table with its conditions."""
    lines = [f"{'':<28}{'rows/s':>10}{'best':>10}{'µs/row':>9}"]
    for name, arm in (*found["arms"].items(), *found["stages"].items()):
        label = name if name in found["arms"] else f"  {name}"
        lines.append(
            f"{label:<28}{arm['rows_per_s']:>10,}{arm['best_rows_per_s']:>10,}"
            f"{arm['microseconds_a_row']:>9.1f}"
        )
    lines += [
        f"callforge / {RIVAL}: {found['ratio']:.2f}x",
        f"{found['rows']:,} rows, median of {found['repeats']} turns, {found['clock']}; "
        f"{found['machine']}; peak {found['peak_rss_mb']} MB",
        found["published"],
    ]
    lines += [
        f"generate --workers {each['workers']}: {each['wall_s']:.2f} s, "
        f"{each['rows_per_s']:,} rows/s with start and file"
        for each in found["workers"]
    ]
    return "\n".join(lines)
