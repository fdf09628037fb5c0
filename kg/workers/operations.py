"""The one table of worker operations: their fields, their replies, and how a graph answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg.errors import ResultTooLargeError
from kg.lookup import memento, newest, resource_state
from kg.lookup.capabilities import capabilities
from kg.lookup.describe import described, forget_descriptions, parts_of, total_of
from kg.lookup.history import EventHistory, history
from kg.lookup.labels import Label, labels
from kg.lookup.listing.columns import columns
from kg.lookup.listing.listing import hubs
from kg.lookup.locate import Location, locate
from kg.lookup.search import reconcile, search
from kg.lookup.search.dates import period
from kg.lookup.search.reconcile_request import Completion, Extension, Query
from kg.lookup.search.spelling import meant
from kg.lookup.surroundings import Surroundings, surroundings
from kg.process.operation import Operation, Table
from kg.query.evaluate import Answer
from kg.query.graph_store import graph as graph_of
from kg.query.operations import Evaluate, GraphOperation, RewriteAnswer, Scopes
from kg.rdf import NamedNode, Quad, terms
from kg.rdf.formats import Format
from kg.rdf.graph import Graph
from kg.rdf.serialize import Nodes, nodes, represent
from kg.workers.list_operations import (
    CountDays,
    DescribeThing,
    ListDays,
    ListEvents,
    ListThings,
    QuoteEvents,
    WriteEvents,
)


@dataclass(frozen=True, slots=True)
class Open(Operation[None]):
    """Open another database instead of the present one."""

    database: Path


@dataclass(frozen=True, slots=True)
class PageDescription:
    """A description for a page: its nodes (see kg.rdf.serialize.nodes) in JSON, and how many events all pages have.

    ``days`` is the number of days on which a story has events.
    """

    content: bytes
    events: int | None = None
    days: int = 0

    @property
    def nodes(self) -> Nodes:
        """The nodes."""
        found: Nodes = json.loads(self.content)
        return found


@dataclass(frozen=True, slots=True)
class Describe(GraphOperation[Answer]):
    """Describe a resource in a format, see kg.lookup.describe; ``rows`` counts the events on all pages.

    ``document`` is the IRI of the document that describes it, ``licences`` are the IRIs of its licences, ``limit`` is
    the largest description in bytes.
    """

    iri: str
    format: Format
    limit: int
    document: str | None = None
    page: int = 1
    licences: tuple[str, ...] = ()

    def answer(self, graph: Graph) -> Answer:
        """Return the description."""
        quads = described(graph, self.iri, self.document, self.page, self.licences)
        body = _within(self.limit, represent(quads, self.format))
        return Answer("describe", self.format, body, rows=total_of(quads, self.document))


@dataclass(frozen=True, slots=True)
class DescribePage(GraphOperation[PageDescription]):
    """Describe a resource for an HTML page, as Describe does in a format.

    With an ``index``, the events in the parts of a period are counted there, if it knows these.
    """

    iri: str
    limit: int
    document: str | None = None
    page: int = 1
    licences: tuple[str, ...] = ()
    index: Path | None = None

    def answer(self, graph: Graph) -> PageDescription:
        """Return the description."""
        quads = described(graph, self.iri, self.document, self.page, self.licences, self.index)
        story = Quad(NamedNode(self.iri), terms.TYPE, terms.EVENT_SERIES) in quads
        days = len({part.day for part in parts_of(graph, NamedNode(self.iri))}) if story else 0
        return PageDescription(_within(self.limit, _json(quads)), total_of(quads, self.document), days)


def forget() -> None:
    """Release the open graph, and clear what is cached from it."""
    forget_descriptions()
    for cached in (columns, search.titled):
        cached.cache_clear()


def _json(quads: Sequence[Quad]) -> bytes:
    return json.dumps(nodes(quads)).encode()


def _within(limit: int, body: bytes) -> bytes:
    if len(body) > limit:
        raise ResultTooLargeError(f"the description is larger than {limit} bytes")
    return body


@dataclass(frozen=True, slots=True)
class Locate(GraphOperation[Location | None]):
    """Return what IRIs, or readable paths of events, now stand for, see kg.lookup.locate."""

    iris: tuple[str, ...]
    identifiers: tuple[str, ...] = ()

    def answer(self, graph: Graph) -> Location | None:
        """Return the resource of the first name that the graph knows, or None."""
        return locate(graph, self.iris, self.identifiers)


@dataclass(frozen=True, slots=True)
class Labels(GraphOperation[dict[str, Label]]):
    """Return the labels of some IRIs, see kg.lookup.labels."""

    iris: tuple[str, ...]

    def answer(self, graph: Graph) -> dict[str, Label]:
        """Return the label and its language of each IRI that has one."""
        return labels(graph, self.iris)


@dataclass(frozen=True, slots=True)
class Newest(GraphOperation[dict[str, Any]]):
    """Return the newest days and events, see kg.lookup.newest.newest."""

    events: int
    language: str | None = None

    def answer(self, graph: Graph) -> dict[str, Any]:
        """Return the days, the events, and the nodes that describe these."""
        return newest.newest(graph, self.events, self.language)


@dataclass(frozen=True, slots=True)
class Hubs(GraphOperation[list[str]]):
    """Return the places, categories and publishers with the most events, from the index, or the graph without one.

    See kg.lookup.listing.listing.hubs and kg.lookup.newest.hubs.
    """

    limit: int
    index: Path | None = None

    def answer(self, graph: Graph) -> list[str]:
        """Return the IRIs, most frequent first."""
        return hubs(str(self.index), self.limit) if self.index else newest.hubs(graph, self.limit)


@dataclass(frozen=True, slots=True)
class FindText(GraphOperation[list[dict[str, Any]]]):
    """Find events, places and so on by the words of a title or name, see kg.lookup.search.search.find."""

    index: Path
    text: str
    kinds: tuple[str, ...] = ()
    limit: int = 20

    def answer(self, graph: Graph) -> list[dict[str, Any]]:
        """Return the fields of what was found, best first."""
        return search.plain(search.find(str(self.index), self.text, self.kinds, self.limit))


@dataclass(frozen=True, slots=True)
class Search(GraphOperation[dict[str, Any]]):
    """Find a page of what ``FindText`` finds, with the total, see kg.lookup.search.search.find_page."""

    index: Path
    text: str
    kinds: tuple[str, ...] = ()
    first: int = 0
    count: int = 20

    def answer(self, graph: Graph) -> dict[str, Any]:
        """Return ``matches``, ``total``, ``totals``; ``meant`` if nothing was found; ``events`` of the day named."""
        index, asked = str(self.index), period(self.text)
        found = search.find_page(index, self.text, self.kinds, self.first, self.count)
        return {
            "matches": search.plain(found.matches),
            "total": found.total,
            "totals": found.totals,
            "meant": "" if found.total else meant(index, self.text),
            "events": len(columns(index).between(asked.first, asked.last)) if asked else 0,
        }


@dataclass(frozen=True, slots=True)
class Reconcile(GraphOperation[dict[str, Any]]):
    """Find candidates for each query of a batch, see kg.lookup.search.reconcile."""

    index: Path
    base: str
    batch: dict[str, Query]

    def answer(self, graph: Graph) -> dict[str, Any]:
        """Return the candidates by the keys of the batch, in the form of the Reconciliation Service API (section 4)."""
        index = str(self.index)
        return {
            key: {"result": reconcile.reconcile(graph, index, self.base, query)} for key, query in self.batch.items()
        }


@dataclass(frozen=True, slots=True)
class Suggest(GraphOperation[dict[str, Any]]):
    """Find things whose names begin with some text, see kg.lookup.search.reconcile.suggest."""

    index: Path
    base: str
    asked: Completion

    def answer(self, graph: Graph) -> dict[str, Any]:
        """Return the things, in the form of the Reconciliation Service API (section 6)."""
        return {"result": reconcile.suggest(graph, str(self.index), self.base, self.asked)}


@dataclass(frozen=True, slots=True)
class Extend(GraphOperation[dict[str, Any]]):
    """Return the values of properties of things, see kg.lookup.search.reconcile.extend."""

    base: str
    asked: Extension

    def answer(self, graph: Graph) -> dict[str, Any]:
        """Return the values, in the form of the Reconciliation Service API (section 8)."""
        return reconcile.extend(graph, self.base, self.asked)


@dataclass(frozen=True, slots=True)
class DumpGraph(GraphOperation[bytes]):
    """Write one graph in a format, the default one for an empty ``iri``, see kg.query.graph_store."""

    iri: str
    format: Format
    limit: int

    def answer(self, graph: Graph) -> bytes:
        """Return the graph."""
        return graph_of(graph, self.iri, self.format, self.limit)


@dataclass(frozen=True, slots=True)
class Capabilities(GraphOperation[dict[str, Any]]):
    """Return what the engine can do, see kg.lookup.capabilities."""

    def answer(self, graph: Graph) -> dict[str, Any]:
        """Return the functions, the features and the named graphs."""
        return capabilities(graph)


@dataclass(frozen=True, slots=True)
class Mementos(GraphOperation[list[str]]):
    """Return when the state of an event or a day changed, see kg.lookup.memento.instants."""

    iri: str

    def answer(self, graph: Graph) -> list[str]:
        """Return the instants, earliest first."""
        return memento.instants(graph, self.iri)


@dataclass(frozen=True, slots=True)
class DescribeMemento(GraphOperation[bytes]):
    """Return in a format what was said about an event or a day at one of its instants, see kg.lookup.memento.state.

    ``memento`` and ``original`` are the IRIs of the dated and of the current document. ``limit`` is in bytes.
    """

    iri: str
    instant: str
    memento: str
    original: str
    format: Format
    limit: int

    def answer(self, graph: Graph) -> bytes:
        """Return the description."""
        quads = memento.state(graph, self.iri, self.instant, self.memento, self.original)
        return _within(self.limit, represent(quads, self.format))


@dataclass(frozen=True, slots=True)
class DescribeMementoPage(GraphOperation[PageDescription]):
    """Describe the state of an event or a day at an instant for an HTML page, as DescribeMemento does in a format."""

    iri: str
    instant: str
    memento: str
    original: str
    limit: int

    def answer(self, graph: Graph) -> PageDescription:
        """Return the description."""
        quads = memento.state(graph, self.iri, self.instant, self.memento, self.original)
        return PageDescription(_within(self.limit, _json(quads)))


@dataclass(frozen=True, slots=True)
class History(GraphOperation[EventHistory]):
    """Return the wordings of an event, or of the event of a revision, see kg.lookup.history."""

    iri: str

    def answer(self, graph: Graph) -> EventHistory:
        """Return the history."""
        return history(graph, self.iri)


@dataclass(frozen=True, slots=True)
class LookAround(GraphOperation[Surroundings]):
    """Return the surroundings of an event, see kg.lookup.surroundings."""

    iri: str

    def answer(self, graph: Graph) -> Surroundings:
        """Return the surroundings."""
        return surroundings(graph, self.iri)


@dataclass(frozen=True, slots=True)
class VersionsPage(GraphOperation[bytes]):
    """Write a page of the event stream, see kg.lookup.resource_state.page.

    A member is a version, its resource, and its content as N-Triples, or None for the present content of the graph.
    """

    base: str
    head: str
    members: tuple[tuple[str, str, bytes | None], ...]
    format: Format
    limit: int

    def answer(self, graph: Graph) -> bytes:
        """Return the page."""
        body = resource_state.page(graph, self.base, self.head, self.members, self.format)
        if len(body) > self.limit:
            raise ResultTooLargeError(f"the page is larger than {self.limit} bytes")
        return body


OPERATIONS: Final[Table[GraphOperation[Any] | Open]] = Table(
    Open,
    *(Evaluate, RewriteAnswer, Scopes, Describe, DescribePage, Locate, Labels, Newest, Hubs),
    *(ListEvents, WriteEvents, CountDays, ListDays, ListThings, DescribeThing, QuoteEvents),
    *(FindText, Search),
    *(Reconcile, Suggest, Extend, DumpGraph, Capabilities),
    *(Mementos, DescribeMemento, DescribeMementoPage, History, LookAround, VersionsPage),
)
