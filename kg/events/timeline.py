"""Turns captures into events: follows the events of a few days through the captures of their pages."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from kg.dialects.item import Item, Origin, content, fold
from kg.events.claims import Claims
from kg.events.likeness import pair

#: An event that vanishes from one day may turn up on another one, at most this far away.
NEAR = timedelta(days=7)
#: A line on more days than this is a heading, not news.
DAYS_OF_A_LINE = 3


@dataclass(frozen=True, slots=True)
class Listing:
    """An item and where it was found: the IRI of the page's capture and its time (UTC), if known."""

    item: Item
    page: str
    captured: datetime | None = None

    @property
    def entry(self) -> str:
        """IRI of the page's entry that lists the event, or of the page if all of it is about the event."""
        return f"{self.page}#{self.item.fragment}" if self.item.fragment else self.page


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as shown by one capture: its listings, none if the page is gone."""

    path: str
    listings: tuple[Listing, ...]


@dataclass(slots=True)
class Span:
    """A stretch of time during which captures show a revision; ``until`` is None if the newest one does."""

    start: datetime
    until: datetime | None = None


@dataclass(slots=True)
class Observed:
    """One revision of an event: its content, the first entry of each origin that prints it, and when it was shown.

    ``written`` is when it was written, if the source proves that, and ``before`` the revision that it replaced.
    """

    item: Item
    entries: dict[Origin, str] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    written: datetime | None = None
    before: str = ""


@dataclass(slots=True)
class Event:
    """One event: its key for good, where the newest captures list it (or last did), and all its revisions.

    ``listings`` has the most informative first. ``former`` has the earlier wordings that pages print in their lists of
    changes, each with the entries that print it: captures may disagree, and all of them count. ``gone`` is the time of
    the first capture that no longer lists the event. ``recorded`` has the texts of revisions that only the ledger
    knows, by name, and ``renamed`` the new names of renamed revisions.
    """

    key: str
    language: str
    listings: list[Listing] = field(default_factory=list)
    revisions: dict[str, Observed] = field(default_factory=dict)
    current: str = ""
    former: dict[str, dict[str, None]] = field(default_factory=dict)
    gone: datetime | None = None
    recorded: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    @property
    def item(self) -> Item:
        """The item whose content is the event's current content."""
        return self.revisions[self.current].item


Fresh = tuple[Capture, Listing]
Listed = dict[str, list[tuple[str, Listing]]]


