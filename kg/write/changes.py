"""Makes the changes of a write: removes and adds quads in the store, and records each as a row of an RDF Patch."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator
from typing import IO, Any, Final

from pyoxigraph import RdfFormat, serialize

from kg.errors import UploadError
from kg.rdf import Literal, NamedNode, Quad, Triple
from kg.rdf.conforming import END_OF_NAME
from kg.rdf.formats import NOT_IN_XML
from kg.rdf.graph import GraphName
from kg.rdf.lines.patch import ADD, DELETE
from kg.store.embedded import EmbeddedGraph

IRI_LENGTH: Final = 2_048
MANY: Final = 1_000
"""The number of quads from which a bulk load, which writes a file of its own, is faster than a transaction."""


class Changes:
    """The rows of one write, in a temporary file until they are logged, and the count of each kind."""

    def __init__(self) -> None:
        self.added = 0
        self.removed = 0
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - close() does it

    def close(self) -> None:
        """Discard the rows."""
        self._file.close()

    def rows(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield the rows in order, in the form for kg.rdf.lines.patch.write."""
        self._file.seek(0)
        for line in self._file:
            yield line[:1], line[2:]

    def make(self, database: EmbeddedGraph, gone: Iterable[Quad], fresh: Iterable[Quad]) -> None:
        """Remove quads from ``store``, then add others, and record those that actually changed the store.

        Raises UploadError for a quad that could not be published again.
        """
        wanted = set(fresh)
        removed = [quad for quad in set(gone) - wanted if quad in database]
        added = [quad for quad in wanted if quad not in database]
        for quad in added:
            check(quad)
        for quad in removed:
            database.remove(quad)
        (database.bulk_extend if len(added) > MANY else database.extend)(added)
        self.record(DELETE, removed)
        self.record(ADD, added)

    def replace(self, database: EmbeddedGraph, graph: GraphName, content: EmbeddedGraph) -> None:
        """Make ``graph`` hold exactly the triples of the default graph of ``content``."""
        fresh = {in_graph(quad, graph) for quad in content}
        gone = [quad for quad in quads_of(database, graph) if quad not in fresh]
        if len(gone) == sum(1 for _ in quads_of(database, graph)):  # nothing remains: one step is faster than many
            self.record(DELETE, gone)
            database.clear_graph(graph)
            gone = []
        self.make(database, gone, fresh)

    def merge(self, database: EmbeddedGraph, graph: GraphName, content: EmbeddedGraph) -> None:
        """Add the triples of the default graph of ``content`` to ``graph``."""
        self.make(database, (), (in_graph(quad, graph) for quad in content))

    def empty(self, database: EmbeddedGraph, graphs: Iterable[GraphName]) -> None:
        """Record that every quad of some graphs is removed; the caller then removes them."""
        for graph in graphs:
            self.removed += self._write(DELETE, quads_of(database, graph))

    def record(self, operation: bytes, quads: Collection[Quad]) -> None:
        """Record changes that are made."""
        number = self._write(operation, quads)
        self.added += number if operation == ADD else 0
        self.removed += number if operation == DELETE else 0

    def _write(self, operation: bytes, quads: Iterable[Quad]) -> int:
        rows = _Rows(self._file, operation + b" ")
        serialize(quads, rows, format=RdfFormat.N_QUADS)  # type: ignore[arg-type]  # it only writes
        return rows.number


class _Rows:
    """A binary file that writes each line, preceded by its operation, to another file."""

    def __init__(self, file: IO[bytes], operation: bytes) -> None:
        self.file = file
        self.operation = operation
        self.number = 0
        self.rest = b""

    def write(self, data: bytes) -> int:
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.number += len(lines)
        self.file.writelines(b"%b%b\n" % (self.operation, line) for line in lines)
        return len(data)

    def flush(self) -> None:
        """Do nothing: the other file has its own buffer."""


def quads_of(database: EmbeddedGraph, graph: GraphName) -> Iterator[Quad]:
    """Return the quads of one graph of a store."""
    found: Iterator[Quad] = database.quads_for_pattern(None, None, None, graph)
    return found


def in_graph(quad: Quad, graph: GraphName) -> Quad:
    """Return the triple of ``quad`` in another graph."""
    return Quad(quad.subject, quad.predicate, quad.object, graph)


def check(quad: Quad) -> None:
    """Raise UploadError if a quad has content not allowed in XML, or an IRI of more than 2,048 characters.

    A single statement that RDF/XML cannot express would prevent a dump of the whole graph in that format.
    """
    if not END_OF_NAME.search(quad.predicate.value):
        raise UploadError(
            f"the predicate <{quad.predicate.value[:200]}> has no name at its end, so RDF/XML cannot write it"
        )
    for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        _check_term(term)


def _check_term(term: Any) -> None:
    if isinstance(term, Triple):
        for part in (term.subject, term.predicate, term.object):
            _check_term(part)
    elif isinstance(term, Literal) and NOT_IN_XML.search(term.value):
        raise UploadError("a literal has a control character, which XML cannot carry")
    elif isinstance(term, NamedNode) and len(term.value) > IRI_LENGTH:
        raise UploadError(f"an IRI is longer than {IRI_LENGTH:,} characters")
