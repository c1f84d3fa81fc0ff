"""A repaired file has the same rows in the same container; only mended answers differ."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from callforge_core.errors import DataError, OutputError
from datasets_src.readers import open_file
from datasets_src.repair_files import Summary, repair_file
from tests.datasets_src.conftest import SaveRows, make_payload
from validators.payload import Validator

GOOD = make_payload(1)
TEXT = json.dumps(GOOD)
ASK = "QOS_S for +99900000001 to 10.0.1.1 for 61 seconds"
WRONG = GOOD | {"duration": "61"}  # make_payload(1) lasts 61 s
PLAIN = json.dumps(WRONG)
HOPELESS = GOOD | {"sink": "http://app.example.com"}


def mend(
    path: Path, out: Path, validator: Validator, form: str = "auto"
) -> tuple[Summary, list[dict[str, Any]]]:
    _, summary = repair_file(path, out, validator, form)
    records = out.with_name(f"{out.name}.repairs.jsonl").read_text().splitlines()
    return summary, [json.loads(line) for line in records]


def answers(path: Path) -> list[dict[str, str]]:
    return [dict(entry.fields) for entry in open_file(path).entries]


USER = {"role": "user", "content": ASK}
ROWS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (WRONG, GOOD),
    ({"instruction": ASK, "output": WRONG, "more": [1]}, {"output": GOOD}),
    ({"instruction": ASK, "output": f"```\n{PLAIN}\n```"}, {"output": TEXT}),
    ({"prompt": ASK, "completion": PLAIN}, {"completion": TEXT}),
    (
        {"messages": [USER, {"role": "assistant", "content": "Hello."}, USER,
                      {"role": "assistant", "content": PLAIN}]},
        {"messages": [USER, {"role": "assistant", "content": "Hello."}, USER,
                      {"role": "assistant", "content": TEXT}]},
    ),
    (
        {"messages": [USER, {"role": "assistant", "tool_calls": [{"function": {
            "name": "createSession", "arguments": PLAIN}}]}]},
        {"messages": [USER, {"role": "assistant", "tool_calls": [{"function": {
            "name": "createSession", "arguments": TEXT}}]}]},
    ),
    (
        {"conversations": [{"from": "human", "value": ASK}, {"from": "gpt", "value": PLAIN}]},
        {"conversations": [{"from": "human", "value": ASK}, {"from": "gpt", "value": TEXT}]},
    ),
    ({"prompt": ASK, "chosen": PLAIN, "rejected": "{'a'}"}, {"chosen": TEXT}),
    ({"id": "e", "request": ASK, "payload": WRONG}, {"payload": GOOD}),
]  # fmt: skip


@pytest.mark.parametrize(("row", "changed"), ROWS, ids=range(len(ROWS)))
def test_each_form_keeps_its_shape_and_all_other_values(
    save_rows: SaveRows,
    tmp_path: Path,
    validator: Validator,
    row: dict[str, Any],
    changed: dict[str, Any],
) -> None:
    path, out = save_rows([row]), tmp_path / "out.jsonl"
    summary, records = mend(path, out, validator)
    assert json.loads(out.read_text()) == row | changed
    assert (summary.valid_before, summary.valid_after, summary.ok) == (0, 1, True)
    assert [(r["row"], r["status"]) for r in records] == [(1, "repaired")]


def test_lines_that_do_not_change_stay_byte_for_byte(tmp_path: Path, validator: Validator) -> None:
    lines = [
        b'\xef\xbb\xbf{"prompt" :"p",  "completion":' + TEXT.encode() + b"}\r\n",
        b"  \r\n",
        b'{"prompt": "\\u00fc", "completion": ' + PLAIN.encode() + b' , "n": 1.50}\r\n',
        b'{"prompt":"","completion":{"a":"\xff"}}\n',
        b'{"prompt":\n',
        b'{"prompt":"p","completion":' + TEXT.encode() + b"}",
    ]
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_bytes(b"".join(lines))
    summary, records = mend(path, out, validator)
    lines[2] = lines[2].replace(b'"61"', b"61")
    assert out.read_bytes() == b"".join(lines)
    assert (summary.rows, summary.unreadable, summary.ok) == (5, 2, False)
    told = [(r["row"], r["field"], r["status"]) for r in records]
    assert [t for t in told if t[0] in (2, 3, 4)] == [
        (2, "payload", "repaired"),
        (3, "row", "left"),
        (4, "row", "left"),
    ]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["rows.json", "rows.json.gz", "rows.jsonl.zst"])
def test_an_array_stays_one_in_its_setting_and_packing(
    tmp_path: Path, validator: Validator, name: str, indent: int | None
) -> None:
    import pyarrow  # type: ignore[import-untyped]  # ships no types

    rows = [{"prompt": ASK, "completion": body} for body in (GOOD, WRONG, GOOD)]
    packers: dict[str, Any] = {
        ".gz": gzip.compress,
        ".zst": lambda data: pyarrow.compress(data, codec="zstd", asbytes=True),
    }
    path, out = tmp_path / name, tmp_path / f"out-{name}"
    text = json.dumps(rows, indent=indent) + "\n"
    path.write_bytes(packers.get(path.suffix, bytes)(text.encode()))
    mend(path, out, validator)
    from datasets_src.packing import open_bytes

    with open_bytes(out) as stream:
        assert stream.read().decode() == text.replace('"61"', "61")


def test_rows_under_a_key_and_what_stands_around_them_stay(
    tmp_path: Path, validator: Validator
) -> None:
    text = json.dumps({"version": 1, "data": [{"prompt": ASK, "completion": WRONG}], "end": 1.0})
    (tmp_path / "in.json").write_text(text)
    mend(tmp_path / "in.json", tmp_path / "out.json", validator)
    assert (tmp_path / "out.json").read_text() == text.replace('"61"', "61")


def test_an_array_that_breaks_off_keeps_its_end(tmp_path: Path, validator: Validator) -> None:
    text = f'[{{"prompt":"p","completion":{PLAIN}}}, {{"prompt": '
    (tmp_path / "in.json").write_text(text)
    summary, _ = mend(tmp_path / "in.json", tmp_path / "out.json", validator)
    assert (tmp_path / "out.json").read_text() == text.replace('"61"', "61")
    assert not summary.ok


def test_a_text_column_of_parquet_keeps_its_types(tmp_path: Path, validator: Validator) -> None:
    import pyarrow
    import pyarrow.parquet  # type: ignore[import-untyped]  # ships no types

    schema = pyarrow.schema(
        [
            ("id", pyarrow.int32()),
            ("prompt", pyarrow.string()),
            ("completion", pyarrow.large_string()),
        ]
    )
    rows = [{"id": n, "prompt": None, "completion": text} for n, text in enumerate((TEXT, PLAIN))]
    path, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pyarrow.parquet.write_table(
        pyarrow.Table.from_pylist([row | {"prompt": ASK} for row in rows], schema), path
    )
    mend(path, out, validator)
    table = pyarrow.parquet.read_table(out)
    assert table.schema.equals(schema)
    assert table["completion"].to_pylist() == [TEXT, TEXT]


def test_a_polluted_struct_column_becomes_json_text_without_its_nulls(
    tmp_path: Path, validator: Validator
) -> None:
    import datasets
    import pyarrow.parquet

    bodies = [GOOD, GOOD | {"sink": "https://app.example.com/qod"}]
    rows = datasets.Dataset.from_list([{"prompt": ASK, "completion": body} for body in bodies])
    path, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    rows.to_parquet(str(path))
    assert "null" in answers(path)[0]["payload"]
    summary, _ = mend(path, out, validator)
    assert summary.ok
    assert [json.loads(row["payload"]) for row in answers(out)] == bodies
    again = datasets.Dataset.from_parquet(str(out), cache_dir=str(tmp_path / "cache"))
    assert [json.loads(row["completion"]) for row in again] == bodies
    assert pyarrow.parquet.read_table(out)["prompt"].to_pylist() == [ASK, ASK]


def test_messages_in_parquet_are_mended_in_place(tmp_path: Path, validator: Validator) -> None:
    import pyarrow.parquet

    rows = [{"messages": [USER, {"role": "assistant", "content": text}]} for text in (PLAIN, TEXT)]
    path, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    mend(path, out, validator)
    table = pyarrow.parquet.read_table(out)
    assert [row["messages"][1]["content"] for row in table.to_pylist()] == [TEXT, TEXT]


def test_the_rejected_side_is_never_mended_nor_chosen_made_equal_to_it(
    save_rows: SaveRows, tmp_path: Path, validator: Validator
) -> None:
    rows = [
        {"prompt": ASK, "chosen": TEXT, "rejected": PLAIN},
        {"prompt": ASK, "chosen": PLAIN, "rejected": TEXT},
    ]
    path, out = save_rows(rows), tmp_path / "out.jsonl"
    _, records = mend(path, out, validator)
    assert out.read_bytes() == path.read_bytes()
    assert [(r["row"], r["field"], r["status"]) for r in records] == [(2, "chosen", "left")]
    assert "what the rejected one says" in records[0]["left"][0]["reason"]


def test_an_answer_in_several_parts_is_left_with_the_reason(
    save_rows: SaveRows, tmp_path: Path, validator: Validator
) -> None:
    parts = [{"type": "text", "text": PLAIN[:9]}, {"type": "text", "text": PLAIN[9:]}]
    path = save_rows([{"messages": [USER, {"role": "assistant", "content": parts}]}])
    _, records = mend(path, tmp_path / "out.jsonl", validator)
    assert (tmp_path / "out.jsonl").read_bytes() == path.read_bytes()
    assert "several parts" in records[0]["left"][0]["reason"]


def test_rows_that_ask_or_refuse_are_right_as_they_are(
    save_rows: SaveRows, tmp_path: Path, validator: Validator
) -> None:
    path = save_rows([{"prompt": ASK, "completion": '{"clarify":["duration"]}'}])
    summary, records = mend(path, tmp_path / "out.jsonl", validator)
    assert (summary.ok, records) == (True, [])


def test_all_user_turns_count_as_the_request(
    save_rows: SaveRows, tmp_path: Path, validator: Validator
) -> None:
    turns = [
        {"role": "user", "content": f"QOS_S for {GOOD['device']['phoneNumber']}, two hours"},
        {"role": "assistant", "content": '{"clarify":["applicationServer"]}'},
        {"role": "user", "content": f"It is {GOOD['applicationServer']['ipv4Address']}."},
        {"role": "assistant", "content": json.dumps(GOOD | {"duration": 2})},
    ]
    mend(save_rows([{"messages": turns}]), tmp_path / "out.jsonl", validator)
    said = json.loads((tmp_path / "out.jsonl").read_text())["messages"][3]["content"]
    assert json.loads(said)["duration"] == 7200


def test_mending_a_mended_file_changes_nothing(
    save_rows: SaveRows, tmp_path: Path, validator: Validator
) -> None:
    path = save_rows([{"prompt": ASK, "completion": body} for body in (GOOD, WRONG, HOPELESS)])
    once, twice = tmp_path / "once.jsonl", tmp_path / "twice.jsonl"
    mend(path, once, validator)
    summary, records = mend(once, twice, validator)
    assert once.read_bytes() == twice.read_bytes()
    assert (summary.statuses, len(records)) == ({"left": 1}, 1)


def test_the_input_is_never_overwritten_and_names_keep_their_promise(
    save_rows: SaveRows, tmp_path: Path, validator: Validator
) -> None:
    path = save_rows([WRONG])
    before = path.read_bytes()
    (tmp_path / "link.jsonl").symlink_to(path)
    for out in (path, tmp_path / "link.jsonl", tmp_path / "." / "rows.jsonl"):
        with pytest.raises(DataError, match="is the input itself"):
            repair_file(path, out, validator)
    for name in ("out.jsonl.gz", "out.parquet", "out.json"):
        with pytest.raises(DataError, match="a name that ends like it"):
            repair_file(path, tmp_path / name, validator)
    with pytest.raises(DataError, match="name one file"):
        repair_file(tmp_path, tmp_path / "out.jsonl", validator)
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        repair_file(path, tmp_path / "folder.jsonl", validator)
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "folder.jsonl",
        "link.jsonl",
        "rows.jsonl",
    ]
