"""Finds the violations of shapes in a graph."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from heapq import nsmallest
from itertools import chain
from typing import Final

from kg.rdf import BlankNode, DefaultGraph, NamedNode, Quad, Triple
from kg.rdf.graph import Graph
from kg.shapes.compile import anywhere, query
from kg.shapes.group import Group, Targets, groups
from kg.shapes.shape import TYPE, Constraint, Shape, Target, Term, Violation, Violations

KEPT: Final = 1_000
"""How many violations of one constraint are kept; the others are counted."""

SUSPECTS: Final = 1_000
"""How many nodes that violate a constraint, whatever their target, are examined one by one."""

Row = tuple[Term, Term | None]


def validate(
    graph: Graph, shapes: Iterable[Shape], threads: int = 1, kept: int = KEPT, doubted: Container[int] | None = None
) -> list[Violations]:
    """Return the violations of each constraint that has any, in the order of the shapes.

    Args:
        graph: the graph, of which the default graph is looked at. Classes are those that it states: no class is
            taken for a subclass of another.
        shapes: what it should keep to.
        threads: how many queries run at the same time; the engine lets go of the interpreter while it works.
        kept: how many violations of one constraint are kept.
        doubted: the numbers of the groups of constraints (see kg.shapes.group) that the graph may violate; any by
            default.

    Raises:
        ConfigurationError: for a constraint that cannot be compiled.

    """
    with ThreadPoolExecutor(threads) as pool:
        asked = (group for number, group in enumerate(groups(shapes)) if doubted is None or number in doubted)
        work = [pool.submit(_ask, graph, group, kept) for group in asked]
        return list(chain.from_iterable(one.result() for one in work))


def _ask(graph: Graph, group: Group, kept: int) -> list[Violations]:
    """Return the violations of each constraint of a group; the engine is not asked about each if there are none."""
    together, targets = group.together
    if len(group.targets) > 1 and not any(True for _ in _rows(graph, targets, together, group.alone)):
        return []
    found = (_violations(one, _rows(graph, targets, one, group.alone), kept) for one, targets in group)
    return [violations for violations in found if violations.count]


def _violations(constraint: Constraint, rows: Iterable[Row], kept: int) -> Violations:
    count = 0

    def counted() -> Iterator[Row]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    first = nsmallest(kept, counted(), key=str)
    return Violations(constraint, count, tuple(Violation(constraint, *row) for row in first))


def _rows(graph: Graph, targets: Targets, constraint: Constraint, alone: bool = False) -> Iterable[Row]:
    """Return the focus nodes and values that violate a constraint, each pair once."""
    if constraint.members:
        return _none_met(graph, targets, constraint)
    if alone and (text := anywhere(constraint, SUSPECTS)) is not None:
        suspects = set(_solutions(graph, text))
        if len(suspects) < SUSPECTS:
            return (row for row in suspects if any(_has(graph, row[0], target) for target in targets))
    return _solutions(graph, query(constraint, targets))


def _has(graph: Graph, node: Term, target: Target) -> bool:
    """Return whether a target includes a node."""
    if target.kind == "targetObjectsOf":
        return any(True for _ in graph.quads_for_pattern(None, target.term, node, DefaultGraph()))
    if not isinstance(node, NamedNode | BlankNode | Triple):
        return False
    if target.kind == "targetClass":
        return Quad(node, TYPE, target.term) in graph
    return any(True for _ in graph.quads_for_pattern(node, target.term, None, DefaultGraph()))


def _solutions(graph: Graph, text: str) -> Iterator[Row]:
    for focus, *values in graph.select(text):
        if focus is not None:
            yield focus, values[0] if values else None


def _none_met(graph: Graph, targets: Targets, constraint: Constraint) -> set[Row]:
    """Return what meets no member of a ``sh:or``, stopping at the first member after which nothing is left.

    A member that constrains the node itself, or one of its properties, is not met by the node as a whole.
    """
    left: set[Row] | None = None
    for member in constraint.members:
        rows = (row for one in member for row in _rows(graph, targets, one))
        found: set[Row] = set(rows) if constraint.path else {(this, this) for this, _ in rows}
        left = found if left is None else left & found
        if not left:
            break
    return left or set()
