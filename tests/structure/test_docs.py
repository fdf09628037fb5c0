"""The paths, modules, commands and options that the documents name exist."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from kg.cli import main
from tests.paths import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "bench" / "README.md"])
HISTORY = ROOT / "CHANGELOG.md"
GENERATED = ROOT / "docs" / "cli.md"
FILE = re.compile(r"(?<![\w/.-])(?:kg|endpoint|tests|tools|bench|data)/[\w/.-]*[\w/]")
COMMAND = re.compile(r"(?m)^(?:\$ )?(?:KG_\w+=\S* )*(?:\.venv/bin/)?kg (.+?)(?:\s[&|].*)?$")
MODULE = re.compile(r"(?<![\w/.-])(?:kg|endpoint)(?:\.[a-z_]+)+(?![\w/])")


def ids(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", [one for one in DOCUMENTS if one != HISTORY], ids=ids)
def test_every_file_and_module_that_a_document_names_is_there(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert [one for one in FILE.findall(text) if not (ROOT / one).exists()] == []
    assert [one for one in MODULE.findall(text) if not _is_there(one)] == []


def _is_there(name: str) -> bool:
    """Whether a dotted name is a module, or a name within one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            spec = find_spec(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        if spec and spec.origin:
            text = Path(spec.origin).read_text(encoding="utf-8")
            return all(re.search(rf"\b{one}\b", text) for one in parts[length:])
    return False


@pytest.mark.parametrize("file", [one for one in DOCUMENTS if one not in (HISTORY, GENERATED)], ids=ids)
def test_every_command_in_a_document_has_its_options(file: Path) -> None:
    blocks = re.findall(r"(?ms)^```\w*\n(.*?)^```", file.read_text(encoding="utf-8"))
    told = [line for block in blocks for line in COMMAND.findall(block.replace("\\\n", " "))]
    assert [line for line in told if not _is_command(shlex.split(line, comments=True))] == []


def _is_command(words: list[str]) -> bool:
    """Whether the words after ``kg`` name a command, and options that it has."""
    command: click.Command = main
    while words and isinstance(command, click.Group):
        if words[0] not in command.commands:
            return words[0] in ("COMMAND", "--version", "--help")
        command, words = command.commands[words[0]], words[1:]
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)} <= known
