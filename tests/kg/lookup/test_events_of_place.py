"""The events of a place: in it, near it, and those that only name it."""

from __future__ import annotations

import pytest

from kg.errors import NotFoundError
from kg.lookup.events_of_place import distance, events_of_place, plain
from kg.rdf.prefixes import PREFIXES
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"
GIVEN = """
<homs> a schema:Place , schema:City ; wgs:lat 34.72 ; wgs:long 36.73 ; schema:containedInPlace <province> , <syria> .
<rastan> a schema:Place , schema:City ; wgs:lat 34.92 ; wgs:long 36.73 ; schema:containedInPlace <province> , <syria> .
<hama> a schema:Place , schema:City ; wgs:lat 35.13 ; wgs:long 36.75 .
<province> a schema:Place , schema:AdministrativeArea ; wgs:lat 34.72 ; wgs:long 36.73 .
<syria> a schema:Place , schema:Country ; wgs:lat 34.72 ; wgs:long 36.73 .
<river> a schema:Place .
<shots> schema:startDate "2011-11-08"^^xsd:date ; rdfs:label "Shots in Homs."@en ;
    ng:place <homs> ; schema:location <homs> .
<visit> schema:startDate "2011-11-09"^^xsd:date ; rdfs:label "Fire in Rastan, on the way to Homs."@en ;
    ng:place <homs> , <rastan> ; schema:location <rastan> .
<far> schema:startDate "2011-11-10"^^xsd:date ; rdfs:label "Shots in Hama."@en ;
    ng:place <hama> ; schema:location <hama> .
<state> schema:startDate "2011-11-11"^^xsd:date ; rdfs:label "Rain in the province."@en ;
    ng:place <province> ; schema:location <province> .
"""


@pytest.fixture(scope="module")
def graph() -> EmbeddedGraph:
    made = EmbeddedGraph()
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    made.update(f"{prefixes}INSERT DATA {{ {GIVEN} }}", base_iri=BASE)
    return made


def names(graph: EmbeddedGraph, place: str, relation: str, km: float = 30) -> list[str]:
    return [one.iri.removeprefix(BASE) for one in events_of_place(graph, f"{BASE}{place}", relation, km)]


@pytest.mark.parametrize(
    ("place", "relation", "expected"),
    [
        ("homs", "in", ["shots"]),
        ("homs", "near", ["visit", "shots"]),
        ("homs", "names", ["visit", "shots"]),
        ("province", "in", ["state", "visit", "shots"]),
        ("province", "names", ["state"]),
        ("syria", "in", ["visit", "shots"]),
        ("river", "in", []),
    ],
)
def test_each_relation_has_its_events_the_newest_first(
    place: str, relation: str, expected: list[str], graph: EmbeddedGraph
) -> None:
    assert names(graph, place, relation) == expected


def test_what_is_near_depends_on_the_distance(graph: EmbeddedGraph) -> None:
    assert names(graph, "homs", "near", 1) == ["shots"]
    assert names(graph, "homs", "near", 100) == ["far", "visit", "shots"]


@pytest.mark.parametrize("place", ["province", "syria", "river"])
def test_nothing_is_near_what_is_no_point(place: str, graph: EmbeddedGraph) -> None:
    with pytest.raises(NotFoundError, match="no point"):
        names(graph, place, "near")


@pytest.mark.parametrize("place", ["shots", "nowhere", "a b"])
def test_what_is_no_place_is_not_found(place: str, graph: EmbeddedGraph) -> None:
    with pytest.raises(NotFoundError):
        names(graph, place, "in")


def test_a_degree_of_latitude_is_111_km() -> None:
    assert distance((34.0, 36.0), (35.0, 36.0)) == pytest.approx(111.2, abs=0.1)


def test_a_page_says_how_many_there_are(graph: EmbeddedGraph) -> None:
    found = events_of_place(graph, f"{BASE}province", "in", 0)
    assert plain(found, 1, 1) == {
        "total": 3,
        "events": [
            {
                "iri": f"{BASE}visit",
                "date": "2011-11-09",
                "title": "Fire in Rastan, on the way to Homs.",
                "language": "en",
            }
        ],
    }
