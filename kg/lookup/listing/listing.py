"""Lists of events: what an index answers to a filter."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress, islice
from typing import Any, Final

from kg.lookup.listing.columns import Columns, both, columns, opened
from kg.lookup.listing.facet import Facet
from kg.lookup.listing.filter import Filter, Sort
from kg.lookup.listing.selector import Selector
from kg.lookup.listing.value_counts import ValueCounts, value_counts
from kg.lookup.search.search_index import words_of

POINTS: Final = 500
"""Points that are told at most, those of most events."""
TOLD: Final = tuple(one for one in Facet if one != Facet.POINT)
"""The facets that lists tell; points are told with where they are."""

HUBS: Final = (Facet.NAMES, Facet.CATEGORY, Facet.PUBLISHER)


@dataclass(frozen=True, slots=True)
class EventSummary:
    """An event: its IRI, its day (empty if it has none), and its title with the language of that."""

    iri: str
    date: str
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet: its IRI, or the tag of a language; its label; what it is; how many events have it."""

    value: str
    label: str
    language: str
    kind: str
    events: int


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A place with its point in degrees, and how many events happened there."""

    iri: str
    label: str
    latitude: float
    longitude: float
    events: int


@dataclass(frozen=True, slots=True)
class EventList:
    """What a filter selects: how many events there are, some of them, and what all of them have.

    ``facets`` have by the name of a facet the values that most of the events have; those of ``names`` are, for a place,
    the places that are named with it. ``years`` and ``months`` have how many events there are in each that has any.
    ``points`` are where most events happened; ``located`` of them happened at a point.
    """

    total: int
    events: list[EventSummary]
    facets: dict[str, list[FacetValue]]
    years: dict[str, int]
    months: dict[str, int]
    points: list[MapPoint]
    located: int

    def json(self) -> bytes:
        """Return it as a JSON object with the names of the fields."""
        return json.dumps(self, default=_fields, ensure_ascii=False).encode(errors="replace")


def _fields(one: object) -> dict[str, Any]:
    """Return the fields of a dataclass, without those within; dataclasses.asdict takes ten times as long."""
    return {name: getattr(one, name) for name in one.__slots__}  # type: ignore[attr-defined]


def listing(index: str, asked: Filter, sort: Sort, first: int, count: int, values: int) -> EventList:
    """Return what a filter selects: ``count`` of the events from the one at ``first`` on, and ``values`` of each facet.

    Raises NotFoundError for a thing that the graph does not know, StoreError if the index cannot be read.
    """
    known = columns(index)
    with opened(index) as database:
        marks = Selector(index, database, known).marks(asked)
        found = value_counts(known, marks)
        order = Sort.NEWEST if sort == Sort.MATCH and not asked.words else sort
        shown = islice(_ordered(known, marks, order), first, first + count)
        months = dict(_by_month(known, marks))
        return EventList(
            total=marks.count(1),
            events=list(_events(database, known, list(shown))),
            facets=_facets(database, known, found, values),
            years=_by_year(months),
            months=months,
            points=list(_points(database, known, found)),
            located=both(marks, known.located).count(1),
        )


def hubs(index: str, limit: int) -> list[str]:
    """Return the IRIs of the places, categories and publishers that most events have, at most so many."""
    known = columns(index)
    values = [value for facet in HUBS for value in known.values_of(facet)[:limit]]
    most = sorted(values, key=lambda value: -known.count(value))[:limit]
    with opened(index) as database:
        things = _things(database, (known.things[value] for value in most))
    return [things[known.things[value]][0] for value in most]


def _ordered(known: Columns, marks: bytes, sort: Sort) -> Iterable[int]:
    """Return the events that have a mark in their order."""
    if sort == Sort.NEWEST:
        return compress(range(known.total - 1, -1, -1), reversed(marks))
    found = compress(range(known.total), marks)
    return found if sort == Sort.OLDEST else sorted(found, key=known.titles.__getitem__)


def _events(database: sqlite3.Connection, known: Columns, events: Sequence[int]) -> Iterator[EventSummary]:
    titles = _named(database, (known.titles[event] for event in events))
    for event in events:
        iri, title, language = titles[known.titles[event]]
        day = date.fromordinal(known.days[event]).isoformat() if known.days[event] else ""
        yield EventSummary(iri, day, title, language)


def _named(database: sqlite3.Connection, rows: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Return the IRIs and labels, with their languages, in some rows of labels."""
    wanted = list(rows)
    query = f"SELECT id, iri, label, language FROM named WHERE id IN ({marked(wanted)})"  # noqa: S608 - only marks
    return {number: (iri, label, language) for number, iri, label, language in database.execute(query, wanted)}


def _by_month(known: Columns, marks: bytes) -> Iterator[tuple[str, int]]:
    """Yield the months that have events with a mark, with how many they have."""
    ends = [first for _, first in known.months[1:]] + [known.total]
    for (month, first), end in zip(known.months, ends, strict=False):
        if events := marks.count(1, first, end):
            yield month, events


def _by_year(months: dict[str, int]) -> dict[str, int]:
    years = Counter[str]()
    for month, events in months.items():
        years[month[:4]] += events
    return dict(years)


def _facets(
    database: sqlite3.Connection, known: Columns, counts: ValueCounts, number: int
) -> dict[str, list[FacetValue]]:
    """Return the values of each facet that most events have."""
    found = {facet: counts.most(known.values_of(facet), number) for facet in TOLD}
    things = _things(database, (known.things[value] for counted in found.values() for value, _ in counted))
    return {
        facet.name.lower(): [FacetValue(*things[known.things[value]], events) for value, events in counted]
        for facet, counted in found.items()
    }


def _things(database: sqlite3.Connection, things: Iterable[int]) -> dict[int, tuple[str, str, str, str]]:
    """Return IRI, label, its language, and kind of things; a language has its tag for an IRI."""
    wanted = list(dict.fromkeys(things))
    query = (
        "SELECT thing.id, term, label, language, thing.kinds FROM thing LEFT JOIN named ON named.id = name"  # noqa: S608
        f" WHERE thing.id IN ({marked(wanted)})"
    )
    return {
        number: (term.strip('"'), label or "", language or "", next(iter(words_of(kinds)), ""))
        for number, term, label, language, kinds in database.execute(query, wanted)
    }


def _points(database: sqlite3.Connection, known: Columns, counts: ValueCounts) -> Iterator[MapPoint]:
    """Yield the points where most events happened."""
    counted = counts.most(known.values_of(Facet.POINT), POINTS)
    found = [(known.things[value], events) for value, events in counted]
    things = _things(database, (thing for thing, _ in found))
    for thing, events in found:
        iri, label, _, _ = things[thing]
        yield MapPoint(iri, label, *known.point(thing), events)


def marked(values: Sequence[object]) -> str:
    """Return a question mark for each of some values, as a list of SQL has them."""
    return ", ".join("?" * len(values))
