"""A repeated query gets the cached answer as long as no other answer is possible."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from endpoint.site.results import SHARE, ResultCache
from kg.query.evaluate import Answer
from kg.rdf.formats import by_name
from tests.endpoint.conftest import Send, Writable

QUERY = "SELECT ?s {{ ?s a <https://w3id.org/newsgraph/ns#Event> }} # {}"
JSON = "application/sparql-results+json"


def get(query: str, **parameters: str) -> str:
    return "/sparql?" + urlencode({"query": query, **parameters})


def answer(size: int, snapshot: str = "1") -> Answer:
    return Answer("select", by_name("json"), b"x" * size, snapshot)


def test_a_repeated_query_is_answered_from_the_cache(send: Send) -> None:
    first, second = (send(get(QUERY.format("repeated")), JSON) for _ in range(2))
    assert (first.headers.get("cache-status"), second.headers["cache-status"]) == (None, "newsgraph; hit")
    assert (first.body, first.headers["etag"]) == (second.body, second.headers["etag"])
    assert send(get(QUERY.format("repeated")), JSON, If_None_Match=first.headers["etag"]).status == 304


@pytest.mark.parametrize(
    "other",
    [
        {"query": QUERY.format("another text")},
        {"default-graph-uri": "http://127.0.0.1:8000/other"},
        {"named-graph-uri": "http://127.0.0.1:8000/other"},
        {"format": "text/csv"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_another_question_is_asked(send: Send, other: dict[str, str]) -> None:
    asked = {"query": QUERY.format(sorted(other))}
    for _ in range(2):
        send(get(**asked), JSON)
    assert "cache-status" not in send(get(**(asked | other)), JSON).headers


@pytest.mark.parametrize("value", ["NOW()", "rand()", "UUID()", "STRUUID()", "STR(BNODE())", "Rand ( )"])
def test_answers_that_differ_each_time_are_not_cached(send: Send, value: str) -> None:
    query = f"SELECT ?v {{ BIND({value} AS ?v) }}"
    replies = [send(get(query), JSON) for _ in range(2)]
    assert {reply.status for reply in replies} == {200}
    assert not any("cache-status" in reply.headers for reply in replies)


def test_a_write_is_seen_at_once(writable: Writable) -> None:
    query = get("ASK { <http://a.example/results> <http://a.example/p> 1 }")
    assert [b"false" in writable.read(query, JSON).body for _ in range(2)] == [True, True]
    writable.update("INSERT DATA { <http://a.example/results> <http://a.example/p> 1 }")
    assert b"true" in writable.read(query, JSON).body


def test_failures_are_not_cached(send: Send) -> None:
    for _ in range(2):
        reply = send(get("SELECT * { ?s ?p }"), JSON)
        assert (reply.status, "cache-status" in reply.headers) == (400, False)


def test_the_cache_is_bounded_in_total_and_for_each_answer() -> None:
    cache = ResultCache(SHARE * 10_000)
    cache.keep(("large", "json", None, (), ()), answer(10_001))
    assert cache.find(("large", "json", None, (), ()), "1") is None
    for number in range(100):
        cache.keep((str(number), "json", None, (), ()), answer(5_000))
    kept = [number for number in range(100) if cache.find((str(number), "json", None, (), ()), "1")]
    assert kept[-1] == 99
    assert len(kept) * 5_000 <= SHARE * 10_000


def test_another_snapshot_has_another_answer() -> None:
    cache = ResultCache(1_000_000)
    cache.keep(("q", "json", None, (), ()), answer(5))
    assert cache.find(("q", "json", None, (), ()), "1") == answer(5)
    assert cache.find(("q", "json", None, (), ()), "2") is None


def test_a_cache_of_size_zero_keeps_nothing() -> None:
    cache = ResultCache(0)
    cache.keep(("q", "json", None, (), ()), answer(5))
    assert cache.find(("q", "json", None, (), ()), "1") is None
