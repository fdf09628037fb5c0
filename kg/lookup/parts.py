"""What wholes consist of: a month of days and a year of months, with how many events each has; a story of its events.

The events of a story are sorted by day, within a day by the positions of their entries on the page, and otherwise by
IRI.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Excerpt, Graph, Pattern

MOST: Final = 100
"""The most parts to list; there are at most 31, but writes could add more."""
# Events and pages of the archive belong to a day. Excluding them at once takes a tenth of the time of checking each.
EVENTS: Final = """
SELECT ?period ?part (COUNT(?event) AS ?events) WHERE {
  { ?part dcterms:isPartOf ?period . ?event dcterms:temporal ?part }
  UNION
  { ?part dcterms:isPartOf ?period . ?day dcterms:isPartOf ?part . ?event dcterms:temporal ?day }
  MINUS { ?event a ng:Page }
} GROUP BY ?period ?part"""
DATED: Final = "SELECT ?story ?event ?day WHERE { ?story schema:subEvent ?event . ?event schema:startDate ?day }"
LONGEST: Final = 20_000
"""The most events of a story to read."""
NOWHERE: Final = 1_000_000
"""The position of an event without an entry, such as one with a page of its own: after the others of its day."""
SAID: Final = (terms.TYPE, terms.LABEL, terms.START_DATE)

Counted = Callable[[Graph, NamedNode, Sequence[NamedNode]], Mapping[str, int]]
"""Tells how many events the parts of a period have, by the IRIs of these."""


def within(found: Iterable[Quad]) -> list[NamedNode]:
    """Return the days or months that are parts of a period according to some statements."""
    return list(islice((quad.subject for quad in found if isinstance(quad.subject, NamedNode)), MOST))


def of_period(
    excerpt: Excerpt,
    period: NamedNode,
    within: Iterable[NamedNode],
    document: str | None = None,
    counted: Counted | None = None,
) -> Iterator[Quad]:
    """Yield which days or months are part of a period, and their statements with predicates in SAID, already read.

    ``document`` is the IRI of the document about the period. If given, the documents about the parts are named, each
    with the number of its events (hydra:totalItems), from ``counted`` or else from the graph.
    """
    parts = list(within)
    events = (counted or events_of)(excerpt.graph, period, parts) if parts and document else {}
    for part in parts:
        yield Quad(part, terms.IS_PART_OF, period)
        yield from excerpt[Pattern(part, SAID)]
        if document:
            about = NamedNode(_sibling(document, period.value, part.value))
            yield Quad(about, terms.TYPE, terms.DOCUMENT)
            yield Quad(about, terms.PRIMARY_TOPIC, part)
            yield Quad(about, terms.TOTAL_ITEMS, Literal(events.get(part.value, 0)))


def _sibling(document: str, thing: str, other: str) -> str:
    """Return the document about ``other``, given the ``document`` about ``thing``.

    Their paths are the same before the last two segments, such as ``day/2011-11-08``.
    """
    own, its = ("/".join(iri.rsplit("/", 2)[1:]) for iri in (thing, other))
    return document.removesuffix(own) + its


def events_of(graph: Graph, period: NamedNode, _: Sequence[NamedNode]) -> Mapping[str, int]:
    """Return the number of events in each part of a period, by IRI."""
    rows = graph.select(EVENTS, {"period": period})
    return Counter(
        {
            part.value: terms.whole(n.value)
            for _, part, n in rows
            if isinstance(part, NamedNode) and isinstance(n, Literal)
        }
    )


class Part(NamedTuple):
    """An event of a story and its day, an ISO date."""

    event: NamedNode
    day: str


def of_story(graph: Graph, story: NamedNode) -> list[Part]:
    """Return the events of a story in order."""
    excerpt, listing = Excerpt(graph), Pattern(story, (terms.SUB_EVENT,))
    excerpt.read(listing)
    events = list(islice(_nodes(excerpt[listing]), LONGEST))
    said = (terms.START_DATE, terms.CURRENT_REVISION)  # the other pattern is for their positions, in the same call
    excerpt.read(*(Pattern(event, (one,)) for event in events for one in said))
    dated = {event: min(_texts(excerpt[Pattern(event, (terms.START_DATE,))]), default="") for event in events}
    places = positions(excerpt, (event for event in events if dated[event]))
    ordered = sorted(places, key=lambda event: (dated[event], places[event], event.value))
    return [Part(event, dated[event]) for event in ordered]


def positions(excerpt: Excerpt, events: Iterable[NamedNode]) -> dict[NamedNode, int]:
    """Return the position of each event on its page, by the entries that its current revision is derived from."""
    current = {event: Pattern(event, (terms.CURRENT_REVISION,)) for event in events}
    excerpt.read(*current.values())
    derived = {
        event: [Pattern(revision, (terms.DERIVED_FROM,)) for revision in _nodes(excerpt[pattern])]
        for event, pattern in current.items()
    }
    excerpt.read(*(pattern for found in derived.values() for pattern in found))
    entries = {
        event: [Pattern(entry, (terms.POSITION,)) for pattern in found for entry in _nodes(excerpt[pattern])]
        for event, found in derived.items()
    }
    excerpt.read(*(pattern for found in entries.values() for pattern in found))
    told = {event: [text for pattern in found for text in _texts(excerpt[pattern])] for event, found in entries.items()}
    return {
        event: min((terms.whole(text, NOWHERE) for text in texts), default=NOWHERE) for event, texts in told.items()
    }


def _nodes(quads: Iterable[Quad]) -> Iterator[NamedNode]:
    return (quad.object for quad in quads if isinstance(quad.object, NamedNode))


def _texts(quads: Iterable[Quad]) -> Iterator[str]:
    return (quad.object.value for quad in quads if isinstance(quad.object, Literal))


def around(graph: Graph, story: NamedNode, event: NamedNode) -> tuple[list[NamedNode], int]:
    """Return an event of a story with the ones before and after it, if any, and the number of events in the story.

    Only the positions of events on three days are read.
    """
    days: dict[NamedNode, str] = {}
    for _, one, day in islice(graph.select(DATED, {"story": story}), LONGEST):
        if isinstance(one, NamedNode) and isinstance(day, Literal):
            days[one] = min(day.value, days.get(one, day.value))
    if event not in days:
        return [], len(days)
    known = sorted(set(days.values()))
    at = known.index(days[event])
    near = set(known[max(0, at - 1) : at + 2])
    places = positions(Excerpt(graph), (one for one, day in days.items() if day in near))
    ordered = sorted(places, key=lambda one: (days[one], places[one], one.value))
    place = ordered.index(event)
    return ordered[max(0, place - 1) : place + 2], len(days)
