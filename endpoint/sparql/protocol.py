"""The SPARQL 1.1 Protocol: queries and updates at one address (https://www.w3.org/TR/sparql11-protocol/)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

from flask import Response, g, jsonify, request
from werkzeug.exceptions import BadRequest
from werkzeug.http import http_date

from endpoint.http.bodies import FORM
from endpoint.http.conditional import conditional, digest
from endpoint.http.negotiate import GRAPHS, HTML, RESULTS, by_parameter, choose, named, written
from endpoint.http.routes import Description, Parameter, Routes, media_types
from endpoint.site import limits
from endpoint.site.log import record
from endpoint.site.problems import acceptable
from endpoint.site.site import NAME, site
from endpoint.sparql.authorize import authorize, widen
from endpoint.sparql.request import QUERY, UPDATE, QueryRequest, UpdateRequest, is_update, read
from endpoint.sparql.result_page import results_page
from endpoint.sparql.service_description import description
from kg.query.evaluate import Answer
from kg.query.questions import questions
from kg.query.syntax import spelled
from kg.rdf.formats import RDF_FORMATS, Format, by_name
from kg.rdf.prefixes import PREFIXES
from kg.rdf.serialize import represent
from kg.remote.client import hops
from kg.workers.workers import Workers
from kg.write.update import Using
from kg.write.writer import Written

blueprint = Routes("sparql", __name__)

PAGE_BYTES: Final = 5_000_000
"""The largest result shown as a page: rendering happens in this process, and blocks others meanwhile."""
EXAMPLE: Final = """PREFIX ng: <https://w3id.org/newsgraph/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>

