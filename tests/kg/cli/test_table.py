"""Results as a table: columns line up, cells are cut, and an empty result says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kg.cli.table import WIDEST, render
from kg.errors import QueryError
from kg.rdf.prefixes import PREFIXES


def table(names: list[str], *rows: dict[str, Any]) -> list[str]:
    document = {"head": {"vars": names}, "results": {"bindings": list(rows)}}
    return render(json.dumps(document).encode()).split("\n")


def text(value: str) -> dict[str, str]:
    return {"type": "literal", "value": value}


def test_columns_line_up() -> None:
    assert table(["a", "name"], {"a": text("1"), "name": text("x")}, {"a": text("22"), "name": text("yyyyy")}) == [
        "a   name",
        "--  -----",
        "1   x",
        "22  yyyyy",
        "(2 rows)",
    ]


def test_wide_and_combining_characters_count_as_the_columns_they_take() -> None:
    lines = table(
        ["a", "b"],
        {"a": text("霍姆斯"), "b": text("x")},
        {"a": text("e\u0301"), "b": text("x")},
        {"a": text("abcdef"), "b": text("x")},
    )
    assert lines[2:5] == ["霍姆斯  x", "e\u0301       x", "abcdef  x"]


def test_an_empty_result_has_its_header_and_says_so() -> None:
    assert table(["event", "date"]) == ["event  date", "-----  ----", "(0 rows)"]


def test_one_row_is_singular_and_thousands_are_separated() -> None:
    assert table(["a"], {"a": text("1")})[-1] == "(1 row)"
    assert table(["a"], *[{"a": text("1")}] * 1_234)[-1] == "(1,234 rows)"


def test_a_result_without_variables_is_not_an_error() -> None:
    assert table([], {})[-1] == "(1 row)"


def test_an_unbound_variable_is_an_empty_cell() -> None:
    assert table(["a", "b"], {"b": text("x")})[2] == "   x"


def test_the_answer_to_ask_is_true_or_false() -> None:
    assert render(b'{"head": {}, "boolean": true}') == "true"
    assert render(b'{"head": {}, "boolean": false}') == "false"


def test_a_long_cell_is_cut_and_marked() -> None:
    (cell,) = table(["a"], {"a": text("x" * (WIDEST + 1))})[2:3]
    assert cell == "x" * (WIDEST - 1) + "…"
    assert table(["a"], {"a": text("x" * WIDEST)})[2] == "x" * WIDEST


def test_iris_of_known_vocabularies_are_shortened_and_literals_are_not() -> None:
    iri = f"{PREFIXES['ng']}Event"
    lines = table(["a"], {"a": {"type": "uri", "value": iri}}, {"a": text(iri)})
    assert lines[2:4] == ["ng:Event", iri]


def test_line_breaks_and_control_characters_do_not_break_the_table() -> None:
    lines = table(["a"], {"a": text("one\ntwo\x1b[31m\tthree")})
    assert lines[2] == "one two [31m three"


@pytest.mark.parametrize(
    "results", [b"", b"<sparql/>", b"[" * 100_000, b"[]", b"{}", b'{"head":{"vars":["x"]},"results":{"bindings":[1]}}']
)
def test_text_that_is_not_json_results_is_a_clear_error(results: bytes) -> None:
    with pytest.raises(QueryError, match="not SPARQL"):
        render(results)
