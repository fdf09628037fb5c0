"""Counts the events of each day, and lists the first of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import compress

from kg.lookup.listing.columns import Columns, columns, opened
from kg.lookup.listing.filter import Filter
from kg.lookup.listing.listing import EventSummary, summed
from kg.lookup.listing.selector import Selector
from kg.rdf import NamedNode


def events_by_day(index: str, asked: Filter) -> dict[str, int]:
    """Return how many of the events that a filter selects are on each day with events, by ISO date in order.

    Raises NotFoundError for a thing unknown to the graph, StoreError if the index cannot be read.
    """
    known = columns(index)
    with opened(index) as database:
        marks = Selector(index, database, known).marks(asked)
    counted = Counter(compress(known.days, marks))
    return {date.fromordinal(day).isoformat(): events for day, events in counted.items() if day}


def events_of_parts(index: str, parts: Sequence[NamedNode]) -> dict[str, int]:
    """Return how many events there are in each of some days or months, by their IRIs, which end with an ISO date.

    That takes no time, whereas to count in a graph is to look at each event. Raises ValueError for an IRI that ends
    otherwise, StoreError if the index cannot be read.
    """
    known = columns(index)
    return {one.value: len(known.between(*_ends(one.value.rpartition("/")[2]))) for one in parts}


def _ends(period: str) -> tuple[date, date]:
    """Return the first and the last day of a month or a day."""
    if len(period) > len("2012-02"):
        return date.fromisoformat(period), date.fromisoformat(period)
    first = date.fromisoformat(f"{period}-01")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A day with the number of its events, and the first of these."""

    date: str
    total: int
    events: list[EventSummary] = field(default_factory=list)


def listed_days(index: str, days: Iterable[str], each: int) -> list[ListedDay]:
    """Return days with the first ``each`` of their events.

    ``days`` are ISO dates, or recurring days as in XML Schema: --02-06 (part 2, section 3.3.12), which stand for this
    day in every year with events on it. Raises StoreError if the index cannot be read.
    """
    known = columns(index)
    with opened(index) as database:
        found = []
        for one in days:
            for day in _every_year(known, one) if one.startswith("--") else [date.fromisoformat(one)]:
                events = known.between(day, day)
                listed = list(summed(database, known, events[:each]))
                found.append(ListedDay(day.isoformat(), len(events), listed))
    return found


def _every_year(known: Columns, day: str) -> Iterator[date]:
    """Yield a day in each year with events on it, newest first."""
    for year in sorted({int(month[:4]) for month, _ in known.months if month[4:] == day[1:4]}, reverse=True):
        try:
            found = date.fromisoformat(f"{year:04}{day[1:]}")
        except ValueError:  # 29 February
            continue
        if known.between(found, found):
            yield found
