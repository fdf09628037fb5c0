"""Pages -> quads, some days at a time: parse, take the items, follow the events through the captures, and map them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain

from kg.dialects import reading, registry
from kg.dialects.item import Item, Origin, Tally, content, fold, normalise
from kg.dialects.record import Page, Record, Unread
from kg.entities.aliases import Aliases, decide
from kg.entities.nodes import Nodes
from kg.entities.redirects import Redirect
from kg.errors import ConfigurationError
from kg.events.claims import Claims
from kg.events.ledger import Ledger, hash_of
from kg.events.lines import Alias, Claim, Name
from kg.events.merged import surviving
from kg.events.recognise import new_texts, recall, recognise
from kg.events.timeline import Capture, Event, Listing, Observed, Timeline
from kg.mapping.entity import former_quads
from kg.mapping.event import Mapper, instant, source_quads, unusable, urls
from kg.mapping.named import formerly
from kg.mapping.page import calendar_quads, day_quads, named_quads, page_quads
from kg.mapping.story import story_quads
from kg.mapping.takedown import Withdrawn, amendments
from kg.pipeline.outcome import Outcome, Pending
from kg.rdf import Literal, NamedNode, Quad, terms

DESCRIBED = {
    "entities": terms.ENTITY,
    "places": terms.SCHEMA_PLACE,
    "categories": terms.CONCEPT,
    "publishers": terms.ORGANIZATION,
    "stories": terms.EVENT_SERIES,
}


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page as one capture shows it.

    ``place`` names the page within all archives; ``page`` is None where the capture shows that it is gone;
    ``language`` is that to assume where the page shows none; ``newest`` says that no later capture has another one.
    """

    place: str
    page: Page | None
    language: str = "en"
    newest: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What one commit changed, or all pages of an archive without history; ``time`` is UTC where known."""

    time: datetime | None
    shown: tuple[ShownPage, ...]


@dataclass(slots=True)
class CapturedPage:
    """A page that was read: its record, what it lists, whether it is the newest, and which entries are to be kept.

    ``record`` is None where its dialect finds that this capture is no page. ``again`` is the time of the last capture
    that showed it after one that showed another page in its place.
    """

    page: Page
    record: Record | None
    listings: tuple[Listing, ...]
    tally: Tally
    newest: bool = False
    again: datetime | None = None
    entries: set[str] = field(default_factory=set)


class Converter:
    """Converts pages of one dataset; ``outcome`` grows while the quads are drawn.

    Which nodes are aliases is known at the end only: the quads of days name things by their nodes as tables tell them.
    """

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        self.minter = nodes.minter
        self.outcome = Outcome()
        self._mapper = Mapper(nodes, self.outcome.named)

    def days(self, days: Collection[date], steps: Iterable[Step], claims: Claims) -> Iterator[Quad]:
        """Yield the quads of all captures of the pages of some days, given in the order of time.

        What is new is claimed in ``claims``. Raises ConfigurationError if a dialect lists an item of another day.
        """
        timeline, kept = Timeline(claims), dict[str, CapturedPage]()
        for step in steps:
            timeline.step([self._capture(one, kept) for one in step.shown], step.time)
        _check_days(kept.values(), days)
        self._know(timeline, claims)
        events = surviving(timeline.events.values(), claims)
        withdrawn = _withdrawn(claims)
        events = list(self._shown(events, claims, withdrawn))
        yield from self._pages(kept, events, withdrawn)
        for day in days:
            self.outcome.days.add(day)
            yield from day_quads(day, self.minter)
        yield from self._events(events, claims, withdrawn)
        self.outcome.claims += (claim for claim in claims.added if claim.key not in claims.withdrawn)
        if withdrawn.hashes:
            self.outcome.unread = [one for one in self.outcome.unread if not withdrawn.unread(*one)]

    def _know(self, timeline: Timeline, claims: Claims) -> None:
        """Find out which events the ledger knows, remind them of their revisions, and claim the texts that it lacks."""
        self.outcome.reworded |= recognise(timeline, claims)
        self.outcome.minted |= {key for key in timeline.minted if not timeline.events[key].gone}
        for event in timeline.events.values():
            known = claims.texts.get(event.key, [])
            if event.key not in claims.withdrawn:
                self.outcome.claims += new_texts(event, known)
            if known and not claims.is_past:
                recall(event, known)

    def _shown(self, events: Iterable[Event], claims: Claims, withdrawn: Withdrawn) -> Iterator[Event]:
        """Yield the events that are not withdrawn, and take note of those that are."""
        for event in events:
            since = claims.withdrawn.get(event.key) or withdrawn.event(event)
            if since is None:
                yield withdrawn.without(event)
                continue
            self.outcome.withdrawn[event.key] = since
            self.outcome.tally.counts["withdrawn"] += 0 if event.gone else len(event.listings)

    def undated(self, pages: Iterable[Page], claims: Claims) -> Iterator[Quad]:
        """Yield the quads of pages that belong to no day, such as a front page: they list no events of their own."""
        withdrawn = Withdrawn(claims.hidden)
        for page in pages:
            record = reading.parse(page)
            if record is None:
                self.outcome.prose.append(page.path)
                continue
            self.outcome.dialects.add(registry.name(page.path))
            self._tell(page, record)
            list(registry.of(page.path).items(page.path, record, self.outcome.tally, "en"))
            self.outcome.tally.counts["captures"] += 1
            yield from page_quads(page, record, self.minter, withdrawn=withdrawn.entries(page, record))

    def _capture(self, shown: ShownPage, kept: dict[str, CapturedPage]) -> Capture:
        if shown.page is None:
            return Capture(shown.place, ())
        iri = self.minter.page(shown.page.path, shown.page.sha256)
        if iri not in kept:
            kept[iri] = self._read(shown.page, iri, shown)
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
        self.outcome.dialects.add(registry.name(page.path))
        tally = Tally()
        listed = registry.of(page.path).items(page.path, record, tally, shown.language)
        return CapturedPage(page, record, tuple(Listing(item, iri, page.captured) for item in listed), tally)

    def _tally(self, kept: CapturedPage) -> None:
        """Count what the newest capture of a page holds."""
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

    def _pages(self, kept: dict[str, CapturedPage], events: list[Event], withdrawn: Withdrawn) -> Iterator[Quad]:
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
            if one.again:
                capture = NamedNode(self.minter.page(one.page.path, one.page.sha256))
                yield Quad(capture, terms.AVAILABLE, instant(one.again))

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

    def finish(self, outcome: Outcome, ledger: Ledger, redirects: Iterable[Redirect] = ()) -> Iterator[Quad]:
        """Yield what can be said only when all days are known: related events, and what all of them name.

        ``outcome`` is that of all days, ``redirects`` what others know of articles. An event known from lists of
        related events alone is described by them.
        """
        self.outcome.add(outcome)
        claims = ledger.of(*{pending.reference.day for pending in self.outcome.pending})
        only_related: dict[str, list[Pending]] = {}
        for pending in self.outcome.pending:
            if _names_withdrawn(pending, claims, self.outcome.withdrawn):
                continue
            key = _refer(pending, claims)
            iri = self.minter.event(key)
            if iri not in self.outcome.listed:
                only_related.setdefault(key, []).append(pending)
            yield from self._relate(pending, iri)
        yield from self._only_related(only_related, claims)
        yield from calendar_quads(self.outcome.days, self.minter)
        self.outcome.aliases = self._decide(ledger, redirects)
        yield from self._describe_named(ledger)
        self.outcome.claims += claims.added
        yield from self._also_known_as(claims.added)
        yield from amendments(ledger, self.minter, self.outcome.withdrawn)

    def _also_known_as(self, claims: Iterable[Claim]) -> Iterator[Quad]:
        """Yield the slugs under which lists of related events name events that are described already."""
        for claim in claims:
            iri = self.minter.event(claim.key)
            if claim.kind == "slug" and iri in self.outcome.listed:
                yield Quad(NamedNode(iri), terms.IDENTIFIER, Literal(f"{claim.day.isoformat()}/{claim.value}"))

    def _describe_named(self, ledger: Ledger) -> Iterator[Quad]:
        described: defaultdict[NamedNode, set[NamedNode]] = defaultdict(set)
        labels: dict[str, str] = {}
        places = described[terms.SCHEMA_PLACE]  # which is whole before the first story is drawn
        now = named_quads(self.outcome.named, self.nodes, self.outcome.aliases)
        stories = story_quads(self.outcome.named.uses, self.minter, self._entity, places)
        for quad in chain(now, stories, self._formerly_named(labels, ledger)):
            yield quad
            if not isinstance(quad.subject, NamedNode):
                continue
            if quad.predicate == terms.TYPE and isinstance(quad.object, NamedNode):
                described[quad.object].add(quad.subject)
            elif quad.predicate == terms.LABEL:
                labels[quad.subject.value] = str(getattr(quad.object, "value", ""))
        self.outcome.tally.counts.update({name: len(described[term]) for name, term in DESCRIBED.items()})
        self.outcome.tally.counts["aliases"] = len(self.outcome.aliases.canonical)
        self.outcome.tally.counts["sources"] = len(self.outcome.named.sources)
        self.outcome.tally.counts["revisions"] = self.outcome.named.revisions
        self.outcome.tally.counts["days"] = len(self.outcome.days)
        self._claim_names(labels, ledger)

    def _formerly_named(self, labels: Mapping[str, str], ledger: Ledger) -> Iterator[Quad]:
        """Yield what is left to say of things that no event names any more, but for those of which nobody may know.

        Which of them only a withdrawn event has named is not told by the ledger, so then nothing is said of any.
        """
        if ledger.withdrawn or self.outcome.withdrawn:
            return
        base, aliases = self.minter.base, self.outcome.aliases.canonical
        former = {base + path: label for path, label in ledger.names.items()}
        gone = {iri: label for iri, label in former.items() if iri not in labels and iri not in aliases}
        yield from former_quads(gone, self.nodes)

    def _entity(self, language: str, title: str) -> str | None:
        """Return the IRI of the canonical node of what a title names, None where it is the title of no article."""
        iri = self.nodes.iri(language, title)
        return iri and self.outcome.aliases.of(iri)

    def _decide(self, ledger: Ledger, redirects: Iterable[Redirect]) -> Aliases:
        """Decide which nodes are one, with what the ledger has decided already."""
        base, named = self.minter.base, self.outcome.named
        known = {base + alias: base + canonical for alias, canonical in ledger.aliases.items()}
        separate = [(base + one, base + other) for one, other in ledger.separate]
        old = formerly(named, self.minter)
        found = decide(named.entities, named.uses, self.nodes, known, separate, redirects, old)
        told = {base + line.path: line.reason for line in ledger.lines if isinstance(line, Alias)}
        found.reasons.update({alias: told[alias] for alias in found.canonical if alias in told})
        return found

    def _claim_names(self, labels: Mapping[str, str], ledger: Ledger) -> None:
        """Claim the names of things and their aliases that the ledger does not know."""
        path = len(self.minter.base)
        for iri, label in labels.items():
            if iri[path:] not in ledger.names and not iri.startswith(f"{self.minter.base}event/"):
                self.outcome.claims.append(Name(iri[path:], label))
        for alias, canonical in self.outcome.aliases.canonical.items():
            if ledger.into(alias[path:]) is None:
                self.outcome.claims.append(Alias(alias[path:], canonical[path:], self.outcome.aliases.reasons[alias]))

    def _relate(self, pending: Pending, iri: str) -> Iterator[Quad]:
        target = NamedNode(iri)
        entry = NamedNode(f"{pending.page}#related-{pending.reference.position}")
        yield Quad(entry, terms.ABOUT, target)
        if iri != pending.subject:
            yield Quad(NamedNode(pending.subject), terms.RELATION, target)

    def _only_related(self, found: dict[str, list[Pending]], claims: Claims) -> Iterator[Quad]:
        slugs = claims.slugs()
        for key, pending in found.items():
            self.outcome.tally.counts["events"] += 1
            self.outcome.tally.counts["events only listed as related"] += 1
            self.outcome.languages[pending[0].language] += 1
            day = pending[0].reference.day
            self.outcome.days.add(day)
            yield from day_quads(day, self.minter)
            yield from self._mapper.event(_related_event(key, pending), {}, slugs.get(key, ()))


def _check_days(kept: Iterable[CapturedPage], days: Collection[date]) -> None:
    """Refuse items of other days: the ledger would not be asked for their events, whose IRIs would move."""
    for one in kept:
        for listing in one.listings:
            if listing.item.day not in days:
                raise ConfigurationError(
                    f"the dialect of {one.page.path} lists an item of {listing.item.day}, which is none of the days "
                    f"that it told before: mend the dialect"
                )


def _refer(pending: Pending, claims: Claims) -> str:
    """Return the key of the event that a list of related events names, minted if none of its day has that name.

    Its name and slug are claimed, so that the next build finds the same event by them.
    """
    reference, language = pending.reference, pending.language
    key = _referred(pending, claims) or claims.mint(reference.day, language, normalise(reference.title))
    claims.claim(reference.day, language, key, (fold(reference.title),), (reference.slug,))
    return key


def _referred(pending: Pending, claims: Claims) -> str | None:
    reference, language = pending.reference, pending.language
    by_slug = claims.find(reference.day, language, (), (reference.slug,))
    key = by_slug or claims.find(reference.day, language, (fold(reference.title),))
    return key and claims.survivor(key)


def _names_withdrawn(pending: Pending, claims: Claims, withdrawn: Container[str]) -> bool:
    """Whether a related event is withdrawn, or prints what is."""
    key = _referred(pending, claims)
    return (
        key in claims.withdrawn or key in withdrawn or Withdrawn(claims.hidden).reference(pending.reference) is not None
    )


def _withdrawn(claims: Claims) -> Withdrawn:
    """Return what is withdrawn, with the wordings of withdrawn events that the captures have shown only now."""
    new = (claim for claim in claims.added if claim.key in claims.withdrawn)
    return Withdrawn({**claims.hidden, **{hash_of(claim): claims.withdrawn[claim.key] for claim in new}})


def _related_event(key: str, pending: list[Pending]) -> Event:
    listings = [_related_listing(one) for one in pending]
    item = listings[0].item
    observed = Observed(item, {Origin.RELATED: listings[0].entry})
    return Event(key, item.language, listings, {content(item): observed}, content(item))


def _related_listing(pending: Pending) -> Listing:
    reference = pending.reference
    item = Item(
        Origin.RELATED,
        pending.language,
        reference.day,
        f"related-{reference.position}",
        reference.title,
        mention_labels=reference.labels,
    )
    return Listing(item, pending.page, pending.captured)
