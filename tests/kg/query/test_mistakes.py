"""A wrong query is answered with the mistake and its position, in the words of its author."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vocab
from kg.errors import NotSupportedError, QuerySyntaxError
from kg.query.evaluate import answer
from kg.query.federate import federated
from kg.query.mistakes import WORDS, bracket, check_terms, known, mistake
from kg.query.questions import questions
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"


@pytest.mark.parametrize(
    ("query", "column", "said"),
    [
        ("SELCT ?x { ?x a ng:Event }", 1, "SPARQL has no word SELCT; did you mean SELECT?"),
        ("SELECT ?x { OPTIONL { ?x a ?y } }", 13, "SPARQL has no word OPTIONL; did you mean OPTIONAL?"),
        ("SELECT ?x { ?x a ?y } LIMIT ten", 29, "SPARQL has no word ten; text is in quotes"),
        ("SELECT ?x { FILTER(?x = 1 }", 19, "this ( is not closed: a ) is missing"),
        ("SELECT (COUNT(?x AS ?n) { ?x a ng:Event }", 8, "this ( is not closed: a ) is missing"),
        ("SELECT ?x { ?x a ng:Event", 11, "this { is not closed: a } is missing"),
        ("SELECT ?x { ?x a ng:Event) }", 26, "this ) closes nothing"),
        ("SELECT ?x { ?x a ?y }}", 22, "this } closes nothing"),
        ("SELECT ?x WHERE ?x a ng:Event }", 17, "unexpected ?x; expected {"),
        ("SELECT ?x, ?y { ?x a ?y }", 10, "a comma is not allowed here"),
        ("SELECT ?x { ?x a <http://a.example/b c> }", 18, "the IRI <http://a.example/b c> has a space in it"),
        ("SELECT ?x { ?x a <http://a.example/{b}> }", 18, "has the character { in it, which no IRI can hold; %7B"),
        ("ASK { <entity/en/United States> ?p ?o }", 7, "has a space in it"),
        ("SELECT ?x { ?x a <http://a.example/b }", 18, "this IRI has no end: a > is missing"),
        ("SELECT ?x { ?x a <http://a.example/%zz> }", 40, "the IRI before this is not valid"),
        ("SELECT ?x { ?x foo:a ?y } ORDR BY ?x", 16, "the prefix foo: is not declared; add PREFIX foo:"),
        ("SELECT ?x { ?x ?p > 1 }", 21, "unexpected 1"),
        ("SELECT ?x { ?x a ?y ?z }", 25, "something is wrong before the last }"),
        ("SELECT", 7, "the text ends too early"),
        ("  # nothing", 12, "the text is empty"),
    ],
)
def test_an_error_is_named_with_its_place(query: str, column: int, said: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        answer(EmbeddedGraph(), query)
    assert said in str(caught.value)
    assert (caught.value.line, caught.value.column) == (1, column)
    assert str(caught.value).startswith(f"line 1, column {column}: ")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * { ?x a ng:Evnt }", "line 1, column 17: the vocabulary has no term ng:Evnt; did you mean ng:Event?"),
        ("SELECT * { ?x a ng:event }", "did you mean ng:Event?"),
        ("SELECT *\n{ ?x ng:Source/ng:plase ?y }", "line 2, column 16: the vocabulary has no term ng:plase"),
        (f"PREFIX n: <{vocab.NAMESPACE}> ASK {{ ?x a n:Evnt. }}", "no term n:Evnt; did you mean n:Event?"),
        ("SELECT * { ?x a ng:Spaceship }", "the vocabulary has no term ng:Spaceship"),
    ],
)
def test_a_term_that_the_vocabulary_never_had_is_an_error(query: str, said: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        federated(query, Settings(), BASE)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?x ng:place ?y ; ng:category ?z . ?z ?p ng:politics-and-elections, ng:categories, ng: }",
        f"ASK {{ ?x a <{vocab.NAMESPACE}Evnt> }}",
        "PREFIX ng: <http://a.example/> ASK { ?x a ng:Evnt }",
        "ASK { ?x ?p 'ng:Evnt' } # ng:Evnt",
        "ASK { ?x a ng:Event.\n?x ng:place _:ng }",
    ],
)
def test_a_term_that_it_has_or_that_is_written_out_is_none(query: str) -> None:
    assert federated(query, Settings(), BASE)[0] == "ASK"


def test_terms_of_earlier_versions_are_known() -> None:
    assert {*vocab.CLASSES, *vocab.PROPERTIES, *vocab.CONCEPTS, "categories"} <= known()


@pytest.mark.parametrize("query", [one.text for one in questions()], ids=[one.name for one in questions()])
def test_a_correct_query_has_no_errors(query: str) -> None:
    check_terms(query)
    assert mistake(query, len(query)) is None
    assert bracket(query) is None


@given(st.lists(st.sampled_from([*sorted(WORDS), *"{}()[],.<>?x", "<http://a", "ng:a", "'b'", "\n", " "]), max_size=20))
def test_the_place_of_an_error_is_always_within_the_text(parts: list[str]) -> None:
    text = " ".join(parts)
    for found in (mistake(text, len(text)), bracket(text)):
        assert found is None or text[found.offset :].strip()
    with suppress(QuerySyntaxError, NotSupportedError):
        answer(EmbeddedGraph(), text)
