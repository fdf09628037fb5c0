"""What the documents say of the code is there: paths and modules."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.paths import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "bench" / "README.md"])
HISTORY = ROOT / "CHANGELOG.md"
FILE = re.compile(r"(?<![\w/.-])(?:kg|endpoint|tests|tools|bench|data)/[\w/.-]*[\w/]")
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
