"""The words of a catalogue: titles and descriptions of what is published, licences and whom to credit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kg.publish import catalog_terms
from kg.publish.catalog_terms import literal, node, say
from kg.publish.dump_parts import Part
from kg.rdf import NamedNode, Quad
from kg.rdf.licences import BY_4, BY_SA_3, BY_SA_4, NAMES, PUBLIC_DOMAIN

WIKIPEDIA: Final = "https://en.wikipedia.org/wiki/Portal:Current_events"
GEONAMES: Final = "https://www.geonames.org/"
NATURAL_EARTH: Final = "https://www.naturalearthdata.com/"
GAZETTEER: Final = (NamedNode(GEONAMES), NamedNode(NATURAL_EARTH))
"""What the table of places is made from."""

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
RIGHTS: Final = (
    "Text by the contributors of Wikipedia's Current events portal, and of the Context, which was made from it; "
    "modified: taken apart into statements, with links resolved, and places and revisions added. Each capture of a "
    "wiki page whose time is known names the page history that lists its authors, and its licence: CC BY-SA 3.0, from "
    "June 2023 on CC BY-SA 4.0. Names and containment of places and coordinates of cities: GeoNames, CC BY 4.0, "
    "modified. Coordinates of countries and divisions: made from Natural Earth, in the public domain. Descriptions "
    "and images that pages of the Context print belong to their publishers."
)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes the data: a name, and an address (``mailto:`` or ``https:``) or nothing."""

    name: str
    contact: str = ""


def documents() -> Iterator[Quad]:
    """Yield what is said of the sources and licences, wherever they are named."""
    yield from say(
        NamedNode(WIKIPEDIA),
        {
            "rdf:type": node("prov:Entity"),
            "dcterms:title": literal("Wikipedia: Current events portal", language="en"),
            "dcterms:license": (NamedNode(BY_SA_3), NamedNode(BY_SA_4)),
        },
    )
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
    for iri, name in NAMES.items():
        yield from catalog_terms.licence(iri, name)
    yield from catalog_terms.concepts()
