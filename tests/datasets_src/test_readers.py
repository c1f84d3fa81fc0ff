"""Rows of any form become entries; what cannot be read is told with its place, never a crash."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callforge_core.errors import DataError
from datasets_src.readers import Entry, Opened, open_file, open_sources
from tests.datasets_src.conftest import MakePair, MakeSample, SaveRows

BODY = {"qosProfile": "QOS_E", "duration": 60}
TEXT = '{"qosProfile":"QOS_E","duration":60}'
USER, ASSISTANT = {"role": "user", "content": "a minute"}, {"role": "assistant", "content": TEXT}


def read(path: Path, form: str = "auto") -> tuple[str, list[Entry]]:
    opened = open_file(path, form)
    return opened.format, list(opened.entries)


FORMS: list[tuple[str, dict[str, Any], dict[str, str], str | None]] = [
    ("payload", BODY, {"payload": TEXT}, None),
    (
        "instruction",
        {"instruction": "Call the API", "input": "a minute", "output": BODY},
        {"payload": TEXT},
        "Call the API\na minute",
    ),
    ("instruction", {"instruction": "x", "response": TEXT}, {"payload": TEXT}, "x"),
    ("instruction", {"question": "a minute", "answer": TEXT}, {"payload": TEXT}, "a minute"),
    ("messages", {"messages": [USER, ASSISTANT]}, {"payload": TEXT}, "a minute"),
    (
        "messages",
        {"messages": [USER, ASSISTANT, {"role": "user", "content": "again"}, ASSISTANT]},
        {"payload": TEXT},
        "again",
    ),
    (
        "sharegpt",
        {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": TEXT}]},
        {"payload": TEXT},
        "hi",
    ),
    ("prompt-completion", {"prompt": "p", "completion": TEXT}, {"payload": TEXT}, "p"),
    (
        "prompt-completion",
        {"prompt": [{"role": "system", "content": "s"}, USER], "completion": [ASSISTANT]},
        {"payload": TEXT},
        "a minute",
    ),
    (
        "prompt-chosen-rejected",
        {"prompt": "p", "chosen": TEXT, "rejected": "{}"},
        {"chosen": TEXT, "rejected": "{}"},
        "p",
    ),
    (
        "prompt-chosen-rejected",
        {"prompt": [USER], "chosen": [ASSISTANT], "rejected": [{**ASSISTANT, "content": "no"}]},
        {"chosen": TEXT, "rejected": "no"},
        "a minute",
    ),
    (
        "prompt-chosen-rejected",
        {"chosen": [USER, ASSISTANT], "rejected": [USER, {**ASSISTANT, "content": "no"}]},
        {"chosen": TEXT, "rejected": "no"},
        "a minute",
    ),
    (
        "prompt-chosen-rejected",
        {"prompt": "p", "chosen": BODY, "rejected": {}},
        {"chosen": TEXT, "rejected": "{}"},
        "p",
    ),
    (
        "evaluation",
        {"id": "e-1", "request": "r", "payload": BODY, "also": {}},
        {"payload": TEXT},
        "r",
    ),
    ("evaluation", {"id": "e-1", "request": "r", "decision": "refuse", "payload": None}, {}, "r"),
]


@pytest.mark.parametrize(("name", "row", "fields", "request_text"), FORMS)
def test_each_form_is_recognised_and_read(
    save_rows: SaveRows,
    name: str,
    row: dict[str, Any],
    fields: dict[str, str],
    request_text: str | None,
) -> None:
    form, entries = read(save_rows([row]))
    assert form == name
    assert [(e.fields, e.request, e.problem, e.row) for e in entries] == [
        (fields, request_text, "", 1)
    ]


def test_our_own_files_are_recognised(
    save_rows: SaveRows, make_sample: MakeSample, make_pair: MakePair
) -> None:
    sample = make_sample(1)
    form, entries = read(save_rows([sample.to_json()]))
    assert (form, entries[0].id, entries[0].decision) == ("samples", "s-1", "call")
    form, entries = read(save_rows([make_pair(sample).to_json()]))
    assert (form, entries[0].fault, set(entries[0].fields)) == (
        "preference",
        "S2",
        {"chosen", "rejected"},
    )


@pytest.mark.parametrize("decision", ["clarify", "refuse"])
def test_a_row_that_asks_or_refuses_has_no_payload_to_judge(
    save_rows: SaveRows, make_sample: MakeSample, decision: str
) -> None:
    row = make_sample(1, decision=decision, missing=["duration"], reason="no").to_json()
    _, entries = read(save_rows([row]))
    assert (entries[0].fields, entries[0].decision, entries[0].problem) == ({}, decision, "")
    said = json.dumps({"clarify": ["duration"]} if decision == "clarify" else {"refuse": "no"})
    _, entries = read(save_rows([{"prompt": "p", "completion": said}]))
    assert (entries[0].fields, entries[0].decision) == ({}, decision)


def test_a_payload_that_merely_has_such_a_key_is_still_a_call(save_rows: SaveRows) -> None:
    said = ['{"clarify":["duration"],"duration":1}', '{"clarify":"duration"}', '{"refuse":1']
    _, entries = read(save_rows([{"prompt": "p", "completion": text} for text in said]))
    assert [entry.fields["payload"] for entry in entries] == said


def test_a_payload_stays_as_it_was_said_whether_object_or_text(save_rows: SaveRows) -> None:
    odd = '{"duration": 3.6e3, "duration": NaN}'
    _, entries = read(
        save_rows([f'{{"prompt":"p","completion":{odd}}}', {"prompt": "p", "completion": odd}])
    )
    assert [entry.fields["payload"] for entry in entries] == [odd.replace(" ", ""), odd]


def test_the_arguments_of_a_tool_call_are_the_answer(save_rows: SaveRows) -> None:
    call = {"function": {"name": "createSession", "arguments": TEXT}}
    turn = {"role": "assistant", "content": None, "tool_calls": [call]}
    _, entries = read(save_rows([{"messages": [USER, turn]}]))
    assert entries[0].fields == {"payload": TEXT}


def test_text_parts_of_a_turn_are_joined(save_rows: SaveRows) -> None:
    parts = [{"type": "text", "text": TEXT[:5]}, {"type": "text", "text": TEXT[5:]}]
    _, entries = read(save_rows([{"messages": [USER, {"role": "assistant", "content": parts}]}]))
    assert entries[0].fields == {"payload": TEXT}


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


def test_an_id_inside_a_bare_payload_is_no_row_id(save_rows: SaveRows) -> None:
    _, entries = read(save_rows([{"id": "x", **BODY}]))
    assert entries[0].id is None


def test_a_form_can_be_forced_and_an_unknown_one_is_answered_with_the_nearest(
    save_rows: SaveRows,
) -> None:
    path = save_rows([{"prompt": "p", "completion": TEXT}])
    form, entries = read(path, "payload")
    assert (form, entries[0].fields["payload"][:9]) == ("payload", '{"prompt"')
    with pytest.raises(DataError, match="did you mean 'messages'"):
        open_file(path, "message")


# --- containers


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


@pytest.mark.parametrize("end", ["", ",", ", {", "} ]", " 5 ]"])
def test_an_array_that_breaks_off_gives_its_rows_and_one_problem(tmp_path: Path, end: str) -> None:
    path = tmp_path / "rows.json"
    path.write_text(f'[{{"prompt":"p","completion":{TEXT}}}{end}')
    _, entries = read(path)
    assert entries[0].problem == ""
    assert len(entries) == 2
    assert "rows from here on are lost" in entries[1].problem


def test_byte_order_mark_and_crlf_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode() + b"\r\n" + TEXT.encode() + b"\r\n")
    assert [entry.fields["payload"] for entry in read(path)[1]] == [TEXT, TEXT]


def test_a_line_that_is_not_utf_8_is_one_unreadable_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(TEXT.encode() + b'\n{"a":"\xff"}\n' + TEXT.encode() + b"\n")
    assert [entry.problem for entry in read(path)[1]] == [
        "",
        "not UTF-8 text (byte 7 of the line)",
        "",
    ]


def test_a_huge_line_is_one_unreadable_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets_src.containers.LONGEST_LINE", 1 << 20)
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{TEXT}\n{{"a":"{"x" * (3 << 20)}"}}\n{TEXT}\n')
    entries = read(path)[1]
    assert [entry.problem for entry in entries] == ["", "the line is longer than 1 MiB", ""]
    assert [entry.place for entry in entries] == [f"rows.jsonl:{n}" for n in (1, 2, 3)]


def test_parquet_is_read_without_the_nulls_its_columns_invent(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet  # type: ignore[import-untyped]  # ships no types

    rows = [
        {"id": "a", "prompt": "p", "completion": {"duration": 1, "sink": None}},
        {"id": "b", "prompt": "p", "completion": {"duration": 2, "sink": "https://x.example"}},
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "rows.parquet")
    _, entries = read(tmp_path / "rows.parquet")
    assert [entry.fields["payload"] for entry in entries] == [
        '{"duration":1}',
        '{"duration":2,"sink":"https://x.example"}',
    ]


def test_a_damaged_parquet_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 but not really")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        open_file(tmp_path / "rows.parquet")


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
