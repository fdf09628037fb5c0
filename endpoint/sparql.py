"""The SPARQL 1.1 Protocol, query operation only (https://www.w3.org/TR/sparql11-protocol/)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request
from pyoxigraph import BlankNode, NamedNode, Quad
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, Forbidden, RequestEntityTooLarge, UnsupportedMediaType

from endpoint.errors import acceptable
from endpoint.negotiate import GRAPHS, HTML, RESULTS, choose, media_type, named
from endpoint.pages import results_page
from endpoint.site import site
from kg.formats import RDF_FORMATS, RESULT_FORMATS, Format, by_name
from kg.guard import check
from kg.prefixes import expand
from kg.query import Answer
from kg.represent import represent

blueprint = Blueprint("sparql", __name__)

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
FORM_PARTS: Final = 100
UPDATE: Final = "application/sparql-update"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"

EXAMPLE: Final = """PREFIX ng: <https://w3id.org/newsgraph/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>

# All events in Homs, newest first, with their sources
SELECT ?date ?event ?title ?source WHERE {
  ?place rdfs:label "Homs"@en .
  ?event ng:place ?place ;
         schema:startDate ?date ;
         rdfs:label ?title .
  OPTIONAL { ?event ng:source ?source }
}
ORDER BY DESC(?date) ?event
LIMIT 100"""


@dataclass(frozen=True, slots=True)
class Operation:
    """A query with the protocol's parameters, and two of our own: a time limit, and a format by its name."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    seconds: float | None = None
    format: str | None = None


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"])
def sparql() -> Response:
    """Answer a query; without one, send the form to browsers and the service description to programs."""
    operation = read()
    if operation is None:
        return _welcome()
    limit = site().settings.query_bytes
    if len(operation.query.encode(errors="replace")) > limit:
        raise RequestEntityTooLarge(f"a query may have at most {limit} bytes")
    form = check(operation.query, site().settings)
    graph = form in ("CONSTRUCT", "DESCRIBE")
    chosen = _negotiate(operation.format, GRAPHS if graph else RESULTS)
    if chosen != HTML:
        return _respond(_run(operation, chosen), chosen)
    answer = _run(operation, by_name("turtle" if graph else "json"))
    return _vary(Response(results_page(site(), operation, answer), content_type=HTML.content_type))


def _run(operation: Operation, chosen: Format) -> Answer:
    names = {"plain-json": "jsonld"}
    return site().workers.query(
        operation.query,
        by_name(names.get(chosen.name, chosen.name)),
        seconds=operation.seconds,
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
    )


