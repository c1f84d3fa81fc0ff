"""A set made by hand, in every shape such sets come in: the audit counts exactly what is wrong.

Modelled on a set in circulation: 48 request/answer rows of which 18 name the device by a public
address alone, and 31 preference rows of which 12 do so on the chosen side.
"""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from datasets_src.audit import Audit, audit_file
from datasets_src.readers import open_file
from validators.payload import Validator

Row = dict[str, Any]
Body = dict[str, Any]

TASK = "Turn the wish into a call that starts a session."
WISHES = (
    "The drone pilot {device} needs a picture without delay, server {server}, for {minutes} min.",
    "Our shop floor robot behind {device} talks to {server}; keep it steady for {minutes} minutes.",
    "Film night: {device} streams from {server} during the next {minutes} minutes.",
    "Doctor's call from {device} to {server}, {minutes} minutes, voice first.",
)
PROFILES = ("QOS_E", "QOS_M", "QOS_S", "QOS_L")
LONE = (2, 3, 7, 11, 12, 13, 17, 19, 23, 24, 29, 31, 36, 37, 41, 43, 46, 47)  # 18 of 48
LONE_CHOSEN = (0, 2, 3, 7, 11, 12, 13, 17, 19, 23, 24, 29)  # 12 of 31


def body_of(number: int, lone: tuple[int, ...]) -> Body:
    """Return the answer of a row; `lone` rows say only the public address of the device."""
    device: Body = {"phoneNumber": f"+4930901820{number:02}"}
    if number in lone:
        device = {"ipv4Address": {"publicAddress": f"84.125.93.{number + 10}"}}
    elif number % 5 == 0:
        device = {"ipv4Address": {"publicAddress": f"84.125.93.{number + 10}", "publicPort": 59765}}
    return {
        "device": device,
        "applicationServer": {"ipv4Address": f"10.40.{number}.9"},
        "qosProfile": PROFILES[number % 4],
        "duration": 60 * (number + 5),
    }


def wish_of(number: int, body: Body) -> str:
    """Return a request that states what the answer says."""
    device = body["device"].get("phoneNumber") or ":".join(
        str(part) for part in body["device"]["ipv4Address"].values()
    )
    return WISHES[number % 4].format(
        device=device,
        server=body["applicationServer"]["ipv4Address"],
        minutes=body["duration"] // 60,
    )


def turns(wish: str, answer: str) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": "You answer with one JSON object."},
        {"role": "user", "content": wish},
        {"role": "assistant", "content": answer},
    ]


SHAPES: dict[str, Callable[[str, Body], Row]] = {
    "instruction-input-output": lambda wish, body: {
        "instruction": TASK, "input": wish, "output": json.dumps(body),
    },
    "instruction-response-pretty": lambda wish, body: {
        "instruction": wish, "response": json.dumps(body, indent=4) + "\n",
    },
    "response-as-object": lambda wish, body: {"instruction": TASK, "input": wish, "response": body},
    "messages": lambda wish, body: {"messages": turns(wish, json.dumps(body))},
    "sharegpt": lambda wish, body: {
        "conversations": [
            {"from": "human", "value": wish}, {"from": "gpt", "value": json.dumps(body)},
        ]
    },
    "prompt-completion": lambda wish, body: {"prompt": wish, "completion": json.dumps(body)},
    "trl": lambda wish, body: {
        "prompt": [{"role": "user", "content": wish}],
        "completion": [{"role": "assistant", "content": json.dumps(body)}],
    },
    "bare": lambda _wish, body: body,
}  # fmt: skip

REJECTED = {"device": {"phoneNumber": "+493090182000"}}  # three required members are missing
PAIRS: dict[str, Callable[[str, Body], Row]] = {
    "texts": lambda wish, body: {
        "prompt": wish, "chosen": json.dumps(body), "rejected": json.dumps(REJECTED),
    },
    "objects": lambda wish, body: {"prompt": wish, "chosen": body, "rejected": REJECTED},
    "message-lists": lambda wish, body: {
        "chosen": turns(wish, json.dumps(body)), "rejected": turns(wish, json.dumps(REJECTED)),
    },
    "conversational-prompt": lambda wish, body: {
        "prompt": turns(wish, "")[:2],
        "chosen": [turns("", json.dumps(body))[2]],
        "rejected": [turns("", json.dumps(REJECTED))[2]],
    },
}  # fmt: skip


def rows_of(shape: Callable[[str, Body], Row], lone: tuple[int, ...], count: int) -> list[Row]:
    """Return `count` rows of a shape, those in `lone` invalid."""
    bodies = [body_of(number, lone) for number in range(count)]
    return [shape(wish_of(number, body), body) for number, body in enumerate(bodies)]


