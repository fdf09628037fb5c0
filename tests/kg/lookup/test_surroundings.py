"""The surroundings of an event: the others of its day, in the order of their page, and why others are related to it."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat

from kg.lookup.surroundings import BESIDE, surroundings
from kg.store.embedded import EmbeddedGraph
from tests.conftest import BASE, EVENT

DAY = f"{BASE}event/2014-04-29/"


@pytest.fixture
def day() -> EmbeddedGraph:
    """Ten events of one day, one of them withdrawn from the list, and one in Chinese."""
    graph = EmbeddedGraph()
    lines = [
        "@prefix ng: <https://w3id.org/newsgraph/ns#> . @prefix schema: <https://schema.org/> .",
        "@prefix prov: <http://www.w3.org/ns/prov#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .",
        "@prefix dcterms: <http://purl.org/dc/terms/> . @base <http://127.0.0.1:8000/event/2014-04-29/> .",
    ]
    for number in range(10):
        language = "zh" if number == 9 else "en"
        lines.append(
            f"<{9 - number}> a ng:Event ; dcterms:temporal <../../day/2014-04-29> ; dcterms:language '{language}' ;"
            f" rdfs:label 'Event {number}.'@{language} ; ng:currentRevision <{number}/revision/1> ."
            f"<{number}/revision/1> prov:wasDerivedFrom <p#{number}> . <p#{number}> schema:position {number + 1} ."
        )
    lines.append("<9> prov:invalidatedAtTime '2014-05-01' .")
    graph.load("\n".join(lines).encode(), format=RdfFormat.TURTLE)
    return graph


def test_the_nearest_events_of_the_day_are_listed_in_the_order_of_the_page(day: EmbeddedGraph) -> None:
    found = surroundings(day, f"{DAY}4")
    positions = [int(one.title.split()[1].strip(".")) for one in (*found.before, *found.after)]
    around = [9 - int(one.iri.rpartition("/")[2]) for one in (*found.before, *found.after)]
    assert positions == around
    assert len(found.before) == len(found.after) == BESIDE
    assert found.day_events == 8


def test_events_of_another_language_and_removed_ones_are_not_listed(day: EmbeddedGraph) -> None:
    told = {one.iri for number in range(9) for one in surroundings(day, f"{DAY}{number}").before}
    assert not {f"{DAY}9", f"{DAY}0"} & told


def test_related_events_have_what_both_name(graph: EmbeddedGraph) -> None:
    shared = surroundings(graph, EVENT).shared
    assert shared == {
        f"{BASE}event/2011-11-07/klmnopqrst": [
            {"iri": f"{BASE}entity/en/Homs"},
            {"iri": f"{BASE}category/armed-conflicts-and-attacks"},
        ]
    }


def test_only_events_have_surroundings(graph: EmbeddedGraph) -> None:
    found = surroundings(graph, f"{BASE}entity/en/Homs")
    assert (found.before, found.after, found.day_events, found.shared) == ([], [], 0, {})
