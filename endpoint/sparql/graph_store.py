"""The SPARQL 1.1 Graph Store HTTP Protocol (https://www.w3.org/TR/sparql11-http-rdf-update/).

A graph is named by its IRI in ``?graph=``, by ``?default``, or directly: an address below ``/graphs/`` is the IRI of a
graph under the identity base.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Final
from uuid import uuid4

from flask import Response, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from endpoint.http.bodies import MULTIPART, identity, utf8
from endpoint.http.conditional import conditional, digest
from endpoint.http.hosts import NAMED
from endpoint.http.negotiate import GRAPHS, HTML, choose, media_type, written
from endpoint.http.routes import Description, Parameter, Routes, media_types
from endpoint.site.problems import acceptable
from endpoint.site.site import site
from endpoint.sparql.authorize import authorize, widen
from endpoint.sparql.protocol import report
from kg.rdf import NamedNode
from kg.rdf.formats import UPLOAD_FORMATS, Format
from kg.rdf.iri import spell
from kg.workers.operations import DumpGraph
from kg.write.changes import IRI_LENGTH
from kg.write.operations import Condition
from kg.write.writer import Upload

blueprint = Routes("graphstore", __name__)

STORE: Final = "graphs"
FORMATS: Final = tuple(one for one in GRAPHS if one != HTML)
METHODS: Final = ["GET", "PUT", "POST", "DELETE"]
GRAPH: Final = Description(media_types(FORMATS), (200, 201, 202), bodies=media_types(UPLOAD_FORMATS), posts=True)
NAMED_GRAPH: Final = (
    Parameter("graph", "The IRI of the graph."),
    Parameter("default", "Present and empty: the default graph."),
)


@blueprint.route(f"/{STORE}", methods=METHODS, described=replace(GRAPH, parameters=NAMED_GRAPH))
def indirect() -> Response:
    """Answer a request about the graph that the parameters name (section 4.2)."""
    widen()
    if request.method == "POST" and not request.args:
        return _new()
    return _dispatch(_named())


@blueprint.route(f"/{STORE}/<path:name>", methods=METHODS, described=GRAPH)
def direct(name: str) -> Response:
    """Answer a request about the graph whose IRI is the address (section 4.1)."""
    widen()
    if "graph" in request.args or "default" in request.args:
        raise BadRequest("the address names the graph already; send neither graph nor default")
    return _dispatch(f"{site().snapshot.manifest.base}{STORE}/{spell(name)}")


def _named() -> str | None:
    """Return the IRI in the parameter graph, None for the parameter default."""
    graphs, default = request.args.getlist("graph"), request.args.getlist("default")
    if len(graphs) + len(default) != 1 or any(default):
        raise BadRequest("name one graph: with ?graph= and its IRI, or with ?default")
    if default:
        return None
    base, named = site().snapshot.manifest.base, request.environ.get(NAMED, "")
    # The Location of a new graph is below the address at which the client found this server.
    iri = base + graphs[0].removeprefix(named) if named and graphs[0].startswith(f"{named}{STORE}/") else graphs[0]
    try:
        return NamedNode(iri).value
    except ValueError:
        raise BadRequest(f"{graphs[0][:200]!r} is not an absolute IRI") from None


def _dispatch(graph: str | None) -> Response:
    if len(graph or "") > IRI_LENGTH:
        raise BadRequest(f"the IRI of a graph may have {IRI_LENGTH:,} characters")
    if request.method in ("GET", "HEAD"):
        return _get(graph)
    return {"PUT": _put, "POST": _post, "DELETE": _delete}[request.method](graph)


def _get(graph: str | None) -> Response:
    """Send a graph; its entity tag names the snapshot, so that it can be a condition for a write, and the bytes.

    A graph has a different order on disk and in memory.
    """
    chosen = choose(FORMATS, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable([(one, request.full_path.rstrip("?")) for one in FORMATS])
    here = site()
    body = here.workers.ask(DumpGraph(graph or "", written(chosen), here.settings.result_bytes))
    response = Response(body, content_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    return conditional(response, f"{here.snapshot.id}-{digest(body, chosen.name.encode())}", caching="no-cache")


def _put(graph: str | None) -> Response:
    """Replace a graph, or create it (section 5.3)."""
    writer, author = authorize()
    written = writer.put(graph, list(_uploads()), author, _condition())
    return report(written, 200 if written.existed else 201)


def _post(graph: str | None) -> Response:
    """Add triples to a graph, or create it with them (section 5.5)."""
    writer, author = authorize()
    written = writer.post(graph, list(_uploads()), author, _condition())
    return report(written, 200 if written.existed else 201)


def _delete(graph: str | None) -> Response:
    """Remove a graph (section 5.4)."""
    writer, author = authorize()
    return report(writer.delete(graph, author, _condition()))


def _new() -> Response:
    """Create a graph with a new IRI, given in the Location header (section 5.5)."""
    writer, author = authorize()
    name = f"{STORE}/{uuid4()}"
    graph = f"{site().snapshot.manifest.base}{name}"
    response = report(writer.post(graph, list(_uploads()), author, Condition(exists=False)), 201)
    response.headers["Location"] = site().addresses.local(name)
    response.headers["Link"] = f'<{graph}>; rel="canonical"'
    return response


def _uploads() -> Iterator[Upload]:
    """Yield the documents in the body: one document, or several as the parts of a form (section 5.5)."""
    identity()
    kind, _ = media_type(request.headers.get("Content-Type"))
    if kind != MULTIPART or request.method != "POST":
        yield Upload(request.get_data(), _format(request.headers.get("Content-Type")))
        return
    for part in chain.from_iterable(request.files.listvalues()):
        yield Upload(part.read(), _format(part.content_type))
    if request.form or not request.files:
        raise BadRequest("each part of the form must be a file with a media type of RDF")


def _format(content_type: str | None) -> Format:
    kind, options = media_type(content_type)
    found = next((one for one in UPLOAD_FORMATS if one.media_type == kind), None)
    if found is None:
        raise UnsupportedMediaType(f"send RDF as one of {', '.join(one.media_type for one in UPLOAD_FORMATS)}")
    utf8(options)
    return found


def _condition() -> Condition:
    """Return the condition of the request on the write (RFC 9110, section 13.1)."""
    if request.if_none_match.star_tag:
        return Condition(exists=False)
    if request.if_none_match:
        raise BadRequest("If-None-Match must be * for a write")
    if request.if_match.star_tag:
        return Condition(exists=True)
    if not request.if_match:
        return Condition()
    snapshots = tuple(tag.partition("-")[0] for tag in request.if_match.as_set())
    return Condition(snapshots=snapshots)
