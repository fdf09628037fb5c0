"""Converts pages to quads, some days at a time: parses, takes the items, follows events through captures, and maps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from kg.dialects import reading, registry
from kg.dialects.item import Tally
from kg.dialects.record import Page, Record, Unread
from kg.entities.nodes import Nodes
from kg.errors import ConfigurationError
from kg.events.claims import Claims
from kg.events.ledger import hash_of
from kg.events.merged import surviving
from kg.events.recognise import new_texts, recall, recognise
from kg.events.timeline import Capture, Event, Listing, Timeline
from kg.mapping import faults
from kg.mapping.event import Mapper, instant, source_quads, unusable, urls
from kg.mapping.page import day_quads, page_quads
from kg.mapping.takedown import Withdrawn
from kg.pipeline.outcome import Outcome, Pending
from kg.rdf import NamedNode, Quad, terms


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page as one capture shows it.

    ``place`` names the page within all archives; ``page`` is None if the capture shows that it is gone; ``language`` is
    assumed if the page shows none; ``newest`` says that no later capture has a different content. ``is_edit`` says that
    the source proves when the page got this content, and ``before`` is the page as it was until then, if captured.
    """

    place: str
    page: Page | None
    language: str = "en"
    newest: bool = True
    is_edit: bool = False
    before: Page | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one commit changed, or all pages of an archive without history; ``time`` is UTC, if known.

    ``is_edit`` says that the source proves that nothing else changed since the capture before.
    """

    time: datetime | None
    shown: tuple[ShownPage, ...]
    is_edit: bool = False


@dataclass(slots=True)
class CapturedPage:
    """A page that was read: its record, what it lists, whether it is the newest, and which entries to keep.

    ``record`` is None if the dialect rejects this capture as a page. ``again`` is the time of the last capture that
    showed it again after another content. ``is_edit`` says that it was written when it was first captured, and
    ``before`` is the IRI of the capture that was edited then, if any.
    """

    page: Page
    record: Record | None
    listings: tuple[Listing, ...]
    tally: Tally
    newest: bool = False
    again: datetime | None = None
    is_edit: bool = False
    before: str | None = None
    entries: set[str] = field(default_factory=set)


class Converter:
    """Converts pages of one dataset; ``outcome`` grows while the quads are drawn.

    Aliases are only known at the end (see kg.pipeline.whole), so the quads of days name things by the nodes that tables
    give.
    """

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        self.minter = nodes.minter
        self.outcome = Outcome()
        self._mapper = Mapper(nodes, self.outcome.named)

    def days(self, days: Collection[date], steps: Iterable[Step], claims: Claims) -> Iterator[Quad]:
        """Yield the quads of all captures of the pages of some days, given in order of time.

        New events are claimed in ``claims``. Raises ConfigurationError if a dialect lists an item of another day.
        """
        timeline, kept = Timeline(claims), dict[str, CapturedPage]()
        for step in steps:
            timeline.step([self._capture(one, kept) for one in step.shown], step.time, is_edit=step.is_edit)
        _check_days(kept.values(), days)
        self._know(timeline, claims)
        events = surviving(timeline.events.values(), claims)
        withdrawn = _withdrawn(claims)
        events = list(self._shown(events, claims, withdrawn))
        yield from self._pages(kept, events, withdrawn, days)
        for day in days:
            self.outcome.days.add(day)
            yield from day_quads(day, self.minter)
        yield from self._events(events, claims, withdrawn)
        self.outcome.claims += (claim for claim in claims.added if claim.key not in claims.withdrawn)
        if withdrawn.hashes:
            self.outcome.unread = [one for one in self.outcome.unread if not withdrawn.unread(*one)]

    def _know(self, timeline: Timeline, claims: Claims) -> None:
        """Find the events that the ledger knows, add their recorded revisions, and claim the texts that it lacks."""
        self.outcome.reworded |= recognise(timeline, claims)
        self.outcome.minted |= {key for key in timeline.minted if not timeline.events[key].gone}
        for event in timeline.events.values():
            known = claims.texts.get(event.key, [])
            if event.key not in claims.withdrawn:
                self.outcome.claims += new_texts(event, known)
            if known and not claims.is_past:
                recall(event, known)

    def _shown(self, events: Iterable[Event], claims: Claims, withdrawn: Withdrawn) -> Iterator[Event]:
        """Yield the events that are not withdrawn, and note those that are."""
        for event in events:
            since = claims.withdrawn.get(event.key) or withdrawn.event(event)
            if since is None:
                yield withdrawn.without(event)
                continue
            self.outcome.withdrawn[event.key] = since
            self.outcome.tally.counts["withdrawn"] += 0 if event.gone else len(event.listings)

    def undated(self, pages: Iterable[Page], claims: Claims) -> Iterator[Quad]:
        """Yield the quads of pages that belong to no day, such as a front page: these list no events of their own."""
        withdrawn = Withdrawn(claims.hidden)
        for page in pages:
            record = reading.parse(page)
            if record is None:
                self.outcome.prose.append(page.path)
                continue
            self._publish(page.path, record)
            self._tell(page, record)
            list(registry.of(page.path).items(page.path, record, self.outcome.tally, "en"))
            self.outcome.tally.counts["captures"] += 1
            yield from page_quads(page, record, self.minter, withdrawn=withdrawn.entries(page, record))
            yield from self._printed_days(page, record, ())

    def _capture(self, shown: ShownPage, kept: dict[str, CapturedPage]) -> Capture:
        if shown.page is None:
            return Capture(shown.place, ())
        iri = self.minter.page(shown.page.path, shown.page.sha256)
        if iri not in kept:
            kept[iri] = self._read(shown.page, iri, shown)
            kept[iri].is_edit = shown.is_edit
            kept[iri].before = self.minter.page(shown.before.path, shown.before.sha256) if shown.before else None
        elif kept[iri].page.captured != shown.page.captured:
            kept[iri].again = shown.page.captured
        if shown.newest and not kept[iri].newest:
            kept[iri].newest = True
            self._tally(kept[iri])
        return Capture(shown.place, kept[iri].listings)

    def _read(self, page: Page, iri: str, shown: ShownPage) -> CapturedPage:
        record = reading.parse(page)
        if record is None:
            return CapturedPage(page, None, (), Tally())
        self._publish(page.path, record)
        tally = Tally()
        listed = list(registry.of(page.path).items(page.path, record, tally, shown.language))
        faults.check(listed)
        return CapturedPage(page, record, tuple(Listing(item, iri, page.captured) for item in listed), tally)

    def _publish(self, path: str, record: Record) -> None:
        """Note the publication of a page's archive."""
        self.outcome.publications.add((registry.name(path), registry.of(path).publication_of(record)))

    def _tally(self, kept: CapturedPage) -> None:
        """Count what the newest capture of a page contains."""
        if kept.record is None:
            self.outcome.prose.append(kept.page.path)
            return
        self._tell(kept.page, kept.record)
        self.outcome.tally.add(kept.tally)
        found = [listing.item for listing in kept.listings]
        self.outcome.unread += (
            (kept.page.path, Unread(0, citation.url[:200], "address that cannot be made an IRI"))
            for item in found
            for citation in item.citations
            if unusable(citation)
        )

    def _tell(self, page: Page, record: Record) -> None:
        self.outcome.tally.counts["pages"] += 1
        self.outcome.unread += ((page.path, unread) for unread in record.unread)

    def _printed_days(self, page: Page, record: Record, known: Collection[date]) -> Iterator[Quad]:
        """Yield the descriptions of days that a page prints and that are not ``known``: it may print any day."""
        for day in registry.of(page.path).head(record).days:
            if day not in known:
                self.outcome.days.add(day)
                yield from day_quads(day, self.minter)

    def _pages(
        self, kept: dict[str, CapturedPage], events: list[Event], withdrawn: Withdrawn, days: Collection[date]
    ) -> Iterator[Quad]:
        """Yield the pages whole; of an older capture, unless its dialect keeps all, only what revisions come from."""
        for event in events:
            for observed in event.revisions.values():
                for entry in observed.entries.values():
                    page, _, fragment = entry.partition("#")
                    kept[page].entries.add(fragment)
        for one in kept.values():
            if one.record is None or withdrawn.page(one.page, one.record):
                continue
            self.outcome.tally.counts["captures"] += 1
            whole = one.newest or registry.of(one.page.path).keeps_old_captures
            hidden = withdrawn.entries(one.page, one.record)
            yield from page_quads(one.page, one.record, self.minter, None if whole else one.entries, hidden)
            yield from self._printed_days(one.page, one.record, days)
            capture = NamedNode(self.minter.page(one.page.path, one.page.sha256))
            if one.again:
                yield Quad(capture, terms.AVAILABLE, instant(one.again))
            if one.is_edit and one.page.captured:
                yield Quad(capture, terms.GENERATED_AT, instant(one.page.captured))
            before = kept.get(one.before or "")
            if before and before.record and not withdrawn.page(before.page, before.record):
                yield Quad(capture, terms.WAS_REVISION_OF, NamedNode(one.before or ""))

    def _events(self, events: list[Event], claims: Claims, withdrawn: Withdrawn) -> Iterator[Quad]:
        slugs = claims.slugs()
        parents = {listing.entry: self.minter.event(event.key) for event in events for listing in event.listings}
        for event in events:
            self._note(event)
            paths = (path for path in slugs.get(event.key, ()) if not withdrawn.readable(path))
            yield from self._mapper.event(event, parents, paths)
            yield from source_quads(event, self.minter, self.outcome.named)

    def _note(self, event: Event) -> None:
        subject = self.minter.event(event.key)
        counts = self.outcome.tally.counts
        counts["events"] += 1
        self.outcome.languages[event.language] += 1
        counts["merged"] += 0 if event.gone else len(event.listings) - 1
        counts["events gone"] += event.gone is not None
        counts["event-source pairs"] += len(urls(event.item.citations))
        self.outcome.listed.add(subject)
        for listing in event.listings:
            for reference in listing.item.related:
                self.outcome.pending.append(Pending(subject, event.language, reference, listing.page, listing.captured))


def _check_days(kept: Iterable[CapturedPage], days: Collection[date]) -> None:
    """Refuse items of other days: their events would not be looked up in the ledger, and their IRIs would move."""
    for one in kept:
        for listing in one.listings:
            if listing.item.day not in days:
                raise ConfigurationError(
                    f"the dialect of {one.page.path} lists an item of {listing.item.day}, which is not among the days "
                    f"that it named before: correct the dialect"
                )


def _withdrawn(claims: Claims) -> Withdrawn:
    """Return what is withdrawn, including wordings of withdrawn events that the captures show for the first time."""
    new = (claim for claim in claims.added if claim.key in claims.withdrawn)
    return Withdrawn({**claims.hidden, **{hash_of(claim): claims.withdrawn[claim.key] for claim in new}})
