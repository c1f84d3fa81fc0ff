"""The verb `spec` and the choice of an API, as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from callforge.api import load_api, named_spec
from callforge.cli import app
from callforge_core.errors import CallforgeError
from callforge_core.jsonl import write_rows

GOOD = {
    "device": {"phoneNumber": "+447700900123"},
    "applicationServer": {"ipv4Address": "198.51.100.10"},
    "qosProfile": "QOS_E",
    "duration": 3600,
}
SHOP = """
openapi: 3.0.3
info: {title: Shop, version: 1.0.0}
paths:
  /pets:
    get: {operationId: listPets, parameters: [{name: limit, in: query, schema: {type: integer}}]}
    post:
      operationId: createPet
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties: {name: {type: string}, age: {type: integer, minimum: 0}}
  /photo:
    post:
      operationId: sendPhoto
      requestBody: {content: {image/png: {schema: {type: string, format: binary}}}}
"""


def run(*arguments: str | Path) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [*map(str, arguments)])


def refusal(*arguments: str | Path) -> str:
    """Return the one line that a wrong command is answered with."""
    result = run(*arguments)
    assert isinstance(result.exception, CallforgeError), result.exception
    message = str(result.exception)
    assert "\n" not in message
    return message


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A foreign definition."""
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    return file


def test_list_show_and_diff_write_the_same_for_machines(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    assert run("spec", "list", "--json", file).exit_code == 0
    assert {each["api"] for each in json.loads(file.read_text())} >= {
        "quality-on-demand", "qos-profiles", "qos-provisioning",
    }  # fmt: skip
    assert run("spec", "show", "createSession", "--json", file).exit_code == 0
    shown = json.loads(file.read_text())
    assert (shown["operation"], shown["release"]) == ("createSession", "1.1.0")
    assert shown["examples"]["full"]["problem"] is None
    assert run("spec", "diff", "1.0.0", "1.1.0", "--json", file).exit_code == 0
    document = json.loads(file.read_text())
    assert document["new"] == {"api": "quality-on-demand", "release": "1.1.0"}
    assert sum(document["counts"].values()) == len(document["changes"]) > 0


def test_show_finds_the_api_of_an_operation() -> None:
    result = run("spec", "show", "createQosAssignment")
    assert result.exit_code == 0
    assert "qos-provisioning 0.3.0" in result.output
    assert '"$schema"' in run("spec", "show", "createQosAssignment", "--schema").output


def test_check_is_good_for_a_bundled_definition_and_not_for_one_with_holes(
    shop: Path, tmp_path: Path
) -> None:
    good = run("spec", "check", named_spec("1.1.0"))
    assert good.exit_code == 0, good.output
    result = run("spec", "check", shop, "--json", tmp_path / "check.json")
    assert result.exit_code == 1  # image/png is not compiled
    assert json.loads((tmp_path / "check.json").read_text())


def test_diff_names_the_rows_that_break_and_exits_1(tmp_path: Path) -> None:
    port_0 = GOOD | {"applicationServerPorts": {"ports": [0]}}
    newer = GOOD | {"applicationServer": {"ipAddresses": ["198.51.100.10"]}}
    wrong = GOOD | {"duration": 0}
    rows = tmp_path / "rows.jsonl"
    write_rows(rows, [GOOD, port_0, newer, wrong])
    result = run("spec", "diff", "1.1.0", "1.2.0-rc", "--data", rows, "--json", tmp_path / "d.json")
    assert result.exit_code == 1
    assert "row 2, payload: T5 at $.applicationServerPorts.ports[0]" in result.output
    data = json.loads((tmp_path / "d.json").read_text())["data"]
    assert (data["valid_in_both"], data["valid_in_neither"]) == (1, 1)
    (broken,) = data["breaks"]["rows"]
    assert (broken["row"], broken["issues"][0]["class"]) == (2, "T5")
    (healed,) = data["heals"]["rows"]
    assert healed["row"] == 3


def test_diff_is_good_when_no_row_breaks(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [GOOD])
    result = run("spec", "diff", "1.0.0", "1.1.0", "--data", tmp_path / "rows.jsonl")
    assert result.exit_code == 0
    assert "0 break" in result.output


def test_diff_judges_the_right_side_of_preference_rows_only(tmp_path: Path) -> None:
    pair = {
        "prompt": "An hour of gaming.",
        "chosen": json.dumps(GOOD),
        "rejected": json.dumps(GOOD | {"applicationServerPorts": {"ports": [0]}}),
    }
    write_rows(tmp_path / "rows.jsonl", [pair])
    assert (
        run("spec", "diff", "1.1.0", "1.2.0-rc", "--data", tmp_path / "rows.jsonl").exit_code == 0
    )


def test_diff_asks_which_operation_the_rows_are_calls_of(shop: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [{"name": "Rex"}])
    both = (shop, shop, "--data", tmp_path / "rows.jsonl")
    assert run("spec", "diff", *both).exit_code == 0  # one operation only has a body
    assert "has no JSON request body" in refusal("spec", "diff", *both, "--operation", "listPets")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("1.0.0", "quality-on-demand-1.0.0"),
        ("0.3.0", "qos-provisioning-0.3.0"),
        ("1.1.0", "quality-on-demand-1.1.0"),
        ("qos-profiles@1.1.0", "qos-profiles-1.1.0"),
        ("quality-on-demand:1.2.0-rc", "quality-on-demand-1.2.0-rc"),
        ("qos-profiles", "qos-profiles-1.1.0"),
    ],
)
def test_one_word_names_a_definition(name: str, file: str) -> None:
    assert named_spec(name).stem == file


