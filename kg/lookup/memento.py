"""Past states of events and days, from the intervals during which captures show their revisions (RFC 7089).

All instants are xsd:dateTime texts in UTC, ``2011-11-08T12:00:00Z``, so that their order is that of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Store

from kg.errors import NotFoundError
from kg.lookup.describe import in_order, origins, summaries
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.prefixes import expand

#: What an event keeps whatever its wording.
LASTING: Final = (terms.TYPE, terms.START_DATE, terms.TEMPORAL, terms.LANGUAGE)
#: What a revision says of its event.
CONTENT: Final = (
    terms.LABEL,
    terms.NAME,
    terms.CATEGORY,
    terms.TOPIC,
    terms.TOPIC_LABEL,
    terms.ABOUT,
    terms.SOURCE,
)
#: What a day shows of its events.
LISTED: Final = (terms.LABEL, terms.NAME, terms.CATEGORY, terms.SOURCE)
DOCUMENT: Final = NamedNode(expand("foaf:Document"))
PRIMARY_TOPIC: Final = NamedNode(expand("foaf:primaryTopic"))
IS_VERSION_OF: Final = NamedNode(expand("dcterms:isVersionOf"))
VALID: Final = NamedNode(expand("dcterms:valid"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One interval during which captures show a revision; ``until`` is empty where the newest one does."""

    start: str
    until: str
    revision: NamedNode

    def at(self, instant: str) -> bool:
        """Whether the interval holds ``instant``; its end is the first instant outside of it."""
        return self.start <= instant and (not self.until or instant < self.until)


def instants(store: Store, iri: str) -> list[str]:
    """Return when the state of an event or a day changed, the first time first; empty where no time is proven.

    Raises NotFoundError if ``iri`` is neither an event nor a day of the graph.
    """
    shown = [one for event in _events(store, iri) for one in _shown(store, event)]
    return sorted({moment for one in shown for moment in (one.start, one.until) if moment})


def state(store: Store, iri: str, instant: str, memento: str, original: str) -> list[Quad]:
    """Return what was said about an event or a day at one of its instants, in a deterministic order.

    An event has the content of the revision that was shown then, and the revisions known until then; where it was
    not listed, that of the revision before, and since when (prov:invalidatedAtTime). A day names the events that
    were listed then. ``memento`` and ``original`` are the IRIs of the two documents: the dated and the current one.
    Raises NotFoundError if the state did not change at ``instant``.
    """
    if instant not in instants(store, iri):
        raise NotFoundError(f"there is no memento of <{iri}> of {instant}")
    subject = NamedNode(iri)
    if Quad(subject, terms.TYPE, terms.EVENT) in store:
        said = list(_event(store, subject, instant))
    else:
        said = [*_about(store, subject), *_listing(store, _events(store, iri), instant)]
    said += summaries(store, said)
    return in_order([*said, *_documents(subject, instant, NamedNode(memento), NamedNode(original))], subject)


def _events(store: Store, iri: str) -> list[NamedNode]:
    """Return the event itself, or the events of a day."""
    subject = NamedNode(iri)
    if Quad(subject, terms.TYPE, terms.EVENT) in store:
        return [subject]
    if Quad(subject, terms.TYPE, terms.PERIOD_OF_TIME) not in store:
        raise NotFoundError(f"<{iri}> is neither an event nor a day")
    of_day = (quad.subject for quad in store.quads_for_pattern(None, terms.TEMPORAL, subject))
    return [one for one in of_day if isinstance(one, NamedNode) and Quad(one, terms.TYPE, terms.EVENT) in store]


def _shown(store: Store, event: NamedNode) -> list[Shown]:
    """Return the intervals of all revisions of an event, the first one first."""
    found: list[Shown] = []
    for quad in store.quads_for_pattern(event, terms.REVISION, None):
        if isinstance(quad.object, NamedNode):
            found += _intervals(store, quad.object)
    return sorted(found, key=lambda one: (one.start, one.revision.value))


