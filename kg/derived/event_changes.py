"""Changes of events between two instants, by the change log: which were added, changed or removed.

The result compares events before and after, however often they changed; it leaves out events that came and went in
between, and those with the same revision as before. For the instants of two snapshots, it is what ``kg diff`` reports.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kg.derived.changelog import Change, Changelog
from kg.events.comparison import Kind

COLUMNS: Final = "change.seq, time, listing.kind, change.iri, title, language, date, category, revision"
LISTING: Final = "FROM feed JOIN listing ON listing.feed = feed.id"
LISTED: Final = f"{LISTING} JOIN change ON change.seq = listing.seq"
GONE: Final = ("Delete", "Remove")
NEW: Final = ("Create", "Add")
ENTERED: Final = "listing.kind IN ('Create', 'Add')"
FORMER: Final = """
(SELECT former.revision FROM change AS former JOIN listing AS place ON place.seq = former.seq
 WHERE former.iri = change.iri AND place.feed = listing.feed AND place.position < listing.position
 ORDER BY place.position DESC LIMIT 1)"""
SPAN: Final = "feed.iri = ? AND position > ? AND position <= ?"


@dataclass(frozen=True, slots=True)
class EventChange:
    """An event of a feed before and after: None if it was not listed. At least one is not None."""

    before: Change | None
    after: Change | None

    @property
    def one(self) -> Change:
        """The later entry that exists."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - what came and went is left out
        return found

    @property
    def kind(self) -> Kind:
        """The kind of change; ``changed`` means that the title is the same, or that the former one is not kept."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        known = self.before.title is not None and self.after.title is not None
        return "reworded" if known and self.before.title != self.after.title else "changed"


@dataclass(frozen=True, slots=True)
class ChangedEvents:
    """The events of a feed that differ before and after an interval: how many, and where they are in the log.

    ``firsts`` and ``lasts`` are the positions of their first and last entries within the interval, the latest first.
    """

    feed: str
    added: int
    changed: int
    removed: int
    firsts: array[int]
    lasts: array[int]

    @property
    def total(self) -> int:
        """The number of changed events."""
        return len(self.lasts)


def changed_events(log: Changelog, feed: str, since: str, until: str) -> ChangedEvents:
    """Return which events of a feed changed after one instant, up to another; both are written as in the log.

    An unknown feed has no events. If all entries are about new events, they need not be examined.
    """
    span: tuple[str | int, ...] = feed, *(_position(log, feed, instant) for instant in (since, until))
    others = _rows(log, f"position, change.iri, listing.kind, revision, {FORMER}", f"{SPAN} AND NOT {ENTERED}", *span)
    if not others:  # each entry is about another event
        query = f"SELECT position {LISTING} WHERE {SPAN} ORDER BY position DESC"
        new = array("Q", (position for (position,) in log.database.execute(query, span)))
        return ChangedEvents(feed, len(new), 0, 0, new, new)
    entered = _rows(log, "position, change.iri, listing.kind, revision, NULL", f"{SPAN} AND {ENTERED}", *span)
    found: dict[str, _Passage] = {}
    for position, event, kind, revision, former in sorted([*others, *entered]):
        passage = found.setdefault(event, _Passage(position, former, kind in NEW))
        passage.last, passage.revision, passage.is_gone = position, revision, kind in GONE
    kept = sorted((one for one in found.values() if one.is_change), key=lambda one: -one.last)
    added, removed = sum(one.is_new for one in kept), sum(one.is_gone for one in kept)
    firsts, lasts = array("Q", (one.first for one in kept)), array("Q", (one.last for one in kept))
    return ChangedEvents(feed, added, len(kept) - added - removed, removed, firsts, lasts)


@dataclass(slots=True)
class _Passage:
    """An event between two instants: its first and last entries, and its revisions before the first and at the last.

    ``is_new`` says that it did not exist before, ``is_gone`` that it does not exist afterwards.
    """

    first: int
    former: str | None
    is_new: bool
    last: int = 0
    revision: str | None = None
    is_gone: bool = False

    @property
    def is_change(self) -> bool:
        """Whether it differs before and after."""
        if self.is_new or self.is_gone:
            return self.is_new != self.is_gone
        return self.revision is None or self.revision != self.former


def _position(log: Changelog, feed: str, instant: str) -> int:
    """Return the position of the last entry of a feed at or before an instant, 0 if there is none."""
    low, high = 0, log.size(feed) or 0
    while low < high:
        middle = (low + high + 1) // 2
        [(time,)] = _rows(log, "time", "feed.iri = ? AND position = ?", feed, middle)
        low, high = (middle, high) if time <= instant else (low, middle - 1)
    return low


def page(log: Changelog, found: ChangedEvents, first: int, count: int) -> list[EventChange]:
    """Return ``count`` of the changed events from the one at ``first`` on, the latest change first."""
    places: Sequence[tuple[int, int]] = list(zip(found.firsts, found.lasts, strict=True))[first : first + count]
    return list(_changes(log, found.feed, places))


def _changes(log: Changelog, feed: str, places: Sequence[tuple[int, int]]) -> Iterator[EventChange]:
    for first, last in places:
        beginning, end = _entry(log, feed, first), _entry(log, feed, last)
        before = None if beginning.kind in NEW else _before(log, feed, beginning, first)
        yield EventChange(before, None if end.kind in GONE else end)


def _entry(log: Changelog, feed: str, position: int) -> Change:
    [row] = _rows(log, COLUMNS, "feed.iri = ? AND position = ?", feed, position)
    return _change(row)


def _before(log: Changelog, feed: str, entry: Change, position: int) -> Change:
    """Return the previous entry of the event at a position, which says what it was before."""
    condition = "feed.iri = ? AND change.iri = ? AND position < ? ORDER BY position DESC LIMIT 1"
    [row] = _rows(log, COLUMNS, condition, feed, entry.iri, position)
    return _change(row)


def _change(row: tuple[Any, ...]) -> Change:
    return replace(Change(*row[:8]), revision=row[8])


def _rows(log: Changelog, columns: str, condition: str, *values: str | int) -> list[tuple[Any, ...]]:
    return log.database.execute(f"SELECT {columns} {LISTED} WHERE {condition}", values).fetchall()
