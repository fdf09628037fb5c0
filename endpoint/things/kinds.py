"""The kind of a thing, for its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from endpoint.html.reader import Reader
from endpoint.rendering.language import message
from kg.lookup.search.search_index import KINDS
from kg.rdf import terms
from kg.rdf.prefixes import expand

PERSONS: Final = next(one.classes for one in KINDS if one.word == "person")
CLASSES: Final = {
    terms.COUNTRY.value: message("Country"),
    terms.ADMINISTRATIVE_AREA.value: message("Division"),
    terms.CITY.value: message("City"),
    terms.SCHEMA_PLACE.value: message("Place"),
    **dict.fromkeys(PERSONS, message("Person")),
    expand("schema:CreativeWork"): message("Work"),
    "http://dbpedia.org/ontology/Work": message("Work"),
    terms.CONCEPT.value: message("Category"),
}
"""The classes that determine the kind of a thing, the most specific first."""


def kind(reader: Reader, iri: str, events: Mapping[str, int]) -> str:
    """Return the kind of a thing: by its class, or else by how events refer to it."""
    classes = reader.iris(iri, "rdf:type")
    found = next((word for name, word in CLASSES.items() if name in classes), "")
    if found:
        return found
    if terms.ORGANIZATION.value in classes:
        return message("Publisher") if "publisher" in events or "entity" not in events else message("Organisation")
    if mostly(events, "story"):
        return message("Story")
    return message("Topic") if mostly(events, "topic") else message("Named by events")


def mostly(events: Mapping[str, int], facet: str) -> bool:
    """Return whether at least half of the events that name a thing have it in a facet."""
    return 2 * events.get(facet, 0) >= max(1, events.get("entity", 0))
