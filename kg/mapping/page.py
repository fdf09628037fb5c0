"""Pages, days and what events name -> quads: the captures with their entries, and the shared descriptions."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from kg.dialects import reading
from kg.dialects.context.printing import index_path
from kg.dialects.record import (
    Bullet,
    Change,
    Citation,
    DayIndex,
    DayPage,
    EventPage,
    FrontPage,
    IndexItem,
    Page,
    PrintedLine,
    Record,
    Related,
)
from kg.mapping.event import Named, Term, instant
from kg.places import naming
from kg.places.gazetteer import Gazetteer
from kg.places.place import Place
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import Minter, spell
from kg.rdf.licences import BY_SA_3, BY_SA_4

Statements = Iterator[tuple[NamedNode, Term]]
Listed = tuple[str, Statements]
"""An entry of a page: the fragment of its IRI, and what is said about it."""

RELICENSED: Final = datetime(2023, 6, 7, tzinfo=UTC)
"""From this day on the text of Wikipedia is under CC BY-SA 4.0 (Terms of Use of the Wikimedia Foundation)."""

PLACE_CLASSES: Final = {"country": terms.COUNTRY, "division": terms.ADMINISTRATIVE_AREA, "city": terms.CITY}
"""What the gazetteer knows a place as; of an area it knows only that it is a place."""

MARKERS: Final = {"en": "Context", "zh": "消息"}
"""The word that an edition prints before the labels of an event; an entry says so where it has another one."""


def page_quads(
    page: Page,
    record: Record,
    minter: Minter,
    only: Container[str] | None = None,
    withdrawn: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Quad]:
    """Yield a capture of a page with every entry that it prints, or those whose fragments are in ``only``.

    Without ``only`` the quads say all that the record does, so that ``kg.mapping.rebuild`` makes the page from them
    again; a page that is told in part has no dcterms:format. ``withdrawn`` are the fragments of entries that must not
    be shown, of which only the time (prov:invalidatedAtTime) is told from which on that is so.
    """
    iri = minter.page(page.path, page.sha256)
    subject = NamedNode(iri)
    yield Quad(subject, terms.TYPE, terms.PAGE)
    yield Quad(subject, terms.TYPE, terms.PROV_ENTITY)
    yield Quad(subject, terms.LABEL, Literal(page.path))
    yield Quad(subject, terms.IDENTIFIER, Literal(f"sha256:{page.sha256}"))
    if page.captured:
        yield Quad(subject, terms.CREATED, instant(page.captured))
        yield from _attribution(subject, page, page.captured, record)
    if not isinstance(record, FrontPage):
        yield Quad(subject, terms.TEMPORAL, NamedNode(minter.day(record.day)))
    for predicate, value in _page_statements(record):
        yield Quad(subject, predicate, value)
    if only is None:
        for predicate, value in _layout(page, record):
            yield Quad(subject, predicate, value)
    for fragment, statements in _entries(record):
        if only is not None and fragment not in only:
            continue
        entry = NamedNode(f"{iri}#{fragment}")
        yield Quad(subject, terms.HAS_PART, entry)
        yield Quad(entry, terms.TYPE, terms.ENTRY)
        if since := withdrawn.get(fragment):
            yield Quad(entry, terms.INVALIDATED_AT, Literal(since, datatype=terms.DATE_TIME))
            continue
        for predicate, value in statements:
            yield Quad(entry, predicate, value)


def _attribution(subject: NamedNode, page: Page, captured: datetime, record: Record) -> Iterator[Quad]:
    """Yield the licence of a capture, by its date, and of a wiki page the history that lists its authors.

    Without the date of the capture neither is known: then the page may be anybody's.
    """
    yield Quad(subject, terms.LICENSE, NamedNode(BY_SA_4 if captured >= RELICENSED else BY_SA_3))
    if isinstance(record, DayPage):
        title = spell(f"Portal:Current_events/{PurePosixPath(page.path).stem}")
        address = f"https://en.wikipedia.org/w/index.php?title={title}&action=history"
        yield Quad(subject, terms.STATED_BY, NamedNode(address))


def _page_statements(record: Record) -> Statements:
    if isinstance(record, EventPage):
        yield terms.PRINTED_TEXT, Literal(record.title)
        yield from _heading(record)
        if record.description is not None:
            yield terms.DESCRIPTION, Literal(record.description)


def _layout(page: Page, record: Record) -> Statements:
    """Yield what the entries leave open: how the page is written, its language, its sections, its day's index."""
    yield terms.FORMAT, Literal(_media_type(page, record))
    if record.language:
        yield terms.LANGUAGE, Literal(record.language)
    if isinstance(record, EventPage) and record.sections:
        yield terms.TABLE_OF_CONTENTS, Literal("\n".join(record.sections))
    if isinstance(record, EventPage | DayIndex):
        yield terms.TARGET, Literal(f"{record.prefix}{index_path(record.day)}")