def _intervals(store: Store, revision: NamedNode) -> Iterator[Shown]:
    """Yield the intervals of a revision; they are disjoint, so each start has the next end as its own."""
    starts = _texts(store, revision, terms.OBSERVED_FROM)
    ends = _texts(store, revision, terms.OBSERVED_UNTIL)
    for start in starts:
        yield Shown(start, next((end for end in ends if end > start), ""), revision)


def _texts(store: Store, subject: NamedNode, predicate: NamedNode) -> list[str]:
    objects = (quad.object for quad in store.quads_for_pattern(subject, predicate, None))
    return sorted(one.value for one in objects if isinstance(one, Literal))


def _event(store: Store, event: NamedNode, instant: str) -> Iterator[Quad]:
    known = [one for one in _shown(store, event) if one.start <= instant]
    current = next((one for one in reversed(known) if one.at(instant)), None)
    last = current or max(known, key=lambda one: one.until)
    content = list(_said(store, last.revision, CONTENT))
    yield from _said(store, event, LASTING)
    yield from (Quad(event, quad.predicate, quad.object) for quad in content)
    yield from _places(store, event, content)
    if current is None:
        yield Quad(event, terms.INVALIDATED_AT, Literal(last.until, datatype=terms.DATE_TIME))
    else:
        yield Quad(event, terms.CURRENT_REVISION, current.revision)
    for revision in dict.fromkeys(one.revision for one in known):
        yield Quad(event, terms.REVISION, revision)
        yield from _revision(store, revision, instant)


def _revision(store: Store, revision: NamedNode, instant: str) -> Iterator[Quad]:
    """Yield what was known of a revision: later ends and starts of intervals are not told."""
    later = (terms.OBSERVED_FROM, terms.OBSERVED_UNTIL)
    for quad in _about(store, revision):
        if quad.predicate not in later or (isinstance(quad.object, Literal) and quad.object.value <= instant):
            yield quad
    for quad in store.quads_for_pattern(revision, terms.DERIVED_FROM, None):
        if isinstance(quad.object, NamedNode):
            yield from origins(store, quad.object)
    sources = (quad.object for quad in store.quads_for_pattern(revision, terms.SOURCE, None))
    for source in sources:
        if isinstance(source, NamedNode):
            yield from _about(store, source)


def _places(store: Store, event: NamedNode, content: Iterable[Quad]) -> Iterator[Quad]:
    """Yield the places that the content shown then names.

    What the event still names is its place if it is so now; what it names no more, if it is a place at all.
    """
    still = {quad.object for quad in _said(store, event, (terms.ABOUT, terms.TOPIC))}
    places = {quad.object for quad in store.quads_for_pattern(event, terms.PLACE, None)}
    for named in dict.fromkeys(quad.object for quad in content if quad.predicate in (terms.ABOUT, terms.TOPIC)):
        is_place = isinstance(named, NamedNode) and Quad(named, terms.TYPE, terms.SCHEMA_PLACE) in store
        if named in places or (named not in still and is_place):
            yield Quad(event, terms.PLACE, named)


def _listing(store: Store, events: Iterable[NamedNode], instant: str) -> Iterator[Quad]:
    for event in events:
        current = next((one for one in _shown(store, event) if one.at(instant)), None)
        if current is None:
            continue
        yield from _said(store, event, LASTING)
        for quad in _said(store, current.revision, LISTED):
            yield Quad(event, quad.predicate, quad.object)


def _said(store: Store, subject: NamedNode, predicates: Iterable[NamedNode]) -> Iterator[Quad]:
    for predicate in predicates:
        yield from store.quads_for_pattern(subject, predicate, None)


def _about(store: Store, subject: NamedNode) -> Iterator[Quad]:
    return iter(store.quads_for_pattern(subject, None, None))


def _documents(subject: NamedNode, instant: str, memento: NamedNode, original: NamedNode) -> Iterator[Quad]:
    yield Quad(memento, terms.TYPE, DOCUMENT)
    yield Quad(memento, PRIMARY_TOPIC, subject)
    yield Quad(memento, IS_VERSION_OF, original)
    yield Quad(memento, VALID, Literal(instant, datatype=terms.DATE_TIME))
    yield Quad(original, terms.TYPE, DOCUMENT)
    yield Quad(original, PRIMARY_TOPIC, subject)
