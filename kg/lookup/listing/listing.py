"""Lists of events: the answers of an index to filters.

A list has hundreds of things, events and points. Their classes are not frozen, since a frozen object takes three times
as long to make.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from math import isnan, nan
from typing import Any, Final

from kg.lookup.listing.columns import Columns, both, chosen, columns, opened
from kg.lookup.listing.facet import Facet
from kg.lookup.listing.filter import Filter, Sort
from kg.lookup.listing.selector import Selector
from kg.lookup.listing.value_counts import ValueCounts, value_counts
from kg.lookup.search.search_index import words_of

POINTS: Final = 500
"""The most points in a list, those with the most events."""
TOLD: Final = tuple(one for one in Facet if one != Facet.POINT)
"""The facets with counts in a list; points have coordinates."""

SUMMED: Final = (Facet.CATEGORY, Facet.POINT, Facet.NAMES, Facet.PUBLISHER)
"""The facets that are listed for each event of a list."""
VALUE_LISTS: Final = ((Facet.CATEGORY,), (Facet.POINT, Facet.NAMES), (Facet.PUBLISHER,))
"""The facets of each of the three lists of values of an event; the first that has any counts."""
THING: Final = "SELECT id FROM thing WHERE term = ?"
VALUE: Final = "SELECT id FROM value WHERE facet = ? AND thing = ?"
HUBS: Final = (Facet.NAMES, Facet.CATEGORY, Facet.PUBLISHER)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a list is returned: ``count`` of the events from the one at ``first`` on, and of the values of all.

    ``values`` are listed for each facet, and ``points`` at most. Without ``detailed``, events have only day and title.
    """

    first: int = 0
    count: int = 0
    values: int = 10
    points: int = 0
    detailed: bool = True


@dataclass(slots=True)
class ListedThing:
    """A value of an event: its IRI, and its label with its language."""

    iri: str
    label: str
    language: str


@dataclass(slots=True)
class EventSummary:
    """An event: its IRI, its day ("" if it has none), its title with its language, and its values.

    ``places`` are the points where it happened, or else the places that it names.
    """

    iri: str
    date: str
    title: str
    language: str
    categories: list[ListedThing] = field(default_factory=list)
    places: list[ListedThing] = field(default_factory=list)
    publishers: list[ListedThing] = field(default_factory=list)


@dataclass(slots=True)
class FacetValue:
    """A value of a facet: its IRI, or a language tag; its label; its kind; how many events have it.

    ``events`` counts those in the list, ``total`` all.
    """

    value: str
    label: str
    language: str
    kind: str
    events: int
    total: int


@dataclass(slots=True)
class MapPoint:
    """A place with its coordinates in degrees, and how many events happened there."""

    iri: str
    label: str
    latitude: float
    longitude: float
    events: int


@dataclass(frozen=True, slots=True)
class EventList:
    """What a filter selects: the number of events, some of them, and the values of all.

    ``facets`` has the most frequent values of the events by the name of the facet; for a place, those of ``names`` are
    the places named with it. ``years`` and ``months`` count the events in each that has any. ``points`` are where the
    most events happened; ``located`` of the events happened at a point. ``asked`` has the things that the filter names,
    by IRI, and ``centre`` is the point of its place in degrees, if it has one.
    """

    total: int
    events: list[EventSummary]
    facets: dict[str, list[FacetValue]]
    years: dict[str, int]
    months: dict[str, int]
    points: list[MapPoint]
    located: int
    asked: dict[str, FacetValue]
    centre: tuple[float, float] | None

    def json(self) -> bytes:
        """Return it as a JSON object with the fields as members."""
        return json.dumps(self, default=_fields, ensure_ascii=False).encode(errors="replace")


def _fields(one: object) -> dict[str, Any]:
    """Return the fields of a dataclass, without nested ones; dataclasses.asdict takes ten times as long."""
    return {name: getattr(one, name) for name in one.__slots__}  # type: ignore[attr-defined]  # json.dumps says object


def listing(index: str, asked: Filter, sort: Sort, extent: Extent) -> EventList:
    """Return what a filter selects, to some extent.

    Raises NotFoundError for a thing unknown to the graph, StoreError if the index cannot be read.
    """
    known = columns(index)
    with opened(index) as database:
        marks = Selector(index, database, known).marks(asked)
        found = value_counts(known, marks)
        order = Sort.NEWEST if sort == Sort.MATCH and not asked.words else sort
        shown = islice(_ordered(known, marks, order), extent.first, extent.first + extent.count)
        months = dict(_by_month(known, marks))
        return EventList(
            total=marks.count(1),
            events=list(summed(database, known, list(shown), SUMMED if extent.detailed else ())),
            facets=_facets(database, known, found, extent.values),
            years=_by_year(months),
            months=months,
            points=list(_points(database, known, found, extent.points)),
            located=both(marks, known.located).count(1),
            asked=_asked(database, known, asked),
            centre=_centre(database, known, asked.place),
        )