def _media_type(page: Page, record: Record) -> str:
    """Return the media type of a page: Markdown (RFC 7763) of the Context's variant, or MediaWiki's wikitext."""
    charset = reading.charset_of(page)
    if isinstance(record, DayPage):
        return f"text/x-wiki; charset={charset}"
    formats = "; formats=1" if record.formats else ""
    blank = f"; blank={record.blank_lines}" if isinstance(record, FrontPage) and record.blank_lines else ""
    return f"text/markdown; charset={charset}; variant=context{formats}{blank}"


def _entries(record: Record) -> Iterator[Listed]:
    match record:
        case DayPage():
            yield from _lines(record)
        case DayIndex():
            for number, item in enumerate(record.items, 1):
                yield f"item-{number}", _index_item(number, item, record.language)
            if record.previous is not None:
                yield "previous", _listed(len(record.items) + 1, target=f"{record.prefix}{record.previous}")
        case FrontPage():
            yield from _front_page(record)
        case EventPage():
            yield from _lists(record)


def _lines(page: DayPage) -> Iterator[Listed]:
    """Yield the lines of a day page in their order: bullets, headings, and those that no rule understands."""
    kinds: tuple[tuple[str, Iterable[Bullet | PrintedLine]], ...] = (
        ("item", page.bullets),
        ("heading", page.headings),
        ("line", page.rest),
    )
    lines = [(line, f"{kind}-{number}") for kind, printed in kinds for number, line in enumerate(printed, 1)]
    for position, (line, fragment) in enumerate(sorted(lines, key=lambda one: one[0].line), 1):
        yield fragment, _line(position, line)


def _line(position: int, line: Bullet | PrintedLine) -> Statements:
    yield from _listed(position, text=line.printed)
    if isinstance(line, Bullet):
        yield terms.DEPTH, Literal(line.depth)


def _front_page(page: FrontPage) -> Iterator[Listed]:
    """Yield the sections of a front page, each before its items; positions count both."""
    start = 0
    for number, (name, address, count) in enumerate(page.sections, 1):
        yield f"heading-{number}", _listed(start + number, text=name, target=address)
        for at, item in enumerate(page.items[start : start + count], start + 1):
            yield f"item-{at}", _index_item(at + number, item, page.language)
        start += count


def _lists(page: EventPage) -> Iterator[Listed]:
    for number, source in enumerate(page.sources, 1):
        yield f"source-{number}", _source(number, source)
    if page.cover is not None:
        yield "cover", _listed(len(page.sources), target=page.cover, label="Cover Image")
    for number, change in enumerate(page.changes, 1):
        yield f"change-{number}", _change(number, change)
    for number, related in enumerate(page.related, 1):
        yield f"related-{number}", _related(number, related, page.language)


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


def _source(position: int, source: Citation) -> Statements:
    yield from _listed(position, target=source.url, label=source.publisher)
    if source.image is not None:
        yield terms.IMAGE, Literal(source.image)


def _heading(record: EventPage | IndexItem) -> Statements:
    """Yield the label that a page prints above the title, which is the empty text if it prints only its mark."""
    if record.heading is not None or record.empty_heading:
        yield terms.PRINTED_LABEL, Literal(record.heading or "")


def _index_item(position: int, item: IndexItem, language: str | None) -> Statements:
    yield from _listed(position, text=item.title, target=f"{item.prefix}{item.path}")
    yield from _heading(item)
    if item.description is not None:
        yield terms.DESCRIPTION, Literal(item.description)
    elif item.labels is not None and item.marker == MARKERS.get(language or ""):
        yield terms.MENTION_LABEL, Literal(item.labels)
    elif item.labels is not None:
        yield terms.DESCRIPTION, Literal(f"_{item.marker}: {item.labels}_")


def _change(position: int, change: Change) -> Statements:
    yield from _listed(position, text=change.title, target=f"{change.prefix}{change.path}", label=change.kind)
    if change.written:
        yield terms.LAST_WRITTEN, instant(change.written)


def _related(position: int, related: Related, language: str | None) -> Statements:
    marker = None if related.marker == MARKERS.get(language or "") else related.marker
    yield from _listed(position, text=related.title, target=f"{related.prefix}{related.path}", label=marker)
    if related.labels:
        yield terms.MENTION_LABEL, Literal(related.labels)


def day_quads(day: date, minter: Minter) -> Iterator[Quad]:
    """Yield the description of a calendar day."""
    subject = NamedNode(minter.day(day))
    yield Quad(subject, terms.TYPE, terms.PERIOD_OF_TIME)
    yield Quad(subject, terms.LABEL, Literal(day.isoformat()))
    yield Quad(subject, terms.START_DATE, Literal(day.isoformat(), datatype=terms.DATE))
    yield Quad(subject, terms.IS_PART_OF, NamedNode(minter.month(day)))


