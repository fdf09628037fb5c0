"""The bounded description of one resource: its own triples, and what a reader needs to understand them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kg.errors import NotFoundError
from kg.lookup import parts as wholes
from kg.lookup.listing.days import events_of_parts
from kg.lookup.parts import Part
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Excerpt, Graph, Pattern, named_node
from kg.rdf.prefixes import compact, expand

NEWEST: Final = 100
STORIES: Final = 20
NAMED: Final = 500

# The properties of things that are only named: enough to show them and, for a place, to draw it on a map.
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
        "schema:author",
        "dcterms:license",
        "dcterms:created",
    )
)
STORY: Final = (*SUMMARY, terms.END_DATE)
# Objects of these are described in full: they have no meaning, or no document, apart from the event.
PARTS: Final = frozenset(
    expand(name) for name in ("ng:revision", "ng:source", "dcterms:hasPart", "prov:wasGeneratedBy")
)

# How events refer to things, directly or by a source that these publish. Revisions refer to them too, but have no date
# of their own. For an alternative path, the engine would begin with all sources that events cite.
EVENTS: Final = """
SELECT DISTINCT ?event ?date ?thing WHERE {
  { VALUES ?naming { ng:place schema:about ng:topic ng:category dcterms:temporal ng:source schema:superEvent }
    ?event ?naming ?thing ; schema:startDate ?date }
  UNION
  { ?source dcterms:publisher ?thing . ?event ng:source ?source ; schema:startDate ?date }
  UNION
  { ?source schema:author ?thing . ?event ng:source ?source ; schema:startDate ?date }
}"""


def newest_events(graph: Graph, thing: NamedNode) -> list[NamedNode]:
    """Return the events that name ``thing``, or cite what it publishes or wrote, newest first."""
    found = graph.select(EVENTS, {"thing": thing})
    dated = {
        event: date.value for event, date, _ in found if isinstance(event, NamedNode) and isinstance(date, Literal)
    }
    return sorted(dated, key=lambda event: (dated[event], event.value), reverse=True)


def describe(
    graph: Graph,
    iri: str,
    document: str | None = None,
    page: int = 1,
    newest: Callable[[Graph, NamedNode], list[NamedNode]] = newest_events,
    licences: Iterable[str] = (),
    of_story: Callable[[Graph, NamedNode], list[Part]] = wholes.of_story,
    counted: wholes.Counted = wholes.events_of,
) -> list[Quad]:
    """Return the bounded description of ``iri`` in a deterministic order, its own triples first.

    Besides the resource's own triples, there are: type and label of everything named; in full, the sources and
    revisions of an event, events merged into it, and the entries of a page; for a month or a year, what lies within it
    (see kg.lookup.parts); and for anything that events name, the newest 100 of these events with label and date, or
    those of a later ``page`` (from 1) of a hundred. For a story, its parts come first, in order, then the newest of the
    others; for an event, each of its stories comes with the parts before and after it, and the number of parts
    (hydra:totalItems). ``document`` is the IRI of the document that carries the description: if given, it is linked to
    what it describes, says how many events there are in all (hydra:totalItems), and links its pages
    (hydra:PartialCollectionView); ``licences`` are the IRIs of its licences. ``newest`` provides the events from a
    cache, if there is one, ``of_story`` those of a story, ``counted`` the number of events in each part of a period.
    Raises NotFoundError if the graph has no triple with this subject, or no such page.
    """
    subject, excerpt = _node(iri), Excerpt(graph)
    excerpt.read(Pattern(subject), *_referring(subject))
    own = excerpt[Pattern(subject)]
    if not own:
        raise NotFoundError(f"the graph says nothing about <{iri}>")
    told = of_story(graph, subject) if _is(own, terms.EVENT_SERIES) else []
    parts = [part.event for part in told]
    events = [] if _is(own, terms.EVENT) else [*parts, *_others(newest(graph, subject), parts)]
    total, shown = len(events), events[NEWEST * (page - 1) : NEWEST * page]
    if not 1 <= page <= pages(total):
        raise NotFoundError(f"there is no page {page} of the events that name <{iri}>: there are {pages(total)}")
    left = set(parts).difference(shown)
    quads = [*(quad for quad in own if quad.object not in left), *_around(excerpt, subject, shown, document, counted)]
    order = {(subject, part): place for place, part in enumerate(parts)}
    if parts and document:
        quads.append(Quad(subject, terms.TOTAL_ITEMS, Literal(len(parts))))
    for story in _stories(excerpt, subject):
        beside, parts_of_story = wholes.around(graph, story, subject)
        quads += _story(excerpt, story, beside, parts_of_story, document)
        order |= {(story, part): place for place, part in enumerate(beside)}
    quads += summaries(excerpt, quads)
    if document:
        quads += _document(NamedNode(document), subject, total, licences)
        quads += _view(document, page, pages(total))
    return in_order(quads, subject, order)


def _others(events: Iterable[NamedNode], parts: Iterable[NamedNode]) -> Iterator[NamedNode]:
    known = set(parts)
    return (event for event in events if event not in known)


def _stories(excerpt: Excerpt, event: NamedNode) -> list[NamedNode]:
    """Return the stories that an event is part of, and read their descriptions."""
    found = excerpt[_referring(event)[2]]
    stories = sorted({quad.subject for quad in found if isinstance(quad.subject, NamedNode)}, key=str)[:STORIES]
    excerpt.read(*(Pattern(story, STORY) for story in stories))
    return stories


def _story(
    excerpt: Excerpt, story: NamedNode, beside: list[NamedNode], parts: int, document: str | None
) -> Iterator[Quad]:
    """Yield what a description of an event says about its story: how many parts it has, and those around the event."""
    yield from excerpt[Pattern(story, STORY)]
    yield from (Quad(story, terms.SUB_EVENT, event) for event in beside)
    if document:
        yield Quad(story, terms.TOTAL_ITEMS, Literal(parts))


def _referring(subject: NamedNode) -> tuple[Pattern, Pattern, Pattern]:
    """Return the patterns for events merged into one, days or months within a period, and stories of an event."""
    return (
        Pattern(None, (terms.REPLACED_BY,), subject),
        Pattern(None, (terms.IS_PART_OF,), subject),
        Pattern(None, (terms.SUB_EVENT,), subject),
    )


def _around(
    excerpt: Excerpt, subject: NamedNode, events: list[NamedNode], document: str | None, counted: wholes.Counted
) -> Iterator[Quad]:
    """Yield what belongs to a resource, after two rounds of reading: its parts and events, and what these link."""
    merged, lying, _ = (excerpt[pattern] for pattern in _referring(subject))
    parts, days = _parts(excerpt[Pattern(subject)]), wholes.within(lying)
    former = [Pattern(quad.subject) for quad in merged[:NAMED]]
    listed = [pattern for event in events for pattern in _listed(event, subject)]
    excerpt.read(*map(Pattern, parts), *listed, *(Pattern(day, wholes.SAID) for day in days), *former)
    entries = (entry for part in parts for entry in derived_from(excerpt[Pattern(part)]))
    sources = (one for event in events for one in _nodes(excerpt[Pattern(event, (terms.SOURCE,))]))
    excerpt.read(
        *(pattern for entry in entries for pattern in origins(entry)), *(Pattern(one, SUMMARY) for one in sources)
    )
    for part in parts:
        yield from with_origins(excerpt, excerpt[Pattern(part)])
    for pattern in listed:
        yield from excerpt[pattern]
        if pattern.predicates == (terms.SOURCE,):
            yield from (quad for one in _nodes(excerpt[pattern]) for quad in excerpt[Pattern(one, SUMMARY)])
    yield from wholes.of_period(excerpt, subject, days, document, counted)
    for pattern in former:
        yield from excerpt[pattern]


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError:
        raise NotFoundError(f"{iri!r} is not an IRI") from None


def _is(quads: Iterable[Quad], class_: NamedNode) -> bool:
    return any(quad.predicate == terms.TYPE and quad.object == class_ for quad in quads)


def _parts(own: Iterable[Quad]) -> list[NamedNode]:
    """Return what is described in full with a resource."""
    return _first(_nodes(quad for quad in own if quad.predicate.value in PARTS))


def _first(nodes: Iterable[NamedNode]) -> list[NamedNode]:
    """Return the nodes to look up, up to the limit, independently of their order in the graph."""
    named = list(nodes)
    return named if len(named) <= NAMED else sorted(named, key=str)[:NAMED]


def derived_from(quads: Iterable[Quad]) -> Iterator[NamedNode]:
    """Yield the entries of pages that a resource was derived from."""
    return _nodes(quad for quad in quads if quad.predicate.value == terms.DERIVED_FROM.value)


def origins(entry: NamedNode) -> Iterator[Pattern]:
    """Yield the patterns for the description of a page's entry, its page, and a summary of that."""
    page = NamedNode(entry.value.partition("#")[0])
    if page != entry:
        yield Pattern(entry)
        yield Pattern(page, (terms.HAS_PART,), entry)
    yield Pattern(page, SUMMARY)


