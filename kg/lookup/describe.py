"""The bounded description of one resource: its own triples and what a reader needs to understand them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from pyoxigraph import Store

from kg.errors import NotFoundError
from kg.lookup.period import TOTAL, parts
from kg.rdf import BlankNode, Literal, NamedNode, Quad, Triple, Variable
from kg.rdf.licences import BY_SA_4
from kg.rdf.prefixes import PREFIXES, compact, expand

NEWEST: Final = 100
NAMED: Final = 500

TYPE: Final = NamedNode(expand("rdf:type"))
LABEL: Final = NamedNode(expand("rdfs:label"))
EVENT: Final = NamedNode(expand("ng:Event"))
LICENCE: Final = NamedNode(BY_SA_4)

# What is said about a thing that is only named: enough to show it and, for a place, to draw it on a map.
SUMMARY: Final = tuple(
    NamedNode(expand(name))
    for name in (
        "rdf:type",
        "rdfs:label",
        "schema:startDate",
        "schema:addressCountry",
        "wgs:lat",
        "wgs:long",
        "dcterms:publisher",
        "dcterms:license",
        "dcterms:created",
    )
)
# Objects of these are described in full: they have no meaning, or no document, without the event.
PARTS: Final = frozenset(
    expand(name) for name in ("ng:revision", "ng:source", "dcterms:hasPart", "prov:wasGeneratedBy")
)
DERIVED: Final = expand("prov:wasDerivedFrom")
HAS_PART: Final = NamedNode(expand("dcterms:hasPart"))
REPLACED_BY: Final = NamedNode(expand("dcterms:isReplacedBy"))

# How events name things. Revisions name them too, but have no date of their own.
NAMED_BY: Final = """
SELECT DISTINCT ?event ?date ?thing {
  VALUES ?naming { ng:place schema:about ng:topic ng:category dcterms:temporal ng:source schema:superEvent }
  ?event ?naming ?thing ; schema:startDate ?date
}"""
PUBLISHED_BY: Final = """
SELECT DISTINCT ?event ?date ?thing {
  ?source dcterms:publisher ?thing . ?event ng:source ?source ; schema:startDate ?date
}"""
START: Final = NamedNode(expand("schema:startDate"))
SOURCE: Final = NamedNode(expand("ng:source"))
CATEGORY: Final = NamedNode(expand("ng:category"))

Subject = NamedNode | BlankNode | Triple


def newest_events(store: Store, thing: NamedNode) -> list[NamedNode]:
    """Return the events that name ``thing`` or are published by it, the newest first."""
    dated = {event: date for query in (NAMED_BY, PUBLISHED_BY) for event, date in _dated(store, query, thing)}
    return sorted(dated, key=lambda event: (dated[event], event.value), reverse=True)


def describe(
    store: Store,
    iri: str,
    document: str | None = None,
    page: int = 1,
    newest: Callable[[Store, NamedNode], list[NamedNode]] = newest_events,
) -> list[Quad]:
    """Return the bounded description of ``iri`` in a deterministic order, its own triples first.

    Beside the resource's own triples there are: type and label of everything named; in full, the sources and revisions
    of an event, that others were merged into it, and the entries of a page; of a month or a year, what lies within it
    (see kg.lookup.period); and of anything that events name, the newest 100 of these with label and date, or those of a
    later ``page`` (from 1) of a hundred. ``document`` is the IRI of the document that carries the description: if
    given, it is linked to what it describes, says how many events there are in all (hydra:totalItems), and links its
    pages (hydra:PartialCollectionView). ``newest`` gives the events, where somebody remembers them. Raises
    NotFoundError if the graph has no triple with this subject, or no such page.
    """
    subject = _node(iri)
    own = _about(store, subject)
    if not own:
        raise NotFoundError(f"the graph says nothing about <{iri}>")
    events = [] if _is(own, EVENT) else newest(store, subject)
    total, shown = len(events), events[NEWEST * (page - 1) : NEWEST * page]
    if not 1 <= page <= pages(total):
        raise NotFoundError(f"there is no page {page} of the events that name <{iri}>: there are {pages(total)}")
    listed = [quad for event in shown for quad in _listed(store, event, subject)]
    quads = [*own, *_parts(store, own), *listed, *parts(store, subject, document), *_former(store, subject)]
    quads += summaries(store, quads)
    if document:
        quads += _document(NamedNode(document), subject, total)
        quads += _view(document, page, pages(total))
    return in_order(quads, subject)


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError:
        raise NotFoundError(f"{iri!r} is not an IRI") from None


def _about(store: Store, subject: Subject) -> list[Quad]:
    return list(store.quads_for_pattern(subject, None, None, None))


def _is(quads: Iterable[Quad], class_: NamedNode) -> bool:
    return any(quad.predicate == TYPE and quad.object == class_ for quad in quads)


def _parts(store: Store, own: list[Quad]) -> list[Quad]:
    """Return all triples of the parts of a resource, and what they were derived from."""
    found: list[Quad] = []
    parts = (quad.object for quad in own if quad.predicate.value in PARTS)
    for part in islice((one for one in parts if isinstance(one, NamedNode)), NAMED):
        triples = _about(store, part)
        found += triples
        for quad in triples:
            if quad.predicate.value == DERIVED and isinstance(quad.object, NamedNode):
                found += origins(store, quad.object)
    return found


def _former(store: Store, event: NamedNode) -> Iterator[Quad]:
    """Yield what is said of the events that were merged into one: their IRIs lead to its document."""
    for quad in islice(store.quads_for_pattern(None, REPLACED_BY, event), NAMED):
        yield from _about(store, quad.subject)


def origins(store: Store, entry: NamedNode) -> Iterator[Quad]:
    """Yield what is said about the entry of a page, that it is part of that page, and a summary of the page."""
    page = NamedNode(entry.value.partition("#")[0])
    if page != entry:
        yield from _about(store, entry)
        yield from store.quads_for_pattern(page, HAS_PART, entry, None)
    yield from _summary(store, page)


def pages(total: int) -> int:
    """Return how many pages ``total`` events make: at least one."""
    return max(1, -(-total // NEWEST))


def total_of(quads: Iterable[Quad], document: str | None) -> int:
    """Return how many events there are in all, as a description says of its document."""
    own = document and NamedNode(document)
    totals = (quad.object for quad in quads if quad.predicate == TOTAL and quad.subject == own)
    return next((int(one.value) for one in totals if isinstance(one, Literal)), 0)


def _dated(store: Store, query: str, thing: NamedNode) -> Iterator[tuple[NamedNode, str]]:
    """Yield each event that a query finds for ``thing``, with its date."""
    found = store.query(query, prefixes=PREFIXES, substitutions={Variable("thing"): thing})
    for event, date, _ in found:  # type: ignore[union-attr]
        if isinstance(event, NamedNode) and isinstance(date, Literal):
            yield event, date.value


def _listed(store: Store, event: NamedNode, thing: NamedNode) -> Iterator[Quad]:
    """Yield how an event refers to ``thing``, its category, and its sources with their publishers."""
    yield from _summary(store, event)
    yield from store.quads_for_pattern(event, None, thing, None)
    yield from store.quads_for_pattern(event, CATEGORY, None, None)
    for quad in store.quads_for_pattern(event, SOURCE, None, None):
        yield quad
        if isinstance(quad.object, NamedNode):
            yield from _summary(store, quad.object)


def summaries(store: Store, quads: list[Quad]) -> list[Quad]:
    """Return type, label and the like of everything that ``quads`` name and do not describe."""
    described = {quad.subject for quad in quads}
    found: list[Quad] = []
    for _ in range(2):  # the second round names the publishers of sources that the first one found
        fresh = dict.fromkeys(_named([*quads, *found]))
        for thing in islice((one for one in fresh if one not in described), NAMED):
            found += _summary(store, thing)
            described.add(thing)
    return found


def _named(quads: Iterable[Quad]) -> Iterator[NamedNode]:
    for quad in quads:
        if isinstance(quad.object, NamedNode) and quad.predicate != TYPE:
            yield quad.object


def _summary(store: Store, thing: Subject) -> Iterator[Quad]:
    for predicate in SUMMARY:
        yield from store.quads_for_pattern(thing, predicate, None, None)


def _document(document: NamedNode, subject: NamedNode, total: int) -> Iterator[Quad]:
    if document != subject:
        yield Quad(document, TYPE, NamedNode(expand("foaf:Document")))
        yield Quad(document, NamedNode(expand("foaf:primaryTopic")), subject)
        yield Quad(document, NamedNode(expand("dcterms:license")), LICENCE)
    if total:
        yield Quad(document, TOTAL, Literal(total))


def _view(document: str, page: int, last: int) -> Iterator[Quad]:
    """Yield the links from a page of a document to those around it (Hydra Core Vocabulary, section 6.3)."""
    if last == 1:
        return
    view = NamedNode(paged(document, page))
    yield Quad(NamedNode(document), NamedNode(expand("hydra:view")), view)
    yield Quad(view, TYPE, NamedNode(expand("hydra:PartialCollectionView")))
    linked = {"first": 1, "previous": page - 1, "next": page + 1, "last": last}
    for name, number in linked.items():
        if 1 <= number <= last:
            yield Quad(view, NamedNode(expand(f"hydra:{name}")), NamedNode(paged(document, number)))


def paged(document: str, page: int) -> str:
    """Return the address of a page of a document; the first has that of the document."""
    return document if page == 1 else f"{document}?page={page}"


def in_order(quads: Iterable[Quad], first: NamedNode) -> list[Quad]:
    """Return the distinct quads sorted: ``first`` as subject first, type before label before the rest."""

    def key(quad: Quad) -> tuple[bool, str, int, str, str]:
        name = compact(quad.predicate.value)
        rank = {"rdf:type": 0, "rdfs:label": 1}.get(name, 2)
        return quad.subject != first, str(quad.subject), rank, name, str(quad.object)

    return sorted({Quad(quad.subject, quad.predicate, quad.object) for quad in quads}, key=key)


def find(store: Store, iris: Iterable[str], identifiers: Iterable[str] = ()) -> str | None:
    """Return the first IRI that the graph says something about, else the one with such an identifier.

    ``identifiers`` are values of dcterms:identifier, the readable paths that events are also known by.
    """
    for iri in iris:
        try:
            node = NamedNode(iri)
        except ValueError:
            continue
        if next(store.quads_for_pattern(node, None, None, None), None):
            return iri
    predicate = NamedNode(expand("dcterms:identifier"))
    for text in identifiers:
        for quad in store.quads_for_pattern(None, predicate, Literal(text), None):
            return str(quad.subject.value) if isinstance(quad.subject, NamedNode) else None
    return None
