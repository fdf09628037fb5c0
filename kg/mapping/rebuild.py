"""Turns the quads of a page back into its head and entries, from which its dialect prints the page again."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kg.dialects import reading, registry
from kg.dialects.entry import Entry, Head
from kg.errors import ArchiveError, NotFoundError, StoreError
from kg.mapping.page import PRINTED
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Graph, named_node

Values = dict[NamedNode, str]
"""The literal value of each property of a page or an entry."""


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
    found = (quad.object for quad in quads if quad.predicate == terms.HAS_PART)
    parts = [part for part in found if isinstance(part, NamedNode)]
    return quads + [quad for part in parts for quad in graph.quads_for_pattern(part, None, None)]


def _named(graph: Graph, iri: str) -> list[NamedNode]:
    page = named_node(iri)
    return [page] if page and _is_page(graph, page) else []


def _is_page(graph: Graph, page: NamedNode) -> bool:
    return Quad(page, terms.TYPE, terms.PAGE) in graph


def _newest(graph: Graph, path: str) -> list[NamedNode]:
    """Return the newest captures with this path; only complete ones, if there are any."""
    found = [quad.subject for quad in graph.quads_for_pattern(None, terms.LABEL, Literal(path))]
    pages = [page for page in found if isinstance(page, NamedNode) and _is_page(graph, page)]
    whole = [page for page in pages if _stored(graph, page, terms.FORMAT)] or pages
    shown = {page: _stored(graph, page, terms.AVAILABLE) or _stored(graph, page, terms.CREATED) for page in whole}
    return [page for page in whole if shown[page] == max(shown.values())]


def _stored(graph: Graph, page: NamedNode, term: NamedNode) -> str:
    objects = (quad.object for quad in graph.quads_for_pattern(page, term, None))
    return next((found.value for found in objects if isinstance(found, Literal)), "")


def text(quads: Iterable[Quad]) -> bytes:
    """Return the page that ``quads`` describe.

    Args:
        quads: all that a graph says about one page and its entries, in any order.

    Returns:
        What its dialect prints: the bytes of the page, or, of a dialect that is not ``byte_for_byte``, the list of its
        entries, without what frames them.

    Raises:
        NotFoundError: if the graph tells the page only in part.
        ArchiveError: if the page holds something that no rule of its dialect understands, so that what is printed
            is not what was captured, or if no dialect that is installed reads it.
        StoreError: if the quads contradict what ``kg.mapping.page`` writes.

    """
    iri, page, entries = _capture(quads)
    path = _value(page, terms.LABEL, iri)
    dialect = registry.of(path)
    charset, head = _head(page, iri)
    content = dialect.render(path, head, entries).encode(charset, errors="replace")
    if dialect.byte_for_byte and page.get(terms.IDENTIFIER) != f"sha256:{hashlib.sha256(content).hexdigest()}":
        raise ArchiveError(f"page {path} holds lines that no rule understands: read it in its archive")
    return content


def _capture(quads: Iterable[Quad]) -> tuple[str, Values, tuple[Entry, ...]]:
    """Return the IRI of the page, what is said about it, and its entries in order."""
    values: dict[str, Values] = defaultdict(dict)
    pages = set()
    for quad in quads:
        subject = str(quad.subject.value) if isinstance(quad.subject, NamedNode) else ""
        if isinstance(quad.object, Literal):
            values[subject][quad.predicate] = quad.object.value
        elif quad.predicate == terms.TYPE and quad.object == terms.PAGE:
            pages.add(subject)
    if len(pages) != 1:
        raise NotFoundError("these quads are not those of one page")
    page = values.pop(iri := pages.pop(), {})
    if terms.FORMAT not in page:
        raise NotFoundError(f"the graph holds only some entries of the page <{iri}>: read it in its archive")
    printed = {subject: said for subject, said in values.items() if subject.startswith(f"{iri}#")}
    if any(terms.INVALIDATED_AT in said for said in printed.values()):
        raise NotFoundError(f"entries of the page <{iri}> are withdrawn, so it cannot be made again from the others")
    entries = (_entry(subject, said) for subject, said in printed.items())
    return iri, page, tuple(sorted(entries, key=lambda entry: entry.position))


def _value(said: Values, term: NamedNode, of: str) -> str:
    if term not in said:
        raise StoreError(f"the graph lacks the {term.value} of <{of}>: build it again")
    return said[term]


def _entry(iri: str, said: Values) -> Entry:
    depth, written = said.get(terms.DEPTH), said.get(terms.LAST_WRITTEN)
    return Entry(
        iri.partition("#")[2],
        int(_value(said, terms.POSITION, iri)),
        **_printed(said),
        depth=int(depth) if depth else None,
        written=datetime.fromisoformat(written) if written else None,
    )


def _printed(said: Values) -> dict[str, Any]:
    return {name: said.get(term) for name, term in PRINTED.items()}


def _head(said: Values, iri: str) -> tuple[str, Head]:
    """Return the charset of a page, and what it says as a whole."""
    media_type, *pairs = _value(said, terms.FORMAT, iri).split("; ")
    parameters = dict(pair.split("=", 1) for pair in pairs)
    sections = said.get(terms.TABLE_OF_CONTENTS)
    charset = parameters.pop("charset", reading.UTF_8)
    return charset, Head(
        media_type,
        parameters,
        language=said.get(terms.LANGUAGE),
        text=said.get(terms.PRINTED_TEXT),
        target=said.get(terms.TARGET),
        label=said.get(terms.PRINTED_LABEL),
        description=said.get(terms.DESCRIPTION),
        sections=tuple(sections.split("\n")) if sections else (),
    )
