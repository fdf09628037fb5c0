"""The one table of prefixes that every serialization uses, and IRIs of terms by their prefixed names."""

from __future__ import annotations

from typing import Final

from kg.errors import ConfigurationError

PREFIXES: Final[dict[str, str]] = {
    "ng": "https://w3id.org/newsgraph/ns#",
    "schema": "https://schema.org/",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dbo": "http://dbpedia.org/ontology/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "void": "http://rdfs.org/ns/void#",
    "spdx": "http://spdx.org/rdf/terms#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def expand(name: str) -> str:
    """Return the IRI of a prefixed name such as ``ng:Event``.

    Raises ConfigurationError for a prefix that the table does not have.
    """
    prefix, _, local = name.partition(":")
    if prefix not in PREFIXES:
        raise ConfigurationError(f"{name!r} has no known prefix")
    return PREFIXES[prefix] + local


def compact(iri: str) -> str:
    """Return the prefixed name of an IRI, or the IRI itself if no prefix in the table fits.

    Only a local name of letters, digits, ``_`` and ``-`` is shortened, so that the name is valid everywhere.
    """
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local.replace("_", "").replace("-", "").isalnum() and local.isascii():
            return f"{prefix}:{local}"
    return iri
