"""Which requests does a job make? One Ask a parent, everything drawn from the seed and the row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from callforge_core.jsonl import render_json
from callforge_core.records import Payload, Sample
from callforge_core.seeding import derive, stream
from generators.llm.asks import Ask
from generators.llm.prompts import fill, load_prompts, prompt_of

JOBS = ("paraphrase", "persona", "seeds", "backtranslate")
EXAMPLES = 3  # shown to the model in the job seeds
SEEDS = 1 << 31  # some servers want the seed to fit into 31 bits
UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
ANSWER: Mapping[str, Any] = {
    "type": "json_schema",
    "json_schema": {
        "name": "message",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"request": {"type": "string"}},
            "required": ["request"],
            "additionalProperties": False,
        },
    },
}
NAMES = {
    "device.phoneNumber": "phone number of the device",
    "device.ipv4Address.publicAddress": "public address of the device",
    "device.ipv4Address.privateAddress": "private address of the device",
    "device.ipv4Address.publicPort": "public port of the device",
    "device.ipv6Address": "address of the device",
    "applicationServer.ipv4Address": "address of the server",
    "applicationServer.ipv6Address": "IPv6 address of the server",
    "devicePorts": "ports of the device",
    "applicationServerPorts": "ports of the server",
    "qosProfile": "quality profile, or what it is for",
    "sink": "notifications go to",
    "duration": "length of time",
}


def plan_asks(job: str, parents: Sequence[Sample], seed: int) -> list[Ask]:
    """Return one request a parent; raises ConfigError for an unknown job."""
    prompt = prompt_of(job)
    return [
        Ask(
            row=row,
            messages=fill(prompt, facts_for(job, parents, row, stream(seed, "llm", job, row))),
            temperature=prompt.temperature,
            seed=derive(seed, "ask", job, row) % SEEDS,
            max_tokens=prompt.max_tokens,
            response_format=ANSWER,
        )
        for row in range(len(parents))
    ]


def facts_for(job: str, parents: Sequence[Sample], row: int, rng: Random) -> dict[str, str]:
    """Return what the names in a job's prompt stand for."""
    parent, prompts = parents[row], load_prompts()
    words = dict(parent.facts) or dict(describe(parent.payload or {}))
    facts = {
        "request": parent.request,
        "values": "; ".join(dict.fromkeys(str(said) for said in words.values())),
        "manner": prompts.manners[int(rng.random() * len(prompts.manners))],
        "persona": prompts.personas[int(rng.random() * len(prompts.personas))],
    }
    if job in ("seeds", "backtranslate"):
        lines = words if job == "seeds" else dict(describe(parent.payload or {}))
        facts["facts"] = "\n".join(f"- {NAMES.get(at, at)}: {said}" for at, said in lines.items())
        facts["payload"] = render_json(parent.payload)
        facts["examples"] = "\n".join(f"- {text}" for text in draw_examples(parents, row, rng))
    return facts


def draw_examples(parents: Sequence[Sample], row: int, rng: Random) -> list[str]:
    """Return requests of other rows with values of the same fold, so that splits stay apart."""
    fold = parents[row].provenance.get("fold")
    near = parents[max(0, row - 200) : row + 200]
    others = [
        other
        for other in near
        if other.provenance.get("fold") == fold and other.cluster != parents[row].cluster
    ]
    drawn = sorted(others, key=lambda _: rng.random())[:EXAMPLES]
    return [" ".join(other.request.split()) for other in drawn]


def describe(payload: Payload) -> Iterator[tuple[str, str]]:
    """Yield (place, words) for every fact of a createSession body, made from the body alone."""
    device = payload.get("device") or {}
    for name, value in device.items():
        if isinstance(value, dict):
            for part, inner in value.items():
                yield f"device.{name}.{part}", str(inner)
        else:
            yield f"device.{name}", str(value)
    for name, value in payload.items():
        if name == "device":
            continue
        if name == "duration" and isinstance(value, int):
            yield name, word_length(value)
        elif name in ("devicePorts", "applicationServerPorts") and isinstance(value, dict):
            yield name, word_ports(value)
        elif isinstance(value, dict):
            for part, inner in value.items():
                said = ", ".join(map(str, inner)) if isinstance(inner, list) else str(inner)
                yield f"{name}.{part}", said
        else:
            yield name, str(value)


def word_ports(ports: Mapping[str, Any]) -> str:
    """Return ports in words: 5000 to 5010, 443."""
    spans = [f"{span['from']} to {span['to']}" for span in ports.get("ranges") or ()]
    return ", ".join([*spans, *map(str, ports.get("ports") or ())])


def word_length(seconds: int) -> str:
    """Return a length of time in its units: 5400 is 1 hour 30 minutes."""
    parts = []
    for name, size in UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'s' if count > 1 else ''}")
    return " ".join(parts) or "0 seconds"
