"""The shape of the tree: imports point down the floors of ARCHITECTURE.md, only named
modules load torch on import, libraries do not print, files stay readable."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {
    "callforge_core": 1,
    "validators": 2,
    "training": 2,
    "datasets_src": 3,
    "generators": 3,
    "eval": 3,
    "callforge": 4,
}
HEAVY = {
    "torch", "transformers", "trl", "peft", "accelerate", "bitsandbytes", "unsloth",
    "datasets", "distilabel", "openai", "huggingface_hub", "gguf", "ray",
}  # fmt: skip
MAY_BE_HEAVY = {
    "eval.decoding",  # besides training: it extends a cache layer of transformers
    "generators.llm.distilabel_steps",  # extends classes of distilabel, in a process of its own
}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "tools"}
LONGEST_FILE = 350
LONGEST_FUNCTION = 60

SOURCES = {
    path: path.read_text(encoding="utf-8")
    for package in sorted(FLOORS)
    for path in sorted((ROOT / package).rglob("*.py"))
}
TREES = {path: ast.parse(text, str(path)) for path, text in SOURCES.items()}


def place(path: Path, node: ast.AST) -> str:
    """Return file:line for a message."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def imported(node: ast.AST) -> list[str]:
    """Return the top-level packages an import statement, or a call of import_module, names."""
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {
        "import_module",
        "__import__",
    }:
        names = [a.value for a in node.args[:1] if isinstance(a, ast.Constant)]  # type: ignore[misc]
    return [str(name).partition(".")[0] for name in names]


def upward_imports(path: Path, tree: ast.AST, package: str) -> Iterator[str]:
    """Yield each import of a package of ours that does not lie on a floor below."""
    for node in ast.walk(tree):
        for name in imported(node):
            if name in FLOORS and name != package and FLOORS[name] >= FLOORS[package]:
                yield f"{place(path, node)}: {package} imports {name}"


def run_at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that run on import: no function bodies, no TYPE_CHECKING blocks."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
            continue
        waiting.extend(ast.iter_child_nodes(node))


def test_every_import_points_down_the_floors() -> None:
    found = [
        line
        for path, tree in TREES.items()
        for line in upward_imports(path, tree, path.relative_to(ROOT).parts[0])
    ]
    assert found == []


@pytest.mark.parametrize(
    ("package", "source", "upward"),
    [
        ("validators", "import callforge_core.records", 0),
        ("validators", "from generators.samples import iter_samples", 1),
        ("generators", "def f():\n    import eval.run", 1),
        ("eval", "from callforge import cli", 1),
        ("training", "import importlib\nimportlib.import_module('validators.payload')", 1),
        ("callforge", "import eval.run, datasets_src.splits", 0),
    ],
)
def test_the_check_itself_sees_upward_and_lazy_imports(
    package: str, source: str, upward: int
) -> None:
    found = list(upward_imports(ROOT / package / "x.py", ast.parse(source), package))
    assert len(found) == upward


def heavy_modules() -> set[str]:
    """Return our modules whose import loads a heavy library, directly or through another."""
    loads = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): {
            name
            for node in run_at_import(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in full_names(node)
        }
        for path, tree in TREES.items()
    }
    heavy = {
        module for module, names in loads.items() if {n.partition(".")[0] for n in names} & HEAVY
    }
    while grown := {module for module in loads if loads[module] & heavy} - heavy:
        heavy |= grown
    return heavy


def full_names(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Return every module an import statement may load, dotted."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    module = node.module or ""
    return {module} | {f"{module}.{alias.name}" for alias in node.names}


def test_only_named_modules_load_heavy_libraries_on_import() -> None:
    """A subclass needs its base class; whoever uses such a module imports it inside a function."""
    found = {module for module in heavy_modules() if not module.startswith("training.")}
    assert found <= MAY_BE_HEAVY


def test_the_command_line_starts_without_torch() -> None:
    names = "{'torch', 'datasets', 'trl'}"
    code = f"import sys, callforge.cli; print(sorted({names} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_only_the_face_prints() -> None:
    found = [
        place(path, node)
        for path, tree in TREES.items()
        if path.relative_to(ROOT).parts[0] != "callforge"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]
    assert found == []


def test_no_module_is_a_drawer() -> None:
    assert [place(path, tree) for path, tree in TREES.items() if path.stem in DRAWERS] == []


def test_files_and_functions_stay_readable() -> None:
    long_files = [
        f"{place(path, TREES[path])}: {len(text.splitlines())} lines"
        for path, text in SOURCES.items()
        if len(text.splitlines()) > LONGEST_FILE
    ]
    long_functions = [
        f"{place(path, node)}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert long_files + long_functions == []


def test_every_module_says_which_question_it_answers() -> None:
    assert [place(path, tree) for path, tree in TREES.items() if not ast.get_docstring(tree)] == []
