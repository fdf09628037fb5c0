"""Captures -> events: follows the events of a few days through the captures of their pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from kg.item import Item, Origin, content, fold
from kg.ledger import Claims
from kg.similar import pair

#: An event that vanishes from one day may turn up on another one, but not further away than this.
NEAR = timedelta(days=7)
#: A line on more days than this is no news but a heading.
DAYS_OF_A_LINE = 3


@dataclass(frozen=True, slots=True)
class Listing:
    """An item and where it stands: the IRI of the page's capture and its time (UTC), where known."""

    item: Item
    page: str
    captured: datetime | None = None

    @property
    def entry(self) -> str:
        """IRI of the page's entry that lists the event, or of the page where all of it is about the event."""
        return f"{self.page}#{self.item.fragment}" if self.item.fragment else self.page


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as one capture shows it: its listings, none if the page is gone."""

    path: str
    day: date
    listings: tuple[Listing, ...]


@dataclass(slots=True)
class Span:
    """A stretch of time during which captures show a revision; ``until`` is None where the newest one does."""

    start: datetime
    until: datetime | None = None


@dataclass(slots=True)
class Observed:
    """One revision of an event: its content, the first entry of each origin that prints it, and when it was shown."""

    item: Item
    entries: dict[Origin, str] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class Event:
    """One event: its key for good, where the newest captures list it (or last did), and all its revisions.

    ``listings`` has the most telling first. ``gone`` is the time of the first capture that no longer lists it.
    """

    key: str
    language: str
    listings: list[Listing] = field(default_factory=list)
    revisions: dict[str, Observed] = field(default_factory=dict)
    current: str = ""
    gone: datetime | None = None

    @property
    def item(self) -> Item:
        """The item whose content is the event's current content."""
        return self.revisions[self.current].item


class Timeline:
    """The events of a few days. Give it the captures of their pages, the oldest first; then read ``events``.

    The keys of events come from ``claims``, which grows.
    """

    def __init__(self, claims: Claims) -> None:
        self.events: dict[str, Event] = {}
        self._claims = claims
        self._listed: dict[str, list[tuple[str, Listing]]] = {}
        self._vanished: dict[tuple[str, str], str] = {}

    def step(self, captures: Sequence[Capture], time: datetime | None) -> None:
        """Take in the pages that one commit changed, or all pages of an archive without history."""
        before = {capture.path: self._listed.pop(capture.path, []) for capture in captures}
        fresh = sorted(
            ((capture, listing) for capture in captures for listing in capture.listings),
            key=lambda one: _telling_first(one[1]),
        )
        keys = self._identify(fresh, [one for listed in before.values() for one in listed])
        for (capture, listing), key in zip(fresh, keys, strict=True):
            self._listed.setdefault(capture.path, []).append((key, listing))
        self._observe([*keys, *(key for listed in before.values() for key, _ in listed)], time)

    def _identify(self, fresh: list[tuple[Capture, Listing]], before: list[tuple[str, Listing]]) -> list[str]:
        """Return the key of each new listing: by wording or slug, by likeness to one that is gone, or minted."""
        taken: dict[tuple[str, str], str] = {}
        keys = [self._known(capture, listing, taken) for capture, listing in fresh]
        gone = {key: listing for key, listing in before if key not in keys}
        self._vanished |= {(one.item.language, fold(one.item.title)): key for key, one in gone.items()}
        self._match(fresh, keys, gone)
        return [
            key or self._known(capture, listing, taken) or self._mint(capture, listing, taken)
            for (capture, listing), key in zip(fresh, keys, strict=True)
        ]

    def _known(self, capture: Capture, listing: Listing, taken: dict[tuple[str, str], str]) -> str | None:
        """Return the event with this wording or slug; one capture lists it under one title only."""
        item = listing.item
        slugs = item.slugs if item.origin is not Origin.BULLET else ()
        key = self._claims.find(capture.day, item.language, item.wordings, slugs)
        if key is None or taken.setdefault((capture.path, key), fold(item.title)) != fold(item.title):
            return None
        self._claim(capture, listing, key)
        return key

    def _mint(self, capture: Capture, listing: Listing, taken: dict[tuple[str, str], str]) -> str:
        key = self._claims.mint(capture.day, listing.item.language, listing.item.wording)
        taken[capture.path, key] = fold(listing.item.title)
        self._claim(capture, listing, key)
        return key

    def _claim(self, capture: Capture, listing: Listing, key: str) -> None:
        item = listing.item
        slugs = (*item.slugs, *(former.slug for former in item.former if former.slug))
        self._claims.claim(capture.day, item.language, key, item.wordings, slugs)
        self.events.setdefault(key, Event(key, item.language))

    def _match(self, fresh: list[tuple[Capture, Listing]], keys: list[str | None], gone: dict[str, Listing]) -> None:
        """Find the events that unknown listings carry on: moved here from another day, or reworded."""
        unknown = [number for number, key in enumerate(keys) if key is None]
        for number in unknown:
            item = fresh[number][1].item
            keys[number] = self._moved(self._vanished.pop((item.language, fold(item.title)), None), fresh[number][0])
        unknown = [number for number in unknown if keys[number] is None]
        old = [(key, listing) for key, listing in gone.items() if key not in keys]
        if old and unknown:
            pairs = pair([one.item for _, one in old], [fresh[number][1].item for number in unknown])
            for position, match in pairs.items():
                keys[unknown[position]] = old[match][0]
        for number, key in enumerate(keys):
            if key is not None:
                self._claim(*fresh[number], key)

    def _moved(self, key: str | None, capture: Capture) -> str | None:
        """Return the key of an event that vanished with this very wording, if its day was near."""
        if key is None:
            return None
        days = {listing.item.day for listing in self.events[key].listings}
        near = any(abs(day - capture.day) <= NEAR for day in days)
        return key if near else None

    def _observe(self, keys: Iterable[str], time: datetime | None) -> None:
        current: dict[str, list[Listing]] = {key: [] for key in keys}
        for listed in self._listed.values():
            for key, listing in listed:
                if key in current:
                    current[key].append(listing)
        for key, listings in current.items():
            _observe(self.events[key], sorted(listings, key=_telling_first), time)


