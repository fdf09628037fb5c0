"""The exact limits of the guard: a query at a limit passes, and one with one token more does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from kg.errors import (
    QueryRefusedError,
    QuerySyntaxError,
    QueryTooComplexError,
    QueryTooLongError,
    UploadTooLargeError,
)
from kg.query.guard import check, check_update, decode, position
from kg.settings import Settings

SETTINGS = replace(Settings(), query_depth=64)


def tokens(number: int) -> str:
    return "ASK" + " ?x" * (number - 1)


@pytest.mark.parametrize(
    ("most", "what", "text"),
    [
        (8_000, "8000 tokens", tokens),
        (1_200, "1200 operators", lambda number: "ASK { FILTER(?x" + "+1" * number + ") }"),
        (256, "256 nesting operators", lambda number: "ASK { ?s " + "!" * number + "?o }"),
        (256, "256 nesting operators", lambda number: "ASK" + "{ FILTER EXISTS {}}" * (number // 2)),
        (256, "256 nesting operators", lambda number: "ASK { ?s " + "^^<x:y>" * (number // 2) + "?o }"),
        (64, "nested deeper than 64", lambda number: "ASK " + "{" * number),
        (64, "nested deeper than 64", lambda number: "ASK " + "[" * number + "]" * number),
        (64, "nested deeper than 64", lambda number: "ASK " + "(" * number + ")" * number),
        (64, "nested deeper than 64", lambda number: "ASK { ?s ?p " + "<< " * (number - 1)),
    ],
)
def test_a_query_at_a_limit_passes_and_one_beyond_it_does_not(most: int, what: str, text: Callable[[int], str]) -> None:
    check(text(most), SETTINGS)
    step = 2 if text(most) == text(most + 1) else 1
    with pytest.raises(QueryTooComplexError, match=what):
        check(text(most + step), SETTINGS)


def test_a_datatype_is_not_a_path_and_does_not_count() -> None:
    check("ASK { ?s ?p " + "'a'^^<x:y>," * 1_000 + " 1 }", SETTINGS)


def test_closed_brackets_do_not_count_as_depth() -> None:
    check("ASK {" + "({[]})" * 500 + "}", SETTINGS)
    check("ASK {" + "<< >>" * 100 + "}", SETTINGS)
    check("ASK " + "}" * 100 + "{" * 64, SETTINGS)


def test_signs_of_comparison_apart_are_not_brackets() -> None:
    check("ASK { FILTER(" + "?a < < ?b && " * 65 + "1) }", SETTINGS)
    check("ASK { FILTER(" + "?a < ?b && ?c < ?d && " * 65 + "1) }", SETTINGS)


def test_each_limit_counts_for_itself() -> None:
    check("ASK { FILTER(?x" + "+1" * 1_100 + ") ?s " + "!" * 250 + "?o }", SETTINGS)


@pytest.mark.parametrize(("letter", "size"), [("x", 1), ("é", 2), ("霍", 3)])
def test_the_length_is_counted_in_bytes(letter: str, size: int) -> None:
    settings = replace(SETTINGS, query_bytes=600)
    check("#" + letter * (599 // size), settings)
    with pytest.raises(QueryTooLongError, match="longer than 600 bytes"):
        check("#" + letter * (599 // size + 1), settings)


def test_an_update_that_is_longer_than_an_upload_is_refused() -> None:
    settings = replace(SETTINGS, upload_bytes=600)
    check_update("#" + "x" * 599, settings)
    with pytest.raises(UploadTooLargeError, match="longer than 600 bytes"):
        check_update("#" + "x" * 600, settings)


def test_an_update_may_have_far_more_tokens_and_operators_than_a_query_but_no_deeper_nesting() -> None:
    check_update(tokens(20_000), SETTINGS)
    check_update("INSERT DATA { ?x" + "+1" * 2_000 + "}", SETTINGS)
    with pytest.raises(QueryTooComplexError, match="256 nesting operators"):
        check_update("!" * 257, SETTINGS)
    with pytest.raises(QueryTooComplexError, match="deeper than 64"):
        check_update("{" * 65, SETTINGS)


def test_an_update_is_none_where_queries_are_answered_and_may_name_no_service() -> None:
    check_update("INSERT DATA { <x:a> <x:b> 1 }", SETTINGS)
    with pytest.raises(QueryRefusedError):
        check_update("INSERT { } WHERE { SERVICE <x:a> {} }", SETTINGS)
    with pytest.raises(QueryRefusedError):
        check_update(r'INSERT { } WHERE { ?s ?p "\u0022 . SERVICE <x:a> {} #" }', SETTINGS)
    with pytest.raises(QuerySyntaxError, match="DELETE is an update"):
        check("ASK {} ; DELETE", SETTINGS)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (r"\u0041\u00e9", "Aé"),
        (r"\U0010FFFF", "\U0010ffff"),
        (r"\U00110000", r"\U00110000"),
        (r"\u004", r"\u004"),
        (r"\x0041", r"\x0041"),
    ],
)
def test_an_escape_stands_for_a_character_up_to_the_last_one(text: str, meant: str) -> None:
    assert decode(text) == meant


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("", 0, (1, 1)),
        ("ab", 1, (1, 2)),
        ("a\nb", 1, (1, 2)),
        ("a\nb", 2, (2, 1)),
        ("a\n\nbc", 4, (3, 2)),
        ("\nab", 2, (2, 2)),
    ],
)
def test_lines_and_columns_count_from_one(text: str, offset: int, expected: tuple[int, int]) -> None:
    assert position(text, offset) == expected


# ---- Ambiguous queries.


@pytest.mark.parametrize(
    "query",
    [
        "ASK { FILTER(?a<'>'SERVICE'>?b) }",
        "ASK { FILTER(1<'>'SERVICE') }",
        "ASK { FILTER((?a)<'>'SERVICE') }",
        "ASK { FILTER('a'@en<'>'SERVICE') }",
        "ASK { FILTER(<x:a><'>'SERVICE') }",
        "ASK { FILTER(x:a<'>'SERVICE') }",
        "ASK { FILTER(true<'>'SERVICE') }",
        "ASK { FILTER(?a<#>'SERVICE') }",
        "ASK { FILTER(?a<#>1) # SERVICE\n }",
        "ASK { # SERVICE\n FILTER(?a<#>1) }",
    ],
)
def test_service_in_a_string_is_refused_behind_what_may_be_two_comparisons(query: str) -> None:
    with pytest.raises(QueryRefusedError):
        check(query, SETTINGS)


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?a <x:it's> 'SERVICE' }",
        "ASK { FILTER(?a = <x:it's> || 'SERVICE' = ?b) }",
        "ASK { FILTER(?a<x>'SERVICE') }",
        "ASK { { ?a <x:it's> ?b } FILTER('SERVICE' = ?b) }",
        "ASK { FILTER([]<x:it's>'SERVICE') }",
    ],
)
def test_unambiguous_queries_are_not(query: str) -> None:
    assert check(query, SETTINGS) == "ASK"
    assert check(query, SETTINGS, services=True) == "ASK"


def test_where_services_are_asked_what_can_be_read_in_two_ways_is_refused_at_all() -> None:
    assert check("ASK { SERVICE <x:a> {} }", SETTINGS, services=True) == "ASK"
    assert check("ASK { FILTER(?a<#>1) }", SETTINGS) == "ASK"
    with pytest.raises(QueryRefusedError, match="two ways"):
        check("ASK { FILTER(?a<#>1) }", SETTINGS, services=True)
    for spelled in ("trueSERVICE", "SERVICE.a"):
        with pytest.raises(QueryRefusedError):
            check(f"ASK {{ {spelled} <x:a> {{}} }}", SETTINGS, services=True)


def test_in_an_update_an_iri_after_another_one_is_read_in_one_way() -> None:
    check_update("INSERT DATA { (<x:a> <x:it's>) <x:b> 'SERVICE' }", SETTINGS)
