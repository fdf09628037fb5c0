"""Metadata of a page for search engines: schema.org, with only what is known to be true.

The page about an event is a NewsArticle. If the sentence says at which place it happened, and the country of that place
is known, there is also an Event, with everything that search engines require of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kg.rdf import terms
from kg.rdf.prefixes import expand

#: Given inline, so that nothing has to be fetched to read it.
CONTEXT: Final = {"@vocab": "https://schema.org/"}
#: The schema.org classes for the classes of the graph, except places.
CLASSES: Final = {
    "schema:Organization": "Organization",
    "skos:Concept": "DefinedTerm",
    "ng:Revision": "CreativeWork",
    "ng:Page": "CreativeWork",
    "ng:Source": "CreativeWork",
}

Nodes = Mapping[str, Mapping[str, list[dict[str, str]]]]
Thing = dict[str, Any]


def page_about(iri: str, nodes: Nodes, page: str) -> Thing:
    """Return the JSON-LD for the page at the address ``page`` about ``iri``.

    ``nodes`` are those of the description that the page shows (see kg.rdf.serialize.nodes).
    """
    return news(iri, nodes, page) if terms.EVENT.value in _all(nodes, iri, "rdf:type") else subject(iri, nodes, page)


def news(event: str, nodes: Nodes, page: str) -> Thing:
    """Return the JSON-LD for the page about an event; arguments as for ``page_about``."""
    article = _article(event, nodes, page)
    happening = _event(event, nodes, page)
    return {"@context": CONTEXT, "@graph": [article, happening] if happening else [article]}


def subject(iri: str, nodes: Nodes, page: str) -> Thing:
    """Return the JSON-LD for the page about anything else; arguments as for ``page_about``."""
    types = _all(nodes, iri, "rdf:type")
    known = next((name for term, name in CLASSES.items() if expand(term) in types), None)
    about = _place(nodes, iri) | ({"@type": known} if known else {}) | {"mainEntityOfPage": page}
    return {"@context": CONTEXT, "@graph": [{"@type": "WebPage", "@id": page, "mainEntity": {"@id": iri}}, about]}


def _article(event: str, nodes: Nodes, page: str) -> Thing:
    return _known(
        {
            "@type": "NewsArticle",
            "@id": page,
            "url": page,
            "mainEntityOfPage": page,
            "headline": _first(nodes, event, "schema:name"),
            "inLanguage": _first(nodes, event, "dcterms:language"),
            "temporalCoverage": _first(nodes, event, "schema:startDate"),
            "articleSection": [_first(nodes, one, "rdfs:label") for one in _all(nodes, event, "ng:category")],
            "image": _web(_all(nodes, event, "schema:image")),
            "about": {"@id": event, "name": _first(nodes, event, "schema:name")},
            "mentions": [_named(nodes, one) for one in _all(nodes, event, "schema:about")],
            "contentLocation": [_place(nodes, one) for one in _all(nodes, event, "schema:location")],
            "citation": [_source(nodes, one) for one in _web(_all(nodes, event, "ng:source"))],
            "license": _first(nodes, page, "dcterms:license"),
        }
    )


def _event(event: str, nodes: Nodes, page: str) -> Thing | None:
    """Return the event, if everything that search engines require is known: name, startDate, location with address."""
    places = [_place(nodes, one) for one in _all(nodes, event, "schema:location")]
    title, date = _first(nodes, event, "schema:name"), _first(nodes, event, "schema:startDate")
    located = [place for place in places if "address" in place]
    if not (located and title and date):
        return None
    return _known(
        {
            "@type": "Event",
            "@id": event,
            "url": page,
            "name": title,
            "description": title,
            "startDate": date,
            "endDate": _first(nodes, event, "schema:endDate"),
            "location": located if len(located) > 1 else located[0],
            "image": _web(_all(nodes, event, "schema:image")),
            "inLanguage": _first(nodes, event, "dcterms:language"),
            "subjectOf": {"@id": page},
        }
    )


def _place(nodes: Nodes, place: str) -> Thing:
    country = _first(nodes, place, "schema:addressCountry")
    latitude, longitude = _first(nodes, place, "wgs:lat"), _first(nodes, place, "wgs:long")
    coordinates = {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}
    return _known(
        {
            **_named(nodes, place),
            "address": {"@type": "PostalAddress", "addressCountry": country} if country else None,
            "geo": coordinates if latitude and longitude else None,
        }
    )


def _source(nodes: Nodes, source: str) -> Thing:
    publishers = _organizations(nodes, source, "dcterms:publisher")
    authors = _organizations(nodes, source, "schema:author")
    return _known({"@type": "CreativeWork", "@id": source, "url": source, "publisher": publishers, "author": authors})


def _organizations(nodes: Nodes, source: str, name: str) -> list[Thing]:
    names = (_first(nodes, one, "rdfs:label") for one in _all(nodes, source, name))
    return [{"@type": "Organization", "name": label} for label in names if label]


def _named(nodes: Nodes, thing: str) -> Thing:
    place = terms.SCHEMA_PLACE.value in _all(nodes, thing, "rdf:type")
    name = _first(nodes, thing, "rdfs:label")
    return _known({"@type": "Place" if place else "Thing", "@id": thing, "name": name})


def _web(addresses: list[str]) -> list[str]:
    return [one for one in addresses if one.startswith(("http://", "https://"))]


def _all(nodes: Nodes, iri: str, name: str) -> list[str]:
    values = nodes.get(iri, {}).get(expand(name), [])
    return [one.get("iri", one.get("value", "")) for one in values]


def _first(nodes: Nodes, iri: str, name: str) -> str:
    return next(iter(_all(nodes, iri, name)), "")


def _known(thing: Thing) -> Thing:
    """Return a thing without its empty properties."""
    return {name: value for name, value in thing.items() if value}
