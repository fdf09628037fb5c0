"""Sitemaps (https://www.sitemaps.org/protocol.html): the documents of days and events, by year, and when each changed.

A document belongs to the year in its IRI, which never moves, so that a new event changes the sitemaps of one year only.
When a document changed is told by the archive: the last moment at which a revision began or ceased to be shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import terms

URLS: Final = 5_000
"""URLs of one sitemap. The protocol allows ten times as many, but then a sitemap would be larger than 1 MB."""
OBSERVED: Final = (terms.OBSERVED_FROM, terms.OBSERVED_UNTIL)
_YEAR: Final = re.compile(r"(?:event|day)/(\d{4})-")


@dataclass(frozen=True, slots=True)
class Year:
    """The documents of one year: how many there are, and when the last of them changed, if that is known."""

    year: str
    documents: int
    changed: str | None

    @property
    def parts(self) -> int:
        """How many sitemaps it takes to list the year's documents."""
        return -(-self.documents // URLS)


def years(store: Store, base: str) -> list[dict[str, Any]]:
    """Return the years that have documents, as the fields of Year, the first year first."""
    counted = Counter(year for iri in _listed(store) if (year := _year(base, iri.value)))
    changed: dict[str, str] = {}
    for predicate in OBSERVED:
        for quad in store.quads_for_pattern(None, predicate, None):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                year = _year(base, quad.subject.value)
                changed[year] = max(changed.get(year, ""), quad.object.value)
    return [asdict(Year(year, count, changed.get(year))) for year, count in sorted(counted.items())]


def documents(store: Store, base: str, year: str, part: int) -> list[tuple[str, str | None]]:
    """Return the IRIs of the days and events that one sitemap of a year lists, each with when it changed, if known.

    ``part`` counts from 1. The list is empty if there is no such part.
    """
    found = sorted((iri for iri in _listed(store) if _year(base, iri.value) == year), key=lambda iri: iri.value)
    known: dict[NamedNode, str] = {}
    return [(iri.value, _changed(store, iri, known) or None) for iri in found[(part - 1) * URLS : part * URLS]]


def _listed(store: Store) -> Iterator[NamedNode]:
    """Yield all days and events, but those that are withdrawn or merged into others."""
    deprecated = {quad.subject for quad in store.quads_for_pattern(None, terms.DEPRECATED, None)}
    for kind in (terms.PERIOD_OF_TIME, terms.EVENT):
        for quad in store.quads_for_pattern(None, terms.TYPE, kind):
            if isinstance(quad.subject, NamedNode) and quad.subject not in deprecated:
                yield quad.subject


def _year(base: str, iri: str) -> str:
    """Return the year in the IRI of a day, an event or a revision; nothing for another resource."""
    match = _YEAR.match(iri, len(base)) if iri.startswith(base) else None
    return match[1] if match else ""


def _changed(store: Store, iri: NamedNode, known: dict[NamedNode, str]) -> str:
    """Return when an event changed, or any event of a day; nothing if no time is known.

    ``known`` keeps the answers for events, which come once for themselves and once for their day.
    """
    if Quad(iri, terms.TYPE, terms.EVENT) in store:
        return _event_changed(store, iri, known)
    events = (quad.subject for quad in store.quads_for_pattern(None, terms.TEMPORAL, iri))
    return max((_event_changed(store, one, known) for one in events if isinstance(one, NamedNode)), default="")


def _event_changed(store: Store, event: NamedNode, known: dict[NamedNode, str]) -> str:
    if event not in known:
        known[event] = max(_moments(store, event), default="")
    return known[event]


def _moments(store: Store, event: NamedNode) -> Iterator[str]:
    for quad in store.quads_for_pattern(event, terms.REVISION, None):
        if isinstance(quad.object, NamedNode):
            for predicate in OBSERVED:
                for said in store.quads_for_pattern(quad.object, predicate, None):
                    if isinstance(said.object, Literal):
                        yield said.object.value
