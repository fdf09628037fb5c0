"""No connection to SQLite is left to the garbage collector, about which Python 3.13 warns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.paths import ROOT
from tests.structure.syntax import parsed


def _left_open(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that connect to SQLite and neither close the connection at once nor hand it on to be closed."""
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "sqlite3.connect":
            match parents[node]:
                case ast.Call(func=ast.Name(id="closing")) | ast.Attribute(attr="close") | ast.Return():
                    pass
                case _:
                    yield node.lineno


@pytest.mark.parametrize("folder", ["kg", "endpoint", "tests", "bench"])
def test_every_connection_is_closed_where_it_is_made_or_returned(folder: str) -> None:
    files = [one for one in (ROOT / folder).rglob("*.py") if "sqlite3" in one.read_text(encoding="utf-8")]
    assert {file: lines for file in files if (lines := [*_left_open(parsed(file))])} == {}


@pytest.mark.parametrize("text", ["a = sqlite3.connect('a')", "with sqlite3.connect('a') as a: pass"])
def test_a_connection_that_is_left_open_is_found(text: str) -> None:
    assert [*_left_open(ast.parse(text))] == [1]
