"""Reads the imports of our own packages from the source: which module imports which, and their rooms."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.paths import ROOT
from tests.structure.syntax import nodes, parsed

PACKAGES = ("kg", "vocab", "endpoint")


def modules(root: Path = ROOT) -> dict[str, Path]:
    """Return the file of each of our modules, by its dotted name."""
    files = (file for package in PACKAGES for file in sorted((root / package).rglob("*.py")))
    return {_name(file.relative_to(root)): file for file in files}


def _name(file: Path) -> str:
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def arrows(known: Mapping[str, Path]) -> dict[str, set[str]]:
    """Return which of the modules ``known`` each of them imports, at the top or within a function."""
    return {name: {one for one in _imported(file, known) if one != name} for name, file in known.items()}


def _imported(file: Path, known: Mapping[str, Path]) -> Iterator[str]:
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in known else f"{node.module}" for name in names)


def importers(known: Mapping[str, Path], module: str, name: str) -> set[str]:
    """Return which of our modules import ``name`` from any ``module``."""
    return {
        one
        for one, file in known.items()
        for node in nodes(file)
        if isinstance(node, ast.ImportFrom) and node.module == module and name in {alias.name for alias in node.names}
    }


def room(module: str) -> str:
    """Return the room of a module: its package of two parts, or the module itself if it is in none."""
    return ".".join(module.split(".")[:2])


def between_rooms(found: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return which rooms each room imports."""
    rooms: dict[str, set[str]] = defaultdict(set)
    for module, imported in found.items():
        rooms[room(module)] |= {room(one) for one in imported} - {room(module)}
    return dict(rooms)


def circles(found: Mapping[str, set[str]]) -> list[set[str]]:
    """Return the sets of nodes that reach each other, largest first; there are none without a circle."""
    reached = {node: _reach(node, found) for node in found}
    sets = {frozenset({node, *(one for one in reached[node] if node in reached[one])}) for node in found}
    return sorted((set(one) for one in sets if len(one) > 1), key=len, reverse=True)


def _reach(start: str, found: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        fresh = found.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting += fresh
    return seen


def changing_globals(known: Mapping[str, Path]) -> set[str]:
    """Return the mutable state of modules: empty containers, locks, and names declared ``global``."""
    found = set()
    for name, file in known.items():
        tree = parsed(file)
        found |= {f"{name}.{one}" for node in nodes(file) if isinstance(node, ast.Global) for one in node.names}
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if _changes(getattr(node, "value", None)):
                found |= {f"{name}.{one.id}" for one in targets if isinstance(one, ast.Name)}
    return found


def _changes(value: ast.expr | None) -> bool:
    """Whether an expression creates something that is only useful if it changes."""
    if isinstance(value, ast.Dict | ast.List):
        return not ast.unparse(value).strip("{}[]")
    if not isinstance(value, ast.Call):
        return False
    made = ast.unparse(value.func).rpartition(".")[2]
    empty = made in ("dict", "list", "set", "OrderedDict", "defaultdict", "deque", "Counter") and not value.args
    return empty or made in ("Lock", "RLock", "Condition", "Event", "Semaphore", "BoundedSemaphore")
