"""Turns events into quads. Pure; every quad is in the default graph."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain

from kg.dialects.item import Item, StatedPlace
from kg.dialects.record import Citation
from kg.entities import categories
from kg.entities.nodes import Nodes
from kg.entities.places import naming
from kg.entities.places.gazetteer import Gazetteer
from kg.entities.places.place import Place
from kg.entities.publishers import publishers
from kg.entities.uses import Use
from kg.events.timeline import Event, Listing, Observed, Span
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import Minter, clean_url

Term = NamedNode | Literal


@dataclass(slots=True)
class NamedThings:
    """What events name in common, so that each thing is described once: entities, categories, publishers.

    For a category it counts how often each heading is printed, by language and heading; for a publisher how often each
    label is, by the key of the organisation and the label, "" if there is none. ``stated`` are the places that archives
    state and the gazetteer lacks, with the language of their names. ``uses`` has every wording of every event, the
    evidence that several names mean one thing. ``topic_words`` has the topics that links show in words other than their
    titles: language, title, words.
    """

    entities: set[tuple[str, str]] = field(default_factory=set)
    topic_words: set[tuple[str, str, str]] = field(default_factory=set)
    uses: list[Use] = field(default_factory=list)
    places: set[int] = field(default_factory=set)
    stated: set[tuple[str, StatedPlace]] = field(default_factory=set)
    categories: Counter[tuple[str, str]] = field(default_factory=Counter)
    publishers: Counter[tuple[str, str]] = field(default_factory=Counter)
    sources: set[str] = field(default_factory=set)
    revisions: int = 0

    def known_places(self, gazetteer: Gazetteer) -> list[Place]:
        """Return the places named by labels, for which no title is known."""
        return [found for identifier in self.places if (found := gazetteer.by_id(identifier))]

    def update(self, other: NamedThings) -> None:
        """Add everything that ``other`` names."""
        self.entities |= other.entities
        self.topic_words |= other.topic_words
        self.uses += other.uses
        self.places |= other.places
        self.stated |= other.stated
        self.categories.update(other.categories)
        self.publishers.update(other.publishers)
        self.sources |= other.sources
        self.revisions += other.revisions


@dataclass(frozen=True, slots=True)
class Mapper:
    """Maps the events of one dataset. ``named`` collects what they name."""

    nodes: Nodes
    named: NamedThings = field(default_factory=NamedThings)

    @property
    def minter(self) -> Minter:
        """The minter of the dataset's IRIs."""
        return self.nodes.minter

    @property
    def gazetteer(self) -> Gazetteer:
        """The gazetteer, which resolves titles and labels to places."""
        return self.nodes.gazetteer

    def event(self, event: Event, parents: dict[str, str], slugs: Iterable[str]) -> Iterator[Quad]:
        """Yield the quads of an event and its revisions.

        ``parents`` gives the IRI of the event that an entry (by its IRI) lists; ``slugs`` are the readable
        paths, day and slug, that lead to this event.
        """
        subject = NamedNode(self.minter.event(event.key))
        content = list(self._content(event.item, event.language))
        yield from self._identity(subject, event, slugs)
        yield from _quads(subject, content)
        yield from _quads(subject, self._elsewhere(event, parents))
        yield from self._revisions(subject, event, content)

    def _identity(self, subject: NamedNode, event: Event, slugs: Iterable[str]) -> Iterator[Quad]:
        day = event.item.day
        title = Literal(event.item.title, language=event.language)
        yield Quad(subject, terms.TYPE, terms.EVENT)
        yield Quad(subject, terms.TYPE, terms.SCHEMA_EVENT)
        yield Quad(subject, terms.LABEL, title)
        yield Quad(subject, terms.NAME, title)
        yield from _scripts(subject, event.item)
        yield Quad(subject, terms.START_DATE, Literal(day.isoformat(), datatype=terms.DATE))
        if event.item.until:
            yield Quad(subject, terms.END_DATE, Literal(event.item.until.isoformat(), datatype=terms.DATE))
        yield Quad(subject, terms.TEMPORAL, _node(self.minter.day(day)))
        yield Quad(subject, terms.LANGUAGE, Literal(event.language))
        for slug in slugs:
            yield Quad(subject, terms.IDENTIFIER, Literal(slug))
        if event.gone:
            yield Quad(subject, terms.INVALIDATED_AT, instant(event.gone))

    def _content(self, item: Item, language: str) -> Iterator[tuple[NamedNode, Term]]:
        """Yield what an event and its revision have in common: everything that can change with the wording."""
        if item.category:
            self.named.categories[language, item.category] += 1
            yield terms.CATEGORY, _node(self.minter.category(categories.load().name(item.category)))
        self.named.topic_words.update((language, link.title, link.anchor) for link in item.topic_links)
        for topic in self._entities(language, item.topics):
            yield terms.TOPIC, topic
        for label in item.topic_labels:
            yield terms.TOPIC_LABEL, Literal(label, language=language)
        for mentioned in self._entities(language, (link.title for link in item.mentions)):
            yield terms.ABOUT, mentioned
        for url in urls(item.citations):
            yield terms.SOURCE, url

    def _elsewhere(self, event: Event, parents: dict[str, str]) -> Iterator[tuple[NamedNode, Term]]:
        """Yield what the other listings of the event add, and what is derived from all of them."""
        labels = dict.fromkeys(chain.from_iterable(one.item.mention_labels for one in event.listings))
        for label in labels:
            yield terms.MENTION_LABEL, Literal(label, language=event.language)
        for image in dict.fromkeys(one.item.image for one in event.listings if one.item.image):
            if url := clean_url(image):
                yield terms.IMAGE, _node(url)
        for parent in dict.fromkeys(_parent(one, parents) for one in event.listings):
            if parent and parent != self.minter.event(event.key):
                yield terms.SUPER_EVENT, _node(parent)
        yield from self._places(event, labels)

    def _places(self, event: Event, labels: Iterable[str]) -> Iterator[tuple[NamedNode, Term]]:
        linked = naming.named_by(event.item, self.gazetteer)
        labelled = naming.named_by_labels(labels, self.gazetteer)
        for one in dict.fromkeys(linked + labelled):
            node = self._place(one)
            yield terms.PLACE, node
            if naming.is_location(one, event.item, self.gazetteer):
                yield terms.LOCATION, node
            if one in labelled:
                yield terms.ABOUT, node
        happened = [self._place(one) for one in naming.named_by_text(event.item, self.gazetteer)]
        places = dict.fromkeys(chain.from_iterable(one.item.places for one in event.listings))
        happened += filter(None, (self._stated(one, event.language) for one in places))
        for node in dict.fromkeys(happened):
            yield terms.PLACE, node
            yield terms.LOCATION, node
        for place in places:
            if place.names and self._stated(place, event.language) is None:
                yield terms.MENTION_LABEL, Literal(", ".join(place.names), language=event.language)

    def _stated(self, place: StatedPlace, language: str) -> NamedNode | None:
        """Return the node of a stated place, None if it has only names and the gazetteer cannot resolve them."""
        known = naming.stated(place, self.gazetteer)
        if known:
            return self._place(naming.NamedPlace(known, naming.title_of(known, self.gazetteer)))
        iri = naming.stated_iri(place, self.minter) or self._article(place, language)
        if iri is None:
            return None
        self.named.stated.add((language, place))
        if holder := naming.around(place, self.gazetteer):
            self._place(naming.NamedPlace(holder, naming.title_of(holder, self.gazetteer)))
        return _node(iri)

    def _article(self, place: StatedPlace, language: str) -> str | None:
        return next((one.value for one in self._entities(language, [place.article])), None) if place.article else None

    def _place(self, named: naming.NamedPlace) -> NamedNode:
        for entity in self._entities("en", [named.title] if named.title else ()):
            return entity
        if named.place.geonames is not None:
            self.named.places.add(named.place.geonames)
        return _node(naming.iri(named.place, self.minter, self.gazetteer))

    def _entities(self, language: str, titles: Iterable[str]) -> Iterator[NamedNode]:
        """Yield the nodes of what titles name, each once; a title that no article can have names nothing."""
        found = dict.fromkeys(titles)
        self.named.entities.update((language, title) for title in found)
        for iri in dict.fromkeys(self.nodes.iri(language, title) for title in found):
            if iri is not None:
                yield _node(iri)

    def _revisions(self, event: NamedNode, known: Event, now: list[tuple[NamedNode, Term]]) -> Iterator[Quad]:
        """Yield the revisions that captures show, and the earlier wordings that pages print.

        ``now`` is the content of the event, which is that of a revision too.
        """
        seen: dict[str, NamedNode] = {}
        for content, observed in known.revisions.items():
            revision = _node(self.minter.revision(event.value, content))
            seen.setdefault(observed.item.title, revision)
            if content == known.current:
                yield Quad(event, terms.CURRENT_REVISION, revision)
            yield from _revision(revision, event, Literal(observed.item.title, language=known.language))
            yield from _scripts(revision, observed.item)
            told = now if observed.item is known.item else self._content(observed.item, known.language)
            yield from _quads(revision, told)
            yield from _observations(revision, observed)
            if observed.before in known.revisions:
                yield Quad(revision, terms.WAS_REVISION_OF, _node(self.minter.revision(event.value, observed.before)))
            current = content == known.current and known.gone is None
            self.named.uses.append(_use(known, observed.item, current=current))
        self.named.revisions += len(known.revisions)
        yield from self._former_revisions(event, known, seen)
        yield from self._recorded_revisions(event, known)

    def _recorded_revisions(self, event: NamedNode, known: Event) -> Iterator[Quad]:
        """Yield the revisions that only the ledger knows, and what became of renamed ones."""
        for name, title in known.recorded.items():
            self.named.revisions += 1
            revision = NamedNode(self.minter.named_revision(event.value, name))
            yield from _revision(revision, event, Literal(title, language=known.language))
        for old, new in known.renamed.items():
            revision = NamedNode(self.minter.named_revision(event.value, old))
            yield Quad(revision, terms.REPLACED_BY, NamedNode(self.minter.named_revision(event.value, new)))
            yield Quad(revision, terms.DEPRECATED, terms.TRUE)

    def _former_revisions(self, event: NamedNode, known: Event, seen: dict[str, NamedNode]) -> Iterator[Quad]:
        for title, entries in known.former.items():
            if title not in seen:
                seen[title] = _node(self.minter.revision(event.value, f"title {title}"))
                self.named.revisions += 1
                yield from _revision(seen[title], event, Literal(title, language=known.language))
            for entry in entries:
                yield from _printed_as(seen[title], entry)


