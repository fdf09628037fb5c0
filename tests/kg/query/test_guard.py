from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import NewsgraphError, QueryRefusedError, QuerySyntaxError, QueryTooComplexError, QueryTooLongError
from kg.query.guard import OPERATORS, TOKENS, check, decode
from kg.settings import Settings

SETTINGS = Settings()


@pytest.mark.parametrize(
    "query",
    [
        "ASK { SERVICE <http://a.example/> { ?s ?p ?o } }",
        "ASK { service silent <http://a.example/> { ?s ?p ?o } }",
        r"ASK { \u0053ERVICE <http://a.example/> { ?s ?p ?o } }",
        r"ASK { \U00000053\u0045RVICE <http://a.example/> { ?s ?p ?o } }",
        "ASK{?s ?p 1SERVICE <http://a.example/> {}}",
        "ASK{?s ?p trueSERVICE <http://a.example/> {}}",
        "ASK{?s ?p true.SERVICE <http://a.example/> {}}",
        "PREFIX ex: <http://a.example/> ASK{?s ?p ex:.SERVICE ex:b {}}",
        "PREFIX : <http://a.example/> ASK{ service:a {} }",
        r'ASK { ?s ?p "\u0022 . SERVICE <http://a.example/> {} #" }',
        "ASK{FILTER(?a<'>'||EXISTS{SERVICE <x:y>{}}||'a'>'b')}",
        "ASK{FILTER(?a<1#>'''\n SERVICE <x:y>{} #'''\n)}",
        "ASK{FILTER(?a<<b'>||EXISTS{SERVICE<x:y>{}}||'a'='b')}",
        "SELECT * { { SELECT * { SERVICE ?x { ?s ?p ?o } } } }",
    ],
)
def test_service_is_refused_in_every_spelling(query: str) -> None:
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        check(query, SETTINGS)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p "SERVICE <http://a.example/> {" }',
        "SELECT * { ?s ?p '''SERVICE''' } # SERVICE",
        "SELECT * { <http://a.example/SERVICE> ?service $SERVICE }",
        "PREFIX service: <http://a.example/> SELECT * { ?s service:SERVICE _:service . ?s a service:x }",
        "SELECT * { ?s ?p 'x'@service-x }",
        "PREFIX r: <http://a.example/#> SELECT * { ?s r:label ?l FILTER(CONTAINS(?l, 'service')) }",
        "SELECT * { <http://a.example/it's> ?p 'service' }",
    ],
)
def test_service_in_strings_iris_comments_and_names_is_let_through(query: str) -> None:
    assert check(query, SETTINGS) == "SELECT"


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("PREFIX ask: <http://a.example/> SELECT * {}", "SELECT"),
        ("BASE <http://construct/> # ASK\nDESCRIBE <x>", "DESCRIBE"),
        ("construct where { ?s ?p ?o }", "CONSTRUCT"),
        ("ASK { { SELECT * {} } }", "ASK"),
        ("nonsense", None),
    ],
)
def test_the_first_keyword_is_the_form(query: str, form: str | None) -> None:
    assert check(query, SETTINGS) == form


def test_updates_are_not_queries() -> None:
    for update in ("INSERT DATA { <a:b> <a:b> 1 }", "ASK {} ; CLEAR ALL", "LOAD <http://a.example/>"):
        with pytest.raises(QuerySyntaxError, match="update"):
            check(update, SETTINGS)


def test_a_string_without_end_is_reported_with_its_place() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        check("SELECT *\n{ ?s ?p 'x }", SETTINGS)
    assert (caught.value.line, caught.value.column) == (2, 9)


@pytest.mark.parametrize(
    "query",
    [
        "ASK " + "{" * 65 + "}" * 65,
        "ASK { ?s ?p " + "<< " * 70 + " }",
        "ASK { FILTER(" + "!" * 300 + "?x) }",
        "ASK { FILTER(?x" + "+1" * (OPERATORS + 1) + ") }",
        "SELECT * { VALUES ?x { " + "1 " * TOKENS + "} }",
        "ASK { ?s " + "^" * 300 + "<a:b> ?o }",
        "ASK " + "{" * 100_000,  # a query that is also too long gets the message about its fault
    ],
)
def test_a_query_over_a_limit_is_refused(query: str) -> None:
    with pytest.raises(QueryTooComplexError, match=r"more than|deeper"):
        check(query, SETTINGS)


@pytest.mark.parametrize("query", ["#" * 65_537, "ASK { ?s ?p '" + "x" * 65_537 + "' }"])
def test_a_query_that_is_only_too_long_is_refused_for_its_length(query: str) -> None:
    with pytest.raises(QueryTooLongError, match="longer"):
        check(query, SETTINGS)


@pytest.mark.parametrize(
    "unit",
    [
        '"\\',
        '"""\\"',
        '"""',
        "<a",
        "<a#",
        "a.",
        "a-",
        ".5e",
        "e.5",
        "1.",
        "\\u0041",
        ":a.",
        "a.:",
        "'''a\\",
        "?",
        "é",
        "@a-",
    ],
)
def test_the_guard_takes_time_linear_in_the_query(unit: str) -> None:
    text = unit * (65_000 // len(unit.encode()))
    start = time.process_time()
    with suppress(NewsgraphError):
        check(text, SETTINGS)
    assert time.process_time() - start < 1.0


@given(st.text(alphabet="\\u0053SERVICE<>'\"#{}()?:.a \n", max_size=200))
def test_on_any_text_the_guard_raises_only_its_own_errors(text: str) -> None:
    with suppress(QueryRefusedError, QuerySyntaxError):
        check(text, SETTINGS)


def test_codepoint_escapes_are_decoded() -> None:
    assert decode(r"\u00e9\U0001F600\UFFFFFFFF") == "é😀\\UFFFFFFFF"
