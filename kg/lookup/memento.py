"""Past states of events and days, from the intervals during which captures show their revisions (RFC 7089).

All instants are xsd:dateTime texts in UTC, ``2011-11-08T12:00:00Z``, which sort by time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kg.errors import NotFoundError
from kg.lookup.describe import in_order, origins, summaries
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Excerpt, Graph, Pattern

#: Properties of an event that do not depend on its wording.
LASTING: Final = (terms.TYPE, terms.START_DATE, terms.TEMPORAL, terms.LANGUAGE)
#: What a revision says about its event.
CONTENT: Final = (
    terms.LABEL,
    terms.NAME,
    terms.CATEGORY,
    terms.TOPIC,
    terms.TOPIC_LABEL,
    terms.ABOUT,
    terms.SOURCE,
)
#: What a day shows about its events.
LISTED: Final = (terms.LABEL, terms.NAME, terms.CATEGORY, terms.SOURCE)


@dataclass(frozen=True, slots=True)
class ShownInterval:
    """One interval during which captures show a revision; ``until`` is empty if the newest capture shows it."""

    start: str
    until: str
    revision: NamedNode

    def at(self, instant: str) -> bool:
        """Return whether the interval holds ``instant``; its end is the first instant outside of it."""
        return self.start <= instant and (not self.until or instant < self.until)


def instants(graph: Graph, iri: str) -> list[str]:
    """Return when the state of an event or a day changed, earliest first; empty if no time is proven.

    Raises NotFoundError if ``iri`` is neither an event nor a day of the graph.
    """
    excerpt = Excerpt(graph)
    return _instants(excerpt, _events(excerpt, NamedNode(iri)))


def state(graph: Graph, iri: str, instant: str, memento: str, original: str) -> list[Quad]:
    """Return the statements about an event or a day at one of its instants, in a deterministic order.

    An event has the content of the revision shown then, and the revisions known until then; if it was not listed, the
    content of the revision before, and since when (prov:invalidatedAtTime). A day names the events listed then.
    ``memento`` and ``original`` are the IRIs of the two documents: the dated and the current one. Raises NotFoundError
    if the state did not change at ``instant``.
    """
    excerpt, subject = Excerpt(graph), NamedNode(iri)
    events = _events(excerpt, subject)
    if instant not in _instants(excerpt, events):
        raise NotFoundError(f"there is no memento of <{iri}> of {instant}")
    if _is(excerpt, subject, terms.EVENT):
        said = list(_event(excerpt, subject, instant))
    else:
        said = [*excerpt[Pattern(subject)], *_listing(excerpt, events, instant)]
    said += summaries(excerpt, said)
    return in_order([*said, *_documents(subject, instant, NamedNode(memento), NamedNode(original))], subject)


def _instants(excerpt: Excerpt, events: Iterable[NamedNode]) -> list[str]:
    shown = [one for event in events for one in _shown(excerpt, event)]
    return sorted({moment for one in shown for moment in (one.start, one.until) if moment})


def _events(excerpt: Excerpt, subject: NamedNode) -> list[NamedNode]:
    """Read an event, or the events of a day, with all their revisions; return the event itself, or those of the day.

    Raises NotFoundError if ``subject`` is neither.
    """
    of_day = Pattern(None, (terms.TEMPORAL,), subject)
    excerpt.read(Pattern(subject), of_day)
    if _is(excerpt, subject, terms.EVENT):
        _read_revisions(excerpt, [subject])
        return [subject]
    if not _is(excerpt, subject, terms.PERIOD_OF_TIME):
        raise NotFoundError(f"<{subject.value}> is neither an event nor a day")
    listed = [quad.subject for quad in excerpt[of_day] if isinstance(quad.subject, NamedNode)]
    excerpt.read(*map(Pattern, listed))
    events = [one for one in listed if _is(excerpt, one, terms.EVENT)]
    _read_revisions(excerpt, events)
    return events


def _read_revisions(excerpt: Excerpt, events: Iterable[NamedNode]) -> None:
    excerpt.read(*(Pattern(one) for event in events for one in _nodes(excerpt, event, terms.REVISION)))


def _is(excerpt: Excerpt, subject: NamedNode, class_: NamedNode) -> bool:
    """Return whether the default graph, as far as it was read, says that a thing is of a class."""
    return Quad(subject, terms.TYPE, class_) in excerpt[Pattern(subject)]


def _shown(excerpt: Excerpt, event: NamedNode) -> list[ShownInterval]:
    """Return the intervals of all revisions of an event, the earliest first."""
    found = [one for revision in _nodes(excerpt, event, terms.REVISION) for one in intervals(excerpt, revision)]
    return sorted(found, key=lambda one: (one.start, one.revision.value))


def intervals(excerpt: Excerpt, revision: NamedNode) -> Iterator[ShownInterval]:
    """Yield the intervals of a revision that was read; they are disjoint, so each start is paired with the next end."""
    starts = _texts(excerpt, revision, terms.OBSERVED_FROM)
    ends = _texts(excerpt, revision, terms.OBSERVED_UNTIL)
    for start in starts:
        yield ShownInterval(start, next((end for end in ends if end > start), ""), revision)


def _texts(excerpt: Excerpt, subject: NamedNode, predicate: NamedNode) -> list[str]:
    objects = (quad.object for quad in _said(excerpt, subject, (predicate,)))
    return sorted(one.value for one in objects if isinstance(one, Literal) and terms.is_instant(one.value))


def _event(excerpt: Excerpt, event: NamedNode, instant: str) -> Iterator[Quad]:
    known = [one for one in _shown(excerpt, event) if one.start <= instant]
    current = next((one for one in reversed(known) if one.at(instant)), None)
    last = current or max(known, key=lambda one: one.until)
    content = list(_said(excerpt, last.revision, CONTENT))
    revisions = list(dict.fromkeys(one.revision for one in known))
    _read_named(excerpt, revisions, content)
    yield from _said(excerpt, event, LASTING)
    yield from (Quad(event, quad.predicate, quad.object) for quad in content)
    yield from _places(excerpt, event, content)
    if current is None:
        yield Quad(event, terms.INVALIDATED_AT, Literal(last.until, datatype=terms.DATE_TIME))
    else:
        yield Quad(event, terms.CURRENT_REVISION, current.revision)
    for revision in revisions:
        yield Quad(event, terms.REVISION, revision)
        yield from _revision(excerpt, revision, instant)


def _read_named(excerpt: Excerpt, revisions: Iterable[NamedNode], content: Iterable[Quad]) -> None:
    """Read the origins and sources of revisions, and the classes of what one of them names."""
    wanted = [Pattern(one, (terms.TYPE,)) for one in _named(content)]
    for revision in revisions:
        wanted += (pattern for entry in _nodes(excerpt, revision, terms.DERIVED_FROM) for pattern in origins(entry))
        wanted += map(Pattern, _nodes(excerpt, revision, terms.SOURCE))
    excerpt.read(*wanted)


def _revision(excerpt: Excerpt, revision: NamedNode, instant: str) -> Iterator[Quad]:
    """Yield what was known about a revision: later ends and starts of intervals are left out."""
    later = (terms.OBSERVED_FROM, terms.OBSERVED_UNTIL)
    for quad in excerpt[Pattern(revision)]:
        if quad.predicate not in later or (isinstance(quad.object, Literal) and quad.object.value <= instant):
            yield quad
    for entry in _nodes(excerpt, revision, terms.DERIVED_FROM):
        for pattern in origins(entry):
            yield from excerpt[pattern]
    for source in _nodes(excerpt, revision, terms.SOURCE):
        yield from excerpt[Pattern(source)]


def _places(excerpt: Excerpt, event: NamedNode, content: Iterable[Quad]) -> Iterator[Quad]:
    """Yield the places that the content shown then names.

    What the event still names is its place if it is so now; what it no longer names, if it is a place at all.
    """
    still = {quad.object for quad in _said(excerpt, event, (terms.ABOUT, terms.TOPIC))}
    places = {quad.object for quad in _said(excerpt, event, (terms.PLACE,))}
    for named in _named(content):
        is_place = Quad(named, terms.TYPE, terms.SCHEMA_PLACE) in excerpt[Pattern(named, (terms.TYPE,))]
        if named in places or (named not in still and is_place):
            yield Quad(event, terms.PLACE, named)


def _named(content: Iterable[Quad]) -> Iterable[NamedNode]:
    """Return the things that content is about."""
    naming = (quad.object for quad in content if quad.predicate in (terms.ABOUT, terms.TOPIC))
    return dict.fromkeys(one for one in naming if isinstance(one, NamedNode))


def _listing(excerpt: Excerpt, events: Iterable[NamedNode], instant: str) -> Iterator[Quad]:
    for event in events:
        current = next((one for one in _shown(excerpt, event) if one.at(instant)), None)
        if current is None:
            continue
        yield from _said(excerpt, event, LASTING)
        for quad in _said(excerpt, current.revision, LISTED):
            yield Quad(event, quad.predicate, quad.object)


def _said(excerpt: Excerpt, subject: NamedNode, predicates: Iterable[NamedNode]) -> Iterator[Quad]:
    """Yield the statements read about a thing with some predicates, in the order of these."""
    for predicate in predicates:
        yield from (quad for quad in excerpt[Pattern(subject)] if quad.predicate == predicate)


def _nodes(excerpt: Excerpt, subject: NamedNode, predicate: NamedNode) -> Iterator[NamedNode]:
    objects = (quad.object for quad in _said(excerpt, subject, (predicate,)))
    return (one for one in objects if isinstance(one, NamedNode))


def _documents(subject: NamedNode, instant: str, memento: NamedNode, original: NamedNode) -> Iterator[Quad]:
    yield Quad(memento, terms.TYPE, terms.DOCUMENT)
    yield Quad(memento, terms.PRIMARY_TOPIC, subject)
    yield Quad(memento, terms.IS_VERSION_OF, original)
    yield Quad(memento, terms.VALID, Literal(instant, datatype=terms.DATE_TIME))
    yield Quad(original, terms.TYPE, terms.DOCUMENT)
    yield Quad(original, terms.PRIMARY_TOPIC, subject)