# What happened in Homs, newest first, with the sources
SELECT ?date ?event ?title ?source WHERE {
  ?place rdfs:label "Homs"@en .
  ?event schema:location ?place ; # ng:place finds all that name it
         schema:startDate ?date ;
         rdfs:label ?title .
  OPTIONAL { ?event ng:source ?source }
}
ORDER BY DESC(?date) ?event
LIMIT 100"""
SHOWN: Final = (
    Parameter("page", "Number of the page of rows that a browser is shown, from 1."),
    Parameter("view", "What a browser is shown: table, or map, timeline or chart where the columns allow it."),
)
SPARQL: Final = Description(
    media_types((*RESULTS, *GRAPHS)),
    (200, 202),
    (
        Parameter("query", "A SPARQL 1.1 query; without one, the description of the endpoint is sent."),
        Parameter("default-graph-uri", "A graph of the default graph.", many=True),
        Parameter("named-graph-uri", "A named graph.", many=True),
        Parameter("format", "The name or media type of a format, instead of Accept.", many=True),
        Parameter("output", "The same as format.", many=True),
        Parameter("timeout", "Longest time for the answer, in seconds."),
        *SHOWN,
        Parameter("asOf", "Ask the graph as it was at this time (ISO 8601)."),
        Parameter("snapshot", "Ask the snapshot with this id, as long as it is kept."),
        Parameter("update", "A SPARQL 1.1 update, in a form."),
        Parameter("using-graph-uri", "A graph of the default graph of an update.", many=True),
        Parameter("using-named-graph-uri", "A named graph of an update.", many=True),
    ),
    (FORM, QUERY, UPDATE),
)


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"], described=SPARQL)
def sparql() -> Response:
    """Answer a query or make an update; without any, send the form to browsers, the service description to programs."""
    widen()
    if is_update():
        authorize()  # before anything of the body is read
    operation = read()
    if operation is None:
        return _welcome()
    if isinstance(operation, UpdateRequest):
        return _update(operation)
    record().query = operation.query
    form = site().workers.check(operation.query)
    if form == "DESCRIBE":
        operation = replace(operation, query=spelled(operation.query, site().snapshot.manifest.base))
    graph = form in ("CONSTRUCT", "DESCRIBE")
    chosen = _negotiate(operation.formats, GRAPHS if graph else RESULTS)
    if chosen != HTML:
        with _workers(operation) as workers:
            return respond(_ask(operation, chosen, workers), chosen)
    with _workers(operation) as workers:
        answer = _ask(operation, by_name("turtle" if graph else "json"), workers, PAGE_BYTES)
        page = results_page(site(), workers, operation, answer)
    return _vary(Response(page, content_type=HTML.content_type))


@blueprint.after_request
def announce(response: Response) -> Response:
    """Add headers for the time of an answer, its cache status, and the accepted bodies (LDP 1.0, 7.1; Accept-Query)."""
    if record().kept:
        response.headers["Cache-Status"] = f"{NAME}; hit"  # RFC 9211
    if "as_of" in g:  # which of the snapshots of the past has answered (RFC 7089, section 2.1.1)
        response.headers["Memento-Datetime"] = http_date(datetime.fromisoformat(g.as_of))
    if request.method == "OPTIONS":
        updates = [UPDATE] if site().writer else []
        response.headers["Accept-Post"] = ", ".join([FORM, QUERY, *updates])
        response.headers["Accept-Query"] = ", ".join([QUERY, FORM])
    return response


def _update(operation: UpdateRequest) -> Response:
    writer, author = authorize()
    using = Using(operation.default_graphs, operation.named_graphs)
    return report(writer.update(operation.update.encode(errors="replace"), author, using))


def report(written: Written, status: int = 200) -> Response:
    """Return what a write changed as JSON; 202 if readers do not see it yet (RFC 9110, section 15.3.3)."""
    response = jsonify(added=written.added, removed=written.removed, snapshot=written.snapshot)
    response.status_code = status if written.visible else 202
    response.headers["Cache-Control"] = "no-store"
    return response


@contextmanager
def _workers(operation: QueryRequest) -> Iterator[Workers]:
    """Provide the workers with the graph of the requested time or snapshot."""
    if operation.snapshot:
        with site().past.of(operation.snapshot) as workers:
            yield workers
        return
    if operation.as_of is None:
        yield site().workers
        return
    with site().past.at(operation.as_of) as workers:
        g.as_of = workers.snapshot.manifest.as_of
        yield workers


def _ask(operation: QueryRequest, chosen: Format, workers: Workers, limit: int | None = None) -> Answer:
    return limits.query(
        workers,
        operation.query,
        written(chosen),
        seconds=operation.seconds,
        limit=limit,
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
        passed=hops(request.headers.get("Via")),
    )


def _negotiate(values: Sequence[str], formats: Sequence[Format]) -> Format:
    """Return the format requested by a parameter, if it fits the query, or else by the Accept header."""
    chosen = by_parameter("format", values, formats) or choose(formats, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable([(one, site().addresses.local("sparql")) for one in formats])
    return chosen


def respond(answer: Answer, chosen: Format) -> Response:
    """Return an answer with a strong entity tag: the hash of its bytes."""
    response = _vary(Response(answer.body, content_type=chosen.content_type))
    tag = digest(answer.body, chosen.media_type.encode())
    return conditional(response, tag, caching="public, max-age=0, must-revalidate")


def _vary(response: Response) -> Response:
    response.headers["Vary"] = "Accept"
    return response


def _welcome() -> Response:
    accept = request.headers.get("Accept")
    chosen = choose((*RDF_FORMATS, HTML), accept)
    if chosen == HTML or (chosen and named(accept, HTML.media_type) and not named(accept, chosen.media_type)):
        seconds = site().settings.query_seconds
        shown = {"query": EXAMPLE, "questions": questions(), "prefixes": PREFIXES, "seconds": seconds}
        page = site().frame.page("sparql.html", **shown)
        return _vary(Response(page, content_type=HTML.content_type))
    if chosen is None:
        raise BadRequest("send a query: in the parameter query, or as the body of a POST")
    body = represent(description(site()), chosen)
    return _vary(Response(body, content_type=chosen.content_type))
