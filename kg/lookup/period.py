"""What lies within a month or a year: its days or months, and how many events each of these has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

from pyoxigraph import Store

from kg.rdf import Literal, NamedNode, Quad, Variable, terms
from kg.rdf.prefixes import PREFIXES, expand

MOST: Final = 100
"""Parts that are listed at most; there are at most 31, but whoever may write could say more."""
OF_DAYS: Final = """
SELECT ?period ?part (COUNT(?event) AS ?events) {
  ?part dcterms:isPartOf ?period . ?event dcterms:temporal ?part ; schema:startDate ?date
} GROUP BY ?period ?part"""
OF_MONTHS: Final = """
SELECT ?period ?part (COUNT(?event) AS ?events) {
  ?part dcterms:isPartOf ?period . ?day dcterms:isPartOf ?part . ?event dcterms:temporal ?day ; schema:startDate ?date
} GROUP BY ?period ?part"""
SAID: Final = (terms.TYPE, terms.LABEL, terms.START_DATE)
DOCUMENT: Final = NamedNode(expand("foaf:Document"))
PRIMARY_TOPIC: Final = NamedNode(expand("foaf:primaryTopic"))
TOTAL: Final = NamedNode(expand("hydra:totalItems"))


def parts(store: Store, period: NamedNode, document: str | None = None) -> Iterator[Quad]:
    """Yield which days or months are part of a period; nothing if ``period`` has no parts.

    ``document`` is the IRI of the document about the period. If it is given, the documents about the parts are named,
    each with how many events it has (hydra:totalItems).
    """
    found = (quad.subject for quad in store.quads_for_pattern(None, terms.IS_PART_OF, period, None))
    within = list(islice((one for one in found if isinstance(one, NamedNode)), MOST))
    events = _events(store, period) if within and document else {}
    for part in within:
        yield Quad(part, terms.IS_PART_OF, period)
        for predicate in SAID:
            yield from store.quads_for_pattern(part, predicate, None, None)
        if document:
            about = NamedNode(_sibling(document, period.value, part.value))
            yield Quad(about, terms.TYPE, DOCUMENT)
            yield Quad(about, PRIMARY_TOPIC, part)
            yield Quad(about, TOTAL, Literal(events[part.value]))


def _sibling(document: str, thing: str, other: str) -> str:
    """Return the document about ``other``, which stands to it as ``document`` to ``thing``.

    What is before the last two segments of their paths, such as ``day/2011-11-08``, is the same for all.
    """
    own, its = ("/".join(iri.rsplit("/", 2)[1:]) for iri in (thing, other))
    return document.removesuffix(own) + its


def _events(store: Store, period: NamedNode) -> Counter[str]:
    """Return how many events each part of a period has, by its IRI."""
    counted = Counter[str]()
    for query in (OF_DAYS, OF_MONTHS):
        rows = store.query(query, prefixes=PREFIXES, substitutions={Variable("period"): period})
        for _, part, events in rows:  # type: ignore[union-attr]
            counted[part.value] += int(events.value)
    return counted