def _host(url: str) -> str:
    """Return the host of a cleaned address, for every wording; ``urlsplit`` takes twenty times as long."""
    authority = url.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]
    return authority.rpartition("@")[2].partition(":")[0].lower()


def _use(event: Event, item: Item, *, current: bool) -> Use:
    mentions = dict.fromkeys(link.title for link in item.mentions)
    hosts = dict.fromkeys(filter(None, (_host(url.value) for url in urls(item.citations))))
    text = item.title if item.is_plain and current else ""
    return Use(event.key, item.day, event.language, item.topics, tuple(mentions), tuple(hosts), current, text)


def source_quads(event: Event, minter: Minter, named: NamedThings) -> Iterator[Quad]:
    """Yield the sources of an event and its revisions, with their publishers and, if a label names them, authors.

    Each source has one publisher here, whatever labels the event's listings print.
    """
    revised = list(chain.from_iterable(one.item.citations for one in event.revisions.values()))
    cited = set(urls(revised))
    listed = chain.from_iterable(one.item.citations for one in event.listings)
    labels: dict[str, list[str]] = defaultdict(list)
    for citation in dict.fromkeys(chain(revised, listed)):
        if (url := clean_url(citation.url)) and NamedNode(url) in cited:
            labels[url].append((citation.publisher or "").strip())
    for url, printed in labels.items():
        source = NamedNode(url)
        named.sources.add(url)
        yield Quad(source, terms.TYPE, terms.SOURCE_CLASS)
        yield from _credit(source, printed, minter, named)


