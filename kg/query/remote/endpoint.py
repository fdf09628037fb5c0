"""Sends queries to a remote SPARQL endpoint, so that the same commands work on a remote store."""

from __future__ import annotations

from kg.errors import FederationError, FederationTooLargeError, QueryError, ResultTooLargeError
from kg.query.evaluate import Answer
from kg.rdf.formats import FORMATS, Format, by_media_type
from kg.remote.client import AGENT
from kg.remote.endpoint import Endpoint
from kg.settings import Settings

ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"


def query(endpoint: str, text: str, wanted: Format | None, settings: Settings) -> Answer:
    """Send a query to the endpoint at the address ``endpoint`` and return its answer (SPARQL 1.1 Protocol, 2.1.2).

    ``wanted`` None asks for SPARQL JSON or, for a graph, Turtle. The whole request takes at most ``query_seconds``.
    Raises ConfigurationError for an address that is not http(s), ResultTooLargeError for more than ``result_bytes``,
    QueryError for any other failure.
    """
    asked = Endpoint(endpoint, AGENT, settings.query_seconds, settings.result_bytes)
    try:
        response = asked.ask(text, wanted.media_type if wanted else ACCEPT)
    except FederationTooLargeError:
        raise ResultTooLargeError(
            f"the result is larger than {settings.result_bytes:,} bytes; ask for less of it"
        ) from None
    except FederationError as error:
        raise QueryError(f"{endpoint}: {error}") from None
    if response.status != 200:
        told = response.refusal or response.reason
        raise QueryError(f"{endpoint} answered {response.status}: {told}")
    return Answer("query", _format(response.media_type, wanted), response.body)


def _format(media_type: str, wanted: Format | None) -> Format:
    found = by_media_type(media_type) or wanted
    if found is None:
        known = ", ".join(one.media_type for one in FORMATS)
        raise QueryError(f"the endpoint answered in {media_type or 'no media type'}, which is not one of {known}")
    return found
