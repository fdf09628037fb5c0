"""Queries to a SPARQL endpoint elsewhere, so that the same commands work on a remote store."""

from __future__ import annotations

import ast
import contextlib
import warnings
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from SPARQLWrapper import POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from kg.errors import ConfigurationError, QueryError, ResultTooLargeError
from kg.query.evaluate import Answer
from kg.rdf.formats import FORMATS, Format, by_media_type
from kg.remote.client import said
from kg.settings import Settings
from kg.version import __version__

ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"


def query(endpoint: str, text: str, wanted: Format | None, settings: Settings) -> Answer:
    """Send a query to the endpoint at the address ``endpoint`` and return its answer (SPARQL 1.1 Protocol, 2.1.2).

    ``wanted`` None asks for SPARQL JSON or, for a graph, Turtle. Raises ConfigurationError for an address that is
    not http(s), ResultTooLargeError for more than ``result_bytes``, QueryError for whatever else goes wrong.
    """
    if urlsplit(endpoint).scheme not in ("http", "https"):
        raise ConfigurationError(f"{endpoint} is not the address of a SPARQL endpoint: it must begin with http(s)://")
    try:
        response: Any = _request(endpoint, text, wanted, settings).query().response
        body = _read(response, settings.result_bytes)
    except HTTPError as error:
        raise QueryError(f"{endpoint} answered {error.code}: {said(error.read(10_000)) or error.reason}") from error
    except SPARQLWrapperException as error:
        raise QueryError(f"{endpoint} refused the query: {said(_body(error)) or error.msg}") from error
    except (OSError, ValueError) as error:
        raise QueryError(f"{endpoint} did not answer: {error}") from error
    return Answer("query", _format(response.headers.get("Content-Type", ""), wanted), body)


def _request(endpoint: str, text: str, wanted: Format | None, settings: Settings) -> SPARQLWrapper:
    request = SPARQLWrapper(endpoint, agent=f"newsgraph/{__version__}")
    request.setMethod(POST)
    # Only negotiation: the wrapper would add three parameters that no specification knows.
    request.setOnlyConneg(True)
    request.addCustomHttpHeader("Accept", wanted.media_type if wanted else ACCEPT)
    request.setTimeout(max(1, round(settings.query_seconds)))
    with warnings.catch_warnings():
        # The wrapper guesses the query form and warns when it cannot; what the query is, the endpoint decides.
        warnings.simplefilter("ignore", RuntimeWarning)
        request.setQuery(text)
    return request


def _read(response: IO[bytes], limit: int) -> bytes:
    body = response.read(limit + 1)
    if len(body) > limit:
        raise ResultTooLargeError(f"the result is larger than {limit:,} bytes; ask for less of it")
    return body


def _body(error: SPARQLWrapperException) -> bytes:
    """Return the body of an error response, which the wrapper only keeps as Python source within its message."""
    with contextlib.suppress(ValueError, SyntaxError):
        body = ast.literal_eval(str(error).partition("Response:\n")[2])
        if isinstance(body, bytes):
            return body
    return b""


def _format(content_type: str, wanted: Format | None) -> Format:
    media_type = content_type.partition(";")[0].strip().lower()
    found = by_media_type(media_type) or wanted
    if found is None:
        known = ", ".join(one.media_type for one in FORMATS)
        raise QueryError(f"the endpoint answered in {media_type or 'no media type'}, which is none of {known}")
    return found
