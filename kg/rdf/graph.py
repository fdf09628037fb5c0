"""The interface of a graph for all engines: the operations that descriptions, feeds, lookups and dumps need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import IO, Final, NamedTuple, Protocol

from pyoxigraph import RdfFormat

from kg.rdf import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

Subject = NamedNode | BlankNode | Triple
Term = NamedNode | BlankNode | Literal | Triple
GraphName = NamedNode | DefaultGraph
Row = tuple[Term | None, ...]
"""One solution of a query: the terms of its variables in order, None for an unbound one."""
Bindings = Mapping[str, Term]
"""Terms by the names of their variables in a query."""

UNBOUND: Final[Bindings] = MappingProxyType({})


def named_node(iri: str) -> NamedNode | None:
    """Return an IRI as a term, or None if the engine does not take it for an IRI (RFC 3987): stores may hold such."""
    try:
        return NamedNode(iri)
    except ValueError:
        return None


class Pattern(NamedTuple):
    """A pattern of quads: those with this subject, one of these predicates, and this object, in this graph.

    None, or no predicates, match anything; a ``graph`` of None means all graphs.
    """

    subject: Subject | None = None
    predicates: tuple[NamedNode, ...] = ()
    object: Term | None = None
    graph: GraphName | None = None

    def __hash__(self) -> int:
        # Without the predicates: many patterns share the same nine, and few share a subject.
        return hash((self.subject, self.object))


class Graph(Protocol):
    """A readable RDF dataset (RDF 1.2 Concepts, section 4), mostly in the default graph.

    Implementations raise StoreError for unreadable data, and the errors that they document.
    """

    def match(self, patterns: Sequence[Pattern]) -> list[list[Quad]]:
        """Return the quads of each pattern, in the order of the patterns, in one call to the engine.

        The quads of a pattern come in the order of its predicates.
        """
        ...

    def quads_for_pattern(
        self,
        subject: Subject | None,
        predicate: NamedNode | None,
        object: Term | None,
        graph_name: GraphName | None = None,
        /,
    ) -> Iterator[Quad]:
        """Yield the quads of one pattern, in which None matches anything."""
        ...

    def __contains__(self, quad: Quad, /) -> bool:
        """Return whether the dataset has a quad."""
        ...

    def __hash__(self) -> int:
        """Return a hash that distinguishes graphs, so that answers of an immutable one can be cached."""
        ...

    def __len__(self) -> int:
        """Return the number of quads in all graphs."""
        ...

    def select(self, query: str, bindings: Bindings = UNBOUND) -> Iterator[Row]:
        """Yield the rows of a SELECT query, with newsgraph's prefixes predeclared (see kg.rdf.prefixes).

        ``bindings`` are terms for variables. They are joined with what follows the query's ``WHERE {``, which must be
        written exactly like this, and appear in a row only if the query selects them.
        """
        ...

    def ask(self, query: str, bindings: Bindings = UNBOUND) -> bool:
        """Return the answer to an ASK query; see ``select``."""
        ...

    def construct(self, query: str, bindings: Bindings = UNBOUND) -> Iterator[Triple]:
        """Yield the triples of a CONSTRUCT query; see ``select``."""
        ...

    def named_graphs(self) -> Iterator[NamedNode | BlankNode]:
        """Yield the names of the named graphs."""
        ...

    def contains_named_graph(self, name: NamedNode, /) -> bool:
        """Return whether there is a named graph of this name."""
        ...

    def dump(
        self,
        output: IO[bytes],
        format: RdfFormat,
        from_graph: GraphName | None = None,
        prefixes: dict[str, str] | None = None,
    ) -> None:
        """Write all quads, or the triples of one graph; those with the same subject are together."""
        ...


class WritableGraph(Graph, Protocol):
    """An RDF dataset that can be changed."""

    def add(self, quad: Quad, /) -> None:
        """Add a quad."""
        ...

    def remove(self, quad: Quad, /) -> None:
        """Remove a quad."""
        ...

    def update(self, update: str) -> None:
        """Run a SPARQL 1.1 Update request, with newsgraph's prefixes predeclared."""
        ...


class Excerpt:
    """The part of a graph read for one document: patterns with their quads, many of them read in one call."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._found: dict[Pattern, list[Quad]] = {}

    def read(self, *patterns: Pattern) -> None:
        """Read the quads of the patterns not yet read, in one call; without a call if all are."""
        fresh = [one for one in dict.fromkeys(patterns) if one not in self._found]
        if fresh:
            self._found.update(zip(fresh, self.graph.match(fresh), strict=True))

    def __getitem__(self, pattern: Pattern) -> list[Quad]:
        """Return the quads of a pattern that has been read. Raises KeyError for any other."""
        return self._found[pattern]