def _credit(source: NamedNode, labels: list[str], minter: Minter, named: NamedThings) -> Iterator[Quad]:
    credit = publishers.load().credit(source.value, labels)
    if credit is None:
        return
    named.publishers.update((credit.publisher, label) for label in labels)
    yield Quad(source, terms.PUBLISHER, _node(minter.organization(credit.publisher)))
    for author in credit.authors:
        yield Quad(source, terms.AUTHOR, _node(minter.organization(author)))


def unusable(citation: Citation) -> bool:
    """Return whether a citation's address cannot become a valid IRI."""
    return clean_url(citation.url) is None


@lru_cache(maxsize=32_768)
def _node(iri: str) -> NamedNode:
    return NamedNode(iri)


def _quads(subject: NamedNode, statements: Iterable[tuple[NamedNode, Term]]) -> Iterator[Quad]:
    return (Quad(subject, predicate, value) for predicate, value in statements)


def urls(citations: Iterable[Citation]) -> list[NamedNode]:
    """Return the addresses of citations as IRIs, each once, without those that cannot become one."""
    cleaned = (clean_url(citation.url) for citation in citations)
    return [NamedNode(url) for url in dict.fromkeys(cleaned) if url]


def _parent(listing: Listing, parents: dict[str, str]) -> str | None:
    return parents.get(f"{listing.page}#{listing.item.part_of}") if listing.item.part_of else None