class Timeline:
    """The events of a few days. Give it the captures of their pages, oldest first; then read ``events``.

    The keys of events come from ``claims``, which grows; ``minted`` are the new ones.
    """

    def __init__(self, claims: Claims) -> None:
        self.events: dict[str, Event] = {}
        self._claims = claims
        self._listed: Listed = {}
        self._vanished: dict[tuple[str, str], str] = {}
        self.minted: set[str] = set()

    def step(self, captures: Sequence[Capture], time: datetime | None, *, is_edit: bool = False) -> None:
        """Take in the pages that one commit changed, or all pages of an archive without history.

        ``is_edit`` says that what is new was written at this time.
        """
        before = {capture.path: self._listed.get(capture.path, []) for capture in captures}
        fresh = sorted(
            ((capture, listing) for capture in captures for listing in capture.listings),
            key=lambda one: _telling_first(one[1]),
        )
        keys = self._identify(fresh, before)
        self._listed.update({path: [] for path in before})
        for (capture, listing), key in zip(fresh, keys, strict=True):
            self._listed[capture.path].append((key, listing))
        self._forget({key for listed in self._listed.values() for key, _ in listed})
        shown = [*keys, *(key for listed in before.values() for key, _ in listed)]
        self._observe(shown, time, is_edit=is_edit)

    def _identify(self, fresh: list[Fresh], before: Listed) -> list[str]:
        """Return the key of each new listing: by wording or slug, by likeness to one that is gone, or minted."""
        taken = _unchanged(fresh, before)
        keys = [self._known(capture, listing, taken) for capture, listing in fresh]
        shown = set(keys)
        gone = {key: listing for listed in before.values() for key, listing in listed if key not in shown}
        self._forget(shown)
        self._vanished |= {(one.item.language, one.item.name): key for key, one in gone.items()}
        self._match(fresh, keys, gone)
        return [
            key or self._known(capture, listing, taken) or self._mint(capture, listing, taken)
            for (capture, listing), key in zip(fresh, keys, strict=True)
        ]

    def _known(self, capture: Capture, listing: Listing, taken: dict[tuple[str, str], str]) -> str | None:
        """Return the event with this wording or slug.

        Two entries of one capture with different titles are two events, even if they share a form.
        """
        item = listing.item
        is_entry = item.origin is Origin.ENTRY
        key = self._find(item)
        if key is None:
            return None
        if (
            is_entry
            and not item.identifier
            and taken.setdefault((capture.path, key), fold(item.title)) != fold(item.title)
        ):
            return None
        self._claim(listing, key)
        return key

    def _find(self, item: Item) -> str | None:
        if item.has_own_id:
            return self._claims.find_id(item.day, item.language, item.identifier)
        if item.identifier:
            return self._claims.find(item.day, item.language, (), (item.identifier,))
        slugs = () if item.origin is Origin.ENTRY else item.slugs
        return self._claims.find(item.day, item.language, item.wordings, slugs)

    def _mint(self, capture: Capture, listing: Listing, taken: dict[tuple[str, str], str]) -> str:
        item = listing.item
        key = self._claims.mint(item.day, item.language, item.identifier or item.wording)
        taken[capture.path, key] = fold(listing.item.title)
        self.minted.add(key)
        self._claim(listing, key)
        return key

    def _claim(self, listing: Listing, key: str) -> None:
        item = listing.item
        slugs = (*item.slugs, *(former.slug for former in item.former if former.slug))
        self._claims.claim(item.day, item.language, key, item.wordings, slugs)
        self.events.setdefault(key, Event(key, item.language))

    def _match(self, fresh: list[Fresh], keys: list[str | None], gone: dict[str, Listing]) -> None:
        """Find the events that new listings continue: moved here from another day, or reworded on the same day."""
        for number in self._unsettled(fresh, keys):
            self._carry_on(keys, number, self._moved(fresh[number][1]))
        for day in sorted({listing.item.day for listing in gone.values()}):
            numbers = [number for number in self._unsettled(fresh, keys) if _by_words(fresh[number][1].item, day)]
            old = [(key, one) for key, one in gone.items() if _by_words(one.item, day) and self._is_left(key, keys)]
            pairs = pair([one.item for _, one in old], [fresh[number][1].item for number in numbers])
            for position, match in pairs.items():
                self._carry_on(keys, numbers[position], old[match][0])
        for number, key in enumerate(keys):
            if key is not None:
                self._claim(fresh[number][1], key)

    def _unsettled(self, fresh: list[Fresh], keys: list[str | None]) -> list[int]:
        """Return the listings, one for each wording and day, that have no key, or one known only from the ledger.

        Such a listing may be a later wording of an event that vanished.
        """
        found: dict[tuple[date, str, str], int | None] = {}
        for number, ((_, listing), key) in enumerate(zip(fresh, keys, strict=True)):
            wording = (listing.item.day, listing.item.language, listing.item.name)
            if key is None or (self.minted and not self.events[key].revisions):
                found.setdefault(wording, number)
            else:
                found[wording] = None
        return [number for number in found.values() if number is not None]

    def _is_left(self, key: str, keys: list[str | None]) -> bool:
        return key in self.events and key not in keys

    def _forget(self, shown: Container[str | None]) -> None:
        """Forget that these events vanished: they came back, were reworded, or are on another page."""
        self._vanished = {wording: key for wording, key in self._vanished.items() if key not in shown}

    def _moved(self, listing: Listing) -> str | None:
        """Return the key of an event that vanished with exactly this wording, if its day was near."""
        wording = (listing.item.language, listing.item.name)
        key = self._vanished.get(wording)
        if key is None or not any(abs(one.item.day - listing.item.day) <= NEAR for one in self.events[key].listings):
            return None
        return self._vanished.pop(wording)

    def _carry_on(self, keys: list[str | None], number: int, old: str | None) -> None:
        """Note that a listing continues an event: it takes the event's key, or gives it the key known to the ledger."""
        key = keys[number]
        if key is None:
            keys[number] = old
        elif old in self.minted:
            self.rename(old, key)

    def rename(self, minted: str, key: str) -> None:
        """Give an event that was minted for one wording the key that the ledger has for another."""
        event = self.events.pop(minted)
        event.key = key
        self.events[key] = event
        self.minted.discard(minted)
        self._vanished = {wording: key if one == minted else one for wording, one in self._vanished.items()}
        for listed in self._listed.values():
            listed[:] = [(key if one == minted else one, listing) for one, listing in listed]
        self._claims.rename(minted, key)

    def _observe(self, keys: Iterable[str], time: datetime | None, *, is_edit: bool) -> None:
        current: dict[str, list[Listing]] = {key: [] for key in keys}
        for listed in self._listed.values():
            for key, listing in listed:
                if key in current:
                    current[key].append(listing)
        for key, listings in current.items():
            distinct = {listing.entry: listing for listing in listings}
            _observe(self.events[key], sorted(distinct.values(), key=_telling_first), time, is_edit=is_edit)


