"""A rewritten query has the same solutions, and a query is only rewritten if the engine would begin badly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import QueryBoolean, QuerySolutions, RdfFormat

from kg.errors import QuerySyntaxError
from kg.query.evaluate import answer
from kg.query.join_order import LENGTH, MANY, Names, TriplePattern, reordered, rewritten
from kg.store.embedded import EmbeddedGraph
from tests.examples import most
from tests.paths import CHECKS

SUITES = CHECKS / "suites" / "w3c-rdf-tests" / "sparql"
BLOCK = "?place schema:containedInPlace* <x:land> . ?event ng:place ?place ; a ng:Event ; schema:startDate ?date"
FILTERED = (
    "{ ?place schema:containedInPlace* <x:land> . ?event ng:place ?place . ?event schema:startDate ?date "
    "FILTER EXISTS { ?event a ng:Event } }"
)


@pytest.fixture(scope="module")
def graph() -> EmbeddedGraph:
    """So many events that a class is a bad place to begin, each in one of two towns of one country."""
    found = EmbeddedGraph()
    events = "\n".join(
        f'<x:{n}> a ng:Event ; ng:place <x:town{n % 3}> ; schema:startDate "2011-11-0{n % 9 + 1}" .'
        for n in range(MANY)
    )
    towns = "<x:town1> schema:containedInPlace <x:land> . <x:town2> schema:containedInPlace <x:town1> ."
    names = "PREFIX ng: <https://w3id.org/newsgraph/ns#> PREFIX schema: <https://schema.org/>\n"
    found.load(f"{names}{events}\n{towns}\n<x:land> a schema:Country .".encode(), RdfFormat.TURTLE)
    return found


def every(patterns: Sequence[TriplePattern], names: Names) -> list[TriplePattern]:
    """Choose as many patterns as possible as filters: of any property, not only classes."""
    chosen: list[TriplePattern] = []
    for one in patterns:
        others = {name for other in patterns if other not in (*chosen, one) for name in other.variables}
        if one.is_plain and one.variables <= others:
            chosen.append(one)
    return chosen


def solutions(graph: EmbeddedGraph, query: str) -> Any:
    """Return the variables of the answer and how often it has each row; all blank nodes count as the same."""
    found = graph.query(query)
    if isinstance(found, QueryBoolean):
        return bool(found)
    names = [one.value for one in found.variables] if isinstance(found, QuerySolutions) else []
    return names, Counter(tuple("_" if str(term).startswith("_:") else str(term) for term in row) for row in found)


# ---- Which queries are rewritten.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SELECT * WHERE {", "}"),
        ("SELECT (COUNT(*) AS ?n) # {?x a ng:Event}\n{", ". FILTER (?date > 'a' && ?date < '{') } # |"),
        ("ASK { FILTER NOT EXISTS { ?place a schema:Country }", " OPTIONAL { ?event rdfs:label ?title } }"),
        ("CONSTRUCT { ?event a ng:Event } WHERE {", "BIND ('a' AS ?b) MINUS { ?event ng:place <x:town1> } }"),
        ("SELECT ?n { { SELECT (COUNT(?event) AS ?n) {", "} } UNION { BIND (1 AS ?n) } }"),
        ("PREFIX : <https://w3id.org/newsgraph/ns#> SELECT * { VALUES ?a { 1 } {", ".} }"),
    ],
)
def test_a_class_is_looked_up_where_a_path_from_a_constant_is_all_that_there_is_to_begin_with(
    graph: EmbeddedGraph, before: str, after: str
) -> None:
    query = f"{before} {BLOCK} {after}"
    assert reordered(query, graph) == f"{before} {FILTERED} {after}"
    assert solutions(graph, reordered(query, graph)) == solutions(graph, query)


@pytest.mark.parametrize(
    "block",
    [
        "?event a ng:Event ; ng:place/schema:containedInPlace* <x:land>",
        "?event <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ng:Event ; ng:place|schema:location <x:town1> ;",
        "<x:town2> schema:containedInPlace+ ?place . ?event ng:place ?place ; rdf:type ng:Event.",
        "?event a <https://w3id.org/newsgraph/ns#Event> . ?event ng:place / (schema:containedInPlace)* <x:land> .",
    ],
)
def test_a_class_and_a_path_are_seen_however_they_are_written(graph: EmbeddedGraph, block: str) -> None:
    query = f"SELECT * {{ {block} }}"
    assert "FILTER EXISTS { ?event " in reordered(query, graph)
    assert solutions(graph, reordered(query, graph)) == solutions(graph, query)


def test_a_path_from_a_constant_comes_before_patterns_without_one(graph: EmbeddedGraph) -> None:
    query = "SELECT * { ?event ng:place ?place . ?place schema:containedInPlace* <x:land> }"
    other = "SELECT * { { ?place schema:containedInPlace* <x:land> . ?event ng:place ?place } }"
    assert reordered(query, graph) == other
    assert solutions(graph, other) == solutions(graph, query)


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * FROM <x:graph> {{ {BLOCK} }}",  # noqa: S608 - no SQL
        f"SELECT * {{ GRAPH ?g {{ {BLOCK} }} }}",
        f"SELECT * {{ SERVICE <x:y> {{ {BLOCK} }} }}",
        f"SELECT * {{ {BLOCK} FILTER EXISTS {{ {BLOCK} }} UNION {{ }} }}",
        f"SELECT * {{ {BLOCK} . ?place rdfs:label 'Homs' }}",
        f"SELECT * {{ {BLOCK} . ?place rdfs:label [] }}",
        f"SELECT * {{ {BLOCK} . _:b rdfs:label ?label }}",
        f"SELECT * {{ {BLOCK} . ?event ng:topic (1 2) }}",
        f"SELECT * {{ {BLOCK} {{ ?event rdfs:label ?title }} }}",
        f"SELECT * {{ {BLOCK} VALUES ?date {{ 1 }} }}",
        f"SELECT * {{ {BLOCK} FILTER ((?a<?b)&&?c>?d) }}",
        f"SELECT * {{ {BLOCK} ",
        f"SELECT * {{ {BLOCK} }} # {'long' * LENGTH}",
        "SELECT * { ?place schema:containedInPlace* <x:land> ; a schema:Country }",
        "SELECT * { ?place schema:containedInPlace* <x:land> ; a ?class }",
        "SELECT * { ?place schema:containedInPlace* <x:land> . ?event ng:place ?place }",
        "SELECT * { ?event a ng:Event . ?place schema:containedInPlace* <x:land> }",
        "SELECT * { ?place schema:containedInPlace* ?other . ?event ng:place ?place ; a ng:Event }",
        "SELECT * { ?event ng:place <x:town1> ; a ng:Event }",
        "SELECT * { ?event a ng:Event ; ng:place ?place ; ng:size +5 }",
        "",
    ],
)
def test_queries_that_would_not_gain_or_are_not_understood_stay_unchanged(graph: EmbeddedGraph, query: str) -> None:
    assert reordered(query, graph) == query


def test_the_answer_is_that_of_the_query_and_errors_name_places_of_its_text(graph: EmbeddedGraph) -> None:
    query = f"SELECT ?event WHERE {{\n {BLOCK} }} ORDER BY"
    assert reordered(query, graph) != query
    assert answer(graph, f"{query} ?event").rows == 66
    with pytest.raises(QuerySyntaxError, match="line 2, column 116: "):
        answer(graph, query)


# ---- The solutions are the same.


SIGNS = ("{", "}", "(", ")", "[", "]", "a", "<x:p>*", "?e", "?f", ".", ";", ",", "^", "|", "+", "5", "'l'", "@en", "^^")
WORDS = (*SIGNS, "FILTER", "EXISTS", "VALUES", "SELECT", "x:y.", "<x:p>", "_:b")
VARIABLES = ("?a", "?b", "?c")
THINGS = ("<x:0>", "<x:1>", "<x:2>", "'l'", "1")
PROPERTIES = ("<x:p>", "<x:q>", "a")
PATHS = ("<x:p>*", "<x:p>|<x:q>", "<x:q>+", "<x:p>/<x:q>", "^<x:p>", "(<x:p>|a)?", "<x:p>/<x:q>*", "?p")


@st.composite
def groups(draw: st.DrawFn, depth: int = 2) -> str:
    """Generate the content of braces."""
    subject, object_ = st.sampled_from((*VARIABLES, *THINGS[:3])), st.sampled_from((*VARIABLES, *THINGS))
    verb = st.sampled_from((*PROPERTIES, *PATHS))
    block = " . ".join(" ".join(draw(st.tuples(subject, verb, object_))) for _ in range(draw(st.integers(1, 4))))
    around = [f"FILTER ({draw(subject)} != {draw(object_)})", f"FILTER (BOUND({draw(st.sampled_from(VARIABLES))}))"]
    around += ["BIND (1 AS ?n)", ""]
    if depth:
        inner = draw(groups(depth - 1))
        words = ("OPTIONAL", "MINUS", "FILTER NOT EXISTS", "FILTER EXISTS", "", "{} UNION")
        around += [f"{word} {{ {inner} }}" for word in words] + [f"{{ SELECT ?a {{ {inner} }} }}"]
    first, last = draw(st.sampled_from(around[:2])), draw(st.sampled_from(around))
    return f"{draw(st.sampled_from(('', first)))} {block} {last}"


@st.composite
def graphs(draw: st.DrawFn) -> EmbeddedGraph:
    subject, predicate, object_ = (
        st.sampled_from(THINGS[:3]),
        st.sampled_from(("<x:p>", "<x:q>")),
        st.sampled_from(THINGS),
    )
    triples = draw(st.lists(st.tuples(subject, predicate, object_), max_size=12))
    found = EmbeddedGraph()
    found.load(" . ".join((*map(" ".join, triples), "<x:0> a <x:1>", "<x:1> a <x:1> . ")).encode(), RdfFormat.TURTLE)
    return found


@hypothesis.settings(max_examples=most(150), deadline=None)
@given(groups(), graphs())
def test_patterns_as_filters_give_the_same_solutions_as_often(group: str, graph: EmbeddedGraph) -> None:
    query = f"SELECT * WHERE {{ {group} }}"
    other = rewritten(query, every)
    hypothesis.event("rewritten" if other != query else "as it was")
    assert solutions(graph, other) == solutions(graph, query)


def test_all_orders_of_a_block_are_rewritten_to_the_same_solutions(graph: EmbeddedGraph) -> None:
    patterns = ("?event a ng:Event", "?event ng:place ?place", "?place schema:containedInPlace* <x:land>")
    for order in permutations(patterns):
        query = f"SELECT * {{ {' . '.join(order)} }}"
        assert solutions(graph, reordered(query, graph)) == solutions(graph, query)
        assert "EXISTS" in reordered(query, graph)


@hypothesis.settings(max_examples=most(200))
@given(st.lists(st.sampled_from(WORDS)))
def test_any_text_is_read_and_nothing_but_blocks_is_changed(words: list[str]) -> None:
    text = " ".join(words)
    assert "FILTER EXISTS" in text or "FILTER EXISTS" in rewritten(text, every) or rewritten(text, every) == text


@pytest.mark.skipif(not SUITES.exists(), reason="the W3C's tests are not there")
def test_the_queries_of_the_w3c_have_the_same_solutions() -> None:
    changed = 0
    for folder in sorted({file.parent for file in SUITES.glob("*/*/*.rq")}):
        graph = _loaded(folder)
        for file in sorted(folder.glob("*.rq")):
            query = file.read_text(encoding="utf-8")
            other = rewritten(query, every)
            if other != query and _is_read(graph, query):
                changed += 1
                assert solutions(graph, other) == solutions(graph, query), file
    assert changed > 20


def _loaded(folder: Path) -> EmbeddedGraph:
    """Return the combined data of a folder, as far as it can be read."""
    found = EmbeddedGraph()
    for file in sorted(folder.glob("*.ttl")):
        try:
            found.load(file.read_bytes(), RdfFormat.TURTLE, base_iri=file.as_uri())
        except SyntaxError:
            continue
    return found


def _is_read(graph: EmbeddedGraph, query: str) -> bool:
    """Whether the engine can read a query unchanged; it cannot read those that are wrong on purpose."""
    try:
        graph.query(query)
    except SyntaxError:
        return False
    return True
