"""A graph in the engine within this process, on disk or in memory (pyoxigraph)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from typing import IO, Self

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, RdfFormat
from pyoxigraph import Store as Engine

from kg.rdf import BlankNode, DefaultGraph, NamedNode, Quad, Triple, Variable
from kg.rdf.graph import UNBOUND, Bindings, GraphName, Pattern, Row, Subject, Term
from kg.rdf.prefixes import PREFIXES

Results = QuerySolutions | QueryBoolean | QueryTriples
"""The engine's answers to queries, which it can serialize itself."""


class EmbeddedGraph:
    """A dataset in a folder, or in memory if none is given; ``engine`` is the pyoxigraph store."""

    __slots__ = ("engine",)

    def __init__(self, folder: str | PathLike[str] | None = None) -> None:
        """Open a dataset for reading and writing, or create it; only one process may do so at a time."""
        self.engine = Engine(folder)

    @classmethod
    def read_only(cls, folder: str | PathLike[str]) -> Self:
        """Open the dataset in a folder for reading. Raises OSError if it cannot be opened."""
        return cls._of(Engine.read_only(str(folder)))

    @classmethod
    def _of(cls, engine: Engine) -> Self:
        opened = cls.__new__(cls)
        opened.engine = engine
        return opened

    # ---- Reading.

    def match(self, patterns: Sequence[Pattern]) -> list[list[Quad]]:
        """Return the quads of each of many patterns; see kg.rdf.graph.Graph."""
        ask = self.engine.quads_for_pattern
        return [
            [quad for predicate in predicates or (None,) for quad in ask(subject, predicate, object_, graph)]
            for subject, predicates, object_, graph in patterns
        ]

    def quads_for_pattern(
        self,
        subject: Subject | None,
        predicate: NamedNode | None,
        object: Term | None,
        graph_name: GraphName | None = None,
        /,
    ) -> Iterator[Quad]:
        """Yield the quads of one pattern."""
        return self.engine.quads_for_pattern(subject, predicate, object, graph_name)

    def __contains__(self, quad: Quad, /) -> bool:
        return quad in self.engine

    def __iter__(self) -> Iterator[Quad]:
        return iter(self.engine)

    def __len__(self) -> int:
        return len(self.engine)

    def select(self, query: str, bindings: Bindings = UNBOUND) -> Iterator[Row]:
        """Yield the rows of a SELECT query; raises TypeError for any other form."""
        found = self._bound(query, bindings)
        if not isinstance(found, QuerySolutions):
            raise TypeError("this is not a SELECT query")
        return (tuple(solution) for solution in found)

    def ask(self, query: str, bindings: Bindings = UNBOUND) -> bool:
        """Return the answer to an ASK query; raises TypeError for another form."""
        found = self._bound(query, bindings)
        if not isinstance(found, QueryBoolean):
            raise TypeError("this is not an ASK query")
        return bool(found)

    def construct(self, query: str, bindings: Bindings = UNBOUND) -> Iterator[Triple]:
        """Yield the triples of a CONSTRUCT query; raises TypeError for another form."""
        found = self._bound(query, bindings)
        if not isinstance(found, QueryTriples):
            raise TypeError("this is not a CONSTRUCT query")
        return iter(found)

    def _bound(self, query: str, bindings: Bindings) -> Results:
        given = {Variable(name): term for name, term in bindings.items()}
        return self.engine.query(query, prefixes=PREFIXES, substitutions=given or None)

    def query(
        self,
        query: str,
        *,
        base_iri: str | None = None,
        default_graph: Sequence[NamedNode] | None = None,
        named_graphs: Sequence[NamedNode] | None = None,
    ) -> Results:
        """Return what the engine answers to a query of any form, with newsgraph's prefixes predeclared.

        ``default_graph`` and ``named_graphs`` are the dataset, if one is given. Raises SyntaxError if it is not a
        query, RuntimeError, OSError or ValueError if it fails.
        """
        return self.engine.query(
            query,
            base_iri=base_iri,
            prefixes=PREFIXES,
            default_graph=None if default_graph is None else list(default_graph),
            named_graphs=None if named_graphs is None else list(named_graphs),
        )

    def named_graphs(self) -> Iterator[NamedNode | BlankNode]:
        """Yield the names of the named graphs."""
        return self.engine.named_graphs()

    def contains_named_graph(self, name: NamedNode, /) -> bool:
        """Return whether there is a named graph of this name, which may be empty."""
        return self.engine.contains_named_graph(name)

    def dump(
        self,
        output: IO[bytes],
        format: RdfFormat,
        from_graph: GraphName | None = None,
        prefixes: dict[str, str] | None = None,
    ) -> None:
        """Write all quads, or the triples of one graph, subject by subject."""
        self.engine.dump(output, format, from_graph=from_graph, prefixes=prefixes)

    # ---- Writing.

    def add(self, quad: Quad, /) -> None:
        """Add a quad."""
        self.engine.add(quad)

    def remove(self, quad: Quad, /) -> None:
        """Remove a quad."""
        self.engine.remove(quad)

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads, all or none."""
        self.engine.extend(quads)

    def bulk_extend(self, quads: Iterable[Quad]) -> None:
        """Add very many quads, not as one transaction."""
        self.engine.bulk_extend(quads)

    def load(self, content: bytes, format: RdfFormat, base_iri: str | None = None) -> None:
        """Add the triples of a document, all or none; raises SyntaxError if it is malformed."""
        self.engine.load(content, format=format, base_iri=base_iri)

    def bulk_load(self, file: IO[bytes], format: RdfFormat) -> None:
        """Add the triples of a large trusted document, not as one transaction; its IRIs are not checked again."""
        self.engine.bulk_load(file, format=format, lenient=True)

    def update(self, update: str, *, base_iri: str | None = None) -> None:
        """Run a SPARQL 1.1 Update request, with newsgraph's prefixes predeclared."""
        self.engine.update(update, base_iri=base_iri, prefixes=PREFIXES)

    def add_graph(self, name: NamedNode) -> None:
        """Add a named graph, which may stay empty."""
        self.engine.add_graph(name)

    def clear_graph(self, name: NamedNode | DefaultGraph) -> None:
        """Remove the triples of a graph."""
        self.engine.clear_graph(name)

    def remove_graph(self, name: NamedNode) -> None:
        """Remove a named graph with its triples."""
        self.engine.remove_graph(name)

    def flush(self) -> None:
        """Flush what was written to disk."""
        self.engine.flush()

    def optimize(self) -> None:
        """Compact the dataset on disk, so that reading it takes fewer steps; everything written is then also on disk.

        It takes about 0.8 s for a million triples. The folder is larger by half afterwards.
        """
        self.engine.optimize()

    def backup(self, folder: str | PathLike[str]) -> None:
        """Copy the dataset into a new folder, with hard links where the disk allows them."""
        self.engine.backup(str(folder))
