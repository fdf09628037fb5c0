"""Finds the page and the line that a node of the graph came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from kg.archive.opening import Archive
from kg.archive.versions import PageVersion
from kg.dialects import reading, registry
from kg.dialects.record import Page
from kg.errors import NewsgraphError
from kg.mapping import rebuild as rebuilding
from kg.rdf import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple, terms
from kg.rdf.graph import Graph

STEPS: Final = 3
"""The most steps from a node to its page: publisher, source, event, revision."""
WIDTH: Final = 20
"""How many of the nodes that name a node are followed."""
SHOWN: Final = 100

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class NodeOrigin:
    """Where a node comes from.

    ``path`` is that of a page in its archive, ``page`` the IRI of its capture; ``entry`` is the fragment of an entry,
    None for a page as a whole. ``line`` counts from 1; without the archive, a page in a dialect that is not
    ``byte_for_byte`` has line numbers in the list that ``kg page`` prints, and ``listed`` is true. ``text`` is what the
    entry prints.
    """

    page: str
    path: str
    entry: str | None = None
    line: int | None = None
    listed: bool = False
    text: str | None = None

    def __str__(self) -> str:
        """Return the place in words."""
        if self.entry is None:
            return self.path
        if self.line is None:
            return f"{self.path}, entry {self.entry}"
        of = " of its item list" if self.listed else ""
        return f"{self.path}, line {self.line}{of} (entry {self.entry})"


class Origins:
    """Finds where the nodes of a graph come from; given the archives it was made from, also every line."""

    def __init__(self, graph: Graph, archives: Iterable[Archive] = ()) -> None:
        self._graph = graph
        self._archives = tuple(archives)
        self._numbered: dict[str, tuple[dict[str, int], bool]] = {}

    def of(self, node: Term) -> NodeOrigin | None:
        """Return the origin of a node: itself if an entry or a page, or what it was derived from, or what names it.

        Returns None if nothing leads to a page.
        """
        near, seen = [node], {node}
        for _ in range(STEPS + 1):
            for one in near:
                if found := next(self._origins(one), None):
                    return found
            near = [other for one in near for other in islice(self._next(one), WIDTH)]
            near = [other for other in dict.fromkeys(near) if other not in seen]
            seen.update(near)
        return None

    def _origins(self, node: Term) -> Iterator[NodeOrigin]:
        if isinstance(node, NamedNode):
            for one in (node, *self._objects(node, terms.DERIVED_FROM)):
                if isinstance(one, NamedNode) and (found := self._place(one)):
                    yield found

    def _place(self, node: NamedNode) -> NodeOrigin | None:
        """Return the place of a page or an entry; None for any other node."""
        iri, _, fragment = node.value.partition("#")
        page = NamedNode(iri)
        if Quad(page, terms.TYPE, terms.PAGE) not in self._graph:
            return None
        path = self._text(page, terms.LABEL) or iri
        if not fragment:
            return NodeOrigin(iri, path)
        lines, listed = self._lines(page, path)
        return NodeOrigin(iri, path, fragment, lines.get(fragment), listed, self._text(node, terms.PRINTED_TEXT))

    def _next(self, node: Term) -> Iterator[Term]:
        if isinstance(node, NamedNode):
            yield from self._objects(node, terms.CURRENT_REVISION)
            yield from self._objects(node, terms.REVISION)
        for quad in self._graph.quads_for_pattern(None, None, node, DefaultGraph()):
            yield quad.subject

    def _objects(self, node: NamedNode, term: NamedNode) -> list[Term]:
        found = (quad.object for quad in self._graph.quads_for_pattern(node, term, None, DefaultGraph()))
        return sorted(islice(found, WIDTH), key=str)

    def _text(self, node: NamedNode, term: NamedNode) -> str | None:
        return next((one.value for one in self._objects(node, term) if isinstance(one, Literal)), None)

    def _lines(self, page: NamedNode, path: str) -> tuple[dict[str, int], bool]:
        """Return the lines of the entries of a page, and whether they count in the list that ``kg page`` prints."""
        if page.value not in self._numbered:
            self._numbered[page.value] = self._read(page, path)
        return self._numbered[page.value]

    def _read(self, page: NamedNode, path: str) -> tuple[dict[str, int], bool]:
        try:
            if captured := self._captured(path, self._text(page, terms.IDENTIFIER)):
                return lines(captured), False
            content = rebuilding.text(rebuilding.find(self._graph, page.value))
            return lines(Page(path, content)), not registry.of(path).byte_for_byte
        except NewsgraphError:
            return {}, False

    def _captured(self, path: str, identifier: str | None) -> Page | None:
        """Return the page of the archives with this path and content."""
        for archive, versions in self._versions.get(path, ()):
            for page in archive.pages(versions):
                if identifier == f"sha256:{page.sha256}":
                    return page
        return None

    @cached_property
    def _versions(self) -> dict[str, list[tuple[Archive, list[PageVersion]]]]:
        found: dict[str, list[tuple[Archive, list[PageVersion]]]] = defaultdict(list)
        for archive in self._archives:
            by_path: dict[str, list[PageVersion]] = defaultdict(list)
            for version in archive.versions:
                if not version.gone:
                    by_path[version.path].append(version)
            for path, versions in by_path.items():
                found[path].append((archive, versions))
        return found


def lines(page: Page) -> dict[str, int]:
    """Return the line of each entry of a page, by the fragment of its IRI, if known."""
    record = reading.parse(page)
    return registry.of(page.path).lines(record, reading.text_of(page)) if record else {}
