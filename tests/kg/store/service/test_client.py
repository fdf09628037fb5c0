"""The answers of a service: complete, partial, refusals, and temporary failures."""

from __future__ import annotations

from email.message import Message

import pytest

from kg.errors import ConfigurationError, RemoteStoreError
from kg.remote.client import Response
from kg.settings import Settings
from kg.store.remote import RemoteGraph
from kg.store.service.client import ServiceAddress, SparqlService, is_whole, most_rows
from kg.store.service.kinds import OTHER, kind
from tests.kg.remote.servers import JSON as RESULTS
from tests.kg.remote.servers import http, peer


def answered(status: int = 200, **headers: str) -> Response:
    found = Message()
    for name, value in headers.items():
        found[name.replace("_", "-")] = value
    return Response(status, "", found, b"")


@pytest.mark.parametrize(
    ("most", "expected"), [("10000", 10_000), ("9" * 9, 999_999_999), ("1" * 10, 0), ("-1", 0), ("", 0), ("many", 0)]
)
def test_the_most_rows_of_a_service_are_a_number_of_nine_digits_at_most(most: str, expected: int) -> None:
    assert most_rows(answered(X_SPARQL_MaxRows=most)) == expected


def test_an_answer_is_whole_unless_its_status_its_state_or_its_number_of_rows_says_otherwise() -> None:
    assert is_whole(answered(), 10_000)
    assert is_whole(answered(X_SPARQL_MaxRows="100"), 99)
    assert not is_whole(answered(X_SPARQL_MaxRows="100"), 100)
    assert not is_whole(answered(206), 1)
    assert not is_whole(answered(X_SQL_State="S1TAT"), 1)


@pytest.mark.parametrize(
    ("server", "path", "expected"),
    [
        ("Virtuoso/07.20", "/", "/sparql"),
        ("Virtuoso/07.20", "/own/path", "/own/path"),
        ("oxigraph", "/", "/query"),
        ("Apache", "/own/path", "/own/path"),
    ],
)
def test_queries_go_where_a_known_server_takes_them_unless_a_path_is_named(
    server: str, path: str, expected: str
) -> None:
    with peer(http("200 OK", Server=server)) as found:
        at = f"http://127.0.0.1:{found.port}"
        assert ServiceAddress.found(Settings(store=f"sparql+{at}{path}")).query == at + expected


def test_an_invalid_address_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="cannot be asked"):
        ServiceAddress.found(Settings(store="sparql+http://a.example:port/"))


@pytest.mark.parametrize(("name", "expected"), [("virtuoso", b"timeout=1500"), ("oxigraph", b"")])
def test_only_a_server_that_takes_a_limit_of_time_is_sent_one(name: str, expected: bytes) -> None:
    with peer(http("200 OK", b"{}")) as found:
        service = SparqlService(ServiceAddress(kind(name), found.url))
        service.ask("ASK {}", "urn:g", RESULTS, 1.5, 1_000)
    [sent] = found.received
    assert b"default-graph-uri=urn%3Ag" in sent
    assert expected in sent
    assert (b"timeout" in sent) == bool(expected)
    assert b"&=" not in sent


def test_an_answer_that_the_service_has_cut_off_is_an_error() -> None:
    with peer(http("200 OK", b"{}", X_SQL_State="S1TAT")) as found:
        service = SparqlService(ServiceAddress(OTHER, found.url))
        with pytest.raises(RemoteStoreError, match="has a limit of its own, which leaves results out"):
            service.read("urn:g", "ASK {}", RESULTS)


def test_a_refusal_is_reported_at_once() -> None:
    with peer(http("403 Forbidden", b"not for you")) as found:
        service = SparqlService(ServiceAddress(OTHER, found.url, found.url))
        for refused in (lambda: service.count("urn:g"), lambda: service.drop("urn:g")):
            with pytest.raises(RemoteStoreError, match=f"127.0.0.1:{found.port} answered 403: not for you"):
                refused()
        assert found.connections == 2


def test_a_graph_counts_its_calls() -> None:
    with peer(http("200 OK", b'{"boolean": true}')) as found:
        graph = RemoteGraph.held(SparqlService(ServiceAddress(OTHER, found.url)), "urn:g")
        assert graph.calls == 0
        assert graph.ask("ASK WHERE { }")
        assert graph.calls == 1
