"""Past states of events and days, from the intervals in this file."""

from __future__ import annotations

import re

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat

from kg.errors import NotFoundError
from kg.lookup import memento
from kg.rdf import terms
from kg.rdf.prefixes import PREFIXES
from kg.store.embedded import EmbeddedGraph
from tests.paths import ROOT

DOCS = ROOT / "docs" / "memento.md"
EVENT, DAY = "http://e/event", "http://e/day"
TURTLE = """
<http://e/event> a ng:Event ; dcterms:temporal <http://e/day> ; ng:revision <http://e/r1>, <http://e/r2> ;
    ng:place <http://e/Homs> ; schema:about <http://e/Homs>, <http://e/India> .
<http://e/r1> schema:name "first"@en ; schema:about <http://e/Homs>, <http://e/Hama>, <http://e/India> ;
    ng:observedFrom "2011-11-08T00:00:00Z"^^xsd:dateTime, "2011-11-10T00:00:00Z"^^xsd:dateTime ;
    ng:observedUntil "2011-11-09T00:00:00Z"^^xsd:dateTime .
<http://e/r2> schema:name "second"@en ; schema:about <http://e/Homs> ;
    ng:observedFrom "2011-11-09T00:00:00Z"^^xsd:dateTime ; ng:observedUntil "2011-11-10T00:00:00Z"^^xsd:dateTime .
<http://e/day> a dcterms:PeriodOfTime ; schema:startDate "2011-11-08"^^xsd:date .
<http://e/Homs> a schema:Place . <http://e/Hama> a schema:Place . <http://e/India> a schema:Place .
<http://e/untimed> a ng:Event ; ng:revision <http://e/r3> . <http://e/r3> schema:name "third"@en .
"""


@pytest.fixture(scope="module")
def store() -> EmbeddedGraph:
    store = EmbeddedGraph()
    prefixes = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
    store.load(f"{prefixes}{TURTLE}".encode(), format=RdfFormat.TURTLE)
    return store


def at(store: EmbeddedGraph, instant: str) -> dict[NamedNode, set[str]]:
    said: dict[NamedNode, set[str]] = {}
    for quad in memento.state(store, EVENT, instant, "http://e/memento", "http://e/doc"):
        if quad.subject == NamedNode(EVENT):
            said.setdefault(quad.predicate, set()).add(quad.object.value)
    return said


@pytest.mark.parametrize("iri", [EVENT, DAY])
def test_each_start_and_end_of_an_interval_is_a_moment(store: EmbeddedGraph, iri: str) -> None:
    assert memento.instants(store, iri) == [f"2011-11-{day}T00:00:00Z" for day in ("08", "09", "10")]


def test_an_event_whose_captures_have_no_time_has_no_moments(store: EmbeddedGraph) -> None:
    assert memento.instants(store, "http://e/untimed") == []


@pytest.mark.parametrize("iri", ["http://e/Homs", "http://e/nothing", "http://e/r1"])
def test_only_events_and_days_have_moments(store: EmbeddedGraph, iri: str) -> None:
    with pytest.raises(NotFoundError):
        memento.instants(store, iri)


@pytest.mark.parametrize("instant", ["2011-11-07T00:00:00Z", "2011-11-08T12:00:00Z", "", "yesterday"])
def test_only_a_moment_of_its_own_has_a_state(store: EmbeddedGraph, instant: str) -> None:
    with pytest.raises(NotFoundError, match="no memento"):
        memento.state(store, EVENT, instant, "http://e/memento", "http://e/doc")


def test_a_wording_that_comes_back_is_current_again(store: EmbeddedGraph) -> None:
    shown = [at(store, f"2011-11-{day}T00:00:00Z") for day in ("08", "09", "10")]
    assert [said[terms.NAME] for said in shown] == [{"first"}, {"second"}, {"first"}]
    assert [said[terms.CURRENT_REVISION] for said in shown] == [{"http://e/r1"}, {"http://e/r2"}, {"http://e/r1"}]
    assert [len(said[terms.REVISION]) for said in shown] == [1, 2, 2]


def test_a_place_that_is_only_mentioned_now_was_only_mentioned_then(store: EmbeddedGraph) -> None:
    shown = [at(store, f"2011-11-{day}T00:00:00Z")[terms.PLACE] for day in ("08", "09")]
    assert shown == [{"http://e/Homs", "http://e/Hama"}, {"http://e/Homs"}]


def test_a_state_is_the_same_each_time(store: EmbeddedGraph) -> None:
    first, second = (memento.state(store, DAY, "2011-11-09T00:00:00Z", "http://e/m", "http://e/d") for _ in range(2))
    assert first == second
    assert [quad.object for quad in first if quad.predicate == terms.NAME] == [Literal("second", language="en")]


@pytest.mark.parametrize("number", [0, 1])
def test_the_queries_of_the_documentation_find_what_they_say(store: EmbeddedGraph, number: int) -> None:
    query = re.findall(r"```sparql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[number]
    found = [row["title"].value for row in store.query(query)]
    assert found == (["second"], ["first", "second"])[number]
