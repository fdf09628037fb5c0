"""How many events there are on each day."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import compress

from kg.lookup.listing.columns import columns, opened
from kg.lookup.listing.filter import Filter
from kg.lookup.listing.selector import Selector


def events_by_day(index: str, asked: Filter) -> dict[str, int]:
    """Return how many of the events that a filter selects are on each day that has any, by ISO dates in their order.

    Raises NotFoundError for a thing that the graph does not know, StoreError if the index cannot be read.
    """
    known = columns(index)
    with opened(index) as database:
        marks = Selector(index, database, known).marks(asked)
    counted = Counter(compress(known.days, marks))
    return {date.fromordinal(day).isoformat(): events for day, events in counted.items() if day}