def calendar_quads(days: Iterable[date], minter: Minter) -> Iterator[Quad]:
    """Yield the descriptions of the months and the years that some days lie in, each once."""
    months = sorted({day.replace(day=1) for day in days})
    for first in months:
        month = NamedNode(minter.month(first))
        last = first.replace(day=monthrange(first.year, first.month)[1])
        yield from _period(month, first.isoformat()[:7], first, last)
        yield Quad(month, terms.IS_PART_OF, NamedNode(minter.year(first)))
    for first in sorted({month.replace(month=1) for month in months}):
        year = NamedNode(minter.year(first))
        yield from _period(year, first.isoformat()[:4], first, first.replace(month=12, day=31))


def _period(subject: NamedNode, label: str, first: date, last: date) -> Iterator[Quad]:
    """Yield what is said of a period of several days (DCAT 3, class "Period of Time")."""
    yield Quad(subject, terms.TYPE, terms.PERIOD_OF_TIME)
    yield Quad(subject, terms.LABEL, Literal(label))
    yield Quad(subject, terms.PERIOD_START, Literal(first.isoformat(), datatype=terms.DATE))
    yield Quad(subject, terms.PERIOD_END, Literal(last.isoformat(), datatype=terms.DATE))


def named_quads(named: Named, minter: Minter, gazetteer: Gazetteer) -> Iterator[Quad]:
    """Yield the descriptions of everything that events name, each once, and of the places that contain places."""
    by_label = [found for identifier in named.places if (found := gazetteer.by_id(identifier))]
    linked: dict[str, Place] = {}
    for language, title in sorted(named.entities):
        iri = minter.entity(language, title)
        yield from _entity(NamedNode(iri), language, title)
        found = naming.of_title(title, gazetteer) if language == "en" else None
        if found:
            linked[iri] = found
            yield from _place(NamedNode(iri), found, minter, gazetteer)
    yield from _unlinked_places(by_label, linked, minter, gazetteer)
    yield from _labelled(named, minter)


def _unlinked_places(
    by_label: list[Place], linked: Mapping[str, Place], minter: Minter, gazetteer: Gazetteer
) -> Iterator[Quad]:
    """Yield places that no link of the archive leads to: those named by a label, and what contains the others."""
    containers = chain.from_iterable(map(gazetteer.containers, (*linked.values(), *by_label)))
    described = {naming.iri(found, minter, gazetteer): found for found in (*by_label, *containers)}
    for iri, found in sorted(described.items()):
        if iri in linked:
            continue
        subject = NamedNode(iri)
        title = naming.title_of(found, gazetteer)
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
    if found.kind in PLACE_CLASSES:
        yield Quad(subject, terms.TYPE, PLACE_CLASSES[found.kind])
    if found.geonames:
        yield Quad(subject, terms.EXACT_MATCH, NamedNode(f"https://sws.geonames.org/{found.geonames}/"))
    if found.country:
        yield Quad(subject, terms.ADDRESS_COUNTRY, Literal(found.country))
    if found.wikidata:
        yield Quad(subject, terms.EXACT_MATCH, NamedNode(f"http://www.wikidata.org/entity/{found.wikidata}"))
    if found.lat and found.long:
        yield Quad(subject, terms.LATITUDE, Literal(found.lat, datatype=terms.DECIMAL))
        yield Quad(subject, terms.LONGITUDE, Literal(found.long, datatype=terms.DECIMAL))
    for container in gazetteer.containers(found):
        yield Quad(subject, terms.CONTAINED_IN_PLACE, NamedNode(naming.iri(container, minter, gazetteer)))


def _labelled(named: Named, minter: Minter) -> Iterator[Quad]:
    """Yield categories and publishers; of several spellings, the one that is printed most is the label."""
    categories: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (language, name), count in named.categories.items():
        categories[minter.category(name), language][name] = count
    for (iri, language), names in sorted(categories.items()):
        yield Quad(NamedNode(iri), terms.TYPE, terms.CONCEPT)
        yield from _names(NamedNode(iri), [Literal(name, language=language) for name in _by_use(names)])
    publishers: dict[str, Counter[str]] = defaultdict(Counter)
    for name, count in named.publishers.items():
        publishers[minter.publisher(name)][name] = count
    for iri, names in sorted(publishers.items()):
        yield Quad(NamedNode(iri), terms.TYPE, terms.ORGANIZATION)
        yield from _names(NamedNode(iri), [Literal(name) for name in _by_use(names)])


def _by_use(names: Counter[str]) -> list[str]:
    return sorted(names, key=lambda name: (names[name], name), reverse=True)


def _names(subject: NamedNode, names: list[Literal]) -> Iterator[Quad]:
    yield Quad(subject, terms.LABEL, names[0])
    for name in names[1:]:
        yield Quad(subject, terms.ALT_LABEL, name)
