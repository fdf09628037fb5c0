"""Turns a page of *the Context* into entries, and the entries back into the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from kg.dialects.context.event import KINDS
from kg.dialects.context.index import with_text
from kg.dialects.context.lines import PagePath, place_of, read_address
from kg.dialects.context.page import INDEX_NAMES
from kg.dialects.context.printing import index_path
from kg.dialects.context.record import ContextPage, DayIndex, EventPage, FrontPage, IndexItem, PrintedChange, Related
from kg.dialects.entry import Entry, Head
from kg.dialects.record import Citation
from kg.errors import StoreError

MARKERS: Final = {"en": "Context", "zh": "消息"}
"""The word that an edition prints before the labels of an event; an entry with another word says so."""


def head(record: ContextPage) -> Head:
    """Return what a page says as a whole; its media type is Markdown (RFC 7763) of a variant of its own."""
    parameters = {"variant": "context", **({"formats": "1"} if record.formats else {})}
    match record:
        case FrontPage():
            if record.blank_lines:
                parameters["blank"] = str(record.blank_lines)
            return Head("text/markdown", parameters, language=record.language)
        case DayIndex():
            return Head("text/markdown", parameters, (record.day,), record.language, target=_index_address(record))
        case EventPage():
            return Head(
                "text/markdown",
                parameters,
                (record.day,),
                record.language,
                text=record.title,
                target=_index_address(record),
                label=_heading(record),
                description=record.description,
                sections=record.sections,
                wording=record.title,
                slug=record.slug,
            )


def _index_address(record: EventPage | DayIndex) -> str:
    return f"{record.prefix}{index_path(record.day)}"


def entries(record: ContextPage) -> Iterator[Entry]:
    """Yield the entries of a page in order."""
    match record:
        case EventPage():
            yield from _lists(record)
        case DayIndex():
            for number, item in enumerate(record.items, 1):
                yield _of_item(number, number, item, record.language)
            if record.previous is not None:
                yield Entry("previous", len(record.items) + 1, target=f"{record.prefix}{record.previous}")
        case FrontPage():
            yield from _sections(record)


def _sections(page: FrontPage) -> Iterator[Entry]:
    """Yield the sections of a front page, each before its items; positions count both."""
    start = 0
    for number, (name, address, count) in enumerate(page.sections, 1):
        yield Entry(f"heading-{number}", start + number, name, address)
        for at, item in enumerate(page.items[start : start + count], start + 1):
            yield _of_item(at, at + number, item, page.language)
        start += count


def _lists(page: EventPage) -> Iterator[Entry]:
    for number, source in enumerate(page.sources, 1):
        yield Entry(f"source-{number}", number, target=source.url, label=source.publisher or None, image=source.image)
    if page.cover is not None:
        yield Entry("cover", len(page.sources), target=page.cover, label="Cover Image")
    for number, change in enumerate(page.changes, 1):
        target = f"{change.prefix}{change.path}"
        yield Entry(
            f"change-{number}", number, change.title, target, change.kind,
            written=change.written, wording=change.title, slug=_slug(change.path),
        )  # fmt: skip
    for number, related in enumerate(page.related, 1):
        yield _of_related(number, related, page.language)


def _of_related(number: int, related: Related, language: str | None) -> Entry:
    return Entry(
        f"related-{number}",
        number,
        related.title,
        f"{related.prefix}{related.path}",
        (None if related.marker == MARKERS.get(language or "") else related.marker) or None,
        related.labels or None,
        wording=related.title,
        slug=_slug(related.path),
    )


def _of_item(number: int, position: int, item: IndexItem, language: str | None) -> Entry:
    labels, description = item.labels, item.description
    if description is not None:
        labels = None
    elif labels is not None and item.marker != MARKERS.get(language or ""):
        labels, description = None, f"_{item.marker}: {labels}_"
    return Entry(
        f"item-{number}",
        position,
        item.title,
        f"{item.prefix}{item.path}",
        _heading(item),
        labels,
        description,
        wording=item.title,
        slug=_slug(item.path),
    )


def _heading(record: EventPage | IndexItem) -> str | None:
    """Return the label that a page prints above a title, which is "" if it prints only the marker."""
    return record.heading or "" if record.heading is not None or record.empty_heading else None


def _slug(path: str) -> str | None:
    place = place_of(path)
    return place.slug if place else None


def record(path: str, head: Head, entries: tuple[Entry, ...]) -> ContextPage:
    """Return the record that a page's head and entries were made from, without the lines that no rule understands.

    Raises StoreError if they say too little, or something that pages of *the Context* never say.
    """
    place = place_of(path)
    if place is None:
        return _front_page(head, entries)
    return _day_index(head, entries) if place.slug in INDEX_NAMES else _event_page(place, head, entries)


def _event_page(place: PagePath, head: Head, entries: tuple[Entry, ...]) -> EventPage:
    prefix, index = _address(head)
    return EventPage(
        language=head.language,
        day=_day(index),
        slug=place.slug,
        title=_must(head.text, "text", head),
        heading=head.label or None,
        description=head.description,
        sources=tuple(map(_citation, _of("source", entries))),
        cover=next((_must(entry.target, "target", entry) for entry in _of("cover", entries)), None),
        changes=tuple(map(_change, _of("change", entries))),
        related=tuple(_related(entry, head.language) for entry in _of("related", entries)),
        sections=head.sections,
        formats="formats" in head.parameters,
        empty_heading=head.label == "",
        prefix=prefix,
    )


def _day_index(head: Head, entries: tuple[Entry, ...]) -> DayIndex:
    prefix, index = _address(head)
    return DayIndex(
        language=head.language,
        day=_day(index),
        items=tuple(_index_item(entry, head.language) for entry in _of("item", entries)),
        previous=next((_address(entry)[1] for entry in _of("previous", entries)), None),
        prefix=prefix,
        formats="formats" in head.parameters,
    )


def _front_page(head: Head, entries: tuple[Entry, ...]) -> FrontPage:
    sections: list[tuple[str, str | None, int]] = []
    for entry in entries:
        if entry.list == "heading":
            sections.append((_must(entry.text, "text", entry), entry.target, 0))
        elif sections:
            name, address, items = sections[-1]
            sections[-1] = (name, address, items + 1)
    return FrontPage(
        language=head.language,
        items=tuple(_index_item(entry, head.language) for entry in _of("item", entries)),
        sections=tuple(sections),
        formats="formats" in head.parameters,
        blank_lines=int(head.parameters.get("blank", 0)),
    )


def _of(name: str, entries: tuple[Entry, ...]) -> list[Entry]:
    return [entry for entry in entries if entry.list == name]


def _must(value: str | None, name: str, of: Entry | Head) -> str:
    if value is None:
        raise StoreError(f"the graph lacks the {name} of {_name(of)}: build it again")
    return value


def _name(of: Entry | Head) -> str:
    return f"the entry {of.fragment} of a page" if isinstance(of, Entry) else "a page"


def _address(of: Entry | Head) -> tuple[str, str]:
    """Return the prefix and the path of the linked page."""
    found = read_address(_must(of.target, "target", of))
    if found is None:
        raise StoreError(f"the target of {_name(of)} is not a page of an archive: build it again")
    return found


def _day(index: str) -> date:
    """Return the day that the path of its index names."""
    place = place_of(index)
    if place is None:
        raise StoreError(f"{index} is not the path of a day's index: build the graph again")
    return place.day


def _citation(entry: Entry) -> Citation:
    return Citation(_must(entry.target, "target", entry), entry.label, entry.image)


def _change(entry: Entry) -> PrintedChange:
    prefix, path = _address(entry)
    return PrintedChange(
        title=_must(entry.text, "text", entry),
        path=path,
        kind=KINDS[_must(entry.label, "label", entry)],
        written=entry.written,
        prefix=prefix,
    )


def _related(entry: Entry, language: str | None) -> Related:
    prefix, path = _address(entry)
    marker = entry.label or MARKERS[language or "en"]
    return Related(_must(entry.text, "text", entry), path, entry.mention_label or "", prefix, marker)


def _index_item(entry: Entry, language: str | None) -> IndexItem:
    prefix, path = _address(entry)
    item = IndexItem(
        _must(entry.text, "text", entry), path, entry.label or None, prefix=prefix, empty_heading=entry.label == ""
    )
    if entry.mention_label is not None:
        return with_text(item, f"_{MARKERS[language or 'en']}: {entry.mention_label}_")
    return item if entry.description is None else with_text(item, entry.description)
