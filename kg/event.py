"""Items -> events: which items list the same event, and the key that names it for good."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from kg.item import Item, Origin, Reference, normalise
from kg.ledger import DayLedger


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
class Event:
    """One event: its key within the day, and every listing of it, the most telling first."""

    day: date
    language: str
    key: str
    listings: tuple[Listing, ...]

    @property
    def current(self) -> Item:
        """The item whose content is the event's current content."""
        return self.listings[0].item


@dataclass(slots=True)
class Identified:
    """The events of one day, and how many items were merged into one that was already there."""

    events: list[Event] = field(default_factory=list)
    merged: int = 0


def identify(listings: Iterable[Listing], ledger: DayLedger) -> Identified:
    """Decide which listings of one day are one event, and give each event its key.

    Two are one event only on exact evidence: the same normalised wording, or a slug or an earlier wording that
    the archive itself prints for both. New wordings and slugs are claimed in ``ledger``.
    """
    found: dict[tuple[str, str], list[Listing]] = {}
    result = Identified()
    for listing in sorted(listings, key=_telling_first):
        key = _key_of(listing.item, ledger)
        same = found.setdefault((listing.item.language, key), [])
        result.merged += bool(same)
        same.append(listing)
    result.events = [Event(ledger.day, language, key, tuple(same)) for (language, key), same in found.items()]
    return result


def _telling_first(listing: Listing) -> tuple[Origin, int]:
    """Order listings: bullets, then pages (those that name earlier wordings first), then index items."""
    return listing.item.origin, -len(listing.item.former)


def _key_of(item: Item, ledger: DayLedger) -> str:
    slugs = item.slugs if item.origin is not Origin.BULLET else ()
    wordings = (item.wording, *(normalise(former.title) for former in item.former))
    key = ledger.find(item.language, wordings, slugs) or ledger.mint(item.language, item.wording)
    ledger.claim(item.language, key, wordings, _all_slugs(item))
    return key


def _all_slugs(item: Item) -> tuple[str, ...]:
    return item.slugs + tuple(former.slug for former in item.former if former.slug)


def refer(reference: Reference, language: str, ledger: DayLedger) -> str:
    """Return the key of the event that ``reference`` names, minted if no event of its day is known by that name.

    ``ledger`` is that of the day the reference names. Its name and slug are claimed there, so that the next
    build finds the same event by them.
    """
    wording = normalise(reference.title)
    key = (
        ledger.find(language, (), (reference.slug,))
        or ledger.find(language, (wording,))
        or ledger.mint(language, wording)
    )
    ledger.claim(language, key, (wording,), (reference.slug,))
    return key
