"""The order of the house: which room may import which. With ``-s``, it prints the counts."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.paths import ROOT, TESTS
from tests.structure.imports import arrows, between_rooms, changing_globals, circles, importers, modules, room
from tests.structure.layers import LAYERS
from tests.structure.syntax import nodes, parsed

FLOOR = {name: number for number, names in enumerate(LAYERS) for name in names}
NOT_FOR_THE_ENDPOINT = {"kg.pipeline", "kg.enrich", "kg.mapping", "kg.dialects", "kg.cli"}
ENTRIES_OF_KG = 25
CSV = TESTS / "plugins" / "csv_dialect"
FILES_OF_A_ROOM = 14
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

KNOWN = modules()
ARROWS = arrows(KNOWN)
ROOMS = between_rooms(ARROWS)


def entries(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name not in ("__pycache__", "_data"))


def test_every_room_has_its_floor() -> None:
    assert set(ROOMS) == set(FLOOR)


def test_a_room_imports_only_what_lies_below_it() -> None:
    upward = {(name, one) for name, imported in ROOMS.items() for one in imported if FLOOR[one] <= FLOOR[name]}
    assert upward == set()


def test_no_room_and_no_module_is_in_a_circle() -> None:
    assert circles(ROOMS) == []
    assert circles(ARROWS) == []


def test_the_endpoint_neither_builds_nor_reads_archives() -> None:
    found = {one for module, imported in ARROWS.items() if module.startswith("endpoint") for one in imported}
    assert {room(one) for one in found} & NOT_FOR_THE_ENDPOINT == set()


def test_one_lazy_line_of_the_command_line_starts_each_server_of_the_endpoint() -> None:
    upward = [(one, to) for one, imported in ARROWS.items() for to in imported if to.startswith("endpoint")]
    starts = [
        ("kg.cli.serve", "endpoint.agents.server"),
        ("kg.cli.serve", "endpoint.serving"),
        ("kg.cli.serve", "endpoint.static_site.publish"),
    ]
    assert sorted(one for one in upward if one[0].startswith("kg")) == starts
    top = parsed(KNOWN["kg.cli.serve"]).body
    assert not any(isinstance(node, ast.ImportFrom) and f"{node.module}".startswith("endpoint") for node in top)


def test_a_listing_of_kg_is_short_and_no_room_is_crowded() -> None:
    assert len(entries(ROOT / "kg")) <= ENTRIES_OF_KG
    folders = {file.parent for file in KNOWN.values()} - {ROOT / "kg"}
    crowded = {one: len(list(one.glob("*.py"))) for one in folders if len(list(one.glob("*.py"))) > FILES_OF_A_ROOM}
    assert crowded == {}


def test_the_docstring_of_kg_names_every_room_once() -> None:
    document = ast.get_docstring(parsed(KNOWN["kg"])) or ""
    rooms = [one.removeprefix("kg.") for one in ROOMS if one.startswith("kg.") and one != "kg.__main__"]
    assert {one: document.count(f"``{one}``") for one in rooms} == dict.fromkeys(rooms, 1)


def test_files_are_short() -> None:
    lines = {name: file.read_text(encoding="utf-8").count("\n") for name, file in KNOWN.items()}
    assert {name: number for name, number in lines.items() if number > LINES_OF_A_FILE} == {}


def test_functions_are_short() -> None:
    functions = [
        (name, node.name, (node.end_lineno or 0) - node.lineno)
        for name, file in KNOWN.items()
        for node in nodes(file)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert [one for one in functions if one[-1] >= LINES_OF_A_FUNCTION] == []


def test_every_docstring_says_more_than_its_name() -> None:
    assert [(name, line) for name, file in KNOWN.items() for node in nodes(file) for line in _orphans(node)] == []


def _orphans(node: ast.AST) -> Iterator[int]:
    """Yield the lines of strings that stand alone, except docstrings and those after a constant or a field."""
    body = getattr(node, "body", [])
    for before, one in pairwise([None, *body] if isinstance(body, list) else []):
        alone = isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)
        documented = before is None or isinstance(before, ast.Assign | ast.AnnAssign)
        if alone and not (documented and isinstance(node, DOCUMENTED)):
            yield one.lineno


def all_nodes() -> Iterator[ast.AST]:
    """Yield the nodes of the syntax trees of our packages."""
    for file in KNOWN.values():
        yield from nodes(file)


def docstrings() -> Iterator[tuple[str, str]]:
    """Yield the docstrings of our packages, each with its location."""
    for name, file in KNOWN.items():
        for node in nodes(file):
            if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node)):
                yield f"{name}:{getattr(node, 'name', '')}", text


def test_every_docstring_begins_with_a_sentence() -> None:
    summaries = {name: " ".join(text.partition("\n\n")[0].split()) for name, text in docstrings()}
    assert {name: text for name, text in summaries.items() if not text.endswith((".", ".)", ":"))} == {}


def test_no_two_classes_have_one_name() -> None:
    found = Counter(
        node.name
        for file in KNOWN.values()
        for node in nodes(file)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, number in found.items() if number > 1] == []


def test_no_module_has_mutable_state() -> None:
    assert changing_globals(KNOWN) == set()


def test_the_house_has_these_counts() -> None:
    """Print the counts for comparison after a redesign."""
    package_arrows = sum(len(imported) for imported in ROOMS.values())
    for folder in ("kg", "endpoint", "tests"):
        print(f"entries of {folder}/: {len(entries(ROOT / folder))}")
    print(f"rooms: {len(ROOMS)}, floors: {len(LAYERS)}, arrows between rooms: {package_arrows}, upward: 0, circles: 0")
    print(f"files that import the engine's Store: {len(importers(KNOWN, 'pyoxigraph', 'Store'))}")
    print(f"files of the CSV dialect: {', '.join(sorted(one.name for one in CSV.iterdir() if one.is_file()))}")
    functions = sum(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in all_nodes())
    print(f"files: {len(KNOWN)}, functions: {functions}, docstrings: {len(list(docstrings()))}")
    print(f"module globals that change: {len(changing_globals(KNOWN))}")
    assert package_arrows > 0
