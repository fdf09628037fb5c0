"""A server of a remote store: queries go to that store, documents do not, and errors say when it is down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from kg.settings import Settings
from kg.store.layout import Store
from kg.store.service import loading
from kg.store.service.client import SparqlService
from kg.store.service.loaded import noted
from kg.workers.workers import Workers
from tests.conftest import TURTLE, publish_turtle
from tests.endpoint.addresses import EVENT
from tests.endpoint.conftest import Send, listening, sender
from tests.kg.store.service.engines import Engine, engine

QUERY = "PREFIX ng: <https://w3id.org/newsgraph/ns#> SELECT ?event WHERE { ?event a ng:Event }"
ADDRESS = f"/sparql?query={quote(QUERY)}"


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with engine("oxigraph", tmp_path_factory.mktemp("oxigraph")) as found:
        yield found


@pytest.fixture(scope="module")
def remote(oxigraph: Engine, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Send]:
    """A server of a store whose note names the service."""
    store = Store(tmp_path_factory.mktemp("remote") / "store")
    publish_turtle(store.path, TURTLE.read_text(encoding="utf-8"))
    into = noted(store, Settings(store=oxigraph.store, store_folder=str(store.path)))
    assert into is not None
    loading.load(store, store.current(), into, SparqlService.of(into.address, settings))
    own = replace(settings, store=str(store.path), result_cache_bytes=0, query_seconds=10.0)
    with Workers(store, own) as workers, listening(own, workers) as port:
        yield sender(port)


def test_queries_have_the_answers_of_a_server_with_the_embedded_engine(remote: Send, send: Send) -> None:
    for accept in ("application/sparql-results+json", "text/csv", "application/sparql-results+xml"):
        theirs, ours = remote(ADDRESS, accept), send(ADDRESS, accept)
        assert theirs.type == ours.type == accept
        assert sorted(theirs.body) == sorted(ours.body)
    assert len(json.loads(remote(ADDRESS).body)["results"]["bindings"]) > 1


def test_health_says_which_engine_answers(remote: Send, send: Send) -> None:
    assert json.loads(remote("/healthz").body)["engine"] == "oxigraph"
    assert json.loads(send("/healthz").body)["engine"] == "embedded"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403),
        ("SELECT * WHERE { ?s ?p", 400),
        ("DELETE WHERE { ?s ?p ?o }", 400),
        ("SELECT * WHERE " + "{" * 100 + "}" * 100, 400),
    ],
)
def test_the_guard_is_the_same(remote: Send, send: Send, query: str, status: int) -> None:
    address = f"/sparql?query={quote(query)}"
    assert remote(address).status == send(address).status == status


def test_while_the_engine_is_down_queries_are_503_and_documents_are_served(remote: Send, oxigraph: Engine) -> None:
    oxigraph.kill()
    try:
        reply = remote(ADDRESS, "application/sparql-results+json, application/problem+json;q=0.9")
        assert reply.status == 503
        assert int(reply.headers["retry-after"]) > 0
        said = json.loads(reply.body)
        assert said["type"].endswith("#remote-store")
        assert str(oxigraph.port) not in reply.text
        for path in (f"/{EVENT}", f"/doc/{EVENT}", f"/doc/{EVENT}.ttl", "/", "/events", "/healthz", "/readyz"):
            assert remote(path).status in (200, 303), path
    finally:
        oxigraph.start()
    assert remote(ADDRESS).status == 200


def test_a_server_starts_while_the_engine_is_down(tmp_path: Path, oxigraph: Engine, settings: Settings) -> None:
    store = Store(tmp_path)
    publish_turtle(store.path, TURTLE.read_text(encoding="utf-8"))
    own = replace(settings, store=oxigraph.store, store_folder=str(tmp_path))
    into = noted(store, own)
    assert into is not None
    loading.load(store, store.current(), into, SparqlService.of(into.address, own))
    oxigraph.kill()
    try:
        with Workers(store, own) as workers:
            assert workers.engine == "oxigraph"
    finally:
        oxigraph.start()
