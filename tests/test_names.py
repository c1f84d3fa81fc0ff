"""Guards for seven top-level import names; a public distribution has one of them too.

Why they are needed: docs/decisions/0001-packaging.md.
"""

from __future__ import annotations

import ast
import importlib
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    "callforge", "callforge_core", "datasets_src", "eval", "generators", "training", "validators",
)  # fmt: skip
# Modules of the public distribution `validators`: in an editable install its file would win.
TAKEN_IN_VALIDATORS = {
    "between", "card", "country", "cron", "domain", "email", "encoding", "finance", "hashes",
    "hostname", "iban", "ip_address", "length", "mac_address", "slug", "uri", "url", "utils",
    "uuid",
}  # fmt: skip
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_owns_one_of_our_names(package: str) -> None:
    owners = set(packages_distributions().get(package, ()))
    assert owners <= {"callforge"}, (
        f"uninstall {sorted(owners - {'callforge'})} or use a fresh venv"
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_each_name_is_imported_from_this_tree(package: str) -> None:
    module = importlib.import_module(package)
    assert Path(str(module.__file__)).resolve() == ROOT / package / "__init__.py"


@pytest.mark.parametrize(
    "path", sorted(p for name in PACKAGES for p in (ROOT / name).rglob("__init__.py"))
)
def test_an_init_file_holds_a_docstring_and_nothing_else(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1, f"{path.relative_to(ROOT)} does more than describe itself"


def test_nobody_imports_a_name_from_a_package_itself() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: from {node.module} import {alias.name}"
        for folder in (*PACKAGES, "tests", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module in PACKAGES
        for alias in node.names
        if not is_module(node.module or "", alias.name)
    ]
    assert found == []


def is_module(package: str, name: str) -> bool:
    """Say whether `name` is a module or subpackage of `package`."""
    return (ROOT / package / f"{name}.py").is_file() or (ROOT / package / name).is_dir()


def test_no_validator_module_has_a_name_of_the_public_validators_distribution() -> None:
    ours = {path.stem for path in (ROOT / "validators").rglob("*.py")}
    ours |= {path.name for path in (ROOT / "validators").rglob("*") if path.is_dir()}
    assert ours & TAKEN_IN_VALIDATORS == set()


def test_a_wheel_ships_the_seven_packages_and_no_stray_folder() -> None:
    include = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    assert sorted(pattern.rstrip("*") for pattern in include) == sorted(PACKAGES)
    assert "tests*" not in include


def test_the_public_index_would_refuse_an_upload() -> None:
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_tests_are_not_importable_by_accident_of_the_path() -> None:
    options = PROJECT["tool"]["pytest"]["ini_options"]
    assert "--import-mode=importlib" in options["addopts"]
    assert options["pythonpath"] == ["."]
    assert options["xfail_strict"] is True
    assert options["filterwarnings"][0] == "error"


def test_the_type_checker_sees_all_seven_packages() -> None:
    assert set(PACKAGES) <= set(PROJECT["tool"]["mypy"]["packages"])
