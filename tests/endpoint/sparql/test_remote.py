from __future__ import annotations

from dataclasses import replace

import pytest

from kg.errors import ConfigurationError, QueryError, ResultTooLargeError
from kg.query.remote import endpoint as remote
from kg.rdf.formats import by_name
from kg.settings import Settings
from tests.kg.remote.servers import http, peer

EVENTS = "PREFIX ng: <https://w3id.org/newsgraph/ns#> SELECT ?event { ?event a ng:Event }"
GRAPH = "PREFIX ng: <https://w3id.org/newsgraph/ns#> CONSTRUCT { ?event a ng:Event } { ?event a ng:Event }"


@pytest.fixture(scope="module")
def endpoint(port: int) -> str:
    return f"http://127.0.0.1:{port}/sparql"


def test_a_select_query_is_answered_in_sparql_json_by_default(endpoint: str, settings: Settings) -> None:
    answer = remote.query(endpoint, EVENTS, None, settings)
    assert answer.format is by_name("json")
    assert b"/event/2011-11-08/abcdefghij" in answer.body


def test_a_graph_is_answered_in_turtle_by_default(endpoint: str, settings: Settings) -> None:
    assert remote.query(endpoint, GRAPH, None, settings).format is by_name("turtle")


@pytest.mark.parametrize("name", ["csv", "tsv", "xml", "json"])
def test_results_come_in_the_format_that_is_asked_for(endpoint: str, settings: Settings, name: str) -> None:
    assert remote.query(endpoint, EVENTS, by_name(name), settings).format is by_name(name)


def test_a_query_that_the_endpoint_cannot_parse_is_an_error_with_its_reason(endpoint: str, settings: Settings) -> None:
    with pytest.raises(QueryError, match="line 1, column"):
        remote.query(endpoint, "SELEC ?s", None, settings)


def test_a_query_that_the_endpoint_refuses_is_an_error_with_its_reason(endpoint: str, settings: Settings) -> None:
    with pytest.raises(QueryError, match=r"403.*SERVICE"):
        remote.query(endpoint, "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", None, settings)


def test_an_unreachable_endpoint_is_an_error(settings: Settings) -> None:
    with pytest.raises(QueryError, match="did not answer"):
        remote.query("http://127.0.0.1:1/sparql", EVENTS, None, settings)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "/etc/passwd", "ftp://127.0.0.1/"])
def test_only_http_addresses_are_asked(address: str, settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="http"):
        remote.query(address, EVENTS, None, settings)


def test_a_result_over_the_limit_is_refused_whole(endpoint: str, settings: Settings) -> None:
    with pytest.raises(ResultTooLargeError):
        remote.query(endpoint, EVENTS, None, replace(settings, result_bytes=20))


def test_a_redirect_of_an_endpoint_is_not_followed(settings: Settings) -> None:
    with peer(b"") as elsewhere, peer(http("302 Found", Location=elsewhere.url)) as found:
        with pytest.raises(QueryError, match=f"redirects are not followed: {elsewhere.url}"):
            remote.query(found.url, EVENTS, None, settings)
        assert elsewhere.connections == 0


@pytest.mark.parametrize(
    ("start", "drip"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (http("200 OK", Content_Length="100000"), b" "),
    ],
    ids=["continue", "header", "body"],
)
def test_an_endpoint_that_drips_is_cut_off_at_the_deadline(start: bytes, drip: bytes, settings: Settings) -> None:
    with peer(start, drip) as found, pytest.raises(QueryError, match="in time"):
        remote.query(found.url, EVENTS, None, replace(settings, query_seconds=0.3))
