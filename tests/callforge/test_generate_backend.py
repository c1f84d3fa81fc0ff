"""`callforge generate --backend openai`: files, text, exit codes, and going on after a stop."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("openai", reason="comes with the extra 'gen'")

from typer.testing import CliRunner, Result

from callforge.cli import app
from callforge.generate_backend import generate_backend
from callforge.generation import Order
from callforge_core.errors import CallforgeError, ConfigError, DataError
from callforge_core.jsonl import iter_rows
from tests.generators.llm.scripted_server import Say, error, reworded, serving


def generate(out: Path, base_url: str, *more: str, rows: int = 12) -> Result:
    arguments = ["generate", "--backend", "openai", "--model", "m", "--base-url", base_url]
    return CliRunner().invoke(app, [*arguments, "--rows", str(rows), "--out", str(out), *more])


def order(out: Path, **changes: Any) -> Order:
    given: dict[str, Any] = {"backend": "openai", "model": "m", "base_url": "http://127.0.0.1:9/v1"}
    return Order(kind="samples", out=out, rows=3, **(given | changes))


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [row.value for row in iter_rows(path)]


def test_a_run_writes_proven_rows_and_says_what_it_took(tmp_path: Path) -> None:
    with serving(reworded) as server:
        done = generate(tmp_path / "d", server.base_url, "--json", str(tmp_path / "j.json"))
        first = (tmp_path / "d" / "samples.jsonl").read_bytes()
        again = generate(tmp_path / "d", server.base_url, "--concurrency", "1")
        assert len(server.seen) == 12
    assert done.exit_code == again.exit_code == 0, done.output
    assert "12 of 12 rows kept (100%)" in done.output
    assert "tokens: 120 in" in done.output and "cost unknown" in done.output
    assert "(up to date)" in again.output and "12 answered before" in again.output
    assert (tmp_path / "d" / "samples.jsonl").read_bytes() == first
    samples = rows_of(tmp_path / "d" / "samples.jsonl")
    assert {sample["provenance"]["job"] for sample in samples} == {"paraphrase"}
    assert all(sample["family"].startswith("llm/paraphrase/") for sample in samples)
    counts = json.loads((tmp_path / "j.json").read_text(encoding="utf-8"))
    assert (counts["rows"], counts["kept"], counts["dropped"]) == (12, 12, 0)
    assert counts["usage"]["prompt_tokens"] == 120
    check = CliRunner().invoke(app, ["validate", str(tmp_path / "d" / "samples.jsonl")])
    assert check.exit_code == 0, check.output


def test_the_same_answers_give_the_same_bytes_however_they_arrive(tmp_path: Path) -> None:
    with serving(reworded) as server:
        for name, workers in (("a", "1"), ("b", "8")):
            generate(tmp_path / name, server.base_url, "--concurrency", workers)
    for file in ("samples.jsonl", "dropped.jsonl"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_rows_without_an_answer_make_the_run_incomplete_until_they_have_one(tmp_path: Path) -> None:
    is_ill = [True]

    def ill(body: dict[str, Any], before: int) -> Say:
        refused = is_ill[0] and body["seed"] % 3 == 0
        return Say(status=400, raw=error("not today")) if refused else reworded(body, before)

    with serving(ill) as server:
        first = generate(tmp_path, server.base_url)
        lost = rows_of(tmp_path / "dropped.jsonl")
        is_ill[0] = False
        second = generate(tmp_path, server.base_url)
    assert first.exit_code == 1 and "run the same command again" in first.output
    assert lost and {row["reason"] for row in lost} == {"failed"}
    assert second.exit_code == 0 and "12 of 12 rows kept" in second.output
    assert rows_of(tmp_path / "dropped.jsonl") == []


def test_a_price_list_gives_the_cost_of_this_run_alone(tmp_path: Path) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text("date: today\nmodels: {m: {input: 1000, output: 0}}\n", encoding="utf-8")
    with serving(reworded) as server:
        first = generate(tmp_path / "d", server.base_url, "--prices", str(prices))
        second = generate(tmp_path / "d", server.base_url, "--prices", str(prices))
    assert "cost 0.1200 USD at prices of today" in first.output
    assert "cost 0.0000 USD" in second.output
    prices.write_text("date: today\nmodels: {m: {input: cheap, output: 0}}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"prices\.yaml: models\.m\.input"):
        generate_backend(order(tmp_path, prices=prices))


def test_rows_of_a_file_are_worded_anew(tmp_path: Path) -> None:
    with serving(reworded) as server:
        generate(tmp_path / "a", server.base_url, rows=6)
        source = tmp_path / "a" / "samples.jsonl"
        wrong = json.loads(source.read_text(encoding="utf-8").splitlines()[0])
        wrong["payload"]["duration"] = 1
        with source.open("a", encoding="utf-8") as file:
            file.write(json.dumps(wrong) + "\n")
        done = generate(tmp_path / "b", server.base_url, "--from", str(source), rows=50)
    assert "6 of 6 rows kept" in done.output  # the seventh is not valid
    old, new = rows_of(source)[:6], rows_of(tmp_path / "b" / "samples.jsonl")
    assert [row["provenance"]["parent"] for row in new] == [row["id"] for row in old]
    assert [row["cluster"] for row in new] == [row["cluster"] for row in old]


def test_nothing_kept_is_not_good_enough(tmp_path: Path) -> None:
    with serving(lambda *_: Say(text='{"request": "I want a better connection"}')) as server:
        done = generate(tmp_path, server.base_url, "--job", "seeds", rows=4)
    assert done.exit_code == 1
    assert "0 of 4 rows kept (0%)" in done.output
    assert {row["reason"] for row in rows_of(tmp_path / "dropped.jsonl")} <= {
        "ungrounded",
        "duplicate",
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model": ""}, "--model is missing"),
        ({"base_url": ""}, "--base-url is missing"),
        ({"job": "poem"}, "--job 'poem'"),
        ({"operations": ("deleteSession",)}, "words calls of createSession"),
        ({"decisions": ("refuse",)}, "words calls of createSession"),
        ({"coverage": True}, "--coverage"),
        ({"concurrency": 0}, "--concurrency 0"),
        ({"prices": Path("nowhere.yaml")}, "nowhere.yaml does not exist"),
        ({"source": Path("nowhere.jsonl")}, "nowhere.jsonl does not exist"),
    ],
)
def test_a_wrong_order_is_one_clear_line(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(CallforgeError, match=told) as found:
        generate_backend(order(tmp_path, **changes))
    assert "\n" not in str(found.value)
    assert not (tmp_path / "samples.jsonl").exists()


def test_a_server_that_is_not_there_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generators.llm.troubles.LONGEST_PAUSE_S", 0.01)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(CallforgeError, match=rf"^{url}.*5 tries each.*run the same command again"):
        generate_backend(order(tmp_path, base_url=url))
    assert not (tmp_path / "samples.jsonl").exists()


def test_a_file_without_calls_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="holds no valid call"):
        generate_backend(order(tmp_path / "out", source=path))
