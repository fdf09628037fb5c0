"""The SPARQL 1.1 Service Description, with VoID in it, computed from what the engine can do and the store holds."""

from __future__ import annotations

from typing import Any, Final

from endpoint.site.site import Site
from kg.publish.catalog_snapshot import PATH
from kg.publish.dump_files import NAME
from kg.rdf import BlankNode, Literal, NamedNode, Quad, terms
from kg.rdf.formats import RDF_FORMATS, RESULT_FORMATS, UPLOAD_FORMATS, Format
from kg.rdf.prefixes import expand
from kg.workers.operations import Capabilities

ENTAILMENT: Final = "http://www.w3.org/ns/entailment/Simple"

Statement = tuple[Any, str, Any]


def description(site: Site) -> list[Quad]:
    """Return the description of the endpoint that answers the current request.

    Service and data set are those of the catalogue, which says more of them.
    See https://www.w3.org/TR/sparql11-service-description/ and https://www.w3.org/TR/void/.
    """
    able: dict[str, Any] = site.cached("capabilities", lambda: site.workers.ask(Capabilities()), lambda _: 10_000)
    endpoint = NamedNode(site.addresses.absolute("sparql"))
    catalogue = f"{site.snapshot.manifest.base}{PATH}"
    service, dataset = NamedNode(f"{catalogue}#sparql"), NamedNode(f"{catalogue}#{NAME}")
    statements = [
        *_service(service, endpoint, site, able),
        (service, terms.DEFAULT_DATASET.value, dataset),
        *_dataset(dataset, endpoint, site),
        (dataset, terms.SEE_ALSO.value, NamedNode(catalogue)),
        *_graphs(dataset, able),
    ]
    return [Quad(subject, NamedNode(predicate), value) for subject, predicate, value in statements]


def _service(service: NamedNode, endpoint: NamedNode, site: Site, able: dict[str, Any]) -> list[Statement]:
    languages = ["SPARQL10Query", "SPARQL11Query", *(["SPARQL11Update"] if site.writer else [])]
    features = [*able["features"], *(["BasicFederatedQuery"] if site.settings.services else [])]
    statements: list[Statement] = [
        (service, terms.TYPE.value, terms.SD_SERVICE),
        (service, terms.ENDPOINT.value, endpoint),
        (service, terms.DEFAULT_ENTAILMENT_REGIME.value, NamedNode(ENTAILMENT)),
        *((service, terms.SUPPORTED_LANGUAGE.value, NamedNode(expand(f"sd:{one}"))) for one in languages),
        *((service, terms.SD_FEATURE.value, NamedNode(expand(f"sd:{one}"))) for one in features),
        *((service, terms.EXTENSION_FUNCTION.value, NamedNode(one)) for one in able["functions"]),
        *((service, terms.RESULT_FORMAT.value, _iri(one)) for one in (*RDF_FORMATS, *RESULT_FORMATS)),
    ]
    if site.writer:
        statements += [(service, terms.INPUT_FORMAT.value, _iri(one)) for one in UPLOAD_FORMATS]
    return statements


def _iri(format: Format) -> NamedNode:
    """Return the IRI of a format (https://www.w3.org/ns/formats/)."""
    engine = format.rdf or format.results
    assert engine is not None  # noqa: S101 - only formats of RDF and of results are told
    return NamedNode(engine.iri)


def _dataset(dataset: NamedNode, endpoint: NamedNode, site: Site) -> list[Statement]:
    manifest = site.snapshot.manifest
    base = manifest.base
    return [
        (dataset, terms.TYPE.value, terms.SD_DATASET),
        (dataset, terms.TYPE.value, terms.VOID_DATASET),
        (dataset, terms.SPARQL_ENDPOINT.value, endpoint),
        (dataset, terms.URI_SPACE.value, Literal(base)),
        (dataset, terms.VOCABULARY.value, NamedNode(expand("ng:"))),
        (dataset, terms.VOCABULARY.value, NamedNode(expand("schema:"))),
        (dataset, terms.HOMEPAGE.value, NamedNode(base)),
        (dataset, terms.TRIPLES.value, Literal(str(manifest.counts.get("triples", 0)), datatype=terms.INTEGER)),
        *((dataset, terms.VOID_FEATURE.value, _iri(one)) for one in RDF_FORMATS),
    ]


def _graphs(dataset: NamedNode, able: dict[str, Any]) -> list[Statement]:
    graph = BlankNode("graph")
    statements: list[Statement] = [
        (dataset, terms.DEFAULT_GRAPH.value, graph),
        (graph, terms.TYPE.value, terms.SD_GRAPH),
    ]
    for number, name in enumerate(able["graphs"]):
        one = BlankNode(f"graph{number}")
        statements += [
            (dataset, terms.NAMED_GRAPH.value, one),
            (one, terms.TYPE.value, terms.SD_NAMED_GRAPH),
            (one, terms.SD_NAME.value, NamedNode(name)),
        ]
    return statements
