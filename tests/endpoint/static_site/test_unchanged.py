"""A static site repeats nothing about the past that it says about the present, and has all documents that it links."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from endpoint.static_site.reads import Reads, WatchedGraph
from endpoint.static_site.unchanged import PastDocuments
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from tests.conftest import publish_turtle
from tests.endpoint.static_site.conftest import written

BASE = "http://127.0.0.1:8000/"
ONE = "event/2011-11-08/aaaaaaaaaa"
TWO = "event/2011-11-08/bbbbbbbbbb"
GONE = "event/2011-11-08/cccccccccc"
PREFIXES = """
@prefix ng: <https://w3id.org/newsgraph/ns#> .
@prefix schema: <https://schema.org/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DAY = f"""<{BASE}day/2011-11-08> a dcterms:PeriodOfTime ;
    rdfs:label "2011-11-08" ; schema:startDate "2011-11-08"^^xsd:date .
"""


def event(path: str, *revisions: str) -> str:
    """An event with revisions, each given by the times when it was shown; the last is the current one."""
    iri = f"{BASE}{path}"
    names = [f"{iri}/revision/{number}" for number in range(len(revisions))]
    said = [
        f'<{name}> a ng:Revision ; rdfs:label "Wording {name[-1]}" ; prov:specializationOf <{iri}> ; {shown} .\n'
        for name, shown in zip(names, revisions, strict=True)
    ]
    listed = ", ".join(f"<{name}>" for name in names)
    return (
        f'<{iri}> a ng:Event, schema:Event ; rdfs:label "A dam breaks"@en ; dcterms:language "en" ;'
        f' schema:startDate "2011-11-08"^^xsd:date ; dcterms:temporal <{BASE}day/2011-11-08> ;'
        f" ng:revision {listed} ; ng:currentRevision <{names[-1]}> .\n" + "".join(said)
    )


FROM, UNTIL = 'ng:observedFrom "2011-11-0{}T06:00:00Z"^^xsd:dateTime', 'ng:observedUntil "2011-11-0{}T06:00:00Z"'
UNTIL += "^^xsd:dateTime"
TURTLE = (
    PREFIXES
    + DAY
    + event(ONE, FROM.format(8))
    + event(TWO, f"{FROM.format(8)} ; {UNTIL.format(9)}", FROM.format(9))
    + event(GONE, f"{FROM.format(8)} ; {UNTIL.format(9)}")
)


@pytest.fixture
def past(tmp_path: Path) -> PastDocuments:
    written = EmbeddedGraph(tmp_path)
    written.load(TURTLE.encode(), format=RdfFormat.TURTLE)
    del written
    graph = WatchedGraph.read_only(tmp_path)
    graph.reads = Reads()
    return PastDocuments(graph, BASE)


@pytest.mark.parametrize(
    ("path", "has_mementos", "has_history"), [(ONE, False, False), (TWO, True, True), (GONE, True, True)]
)
def test_only_changed_documents_have_a_past(
    past: PastDocuments, path: str, has_mementos: bool, has_history: bool
) -> None:
    mementos = [f"/timemap/link/{path}", f"/timemap/json/{path}", f"/memento/20111108060000/{path}"]
    assert [past.has(one) for one in mementos] == [has_mementos] * 3
    assert [past.has(f"/{path}/{one}") for one in ("history", "history.json")] == [has_history] * 2
    assert past.has(f"/doc/{path}")


def test_the_document_of_an_event_serves_for_its_only_revision_and_for_no_other_one(past: PastDocuments) -> None:
    assert past.same(f"/{ONE}/revision/0") == f"/doc/{ONE}"
    others = [f"/{ONE}/revision/1", f"/{TWO}/revision/0", f"/{TWO}/revision/1", f"/{GONE}/revision/0", f"/doc/{ONE}"]
    assert [past.same(one) for one in others] == [None] * 5


def test_an_unknown_thing_has_no_past(past: PastDocuments) -> None:
    unknown = "event/2011-11-08/zzzzzzzzzz"
    assert not past.has(f"/timemap/link/{unknown}")
    assert past.has(f"/{unknown}/history")
    assert past.same(f"/{unknown}/revision/0") is None


@pytest.mark.slow(also="tests/endpoint/static_site/test_unchanged.py::test_only_changed_documents_have_a_past")
def test_the_files_and_the_links_of_a_site_agree_about_the_past(settings: Settings, tmp_path: Path) -> None:
    publish_turtle(tmp_path / "store", TURTLE)
    found = written(tmp_path / "site", replace(settings, store=str(tmp_path / "store"), serve_url=""))
    site = tmp_path / "site"
    assert found.faults == []
    for suffix in ("html", "ttl", "jsonld"):
        revision = site / f"{ONE}/revision/0.{suffix}"
        assert revision.is_symlink()
        assert revision.samefile(site / f"doc/{ONE}.{suffix}")
        assert not (site / f"{TWO}/revision/0.{suffix}").is_symlink()
    assert f"{BASE}{ONE}/revision/0" in (site / f"doc/{ONE}.ttl").read_text(encoding="utf-8").replace("<", BASE)
    pages = {one: (site / f"doc/{one}.html").read_text(encoding="utf-8") for one in (ONE, TWO)}
    past = {one: re.findall(r'href="(/(?:memento|timemap|event)/[^"]*)"', text) for one, text in pages.items()}
    assert {*past[ONE]} == {f"/{ONE}/revision/0.html"}
    assert f"/{TWO}/history.html" in past[TWO]
    assert f"/memento/20111108060000/{TWO}.html" in past[TWO]
