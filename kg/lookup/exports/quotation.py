"""Everything needed to quote an event: its wording, with its sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Excerpt, Graph, Pattern


@dataclass(frozen=True, slots=True)
class Quotation:
    """The wording of an event: ``iri`` is the requested one, of the event or a revision.

    ``sentence`` is in ``language`` (a tag), ``date`` is the day of the event, and ``sources`` are the addresses that
    the wording cites. What the graph does not say is empty.
    """

    iri: str
    event: str
    revision: str
    date: str
    sentence: str
    language: str
    sources: tuple[str, ...]


def quotations(graph: Graph, iris: Sequence[str]) -> list[Quotation]:
    """Return a quotation for each IRI of an event, or of a revision of one, in order."""
    excerpt = Excerpt(graph)
    asked = {iri: Pattern(NamedNode(iri)) for iri in dict.fromkeys(iris)}
    excerpt.read(*asked.values())
    events = {iri: _event(iri, excerpt[one]) for iri, one in asked.items()}
    excerpt.read(*(Pattern(NamedNode(event)) for event in events.values() if event))
    return [_quotation(excerpt, iri, event) for iri, event in events.items() if event]


def _event(iri: str, said: Iterable[Quad]) -> str:
    """Return the IRI of the event that an IRI denotes, or is a revision of; "" if neither."""
    kinds = set(_values(said, terms.TYPE))
    if terms.REVISION_CLASS.value in kinds:
        return min(_values(said, terms.SPECIALIZATION_OF), default="")
    return iri if terms.EVENT.value in kinds else ""


def _quotation(excerpt: Excerpt, iri: str, event: str) -> Quotation:
    of_event, said = excerpt[Pattern(NamedNode(event))], excerpt[Pattern(NamedNode(iri))]
    titles = [one.object for one in said if one.predicate == terms.LABEL and isinstance(one.object, Literal)]
    title = min(titles, key=str, default=Literal(""))
    return Quotation(
        iri,
        event,
        iri if iri != event else min(_values(of_event, terms.CURRENT_REVISION), default=""),
        max(filter(terms.is_day, _values(of_event, terms.START_DATE)), default=""),
        title.value,
        title.language or min(_values(of_event, terms.LANGUAGE), default=""),
        tuple(sorted(_values(said, terms.SOURCE))),
    )


def _values(said: Iterable[Quad], predicate: NamedNode) -> list[str]:
    found = (quad.object for quad in said if quad.predicate == predicate)
    return [one.value for one in found if isinstance(one, NamedNode | Literal)]
