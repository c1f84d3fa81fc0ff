"""Rows on disk: what reading forgives, what it refuses and how it says so, what writing leaves."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.errors import DataError, OutputError
from callforge_core.jsonl import (
    Row,
    iter_rows,
    load_json,
    render_json,
    render_row,
    write_json,
    write_rows,
    write_text,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ANY_TEXT = st.text(st.characters(exclude_categories=()))  # half surrogates too
WITHOUT_FLOATS = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


def save(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def refused(path: Path) -> str:
    """Read all rows and return the message of the DataError that this gives."""
    with pytest.raises(DataError) as caught:
        list(iter_rows(path))
    return str(caught.value)


def test_rows_keep_the_line_they_stand_on_though_blank_lines_are_skipped(tmp_path: Path) -> None:
    path = save(tmp_path / "rows.jsonl", b'{"a":1}\n\n   \n{"a":2}\n')
    assert list(iter_rows(path)) == [Row(1, {"a": 1}), Row(4, {"a": 2})]


@pytest.mark.parametrize(
    "content",
    [b'\xef\xbb\xbf{"a":1}\n', b'{"a":1}\r\n', b'{"a":1}', b'  {"a":1}  \n'],
    ids=["byte order mark", "CRLF", "no last newline", "blanks around"],
)
def test_spellings_of_one_row_that_editors_make_are_read_alike(
    tmp_path: Path, content: bytes
) -> None:
    assert list(iter_rows(save(tmp_path / "rows.jsonl", content))) == [Row(1, {"a": 1})]


def test_a_line_separator_inside_a_string_does_not_end_the_row(tmp_path: Path) -> None:
    path = save(tmp_path / "rows.jsonl", '{"a":"x\u2028y\x85z"}\n{"a":2}\n'.encode())
    assert [row.line for row in iter_rows(path)] == [1, 2]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not valid JSON"),
        ("[1]", "an array"),
        ('"text"', "a string"),
        ("null", "null"),
        ("true", "a boolean"),
        ("3", "a number"),
        ("[" * 100_000, "not valid JSON"),
        ('{"a":' + "9" * 5000 + "}", "not valid JSON"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_broken_row_is_named_by_file_and_line(tmp_path: Path, line: str, said: str) -> None:
    path = save(tmp_path / "rows.jsonl", b'{"a":1}\n' + line.encode() + b"\n")
    message = refused(path)
    assert message.startswith(f"{path}:2: ")
    assert said in message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.jsonl", b'{"a":"\xff"}\n'),
        ("rows.jsonl.gz", b"no gzip at all"),
        ("rows.jsonl.gz", gzip.compress(b'{"a":1}\n' * 5000)[:60]),
        ("rows.jsonl.gz", gzip.compress(b'{"a":1}\n' * 5000)[:-20] + b"x" * 20),
    ],
    ids=["not UTF-8", "not gzip", "cut gzip", "damaged gzip"],
)
def test_a_file_that_cannot_be_read_to_its_end_is_told_in_one_line(
    tmp_path: Path, name: str, content: bytes
) -> None:
    message = refused(save(tmp_path / name, content))
    assert name in message
    assert "\n" not in message


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none.jsonl")
    assert "is a folder" in refused(tmp_path)


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert list(iter_rows(save(tmp_path / "rows.jsonl", b""))) == []


@given(rows=st.lists(st.dictionaries(st.text(), VALUES, max_size=3), max_size=4))
def test_what_is_written_is_read_back_unchanged(
    rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    assert write_rows(path, rows) == len(rows)
    assert [row.value for row in iter_rows(path)] == rows
    assert path.read_bytes().count(b"\n") == len(rows)


def test_half_of_a_surrogate_pair_is_written_escaped() -> None:
    assert render_json({"a": "\ud83d", "b": "é"}) == '{"a":"\\ud83d","b":"\\u00e9"}'
    assert render_json({"b": "é"}) == '{"b":"é"}'


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write_rows(path, [{"old": 1}])

    def rows() -> Any:
        yield {"new": 1}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_rows(path, rows())
    assert [row.value for row in iter_rows(path)] == [{"old": 1}]
    assert [file.name for file in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_folder_in_the_place_of_the_file_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        write_text(tmp_path, "text")


def test_a_file_in_the_place_of_the_folder_cannot_be_written_into(tmp_path: Path) -> None:
    save(tmp_path / "out", b"")
    with pytest.raises(OutputError, match="cannot be written"):
        write_json(tmp_path / "out" / "result.json", {})


def test_written_files_can_be_read_by_others(tmp_path: Path) -> None:
    write_text(tmp_path / "card.md", "text")
    assert (tmp_path / "card.md").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("content", [b"{", b"\xff", b"", b"[" * 100_000])
def test_a_broken_json_document_names_its_file(tmp_path: Path, content: bytes) -> None:
    path = save(tmp_path / "doc.json", content)
    with pytest.raises(DataError) as caught:
        load_json(path)
    assert str(caught.value).startswith(str(path))


def test_json_documents_are_read_back_unchanged(tmp_path: Path) -> None:
    write_json(tmp_path / "doc.json", {"b": [1, "é"], "a": "\udc00"})
    assert load_json(tmp_path / "doc.json") == {"b": [1, "é"], "a": "\udc00"}
    assert json.loads((tmp_path / "doc.json").read_text()) == {"b": [1, "é"], "a": "\udc00"}


@given(WITHOUT_FLOATS)
def test_the_fast_way_to_write_a_row_gives_the_same_bytes(value: Any) -> None:
    assert render_row(value) == render_json(value)