def _telling_first(listing: Listing) -> tuple[Origin, int, str]:
    """Order listings: bullets, then pages (those that name earlier wordings first), then index items."""
    return listing.item.origin, -len(listing.item.former), listing.page


def _observe(event: Event, listings: list[Listing], time: datetime | None) -> None:
    """Note what the newest captures show of an event: a revision that lasts, another one, or none."""
    if not listings:
        _close(event, time)
        event.gone = time
        return
    event.listings, event.gone = listings, None
    name = _name(event, listings[0].item)
    if name != event.current or _is_closed(event):
        _close(event, time)
        event.current = name
        revision = event.revisions.setdefault(name, Observed(listings[0].item))
        if time:
            revision.spans.append(Span(time))
    for listing in listings:
        _print(event, listing)


def _name(event: Event, item: Item) -> str:
    """Return the name of the revision that ``item`` shows.

    An index shows little more than the title: with the title of the current revision, it shows that one.
    """
    known = event.revisions.get(event.current)
    if known and item.origin > known.item.origin and item.title == known.item.title:
        return event.current
    return content(item)


def _is_closed(event: Event) -> bool:
    spans = event.revisions[event.current].spans
    return bool(spans) and spans[-1].until is not None


def _close(event: Event, time: datetime | None) -> None:
    open_revision = event.revisions.get(event.current)
    if open_revision and open_revision.spans and time and open_revision.spans[-1].until is None:
        open_revision.spans[-1].until = time


def _print(event: Event, listing: Listing) -> None:
    """Note which entry prints a wording: the current revision's, or one that only this page prints."""
    printed = fold(listing.item.title)
    current = event.revisions[event.current]
    others = (revision for revision in event.revisions.values() if fold(revision.item.title) == printed)
    same = current if fold(current.item.title) == printed else next(others, None)
    if same is None:
        same = event.revisions[content(listing.item)] = Observed(listing.item)
    same.entries.setdefault(listing.item.origin, listing.entry)


def connected(days: Iterable[tuple[date, Iterable[str]]]) -> list[tuple[date, ...]]:
    """Group days that must be followed together, since an event may have moved between them.

    ``days`` gives each day with all the lines that any capture of its pages ever had. Days are connected by a line
    that stands on few days, all of them near.
    """
    of_line: dict[str, set[date]] = {}
    group: dict[date, set[date]] = {}
    for day, lines in days:
        group.setdefault(day, {day})
        for line in lines:
            of_line.setdefault(line, set()).add(day)
    for together in of_line.values():
        if 1 < len(together) <= DAYS_OF_A_LINE and max(together) - min(together) <= NEAR:
            merged = set().union(*(group[day] for day in together))
            group.update(dict.fromkeys(merged, merged))
    return sorted({tuple(sorted(one)) for one in group.values()})
