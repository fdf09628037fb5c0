"""Quads of a page -> its record, and the page itself: a page of *the Context* byte for byte, a day page's list."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kg.dialects.context import page as context
from kg.dialects.context.event import KINDS
from kg.dialects.context.index import with_text
from kg.dialects.context.lines import Place, place_of, read_address
from kg.dialects.record import Change, Citation, DayIndex, EventPage, FrontPage, IndexItem, Record, Related
from kg.dialects.wikitext import page as wikitext
from kg.errors import ArchiveError, NotFoundError, StoreError
from kg.mapping.page import MARKERS
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Graph


@dataclass(frozen=True, slots=True)
class _Printed:
    """A page or one of its entries: its IRI, and the literal value of each of its properties."""

    iri: str
    values: dict[NamedNode, str]

    def __getitem__(self, term: NamedNode) -> str:
        if term not in self.values:
            raise StoreError(f"the graph lacks the {term.value} of <{self.iri}>: build it again")
        return self.values[term]

    def get(self, term: NamedNode) -> str | None:
        return self.values.get(term)

    @property
    def list(self) -> str:
        """The list that an entry stands in, as the fragment of its IRI names it: ``source`` of ``#source-1``."""
        return self.iri.rpartition("#")[2].partition("-")[0]

    def address(self) -> tuple[str, str]:
        """Return the prefix and the path of the page that is linked to."""
        target = read_address(self[terms.TARGET])
        if target is None:
            raise StoreError(f"the target of <{self.iri}> is no page of an archive: build it again")
        return target


@dataclass(frozen=True, slots=True)
class _Capture:
    """A capture of a page, with all its entries in their order."""

    page: _Printed
    entries: tuple[_Printed, ...]

    @property
    def path(self) -> str:
        return self.page[terms.LABEL]

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the page's media type."""
        pairs = (part.partition("=") for part in self.page[terms.FORMAT].split("; ")[1:])
        return {name: value for name, _, value in pairs}

    def of(self, name: str) -> list[_Printed]:
        return [entry for entry in self.entries if entry.list == name]


def find(graph: Graph, name: str) -> list[Quad]:
    """Return the quads of a page and its entries.

    Args:
        graph: the graph.
        name: the IRI of a capture, or the path that a page has in its archive. Of several captures with that path
            the newest is meant.

    Raises:
        NotFoundError: if there is no such page, or several captures with that path and none is the newest.

    """
    pages = _named(graph, name) or _newest(graph, name)
    if not pages:
        raise NotFoundError(f"the graph has no page {name}")
    if len(pages) > 1:
        captures = " ".join(sorted(f"<{page.value}>" for page in pages))
        raise NotFoundError(f"several captures have the path {name}, and none is the newest: choose one of {captures}")
    quads = list(graph.quads_for_pattern(pages[0], None, None))
    parts = [quad.object for quad in quads if quad.predicate == terms.HAS_PART]
    return quads + [quad for part in parts for quad in graph.quads_for_pattern(part, None, None)]  # type: ignore[arg-type]


def _named(graph: Graph, iri: str) -> list[NamedNode]:
    try:
        page = NamedNode(iri)
    except ValueError:
        return []
    return [page] if _is_page(graph, page) else []


def _is_page(graph: Graph, page: NamedNode) -> bool:
    return Quad(page, terms.TYPE, terms.PAGE) in graph


def _newest(graph: Graph, path: str) -> list[NamedNode]:
    """Return the captures with this path that no other is newer than; of those told whole, if there are any."""
    found = [quad.subject for quad in graph.quads_for_pattern(None, terms.LABEL, Literal(path))]
    pages = [page for page in found if isinstance(page, NamedNode) and _is_page(graph, page)]
    whole = [page for page in pages if _value(graph, page, terms.FORMAT)] or pages
    shown = {page: _value(graph, page, terms.AVAILABLE) or _value(graph, page, terms.CREATED) for page in whole}
    return [page for page in whole if shown[page] == max(shown.values())]


def _value(graph: Graph, page: NamedNode, term: NamedNode) -> str:
    objects = (quad.object for quad in graph.quads_for_pattern(page, term, None))
    return next((found.value for found in objects if isinstance(found, Literal)), "")


def text(quads: Iterable[Quad]) -> bytes:
    """Return the page that ``quads`` tell of.

    Args:
        quads: all that a graph says about one page and its entries, in any order.

    Returns:
        A page of *the Context*: its bytes. Of a day page in wikitext: its headings, its bullets and the lines that no
        rule understands, each exactly as printed and in their order, without what frames them: header, footer,
        comments that stand alone, and blank lines.

    Raises:
        NotFoundError: if the graph tells the page only in part.
        ArchiveError: if the page holds something that no rule of its dialect understands, so that what is rebuilt
            is not what was captured.
        StoreError: if the quads contradict what ``kg.mapping.page`` writes.

    """
    capture = _capture(quads)
    charset = capture.parameters.get("charset", "utf-8")
    if wikitext.matches(capture.path):
        return _list(capture).encode(charset, errors="replace")
    content = context.render(_context_page(capture)).encode(charset, errors="replace")
    if capture.page[terms.IDENTIFIER] != f"sha256:{hashlib.sha256(content).hexdigest()}":
        raise ArchiveError(f"page {capture.path} holds lines that no rule understands: read it in its archive")
    return content


