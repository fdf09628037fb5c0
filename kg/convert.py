"""Pages -> quads, a day at a time: parse, take the items, decide which events they are, and map them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kg import event as events
from kg import parse, terms
from kg.event import Event, Listing
from kg.gazetteer import Gazetteer
from kg.iri import Minter
from kg.item import Item, Origin, Reference, Tally, items
from kg.ledger import Claim, DayLedger, Ledger
from kg.map import Mapper, Named, source_quads, unusable, urls
from kg.map_page import day_quads, named_quads, page_quads
from kg.record import Page, Record, Unread

Subject = NamedNode | BlankNode | Triple

DESCRIBED = {
    "entities": terms.ENTITY,
    "places": terms.SCHEMA_PLACE,
    "categories": terms.CONCEPT,
    "publishers": terms.ORGANIZATION,
}


@dataclass(frozen=True, slots=True)
class Pending:
    """A related event that a page of one day names, to be looked up once all days are known."""

    subject: str
    language: str
    reference: Reference
    listing: Listing


@dataclass(slots=True)
class Outcome:
    """What a conversion found beside quads; outcomes of parts add up to that of the whole."""

    tally: Tally = field(default_factory=Tally)
    unread: list[tuple[str, Unread]] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    named: Named = field(default_factory=Named)
    pending: list[Pending] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)

    def add(self, other: Outcome) -> None:
        """Add the outcome of another part."""
        self.tally.counts.update(other.tally.counts)
        self.tally.excluded.update(other.tally.excluded)
        self.unread += other.unread
        self.prose += other.prose
        self.named.update(other.named)
        self.pending += other.pending
        self.claims += other.claims
        self.days |= other.days
        self.listed |= other.listed


class Converter:
    """Converts pages of one dataset; ``outcome`` grows while the quads are drawn."""

    def __init__(self, minter: Minter, gazetteer: Gazetteer) -> None:
        self.minter = minter
        self.gazetteer = gazetteer
        self.outcome = Outcome()
        self._mapper = Mapper(minter, gazetteer, self.outcome.named)

    def day(self, day: date, pages: Iterable[tuple[Page, str]], ledger: DayLedger) -> Iterator[Quad]:
        """Yield the quads of all pages of one day.

        Each page comes with the language to assume where it shows none. What is new is claimed in ``ledger``.
        """
        listings: list[Listing] = []
        for page, language in pages:
            record = self._read(page)
            if record is not None:
                listings += self._listings(page, record, language)
                yield from page_quads(page, record, self.minter)
        self.outcome.days.add(day)
        yield from day_quads(day, self.minter)
        identified = events.identify(listings, ledger)
        self._count(identified)
        slugs = _slugs(ledger)
        parents = self._parents(identified.events)
        for event in identified.events:
            self._note(event)
            yield from self._mapper.event(event, parents, slugs.get((event.language, event.key), ()))
            yield from source_quads(event, self.minter, self.outcome.named)
        self.outcome.claims += ledger.added

    def undated(self, pages: Iterable[tuple[Page, str]]) -> Iterator[Quad]:
        """Yield the quads of pages that belong to no day, such as a front page: they list no events of their own."""
        for page, language in pages:
            record = self._read(page)
            if record is not None:
                self._listings(page, record, language)
                yield from page_quads(page, record, self.minter)

    def _read(self, page: Page) -> Record | None:
        record = parse.parse(page)
        if record is None:
            self.outcome.prose.append(page.path)
            return None
        self.outcome.tally.counts["pages"] += 1
        self.outcome.unread += ((page.path, unread) for unread in record.unread)
        return record

    def _listings(self, page: Page, record: Record, language: str) -> list[Listing]:
        iri = self.minter.page(page.path, page.sha256)
        found = [Listing(item, iri, page.captured) for item in items(record, self.outcome.tally, language)]
        for listing in found:
            self.outcome.unread += (
                (page.path, Unread(0, citation.url[:200], "address that cannot be made an IRI"))
                for citation in listing.item.citations
                if unusable(citation)
            )
        return found

    def _count(self, identified: events.Identified) -> None:
        counts = self.outcome.tally.counts
        counts["index items"] += sum(
            listing.item.origin is Origin.INDEX for event in identified.events for listing in event.listings
        )
        counts["event-source pairs"] += sum(len(urls(event.current.citations)) for event in identified.events)
        counts["events"] += len(identified.events)
        counts["merged"] += identified.merged

    def _parents(self, found: list[Event]) -> dict[str, str]:
        return {listing.entry: self.minter.event(event.day, event.key) for event in found for listing in event.listings}

    def _note(self, event: Event) -> None:
        subject = self.minter.event(event.day, event.key)
        self.outcome.listed.add(subject)
        for listing in event.listings:
            for reference in listing.item.related:
                self.outcome.pending.append(Pending(subject, event.language, reference, listing))

    def finish(self, outcome: Outcome, ledger: Ledger) -> Iterator[Quad]:
        """Yield what can be said only when all days are known: related events, and what all of them name.

        ``outcome`` is that of all days. An event known from lists of related events alone is described by them.
        """
        self.outcome.add(outcome)
        days = {day: ledger.of(day) for day in {pending.reference.day for pending in self.outcome.pending}}
        only_related: dict[tuple[date, str, str], list[Listing]] = {}
        for pending in self.outcome.pending:
            day = pending.reference.day
            key = events.refer(pending.reference, pending.language, days[day])
            iri = self.minter.event(day, key)
            if iri not in self.outcome.listed:
                only_related.setdefault((day, pending.language, key), []).append(_related_listing(pending))
            yield from self._relate(pending, iri)
        yield from self._only_related(only_related, days)
        yield from self._describe_named()
        for ledger_of_day in days.values():
            self.outcome.claims += ledger_of_day.added
            yield from self._also_known_as(ledger_of_day.added)

    def _also_known_as(self, claims: Iterable[Claim]) -> Iterator[Quad]:
        """Yield the slugs under which lists of related events name events that are described already."""
        for claim in claims:
            iri = self.minter.event(claim.day, claim.key)
            if claim.kind == "slug" and iri in self.outcome.listed:
                yield Quad(NamedNode(iri), terms.IDENTIFIER, Literal(f"{claim.day.isoformat()}/{claim.value}"))

    def _describe_named(self) -> Iterator[Quad]:
        described: dict[NamedNode, set[Subject]] = {term: set() for term in DESCRIBED.values()}
        for quad in named_quads(self.outcome.named, self.minter, self.gazetteer):
            if quad.predicate == terms.TYPE and isinstance(quad.object, NamedNode):
                described[quad.object].add(quad.subject)
            yield quad
        self.outcome.tally.counts.update({name: len(described[term]) for name, term in DESCRIBED.items()})
        self.outcome.tally.counts["sources"] = len(self.outcome.named.sources)
        self.outcome.tally.counts["revisions"] = self.outcome.named.revisions
        self.outcome.tally.counts["days"] = len(self.outcome.days)

    def _relate(self, pending: Pending, iri: str) -> Iterator[Quad]:
        target = NamedNode(iri)
        entry = NamedNode(f"{pending.listing.page}#related-{pending.reference.position}")
        yield Quad(entry, terms.ABOUT, target)
        if iri != pending.subject:
            yield Quad(NamedNode(pending.subject), terms.RELATION, target)

    def _only_related(
        self, found: dict[tuple[date, str, str], list[Listing]], days: dict[date, DayLedger]
    ) -> Iterator[Quad]:
        for (day, language, key), listings in found.items():
            self.outcome.tally.counts["events"] += 1
            self.outcome.tally.counts["events only listed as related"] += 1
            slugs = _slugs(days[day]).get((language, key), ())
            self.outcome.days.add(day)
            yield from day_quads(day, self.minter)
            yield from self._mapper.event(Event(day, language, key, tuple(listings)), {}, slugs)


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
    return Listing(item, pending.listing.page, pending.listing.captured)


def _slugs(ledger: DayLedger) -> dict[tuple[str, str], list[str]]:
    slugs: dict[tuple[str, str], list[str]] = {}
    for (language, kind, value), key in ledger.known.items():
        if kind == "slug":
            slugs.setdefault((language, key), []).append(value)
    return slugs


def check_sums(tally: Tally) -> Counter[str]:
    """Return the tally's counts and how many items became events; raises AssertionError if the sums are off."""
    counts = Counter(tally.counts)
    parents = counts["topic"] + counts["topic label"] + counts["parent event"]
    counts["items"] = counts["leaf event"] + counts["parent event"] + counts["event pages"] + counts["index items"]
    if counts["bullets"] != counts["leaves"] + parents or counts["leaves"] != counts["leaf event"] + counts["excluded"]:
        raise AssertionError("bullets, leaves and parents do not add up")
    if counts["events"] != counts["items"] - counts["merged"] + counts["events only listed as related"]:
        raise AssertionError("items, merged items and events do not add up")
    return counts
