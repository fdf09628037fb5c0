"""The history of an event has its wordings in the order in which they were shown, each with its content."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat

from kg.errors import NotFoundError
from kg.lookup.history import compared, history
from kg.store.embedded import EmbeddedGraph
from tests.conftest import BASE, EVENT

HEAD = """
@prefix ng: <https://w3id.org/newsgraph/ns#> . @prefix schema: <https://schema.org/> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <http://127.0.0.1:8000/event/2014-04-29/> .
<a> a ng:Event ; schema:startDate "2014-04-29"^^xsd:date ; ng:revision <a/revision/1>, <a/revision/2>, <a/revision/3> ;
  ng:currentRevision <a/revision/1> .
<a/revision/1> a ng:Revision ; rdfs:label "Ten die."@en ; prov:specializationOf <a> .
<a/revision/2> a ng:Revision ; rdfs:label "Nine die."@en ; prov:specializationOf <a> .
<a/revision/3> a ng:Revision ; rdfs:label "Some die."@en ; prov:specializationOf <a> .
"""
A = f"{BASE}event/2014-04-29/a"


def read(turtle: str) -> EmbeddedGraph:
    graph = EmbeddedGraph()
    graph.load((HEAD + turtle).encode(), format=RdfFormat.TURTLE)
    return graph


def shown(graph: EmbeddedGraph) -> list[tuple[str, str, str, bool]]:
    return [(one.content.title, one.start, one.end, one.current) for one in history(graph, A).wordings]


def test_an_event_and_each_of_its_revisions_have_one_history(graph: EmbeddedGraph) -> None:
    found = history(graph, EVENT)
    assert [(one.content.title, one.start, one.current) for one in found.wordings] == [
        ("Syria besieges Homs.", "2011-11-08T06:00:00Z", False),
        ("The Syrian government besieges the city of Homs for a sixth day.", "2011-11-09T06:00:00Z", True),
    ]
    assert found.wordings[1].content.values["mentions"] == (f"{BASE}entity/en/Homs",)
    assert found.nodes[f"{BASE}entity/en/Homs"]
    assert history(graph, found.wordings[0].revision) == found


def test_a_wording_that_comes_back_is_there_twice_and_only_its_last_time_is_current() -> None:
    graph = read(
        '<a/revision/1> ng:observedFrom "2014-05-01T00:00:00Z"^^xsd:dateTime, "2014-05-03T00:00:00Z"^^xsd:dateTime ;'
        ' ng:observedUntil "2014-05-02T00:00:00Z"^^xsd:dateTime .'
        '<a/revision/2> ng:observedFrom "2014-05-02T00:00:00Z"^^xsd:dateTime ;'
        ' ng:observedUntil "2014-05-03T00:00:00Z"^^xsd:dateTime .'
    )
    first, second, third = "2014-05-01T00:00:00Z", "2014-05-02T00:00:00Z", "2014-05-03T00:00:00Z"
    assert shown(graph) == [
        ("Some die.", "", "", False),
        ("Ten die.", first, second, False),
        ("Nine die.", second, third, False),
        ("Ten die.", third, "", True),
    ]
    found = history(graph, A)
    assert found.former(0) is None
    assert [found.former(at).content.title for at in (1, 2, 3)] == ["Some die.", "Ten die.", "Nine die."]


def test_wordings_of_no_known_time_come_in_the_order_of_the_page_the_current_one_last() -> None:
    graph = read(
        "<a/revision/3> prov:wasDerivedFrom <p#change-1> . <p#change-1> schema:position 1 ."
        "<a/revision/2> prov:wasDerivedFrom <p#change-2> . <p#change-2> schema:position 2 ."
    )
    assert shown(graph) == [
        ("Some die.", "", "", False),
        ("Nine die.", "", "", False),
        ("Ten die.", "", "", True),
    ]


def test_a_wording_of_which_only_the_title_is_known_differs_in_words_alone() -> None:
    source = (
        '<a/revision/1> ng:source <http://news.example.org/> ; ng:observedFrom "2014-05-03T00:00:00Z"^^xsd:dateTime .'
    )
    listed = "<a/revision/2> prov:wasDerivedFrom <p#change-1> . "
    found = history(read(source + listed), A)
    titled = next(one for one in found.wordings if one.titled)
    assert titled.content.title == "Nine die."
    last = found.wordings[-1]
    assert compared(titled, last).values == {}
    assert [edit.op for edit in compared(titled, last).words] == ["delete", "insert", "equal"]
    other = next(one for one in found.wordings if one.content.title == "Some die.")
    assert set(compared(other, last).values) == {"sources"}
    assert compared(None, last).kind == "added"


@pytest.mark.parametrize("path", ["entity/en/Homs", "event/2011-11-08/nothing"])
def test_only_an_event_has_a_history(graph: EmbeddedGraph, path: str) -> None:
    with pytest.raises(NotFoundError):
        history(graph, BASE + path)
