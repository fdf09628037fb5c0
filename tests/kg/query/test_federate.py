"""SERVICE on real workers and real services; the engine, which can ask services itself, gives the expected result."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat

from kg.errors import (
    FederationError,
    FederationTimeoutError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    ServiceBusyError,
)
from kg.query import service_bindings
from kg.query.federate import HOPS, Caller, Services, services
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.workers.workers import Workers
from tests.conftest import Publish
from tests.examples import most
from tests.kg.remote.servers import Remote, http, peer, remote

HERE = """
@prefix : <http://here.example/> .
:homs :same <http://there.example/homs> ; :name "Homs"@en ; :rank 1 .
:hama :same <http://there.example/hama> ; :name "Hama"@en ; :rank 2 .
:idlib :name "Idlib"@en ; :same [ :name "nobody" ] .
:aleppo :same <http://there.example/nowhere> , <http://there.example/homs> .
"""
THERE = """
@prefix : <http://there.example/> .
:homs :people 775404 ; :in :syria .
:hama :people 312994 ; :in :syria ; :mayor [ :name "A" ] .
:latakia :people 383786 ; :near _:port . _:port :name "Port" .
:syria :name "Syria"@en , "Suriye"@tr .
"""
PREFIXES = "PREFIX h: <http://here.example/> PREFIX t: <http://there.example/>\n"


@pytest.fixture(scope="module")
def there() -> Iterator[Remote]:
    with remote(THERE) as found:
        yield found


@pytest.fixture(scope="module")
def pool(
    there: Remote, settings: Settings, publish_store: Publish, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workers]:
    """Workers on a small graph, which may ask any service on this machine."""
    store = tmp_path_factory.mktemp("here") / "store"
    publish_store(store, HERE, "1")
    own = replace(settings, services="private:http://127.0.0.1:*/", service_seconds=1.0, query_seconds=20.0)
    with Workers(Store(store), own) as found:
        assert found.ready(20)
        yield found


def rows(body: bytes) -> Counter[str]:
    """Return the solutions of an answer, with all blank nodes and their IRIs replaced by the same value."""

    def plain(term: dict[str, Any]) -> tuple[str, ...]:
        blank = term["type"] == "bnode" or "/.well-known/genid/" in term["value"]
        return ("blank",) if blank else (term["value"], term.get("xml:lang", ""), term.get("datatype", ""))

    found = json.loads(body)["results"]["bindings"]
    return Counter(repr(sorted((name, plain(term)) for name, term in row.items())) for row in found)


def expected(query: str) -> Counter[str]:
    """Return the answer of the engine, which asks the service itself."""
    store = EmbeddedGraph()
    store.load(HERE.encode(), format=RdfFormat.TURTLE)
    found = store.query(query)
    assert isinstance(found, QuerySolutions)
    return rows(found.serialize(format=QueryResultsFormat.JSON) or b"")


GROUPS = [
    "SERVICE <{}> {{ ?x t:people ?n }}",
    "?a h:same ?x . SERVICE <{}> {{ ?x t:people ?n }}",
    "SERVICE <{}> {{ ?x t:people ?n }} ?a h:same ?x",
    "?a h:same ?x OPTIONAL {{ SERVICE <{}> {{ ?x t:people ?n }} }}",
    "?a h:same ?x OPTIONAL {{ SERVICE <{}> {{ ?x t:people ?n }} FILTER(?n > 500000) }}",
    "?a h:same ?x MINUS {{ SERVICE <{}> {{ ?x t:people ?n }} }}",
    "?a h:same ?x . FILTER EXISTS {{ SERVICE <{}> {{ ?x t:people ?n }} }}",
    "{{ ?a h:same ?x }} UNION {{ SERVICE <{}> {{ ?x t:people ?n }} }}",
    "?a h:same ?x . SERVICE <{}> {{ ?y t:people ?n OPTIONAL {{ ?y t:mayor ?x }} }}",
    "?a h:same ?x . SERVICE <{}> {{ {{ ?x t:people ?n }} UNION {{ ?z t:name ?name }} }}",
    "?a h:same ?x ; h:rank ?r . SERVICE <{0}> {{ ?x t:in ?c }} SERVICE SILENT <{0}> {{ ?c t:name ?name }}",
    "VALUES ?x {{ t:homs t:hama }} ?a h:same ?x . SERVICE <{}> {{ ?x t:people ?n }} FILTER(?n < 500000)",
    "VALUES (?x ?y) {{ (t:homs UNDEF) (UNDEF t:syria) }} SERVICE <{}> {{ ?x t:in ?y }}",
    "SERVICE <{}> {{ SELECT ?x (COUNT(*) AS ?n) {{ ?x ?p ?o }} GROUP BY ?x }}",
    "SERVICE <{}> {{ t:homs t:in t:syria }} ?a h:rank ?r",
    "SERVICE <{}> {{ t:homs t:in t:nowhere }} ?a h:rank ?r",
    "SERVICE <{}> {{ ?l t:near ?b . ?b t:name ?name }}",
    "{{ SELECT ?x {{ ?a h:same ?x }} ORDER BY ?x LIMIT 1 }} SERVICE <{}> {{ ?x t:people ?n }}",
    "?a h:rank ?r . SERVICE <{}> {{ ?x t:people ?n }} FILTER(?r = 1)",
    "?a h:name ?name . SERVICE <{}> {{ ?x t:people ?n BIND(STR(?name) AS ?s) }}",
]


@pytest.mark.parametrize("group", GROUPS)
def test_a_query_has_the_solutions_that_the_recommendation_says(pool: Workers, there: Remote, group: str) -> None:
    query = f"{PREFIXES}SELECT * WHERE {{ {group.format(there.url)} }}"
    assert rows(pool.query(query).body) == expected(query)


TRIPLES = ("?a h:same ?x .", "?a h:rank ?r .", "?a h:name ?name .", "[] h:same ?x .", "?a ?p ?x .")
PATTERNS = (
    *("?x t:people ?n", "?y t:in ?x", "OPTIONAL { ?x t:mayor ?m }", "?y t:name ?name", "VALUES ?x { t:homs UNDEF }"),
    *("FILTER(BOUND(?x))", "{ ?x t:in ?y } UNION { ?m t:people ?n }", "?x t:people* ?y"),
)
OTHERS = (
    *("OPTIONAL { ?a h:rank ?n }", "MINUS { ?a h:rank 1 }", "BIND(?x AS ?bound)", "FILTER(?r = 1)", "?a h:rank ?r ."),
    "{ ?a h:same ?x } UNION { ?b h:rank ?r }",
)
PARTS = {
    "join": "SERVICE <URL> {{ {} }}",
    "optional": "OPTIONAL {{ SERVICE <URL> {{ {} }} }}",
    "filtered": "OPTIONAL {{ SERVICE <URL> {{ {} }} FILTER(BOUND(?x)) }}",
    "minus": "MINUS {{ SERVICE <URL> {{ {} }} }}",
    "group": "{{ SERVICE <URL> {{ {} }} ?a h:same ?x }}",
}


@examples(max_examples=most(150), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    leading=st.lists(st.sampled_from(TRIPLES), max_size=2),
    between=st.lists(st.sampled_from(OTHERS), max_size=1),
    pattern=st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2),
    part=st.sampled_from(sorted(PARTS)),
    after=st.lists(st.sampled_from(OTHERS), max_size=1),
)
def test_values_that_are_sent_along_change_no_answer(
    pool: Workers,
    there: Remote,
    leading: list[str],
    between: list[str],
    pattern: list[str],
    part: str,
    after: list[str],
) -> None:
    service = PARTS[part].format(" ".join(pattern)).replace("URL", there.url)
    query = f"{PREFIXES}SELECT * WHERE {{ {' '.join([*leading, *between, service, *after])} }}"
    try:
        right = expected(query)
    except SyntaxError:  # a variable that BIND would bind again
        return
    assert rows(pool.query(query).body) == right


def asked(pool: Workers, there: Remote, group: str) -> list[str]:
    there.queries.clear()
    pool.query(f"{PREFIXES}SELECT * WHERE {{ {group.replace('URL', there.url)} }}")
    return list(there.queries)


@pytest.mark.parametrize(
    "group",
    [
        "?a h:same ?x ; h:rank ?r . SERVICE <URL> { ?x t:people ?n }",
        "?a h:same ?x ; h:rank ?r . OPTIONAL { SERVICE <URL> { ?x t:people ?n } }",
        "VALUES ?x { t:hama t:homs } SERVICE <URL> { ?x t:people ?n }",
        "?a h:same ?x ; h:rank ?r FILTER(?r < 3) OPTIONAL { ?a h:name ?n } SERVICE <URL> { ?x t:people ?n }",
    ],
)
def test_the_values_that_can_join_are_sent_along(pool: Workers, there: Remote, group: str) -> None:
    (query,) = asked(pool, there, group)
    sent = query.rpartition("VALUES (?x) ")[2]
    assert {one.strip("(){} ") for one in sent.split()} - {""} == {
        "<http://there.example/homs>",
        "<http://there.example/hama>",
    }


@pytest.mark.parametrize(
    "group",
    [
        "?a h:same ?x . SERVICE <URL> { ?x t:people ?n }",  # one of the values is a blank node
        "?a h:rank ?n . SERVICE <URL> { ?x t:people ?n }",  # numbers
        "?a h:rank ?r . SERVICE <URL> { ?x t:people ?n }",  # nothing in common
        "OPTIONAL { ?a h:same ?x } SERVICE <URL> { ?x t:people ?n }",
        "?a h:same ?x ; h:rank ?r . MINUS { SERVICE <URL> { ?x t:people ?n } }",
        "?a h:same ?x ; h:rank ?r . OPTIONAL { SERVICE <URL> { ?x t:people ?n } FILTER(BOUND(?x)) }",
        "GRAPH ?g { ?a h:same ?x } SERVICE <URL> { ?x t:people ?n }",
    ],
)
def test_nothing_is_sent_along_where_that_could_change_the_answer(pool: Workers, there: Remote, group: str) -> None:
    assert "VALUES" not in asked(pool, there, group)[0]


def test_too_many_values_are_not_sent_along(pool: Workers, there: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_bindings, "MOST", 1)
    assert "VALUES" not in asked(pool, there, "?a h:same ?x ; h:rank ?r . SERVICE <URL> { ?x t:people ?n }")[0]


def test_no_service_is_asked_if_nothing_could_join(pool: Workers, there: Remote) -> None:
    assert asked(pool, there, "?a h:nothing ?x . SERVICE <URL> { ?x t:people ?n }") == []


def test_the_dataset_of_the_query_is_that_of_the_values(pool: Workers, there: Remote) -> None:
    query = f"{PREFIXES}SELECT * {{ ?a h:same ?x . SERVICE <{there.url}> {{ ?x t:people ?n }} }}"
    assert not rows(pool.query(query, default_graphs=["http://a.example/none"]).body)
    there.queries.clear()
    pool.query(query.replace("SELECT *", "SELECT * FROM <http://a.example/none>"))
    assert "VALUES" not in there.queries[0]


def test_other_forms_ask_services_too(pool: Workers, there: Remote) -> None:
    group = f"?a h:same ?x ; h:rank ?r . SERVICE <{there.url}> {{ ?x t:people ?n }}"
    assert b'"boolean":true' in pool.query(f"{PREFIXES}ASK {{ {group} FILTER(?n > 500000) }}").body
    built = pool.query(f"{PREFIXES}CONSTRUCT {{ ?a h:people ?n }} WHERE {{ {group} }}").body.decode()
    assert "775404" in built
    assert "312994" in built


def test_blank_nodes_of_a_service_are_iris_here(pool: Workers, there: Remote) -> None:
    query = f"{PREFIXES}SELECT ?b ?c {{ SERVICE <{there.url}> {{ ?l t:near ?b . ?c t:name 'Port' }} }}"
    (row,) = json.loads(pool.query(query).body)["results"]["bindings"]
    assert row["b"] == row["c"]
    assert row["b"]["value"].startswith("http://127.0.0.1:8000/.well-known/genid/")


FAILING = {
    "status": http("500 Error", b"no"),
    "redirect": http("302 Found", Location="http://127.0.0.1/"),
    "type": http("200 OK", b"<html>", Content_Type="text/html"),
    "json": http("200 OK", b"{"),
    "deep": http("200 OK", b'{"results": {"bindings": [{"n": ' + b'{"type": "triple", "value": {"subject": ' * 20_000),
    "blank": http("200 OK", b" " * 2_000),
    "utf8": http("200 OK", b"\xff\xfe\xff"),
    "nothing": b"",
}


@pytest.mark.parametrize("answer", FAILING.values(), ids=FAILING.keys())
def test_a_service_that_fails_is_an_error_and_with_silent_one_empty_solution(pool: Workers, answer: bytes) -> None:
    own = pool.settings
    with peer(answer) as failing:
        query = f"SELECT * {{ ?a <http://here.example/rank> ?r SERVICE <{failing.url}> {{ ?x ?y ?n }} }}"
        with pytest.raises(FederationError):
            pool.query(query)
        body = json.loads(pool.query(query.replace("SERVICE", "SERVICE SILENT")).body)
    assert sorted(body["head"]["vars"]) == ["a", "n", "r", "x", "y"]
    assert [sorted(row) for row in body["results"]["bindings"]] == [["a", "r"], ["a", "r"]]
    assert pool.settings is own


def test_a_service_that_drips_costs_no_more_than_its_time(pool: Workers) -> None:
    told: list[tuple[str, float, bool]] = []
    caller = Caller(0, lambda *one: told.append(one))
    with peer(http("200 OK", Content_Length="9999"), b" ") as slow:
        query = f"SELECT * {{ SERVICE <{slow.url}> {{ ?x ?y ?n }} }}"
        with pytest.raises(FederationTimeoutError, match="in time"):
            pool.query(query, caller=caller)
        assert pool.query(query.replace("SERVICE", "SERVICE SILENT"), caller=caller).rows == 1
    assert [(host, answered) for host, _, answered in told] == [(f"127.0.0.1:{slow.port}", False)] * 2
    assert all(1.0 <= seconds < 2.0 for _, seconds, _ in told)


def test_the_deadline_of_the_query_holds_for_services_even_if_silent(pool: Workers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        query = f"SELECT * {{ SERVICE SILENT <{url}> {{ ?x ?y ?n }} SERVICE SILENT <{url}> {{ ?a ?b ?c }} }}"
        with pytest.raises(QueryTimeoutError):
            pool.query(query, seconds=0.3)


def test_an_answer_over_a_limit_is_an_error(settings: Settings, there: Remote) -> None:
    own = replace(settings, services="private:http://127.0.0.1:*/", service_rows=2, query_seconds=20.0)
    with Workers(Store(Path(own.store)), own) as pool:
        query = f"SELECT * {{ SERVICE <{there.url}> {{ ?x <http://there.example/people> ?n }} }}"
        with pytest.raises(FederationError, match="more than 2 solutions"):
            pool.query(query)
        assert pool.query(query.replace("people", "near")).rows == 1


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("SELECT * {\n SERVICE <URL> { ?x ?y } }", 2),
        ("SELECT * { { ?x ?y ?z }\n UNION SERVICE <URL> { } }", 2),
        ("SELECT * { SERVICE <URL> { }\n UNION { } }", 2),
        ("SELECT *\nSERVICE <URL> { ?x ?y ?z }", 2),
        ("CONSTRUCT { SERVICE <URL> {} } WHERE {}", 1),
        ("SELECT * { SERVICE <URL> {\n\n SERVICE <URL> { ?x } } }", 3),
    ],
)
def test_a_syntax_error_is_reported_with_its_place_and_no_service_is_asked(
    pool: Workers, there: Remote, query: str, line: int
) -> None:
    there.queries.clear()
    with pytest.raises(QuerySyntaxError) as caught:
        pool.query(query.replace("URL", there.url))
    assert caught.value.line == line
    assert not there.queries


def test_a_private_address_must_be_allowed_by_name(settings: Settings, there: Remote) -> None:
    own = replace(settings, services=there.url, query_seconds=20.0)
    with Workers(Store(Path(own.store)), own) as pool:
        with pytest.raises(FederationError, match="private address"):
            pool.query(f"SELECT * {{ SERVICE <{there.url}> {{ ?x ?y ?z }} }}")
        assert not [query for query in there.queries if "?x ?y ?z }" in query]


def test_a_query_that_came_through_too_many_servers_is_refused(pool: Workers, there: Remote) -> None:
    query = f"ASK {{ SERVICE <{there.url}> {{ ?x ?y ?z }} }}"
    assert pool.query(query, caller=Caller(HOPS - 1)).body
    assert there.headers[-1]["via"].count("newsgraph") == HOPS
    with pytest.raises(QueryRefusedError, match="passed through 3"):
        pool.query(query, caller=Caller(HOPS))


def test_only_some_queries_may_wait_for_services(pool: Workers, there: Remote) -> None:
    known = services(pool.settings)
    query = f"ASK {{ SERVICE <{there.url}> {{ ?x ?y ?z }} }}"
    with known.turn(), known.turn():
        with pytest.raises(ServiceBusyError):
            pool.query(query)
        assert pool.query("ASK {}").body
    assert pool.query(query).body


def test_a_name_that_changes_its_address_is_not_followed(there: Remote) -> None:
    answers = [["8.8.8.8", "127.0.0.1"], ["127.0.0.1"]]

    def resolve(*_: object, **__: object) -> list[Any]:
        return [(0, 0, 0, "", (address, 80)) for address in answers.pop(0)]

    own = Settings(services="http://public.example:*/")
    for _ in range(2):
        with pytest.raises(FederationError, match="private address"):
            Services(own, resolve).ask(f"http://public.example:{there.port}/", "ASK {}", 1e12, 9, Caller())
