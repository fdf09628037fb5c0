"""The content of a dump: everything, a part, a year, or the changes since a snapshot.

Every statement is in exactly one part: ``captures`` has the statements about pages and their entries, ``enrichment``
the answers from elsewhere (the graphs below ``enrichment/``, which the default graph repeats), and ``core`` the rest. A
year has its events with their revisions, everything that these name, and the captures of its days; what several years
name is in each of them.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, Literal, get_args

from pyoxigraph import RdfFormat, serialize

from kg.errors import NotFoundError, StoreError
from kg.rdf import Literal as RdfLiteral
from kg.rdf import NamedNode, Quad, terms
from kg.rdf.graph import Graph, Term
from kg.rdf.lines import patch, statements
from kg.store.embedded import EmbeddedGraph

Part = Literal["core", "captures", "enrichment"]

PARTS: Final[tuple[Part, ...]] = get_args(Part)


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection from a graph with the identity base ``base``.

    ``since`` is the database of an older snapshot: each resource with a changed description is taken with its whole
    description.
    """

    base: str = ""
    part: Part | None = None
    year: int | None = None
    since: Path | None = None


WHOLE: Final = Selection()

DATES: Final = (
    "SELECT DISTINCT ?date { { ?one schema:startDate ?date } UNION { GRAPH ?graph { ?one schema:startDate ?date } } }"
)
"""The engine has dates in its index, so it need not look up the subjects."""


@contextmanager
def statements_of(graph: Graph, selection: Selection) -> Iterator[Iterator[bytes]]:
    """Provide the blocks (see kg.rdf.lines.statements) of the selected year, of the changes, or all, in any order.

    Raises StoreError if the graph cannot be read to its end.
    """
    if selection.year is None and selection.since is None:
        with statements.reading(graph) as lines:
            yield statements.blocks(lines)
        return
    try:
        yield _described(graph, selection)
    except (OSError, RuntimeError) as error:
        raise StoreError(f"a snapshot cannot be read to its end: {error}; build again") from error


def _described(graph: Graph, selection: Selection) -> Iterator[bytes]:
    changed = None if selection.since is None else _changed(selection.since, graph)
    if selection.year is not None:
        described = of_year(graph, selection.base, selection.year)
    else:
        described = ((one, _about(graph, one)) for one in changed or ())
    for subject, quads in described:
        text = serialize(quads, format=RdfFormat.N_QUADS) if changed is None or subject in changed else None
        if text:
            yield b"".join(sorted(io.BytesIO(text)))


def _changed(since: Path, graph: Graph) -> set[NamedNode]:
    """Return the resources with different descriptions in ``graph`` and in the database ``since``."""
    with patch.differences(EmbeddedGraph.read_only(str(since)), graph) as rows:
        changed = {statements.subject(line) for _, line in rows}
    return {NamedNode(one[1:-1].decode()) for one in changed if one.startswith(b"<")}


def _about(graph: Graph, subject: NamedNode) -> list[Quad]:
    return list(graph.quads_for_pattern(subject, None, None, None))


def chosen(blocks: Iterable[bytes], selection: Selection) -> Iterator[bytes]:
    """Return the selected part of each block. Raises NotFoundError if a part or a year is empty."""
    found = _of_part(blocks, selection)
    if selection.since is None and (selection.part or selection.year is not None):
        first = next(found, None)
        if first is None:
            year = "" if selection.year is None else f"the year {selection.year:04d}"
            named = " of ".join(filter(None, (selection.part, year)))
            raise NotFoundError(f"there is no dump of {named}: the graph has nothing of it")
        return chain((first,), found)
    return found


def _of_part(blocks: Iterable[bytes], selection: Selection) -> Iterator[bytes]:
    if selection.part is None:
        yield from blocks
        return
    captures, sources = f"<{selection.base}page/".encode(), f"<{selection.base}enrichment/".encode()
    for block in blocks:
        enriched = _enriched(block, sources) if sources in block else frozenset[bytes]()
        if selection.part == "enrichment":
            found = b"".join(sorted(enriched))
        elif block.startswith(captures) != (selection.part == "captures"):
            continue
        else:
            found = b"".join(line for line in io.BytesIO(block) if line not in enriched) if enriched else block
        if found:
            yield found


def _enriched(block: bytes, sources: bytes) -> frozenset[bytes]:
    """Return the lines in graphs whose names begin with ``sources``, and the same statements in the default graph."""
    found: set[bytes] = set()
    for line in io.BytesIO(block):
        graph = statements.graph(line)
        if graph and graph.startswith(sources):
            found |= {line, line.removesuffix(b" " + graph + b" .\n") + b" .\n"}
    return frozenset(found)


def of_year(graph: Graph, base: str, year: int) -> Iterator[tuple[NamedNode, list[Quad]]]:
    """Yield the resources in the dump of a year, with their quads: its days, events and pages, and what they name.

    From there every object is followed, except to events, days and pages of other years. What links to something of the
    year, such as an event merged into one, belongs to it; a withdrawn event has no date, and so no year.
    """
    dated = _dated(graph, year)
    dated |= {page for day in dated for page in _referring(graph, terms.TEMPORAL, day)}
    found, waiting = set(dated), list(dated)
    ours, closed = {one.value for one in dated}, tuple(f"{base}{folder}/" for folder in ("event", "day", "page"))
    while waiting:
        subject = waiting.pop()
        quads = _about(graph, subject)
        for alias in _referring(graph, terms.REPLACED_BY, subject):
            yield alias, _about(graph, alias)
        for quad in quads:
            named = quad.object
            if isinstance(named, NamedNode) and named not in found and _leads_on(quad, named.value, ours, closed):
                found.add(named)
                waiting.append(named)
        yield subject, quads


def _leads_on(quad: Quad, iri: str, ours: set[str], closed: tuple[str, ...]) -> bool:
    if quad.predicate == terms.TYPE or not iri.startswith(closed):
        return quad.predicate != terms.TYPE
    return iri.partition("#")[0].partition("/revision/")[0] in ours


def _dated(graph: Graph, year: int) -> set[NamedNode]:
    """Return the days and events of a year."""
    found: set[NamedNode] = set()
    for (date,) in graph.select(DATES):
        if isinstance(date, RdfLiteral) and date.value.startswith(f"{year:04d}-"):
            found.update(_referring(graph, terms.START_DATE, date))
    return found


def _referring(graph: Graph, predicate: NamedNode, thing: Term) -> Iterator[NamedNode]:
    for quad in graph.quads_for_pattern(None, predicate, thing, None):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject
