"""`generate --from`: foreign rows are kept or dropped with a reason, and varied."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from callforge.cli import main

ROOT = Path(__file__).parents[2]
HAND_MADE = ROOT / "docs" / "examples" / "hand-made.jsonl"
BY_HAND = ROOT / "tests" / "hand_written" / "development.jsonl"
REQUEST = "Cloud gaming on +447700900112 with the server 198.51.100.20, port 3074, for two hours."
PAYLOAD = {
    "device": {"phoneNumber": "+447700900112"},
    "applicationServer": {"ipv4Address": "198.51.100.20"},
    "applicationServerPorts": {"ports": [3074]},
    "qosProfile": "QOS_E",
    "duration": 7200,
}
OTHER = "Video call between the tablet 2001:db8:4::17 and 192.0.2.30, half an hour."
OTHER_PAYLOAD = {
    "device": {"ipv6Address": "2001:db8:4::17"},
    "applicationServer": {"ipv4Address": "192.0.2.30"},
    "qosProfile": "QOS_L",
    "duration": 1800,
}
SYSTEM = {"role": "system", "content": "Answer with JSON."}


def call(*arguments: object, verb: str = "generate") -> int:
    """Run the command line in this process and return its exit code."""
    before = sys.argv
    sys.argv = ["callforge", verb, *map(str, arguments)]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.argv = before
    return 0


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def evaluation(request: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"request": request, "payload": payload} | more


def as_shape(shape: str, request: str, payload: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(payload)
    turns = [SYSTEM, {"role": "user", "content": request}]
    answer = {"role": "assistant", "content": text}
    rows: dict[str, dict[str, Any]] = {
        "instruction": {"instruction": "To JSON.", "input": request, "response": text},
        "messages": {"messages": [*turns, answer]},
        "prompt-completion": {"prompt": turns, "completion": [answer]},
        "prompt-chosen-rejected": {"prompt": request, "chosen": text, "rejected": "{}"},
        "evaluation": {"request": request, "payload": payload},
    }
    return rows[shape]


def test_the_example_is_kept_dropped_and_varied(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = tmp_path / "counts.json"
    assert call("--from", HAND_MADE, "--rows", 60, "--out", tmp_path, "--json", counts) == 0
    said = capsys.readouterr().out
    rows, dropped = read(tmp_path / "samples.jsonl"), read(tmp_path / "dropped.jsonl")
    kept = [row for row in rows if row["provenance"]["kind"] == "seed"]
    assert len(kept) + len(dropped) == 16
    assert len(rows) == len(kept) + 60
    assert {row["reason"] for row in dropped} == {"invalid", "unfaithful"}
    assert all(row["issue"]["message"] == row["detail"] for row in dropped)
    assert next(row for row in dropped if row["id"] == "row-04")["issue"]["class"] == "V2"
    told = json.loads(counts.read_text())
    assert told["seen"] == told["kept"] + sum(told["dropped"].values()) == 16
    assert sum(told["kinds"].values()) == told["variations"] == told["asked"] == 60
    assert told["per_seed"]["most"] - told["per_seed"]["least"] <= 1
    assert "16 rows seen, 5 kept, 11 dropped" in said


def test_the_rows_written_by_hand_are_all_kept_and_pass_validation(tmp_path: Path) -> None:
    assert call("--from", BY_HAND, "--rows", 50, "--out", tmp_path) == 0
    rows = read(tmp_path / "samples.jsonl")
    assert len(rows) == 100
    assert (tmp_path / "dropped.jsonl").read_text() == ""
    assert call(tmp_path / "samples.jsonl", "--gate", "faithful", verb="validate") == 0


def test_the_same_seed_gives_the_same_bytes_and_a_second_run_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two"):
        assert call("--from", HAND_MADE, "--rows", 20, "--out", tmp_path / name) == 0
    for file in ("samples.jsonl", "dropped.jsonl"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    stamp = (tmp_path / "one" / "samples.jsonl").stat().st_mtime_ns
    capsys.readouterr()
    assert call("--from", HAND_MADE, "--rows", 20, "--out", tmp_path / "one") == 0
    assert "(up to date)" in capsys.readouterr().out
    assert (tmp_path / "one" / "samples.jsonl").stat().st_mtime_ns == stamp
    assert call("--from", HAND_MADE, "--rows", 20, "--seed", 5, "--out", tmp_path / "two") == 0
    one, two = (read(tmp_path / name / "samples.jsonl") for name in ("one", "two"))
    assert [row["request"] for row in one] != [row["request"] for row in two]


@pytest.mark.parametrize(
    "shape",
    ["instruction", "messages", "prompt-completion", "prompt-chosen-rejected", "evaluation"],
)
def test_every_format_seeds_the_same_variations(tmp_path: Path, shape: str) -> None:
    rows = [as_shape(shape, REQUEST, PAYLOAD), as_shape(shape, OTHER, OTHER_PAYLOAD)]
    source = write(tmp_path / "rows.jsonl", rows)
    assert call("--from", source, "--rows", 8, "--out", tmp_path / "out") == 0
    found = read(tmp_path / "out" / "samples.jsonl")
    assert [row["payload"] for row in found[:2]] == [PAYLOAD, OTHER_PAYLOAD]
    assert len(found) == 10
    assert found[0]["family"] == "seed/row-1"
    assert [row["request"] for row in found[:2]] == [REQUEST, OTHER]


def test_arrays_gzip_and_parquet_are_read(tmp_path: Path) -> None:
    import pyarrow  # type: ignore[import-untyped]  # ships no types
    import pyarrow.parquet  # type: ignore[import-untyped]  # ships no types

    rows = [evaluation(REQUEST, PAYLOAD, id="a"), evaluation(OTHER, OTHER_PAYLOAD, id="b")]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    with gzip.open(tmp_path / "rows.jsonl.gz", "wt") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)
    flat = [{"instruction": row["request"], "response": json.dumps(row["payload"])} for row in rows]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(flat), tmp_path / "rows.parquet")
    made = {}
    for name in ("rows.json", "rows.jsonl.gz", "rows.parquet"):
        out = tmp_path / f"out-{name}"
        assert call("--from", tmp_path / name, "--rows", 6, "--out", out) == 0
        made[name] = [row["payload"] for row in read(out / "samples.jsonl")]
    assert made["rows.json"] == made["rows.jsonl.gz"]
    assert made["rows.parquet"][:2] == [PAYLOAD, OTHER_PAYLOAD]


def test_every_dropped_row_has_its_reason(tmp_path: Path) -> None:
    turns = [
        {"role": "user", "content": "Cloud gaming on +447700900112 for two hours."},
        {"role": "assistant", "content": "Which server?"},
        {"role": "user", "content": "198.51.100.20, port 3074"},
        {"role": "assistant", "content": json.dumps(PAYLOAD)},
    ]
    write(
        tmp_path / "rows.jsonl",
        [
            evaluation(REQUEST, PAYLOAD, id="good"),
            evaluation(REQUEST.upper(), PAYLOAD, id="again"),
            evaluation("", PAYLOAD, id="silent"),
            evaluation("hello", {"clarify": ["device"]}, id="asks", decision="clarify"),
            evaluation(REQUEST, PAYLOAD | {"qosProfile": "QOS_X"}, id="wrong"),
            evaluation(REQUEST.replace("two", "three"), PAYLOAD, id="other"),
            evaluation(OTHER, OTHER_PAYLOAD, id="left"),
            evaluation(OTHER, OTHER_PAYLOAD | {"qosProfile": "QOS_L", "duration": 1800}, id="same"),
            evaluation("for one hour, QOS_L, " + OTHER, OTHER_PAYLOAD, id="blur"),
            evaluation(REQUEST + " ." * 2500, PAYLOAD, id="long"),
        ],
    )
    with (tmp_path / "rows.jsonl").open("a") as stream:
        stream.write("{broken\n")
    write(tmp_path / "talk.jsonl", [{"id": "talk", "messages": turns}])
    assert call("--from", tmp_path, "--rows", 4, "--out", tmp_path / "out") == 0
    dropped = {row["id"]: row["reason"] for row in read(tmp_path / "out" / "dropped.jsonl")}
    assert dropped == {
        "again": "duplicate",
        "silent": "no_request",
        "asks": "no_call",
        "wrong": "invalid",
        "other": "unfaithful",
        "same": "duplicate",
        "long": "too_long",
        "talk": "several_turns",
        None: "unreadable",
    }
    kept = [row["id"] for row in read(tmp_path / "out" / "samples.jsonl")]
    assert kept[:3] == ["good", "left", "blur"]


def test_rows_of_several_operations_seed_one(tmp_path: Path) -> None:
    call_it = {"operation": "createSession", "body": PAYLOAD}
    other = {"operation": "deleteSession", "path": {"sessionId": "x"}}
    source = write(
        tmp_path / "rows.jsonl",
        [{"prompt": REQUEST, "completion": json.dumps(call_it)},
         {"prompt": "end session x", "completion": json.dumps(other)}],
    )  # fmt: skip
    assert call("--from", source, "--rows", 3, "--out", tmp_path / "out") == 0
    assert read(tmp_path / "out" / "samples.jsonl")[0]["payload"] == PAYLOAD
    assert [r["reason"] for r in read(tmp_path / "out" / "dropped.jsonl")] == ["other_operation"]


def test_rows_of_another_operation_are_varied_by_its_name(tmp_path: Path) -> None:
    request = "Give session 7 another half an hour, please"
    source = write(tmp_path / "rows.jsonl", [
        evaluation(request, {"requestedAdditionalDuration": 1800})
    ])  # fmt: skip
    options = ("--operation", "extendQosSessionDuration", "--rows", 4, "--out", tmp_path / "out")
    code = call("--from", source, *options)
    rows = read(tmp_path / "out" / "samples.jsonl")
    assert code == 1
    assert len(rows) == 1
    request = "Give session 7 45 minutes more, please"
    write(source, [evaluation(request, {"requestedAdditionalDuration": 2700})])
    assert call("--from", source, *options) == 0
    rows = read(tmp_path / "out" / "samples.jsonl")
    assert {row["operation"] for row in rows} == {"extendQosSessionDuration"}
    for row in rows[1:]:
        assert (
            f"{row['payload']['requestedAdditionalDuration'] // 60} minutes more" in row["request"]
        )


def test_a_dataset_is_never_overwritten_by_its_variations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "samples.jsonl", [evaluation(REQUEST, PAYLOAD)])
    before = source.read_bytes()
    assert call("--from", source, "--rows", 3, "--out", tmp_path) == 2
    assert "would overwrite" in capsys.readouterr().err
    assert source.read_bytes() == before


def test_two_answers_to_one_request_are_both_dropped(tmp_path: Path) -> None:
    vague = "gaming on 192.0.2.9 for a good while"
    base = {"applicationServer": {"ipv4Address": "192.0.2.9"}, "qosProfile": "QOS_E"}
    rows = [evaluation(vague, base | {"duration": seconds}) for seconds in (600, 900)]
    source = write(tmp_path / "rows.jsonl", [*rows, evaluation(REQUEST, PAYLOAD)])
    assert call("--from", source, "--rows", 2, "--out", tmp_path / "out") == 0
    dropped = read(tmp_path / "out" / "dropped.jsonl")
    assert [row["reason"] for row in dropped] == ["contradictory", "contradictory"]


def test_real_values_are_counted_flagged_and_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = "Cloud gaming on +442071234567 with the server 8.8.8.8 for two hours."
    real = {
        "device": {"phoneNumber": "+442071234567"},
        "applicationServer": {"ipv4Address": "8.8.8.8"},
        "qosProfile": "QOS_E",
        "duration": 7200,
    }
    source = write(
        tmp_path / "rows.jsonl", [evaluation(request, real), evaluation(OTHER, OTHER_PAYLOAD)]
    )
    assert call("--from", source, "--rows", 20, "--out", tmp_path / "out") == 0
    assert "1 kept seed holds identifying values outside reserved" in capsys.readouterr().out
    rows = read(tmp_path / "out" / "samples.jsonl")
    assert rows[0]["provenance"]["outside_reserved"] == 2
    assert "outside_reserved" not in rows[1]["provenance"]
    assert all("8.8.8.8" not in json.dumps(row) for row in rows[2:])


def test_no_valid_row_is_a_result_not_a_crash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "rows.jsonl", [evaluation(REQUEST, {"duration": 1})])
    assert call("--from", source, "--rows", 5, "--out", tmp_path / "out") == 1
    assert "no row can be varied" in capsys.readouterr().out
    assert not (tmp_path / "out" / "samples.jsonl").exists()
    assert [row["reason"] for row in read(tmp_path / "out" / "dropped.jsonl")] == ["invalid"]


def test_bare_payloads_have_no_words_to_vary(tmp_path: Path) -> None:
    source = write(tmp_path / "rows.jsonl", [PAYLOAD, OTHER_PAYLOAD])
    assert call("--from", source, "--rows", 5, "--out", tmp_path / "out") == 1
    assert {r["reason"] for r in read(tmp_path / "out" / "dropped.jsonl")} == {"no_request"}


def test_fewer_variations_than_asked_for_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = {
        "applicationServer": {"ipv4Address": "192.0.2.1"},
        "qosProfile": "QOS_M",
        "duration": 60,
    }
    token = {
        "sink": "https://hooks.acme.io/x",
        "sinkCredential": {
            "credentialType": "ACCESSTOKEN",
            "accessToken": "the usual one",
            "accessTokenExpiresUtc": "2031-01-01T00:00:00Z",
            "accessTokenType": "bearer",
        },
    }
    words = "telemetry to 192.0.2.1 for a minute, tell https://hooks.acme.io/x in the known way"
    source = write(tmp_path / "rows.jsonl", [evaluation(words, plan | token)])
    assert call("--from", source, "--rows", 5, "--out", tmp_path / "out") == 1
    assert "5 variations were asked for and 0 can be made" in capsys.readouterr().out
    assert len(read(tmp_path / "out" / "samples.jsonl")) == 1


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--decisions", "call,refuse"], "--decisions"),
        (["--operation", "all"], "--operation"),
        (["--operation", "createSession,getSession"], "--operation"),
        (["--coverage"], "--coverage"),
        (["--mix", "core"], "--mix"),
    ],
)
def test_options_that_mean_nothing_here_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], named: str
) -> None:
    assert call("--from", HAND_MADE, "--out", tmp_path, *options) == 2
    said = capsys.readouterr().err
    assert named in said
    assert "Traceback" not in said


@pytest.mark.parametrize("text", ["", "\n\n", "not json\n"])
def test_a_file_without_rows_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "rows.jsonl").write_text(text)
    assert call("--from", tmp_path / "rows.jsonl", "--out", tmp_path / "out") == 2
    assert call("--from", tmp_path / "absent.jsonl", "--out", tmp_path / "out") == 2
    assert "rows.jsonl" in capsys.readouterr().err


def test_the_list_of_addresses_of_the_next_release_is_varied(tmp_path: Path) -> None:
    payload = PAYLOAD | {"applicationServer": {"ipAddresses": ["198.51.100.20", "198.51.100.21"]}}
    request = REQUEST.replace("198.51.100.20,", "198.51.100.20 and 198.51.100.21,")
    source = write(tmp_path / "rows.jsonl", [evaluation(request, payload)])
    code = call("--from", source, "--rows", 12, "--release", "1.2.0-rc", "--out", tmp_path / "out")
    assert code == 0
    rows = read(tmp_path / "out" / "samples.jsonl")[1:]
    for row in rows:
        assert len(row["payload"]["applicationServer"]["ipAddresses"]) == 2
        assert row["release"].startswith("1.2.0")
    assert {row["provenance"]["kind"] for row in rows} >= {"resample", "paraphrase"}
