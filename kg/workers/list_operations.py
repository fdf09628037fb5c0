"""Operations of workers on the events that a filter selects, and on their values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg.lookup.exports.quotation import Quotation, quotations
from kg.lookup.exports.row import read
from kg.lookup.exports.writer import ListHead
from kg.lookup.exports.writers import WRITERS
from kg.lookup.listing.days import ListedDay, events_by_day, listed_days
from kg.lookup.listing.directory import Directory, DirectoryPage, directory
from kg.lookup.listing.filter import Filter, Sort
from kg.lookup.listing.listing import Extent, listing, selected
from kg.lookup.thing import DescribedThing, describe_thing
from kg.query.operations import GraphOperation
from kg.rdf.graph import Graph


@dataclass(frozen=True, slots=True)
class ListEvents(GraphOperation[bytes]):
    """List the events that a filter selects, and the values of all, to some extent: see kg.lookup.listing.listing."""

    index: Path
    filter: Filter
    sort: Sort
    extent: Extent

    def answer(self, graph: Graph) -> bytes:
        """Return the list as a JSON object, which is not parsed again on its way."""
        return listing(str(self.index), self.filter, self.sort, self.extent).json()


@dataclass(frozen=True, slots=True)
class ListThings(GraphOperation[DirectoryPage]):
    """List ``count`` entries of a directory from the one at ``first`` on, see kg.lookup.listing.directory."""

    index: Path
    directory: Directory
    words: str = ""
    letter: str = ""
    by_name: bool = False
    first: int = 0
    count: int = 50

    def answer(self, graph: Graph) -> DirectoryPage:
        """Return the entries."""
        index, asked = str(self.index), self.directory
        return directory(
            index, asked, self.words, self.letter, by_name=self.by_name, first=self.first, count=self.count
        )


@dataclass(frozen=True, slots=True)
class DescribeThing(GraphOperation[DescribedThing]):
    """Return the data for the page about a thing, see kg.lookup.thing."""

    index: Path
    iri: str

    def answer(self, graph: Graph) -> DescribedThing:
        """Return the data."""
        return describe_thing(graph, str(self.index), self.iri)


@dataclass(frozen=True, slots=True)
class CountDays(GraphOperation[dict[str, int]]):
    """Count the events that a filter selects on each day that has some, see kg.lookup.listing.days."""

    index: Path
    filter: Filter

    def answer(self, graph: Graph) -> dict[str, int]:
        """Return the counts by ISO dates."""
        return events_by_day(str(self.index), self.filter)


@dataclass(frozen=True, slots=True)
class ListDays(GraphOperation[list[ListedDay]]):
    """List days with the first ``each`` of their events, see kg.lookup.listing.days.listed_days."""

    index: Path
    days: tuple[str, ...]
    each: int

    def answer(self, graph: Graph) -> list[ListedDay]:
        """Return the days."""
        return listed_days(str(self.index), self.days, self.each)


@dataclass(frozen=True, slots=True)
class ListPart:
    """A part of a list in some format, and the number of events in the whole list."""

    content: bytes
    total: int


@dataclass(frozen=True, slots=True)
class WriteEvents(GraphOperation[ListPart]):
    """Write ``count`` of the events that a filter selects, from the one at ``first`` on, in a format.

    ``until`` is the number of the first event beyond the whole list; the part that reaches it, or the last event, ends
    the list, and the part that begins at its first event, ``at``, begins it. See kg.lookup.exports.writers.
    """

    index: Path
    filter: Filter
    sort: Sort
    first: int
    count: int
    at: int
    until: int
    format: str
    head: ListHead

    def answer(self, graph: Graph) -> ListPart:
        """Return the part."""
        count = min(self.count, self.until - self.first)
        total, events = selected(str(self.index), self.filter, self.sort, self.first, count)
        writer, starts = WRITERS[self.format](self.head), self.first == self.at
        parts = [writer.begin()] if starts else []
        parts += [writer.events(read(graph, events), first=starts)] if events else []
        parts += [writer.end()] if self.first + count >= min(total, self.until) else []
        return ListPart("".join(parts).encode(errors="replace"), total)


@dataclass(frozen=True, slots=True)
class QuoteEvents(GraphOperation[list[Quotation]]):
    """Return the quotations of those IRIs that are events or revisions.

    See kg.lookup.exports.quotation.
    """

    iris: tuple[str, ...]

    def answer(self, graph: Graph) -> list[Quotation]:
        """Return the quotations, in the order of the IRIs."""
        return quotations(graph, self.iris)