def test_a_word_that_names_nothing_is_answered_with_what_there_is() -> None:
    assert "qos-profiles@1.1.0" in refusal("spec", "diff", "missing.yaml", "1.1.0")
    assert "did you mean 'qos-profiles 1.1.0'" in refusal(
        "spec", "diff", "1.0.0", "qos-profiles@1.2"
    )


def test_rows_of_a_foreign_definition_are_validated(shop: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    write_rows(rows, [{"name": "Rex"}, {"name": "Tom", "age": -1}, {"age": 3, "colour": "red"}])
    out = tmp_path / "out.json"
    result = run("validate", rows, "--spec", shop, "--operation", "createPet", "--json", out)
    assert result.exit_code == 1
    document = json.loads(out.read_text())
    assert (document["valid"], document["invalid"]) == (1, 2)
    assert {"T5", "S1", "S2"} <= set(document["faults"])


def test_an_operation_without_a_body_says_what_it_takes_instead(shop: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [{"name": "Rex"}])
    judge = ("validate", tmp_path / "rows.jsonl", "--spec", shop, "--operation")
    assert "it takes only limit (query)" in refusal(*judge, "listPets")
    assert "has no JSON request body" in refusal(*judge, "sendPhoto")
    assert "did you mean 'createPet'" in refusal(*judge, "createpet")


def test_a_release_beside_a_document_of_ones_own_is_refused(shop: Path) -> None:
    assert "--release chooses a bundled definition" in refusal(
        "spec", "show", "createPet", "--spec", shop, "--release", "1.1.0"
    )


def test_rules_and_profiles_of_one_api_do_not_leak_into_another() -> None:
    known = load_api("retrieveQoSProfiles")
    assert known.operation.api == "qos-profiles"
    assert known.validator.verdict({"name": "ANY_NAME", "status": "ACTIVE"}).ok
    assigned = load_api("createQosAssignment").validator.verdict({"qosProfile": "NOT_THERE"})
    assert [issue.cls for issue in assigned.issues] == ["V4"]


def test_the_api_can_be_named_with_or_without_its_release() -> None:
    assert load_api("createSession", api="quality-on-demand").operation.release == "1.1.0"
    assert load_api("createSession", "0.11.1").operation.release == "0.11.1"
    with pytest.raises(CallforgeError, match="give --api quality-on-demand"):
        load_api("createSession", api="qos-provisioning")