def write_lines(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def write_gz(path: Path, rows: list[Row]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.with_suffix(".jsonl.gz").write_bytes(gzip.compress(text.encode()))
    return path.with_suffix(".jsonl.gz")


def write_array(path: Path, rows: list[Row]) -> Path:
    path.with_suffix(".json").write_text(json.dumps(rows, indent=2))
    return path.with_suffix(".json")


def write_parquet(path: Path, rows: list[Row]) -> Path:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.Table.from_pylist(rows), path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


WRITERS = {
    "lines": write_lines, "gz": write_gz, "array": write_array, "parquet": write_parquet,
}  # fmt: skip


STRUCTS = ("response-as-object", "bare", "objects")  # in columns these are polluted with nulls


def cases(shapes: Iterable[str]) -> list[tuple[str, str]]:
    """Return every shape in every kind of file that can hold it unharmed."""
    pairs = itertools.product(shapes, WRITERS)
    return [pair for pair in pairs if not (pair[0] in STRUCTS and pair[1] == "parquet")]


def check(path: Path, validator: Validator) -> Audit:
    return audit_file(open_file(path), validator)


@pytest.mark.parametrize(("shape", "writer"), cases(SHAPES))
def test_18_of_48_rows_are_invalid_for_one_reason_in_every_shape_and_file(
    shape: str, writer: str, tmp_path: Path, validator: Validator
) -> None:
    path = WRITERS[writer](tmp_path / "rows.jsonl", rows_of(SHAPES[shape], LONE, 48))
    result = check(path, validator)
    assert (result.rows, result.valid, result.invalid, result.unreadable) == (48, 30, 18, 0)
    assert result.faults == {"C2": 18}
    assert result.basis == {"schema": 18}
    assert result.layers["schema"] == {"failed": 18, "left": 30}
    assert [f.row for f in result.issues if f.issue.cls == "C2"] == [n + 1 for n in LONE]
    assert {f.issue.path for f in result.issues if f.issue.cls == "C2"} == {"$.device.ipv4Address"}


@pytest.mark.parametrize(("shape", "writer"), cases(PAIRS))
def test_12_of_31_chosen_sides_are_invalid_and_every_reject_lacks_three_members(
    shape: str, writer: str, tmp_path: Path, validator: Validator
) -> None:
    path = WRITERS[writer](tmp_path / "pairs.jsonl", rows_of(PAIRS[shape], LONE_CHOSEN, 31))
    result = check(path, validator)
    assert (result.rows, result.valid, result.invalid, result.unreadable) == (31, 19, 12, 0)
    assert result.faults == {"C2": 12}
    assert {(f.field, f.issue.cls) for f in result.issues if f.issue.layer == "schema"} == {
        ("chosen", "C2")
    }
    assert result.rejects == {
        "rows": 31, "wrong": 31, "several": 31, "faults": {"S1": 93}, "stated": {},
        "unconfirmed": {},
    }  # fmt: skip


def test_answers_in_struct_columns_are_faulty_by_their_nulls_and_the_file_says_so(
    tmp_path: Path, validator: Validator
) -> None:
    rows = rows_of(SHAPES["response-as-object"], LONE, 48)
    opened = open_file(write_parquet(tmp_path / "rows.parquet", rows))
    assert "null pollution" in opened.notes[0]
    result = audit_file(opened, validator)
    assert (result.invalid, set(result.faults)) == (48, {"T3"})


@pytest.mark.parametrize(
    "wrap",
    [
        "```json\n{}\n```", "```\n{}\n```", "Here is the call:\n\n```json\n{}\n```\nGood luck!",
        "Sure, this starts it: {}", "{}\n\nThe session runs as asked.",
    ],
)  # fmt: skip
def test_fences_and_prose_are_faults_of_their_own_and_hide_nothing(
    wrap: str, tmp_path: Path, validator: Validator
) -> None:
    rows = rows_of(SHAPES["instruction-input-output"], LONE, 48)
    rows = [row | {"output": wrap.replace("{}", row["output"])} for row in rows]
    result = check(write_lines(tmp_path / "rows.jsonl", rows), validator)
    assert (result.valid, result.invalid) == (0, 48)
    assert result.faults == {"F2": 48, "C2": 18}
    assert result.layers["parse"] == {"failed": 48, "left": 0}
    used = {field["path"]: field["rows"] for field in result.coverage}
    assert used["$.duration"] == 48


def test_requests_that_do_not_give_the_values_leave_the_rows_valid(
    tmp_path: Path, validator: Validator
) -> None:
    rows = [
        {"instruction": "Please set up a good connection.", "response": body_of(number, LONE)}
        for number in range(48)
    ]
    result = check(write_lines(tmp_path / "rows.jsonl", rows), validator)
    assert (result.valid, result.invalid, result.faults) == (30, 18, {"C2": 18})
    assert result.ok is False
    assert result.basis == {"schema": 18}


@pytest.mark.parametrize(
    ("change", "cls"),
    [
        ({"notificationUrl": "https://shop.example.org/hook"}, "S5"),
        ({"webhook": {"notificationUrl": "https://shop.example.org/hook"}}, "S5"),
        ({"duration": "3600"}, "T1"),
        ({"duration": "1 hour"}, "T1"),
        ({"qosProfile": "QOS_LOW_LATENCY"}, "V4"),
        ({"device": "+493090182000"}, "S6"),
        ({"device": {"ipv4Address": "84.125.93.10"}}, "S6"),
        ({"device": {"phoneNumber": "+49 30 90182000"}}, "T4"),
        ({"applicationServer": {"ipv4Address": "game-server.example.org"}}, "T4"),
        ({"priority": "high"}, "S2"),
        ({"sink": None}, "T3"),
        ({"sink": "http://shop.example.org/hook"}, "T4"),
        ({"applicationServerPorts": {}}, "S8"),
        ({"applicationServerPorts": {"ports": "5060"}}, "S9"),
    ],
)
def test_what_hand_made_rows_really_contain_is_named_once_and_exactly(
    change: Body, cls: str, tmp_path: Path, validator: Validator
) -> None:
    row = {"prompt": "a wish", "completion": json.dumps(body_of(1, ()) | change)}
    result = check(write_lines(tmp_path / "rows.jsonl", [row]), validator)
    assert (result.invalid, result.faults) == (1, {cls: 1})


def test_a_row_counts_once_however_many_faults_it_has(tmp_path: Path, validator: Validator) -> None:
    rows = rows_of(SHAPES["response-as-object"], LONE, 48)
    for number in LONE:
        rows[number]["response"] |= {"duration": "60", "priority": "high"}
    result = check(write_lines(tmp_path / "rows.jsonl", rows), validator)
    assert (result.invalid, result.faults) == (18, {"C2": 18, "S2": 18, "T1": 18})
    assert result.basis == {"schema": 18}
