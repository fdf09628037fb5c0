"""Which events a filter selects, by the postings of an index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from functools import reduce
from math import isnan
from typing import Any, Final

from kg.errors import NotFoundError
from kg.lookup.listing.columns import Columns, both, marks
from kg.lookup.listing.facet import Facet
from kg.lookup.listing.filter import BoundingBox, Filter, Relation
from kg.lookup.listing.geography import around, distance
from kg.lookup.search.search import titled
from kg.lookup.search.search_index import mask

KNOWN: Final = 10
"""How many values a message lists if a value is unknown."""
PLACE: Final = mask(["place"])
THING: Final = "SELECT id, kinds FROM thing WHERE term = ?"
VALUE: Final = "SELECT id FROM value WHERE facet = ? AND thing = ?"
TERM: Final = "SELECT term FROM thing WHERE id = ?"
IN_BOX: Final = """
    SELECT id FROM point CROSS JOIN value ON facet = ? AND value.thing = point.thing
    WHERE north >= ? AND south <= ? AND east >= ? AND west <= ?"""
"""R-trees have 32-bit numbers, rounded outwards: what they find may lie just outside."""


class Selector:
    """Selects events of an open index."""

    def __init__(self, index: str, database: sqlite3.Connection, columns: Columns) -> None:
        self._index = index
        self._database = database
        self._columns = columns

    def marks(self, asked: Filter) -> bytes:
        """Return a byte for each event: 1 if the filter selects it, else 0.

        Raises NotFoundError for a thing unknown to the graph, or if events near a place without a point are requested.
        """
        everything = b"\1" * self._columns.total
        return reduce(both, self._parts(asked), everything)

    def _parts(self, asked: Filter) -> Iterator[bytes]:
        if asked.words:
            yield titled(self._index, asked.words)
        if asked.place:
            yield self._tied(asked)
        for facet, value in asked.values():
            yield self._having(facet, self._thing(facet, value))
        if asked.first or asked.last:
            yield self._within(asked.first, asked.last)
        if asked.box:
            yield self._marks(self._inside(asked.box))

    def _marks(self, events: Iterable[int]) -> bytes:
        return marks(self._columns.total, events)

    def _within(self, first: str, last: str) -> bytes:
        begin, end = date.fromisoformat(first or "0001-01-01"), date.fromisoformat(last or "9999-12-31")
        found = self._columns.between(begin, end)
        return b"\0" * found.start + b"\1" * len(found) + b"\0" * (self._columns.total - found.stop)

    def _tied(self, asked: Filter) -> bytes:
        place = self._thing(Facet.IN, asked.place)
        if asked.relation == Relation.NEAR:
            return self._marks(self._near(place, asked))
        return self._having(Facet.NAMES if asked.relation == Relation.NAMES else Facet.IN, place)

    def _near(self, place: int, asked: Filter) -> Iterator[int]:
        centre = self._columns.point(place)
        if isnan(centre[0]):
            raise NotFoundError(f"<{asked.place}> has no point that anything could be near")
        for point, events in self._at(around(centre, asked.km)):
            if distance(centre, point) <= asked.km:
                yield from events

    def _inside(self, box: BoundingBox) -> Iterator[int]:
        for (latitude, longitude), events in self._at(box):
            if box.has(latitude, longitude):
                yield from events

    def _at(self, box: BoundingBox) -> Iterator[tuple[tuple[float, float], Iterable[int]]]:
        """Yield the points in a box, or just outside, with the events that happened there."""
        for west, east in box.spans():
            for (value,) in self._rows(IN_BOX, Facet.POINT, box.south, box.north, west, east):
                yield self._columns.point(self._columns.things[value]), self._columns.events_of(value)

    def _having(self, facet: Facet, thing: int) -> bytes:
        found = self._rows(VALUE, facet, thing)
        return self._columns.marks_of(found[0][0]) if found else bytes(self._columns.total)

    def _thing(self, facet: Facet, value: str) -> int:
        """Return the number of a thing that may be a value of a facet."""
        term = f'"{value}"' if facet == Facet.LANGUAGE else value
        for thing, kinds in self._rows(THING, term):
            if facet != Facet.IN or kinds & PLACE:
                return int(thing)
        if facet == Facet.IN:
            raise NotFoundError(f"the graph has no place <{value}>")
        known = ", ".join(self._most(facet)) or "none"
        raise NotFoundError(f"no event has the {facet.name.lower()} <{value}>; most events have {known}")

    def _most(self, facet: Facet) -> Iterator[str]:
        for value in self._columns.values_of(facet)[:KNOWN]:
            [(term,)] = self._rows(TERM, self._columns.things[value])
            yield f"<{term}>"

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._database.execute(query, values).fetchall()
