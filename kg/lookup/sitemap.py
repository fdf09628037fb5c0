"""Sitemaps (https://www.sitemaps.org/protocol.html): the documents of a graph by sections, and when each changed.

A section is a year, with its days, months and events, or all entities, categories or publishers. A document belongs to
the year in its IRI, which never moves, so that a new event changes the sitemaps of one year only. When a document
changed is told by the archive: the last moment at which a revision of an event that it lists began or ceased to be
shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Graph, Pattern

URLS: Final = 5_000
"""URLs of one sitemap. The protocol allows ten times as many, but then a sitemap would be larger than 1 MB."""
OBSERVED: Final = (terms.OBSERVED_FROM, terms.OBSERVED_UNTIL)
CLASSES: Final = (terms.PERIOD_OF_TIME, terms.EVENT, terms.ENTITY, terms.CONCEPT, terms.ORGANIZATION)
"""The classes whose documents are listed."""
REFERRING: Final = {
    "day": (terms.TEMPORAL,),
    "month": (terms.IS_PART_OF,),
    "year": (terms.IS_PART_OF,),
    "entity": (terms.PLACE, terms.ABOUT, terms.TOPIC),
    "category": (terms.CATEGORY,),
    "publisher": (terms.PUBLISHER,),
}
"""What leads to a thing from the events that its document lists, or from what lies within it or is published by it."""
_REVISION: Final = "/revision/"
_SECTION: Final = re.compile(r"(?:event|day|month|year)/(\d{4})(?![^/-])|(entity|category|publisher)/")


@dataclass(frozen=True, slots=True)
class Section:
    """The documents of one year or kind: how many there are, and when the last of them changed, if that is known."""

    name: str
    documents: int
    changed: str | None

    @property
    def parts(self) -> int:
        """How many sitemaps it takes to list the section's documents."""
        return -(-self.documents // URLS)


def sections(graph: Graph, base: str) -> list[Section]:
    """Return the sections that have documents, in the order of their names."""
    counted = Counter(name for iri in _listed(graph) if (name := _section(base, iri.value)))
    changed: dict[str, str] = {}
    for event, moment in _moments(graph).items():
        year = _section(base, event)
        changed[year] = max(changed.get(year, ""), moment)
    newest = max(changed.values(), default=None)  # what is of no year is named by events of all years
    found = ((name, count, changed.get(name) if name.isdigit() else newest) for name, count in sorted(counted.items()))
    return [Section(*one) for one in found]


def documents(graph: Graph, base: str, section: str, part: int) -> list[tuple[str, str | None]]:
    """Return the IRIs of the things that one sitemap of a section lists, each with when it changed, if known.

    ``part`` counts from 1. The list is empty if there is no such part.
    """
    found = sorted((iri for iri in _listed(graph) if _section(base, iri.value) == section), key=lambda iri: iri.value)
    listed = found[(part - 1) * URLS : part * URLS]
    known = _moments(graph) if listed else {}
    leading = _leading(graph, base, listed, known)
    return [(iri.value, _changed(iri, leading, known) or None) for iri in listed]


def _moments(graph: Graph) -> dict[str, str]:
    """Return when each event changed last: when a revision of it began or ceased to be shown."""
    found: dict[str, str] = {}
    for predicate in OBSERVED:
        for quad in graph.quads_for_pattern(None, predicate, None):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                event = quad.subject.value.partition(_REVISION)[0]
                found[event] = max(found.get(event, ""), quad.object.value)
    return found


def _listed(graph: Graph) -> Iterator[NamedNode]:
    """Yield all that has a document of its own, but events that are withdrawn or merged into others."""
    deprecated = {quad.subject for quad in graph.quads_for_pattern(None, terms.DEPRECATED, None)}
    for kind in CLASSES:
        for quad in graph.quads_for_pattern(None, terms.TYPE, kind):
            if isinstance(quad.subject, NamedNode) and quad.subject not in deprecated:
                yield quad.subject


def _section(base: str, iri: str) -> str:
    """Return the year in an IRI, or the kind of what has none; nothing for what is in no sitemap."""
    match = _SECTION.match(iri, len(base)) if iri.startswith(base) else None
    return match[1] or match[2] if match else ""


def _changed(iri: NamedNode, leading: Mapping[NamedNode, list[NamedNode]], known: dict[str, str]) -> str:
    """Return when an event changed, or any event that a document lists; nothing if no time is known.

    ``known`` has the events, and keeps the answers for what many documents lead to, such as the days of a month.
    """
    if iri.value not in known:
        known[iri.value] = ""  # whatever leads to itself ends here
        known[iri.value] = max((_changed(one, leading, known) for one in leading[iri]), default="")
    return known[iri.value]


def _leading(
    graph: Graph, base: str, listed: Iterable[NamedNode], known: Mapping[str, str]
) -> dict[NamedNode, list[NamedNode]]:
    """Return what leads to things whose changes are not known, and to what leads to them, with a question a step."""
    found: dict[NamedNode, list[NamedNode]] = {}
    waiting = [one for one in listed if one.value not in known]
    while waiting:
        asked = {one: Pattern(None, predicates, one) for one in waiting if (predicates := _referring(base, one))}
        found |= {one: [] for one in waiting} | dict(
            zip(asked, map(_subjects, graph.match([*asked.values()])), strict=True)
        )
        fresh = dict.fromkeys(one for leading in waiting for one in found[leading])
        waiting = [one for one in fresh if one not in found and one.value not in known]
    return found


def _referring(base: str, iri: NamedNode) -> tuple[NamedNode, ...]:
    """Return by which properties something leads to a thing; to a source, which has no kind, the events cite it."""
    kind = iri.value[len(base) :].partition("/")[0] if iri.value.startswith(base) else ""
    return REFERRING.get(kind, () if kind else (terms.SOURCE,))


def _subjects(quads: Iterable[Quad]) -> list[NamedNode]:
    named = (quad.subject for quad in quads if isinstance(quad.subject, NamedNode))
    return [one for one in named if _REVISION not in one.value]