def _negotiate(name: str | None, formats: Sequence[Format]) -> Format:
    """Return the format asked for by name, if it fits the query, or else by the Accept header."""
    by_parameter = next((one for one in formats if name and one.name == name), None)
    chosen = by_parameter or choose(formats, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable([(one, site().addresses.local("sparql")) for one in formats])
    return chosen


def _respond(answer: Answer, chosen: Format) -> Response:
    """Return an answer with a strong entity tag: the hash of its bytes."""
    response = _vary(Response(answer.body, content_type=chosen.content_type))
    response.set_etag(hashlib.sha256(answer.body + chosen.media_type.encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    if request.method in ("GET", "HEAD"):
        response.make_conditional(request)
    return response


def _vary(response: Response) -> Response:
    response.headers["Vary"] = "Accept"
    return response


def read() -> Operation | None:
    """Return the operation that the request asks for, or None if there is no query in it at all.

    A query comes in the address, in a form, or alone as the body (SPARQL 1.1 Protocol, section 2.1). Raises
    BadRequest, Forbidden for an update, UnsupportedMediaType, RequestEntityTooLarge.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("send the request without a content coding")
    parameters = MultiDict(request.args)
    if request.method not in ("GET", "HEAD"):
        kind, options = media_type(request.headers.get("Content-Type"))
        parameters = _posted(kind, options.get("charset", "utf-8").lower(), parameters)
    if "update" in parameters:
        raise Forbidden("this service only answers queries; updates are refused")
    queries = parameters.getlist("query")
    if len(queries) > 1:
        raise BadRequest("send exactly one query")
    if not queries and request.method in ("GET", "HEAD"):
        return None
    if not queries or not queries[0].strip():
        raise BadRequest("send a query: in the parameter query, or as the body")
    return Operation(
        queries[0],
        _iris(parameters.getlist("default-graph-uri")),
        _iris(parameters.getlist("named-graph-uri")),
        _seconds(parameters.get("timeout")),
        parameters.get("format"),
    )


def _posted(kind: str, charset: str, parameters: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the parameters of a POST: those of the form, or those of the address and the body as query."""
    if kind == UPDATE:
        raise Forbidden("this service only answers queries; updates are refused")
    if kind == FORM:
        _utf8(charset)
        if request.get_data().count(b"&") >= FORM_PARTS:
            raise RequestEntityTooLarge(f"a form may have at most {FORM_PARTS} parameters")
        return MultiDict(request.form)
    if kind != DIRECT:
        raise UnsupportedMediaType(f"send a query as {FORM} or as {DIRECT}")
    _utf8(charset)
    try:
        text = request.get_data().decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("the query is not UTF-8") from None
    parameters.add("query", text)
    return parameters


def _utf8(charset: str) -> None:
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType("send the query in UTF-8")


def _iris(values: Sequence[str]) -> tuple[str, ...]:
    for value in values:
        try:
            NamedNode(value)
        except ValueError:
            raise BadRequest(f"{value[:200]!r} is not an IRI") from None
    return tuple(values)


def _seconds(text: str | None) -> float | None:
    """Return the time limit asked for, in seconds; it can only lower the one of the settings."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        raise BadRequest("timeout must be a number of seconds") from None
    if not 0 < seconds < 1e9:
        raise BadRequest("timeout must be a number of seconds above 0")
    return seconds


def _welcome() -> Response:
    accept = request.headers.get("Accept")
    chosen = choose((*RDF_FORMATS, HTML), accept)
    if chosen == HTML or (chosen and named(accept, HTML.media_type) and not named(accept, chosen.media_type)):
        page = render_template("sparql.html", site=site(), addresses=site().addresses, query=EXAMPLE)
        return _vary(Response(page, content_type=HTML.content_type))
    if chosen is None:
        raise BadRequest("send a query: in the parameter query, or as the body of a POST")
    body = represent(service_description(_own_address()), chosen)
    return _vary(Response(body, content_type=chosen.content_type))


def _own_address() -> str:
    """Return the address of this endpoint: the one asked for, if its host is known to be ours."""
    here = site()
    base = here.snapshot.manifest.base
    ours = {urlsplit(base).hostname, here.settings.host, "127.0.0.1", "localhost", "::1"}
    return request.base_url if urlsplit(request.host_url).hostname in ours else f"{base}sparql"


def service_description(endpoint: str) -> list[Quad]:
    """Return the SPARQL 1.1 Service Description of this endpoint, which answers at ``endpoint``."""
    service, dataset, graph = BlankNode("service"), BlankNode("dataset"), BlankNode("graph")
    engines = [one.rdf or one.results for one in (*RDF_FORMATS, *RESULT_FORMATS)]
    kinds = [NamedNode(engine.iri) for engine in engines if engine]
    triples: list[tuple[Any, str, Any]] = [
        (service, expand("rdf:type"), NamedNode(f"{SD}Service")),
        (service, f"{SD}endpoint", NamedNode(endpoint)),
        (service, f"{SD}supportedLanguage", NamedNode(f"{SD}SPARQL11Query")),
        *((service, f"{SD}resultFormat", kind) for kind in kinds),
        (service, f"{SD}defaultDataset", dataset),
        (dataset, expand("rdf:type"), NamedNode(f"{SD}Dataset")),
        (dataset, f"{SD}defaultGraph", graph),
        (graph, expand("rdf:type"), NamedNode(f"{SD}Graph")),
    ]
    return [Quad(subject, NamedNode(predicate), value) for subject, predicate, value in triples]
