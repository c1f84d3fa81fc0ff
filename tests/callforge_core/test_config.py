"""Recipes and overrides: what people write, and how they are told that it is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from callforge_core.config import StrictModel, build_model, load_model, parse_overrides
from callforge_core.errors import ConfigError, DataError


class Recipe(StrictModel):
    """A recipe as a test needs it."""

    lr: float = 1e-4
    epochs: int = 1
    shuffle: bool = True
    name: str


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("2E3", 2000.0),
        ("1.5e4", 15000.0),
        ("3", 3),
        ("0.5", 0.5),
        ("true", True),
        ("false", False),
        ("null", None),
        ("[1, two]", [1, "two"]),
        ("ledger", "ledger"),
        ("a=b", "a=b"),
        ("", None),
        ("{", "{"),
    ],
)
def test_an_override_means_what_people_mean_by_it(text: str, value: Any) -> None:
    found = parse_overrides([f"key={text}"])["key"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("override", ["lr", "=3", ""])
def test_an_override_without_a_key_is_refused(override: str) -> None:
    with pytest.raises(ConfigError, match="write key=value"):
        parse_overrides([override])


def test_an_override_wins_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "recipe.yaml", "name: small\nlr: 1e-3\nepochs: 2\n")
    recipe = load_model(Recipe, path, ["epochs=5", "shuffle=false"])
    assert recipe == Recipe(name="small", lr=1e-3, epochs=5, shuffle=False)


def test_all_problems_are_told_at_once_with_the_nearest_key() -> None:
    with pytest.raises(ConfigError) as caught:
        build_model(Recipe, {"epoch": 3, "lr": "fast"}, "recipe.yaml")
    message = str(caught.value)
    assert message.startswith("recipe.yaml: ")
    assert "unknown key 'epoch' (did you mean 'epochs'?)" in message
    assert "lr: input should be a valid number" in message
    assert "'fast'" in message
    assert "name: this key is required" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("lr: [1", "not valid YAML"),
        ("- a\n- b\n", "expected keys and values, found list"),
        ("", "expected keys and values"),
    ],
)
def test_a_file_that_is_no_recipe_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = write(tmp_path / "recipe.yaml", content)
    with pytest.raises(ConfigError, match=said) as caught:
        load_model(Recipe, path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_binary_file_is_no_recipe(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not valid YAML"):
        load_model(Recipe, tmp_path / "recipe.yaml")


def test_a_missing_recipe_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        load_model(Recipe, tmp_path / "none.yaml")


def test_a_model_cannot_be_changed_afterwards() -> None:
    recipe = Recipe(name="small")
    with pytest.raises(ValueError, match="frozen"):
        recipe.lr = 3  # type: ignore[misc]  # the point of the test
