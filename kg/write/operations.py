"""The one table of operations of the process that writes a store: each write, its reply, and how it is made."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Final

from pyoxigraph import RdfFormat

from kg.errors import NotFoundError, PreconditionError
from kg.process.operation import Operation, Table
from kg.query.guard import check_update
from kg.rdf import DefaultGraph, NamedNode
from kg.rdf.graph import GraphName
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.write.changes import Changes
from kg.write.log import Author
from kg.write.update import Using, update


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be true for a write to be made (RFC 9110, section 13.1).

    ``snapshots`` are the ids of snapshots that may be current, None for any; ``exists`` says whether the graph must be
    there already, None if it does not matter.
    """

    snapshots: tuple[str, ...] | None = None
    exists: bool | None = None


@dataclass(frozen=True, slots=True)
class MadeWrite:
    """A completed write: how many quads it added and removed, its snapshot, and whether its graph existed before.

    The numbers are None if the process died after the write.
    """

    added: int | None
    removed: int | None
    snapshot: str
    existed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(Operation[MadeWrite]):
    """A write by an ``author``, made if a ``condition`` is true; ``keep`` snapshots are then kept."""

    author: Author
    condition: Condition
    keep: int

    @abstractmethod
    def make(self, database: EmbeddedGraph, base: str, changes: Changes) -> bool:
        """Change a database with the identity base ``base``, and record how; return whether the graph existed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Write):
    """Run a SPARQL 1.1 Update request; the ``using`` graphs are those of the protocol's parameters.

    ``longest`` is in bytes, ``depth`` how deep it may be nested.
    """

    text: bytes
    using: Using
    longest: int
    depth: int

    def make(self, database: EmbeddedGraph, base: str, changes: Changes) -> bool:
        """Run the request. Raises the errors of kg.query.guard.check_update and kg.write.update.update."""
        text = self.text.decode()
        check_update(text, Settings(upload_bytes=self.longest, query_depth=self.depth))
        update(database, text, base, self.using, changes)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphWrite(Write):
    """A write to one graph, the default one for None."""

    graph: str | None

    def found(self, database: EmbeddedGraph) -> tuple[GraphName, bool]:
        """Return the graph, and whether it exists. Raises PreconditionError if the condition is not met."""
        graph = NamedNode(self.graph) if self.graph is not None else DefaultGraph()
        existed = isinstance(graph, DefaultGraph) or database.contains_named_graph(graph)
        if self.condition.exists is not None and self.condition.exists != existed:
            raise PreconditionError("the graph exists already" if existed else "there is no such graph")
        return graph, existed


@dataclass(frozen=True, slots=True, kw_only=True)
class Put(GraphWrite):
    """Replace the content of a graph by ``content``, in N-Triples."""

    content: bytes

    def make(self, database: EmbeddedGraph, base: str, changes: Changes) -> bool:
        """Replace the content. Raises PreconditionError."""
        graph, existed = self.found(database)
        changes.replace(database, graph, _loaded(self.content))
        _create(database, graph)
        return existed


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(GraphWrite):
    """Add ``content``, in N-Triples, to a graph."""

    content: bytes

    def make(self, database: EmbeddedGraph, base: str, changes: Changes) -> bool:
        """Add the content. Raises PreconditionError."""
        graph, existed = self.found(database)
        changes.merge(database, graph, _loaded(self.content))
        _create(database, graph)
        return existed


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(GraphWrite):
    """Remove a graph, or empty the default one."""

    def make(self, database: EmbeddedGraph, base: str, changes: Changes) -> bool:
        """Remove the graph. Raises PreconditionError, or NotFoundError if there is no such graph."""
        graph, existed = self.found(database)
        if not existed:
            raise NotFoundError("there is no such graph")
        changes.empty(database, [graph])
        if isinstance(graph, DefaultGraph):
            database.clear_graph(graph)
        else:
            database.remove_graph(graph)
        return True


def _create(database: EmbeddedGraph, graph: GraphName) -> None:
    if isinstance(graph, NamedNode):
        database.add_graph(graph)


def _loaded(content: bytes) -> EmbeddedGraph:
    loaded = EmbeddedGraph()
    loaded.load(content, format=RdfFormat.N_QUADS)
    return loaded


OPERATIONS: Final[Table[Write]] = Table(Update, Put, Post, Delete)
