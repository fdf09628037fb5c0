"""The SPARQL 1.1 Service Description, with VoID in it, computed from what the engine can do and the store holds."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from flask import request

from endpoint.site.site import Site
from kg.publish.catalog_snapshot import PATH
from kg.publish.dump_files import NAME
from kg.rdf import BlankNode, Literal, NamedNode, Quad
from kg.rdf.formats import RDF_FORMATS, RESULT_FORMATS, UPLOAD_FORMATS, Format
from kg.rdf.prefixes import expand
from kg.workers.operations import Capabilities

ENTAILMENT: Final = "http://www.w3.org/ns/entailment/Simple"
INTEGER: Final = NamedNode(expand("xsd:integer"))

Statement = tuple[Any, str, Any]


def description(site: Site) -> list[Quad]:
    """Return the description of the endpoint that answers the current request.

    Service and data set are those of the catalogue, which says more of them.
    See https://www.w3.org/TR/sparql11-service-description/ and https://www.w3.org/TR/void/.
    """
    able: dict[str, Any] = site.cached("capabilities", lambda: site.workers.ask(Capabilities()), lambda _: 10_000)
    endpoint = NamedNode(_address(site))
    catalogue = f"{site.snapshot.manifest.base}{PATH}"
    service, dataset = NamedNode(f"{catalogue}#sparql"), NamedNode(f"{catalogue}#{NAME}")
    statements = [
        *_service(service, endpoint, site, able),
        (service, expand("sd:defaultDataset"), dataset),
        *_dataset(dataset, endpoint, site),
        (dataset, expand("rdfs:seeAlso"), NamedNode(catalogue)),
        *_graphs(dataset, able),
    ]
    return [Quad(subject, NamedNode(predicate), value) for subject, predicate, value in statements]


def _address(site: Site) -> str:
    """Return the address of this endpoint: the one asked for, if its host is known to be ours."""
    base = site.snapshot.manifest.base
    ours = {urlsplit(base).hostname, site.settings.host, "127.0.0.1", "localhost", "::1"}
    return request.base_url if urlsplit(request.host_url).hostname in ours else f"{base}sparql"


def _service(service: NamedNode, endpoint: NamedNode, site: Site, able: dict[str, Any]) -> list[Statement]:
    languages = ["SPARQL10Query", "SPARQL11Query", *(["SPARQL11Update"] if site.writer else [])]
    features = [*able["features"], *(["BasicFederatedQuery"] if site.settings.services else [])]
    statements: list[Statement] = [
        (service, expand("rdf:type"), NamedNode(expand("sd:Service"))),
        (service, expand("sd:endpoint"), endpoint),
        (service, expand("sd:defaultEntailmentRegime"), NamedNode(ENTAILMENT)),
        *((service, expand("sd:supportedLanguage"), NamedNode(expand(f"sd:{one}"))) for one in languages),
        *((service, expand("sd:feature"), NamedNode(expand(f"sd:{one}"))) for one in features),
        *((service, expand("sd:extensionFunction"), NamedNode(one)) for one in able["functions"]),
        *((service, expand("sd:resultFormat"), _iri(one)) for one in (*RDF_FORMATS, *RESULT_FORMATS)),
    ]
    if site.writer:
        statements += [(service, expand("sd:inputFormat"), _iri(one)) for one in UPLOAD_FORMATS]
    return statements


def _iri(format: Format) -> NamedNode:  # noqa: A002
    """Return the IRI of a format (https://www.w3.org/ns/formats/)."""
    engine = format.rdf or format.results
    assert engine is not None  # noqa: S101
    return NamedNode(engine.iri)


def _dataset(dataset: NamedNode, endpoint: NamedNode, site: Site) -> list[Statement]:
    manifest = site.snapshot.manifest
    base = manifest.base
    return [
        (dataset, expand("rdf:type"), NamedNode(expand("sd:Dataset"))),
        (dataset, expand("rdf:type"), NamedNode(expand("void:Dataset"))),
        (dataset, expand("void:sparqlEndpoint"), endpoint),
        (dataset, expand("void:uriSpace"), Literal(base)),
        (dataset, expand("void:vocabulary"), NamedNode(expand("ng:"))),
        (dataset, expand("void:vocabulary"), NamedNode(expand("schema:"))),
        (dataset, expand("foaf:homepage"), NamedNode(base)),
        (dataset, expand("void:triples"), Literal(str(manifest.counts.get("triples", 0)), datatype=INTEGER)),
        *((dataset, expand("void:feature"), _iri(one)) for one in RDF_FORMATS),
    ]


def _graphs(dataset: NamedNode, able: dict[str, Any]) -> list[Statement]:
    graph = BlankNode("graph")
    statements: list[Statement] = [
        (dataset, expand("sd:defaultGraph"), graph),
        (graph, expand("rdf:type"), NamedNode(expand("sd:Graph"))),
    ]
    for number, name in enumerate(able["graphs"]):
        one = BlankNode(f"graph{number}")
        statements += [
            (dataset, expand("sd:namedGraph"), one),
            (one, expand("rdf:type"), NamedNode(expand("sd:NamedGraph"))),
            (one, expand("sd:name"), NamedNode(name)),
        ]
    return statements
