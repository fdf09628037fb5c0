"""The texts of a catalogue: titles and descriptions of what is published, licences and credits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.dialects.publication import Publication
from kg.publish import catalog_terms
from kg.publish.catalog_terms import Value, literal, node, say
from kg.publish.dump_parts import Part
from kg.rdf import NamedNode, Quad
from kg.rdf.licences import BY_4, PUBLIC_DOMAIN

GEONAMES: Final = "https://www.geonames.org/"
NATURAL_EARTH: Final = "https://www.naturalearthdata.com/"
GAZETTEER: Final = (NamedNode(GEONAMES), NamedNode(NATURAL_EARTH))
"""The source of the table of places."""

TITLES: Final[Mapping[Part | None, str]] = {
    None: "newsgraph: news events as linked data",
    "core": "Events, revisions, entities and sources",
    "captures": "Pages and their entries",
    "enrichment": "What other data sets say about the entities",
}
DESCRIPTIONS: Final[Mapping[Part | None, str]] = {
    None: "Dated news events of an archive, with their places, sources and wordings over time.",
    "core": "The events with their wordings over time, the places and other entities they name, and what they cite.",
    "captures": "The captures of the archive's pages, each with the entries that it prints.",
    "enrichment": "Coordinates, types, labels and links of entities, asked from other data sets on the day that each "
    "of its graphs says.",
}


@dataclass(frozen=True, slots=True)
class DataService:
    """The texts about a service, and the standard that it conforms to."""

    title: str
    description: str
    keyword: str
    standard: NamedNode


SERVICES: Final[Mapping[str, DataService]] = {
    "sparql": DataService(
        "SPARQL endpoint", "Answers SPARQL 1.1 queries over the whole graph.", "SPARQL", catalog_terms.SPARQL
    ),
    "reconcile": DataService(
        "Reconciliation service",
        "Matches the names in a table with places, people, topics and publishers, and extends the table with what the "
        "graph says of them.",
        "reconciliation",
        catalog_terms.RECONCILIATION,
    ),
}
"""The services that answer queries over the whole graph, by path."""
PLACES: Final = (
    "Names and containment of places and coordinates of cities: GeoNames, CC BY 4.0, modified. "
    "Coordinates of countries and divisions: made from Natural Earth, in the public domain."
)
UNKNOWN: Final = "Under which licence the text is, is not known."
PARTLY_UNKNOWN: Final = "Under which licence a part of the text is, is not known."


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes the data: a name, and an address (``mailto:`` or ``https:``) or ""."""

    name: str
    contact: str = ""


def rights(publications: Sequence[Publication]) -> str:
    """Return in words whom to credit, what the licences do not cover, and where the licence is unknown."""
    silent = [one for one in publications if not one.licences]
    unknown = UNKNOWN if len(silent) == len(publications) else PARTLY_UNKNOWN if silent else ""
    said = (*(one.rights for one in publications), unknown, PLACES, *(one.reserved for one in publications))
    return " ".join(filter(None, said))


def sources(publications: Iterable[Publication]) -> tuple[NamedNode, ...]:
    """Return the archives that have an IRI."""
    return tuple(NamedNode(one.source) for one in publications if one.source)


def documents(publications: Iterable[Publication]) -> Iterator[Quad]:
    """Yield the descriptions of sources and licences, given wherever they are named."""
    known = list(publications)
    for one in known:
        yield from _archive(one) if one.source else ()
    yield from say(
        NamedNode(GEONAMES),
        {
            "rdf:type": node("prov:Entity"),
            "dcterms:title": literal("GeoNames"),
            "dcterms:license": NamedNode(BY_4),
        },
    )
    yield from say(
        NamedNode(NATURAL_EARTH),
        {
            "rdf:type": node("prov:Entity"),
            "dcterms:title": literal("Natural Earth"),
            "dcterms:license": NamedNode(PUBLIC_DOMAIN),
        },
    )
    named = dict.fromkeys(iri for one in known for iri in (*one.source_licences, *one.licences))
    for iri in (*named, BY_4, PUBLIC_DOMAIN):
        yield from catalog_terms.licence(iri)
    yield from catalog_terms.concepts()


def _archive(one: Publication) -> Iterator[Quad]:
    said: dict[str, Value] = {
        "rdf:type": node("prov:Entity"),
        "dcterms:title": literal(one.title, language="en") if one.title else None,
        "dcterms:license": [NamedNode(iri) for iri in one.source_licences],
    }
    yield from say(NamedNode(one.source), said)