def _revision(revision: NamedNode, event: NamedNode, title: Literal) -> Iterator[Quad]:
    yield Quad(event, terms.REVISION, revision)
    yield Quad(revision, terms.TYPE, terms.REVISION_CLASS)
    yield Quad(revision, terms.TYPE, terms.PROV_ENTITY)
    yield Quad(revision, terms.SPECIALIZATION_OF, event)
    yield Quad(revision, terms.LABEL, title)
    yield Quad(revision, terms.NAME, title)


def _scripts(subject: NamedNode, item: Item) -> Iterator[Quad]:
    """Yield the title in each script in which it is printed."""
    return (Quad(subject, terms.PREF_LABEL, Literal(text, language=tag)) for tag, text in item.scripts)


def _printed_as(revision: NamedNode, entry: str) -> Iterator[Quad]:
    node = NamedNode(entry)
    yield Quad(revision, terms.DERIVED_FROM, node)
    yield Quad(node, terms.ABOUT, revision)


def _observations(revision: NamedNode, observed: Observed) -> Iterator[Quad]:
    for entry in observed.entries.values():
        yield Quad(revision, terms.DERIVED_FROM, _node(entry))
    if observed.written:
        yield Quad(revision, terms.GENERATED_AT, instant(observed.written))
    for span in observed.spans:
        yield from _span(revision, span)


def _span(revision: NamedNode, span: Span) -> Iterator[Quad]:
    """Yield the ends of an interval; those of a revision are disjoint, so each start is paired with the next end."""
    yield Quad(revision, terms.OBSERVED_FROM, instant(span.start))
    if span.until:
        yield Quad(revision, terms.OBSERVED_UNTIL, instant(span.until))


@lru_cache(maxsize=4_096)
def instant(moment: datetime) -> Literal:
    """Return a moment as an xsd:dateTime in UTC, in the form that a store gives back unchanged."""
    utc = moment.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    return Literal(f"{utc.isoformat()}Z", datatype=terms.DATE_TIME)
