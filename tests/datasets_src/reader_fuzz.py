"""Fuzzes the readers: damaged files of every container must give entries or one clear line.

    python -m tests.datasets_src.reader_fuzz --minutes 10

Laws: only DataError, on one line; every entry is read or says why not; rewriting without a change
gives the same content. What breaks one is written to the folder given with --keep.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pyarrow  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet  # type: ignore[import-untyped]  # ships no types

from callforge_core.errors import DataError
from datasets_src.containers import is_parquet
from datasets_src.packing import open_bytes
from datasets_src.readers import open_sources
from datasets_src.rewriting import rewrite
from datasets_src.shapes import FORMATS

BODY = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "198.51.100.7"},
    "applicationServerPorts": {"ranges": [{"from": 5010, "to": 5020}]},
    "qosProfile": "QOS_E",
    "duration": 3600,
}
TEXT = json.dumps(BODY)
USER = {"role": "user", "content": "an hour"}
CALL = {"function": {"name": "createSession", "arguments": TEXT}}
ROWS: list[dict[str, Any]] = [
    BODY,
    {"instruction": "i", "input": "an hour", "output": BODY},
    {"instruction": "i", "response": f"```json\n{TEXT}\n```"},
    {"messages": [USER, {"role": "assistant", "content": TEXT}]},
    {"messages": [USER, {"role": "assistant", "content": None, "tool_calls": [CALL]}]},
    {"messages": [USER, {"role": "assistant", "content": [{"type": "text", "text": TEXT}]}]},
    {"conversations": [{"from": "human", "value": "h"}, {"from": "gpt", "value": TEXT}]},
    {"prompt": "p", "completion": TEXT},
    {"prompt": "p", "chosen": TEXT, "rejected": "{}"},
    {"question": "q", "chosen": BODY, "rejected": {"duration": 1}},
    {"prompt": [USER], "chosen": [{"role": "assistant", "content": TEXT}], "rejected": []},
    {"id": "e", "request": "r", "decision": "call", "payload": BODY, "api": "a"},
    {"id": 1, "request": "r", "decision": "refuse", "payload": None},
]
SPLICES = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\\ud800", b"\xed\xa0\x80", b"\r\n", b"\r", b"\n\n"),
    *(
        b"[" * 3000,
        b'{"a":' * 3000,
        b"9" * 6000,
        b"1e999",
        b"-0",
        b"NaN",
        b"null",
        b'{"a":1,"a":2}',
    ),
    *(b"\x1f\x8b\x08\x00", b"PAR1", b"\x28\xb5\x2f\xfd", b"\xe2\x80\xa8", b"\\u0000", b"//", b"'"),
    *(b'"messages":[{"role":"assistant"}],', b'"chosen":null,', b'"decision":[],', b'"id":{},'),
)
NAMES = ("rows.jsonl", "rows.json", "rows.txt", "rows", "rows.ndjson", "rows.dat", "rows.JSONL")


def seeds() -> Iterator[tuple[str, bytes]]:
    """Yield a name and the bytes of valid files in every container."""
    for row in ROWS:
        yield "rows.jsonl", (json.dumps(row) + "\n").encode() * 3
        yield "rows.json", json.dumps(row, indent=2).encode()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()
    array = json.dumps(ROWS[1:3] * 4, indent=1).encode()
    yield "mixed.jsonl", lines
    yield "crlf.jsonl", b"\xef\xbb\xbf" + lines.replace(b"\n", b"\r\n")
    yield "wide.jsonl", lines.decode().encode("utf-16")
    yield "array.json", array
    yield "nested.json", json.dumps({"version": 1, "train": ROWS[3:5], "test": ROWS[7:8]}).encode()
    yield "rows.jsonl.gz", gzip.compress(lines, mtime=0)
    yield "array.json.gz", gzip.compress(array, mtime=0)
    yield "rows.jsonl.zst", pyarrow.compress(lines, codec="zstd", asbytes=True)
    yield "table.csv", b"instruction,output\nx,y\n"
    for rows in (ROWS[1:2] * 5, ROWS[3:4] * 5, ROWS[7:8] * 5, [ROWS[0]] * 3, ROWS[9:10] * 2):
        yield "rows.parquet", parquet(rows)


def parquet(rows: list[dict[str, Any]]) -> bytes:
    """Return rows as a Parquet file."""
    stream = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), stream)
    return stream.getvalue()


def mutate(data: bytes, rng: Random) -> bytes:
    """Return the bytes with a few changes: flips, cuts, splices, repeats."""
    changed = bytearray(data)
    for _ in range(1 + int(rng.random() ** 2 * 6)):
        kind, at = rng.randrange(7), rng.randrange(len(changed) + 1)
        end = min(len(changed), at + 1 + rng.randrange(40))
        if kind == 0 and at < len(changed):
            changed[at] = rng.randrange(256)
        elif kind == 1:
            del changed[at:end]
        elif kind == 2:
            del changed[at:]
        elif kind == 3:
            changed[at:at] = rng.choice(SPLICES)
        elif kind == 4:
            changed[at:at] = changed[at:end] * rng.randrange(1, 4)
        elif kind == 5 and at < len(changed):
            changed[at] ^= 1 << rng.randrange(8)
        else:
            start = rng.randrange(len(changed) + 1)
            changed[at:end] = changed[start : start + 30]
    return bytes(changed)


def cases(rng: Random) -> Iterator[tuple[str, bytes]]:
    """Yield file names and damaged contents without end."""
    files = list(seeds())
    for name, data in files:
        yield name, data
    while True:
        name, data = rng.choice(files)
        roll = rng.random()
        if roll < 0.1:
            data = rng.randbytes(rng.randrange(200))
        elif roll < 0.2 and name.endswith(".gz"):  # damage inside the archive
            data = gzip.compress(mutate(gzip.decompress(data), rng), mtime=0)
        else:
            data = mutate(data, rng)
        if rng.random() < 0.15:
            name = rng.choice(NAMES) + rng.choice(("", "", ".gz", ".zst", ".parquet"))
        yield name, data


def check(path: Path, form: str) -> str:
    """Read and rewrite a file; return what became of it, or raise what no reader may raise."""
    try:
        rows = 0
        for opened in open_sources(path, form):
            for entry in opened.entries:
                rows += 1
                assert entry.row == rows
                assert bool(entry.problem) != bool(
                    entry.fields or entry.decision in ("clarify", "refuse")
                ), entry
                for text in entry.fields.values():
                    assert isinstance(text, str)
    except DataError as exc:
        assert "\n" not in str(exc), exc
        assert str(exc).startswith(str(path)[:20]), exc
        return "refused"
    out = path.with_name(f"out-{path.name}")
    try:
        rewrite(path, out, lambda _entry: {}, form)
    except DataError as exc:
        assert "\n" not in str(exc), exc
        return "read, not written"
    if is_parquet(path):
        assert read_all(path) == read_all(out)
    else:
        with open_bytes(path) as before, open_bytes(out) as after:
            assert before.read() == after.read()
    return "read"


def read_all(path: Path) -> str:
    """Return all entries of a file as text, without its name."""
    return repr([(e.fields, e.request, e.id, e.problem) for e in open_sources(path)[0].entries])


def fuzz(seed: int, *, files: int | None = None, minutes: float | None = None) -> Counter[str]:
    """Check damaged files until the number or the time is reached; raise on the first bad one."""
    rng = Random(seed)
    end = time.monotonic() + (minutes or 1e9) * 60
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, data) in enumerate(cases(rng)):
            if number == files or time.monotonic() > end:
                break
            path = Path(folder) / name
            path.write_bytes(data)
            form = "auto" if rng.random() < 0.8 else rng.choice(FORMATS)
            try:
                counts[check(path, form)] += 1
            except Exception as exc:
                raise AssertionError(f"file {number} of seed {seed} ({name}, {form})") from exc
            finally:
                for file in Path(folder).iterdir():
                    file.unlink()
    return counts


def main() -> None:
    """Fuzz for some minutes and print what was done; a broken law ends it with exit code 1."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--seed", type=int, default=0)
    wanted = options.parse_args()
    try:
        counts = fuzz(wanted.seed, minutes=wanted.minutes)
    except AssertionError:
        traceback.print_exc()
        sys.exit(1)
    print(f"{sum(counts.values())} files: {dict(counts)}")  # noqa: T201  # a script


if __name__ == "__main__":
    main()
