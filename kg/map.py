"""Events, pages and entities -> quads. Pure; every quad is in the default graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain

from pyoxigraph import Literal, NamedNode, Quad

from kg import place, terms
from kg.event import Event, Listing
from kg.gazetteer import Gazetteer
from kg.iri import Minter, clean_url
from kg.item import Item
from kg.record import Citation

Term = NamedNode | Literal


@dataclass(slots=True)
class Named:
    """What events name and share with others, so that each is described once: entities, categories, publishers."""

    entities: set[tuple[str, str]] = field(default_factory=set)
    places: set[int] = field(default_factory=set)
    categories: set[tuple[str, str]] = field(default_factory=set)
    publishers: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    revisions: int = 0

    def update(self, other: Named) -> None:
        """Add all that ``other`` names."""
        self.entities |= other.entities
        self.places |= other.places
        self.categories |= other.categories
        self.publishers |= other.publishers
        self.sources |= other.sources
        self.revisions += other.revisions


@dataclass(frozen=True, slots=True)
class Mapper:
    """Maps the events of one dataset. ``named`` collects what they name."""

    minter: Minter
    gazetteer: Gazetteer
    named: Named = field(default_factory=Named)

    def event(self, event: Event, parents: dict[str, str], slugs: Iterable[str]) -> Iterator[Quad]:
        """Yield the quads of an event and its revisions.

        ``parents`` gives the IRI of the event that an entry (by its IRI) lists; ``slugs`` are the readable last
        segments that lead to this event.
        """
        subject = NamedNode(self.minter.event(event.day, event.key))
        yield from self._identity(subject, event, slugs)
        yield from _quads(subject, self._content(event.current, event.language))
        yield from _quads(subject, self._elsewhere(event, parents))
        yield from self._revisions(subject, event)

    def _identity(self, subject: NamedNode, event: Event, slugs: Iterable[str]) -> Iterator[Quad]:
        day = event.day.isoformat()
        title = Literal(event.current.title, language=event.language)
        yield Quad(subject, terms.TYPE, terms.EVENT)
        yield Quad(subject, terms.TYPE, terms.SCHEMA_EVENT)
        yield Quad(subject, terms.LABEL, title)
        yield Quad(subject, terms.NAME, title)
        yield Quad(subject, terms.START_DATE, Literal(day, datatype=terms.DATE))
        yield Quad(subject, terms.TEMPORAL, _node(self.minter.day(event.day)))
        yield Quad(subject, terms.LANGUAGE, Literal(event.language))
        for slug in slugs:
            yield Quad(subject, terms.IDENTIFIER, Literal(f"{day}/{slug}"))

    def _content(self, item: Item, language: str) -> Iterator[tuple[NamedNode, Term]]:
        """Yield what an event and its revision have in common: everything that can change with the wording."""
        if item.category:
            self.named.categories.add((language, item.category))
            yield terms.CATEGORY, _node(self.minter.category(item.category))
        for title in item.topics:
            yield terms.TOPIC, self._entity(language, title)
        for label in item.topic_labels:
            yield terms.TOPIC_LABEL, Literal(label, language=language)
        for title in dict.fromkeys(link.title for link in item.mentions):
            yield terms.ABOUT, self._entity(language, title)
        for url in urls(item.citations):
            yield terms.SOURCE, url

    def _elsewhere(self, event: Event, parents: dict[str, str]) -> Iterator[tuple[NamedNode, Term]]:
        """Yield what the other listings of the event add, and what is derived from them all."""
        labels = dict.fromkeys(chain.from_iterable(one.item.mention_labels for one in event.listings))
        for label in labels:
            yield terms.MENTION_LABEL, Literal(label, language=event.language)
        for image in dict.fromkeys(one.item.image for one in event.listings if one.item.image):
            if url := clean_url(image):
                yield terms.IMAGE, _node(url)
        for parent in dict.fromkeys(_parent(one, parents) for one in event.listings):
            if parent:
                yield terms.SUPER_EVENT, _node(parent)
        yield from self._places(event, labels)

    def _places(self, event: Event, labels: Iterable[str]) -> Iterator[tuple[NamedNode, Term]]:
        linked = place.named_by(event.current, self.gazetteer)
        labelled = place.named_by_labels(labels, self.gazetteer)
        for one in dict.fromkeys(linked + labelled):
            node = self._place(one)
            yield terms.PLACE, node
            if place.is_location(one, event.current):
                yield terms.LOCATION, node
            if one in labelled:
                yield terms.ABOUT, node

    def _place(self, named: place.NamedPlace) -> NamedNode:
        if named.title is not None:
            return self._entity("en", named.title)
        self.named.places.add(named.place.geonames)
        return _node(place.iri(named.place, self.minter, self.gazetteer))

    def _entity(self, language: str, title: str) -> NamedNode:
        self.named.entities.add((language, title))
        return _node(self.minter.entity(language, title))

    def _revisions(self, event: NamedNode, listed: Event) -> Iterator[Quad]:
        """Yield the wordings that are listed now, the current one first, and the earlier ones that pages print."""
        seen: dict[str, NamedNode] = {}
        for wording, listings in _wordings(listed).items():
            content = list(self._content(listings[0].item, listed.language))
            revision = self._revision_iri(event, wording, content)
            if not seen:
                yield Quad(event, terms.CURRENT_REVISION, revision)
            seen[wording] = revision
            yield from _revision(revision, event, Literal(wording, language=listed.language))
            yield from _quads(revision, iter(content))
            yield from _provenance(revision, listings)
        for listing in listed.listings:
            for former in listing.item.former:
                if former.title not in seen:
                    seen[former.title] = self._revision_iri(event, former.title, [])
                    title = Literal(former.title, language=listed.language)
                    yield from _revision(seen[former.title], event, title)
                yield from _printed_as(seen[former.title], f"{listing.page}#change-{former.position}")
        self.named.revisions += len(seen)

    def _revision_iri(self, event: NamedNode, title: str, content: list[tuple[NamedNode, Term]]) -> NamedNode:
        parts = sorted(f"{predicate.value} {value}" for predicate, value in content)
        return _node(self.minter.revision(event.value, "\n".join((title, *parts))))


def source_quads(event: Event, minter: Minter, named: Named) -> Iterator[Quad]:
    """Yield the sources of an event and its revisions, with the publishers that any of its listings names."""
    cited = set(urls(chain.from_iterable(same[0].item.citations for same in _wordings(event).values())))
    for citation in chain.from_iterable(one.item.citations for one in event.listings):
        if (url := clean_url(citation.url)) is None or NamedNode(url) not in cited:
            continue
        source = NamedNode(url)
        named.sources.add(url)
        yield Quad(source, terms.TYPE, terms.SOURCE_CLASS)
        if citation.publisher and citation.publisher.strip():
            named.publishers.add(citation.publisher.strip())
            yield Quad(source, terms.PUBLISHER, _node(minter.publisher(citation.publisher)))


def unusable(citation: Citation) -> bool:
    """Whether a citation's address cannot be made a valid IRI."""
    return clean_url(citation.url) is None


