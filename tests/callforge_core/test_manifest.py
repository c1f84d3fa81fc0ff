"""Whether a stage may be skipped: only when nothing at all has changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callforge_core.errors import DataError
from callforge_core.manifest import (
    Manifest,
    digest,
    digests,
    is_current,
    load_manifest,
    write_manifest,
)

CONFIG = {"seed": 3, "shares": (1, 2)}
INPUTS = {"samples": "abc"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one output and its manifest."""
    (tmp_path / "rows.jsonl").write_text("{}\n")
    write_manifest(
        tmp_path,
        Manifest(
            stage="build",
            config=CONFIG,
            inputs=INPUTS,
            outputs=digests(tmp_path, ["rows.jsonl"]),
            counts={"rows": 1},
            versions={},
            seconds=1.23456,
        ),
    )
    return tmp_path


def current(folder: Path, **changes: object) -> bool:
    arguments = {"stage": "build", "config": CONFIG, "inputs": INPUTS} | changes
    return is_current(folder, **arguments)  # type: ignore[arg-type]  # changed one by one


def test_an_untouched_folder_is_current_though_json_knows_no_tuples(folder: Path) -> None:
    assert current(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"stage": "train"},
        {"config": CONFIG | {"seed": 4}},
        {"config": {"seed": 3}},
        {"inputs": {"samples": "abd"}},
        {"inputs": {}},
    ],
    ids=str,
)
def test_another_stage_configuration_or_input_is_not_current(
    folder: Path, changes: dict[str, object]
) -> None:
    assert not current(folder, **changes)


def test_a_changed_or_missing_output_is_not_current(folder: Path) -> None:
    (folder / "rows.jsonl").write_text("{} \n")
    assert not current(folder)
    (folder / "rows.jsonl").unlink()
    assert not current(folder)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"stage":"build","outputs":[]}', "\x00"])
def test_a_broken_manifest_is_as_good_as_none(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_text(content)
    assert not current(folder)


def test_a_manifest_whose_outputs_were_lost_is_not_current(folder: Path) -> None:
    manifest = load_manifest(folder)
    assert manifest is not None
    (folder / "manifest.json").write_text(json.dumps(manifest | {"outputs": None}))
    assert not current(folder)


def test_no_folder_and_a_file_instead_of_one_have_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert load_manifest(tmp_path / "none") is None
    assert load_manifest(tmp_path / "file") is None


def test_a_digest_is_sha_256_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert digest(tmp_path / "empty").startswith("e3b0c44298fc1c14")
    with pytest.raises(DataError, match="none cannot be read"):
        digest(tmp_path / "none")
