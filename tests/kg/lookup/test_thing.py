"""The data for a page about a thing: its statements, what contains it, how many events it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import NotFoundError
from kg.lookup.listing.days import listed_days
from kg.lookup.thing import DescribedThing, describe_thing
from kg.rdf.prefixes import PREFIXES
from kg.store.embedded import EmbeddedGraph
from tests.kg.lookup.test_listing import indexed

BASE = "http://127.0.0.1:8000/"
GIVEN = """
<homs> a schema:Place , schema:City ; rdfs:label "Homs"@en ; schema:containedInPlace <province> , <syria> .
<province> a schema:Place , schema:AdministrativeArea ; rdfs:label "Province"@en ; schema:containedInPlace <syria> .
<syria> a schema:Place , schema:Country ; rdfs:label "Syria"@en ; schema:containedInPlace <province> .
<war> a ng:Entity , schema:EventSeries ; rdfs:label "War"@en ; schema:subEvent <one> , <two> , <three> .
<one> a ng:Event ; schema:startDate "2011-11-08"^^xsd:date ; rdfs:label "Shots."@en ; schema:location <homs> .
<two> a ng:Event ; schema:startDate "2011-11-08"^^xsd:date ; rdfs:label "Rain."@en ; schema:location <province> .
<three> a ng:Event ; schema:startDate "2012-02-29"^^xsd:date ; rdfs:label "A visit."@en ; ng:place <homs> .
"""


@pytest.fixture(scope="module")
def graph() -> EmbeddedGraph:
    made = EmbeddedGraph()
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    made.update(f"{prefixes}INSERT DATA {{ {GIVEN} }}", base_iri=BASE)
    return made


@pytest.fixture(scope="module")
def index(graph: EmbeddedGraph, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("thing")
    return indexed(graph, folder / "index.sqlite")


def thing(graph: EmbeddedGraph, index: str, name: str) -> DescribedThing:
    return describe_thing(graph, index, BASE + name)


def test_a_place_lies_in_its_country_then_in_its_division_even_if_these_contain_each_other(graph, index) -> None:
    found = thing(graph, index, "homs")
    assert [(one.iri, one.events) for one in found.within] == [(f"{BASE}syria", 2), (f"{BASE}province", 2)]
    assert (found.events, found.total) == ({"in": 1, "names": 1, "entity": 1}, 3)
    assert {f"{BASE}syria", f"{BASE}province"} <= found.nodes.keys()


def test_a_story_has_its_days_and_is_described_without_its_parts(graph, index) -> None:
    found = thing(graph, index, "war")
    assert (found.events["story"], found.days) == (3, 2)
    assert found.nodes.keys() == {f"{BASE}war"}


def test_an_unknown_thing_is_not_found(graph, index) -> None:
    with pytest.raises(NotFoundError):
        thing(graph, index, "nothing")


def test_days_have_their_first_events_and_a_day_of_every_year_only_those_years_that_have_it(index) -> None:
    told = listed_days(index, ["2011-11-08", "2011-11-09", "--02-29", "--11-09"], 1)
    assert [(one.date, one.total, [event.title for event in one.events]) for one in told] == [
        ("2011-11-08", 2, ["Shots."]),
        ("2011-11-09", 0, []),
        ("2012-02-29", 1, ["A visit."]),
    ]
