"""Error messages for texts that are not SPARQL."""

from __future__ import annotations

import pytest

from kg.errors import QuerySyntaxError
from kg.query.evaluate import answer
from kg.query.mistakes import undeclared
from kg.query.syntax import spelled, syntax_error, varying
from kg.store.embedded import EmbeddedGraph


@pytest.mark.parametrize(
    ("query", "prefix", "place"),
    [
        ("SELECT ?x {?x foo:bar 1}", "foo:", (1, 15)),
        ("SELECT ?x {\n ?x ng:place ?y ; baz:a 1 }", "baz:", (2, 19)),
        ("SELECT ?x { ?x a :foo }", ":", (1, 18)),
        ("SELECT (bar:int(1) AS ?x) {}", "bar:", (1, 9)),
        ("PREFIX foo: <http://example.org/> SELECT * { ?x foo:a ?y ; foo2:a ?z }", "foo2:", (1, 60)),
    ],
)
def test_a_prefix_that_is_not_declared_is_named_with_its_place(query: str, prefix: str, place: tuple[int, int]) -> None:
    with pytest.raises(QuerySyntaxError, match=f"the prefix {prefix} is not declared") as caught:
        answer(EmbeddedGraph(), query)
    assert (caught.value.line, caught.value.column) == place


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX foo: <http://example.org/> SELECT * { ?x foo:a ?y ] }",
        "SELECT * { ?x ng:place _:b, 'foo:a' ] } # foo:b",
        "SELECT * { ?x <http://example.org/foo:a> ?y ] }",
    ],
)
def test_another_mistake_is_not_taken_for_a_prefix(query: str) -> None:
    with pytest.raises(QuerySyntaxError, match=r"^line 1, column \d+: this \] closes nothing"):
        answer(EmbeddedGraph(), query)


def test_a_declaration_without_a_prefix_declares_the_empty_one() -> None:
    assert list(undeclared("PREFIX : <http://example.org/> SELECT * { ?x :a b:c }")) == [("b:", 48)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("SELECT * { SERVICE <http://a/> { ?s ?p ?o } }", "SERVICE"),
        ("ASK { service<http://a/>{} }", "SERVICE"),
        (r"ASK { \u0053ERVICE <a:b> {} }", "SERVICE"),
        ("SELECT (rand ( ) AS ?r) {}", "RAND"),
        ("ASK { FILTER(1<NOW()&&2>1) }", "NOW"),
        ('SELECT * { ?s rdfs:label "now", "RAND()" } # uuid', ""),
        ("SELECT * { ?now <http://a/now> <http://a/service> ; ng:rand 1 }", ""),
    ],
)
def test_the_word_that_makes_an_answer_vary_is_named(text: str, word: str) -> None:
    assert varying(text) == word


def test_by_default_the_place_and_the_token_there_are_named() -> None:
    error = syntax_error("error at 2:3: expected one of x", "ASK {\n  % }")
    assert str(error) == "line 2, column 3: unexpected %"
    assert (error.line, error.column) == (2, 3)
    assert str(syntax_error("error at 1:5: expected x", "ASK # comment\n {}")) == "line 1, column 5: unexpected {"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the text is empty"),
        ("# only a comment", "the text is empty"),
        ("ASK {}", "something is wrong before the last }"),
        ("ASK", "the text ends too early"),
    ],
)
def test_at_the_end_of_a_text_it_is_said_what_it_ends_with(text: str, what: str) -> None:
    assert str(syntax_error(f"error at 1:{len(text) + 1}: expected x", text)).endswith(f": {what}")


def test_a_long_token_is_cut_after_a_hundred_characters() -> None:
    for length in (99, 100):
        error = syntax_error("error at 1:1: expected x", f"?{'x' * length}")
        assert str(error) == f"line 1, column 1: unexpected ?{'x' * 99}"


@pytest.mark.parametrize(("number", "is_told"), [(2, True), (6, True), (7, False)])
def test_up_to_six_signs_that_were_expected_are_told_in_order(number: int, is_told: bool) -> None:
    signs = [".", ";", ",", "+", "-", "*", "="][:number]
    message = f'error at 1:5: expected one of {", ".join(chr(34) + one + chr(34) for one in signs)}, [a-z], "word"'
    told = f"; expected {' or '.join(sorted(signs))}" if is_told else ""
    assert str(syntax_error(message, "ASK % %")) == f"line 1, column 5: unexpected %{told}"


def test_anything_that_is_not_a_place_is_repeated_up_to_five_hundred_characters() -> None:
    assert str(syntax_error("x" * 501, "ASK")) == f"this is not a SPARQL query: {'x' * 500}"


def test_an_iri_that_cannot_be_parsed_is_reported_as_invalid() -> None:
    assert str(syntax_error("error at 1:5: IRI parsing failed", "ASK %")).endswith("the IRI before this is not valid")


def test_only_iris_below_the_base_get_their_one_spelling() -> None:
    base = "http://127.0.0.1:8000/"
    query = f'SELECT * {{ <{base}entity/en/%48oms?a#b> <http://a.example/%48> "<{base}%48>" ; ?p <{base}x%c3%a9#%48> }}'
    assert spelled(query, base) == query.replace("entity/en/%48oms", "entity/en/Homs").replace("x%c3%a9", "x%C3%A9")
    assert spelled("ASK {}", base) == "ASK {}"


def test_a_word_that_lets_an_answer_vary_is_found_within_what_is_scanned_as_an_iri_only_if_it_is_called() -> None:
    assert varying("ASK { FILTER(1<rand()&&2>1) }") == "RAND"
    assert varying("ASK { ?s <http://a/now> 'NOW()' FILTER(1<bound(?x)&&2>1) }") == ""
    assert varying("ASK { FILTER(?a < now ( )) }") == "NOW"
