"""No regular expression has an operator that Python 3.11.0 to 3.11.4 read wrongly (CPython issue 106052)."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.structure.syntax import nodes

PACKAGES = ("kg", "vocab", "endpoint")
FINDER = Path(__file__).parent / "patterns.py"


def _problems(root: Path, *packages: str) -> list[str]:
    command = [sys.executable, str(FINDER), str(root), *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    return done.stdout.splitlines()


def test_no_expression_has_a_possessive_quantifier_or_an_atomic_group() -> None:
    assert _problems(ROOT, *PACKAGES) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_re_is_called_by_its_own_name(package: str) -> None:
    for file in (ROOT / package).rglob("*.py"):
        for node in nodes(file):
            names = [(one.name, one.asname) for one in node.names] if isinstance(node, ast.Import) else []
            assert not [asname for name, asname in names if name == "re" and asname], file
            assert not (isinstance(node, ast.ImportFrom) and node.module == "re"), file


@pytest.mark.parametrize(
    "line",
    [
        'A = re.compile(r"a++")',
        'A = re.compile(rb"a?+")',
        'A = re.compile(r"(?>a)b")',
        'A = re.compile(r"([a-z]{2,}+)")',
        'ONE = "a*"\nA = re.compile(f"{ONE}+")',
        'A = re.compile("a*"\n  "+")',
        'A = [re.compile(one + "+") for one in ("a*",)]',
        'A = re.compile("a # ++\\n b++", re.VERBOSE)',
        'def f(): return re.sub("a++", "", "b")',
        'ONE = "a*"\ndef f(): return re.search(f"({ONE}+)", "b")',
        'def f(one): return re.search(one + "+", "b")',
        'def f(one): return re.search(pattern=one, string="b")',
    ],
)
def test_an_expression_is_found_however_it_is_put_together(tmp_path: Path, line: str) -> None:
    folder = tmp_path / "some"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "one.py").write_text(f"import re\n{line}\n")
    assert len(_problems(tmp_path, "some")) == 1


@pytest.mark.parametrize("line", ['A = re.compile(r"[*+]a\\++")', 'def f(): return re.sub(r"[^+]*?b", "", "++")'])
def test_an_expression_without_them_is_none(tmp_path: Path, line: str) -> None:
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "__init__.py").write_text(f"import re\n{line}\n")
    assert _problems(tmp_path, "some") == []