def record(quads: Iterable[Quad]) -> Record:
    """Return what a page says, without the lines that no rule understands; arguments and errors as ``text``.

    The lines of a day page are numbered as ``text`` prints them.
    """
    capture = _capture(quads)
    if wikitext.matches(capture.path):
        return wikitext.parse(capture.path, _list(capture))
    return _context_page(capture)


def _capture(quads: Iterable[Quad]) -> _Capture:
    values: dict[str, dict[NamedNode, str]] = defaultdict(dict)
    pages = set()
    for quad in quads:
        subject = str(quad.subject.value) if isinstance(quad.subject, NamedNode) else ""
        if isinstance(quad.object, Literal):
            values[subject][quad.predicate] = quad.object.value
        elif quad.predicate == terms.TYPE and quad.object == terms.PAGE:
            pages.add(subject)
    if len(pages) != 1:
        raise NotFoundError("these quads are not those of one page")
    page = _Printed(iri := pages.pop(), values.pop(iri, {}))
    if terms.FORMAT not in page.values:
        raise NotFoundError(f"of the page <{iri}> the graph holds only some entries: read it in its archive")
    entries = [_Printed(subject, printed) for subject, printed in values.items() if subject.startswith(f"{iri}#")]
    if any(terms.INVALIDATED_AT in entry.values for entry in entries):
        raise NotFoundError(f"entries of the page <{iri}> are withdrawn, so it cannot be made again from the others")
    return _Capture(page, tuple(sorted(entries, key=lambda entry: int(entry[terms.POSITION]))))


def _list(capture: _Capture) -> str:
    return "".join(f"{entry[terms.PRINTED_TEXT]}\n" for entry in capture.entries)


def _context_page(capture: _Capture) -> EventPage | DayIndex | FrontPage:
    place = place_of(capture.path)
    if place is None:
        return _front_page(capture)
    return _day_index(capture) if place.slug in context.INDEX_NAMES else _event_page(capture, place)


def _event_page(capture: _Capture, place: Place) -> EventPage:
    page = capture.page
    prefix, index = page.address()
    language, heading = page.get(terms.LANGUAGE), page.get(terms.PRINTED_LABEL)
    return EventPage(
        language=language,
        day=_day(index),
        slug=place.slug,
        title=page[terms.PRINTED_TEXT],
        heading=heading or None,
        description=page.get(terms.DESCRIPTION),
        sources=tuple(map(_citation, capture.of("source"))),
        cover=next((entry[terms.TARGET] for entry in capture.of("cover")), None),
        changes=tuple(map(_change, capture.of("change"))),
        related=tuple(_related(entry, language) for entry in capture.of("related")),
        sections=tuple((page.get(terms.TABLE_OF_CONTENTS) or "").split()),
        formats="formats" in capture.parameters,
        empty_heading=heading == "",
        prefix=prefix,
    )


def _day_index(capture: _Capture) -> DayIndex:
    prefix, index = capture.page.address()
    language = capture.page.get(terms.LANGUAGE)
    return DayIndex(
        language=language,
        day=_day(index),
        items=tuple(_index_item(entry, language) for entry in capture.of("item")),
        previous=next((entry.address()[1] for entry in capture.of("previous")), None),
        prefix=prefix,
        formats="formats" in capture.parameters,
    )


def _front_page(capture: _Capture) -> FrontPage:
    language = capture.page.get(terms.LANGUAGE)
    sections: list[tuple[str, str | None, int]] = []
    for entry in capture.entries:
        if entry.list == "heading":
            sections.append((entry[terms.PRINTED_TEXT], entry.get(terms.TARGET), 0))
        elif sections:
            name, address, items = sections[-1]
            sections[-1] = (name, address, items + 1)
    return FrontPage(
        language=language,
        items=tuple(_index_item(entry, language) for entry in capture.of("item")),
        sections=tuple(sections),
        formats="formats" in capture.parameters,
        blank_lines=int(capture.parameters.get("blank", 0)),
    )


def _day(index: str) -> date:
    """Return the day that the path of its index names."""
    place = place_of(index)
    if place is None:
        raise StoreError(f"{index} is not the path of a day's index: build the graph again")
    return place.day


def _citation(entry: _Printed) -> Citation:
    return Citation(entry[terms.TARGET], entry.get(terms.PRINTED_LABEL), entry.get(terms.IMAGE))


def _change(entry: _Printed) -> Change:
    prefix, path = entry.address()
    written = entry.get(terms.LAST_WRITTEN)
    return Change(
        title=entry[terms.PRINTED_TEXT],
        path=path,
        kind=KINDS[entry[terms.PRINTED_LABEL]],
        written=datetime.fromisoformat(written) if written else None,
        prefix=prefix,
    )


def _related(entry: _Printed, language: str | None) -> Related:
    prefix, path = entry.address()
    marker = entry.get(terms.PRINTED_LABEL) or MARKERS[language or "en"]
    return Related(entry[terms.PRINTED_TEXT], path, entry.get(terms.MENTION_LABEL) or "", prefix, marker)


def _index_item(entry: _Printed, language: str | None) -> IndexItem:
    prefix, path = entry.address()
    heading = entry.get(terms.PRINTED_LABEL)
    title = entry[terms.PRINTED_TEXT]
    item = IndexItem(title, path, heading or None, prefix=prefix, empty_heading=heading == "")
    labels, description = entry.get(terms.MENTION_LABEL), entry.get(terms.DESCRIPTION)
    if labels is not None:
        return with_text(item, f"_{MARKERS[language or 'en']}: {labels}_")
    return item if description is None else with_text(item, description)
