"""What does the front page of a built dataset say? Markdown with the YAML that `datasets` reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from callforge_core.spec import Operation

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))
LARGE = "100K<n<1M"
UNKNOWN = "unknown"  # the source of a row whose provenance names no generator
WORDS = {
    "invalid": "the validator does not accept the payload",
    "duplicate_id": "the id was taken",
    "duplicate_request": "the same request and answer were there already",
    "contradictory": "one request with several answers",
    "too_long": "the request is too long",
    "chosen_invalid": "the chosen answer is not valid",
    "reject_not_wrong": "the rejected answer is as good as the chosen one",
    "held_out": "a preference pair of a family held out for testing",
    "leak": "shares a value with another split",
}


def render_card(
    operations: Sequence[Operation],
    *,
    files: Mapping[str, Sequence[str]],
    counts: Mapping[str, Any],
    catalogue: str,
    system: str,
    seed: int,
) -> str:
    """Return README.md; `files` maps a configuration to its splits, such as sft -> train, test."""
    parts = [
        f"---\n{front_matter(operations, files, counts)}---",
        f"# {title(operations)}",
        f"{subject(operations)} {origin(counts['sources'])} "
        f"Every payload was checked against the API definition, with unknown keys forbidden, and "
        f"against the profile catalogue `{catalogue}`.",
        f"## Rows\n\n{rows_table(counts['rows'])}",
        f"`eval/test.jsonl` holds the {counts['rows']['eval']['test']} held-out requests with "
        "their gold payloads for `callforge eval`; read it as JSON lines.",
        "## Use\n\n```python\nfrom datasets import load_dataset\n\n"
        + "\n".join(f'{name} = load_dataset(FOLDER, "{name}")' for name in files)
        + "\n```",
        f"Both configurations have the conversational columns TRL expects. The system prompt is "
        f"the same in all rows:\n\n> {system}",
        *auxiliary_part(counts["rows"]),
        f"## What the splits share\n\n{certificate(counts['certificate'])}",
        f"## Rows left out\n\n{drops_table(counts['dropped'])}",
        f"Built with seed {seed}; `manifest.json` has the SHA-256 of every file.",
    ]
    return "\n\n".join(parts) + "\n"


def auxiliary_part(rows: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Say which rows of the training split are no whole calls."""
    if "auxiliary" not in rows:
        return []
    return [
        f"{rows['auxiliary']['train']:,} rows of the training split are short ones beside these: "
        "the words of a request for one fact, and its value alone. They teach the conversion; "
        "their answers are parts of calls and no calls."
    ]


def subject(operations: Sequence[Operation]) -> str:
    """Say what the rows ask for and what answers them."""
    if len(operations) == 1:
        only = operations[0]
        return (
            f"Requests in plain words and the JSON body of `{only.operation_id}` "
            f"({only.api} {only.release}) that answers each."
        )
    listed = ", ".join(f"`{each.operation_id}` ({each.api} {each.release})" for each in operations)
    return f"Requests in plain words and the call that answers each, one of: {listed}."


def front_matter(
    operations: Sequence[Operation], files: Mapping[str, Sequence[str]], counts: Mapping[str, Any]
) -> str:
    """Return the YAML block: which files are which configuration and split."""
    total = sum(sum(splits.values()) for splits in counts["rows"].values())
    generated = UNKNOWN not in counts["sources"]
    extra = ["synthetic"] if generated else []
    head: dict[str, Any] = {"license": "apache-2.0"} if generated else {}
    head |= {
        "pretty_name": title(operations),
        "language": ["en"],
        "task_categories": ["text-generation"],
        "tags": [*extra, "function-calling", "json", *apis_of(operations)],
        "size_categories": [next((name for limit, name in SIZES if total < limit), LARGE)],
        "configs": [
            configuration(name, splits, default=index == 0)
            for index, (name, splits) in enumerate(files.items())
        ],
    }
    return yaml.safe_dump(head, sort_keys=False, allow_unicode=True)


def configuration(name: str, splits: Sequence[str], *, default: bool) -> dict[str, Any]:
    """Return one entry of `configs`."""
    entry: dict[str, Any] = {"config_name": name}
    if default:
        entry["default"] = True
    data = [{"split": split, "path": f"{name}/{split}.jsonl"} for split in splits]
    return entry | {"data_files": data}


def title(operations: Sequence[Operation]) -> str:
    """Return the name of the dataset for people."""
    first = operations[0]
    if len(operations) == 1:
        return f"{first.operation_id} calls, {first.api} {first.release}"
    releases = dict.fromkeys(f"{each.api} {each.release}" for each in operations)
    return f"Calls of {len(operations)} operations, {', '.join(releases)}"


def apis_of(operations: Sequence[Operation]) -> list[str]:
    """Return the APIs that operations belong to, each once."""
    return list(dict.fromkeys(each.api for each in operations))


def origin(sources: Mapping[str, int]) -> str:
    """Say where the rows come from; rows of unknown source carry no licence of ours."""
    if UNKNOWN not in sources:
        return f"All rows are synthetic (made by: {', '.join(sources)})."
    named = ", ".join(f"{name} {n}" for name, n in sources.items())
    return f"Rows by source: {named}; check the licence of those whose source is unknown."


def rows_table(rows: Mapping[str, Mapping[str, int]]) -> str:
    """Return the table of configurations and splits."""
    lines = ["| | train | validation | test |", "|---|---:|---:|---:|"]
    for name, splits in rows.items():
        cells = [str(splits.get(split, "")) for split in ("train", "validation", "test")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def certificate(counts: Mapping[str, Any]) -> str:
    """Return what was counted across splits, in words and figures."""
    shared = ", ".join(f"{kind} {n}" for kind, n in counts["collisions"].items())
    families = ", ".join(f"{name} {len(names)}" for name, names in counts["families"].items())
    return (
        f"Shared between any two splits: {shared}. "
        f"Phrasing families: {families}; no family is in two splits."
    )


def drops_table(dropped: Mapping[str, int]) -> str:
    """Return the table of reasons, or a sentence when there are none."""
    if not dropped:
        return "None."
    lines = ["| reason | rows | |", "|---|---:|---|"]
    return "\n".join([*lines, *(f"| {r} | {n} | {WORDS.get(r, '')} |" for r, n in dropped.items())])
