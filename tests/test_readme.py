"""What the README says can be done: each command parses, each path and link exists."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from callforge.cli import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def shell_lines(text: str) -> Iterator[str]:
    """Yield the commands of the shell blocks, continued lines joined, comments dropped."""
    for kind, block in BLOCK.findall(text):
        if kind == "sh":
            for line in block.replace("\\\n", " ").splitlines():
                command = line.partition(" #")[0].strip()
                if command:
                    yield command


def inline_commands(text: str) -> Iterator[str]:
    """Yield commands quoted inside a sentence."""
    yield from re.findall(r"`(callforge [a-z][^`]*)`", BLOCK.sub("", text))


COMMANDS = sorted(
    {
        command
        for document in DOCUMENTS
        for text in [document.read_text(encoding="utf-8")]
        for command in [*shell_lines(text), *inline_commands(text)]
        if command.startswith("callforge ")
    }
)
WHOLE = sorted({line for line in shell_lines(README) if line.startswith("callforge ")})
VERBS = sorted({shlex.split(command)[1] for command in COMMANDS})


def find_command(words: list[str]) -> tuple[list[str], list[str]]:
    """Split words into the verb, with its action where it has some, and what follows."""
    group = typer.main.get_command(app).commands[words[0]]  # type: ignore[attr-defined]  # a group
    nested = hasattr(group, "commands") and len(words) > 1
    return (words[:2], words[2:]) if nested else (words[:1], words[1:])


def tree_paths() -> Iterator[str]:
    """Yield the paths of the annotated tree, nested ones joined to the folder above."""
    block = README.partition("## The tree")[2].partition("```text\n")[2].partition("```")[0]
    folder = ""
    for line in block.splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            folder = name
        yield name if name == folder else folder + name


def test_the_readme_shows_every_stage_of_the_pipeline() -> None:
    assert {"spec", "generate", "validate", "build", "train", "eval", "report", "doctor"} <= set(
        VERBS
    )


@pytest.mark.parametrize("command", WHOLE)
def test_a_command_of_the_readme_parses_with_all_its_options(command: str) -> None:
    verb, words = find_command(shlex.split(command)[1:])
    chosen = typer.main.get_command(app)
    for name in verb:
        chosen = chosen.commands[name]  # type: ignore[attr-defined]  # an app with verbs is a group
    with chosen.make_context(" ".join(verb), words) as context:
        assert context.args == []  # nothing was left over


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_of_the_documents_explains_itself(verb: str) -> None:
    result = CliRunner().invoke(app, [verb, "--help"])
    assert result.exit_code == 0
    assert "not in this version" not in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_an_option_named_in_the_documents_exists(command: str) -> None:
    verb, words = find_command(shlex.split(command)[1:])
    known = CliRunner().invoke(app, [*verb, "--help"]).output
    for word in words:
        if word.startswith("--"):
            assert re.search(rf"{word}\b", known), f"{' '.join(verb)} has no {word}"


@pytest.mark.parametrize("path", sorted(tree_paths()))
def test_a_path_of_the_annotated_tree_exists(path: str) -> None:
    found = ROOT / path
    assert found.is_dir() if path.endswith("/") else found.is_file()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_inside_the_documents_lead_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_table_of_extras_is_complete() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    table = README.partition("## Extras")[2].partition("```")[0]
    named = {name for row in re.findall(r"^\| (`[^|]*)\|", table, re.MULTILINE)
             for name in re.findall(r"`([\w-]+)`", row)}  # fmt: skip
    assert named == set(project["optional-dependencies"])


def test_the_make_targets_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        name
        for document in DOCUMENTS
        for name in re.findall(r"(?:^|`)make ([a-z0-9]+)", document.read_text(), re.MULTILINE)
    }
    assert {"demo", "test"} <= named <= targets


def test_no_document_promises_what_nothing_checks() -> None:
    words = re.compile(r"\b(guarantee[sd]?|blazing|seamless\w*|powerful|effortless\w*)\b", re.I)
    assert [d.name for d in DOCUMENTS if words.search(d.read_text(encoding="utf-8"))] == []


def test_the_report_shown_in_the_readme_is_what_the_command_prints(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(app, ["validate", "docs/examples/hand-made.jsonl"])
    shown = next(block for kind, block in BLOCK.findall(README) if "NOT GOOD" in block)
    assert result.exit_code == 1
    assert result.output.startswith(shown)