@lru_cache(maxsize=32_768)
def _node(iri: str) -> NamedNode:
    return NamedNode(iri)


def _quads(subject: NamedNode, statements: Iterator[tuple[NamedNode, Term]]) -> Iterator[Quad]:
    return (Quad(subject, predicate, value) for predicate, value in statements)


def urls(citations: Iterable[Citation]) -> list[NamedNode]:
    """Return the addresses that citations have, as IRIs, each once; without those that cannot be made one."""
    cleaned = (clean_url(citation.url) for citation in citations)
    return [NamedNode(url) for url in dict.fromkeys(cleaned) if url]


def _parent(listing: Listing, parents: dict[str, str]) -> str | None:
    return parents.get(f"{listing.page}#{listing.item.part_of}") if listing.item.part_of else None


def _wordings(event: Event) -> dict[str, list[Listing]]:
    wordings: dict[str, list[Listing]] = {}
    for listing in event.listings:
        wordings.setdefault(listing.item.title, []).append(listing)
    return wordings


def _revision(revision: NamedNode, event: NamedNode, title: Literal) -> Iterator[Quad]:
    yield Quad(event, terms.REVISION, revision)
    yield Quad(revision, terms.TYPE, terms.REVISION_CLASS)
    yield Quad(revision, terms.TYPE, terms.PROV_ENTITY)
    yield Quad(revision, terms.SPECIALIZATION_OF, event)
    yield Quad(revision, terms.LABEL, title)
    yield Quad(revision, terms.NAME, title)


def _printed_as(revision: NamedNode, entry: str) -> Iterator[Quad]:
    node = NamedNode(entry)
    yield Quad(revision, terms.DERIVED_FROM, node)
    yield Quad(node, terms.ABOUT, revision)


def _provenance(revision: NamedNode, listings: list[Listing]) -> Iterator[Quad]:
    for listing in listings:
        yield Quad(revision, terms.DERIVED_FROM, _node(listing.entry))
    captured = [listing.captured for listing in listings if listing.captured]
    if captured:
        yield Quad(revision, terms.OBSERVED_FROM, instant(min(captured)))


def instant(moment: datetime) -> Literal:
    """Return a moment as an xsd:dateTime in UTC, in the form that a store gives back unchanged."""
    utc = moment.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    return Literal(f"{utc.isoformat()}Z", datatype=terms.DATE_TIME)
