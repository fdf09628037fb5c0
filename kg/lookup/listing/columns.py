"""The columns of an index (see kg.lookup.listing.index), read into memory, and connections to its tables."""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import compress
from typing import Any, Final

from kg.errors import StoreError
from kg.lookup.listing.facet import Facet

KEPT: Final = 2
"""How many indexes have their columns kept in memory: about 120 bytes for each event."""

SPARSE: Final = 20
"""Fewer than one in so many events are few: they are searched for."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Arrays of integers about events and values, by their numbers.

    ``days`` are ordinals of the events' days, 0 for none; ``ends`` are the offsets in ``values`` where the values of
    each event begin and end, in bytes, with 4 for each number; ``titles`` are rows of labels, ``events`` the events of
    these rows from ``first_title`` on, or the total number of events for what is not listed. ``facets`` are the first
    values of each facet, ``things`` the things of the values, ``starts`` the offsets of each value's events in
    ``postings``, ``points`` the latitude and longitude of each thing. ``located`` marks the events that happened at a
    point; ``months`` has the first event of each month with events.
    """

    days: array[int]
    ends: array[int]
    values: bytes
    titles: array[int]
    events: array[int]
    facets: array[int]
    things: array[int]
    starts: array[int]
    postings: array[int]
    points: array[float]
    located: bytes
    months: list[tuple[str, int]]
    first_title: int

    @property
    def total(self) -> int:
        """The number of events."""
        return len(self.days)

    def values_of(self, facet: Facet) -> range:
        """Return the numbers of the values of a facet, the most frequent first."""
        return range(self.facets[facet], self.facets[facet + 1])

    def events_of(self, value: int) -> array[int]:
        """Return the events that have a value."""
        return self.postings[self.starts[value] : self.starts[value + 1]]

    def marks_of(self, value: int) -> bytes:
        """Return a byte for each event: 1 if it has a value, else 0."""
        return b"\1" * self.total if self.count(value) == self.total else marks(self.total, self.events_of(value))

    def facets_of(self, event: int) -> dict[Facet, list[int]]:
        """Return the values of an event, by facet."""
        found: dict[Facet, list[int]] = {}
        for value in numbers("I", self.values[4 * self.ends[event] : 4 * self.ends[event + 1]]):
            found.setdefault(Facet(bisect_right(self.facets, value) - 1), []).append(value)
        return found

    def count(self, value: int) -> int:
        """Return how many events have a value."""
        return self.starts[value + 1] - self.starts[value]

    def between(self, first: date, last: date) -> range:
        """Return the events between two days, both included; events without a day are never included."""
        begin = bisect_left(self.days, first.toordinal())
        return range(begin, max(begin, bisect_right(self.days, last.toordinal())))

    def point(self, thing: int) -> tuple[float, float]:
        """Return the latitude and longitude of a thing, which are NaN if it has none."""
        return self.points[2 * thing], self.points[2 * thing + 1]


@contextmanager
def opened(index: str) -> Iterator[sqlite3.Connection]:
    """Provide a connection to an index, which never changes once it has its final name, so no locks are needed.

    Raises StoreError if the index cannot be read.
    """
    escaped = index.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    try:
        with closing(sqlite3.connect(f"file:{escaped}?mode=ro&immutable=1", uri=True)) as database:
            yield database
    except sqlite3.Error as error:
        raise StoreError(f"the search index cannot be read: {error}") from None


@lru_cache(maxsize=KEPT)
def columns(index: str) -> Columns:
    """Return the columns of an index, cached. Raises StoreError if it cannot be read."""
    with opened(index) as database:
        found: dict[str, bytes] = dict(database.execute("SELECT name, numbers FROM columns").fetchall())
        [(first_title,)] = database.execute("PRAGMA user_version").fetchall()
    values, points = found.pop("values"), numbers("d", found.pop("points"))
    arrays = {name: numbers("I", data) for name, data in found.items()}
    first, last = (arrays["starts"][arrays["facets"][facet]] for facet in (Facet.POINT, Facet.POINT + 1))
    located = marks(len(arrays["days"]), arrays["postings"][first:last])
    months = list(_months(arrays["days"]))
    return Columns(**arrays, values=values, points=points, located=located, months=months, first_title=first_title)


def _months(days: array[int]) -> Iterator[tuple[str, int]]:
    """Yield the months of days, which are sorted, and the index of the first day of each."""
    first = bisect_right(days, 0)
    while first < len(days):
        month = date.fromordinal(days[first])
        yield month.strftime("%Y-%m"), first
        after = (month.replace(day=1) + timedelta(days=31)).replace(day=1)
        first = bisect_left(days, after.toordinal(), first)


def numbers(kind: str, data: bytes) -> array[Any]:
    """Return the numbers in some bytes, of a type code of ``array``."""
    found = array(kind)
    found.frombytes(data)
    return found


def marks(total: int, events: Iterable[int]) -> bytes:
    """Return a byte for each event of an index: 1 for those given, 0 for all others; ``total`` stands for no event."""
    found = bytearray(total + 1)
    for event in events:
        found[event] = 1
    return bytes(found[:total])


def chosen(marks: bytes, *, newest: bool = False) -> Iterable[int]:
    """Return the events that have a mark, in the order of their numbers or, the newest first, against it."""
    total = len(marks)
    if SPARSE * marks.count(1) < total:
        return _found(marks, newest=newest)
    return compress(range(total - 1, -1, -1), reversed(marks)) if newest else compress(range(total), marks)


def _found(marks: bytes, *, newest: bool) -> Iterator[int]:
    """Yield the places of few marks, between which a search goes much faster than a count."""
    at = marks.rfind(1) if newest else marks.find(1)
    while at >= 0:
        yield at
        at = marks.rfind(1, 0, at) if newest else marks.find(1, at + 1)


def both(one: bytes, other: bytes) -> bytes:
    """Return the intersection of two sets of marks."""
    joined = int.from_bytes(one, "little") & int.from_bytes(other, "little")
    return joined.to_bytes(len(one), "little")
