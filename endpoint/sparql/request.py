"""Reads requests to the SPARQL endpoint (SPARQL 1.1 Protocol, section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from endpoint.http.bodies import FORM, identity, utf8
from endpoint.http.negotiate import media_type
from endpoint.http.parameters import check_names
from kg.errors import ConfigurationError
from kg.rdf import NamedNode
from kg.store import past

QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
FORM_PARTS: Final = 100
FORMATS: Final = ("format", "output")
"""Two names of one parameter: clients of other servers send either, SPARQLWrapper both."""


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A query with the protocol's parameters, and some additional ones.

    These are a time limit in seconds, formats by name, and the state of the graph: a time (ISO 8601), or the id of a
    snapshot.
    """

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    seconds: float | None = None
    formats: tuple[str, ...] = ()
    as_of: str | None = None
    snapshot: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """An update with the protocol's parameters."""

    update: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


def is_update() -> bool:
    """Return whether the request is an update, or tries to be one, judged by its address and media type alone."""
    kind, _ = media_type(request.headers.get("Content-Type"))
    return "update" in request.args or kind == UPDATE


def read() -> QueryRequest | UpdateRequest | None:
    """Return the operation in the request, or None if there is none.

    A query comes in the address, in a form, or as the whole body; an update comes in a form or as the body of a POST.
    Raises BadRequest, UnsupportedMediaType or RequestEntityTooLarge.
    """
    identity()
    parameters = MultiDict(request.args)
    if request.method not in ("GET", "HEAD"):
        parameters = _posted(parameters)
    if "update" in parameters:
        return _update(parameters)
    queries = parameters.getlist("query")
    if not queries and request.method in ("GET", "HEAD"):
        return None
    if len(queries) > 1:
        raise BadRequest("send exactly one query")
    if not queries or not queries[0].strip():
        raise BadRequest("send a query: in the parameter query, or as the body")
    as_of, snapshot = _instant(_single(parameters, "asOf")), _single(parameters, "snapshot")
    if as_of and snapshot:
        raise BadRequest("send asOf or snapshot, not both")
    return QueryRequest(
        queries[0],
        iris(parameters.getlist("default-graph-uri")),
        iris(parameters.getlist("named-graph-uri")),
        _seconds(_single(parameters, "timeout")),
        tuple(value for name in FORMATS for value in parameters.getlist(name)),
        as_of,
        snapshot,
    )


def _update(parameters: MultiDict[str, str]) -> UpdateRequest:
    if request.method != "POST":
        raise BadRequest("an update is sent with POST")
    if len(parameters.getlist("update")) > 1 or "query" in parameters:
        raise BadRequest("send exactly one update, and no query")
    default, named = (iris(parameters.getlist(f"using-{one}graph-uri")) for one in ("", "named-"))
    return UpdateRequest(parameters["update"], default, named)


def _posted(parameters: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the parameters of a form, or those of the address and the body as the query or update."""
    kind, options = media_type(request.headers.get("Content-Type"))
    if kind == FORM:
        utf8(options)
        if request.get_data().count(b"&") >= FORM_PARTS:
            raise RequestEntityTooLarge(f"a form may have at most {FORM_PARTS} parameters")
        check_names(request.form)
        return MultiDict(request.form)
    names = {QUERY: "query", **({UPDATE: "update"} if request.method == "POST" else {})}
    if kind not in names:
        raise UnsupportedMediaType(f"send a query as {FORM} or as {QUERY}")
    utf8(options)
    try:
        parameters.add(names[kind], request.get_data().decode("utf-8"))
    except UnicodeDecodeError:
        raise BadRequest(f"the {names[kind]} is not UTF-8") from None
    return parameters


def _instant(text: str | None) -> str | None:
    try:
        return past.text(past.instant(text)) if text is not None else None
    except ConfigurationError as error:
        raise BadRequest(f"asOf: {error}") from None


def _single(parameters: MultiDict[str, str], name: str) -> str | None:
    values = parameters.getlist(name)
    if len(values) > 1:
        raise BadRequest(f"send the parameter {name} once")
    return values[0] if values else None


def iris(values: Sequence[str]) -> tuple[str, ...]:
    """Return the values of a parameter for absolute IRIs. Raises BadRequest if one is not."""
    for value in values:
        try:
            NamedNode(value)
        except ValueError:
            raise BadRequest(f"{value[:200]!r} is not an IRI") from None
    return tuple(values)


def _seconds(text: str | None) -> float | None:
    """Return the requested time limit in seconds; it can only lower that of the settings."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        raise BadRequest("timeout must be a number of seconds") from None
    if not 0 < seconds < 1e9:
        raise BadRequest("timeout must be a number of seconds above 0")
    return seconds
