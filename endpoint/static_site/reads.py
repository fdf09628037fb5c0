"""What documents were made from: the parts of the graph that were read, and the answers that came from the index."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, TypeVar
from zlib import crc32

from kg.errors import NewsgraphError
from kg.process.message import encoded
from kg.query.operations import GraphOperation
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import UNBOUND, Bindings, GraphName, Pattern, Row, Subject, Term
from kg.store.remembered import RememberedGraph

AS_SUBJECT: Final = 0
AS_OBJECT: Final = 1
Found = TypeVar("Found")
Selected = tuple[str, tuple[tuple[str, str], ...]]
"""A SELECT query, with the IRIs of its bound variables."""


def key(term: object, place: int) -> int:
    """Return the key of a term as the subject or the object of statements: 32 bits, which other terms may share."""
    return crc32(str(term).encode(), place)


@dataclass(slots=True)
class Reads:
    """What one document was made from.

    ``keys`` are those of the subjects, or else the objects, of all patterns that were matched: no other statements
    count. ``selected`` are queries with the digests of their rows. ``asked`` are operations that read the index, as
    JSON, with the digests of their replies. ``unknown`` is set if anything else was read.
    """

    keys: set[int] = field(default_factory=set)
    selected: dict[Selected, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    unknown: bool = False

    def note(self, subject: Subject | None, object_: Term | None) -> None:
        """Note a pattern that was matched."""
        if subject is not None:
            self.keys.add(key(subject, AS_SUBJECT))
        elif isinstance(object_, NamedNode) or (isinstance(object_, Literal) and object_.datatype == terms.STRING):
            self.keys.add(key(object_, AS_OBJECT))
        else:  # the engine may store other literals in another form
            self.unknown = True

    def add(self, other: Reads) -> None:
        """Add what something else was made from that this document uses."""
        self.keys |= other.keys
        self.selected |= other.selected
        self.asked |= other.asked
        self.unknown |= other.unknown


class WatchedGraph(RememberedGraph):
    """A graph that notes what is read of it in ``reads``."""

    __slots__ = ("reads",)
    reads: Reads

    def match(self, patterns: Sequence[Pattern]) -> list[list[Quad]]:
        """Return the quads of each of many patterns; see kg.rdf.graph.Graph."""
        for one in patterns:
            self.reads.note(one.subject, one.object)
        return RememberedGraph.match(self, patterns)

    def quads_for_pattern(
        self,
        subject: Subject | None,
        predicate: NamedNode | None,
        object: Term | None,
        graph_name: GraphName | None = None,
        /,
    ) -> Iterator[Quad]:
        """Yield the quads of one pattern."""
        self.reads.note(subject, object)
        return super().quads_for_pattern(subject, predicate, object, graph_name)

    def __contains__(self, quad: Quad, /) -> bool:
        self.reads.note(quad.subject, None)
        return super().__contains__(quad)

    def select(self, query: str, bindings: Bindings = UNBOUND) -> Iterator[Row]:
        """Yield the rows of a SELECT query."""
        bound = tuple((name, term.value) for name, term in bindings.items() if isinstance(term, NamedNode))
        self.reads.unknown |= len(bound) < len(bindings)
        rows = list(super().select(query, bindings))
        self.reads.selected[query, bound] = digest_of_rows(rows)
        return iter(rows)

    def __getattribute__(self, name: str) -> Any:
        if name in UNWATCHED:
            object.__getattribute__(self, "reads").unknown = True
        return super().__getattribute__(name)

    def __iter__(self) -> Iterator[Quad]:
        self.reads.unknown = True
        return super().__iter__()

    def __len__(self) -> int:
        self.reads.unknown = True
        return super().__len__()


UNWATCHED: Final = frozenset({"ask", "construct", "query", "named_graphs", "contains_named_graph", "dump"})
"""Other ways to read a graph, which no document that is kept uses."""


def digest_of_rows(rows: Iterable[Row]) -> str:
    """Return the digest of the rows of a query, in whatever order they come."""
    return _digest("\n".join(sorted("\t".join(map(str, row)) for row in rows)).encode())


def outcome(answer: Callable[[], Found]) -> tuple[str, Found | NewsgraphError]:
    """Return the digest of the reply to an operation, and the reply itself, or the error instead of one."""
    try:
        reply = answer()
    except NewsgraphError as error:
        return _digest(f"{type(error).__name__} {error}".encode()), error
    data, body = encoded(reply)
    return _digest(json.dumps(data).encode(), b"\0", body), reply


def question(operation: GraphOperation[Any]) -> str | None:
    """Return an operation as text, without the path of the index; None for one that carries bytes."""
    header, body = operation.frame()
    header["fields"].pop("index", None)
    return None if body else json.dumps(header, sort_keys=True)


def remembered(graph: WatchedGraph, function: Callable[[str], Found], most: int) -> Callable[[str], Found]:
    """Return a function that caches what ``function`` returns, and notes each time what that was made from."""

    @lru_cache(most)
    def made(given: str) -> tuple[Found, Reads]:
        outer, graph.reads = graph.reads, Reads()
        try:
            return function(given), graph.reads
        finally:
            graph.reads = outer

    def told(given: str) -> Found:
        found, reads = made(given)
        graph.reads.add(reads)
        return found

    return told


def _digest(*parts: bytes) -> str:
    made = sha256()
    for one in parts:
        made.update(one)
    return made.hexdigest()[:32]
