"""Rows are found in every container: lines, arrays, documents, archives, columns, folders."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from datasets_src.readers import Entry, Opened, open_file, open_sources
from tests.datasets_src.conftest import SaveRows

BODY = {"qosProfile": "QOS_E", "duration": 60}
TEXT = '{"qosProfile":"QOS_E","duration":60}'
USER, ASSISTANT = {"role": "user", "content": "a minute"}, {"role": "assistant", "content": TEXT}


def read(path: Path, form: str = "auto") -> tuple[str, list[Entry]]:
    opened = open_file(path, form)
    return opened.format, list(opened.entries)


def test_compressed_lines_are_read_like_plain_ones(tmp_path: Path) -> None:
    import pyarrow  # type: ignore[import-untyped]  # ships no types

    lines = (json.dumps(BODY) + "\n").encode() * 3
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress(lines))
    (tmp_path / "rows.jsonl.zst").write_bytes(pyarrow.compress(lines, codec="zstd", asbytes=True))
    for name in ("rows.jsonl.gz", "rows.jsonl.zst"):
        assert [entry.fields for entry in read(tmp_path / name)[1]] == [
            {"payload": json.dumps(BODY)}
        ] * 3


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl", "rows.dat"])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_array_is_read_whatever_its_name_and_layout(
    tmp_path: Path, name: str, indent: int | None
) -> None:
    row = {"prompt": "p", "completion": BODY}
    path = tmp_path / name
    path.write_text(json.dumps([row, row], indent=indent))
    _, entries = read(path)
    assert [(entry.place, entry.fields) for entry in entries] == [
        (f"{name}[1]", {"payload": TEXT}),
        (f"{name}[2]", {"payload": TEXT}),
    ]


def test_a_pretty_printed_payload_is_one_row_and_keeps_its_text(tmp_path: Path) -> None:
    path = tmp_path / "payload.json"
    path.write_text(json.dumps(BODY, indent=2) + "\n")
    _, entries = read(path)
    assert [entry.fields for entry in entries] == [{"payload": json.dumps(BODY, indent=2)}]


def test_rows_under_data_in_a_json_object_are_rows(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"version": 1, "data": [{"prompt": "p", "completion": TEXT}] * 2}))
    assert [entry.place for entry in read(path)[1]] == ["set.json[1]", "set.json[2]"]


def test_json_lines_named_json_are_lines(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(f"{TEXT}\n{TEXT}\n")
    assert [entry.place for entry in read(path)[1]] == ["rows.json:1", "rows.json:2"]


def test_byte_order_mark_and_crlf_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode() + b"\r\n" + TEXT.encode() + b"\r\n")
    assert [entry.fields["payload"] for entry in read(path)[1]] == [TEXT, TEXT]


def test_nulls_in_a_struct_column_are_kept_and_told_once(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet  # type: ignore[import-untyped]  # ships no types

    rows = [
        {"id": "a", "prompt": "p", "completion": {"duration": 1, "sink": None}},
        {"id": "b", "prompt": "p", "completion": {"duration": 2, "sink": "https://x.example"}},
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "rows.parquet")
    opened = open_file(tmp_path / "rows.parquet")
    assert [entry.fields["payload"] for entry in opened.entries] == [
        '{"duration":1,"sink":null}',
        '{"duration":2,"sink":"https://x.example"}',
    ]
    assert len(opened.notes) == 1
    assert opened.notes[0].startswith("null pollution")
    assert "(completion.sink)" in opened.notes[0]


def test_a_null_in_a_column_is_an_absence_and_no_pollution(tmp_path: Path) -> None:
    import pyarrow.parquet

    turns = [{"role": "user", "content": "r", "tool_calls": None}, {**ASSISTANT, "tool_calls": []}]
    rows = [{"messages": turns, "id": None}, {"messages": turns, "id": "b"}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "rows.parquet")
    opened = open_file(tmp_path / "rows.parquet")
    assert opened.notes == ()
    assert [(entry.id, entry.fields) for entry in opened.entries] == [
        (None, {"payload": TEXT}),
        ("b", {"payload": TEXT}),
    ]


def test_values_that_json_does_not_have_are_read_as_text(tmp_path: Path) -> None:
    import pyarrow.parquet

    odd = {"at": datetime(2026, 1, 2, tzinfo=UTC), "raw": b"ab", "n": float("nan"), "d": Decimal(1)}
    table = pyarrow.Table.from_pylist([{"prompt": "p", "completion": odd}])
    pyarrow.parquet.write_table(table, tmp_path / "rows.parquet")
    _, entries = read(tmp_path / "rows.parquet")
    assert entries[0].fields["payload"] == (
        '{"at":"2026-01-02T00:00:00+00:00","raw":"ab","n":NaN,"d":1}'
    )


def test_a_container_is_known_by_its_first_bytes_under_any_name(tmp_path: Path) -> None:
    import pyarrow.parquet

    (tmp_path / "packed.jsonl").write_bytes(gzip.compress(TEXT.encode() + b"\n"))
    assert read(tmp_path / "packed.jsonl")[1][0].fields == {"payload": TEXT}
    table = pyarrow.Table.from_pylist([{"prompt": "p", "completion": TEXT}])
    pyarrow.parquet.write_table(table, tmp_path / "columns.data")
    assert read(tmp_path / "columns.data")[1][0].fields == {"payload": TEXT}


def test_splits_in_one_document_are_read_one_after_the_other(tmp_path: Path) -> None:
    row = {"prompt": "p", "completion": TEXT}
    (tmp_path / "set.json").write_text(json.dumps({"train": [row], "test": [row, "no row"]}))
    entries = read(tmp_path / "set.json")[1]
    assert [entry.place for entry in entries] == [
        "set.json:train[1]",
        "set.json:test[1]",
        "set.json:test[2]",
    ]
    assert "not a JSON object" in entries[2].problem


def test_a_folder_saved_by_datasets_is_one_source(tmp_path: Path) -> None:
    import datasets

    rows = datasets.Dataset.from_list([{"prompt": "p", "completion": TEXT}] * 2)
    rows.save_to_disk(str(tmp_path / "one"))
    datasets.DatasetDict(train=rows, test=rows).save_to_disk(str(tmp_path / "two"))
    (one,) = open_sources(tmp_path / "one")
    assert [entry.fields for entry in one.entries] == [{"payload": TEXT}] * 2
    (two,) = open_sources(tmp_path / "two")
    assert [entry.place for entry in two.entries] == ["train[1]", "train[2]", "test[1]", "test[2]"]


def test_a_folder_gives_its_data_files_and_leaves_out_records_and_hidden_files(
    save_rows: SaveRows, tmp_path: Path
) -> None:
    sft, pair = {"prompt": "p", "completion": TEXT}, {"chosen": TEXT, "rejected": "{}"}
    save_rows([sft], "sft/train.jsonl")
    save_rows([pair], "preference/train.jsonl")
    for name in ("manifest.json", "dropped.json", ".rows.jsonl.x.part", "README.md"):
        (tmp_path / name).write_text("{}")
    opened: list[Opened] = open_sources(tmp_path)
    assert [(o.path.relative_to(tmp_path).as_posix(), o.format) for o in opened] == [
        ("preference/train.jsonl", "prompt-chosen-rejected"),
        ("sft/train.jsonl", "prompt-completion"),
    ]