def _by_words(item: Item, day: date) -> bool:
    """Return whether an item of this day may continue another event, or be continued, because of similar words."""
    return item.day == day and not item.has_own_id


def _unchanged(fresh: list[Fresh], before: Listed) -> dict[tuple[str, str], str]:
    """Return, by page and event, the wordings that pages continue to print: no earlier wording replaces them."""
    printed = {(capture.path, fold(listing.item.title)) for capture, listing in fresh}
    return {
        (path, key): wording
        for path, listed in before.items()
        for key, listing in listed
        if (path, wording := fold(listing.item.title)) in printed
    }


def _telling_first(listing: Listing) -> tuple[Origin, int, str]:
    """Order listings: entries, then pages (those that name earlier wordings first), then index items."""
    return listing.item.origin, -len(listing.item.former), listing.page


def _observe(event: Event, listings: list[Listing], time: datetime | None, *, is_edit: bool) -> None:
    """Note what the newest captures show of an event: the same revision, another one, or none."""
    if not listings:
        _close(event, time)
        event.gone = time
        return
    event.listings, event.gone = listings, None
    for listing in listings:
        for former in listing.item.former:
            event.former.setdefault(former.title, {})[f"{listing.page}#change-{former.position}"] = None
    item = listings[0].item
    name = _name(event, item)
    revision = event.revisions.setdefault(name, Observed(item))
    if item.day != revision.item.day:
        revision.item = replace(revision.item, day=item.day)
    if name != event.current or _is_closed(event):
        _close(event, time)
        if is_edit and time and not (revision.spans or revision.entries):
            revision.written, revision.before = time, event.current
        event.current = name
        if time:
            _open(revision.spans, time)
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


def _open(spans: list[Span], time: datetime) -> None:
    """Begin an interval, or continue the last one if it ended at this moment."""
    if spans and spans[-1].until == time:
        spans[-1].until = None
    else:
        spans.append(Span(time))


def _close(event: Event, time: datetime | None) -> None:
    open_revision = event.revisions.get(event.current)
    if open_revision and open_revision.spans and time and open_revision.spans[-1].until is None:
        open_revision.spans[-1].until = time


def _print(event: Event, listing: Listing) -> None:
    """Note which entry prints a wording: that of the current revision, or one that only this page prints."""
    printed = fold(listing.item.title)
    current = event.revisions[event.current]
    others = (revision for revision in event.revisions.values() if fold(revision.item.title) == printed)
    same = current if fold(current.item.title) == printed else next(others, None)
    if same is None:
        same = event.revisions[content(listing.item)] = Observed(listing.item)
    same.entries.setdefault(listing.item.origin, listing.entry)


def joined(groups: Iterable[tuple[date, ...]]) -> list[tuple[date, ...]]:
    """Join groups of days that have a day in common; in the order of their first days."""
    group: dict[date, set[date]] = {}
    for days in groups:
        merged = set(days).union(*(group[day] for day in days if day in group))
        group.update(dict.fromkeys(merged, merged))
    return sorted(tuple(sorted(one)) for one in {id(one): one for one in group.values()}.values())


def connected(days: Iterable[tuple[date, Iterable[str]]]) -> list[tuple[date, ...]]:
    """Group days that must be followed together, since an event may have moved between them.

    ``days`` gives each day with all lines that any capture of its pages ever had. Days are connected by a line that is
    on few days, all of them near.
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