def with_origins(excerpt: Excerpt, quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield the description of a resource, and of what it was derived from, which has been read."""
    told = list(quads)
    yield from told
    for entry in derived_from(told):
        for pattern in origins(entry):
            yield from excerpt[pattern]


def _nodes(quads: Iterable[Quad]) -> Iterator[NamedNode]:
    return (quad.object for quad in quads if isinstance(quad.object, NamedNode))


def pages(total: int) -> int:
    """Return how many pages ``total`` events fill: at least one."""
    return max(1, -(-total // NEWEST))


def total_of(quads: Iterable[Quad], document: str | None) -> int:
    """Return how many events there are in all, as stated about the document of a description."""
    own = document and NamedNode(document)
    totals = (quad.object for quad in quads if quad.predicate == terms.TOTAL_ITEMS and quad.subject == own)
    return next((terms.whole(one.value) for one in totals if isinstance(one, Literal)), 0)


def _listed(event: NamedNode, thing: NamedNode) -> tuple[Pattern, ...]:
    """Return the patterns for how an event refers to ``thing``, for its category, and for its sources."""
    return (
        Pattern(event, SUMMARY),
        Pattern(event, (), thing),
        Pattern(event, (terms.CATEGORY,)),
        Pattern(event, (terms.SOURCE,)),
    )


def summaries(excerpt: Excerpt, quads: list[Quad]) -> list[Quad]:
    """Return type, label and the like of everything that ``quads`` name and do not describe."""
    described = {quad.subject for quad in quads}
    found: list[Quad] = []
    for _ in range(2):  # the second round names the publishers of sources that the first one found
        named = dict.fromkeys(_named([*quads, *found]))
        fresh = [Pattern(one, SUMMARY) for one in _first(one for one in named if one not in described)]
        excerpt.read(*fresh)
        for pattern in fresh:
            found += excerpt[pattern]
        described.update(pattern.subject for pattern in fresh if pattern.subject)
    return found


def _named(quads: Iterable[Quad]) -> Iterator[NamedNode]:
    for quad in quads:
        if isinstance(quad.object, NamedNode) and quad.predicate != terms.TYPE:
            yield quad.object


def _document(document: NamedNode, subject: NamedNode, total: int, licences: Iterable[str]) -> Iterator[Quad]:
    if document != subject:
        yield Quad(document, terms.TYPE, terms.DOCUMENT)
        yield Quad(document, terms.PRIMARY_TOPIC, subject)
        yield from (Quad(document, terms.LICENSE, NamedNode(iri)) for iri in licences)
    if total:
        yield Quad(document, terms.TOTAL_ITEMS, Literal(total))


def _view(document: str, page: int, last: int) -> Iterator[Quad]:
    """Yield the links from a page of a document to those around it (Hydra Core Vocabulary, section 6.3)."""
    if last == 1:
        return
    view = NamedNode(paged(document, page))
    yield Quad(NamedNode(document), terms.VIEW, view)
    yield Quad(view, terms.TYPE, terms.PARTIAL_COLLECTION_VIEW)
    linked = {"first": 1, "previous": page - 1, "next": page + 1, "last": last}
    for name, number in linked.items():
        if 1 <= number <= last:
            yield Quad(view, NamedNode(expand(f"hydra:{name}")), NamedNode(paged(document, number)))


def paged(document: str, page: int) -> str:
    """Return the address of a page of a document; the first page has that of the document."""
    return document if page == 1 else f"{document}?page={page}"


def in_order(
    quads: Iterable[Quad], first: NamedNode, places: Mapping[tuple[NamedNode, NamedNode], int] = MappingProxyType({})
) -> list[Quad]:
    """Return the distinct quads sorted: ``first`` as subject first, type before label before the rest.

    ``places`` are the positions of objects among the values of a subject; everything else is sorted as text.
    """

    def key(quad: Quad) -> tuple[bool, str, int, str, int, str]:
        name = compact(quad.predicate.value)
        rank = {"rdf:type": 0, "rdfs:label": 1}.get(name, 2)
        place = places.get((quad.subject, quad.object), -1)  # type: ignore[arg-type]  # a triple term has no place
        return quad.subject != first, str(quad.subject), rank, name, place, str(quad.object)

    return sorted({Quad(quad.subject, quad.predicate, quad.object) for quad in quads}, key=key)


def find(graph: Graph, iris: Iterable[str], identifiers: Iterable[str] = ()) -> str | None:
    """Return the first IRI that the graph says something about, or else the one with one of the identifiers.

    ``identifiers`` are values of dcterms:identifier, the readable paths of events.
    """
    for iri in iris:
        node = named_node(iri)
        if node and next(graph.quads_for_pattern(node, None, None, None), None):
            return iri
    predicate = terms.IDENTIFIER
    for text in identifiers:
        for quad in graph.quads_for_pattern(None, predicate, Literal(text), None):
            return str(quad.subject.value) if isinstance(quad.subject, NamedNode) else None
    return None


@lru_cache(maxsize=1)
def described(
    graph: Graph, iri: str, document: str | None, page: int, licences: tuple[str, ...], index: Path | None = None
) -> tuple[Quad, ...]:
    """Return a description; the last one is cached, since it may be asked for in another format next."""

    def counted(graph: Graph, period: NamedNode, within: Sequence[NamedNode]) -> Mapping[str, int]:
        with suppress(ValueError):
            if index:
                return events_of_parts(str(index), within)
        return wholes.events_of(graph, period, within)

    return tuple(describe(graph, iri, document, page, events_of_hub, licences, parts_of, counted))


@lru_cache(maxsize=16)
def events_of_hub(graph: Graph, thing: NamedNode) -> list[NamedNode]:
    """Return the events of a hub, cached while its pages are read."""
    return newest_events(graph, thing)


@lru_cache(maxsize=64)
def parts_of(graph: Graph, story: NamedNode) -> list[Part]:
    """Return the events of a story, cached while it is read."""
    return wholes.of_story(graph, story)


def forget_descriptions() -> None:
    """Clear what is cached, which keeps a graph open."""
    for cached in (described, events_of_hub, parts_of):
        cached.cache_clear()
