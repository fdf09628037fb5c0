"""Pages, days and what events name -> quads: the captures with their entries, and the shared descriptions."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date

from pyoxigraph import Literal, NamedNode, Quad

from kg import place, terms
from kg.gazetteer import Gazetteer, Place
from kg.iri import Minter, spell
from kg.map import Named, Term, instant
from kg.record import Bullet, Change, DayIndex, DayPage, EventPage, IndexItem, Page, Record, Related

Statements = Iterator[tuple[NamedNode, Term]]


def page_quads(page: Page, record: Record, minter: Minter, only: Container[str] | None = None) -> Iterator[Quad]:
    """Yield a capture of a page with every entry that it prints, or those whose fragments are in ``only``."""
    iri = minter.page(page.path, page.sha256)
    subject = NamedNode(iri)
    yield Quad(subject, terms.TYPE, terms.PAGE)
    yield Quad(subject, terms.TYPE, terms.PROV_ENTITY)
    yield Quad(subject, terms.LABEL, Literal(page.path))
    yield Quad(subject, terms.IDENTIFIER, Literal(f"sha256:{page.sha256}"))
    if page.captured:
        yield Quad(subject, terms.CREATED, instant(page.captured))
    if not isinstance(record, DayPage | EventPage | DayIndex):
        return
    yield Quad(subject, terms.TEMPORAL, NamedNode(minter.day(record.day)))
    for predicate, value in _page_statements(record):
        yield Quad(subject, predicate, value)
    for fragment, statements in _entries(record):
        if only is not None and fragment not in only:
            continue
        entry = NamedNode(f"{iri}#{fragment}")
        yield Quad(subject, terms.HAS_PART, entry)
        yield Quad(entry, terms.TYPE, terms.ENTRY)
        for predicate, value in statements:
            yield Quad(entry, predicate, value)


def _page_statements(record: Record) -> Statements:
    if isinstance(record, EventPage):
        yield terms.PRINTED_TEXT, Literal(record.title)
        if record.heading:
            yield terms.PRINTED_LABEL, Literal(record.heading)
        if record.description:
            yield terms.DESCRIPTION, Literal(record.description)


def _entries(record: DayPage | EventPage | DayIndex) -> Iterator[tuple[str, Statements]]:
    match record:
        case DayPage():
            for bullet in record.bullets:
                yield f"item-{bullet.position + 1}", _bullet(bullet)
        case DayIndex():
            for number, item in enumerate(record.items, 1):
                yield f"item-{number}", _index_item(number, item)
        case EventPage():
            yield from _lists(record)


def _lists(page: EventPage) -> Iterator[tuple[str, Statements]]:
    for number, source in enumerate(page.sources, 1):
        yield f"source-{number}", _listed(number, target=source.url, label=source.publisher)
    if page.cover:
        yield "cover", _listed(len(page.sources), target=page.cover, label="Cover Image")
    for number, change in enumerate(page.changes, 1):
        yield f"change-{number}", _change(number, change)
    for number, related in enumerate(page.related, 1):
        yield f"related-{number}", _related(number, related)


def _listed(
    position: int, *, text: str | None = None, target: str | None = None, label: str | None = None
) -> Statements:
    """Yield what all entries have: their position from 1, printed text, printed target and printed label."""
    yield terms.POSITION, Literal(position)
    if text is not None:
        yield terms.PRINTED_TEXT, Literal(text)
    if target is not None:
        yield terms.TARGET, Literal(target)
    if label:
        yield terms.PRINTED_LABEL, Literal(label)


def _bullet(bullet: Bullet) -> Statements:
    yield from _listed(bullet.position + 1, text=bullet.printed)
    yield terms.DEPTH, Literal(bullet.depth)


def _index_item(number: int, item: IndexItem) -> Statements:
    yield from _listed(number, text=item.title, target=item.path, label=item.heading)
    if item.labels:
        yield terms.MENTION_LABEL, Literal(item.labels)
    if item.description:
        yield terms.DESCRIPTION, Literal(item.description)


def _change(number: int, change: Change) -> Statements:
    yield from _listed(number, text=change.title, target=change.path, label=change.kind)
    if change.written:
        yield terms.LAST_WRITTEN, instant(change.written)


def _related(number: int, related: Related) -> Statements:
    yield from _listed(number, text=related.title, target=related.path)
    if related.labels:
        yield terms.MENTION_LABEL, Literal(related.labels)


def day_quads(day: date, minter: Minter) -> Iterator[Quad]:
    """Yield the description of a calendar day."""
    subject = NamedNode(minter.day(day))
    yield Quad(subject, terms.TYPE, terms.PERIOD_OF_TIME)
    yield Quad(subject, terms.LABEL, Literal(day.isoformat()))
    yield Quad(subject, terms.START_DATE, Literal(day.isoformat(), datatype=terms.DATE))


def named_quads(named: Named, minter: Minter, gazetteer: Gazetteer) -> Iterator[Quad]:
    """Yield the descriptions of everything that events name, each once, and of the places that contain places."""
    places = {identifier: found for identifier in named.places if (found := gazetteer.by_id(identifier))}
    for language, title in sorted(named.entities):
        subject = NamedNode(minter.entity(language, title))
        yield from _entity(subject, language, title)
        found = place.of_title(title, gazetteer) if language == "en" else None
        if found:
            places[found.geonames] = found
            yield from _place(subject, found, minter, gazetteer)
    yield from _unlinked_places(places, named, minter, gazetteer)
    yield from _labelled(named, minter)


def _unlinked_places(places: dict[int, Place], named: Named, minter: Minter, gazetteer: Gazetteer) -> Iterator[Quad]:
    """Yield places that no link of the archive leads to: those named by a label, and what contains the others."""
    containers = {one.geonames: one for found in places.values() for one in gazetteer.containers(found)}
    linked = {minter.entity(language, title) for language, title in named.entities}
    for found in sorted((places | containers).values(), key=lambda one: one.geonames):
        iri = place.iri(found, minter, gazetteer)
        if iri in linked:
            continue
        subject = NamedNode(iri)
        title = place.title_of(found, gazetteer)
        if title:
            yield from _entity(subject, "en", title)
        else:
            yield Quad(subject, terms.TYPE, terms.ENTITY)
            yield Quad(subject, terms.LABEL, Literal(found.name, language="en"))
        yield from _place(subject, found, minter, gazetteer)


def _entity(subject: NamedNode, language: str, title: str) -> Iterator[Quad]:
    article = spell(title.replace(" ", "_"))
    yield Quad(subject, terms.TYPE, terms.ENTITY)
    yield Quad(subject, terms.LABEL, Literal(title, language=language))
    yield Quad(subject, terms.SAME_AS, NamedNode(f"https://{language}.wikipedia.org/wiki/{article}"))
    if language == "en":
        yield Quad(subject, terms.CLOSE_MATCH, NamedNode(f"http://dbpedia.org/resource/{article}"))


def _place(subject: NamedNode, found: Place, minter: Minter, gazetteer: Gazetteer) -> Iterator[Quad]:
    yield Quad(subject, terms.TYPE, terms.SCHEMA_PLACE)
    yield Quad(subject, terms.EXACT_MATCH, NamedNode(f"https://sws.geonames.org/{found.geonames}/"))
    yield Quad(subject, terms.ADDRESS_COUNTRY, Literal(found.country))
    if found.wikidata:
        yield Quad(subject, terms.EXACT_MATCH, NamedNode(f"http://www.wikidata.org/entity/{found.wikidata}"))
    if found.lat and found.long:
        yield Quad(subject, terms.LATITUDE, Literal(found.lat, datatype=terms.DECIMAL))
        yield Quad(subject, terms.LONGITUDE, Literal(found.long, datatype=terms.DECIMAL))
    for container in gazetteer.containers(found):
        yield Quad(subject, terms.CONTAINED_IN_PLACE, NamedNode(place.iri(container, minter, gazetteer)))


def _labelled(named: Named, minter: Minter) -> Iterator[Quad]:
    for language, label in sorted(named.categories):
        subject = NamedNode(minter.category(label))
        yield Quad(subject, terms.TYPE, terms.CONCEPT)
        yield Quad(subject, terms.LABEL, Literal(label, language=language))
    for label in sorted(named.publishers):
        subject = NamedNode(minter.publisher(label))
        yield Quad(subject, terms.TYPE, terms.ORGANIZATION)
        yield Quad(subject, terms.LABEL, Literal(label))
