"""Queries on a remote store get the same answers as on the embedded one; its failures become newsgraph errors."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kg.errors import (
    ConfigurationError,
    FormatError,
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    RemoteStoreError,
    ResultTooLargeError,
)
from kg.lookup.describe import describe
from kg.query.guard import check
from kg.query.operations import Evaluate, RewriteAnswer
from kg.query.questions import questions
from kg.query.remote.engine import RemoteEngine
from kg.query.remote.results import rewritten
from kg.rdf import NamedNode, terms
from kg.rdf.formats import by_name
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.remote import RemoteGraph
from kg.store.service import loading
from kg.store.service.client import ServiceAddress, SparqlService
from kg.store.service.kinds import KINDS
from kg.store.service.loaded import LoadedGraphs, noted
from kg.workers.workers import Workers
from tests.conftest import publish_turtle
from tests.kg.remote.servers import http, peer
from tests.kg.store.service.engines import engine

ENGINES = ["oxigraph", pytest.param("virtuoso", marks=pytest.mark.slow)]
PREFIXED = "PREFIX ng: <https://w3id.org/newsgraph/ns#> "
UNORDERED = {"in-a-place", "in-a-region", "labels-of-a-place", "one-day"}
"""Questions with a column that GROUP_CONCAT makes, which has no order (SPARQL 1.1 Query Language, section 18.5.1.7)."""
LOCAL = ("near-a-place",)
"""Questions with a function that Virtuoso has not."""
VIRTUOSO, OXIGRAPH = KINDS


@pytest.fixture(scope="module", params=ENGINES)
def pools(
    request: pytest.FixtureRequest, sample_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workers, Workers]]:
    """Workers of the sample with a remote engine, and without."""
    folder = tmp_path_factory.mktemp(request.param)
    store = Store(folder / "store")
    shutil.copytree(sample_store, store.path, symlinks=True)
    with engine(request.param, folder) as found:
        settings = Settings(store=found.store, store_folder=str(store.path), netrc=str(found.netrc), query_workers=1)
        into = noted(store, settings)
        assert into is not None
        loading.load(store, store.current(), into, SparqlService.of(into.address, settings))
        with Workers(store, settings) as remote, Workers(store.current(), settings) as embedded:
            yield remote, embedded


def lines(body: bytes) -> list[str]:
    """Return the lines of TSV, in order."""
    return sorted(body.decode().splitlines())


def without_order(line: str) -> str:
    """Return a line of TSV with the words of each plain literal sorted."""
    cells = (
        " ".join(sorted(re.findall(r"[^\s\",]+", cell))) if cell.endswith('"') else cell for cell in line.split("\t")
    )
    return "\t".join(cells)


@pytest.mark.parametrize("name", [one.name for one in questions()])
def test_each_question_has_the_same_answer(pools: tuple[Workers, Workers], name: str) -> None:
    text = next(one.text for one in questions() if one.name == name)
    theirs, ours = (lines(pool.query(text, by_name("tsv"), seconds=20).body) for pool in pools)
    if name in UNORDERED and pools[0].engine == "virtuoso":
        assert sorted(map(without_order, theirs)) == sorted(map(without_order, ours))
    else:
        assert theirs == ours


def test_all_questions_but_those_listed_are_asked_elsewhere(pools: tuple[Workers, Workers]) -> None:
    remote = pools[0]
    assert remote.engine in ("oxigraph", "virtuoso")
    here = [one.name for one in questions() if not _takes(remote, one.text)]
    assert here == (list(LOCAL) if remote.engine == "virtuoso" else [])


def _takes(pool: Workers, text: str) -> bool:
    assert pool._remote is not None
    return pool._remote.takes(pool.check(text), Evaluate(text, None, 1, ""))


GRAPH = f"{PREFIXED}CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s a ng:Entity ; ?p ?o }}"
SELECT = f"{PREFIXED}SELECT ?s ?o WHERE {{ ?s a ng:Event ; owl:deprecated|rdfs:label ?o }} ORDER BY ?s ?o LIMIT 20"


@pytest.mark.parametrize("name", ["turtle", "ntriples", "rdfxml", "jsonld"])
def test_graphs_come_in_every_format(pools: tuple[Workers, Workers], name: str) -> None:
    theirs, ours = (pool.query(GRAPH, by_name(name), seconds=20) for pool in pools)
    assert theirs.rows == ours.rows
    assert theirs.format == ours.format
    assert theirs.body


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
@pytest.mark.parametrize("query", [SELECT, "SELECT ?s ?o WHERE { ?s <urn:none> ?o }"])
def test_results_come_in_every_format(pools: tuple[Workers, Workers], name: str, query: str) -> None:
    theirs, ours = (pool.query(query, by_name(name), seconds=20) for pool in pools)
    assert theirs == ours


@pytest.mark.parametrize("pattern", ["a ng:Event", "<urn:none> 1"])
def test_ask_is_answered_true_or_false(pools: tuple[Workers, Workers], pattern: str) -> None:
    query = f"{PREFIXED}ASK {{ ?s {pattern} }}"
    theirs, ours = (pool.query(query, by_name("json"), seconds=20) for pool in pools)
    assert theirs == ours


def test_booleans_are_written_as_they_were(pools: tuple[Workers, Workers]) -> None:
    query = "SELECT DISTINCT ?o WHERE { ?s owl:deprecated ?o }"
    theirs, ours = (pool.query(query, by_name("tsv"), seconds=20) for pool in pools)
    assert theirs == ours
    assert b"true" in ours.body


def test_no_store_sees_the_graphs_of_other_stores_there(pools: tuple[Workers, Workers]) -> None:
    for query in ("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }", "SELECT * FROM <urn:other> WHERE { ?s ?p ?o }"):
        assert pools[0].query(query, by_name("csv")).rows == 0


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ('define get:soft "replace" SELECT * WHERE { ?s ?p ?o }', QuerySyntaxError),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", QueryRefusedError),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", QuerySyntaxError),
        ("PREFIX b: <bif:> SELECT (b:http_get('http://127.0.0.1:1/') AS ?x) WHERE {}", QueryError),
        ("SELECT ?s WHERE { ?s ?p }", QuerySyntaxError),
    ],
)
def test_queries_that_no_store_answers_do_not_reach_the_engine(
    pools: tuple[Workers, Workers], query: str, error: type[QueryError]
) -> None:
    told = []
    for pool in pools:
        with pytest.raises(error) as found:
            pool.query(query)
        told.append(str(found.value))
    assert told[0] == told[1]


# ---- Failures of the remote store.


def asked(folder: Path, url: str, seconds: float = 5.0, **settings: int) -> RewriteAnswer:
    """Ask a service at an address that claims to be a Virtuoso."""
    store = Store(folder / "store")
    if not store.has_current:
        publish_turtle(store.path, "<urn:a> <urn:b> 1 .")
    address = ServiceAddress(VIRTUOSO, url)
    LoadedGraphs(address, {store.current().id: "urn:graph"}).write(store)
    remote = RemoteEngine(store, replace(Settings(), **settings), SparqlService(address))
    operation = Evaluate(SELECT, None, 1_000_000, "http://example.org/")
    return remote.ask(operation, "SELECT", store.current().id, time.monotonic() + seconds)


OK = b'{"head": {"vars": ["s"]}, "results": {"bindings": []}}'


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (http("200 OK", OK, X_SQL_State="S1TAT"), QueryTimeoutError),
        (http("206 Partial", OK), QueryTimeoutError),
        (http("200 OK", b" " * 2_000), ResultTooLargeError),
        (http("413 Too Large"), ResultTooLargeError),
        (http("400 Bad Request", b"Virtuoso 37000 Error: SPARQL query: define <secret>"), QueryError),
        (http("500 Error", b"Virtuoso 22023 Error SR066"), QueryError),
        (http("503 Unavailable", Retry_After="7"), RemoteStoreError),
        (http("401 Unauthorized"), RemoteStoreError),
        (http("302 Found", Location="http://127.0.0.1:1/"), RemoteStoreError),
    ],
)
def test_a_failure_is_an_error_of_its_kind(tmp_path: Path, answer: bytes, error: type[Exception]) -> None:
    with peer(answer) as found, pytest.raises(error) as told:
        asked(tmp_path, found.url, result_bytes=1_000)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(("most", "whole"), [("1", False), ("2", True), ("", True), ("9" * 5_000, True)])
def test_a_table_that_the_engine_cut_off_is_none(tmp_path: Path, graph: EmbeddedGraph, most: str, whole: bool) -> None:
    body = b'{"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "uri", "value": "urn:a"}}]}}'
    with peer(http("200 OK", body, X_SPARQL_MaxRows=most)) as found:
        operation = asked(tmp_path, found.url)
    if whole:
        assert operation.answer(graph).rows == 1
        return
    with pytest.raises(ResultTooLargeError):
        operation.answer(graph)


def test_a_service_that_is_gone_is_an_error_that_names_no_host(tmp_path: Path) -> None:
    with pytest.raises(RemoteStoreError) as told:
        asked(tmp_path, "http://127.0.0.1:1/sparql")
    assert "127.0.0.1" not in str(told.value)
    assert "127.0.0.1" in told.value.reason


def test_a_service_that_is_slow_is_stopped_at_the_deadline(tmp_path: Path) -> None:
    with peer(http("200 OK", b"", Content_Length="100"), drip=b" ") as slow, pytest.raises(QueryTimeoutError):
        asked(tmp_path, slow.url, 0.2)


def test_a_snapshot_that_is_not_loaded_is_not_asked_for(tmp_path: Path) -> None:
    with peer(http("200 OK", OK)) as found:
        asked(tmp_path, found.url)
        publish_turtle(tmp_path / "store", "<urn:a> <urn:b> 2 .", "3")
        store = Store(tmp_path / "store")
        remote = RemoteEngine(store, Settings(), SparqlService(ServiceAddress(VIRTUOSO, found.url)))
        with pytest.raises(RemoteStoreError, match="kg load"):
            remote.ask(Evaluate(SELECT, None, 1, ""), "SELECT", store.current().id, time.monotonic() + 1)
        assert found.connections == 1


@pytest.mark.parametrize("body", [b"", b"[]", b'{"results": {"bindings": [1]}}', b'{"head": {}}', b"[" * 100_000])
def test_anything_but_an_answer_is_an_error(body: bytes) -> None:
    with pytest.raises(QueryError, match="something other than results"):
        rewritten("SELECT", body, None, 1_000)


def test_deeply_nested_triple_terms_are_refused_in_an_answer() -> None:
    with pytest.raises(QueryError, match="something other than results"):
        rewritten("CONSTRUCT", b"<urn:a> <urn:b> " + b"<<( <urn:a> <urn:b> " * 20_000, None, 1_000)


def test_a_graph_is_not_a_table() -> None:
    with pytest.raises(FormatError):
        rewritten("CONSTRUCT", b"<urn:a> <urn:b> <urn:c> .\n", by_name("csv"), 1_000)


@pytest.mark.parametrize(
    ("query", "takes"),
    [
        (SELECT, True),
        ("PREFIX g: <http://www.opengis.net/def/function/geosparql/> SELECT (g:distance(1, 2) AS ?d) {}", False),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", False),
        ("SELECT * { graph ?g { ?s ?p ?o } }", False),
        ("SELECT ?graph ?from { ?graph ?p ?from # FROM \n }", True),
        ("SELECT * FROM <urn:g> { ?s ?p ?o }", False),
        ("DESCRIBE <urn:a>", False),
        ('SELECT * { ?s ?p "GRAPH" }', True),
    ],
)
def test_queries_that_only_the_embedded_engine_answers_alike_stay_there(
    tmp_path: Path, query: str, takes: bool
) -> None:
    service = SparqlService(ServiceAddress(VIRTUOSO, "http://127.0.0.1:1/sparql"))
    remote = RemoteEngine(Store(tmp_path), Settings(), service)
    assert remote.takes(check(query, Settings()), Evaluate(query, None, 1, "")) is takes
    assert not remote.takes("SELECT", Evaluate(SELECT, None, 1, "", default_graphs=("urn:g",)))


def test_a_remote_store_is_neither_empty_nor_written(tmp_path: Path) -> None:
    publish_turtle(tmp_path, "<urn:a> <urn:b> 1 .")
    store = Store(tmp_path)
    address = ServiceAddress(OXIGRAPH, "http://127.0.0.1:1/query")
    settings = Settings(store="sparql+http://127.0.0.1:1/", store_folder=str(tmp_path))
    LoadedGraphs(address, {}).write(store)
    with pytest.raises(ConfigurationError, match="kg load"):
        Workers(store, settings)
    LoadedGraphs(address, {store.current().id: "urn:graph"}).write(store)
    with pytest.raises(ConfigurationError, match="not writable"):
        Workers(store, replace(settings, writable=True, write_token_sha256="0" * 64))


KINDS_OF_THINGS = (terms.EVENT, terms.SCHEMA_PLACE, terms.PAGE, terms.REVISION_CLASS, terms.SOURCE_CLASS, terms.ENTITY)


@pytest.mark.parametrize("class_", KINDS_OF_THINGS, ids=lambda one: one.value.rpartition("/")[2])
def test_the_graph_there_describes_things_as_the_embedded_one(
    pools: tuple[Workers, Workers], class_: NamedNode
) -> None:
    remote, embedded = pools[0], pools[1].snapshot.open()
    assert remote._remote is not None
    found = LoadedGraphs.read(remote._remote._store)
    assert found is not None
    held = RemoteGraph.held(remote._remote._service, found.graphs[remote.snapshot.id])
    subjects = sorted(quad.subject.value for quad in embedded.quads_for_pattern(None, terms.TYPE, class_))
    for iri in subjects[:: max(1, len(subjects) // 3)]:
        assert describe(held, iri, f"{iri}/doc") == describe(embedded, iri, f"{iri}/doc")
