"""The SPARQL query equivalent to a list, for people who want to change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from endpoint.listing.asked import AskedList
from endpoint.rendering.language import message
from kg.lookup.listing.filter import BoundingBox, Filter, Relation, Sort
from kg.rdf import Literal, NamedNode
from kg.rdf.prefixes import expand

ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A query, and the respects in which it differs from the list."""

    text: str
    difference: str = ""


def as_sparql(asked: AskedList, base: str) -> ListQuery | None:
    """Return the query for the events of a list; None for a list that SPARQL cannot express.

    Values are serialized by the engine, so no value can break out of its term.
    """
    found = asked.filter
    if found.relation == Relation.NEAR:
        return None
    body = "".join(f"  {line}\n" for line in _patterns(found))
    order = "?date ?event" if asked.sort == Sort.OLDEST else "DESC(?date) DESC(?event)"
    text = f"SELECT DISTINCT ?event ?date ?title WHERE {{\n{body}}}\nORDER BY {order}\nLIMIT {ROWS}\n"
    return ListQuery(text, WORDS if found.words else "")


WORDS: Final = message(
    "It looks for the letters of each word in titles; the list looks for whole words and for words that begin so."
)


def _patterns(asked: Filter) -> Iterator[str]:
    if asked.place:
        place = NamedNode(asked.place)
        if asked.relation == Relation.NAMES:
            yield f"?event ng:place {place} ."
        else:
            yield f"?event schema:location/schema:containedInPlace* {place} ."
    named = {"ng:category": asked.category, "ng:topic": asked.topic, "(ng:topic|ng:place|schema:about)": asked.entity}
    yield from (f"?event {path} {NamedNode(iri)} ." for path, iri in named.items() if iri)
    if asked.story:
        yield f"{NamedNode(asked.story)} schema:subEvent ?event ."
    if asked.publisher:
        yield f"?event ng:source/dcterms:publisher {NamedNode(asked.publisher)} ."
    yield "?event a ng:Event ; rdfs:label ?title ; schema:startDate ?date ."
    if asked.language:
        yield f"?event dcterms:language {Literal(asked.language)} ."
    day = NamedNode(expand("xsd:date"))
    if asked.first:
        yield f"FILTER(?date >= {Literal(asked.first, datatype=day)})"
    if asked.last:
        yield f"FILTER(?date <= {Literal(asked.last, datatype=day)})"
    yield from (f"FILTER(CONTAINS(LCASE(?title), {Literal(word.lower())}))" for word in asked.words.split())
    if asked.box:
        yield from _within(asked.box)


def _within(box: BoundingBox) -> Iterator[str]:
    yield "?event schema:location ?where . ?where wgs:lat ?latitude ; wgs:long ?longitude ."
    yield "FILTER NOT EXISTS { ?where a schema:Country } FILTER NOT EXISTS { ?where a schema:AdministrativeArea }"
    yield f"FILTER(?latitude >= {box.south} && ?latitude <= {box.north})"
    spans = (f"(?longitude >= {west} && ?longitude <= {east})" for west, east in box.spans())
    yield f"FILTER({' || '.join(spans)})"
