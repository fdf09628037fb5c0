"""What lies within a month or a year: its days or months, and how many events each of these has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Excerpt, Graph, Pattern

MOST: Final = 100
"""Parts that are listed at most; there are at most 31, but whoever may write could say more."""
EVENTS: Final = """
SELECT ?period ?part (COUNT(?event) AS ?events) WHERE {
  { ?part dcterms:isPartOf ?period . ?event dcterms:temporal ?part ; schema:startDate ?date }
  UNION
  { ?part dcterms:isPartOf ?period . ?day dcterms:isPartOf ?part .
    ?event dcterms:temporal ?day ; schema:startDate ?date }
} GROUP BY ?period ?part"""
SAID: Final = (terms.TYPE, terms.LABEL, terms.START_DATE)


def within(found: Iterable[Quad]) -> list[NamedNode]:
    """Return the days or months that statements say to be parts of a period."""
    return list(islice((quad.subject for quad in found if isinstance(quad.subject, NamedNode)), MOST))


def parts(
    excerpt: Excerpt, period: NamedNode, within: Iterable[NamedNode], document: str | None = None
) -> Iterator[Quad]:
    """Yield which days or months are part of a period, and what is said of them by SAID, which has been read.

    ``document`` is the IRI of the document about the period. If it is given, the documents about the parts are named,
    each with how many events it has (hydra:totalItems).
    """
    parts = list(within)
    events = _events(excerpt.graph, period) if parts and document else Counter[str]()
    for part in parts:
        yield Quad(part, terms.IS_PART_OF, period)
        yield from excerpt[Pattern(part, SAID)]
        if document:
            about = NamedNode(_sibling(document, period.value, part.value))
            yield Quad(about, terms.TYPE, terms.DOCUMENT)
            yield Quad(about, terms.PRIMARY_TOPIC, part)
            yield Quad(about, terms.TOTAL_ITEMS, Literal(events[part.value]))


def _sibling(document: str, thing: str, other: str) -> str:
    """Return the document about ``other``, which stands to it as ``document`` to ``thing``.

    What is before the last two segments of their paths, such as ``day/2011-11-08``, is the same for all.
    """
    own, its = ("/".join(iri.rsplit("/", 2)[1:]) for iri in (thing, other))
    return document.removesuffix(own) + its


def _events(graph: Graph, period: NamedNode) -> Counter[str]:
    """Return how many events each part of a period has, by its IRI."""
    rows = graph.select(EVENTS, {"period": period})
    return Counter(
        {part.value: int(n.value) for _, part, n in rows if isinstance(part, NamedNode) and isinstance(n, Literal)}
    )
