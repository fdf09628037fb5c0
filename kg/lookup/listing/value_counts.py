"""Counts how many of some events have each value."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from heapq import heappushpop, nlargest
from operator import itemgetter
from typing import Final, Protocol

from kg.lookup.listing.columns import Columns, chosen, numbers

Counted = tuple[int, int]
"""A value, and the number of events with it."""
SHARE: Final = 8
"""If fewer than one in this many events are selected, values are counted event by event."""


class ValueCounts(Protocol):
    """How many of the marked events of an index have each value."""

    def most(self, values: range, number: int) -> list[Counted]:
        """Return the most frequent values of a facet, up to a given number."""


def value_counts(columns: Columns, marks: bytes) -> ValueCounts:
    """Return the counter of values for the marked events."""
    few = SHARE * marks.count(1) < columns.total
    return ByEvent(columns, marks) if few else ByValue(columns, marks)


class ByEvent:
    """Counts the values of each event: for few events."""

    def __init__(self, columns: Columns, marks: bytes) -> None:
        ends, values = columns.ends, columns.values
        first, last = marks.find(1), marks.rfind(1) + 1
        if last - first == marks.count(1):  # all events of a time
            found = values[4 * ends[first] : 4 * ends[last]]
        else:
            found = b"".join([values[4 * ends[event] : 4 * ends[event + 1]] for event in chosen(marks)])
        self._counts = Counter[int](numbers("I", found))
        self._values = sorted(self._counts)

    def most(self, values: range, number: int) -> list[Counted]:
        """Return the most frequent values of a facet."""
        first, last = (bisect_left(self._values, end) for end in (values.start, values.stop))
        found = nlargest(number, self._values[first:last], key=self._counts.__getitem__)
        return [(value, self._counts[value]) for value in found]


class ByValue:
    """Counts the events of each value: for many events.

    Values are sorted by their total number of events, which no count exceeds, so most need not be examined.
    """

    def __init__(self, columns: Columns, marks: bytes) -> None:
        self._columns = columns
        self._marks = marks
        self._total = marks.count(1)

    def most(self, values: range, number: int) -> list[Counted]:
        """Return the most frequent values of a facet."""
        best: list[tuple[int, int]] = [(0, 0)] * number
        for value in values:
            if not best or self._columns.count(value) < best[0][0]:
                break
            heappushpop(best, (self._count(value), -value))
        return [(-value, count) for count, value in sorted(best, reverse=True) if count]

    def _count(self, value: int) -> int:
        if self._total == self._columns.total:
            return self._columns.count(value)
        events = self._columns.events_of(value)
        if len(events) == self._columns.total:
            return self._total
        return sum(itemgetter(*events)(self._marks)) if len(events) > 1 else self._marks[events[0]]
