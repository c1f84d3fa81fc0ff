"""What cannot be read is told with its place and what to do, never a crash."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.errors import DataError
from datasets_src.readers import Entry, open_file, open_sources
from tests.datasets_src.conftest import SaveRows

BODY = {"qosProfile": "QOS_E", "duration": 60}
TEXT = '{"qosProfile":"QOS_E","duration":60}'
USER, ASSISTANT = {"role": "user", "content": "a minute"}, {"role": "assistant", "content": TEXT}


def read(path: Path, form: str = "auto") -> tuple[str, list[Entry]]:
    opened = open_file(path, form)
    return opened.format, list(opened.entries)


def test_broken_rows_are_counted_with_place_and_reason_and_reading_goes_on(
    save_rows: SaveRows,
) -> None:
    good = {"id": "a", "prompt": "p", "completion": TEXT}
    path = save_rows([good, '{"prompt":', "[1]", {"id": "b", "prompt": "p"}, BODY, "", good])
    _, entries = read(path)
    assert [(entry.row, entry.place, entry.id) for entry in entries] == [
        (1, "rows.jsonl:1", "a"),
        (2, "rows.jsonl:2", None),
        (3, "rows.jsonl:3", None),
        (4, "rows.jsonl:4", "b"),
        (5, "rows.jsonl:5", None),
        (6, "rows.jsonl:7", "a"),
    ]
    problems = [entry.problem for entry in entries]
    assert problems[0] == problems[5] == ""
    assert "not valid JSON" in problems[1]
    assert "not a JSON object" in problems[2]
    assert "keys of format prompt-completion" in problems[3]
    assert "keys of format prompt-completion" in problems[4]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"messages": "hello"}, "expected a list of turns"),
        ({"messages": []}, "expected a list of turns"),
        ({"messages": [USER]}, "holds no answer"),
        ({"messages": [{"role": "assistant", "content": ""}]}, "holds no answer"),
        ({"request": "r", "decision": "call", "payload": None}, "'payload' is missing"),
        ({"request": "r", "decision": "perhaps", "payload": {}}, "expected one of call"),
    ],
    ids=str,
)
def test_a_row_of_the_right_form_that_says_nothing_is_unreadable(
    save_rows: SaveRows, row: dict[str, Any], said: str
) -> None:
    _, entries = read(save_rows([row]))
    assert said in entries[0].problem


def test_among_bare_payloads_a_broken_line_is_an_answer_to_judge(save_rows: SaveRows) -> None:
    form, entries = read(save_rows([BODY, TEXT[:-5], "Sure! {}"]))
    assert form == "payload"
    assert [entry.fields.get("payload") for entry in entries][1:] == [TEXT[:-5], "Sure! {}"]
    assert all(not entry.problem for entry in entries)


@pytest.mark.parametrize("end", ["", ",", ", {", "} ]", " 5 ]"])
def test_an_array_that_breaks_off_gives_its_rows_and_one_problem(tmp_path: Path, end: str) -> None:
    path = tmp_path / "rows.json"
    path.write_text(f'[{{"prompt":"p","completion":{TEXT}}}{end}')
    _, entries = read(path)
    assert entries[0].problem == ""
    assert len(entries) == 2
    assert "rows from here on are lost" in entries[1].problem


def test_a_line_that_is_not_utf_8_is_one_unreadable_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(TEXT.encode() + b'\n{"a":"\xff"}\n' + TEXT.encode() + b"\n")
    assert [entry.problem for entry in read(path)[1]] == [
        "",
        "not UTF-8 text (byte 7 of the line); save it as UTF-8",
        "",
    ]


def test_a_huge_line_is_one_unreadable_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets_src.cells.LONGEST_LINE", 1 << 20)
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{TEXT}\n{{"a":"{"x" * (3 << 20)}"}}\n{TEXT}\n')
    entries = read(path)[1]
    assert [entry.problem for entry in entries] == [
        "",
        "the line is longer than 1 MiB; cut it up",
        "",
    ]
    assert [entry.place for entry in entries] == [f"rows.jsonl:{n}" for n in (1, 2, 3)]


def test_a_damaged_parquet_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 but not really")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        open_file(tmp_path / "rows.parquet")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "has no rows"), (b"\n \n", "has no rows"), (b"[]", "has no rows")],
)
def test_a_file_without_rows_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "rows.json").write_bytes(content)
    with pytest.raises(DataError, match=said):
        open_file(tmp_path / "rows.json")


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json"])
@pytest.mark.parametrize("content", ["# A page\n\nwords\n", '{"a": \n{"b"', "\x00\x01"])
def test_a_file_that_is_no_json_at_all_names_its_first_bad_line(
    tmp_path: Path, name: str, content: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(DataError) as caught:
        open_file(path)
    assert str(caught.value).startswith(f"{path}:1: not valid JSON")
    assert "--format" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_missing_is_told_and_a_hub_id_gets_its_own_hint(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.jsonl does not exist; check the path"):
        open_sources(tmp_path / "none.jsonl")
    with pytest.raises(DataError, match="publishing work"):
        open_sources("someone/some-set")
    with pytest.raises(DataError, match="no data file in this folder"):
        open_sources(tmp_path)


def test_a_damaged_archive_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl.gz").write_bytes(b"no archive")
    with pytest.raises(DataError, match="cannot be read"):
        open_file(tmp_path / "rows.jsonl.gz")
    (tmp_path / "rows.jsonl.zst").write_bytes(b"no archive")
    with pytest.raises(DataError, match="cannot be read"):
        open_file(tmp_path / "rows.jsonl.zst")


@given(junk=st.lists(st.binary(max_size=30), max_size=5))
def test_no_bytes_make_reading_crash(
    junk: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("junk") / "rows.jsonl"
    path.write_bytes(TEXT.encode() + b"\n" + b"\n".join(junk))
    lines = [line for line in io.BytesIO(path.read_bytes()) if line.strip()]
    assert len(read(path)[1]) == len(lines)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rows.csv", b"instruction,output\nx,y\n", "is a table"),
        ("rows.tsv", b"instruction\toutput\n", "is a table"),
        ("rows.jsonl", b"PK\x03\x04rest", "ZIP archive or a spreadsheet"),
        ("rows.jsonl", "\ufeff{}\n".encode("utf-16-le"), "UTF-16"),
        ("rows.jsonl", b"BZh91AY", "bzip2"),
        ("rows.jsonl", b"ARROW1\x00\x00", "Arrow"),
    ],
)
def test_what_is_given_by_mistake_is_named_with_what_to_do(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said):
        open_file(tmp_path / name)


def test_a_path_that_is_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(DataError, match="cannot be opened"):
        open_sources(tmp_path / "loop")
    with pytest.raises(DataError, match="cannot be opened"):
        open_sources("x" * 5000)
    with pytest.raises(DataError, match="cannot be opened"):
        open_sources("a\0b")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="no regular file"):
        open_sources(tmp_path / "pipe")


def test_a_value_nested_too_deeply_is_one_unreadable_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    deep = [f'{{"prompt":"p","completion":{"[" * n}{"]" * n}}}' for n in (400, 600, 100_000)]
    path.write_text("".join(f"{row}\n" for row in [f'{{"prompt":"p","completion":{TEXT}}}', *deep]))
    entries = read(path)[1]
    assert [entry.row for entry in entries] == [1, 2, 3, 4]
    assert entries[0].problem == ""
    assert "nested too deeply" in entries[3].problem
