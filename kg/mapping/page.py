"""Describes pages and days in quads: the captures with their entries, and what all of them share."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from kg.dialects import reading, registry
from kg.dialects.entry import Attribution, Entry, Head
from kg.dialects.record import Page, Record
from kg.entities.aliases import Aliases
from kg.entities.nodes import Nodes
from kg.mapping.entity import entity_quads
from kg.mapping.event import NamedThings, instant
from kg.mapping.named import category_quads, publisher_quads
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import Minter, clean_url

PRINTED: Final = {
    "text": terms.PRINTED_TEXT,
    "target": terms.TARGET,
    "label": terms.PRINTED_LABEL,
    "mention_label": terms.MENTION_LABEL,
    "description": terms.DESCRIPTION,
    "image": terms.IMAGE,
}
"""The fields of ``kg.dialects.entry.Entry`` that an entry prints, and their properties in the graph."""


def page_quads(
    page: Page,
    record: Record,
    minter: Minter,
    only: Container[str] | None = None,
    withdrawn: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Quad]:
    """Yield a capture of a page with every entry that it prints, or those whose fragments are in ``only``.

    Without ``only``, the quads say everything in the record, so that ``kg.mapping.rebuild`` can rebuild the page from
    them; a partial page has no dcterms:format. ``withdrawn`` are the fragments of entries that must not be shown; only
    the time of the withdrawal (prov:invalidatedAtTime) is stated for them.
    """
    dialect = registry.of(page.path)
    head = dialect.head(record)
    iri = minter.page(page.path, page.sha256)
    subject = NamedNode(iri)
    yield from _capture(subject, page, head, minter)
    yield from _attribution(subject, dialect.attribution(page.path, record, page.captured))
    if only is None:
        yield from _layout(subject, page, head)
    for entry in dialect.entries(record):
        if only is not None and entry.fragment not in only:
            continue
        node = NamedNode(f"{iri}#{entry.fragment}")
        yield Quad(subject, terms.HAS_PART, node)
        yield Quad(node, terms.TYPE, terms.ENTRY)
        if since := withdrawn.get(entry.fragment):
            yield Quad(node, terms.INVALIDATED_AT, Literal(since, datatype=terms.DATE_TIME))
        else:
            yield from _entry(node, entry)


def _capture(subject: NamedNode, page: Page, head: Head, minter: Minter) -> Iterator[Quad]:
    """Yield the identity of a capture, its days, and what it prints about itself."""
    yield Quad(subject, terms.TYPE, terms.PAGE)
    yield Quad(subject, terms.TYPE, terms.PROV_ENTITY)
    yield Quad(subject, terms.LABEL, Literal(page.path))
    yield Quad(subject, terms.IDENTIFIER, Literal(f"sha256:{page.sha256}"))
    if page.captured:
        yield Quad(subject, terms.CREATED, instant(page.captured))
    if page.address and (address := clean_url(page.address)):
        yield Quad(subject, terms.DERIVED_FROM, NamedNode(address))
    for day in head.days:
        yield Quad(subject, terms.TEMPORAL, NamedNode(minter.day(day)))
    for name in ("text", "label", "description"):
        value = getattr(head, name)
        if value is not None:
            yield Quad(subject, PRINTED[name], Literal(value))


def _attribution(subject: NamedNode, known: Attribution) -> Iterator[Quad]:
    if known.licence is not None:
        yield Quad(subject, terms.LICENSE, NamedNode(known.licence))
    if known.authors is not None:
        yield Quad(subject, terms.STATED_BY, NamedNode(known.authors))


def _layout(subject: NamedNode, page: Page, head: Head) -> Iterator[Quad]:
    """Yield what the entries do not say: the format of the page, its language, its sections, its links."""
    parameters = {"charset": reading.charset_of(page), **head.parameters}
    written = "".join(f"; {name}={value}" for name, value in parameters.items())
    yield Quad(subject, terms.FORMAT, Literal(f"{head.media_type}{written}"))
    if head.language:
        yield Quad(subject, terms.LANGUAGE, Literal(head.language))
    if head.sections:
        yield Quad(subject, terms.TABLE_OF_CONTENTS, Literal("\n".join(head.sections)))
    if head.target is not None:
        yield Quad(subject, terms.TARGET, Literal(head.target))


def _entry(node: NamedNode, entry: Entry) -> Iterator[Quad]:
    yield Quad(node, terms.POSITION, Literal(entry.position))
    for name, term in PRINTED.items():
        value = getattr(entry, name)
        if value is not None:
            yield Quad(node, term, Literal(value))
    if entry.depth is not None:
        yield Quad(node, terms.DEPTH, Literal(entry.depth))
    if entry.written:
        yield Quad(node, terms.LAST_WRITTEN, instant(entry.written))


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
    """Yield the description of a period of several days (DCAT 3, class "Period of Time")."""
    yield Quad(subject, terms.TYPE, terms.PERIOD_OF_TIME)
    yield Quad(subject, terms.LABEL, Literal(label))
    yield Quad(subject, terms.PERIOD_START, Literal(first.isoformat(), datatype=terms.DATE))
    yield Quad(subject, terms.PERIOD_END, Literal(last.isoformat(), datatype=terms.DATE))


def named_quads(named: NamedThings, nodes: Nodes, aliases: Aliases) -> Iterator[Quad]:
    """Yield the descriptions of everything that events name, each once, and of the places that contain places."""
    yield from entity_quads(named, nodes, aliases)
    yield from category_quads(named.categories, nodes.minter, aliases)
    yield from publisher_quads(named.publishers, nodes.minter, aliases)
