"""One class knows the paths in the folder of a store, and one module those in the folder of a snapshot."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.structure.imports import modules
from tests.structure.syntax import parsed

KNOWN = modules()
LAYOUT = {"kg.store.layout", "kg.store.snapshot"}
"""The modules that may spell these names."""
FILES = {"manifest.json", "report.json", "ledger.tsv", "removed.txt", "rejected.txt", "writer.lock", "building-"}
"""Names that mean nothing else, and stand nowhere else."""
BELOW = FILES | {"snapshots", "current", "db", "lock", "parts", "past", "writes", "working", "enrichment"}
"""Names of what lies in a store or a snapshot, which stand in no path."""
OTHERS = {"kg.enrich.cache": {"lock"}}
"""A folder of another kind, with files of the same names."""


def spelt(tree: ast.AST) -> Iterator[str]:
    """Yield the texts of a module that are names of such files, or parts of paths."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in FILES:
            yield str(node.value)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant):
            yield str(node.right.value)


def test_no_other_module_spells_what_lies_in_a_store() -> None:
    found = {name: set(spelt(parsed(KNOWN[name]))) & BELOW - OTHERS.get(name, set()) for name in set(KNOWN) - LAYOUT}
    assert {name: names for name, names in found.items() if names} == {}


@pytest.mark.parametrize("name", sorted(LAYOUT))
def test_the_names_are_found_where_they_are(name: str) -> None:
    assert set(spelt(parsed(KNOWN[name]))) & BELOW


def types_of_stores(tree: ast.AST) -> Iterator[str]:
    """Yield the types of the arguments named ``store``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            arguments = (*node.args, *node.kwonlyargs)
            yield from (ast.unparse(one.annotation) for one in arguments if one.arg == "store" and one.annotation)


def test_a_store_is_a_folder_and_a_graph_is_a_graph() -> None:
    typed = {name: set(types_of_stores(parsed(file))) for name, file in KNOWN.items()}
    graphs = {"Graph", "EmbeddedGraph", "WritableGraph"}
    assert {name: types & graphs for name, types in typed.items() if types & graphs} == {}
    assert any(typed.values())


SETTINGS = "kg.settings"
"""The module that says where the folder of a store is; the setting itself may be the address of a remote one."""


def taken_for_folders(tree: ast.AST) -> Iterator[str]:
    """Yield the places where a module uses the setting ``store`` as the folder."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "store" and ast.unparse(node.value).endswith("settings"):
            yield ast.unparse(node)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Path":
            yield from (ast.unparse(one) for one in node.args if isinstance(one, ast.Attribute) and one.attr == "store")


def test_the_address_of_a_remote_store_is_not_taken_for_a_folder() -> None:
    found = {name: list(taken_for_folders(parsed(KNOWN[name]))) for name in set(KNOWN) - {SETTINGS}}
    assert {name: places for name, places in found.items() if places} == {}


@pytest.mark.parametrize("line", ["Path(given.store)", "here.settings.store", "f'{self._settings.store}/x'"])
def test_an_address_that_is_taken_for_a_folder_is_found(line: str) -> None:
    assert list(taken_for_folders(ast.parse(line)))