def selected(index: str, asked: Filter, sort: Sort, first: int, count: int) -> tuple[int, list[str]]:
    """Return how many events a filter selects, and the IRIs of ``count`` of them from the one at ``first`` on.

    Raises the errors of ``listing``.
    """
    known = columns(index)
    with opened(index) as database:
        marks = Selector(index, database, known).marks(asked)
        events = list(islice(_ordered(known, marks, sort), first, first + count))
        titles = _named(database, (known.titles[event] for event in events))
    return marks.count(1), [titles[known.titles[event]][0] for event in events]


def hubs(index: str, limit: int) -> list[str]:
    """Return the IRIs of the places, categories and publishers with the most events, up to a number of each."""
    known = columns(index)
    values = [value for facet in HUBS for value in known.values_of(facet)[:limit]]
    most = sorted(values, key=lambda value: -known.count(value))[:limit]
    with opened(index) as database:
        things = _things(database, (known.things[value] for value in most))
    return [things[known.things[value]][0] for value in most]


def _ordered(known: Columns, marks: bytes, sort: Sort) -> Iterable[int]:
    """Return the marked events in order."""
    if sort == Sort.NEWEST:
        return chosen(marks, newest=True)
    found = chosen(marks)
    return found if sort == Sort.OLDEST else sorted(found, key=known.titles.__getitem__)


def summed(
    database: sqlite3.Connection, known: Columns, events: Sequence[int], facets: Sequence[Facet] = SUMMED
) -> Iterator[EventSummary]:
    """Yield the summaries of some events, by their numbers, with their values of some facets."""
    titles = _named(database, (known.titles[event] for event in events))
    values = {event: known.facets_of(event) if facets else {} for event in events}
    wanted = {value for found in values.values() for facet in facets for value in found.get(facet, ())}
    things = _things(database, {known.things[value] for value in wanted})

    def told(event: int, *facets: Facet) -> list[ListedThing]:
        found = next((one for facet in facets if (one := values[event].get(facet))), ())
        return [ListedThing(*things[known.things[value]][:3]) for value in found]

    for event in events:
        iri, title, language = titles[known.titles[event]]
        day = date.fromordinal(known.days[event]).isoformat() if known.days[event] else ""
        yield EventSummary(iri, day, title, language, *(told(event, *one) for one in VALUE_LISTS))


def _named(database: sqlite3.Connection, rows: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Return the IRIs and labels, with their languages, in some rows of labels."""
    wanted = list(rows)
    query = f"SELECT id, iri, label, language FROM named WHERE id IN ({marked(wanted)})"  # noqa: S608 - only marks
    return {number: (iri, label, language) for number, iri, label, language in database.execute(query, wanted)}


def _by_month(known: Columns, marks: bytes) -> Iterator[tuple[str, int]]:
    """Yield the months with marked events, with the number of these."""
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
        facet.name.lower(): [
            FacetValue(*things[known.things[value]], events, known.count(value)) for value, events in counted
        ]
        for facet, counted in found.items()
    }


def _things(database: sqlite3.Connection, things: Iterable[int]) -> dict[int, tuple[str, str, str, str]]:
    """Return IRI, label, its language, and kind of things; a language has its tag instead of an IRI."""
    wanted = list(dict.fromkeys(things))
    query = (
        "SELECT thing.id, term, label, language, thing.kinds FROM thing LEFT JOIN named ON named.id = name"  # noqa: S608 - only marks
        f" WHERE thing.id IN ({marked(wanted)})"
    )
    return {
        number: (term.strip('"'), label or "", language or "", next(iter(words_of(kinds)), ""))
        for number, term, label, language, kinds in database.execute(query, wanted)
    }


def _asked(database: sqlite3.Connection, known: Columns, asked: Filter) -> dict[str, FacetValue]:
    """Return the things that a filter names, each with how many events have it in the requested relation."""
    found: dict[str, FacetValue] = {}
    for facet, iri in asked.things():
        [(thing,)] = database.execute(THING, (iri,)).fetchall()
        value = database.execute(VALUE, (facet, thing)).fetchone()
        events = known.count(value[0]) if value else 0
        found[iri] = FacetValue(*_things(database, [thing])[thing], events, events)
    return found


def _centre(database: sqlite3.Connection, known: Columns, place: str) -> tuple[float, float] | None:
    found = database.execute(THING, (place,)).fetchone()
    point = known.point(found[0]) if found else (nan, nan)
    return None if isnan(point[0]) else point


def _points(database: sqlite3.Connection, known: Columns, counts: ValueCounts, number: int) -> Iterator[MapPoint]:
    """Yield the points where the most events happened."""
    counted = counts.most(known.values_of(Facet.POINT), number)
    return map_points(database, known, [(known.things[value], events) for value, events in counted])


def map_points(database: sqlite3.Connection, known: Columns, found: Sequence[tuple[int, int]]) -> Iterator[MapPoint]:
    """Yield the coordinates of things, with the number of their events."""
    things = _things(database, (thing for thing, _ in found))
    for thing, events in found:
        iri, label, _, _ = things[thing]
        yield MapPoint(iri, label, *known.point(thing), events)


def marked(values: Sequence[object]) -> str:
    """Return a question mark for each value, as an SQL list."""
    return ", ".join("?" * len(values))
