"""The history of an event: its wordings in order, with what each says and when captures showed it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from kg.errors import NotFoundError
from kg.events.comparison import ASPECTS, Comparison, Content, content
from kg.lookup.describe import summaries
from kg.lookup.memento import LASTING, intervals
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Excerpt, Graph, Pattern
from kg.rdf.serialize import Nodes, nodes

#: The properties whose values need labels in a history.
NAMING: Final = (*ASPECTS.values(), terms.DERIVED_FROM)


@dataclass(frozen=True, slots=True)
class ShownWording:
    """A wording of an event during one of the intervals in which captures show it.

    ``start`` and ``end`` are instants in UTC, in the form of xsd:dateTime; ``end`` is empty while the newest captures
    show it, and both are empty if no capture of known time does. ``written`` is when it was written according to a
    page, ``origin`` the IRI of a capture that has it; both may be empty. ``current`` says that the event has this
    wording now, ``titled`` that only its title is known, from a page's list of changes.
    """

    content: Content
    language: str
    start: str = ""
    end: str = ""
    written: str = ""
    origin: str = ""
    current: bool = False
    titled: bool = False

    @property
    def revision(self) -> str:
        """The IRI of its revision."""
        return self.content.revision


@dataclass(frozen=True, slots=True)
class EventHistory:
    """The wordings of an event, oldest first, its day, and since when no page lists it, if none does.

    A wording that captures show in several intervals is listed once for each. ``nodes`` have the labels of everything
    that they name, as in descriptions (see kg.rdf.serialize.nodes).
    """

    event: str
    day: str
    gone: str
    wordings: list[ShownWording]
    nodes: Nodes

    def former(self, number: int) -> ShownWording | None:
        """Return the last different wording before the one with this index; None if there is none."""
        own = self.wordings[number].revision
        return next((one for one in reversed(self.wordings[:number]) if one.revision != own), None)


def compared(before: ShownWording | None, after: ShownWording) -> Comparison:
    """Return what differs between two wordings: only in their titles, if only the title of one of them is known."""
    if before and (before.titled or after.titled):
        return Comparison(replace(before.content, values={}), replace(after.content, values={}))
    return Comparison(before.content if before else None, after.content)


def history(graph: Graph, iri: str) -> EventHistory:
    """Return the history of an event, or of the event of a revision.

    Raises NotFoundError if ``iri`` is neither an event nor a revision of one.
    """
    excerpt, event = Excerpt(graph), NamedNode(iri)
    excerpt.read(Pattern(event))
    of_event = _nodes(excerpt, event, terms.SPECIALIZATION_OF)
    if of_event:
        event = of_event[0]
        excerpt.read(Pattern(event))
    own = excerpt[Pattern(event)]
    if Quad(event, terms.TYPE, terms.EVENT) not in own:
        raise NotFoundError(f"<{iri}> is neither an event nor a revision of one")
    revisions = _nodes(excerpt, event, terms.REVISION)
    excerpt.read(*map(Pattern, revisions))
    entries = [one for revision in revisions for one in _nodes(excerpt, revision, terms.DERIVED_FROM)]
    excerpt.read(*map(_entry, entries))
    found = [one for revision in revisions for one in _shown(excerpt, event, revision)]
    gone = _text(excerpt, event, terms.INVALIDATED_AT)
    named = [quad for one in (event, *revisions) for quad in excerpt[Pattern(one)] if quad.predicate in NAMING]
    said = [quad for quad in own if quad.predicate in (*LASTING, terms.LABEL)]
    return EventHistory(
        event.value,
        _text(excerpt, event, terms.START_DATE),
        gone,
        _in_order(found, _text(excerpt, event, terms.CURRENT_REVISION)),
        nodes([*said, *summaries(excerpt, named)]),
    )


def _shown(excerpt: Excerpt, event: NamedNode, revision: NamedNode) -> list[tuple[int, ShownWording]]:
    """Return a wording in each of its intervals, and its position in a page's list of changes."""
    said, entries = excerpt[Pattern(revision)], _nodes(excerpt, revision, terms.DERIVED_FROM)
    labels = (quad.object for quad in said if quad.predicate == terms.LABEL)
    printed = [quad for one in entries for quad in excerpt[_entry(one)]]
    position = min((terms.whole(one) for one in _texts(printed, terms.POSITION)), default=0)
    wording = ShownWording(
        content(revision, event.value, _text(excerpt, event, terms.START_DATE), said),
        next((one.language or "" for one in labels if isinstance(one, Literal)), ""),
        written=max(_texts(printed, terms.LAST_WRITTEN), default=""),
        origin=min((one.value for one in entries), default=""),
        titled=bool(entries) and all("#change-" in one.value for one in entries),
    )
    spans = intervals(excerpt, revision)
    return [(position, replace(wording, start=one.start, end=one.until)) for one in spans] or [(position, wording)]


def _in_order(found: Iterable[tuple[int, ShownWording]], current: str) -> list[ShownWording]:
    """Return wordings sorted by when they were first shown, or else written; among equals, the current one is last."""

    def key(one: tuple[int, ShownWording]) -> tuple[bool, str, int, str]:
        position, wording = one
        last = not wording.start and wording.revision == current
        return last, wording.start or wording.written, position, wording.revision

    ordered = [wording for _, wording in sorted(found, key=key)]
    newest = max((at for at, one in enumerate(ordered) if one.revision == current), default=-1)
    return [replace(one, current=at == newest) for at, one in enumerate(ordered)]


def _nodes(excerpt: Excerpt, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
    found = (quad.object for quad in excerpt[Pattern(subject)] if quad.predicate == predicate)
    return sorted({one for one in found if isinstance(one, NamedNode)}, key=str)


def _text(excerpt: Excerpt, subject: NamedNode, predicate: NamedNode) -> str:
    """Return the value of a predicate that was read about a thing, as text; the smallest of several."""
    return min(_texts(excerpt[Pattern(subject)], predicate), default="")


def _texts(quads: Iterable[Quad], predicate: NamedNode) -> list[str]:
    found = (quad.object for quad in quads if quad.predicate == predicate)
    return [one.value for one in found if isinstance(one, NamedNode | Literal)]


def _entry(entry: NamedNode) -> Pattern:
    """Return the patterns for the position of an entry on its page, and for when it was written."""
    return Pattern(entry, (terms.POSITION, terms.LAST_WRITTEN))
