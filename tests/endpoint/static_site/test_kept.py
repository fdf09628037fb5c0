"""A site that is written again after a change has the bytes of one that is made anew, and keeps the rest."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

from endpoint.static_site import statements
from endpoint.static_site.publish import PublishedSite
from endpoint.static_site.reads import AS_OBJECT, AS_SUBJECT, Reads, WatchedGraph, key, remembered
from endpoint.static_site.record import FILE
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Pattern
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from tests.conftest import TURTLE, publish_turtle
from tests.endpoint.static_site.conftest import written
from tests.endpoint.static_site.test_publish import contents

BASE = "http://127.0.0.1:8000/"
HOMS, SYRIA = NamedNode(f"{BASE}entity/en/Homs"), NamedNode(f"{BASE}entity/en/Syria")
EVENT = NamedNode(f"{BASE}event/2011-11-08/abcdefghij")
SLOW = "tests/endpoint/static_site/test_kept.py::test_what_is_read_of_a_graph_is_noted"
ADDED = """
<event/2011-11-08/newnewnewn> a ng:Event, schema:Event ; rdfs:label "A ferry sinks."@en ; dcterms:language "en" ;
    schema:name "A ferry sinks."@en ; schema:startDate "2011-11-08"^^xsd:date ; dcterms:temporal <day/2011-11-08> ;
    ng:category <category/armed-conflicts-and-attacks> ; schema:about <entity/en/Syria> .
"""
Change = Callable[[str], str]


def swapped(old: str, new: str) -> Change:
    """Replace a text that the graph has."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


CHANGES: dict[str, Change] = {
    "reworded": swapped("Syria besieges Homs.", "Syria besieges Hama."),
    "added": lambda text: text + ADDED,
    "removed": lambda text: (
        text.partition("<event/2011-11-07/zhongwenaa>")[0]
        + "<entity/en/Homs> a ng:Entity"
        + text.partition("<entity/en/Homs> a ng:Entity")[2]
    ),
    "category": swapped('rdfs:label "Armed conflicts and attacks"@en', 'rdfs:label "Wars"@en'),
    "renamed": swapped('rdfs:label "Homs"@en', 'rdfs:label "Emesa"@en'),
    "moved": swapped('wgs:lat "34.72405"', 'wgs:lat "35.72405"'),
    "related": swapped("    dcterms:relation <event/2011-11-07/klmnopqrst> ;\n", ""),
}


@pytest.fixture
def graph(tmp_path: Path) -> WatchedGraph:
    whole = EmbeddedGraph(tmp_path)
    whole.load(TURTLE.read_bytes(), format=RdfFormat.TURTLE)
    del whole
    made = WatchedGraph.read_only(tmp_path)
    made.reads = Reads()
    return made


def test_what_is_read_of_a_graph_is_noted(graph: WatchedGraph) -> None:
    graph.match([Pattern(HOMS, (terms.LABEL,)), Pattern(None, (terms.PLACE,), SYRIA)])
    assert graph.reads.keys == {key(HOMS, AS_SUBJECT), key(SYRIA, AS_OBJECT)}
    graph.match([Pattern(HOMS, (terms.LABEL,))])  # answered from the cache
    list(graph.quads_for_pattern(None, terms.IDENTIFIER, Literal("x"), None))
    assert Quad(EVENT, terms.TYPE, terms.EVENT) in graph
    assert graph.reads.keys == {key(HOMS, AS_SUBJECT), key(SYRIA, AS_OBJECT), key('"x"', AS_OBJECT)} | {
        key(EVENT, AS_SUBJECT)
    }
    assert not graph.reads.unknown


@pytest.mark.parametrize(
    "read",
    [
        lambda graph: len(graph),
        lambda graph: next(iter(graph)),
        lambda graph: graph.ask("ASK { ?s ?p ?o }"),
        lambda graph: list(graph.construct("CONSTRUCT WHERE { ?s a ?o }")),
        lambda graph: graph.query("SELECT * { ?s ?p ?o } LIMIT 1"),
        lambda graph: list(graph.named_graphs()),
        lambda graph: graph.match([Pattern(None, (terms.LABEL,))]),
        lambda graph: graph.match([Pattern(None, (), Literal(1))]),
        lambda graph: list(graph.select("SELECT ?o WHERE { ?s ?p ?o }", {"o": Literal("x")})),
    ],
)
def test_what_cannot_be_checked_again_is_unknown(graph: WatchedGraph, read: Callable[[WatchedGraph], object]) -> None:
    read(graph)
    assert graph.reads.unknown


def test_a_query_is_noted_with_its_rows_in_any_order(graph: WatchedGraph) -> None:
    query = "SELECT ?event ?place WHERE { ?event ng:place ?place }"
    assert len(list(graph.select(query, {"place": HOMS}))) == 2
    (noted,) = graph.reads.selected
    assert noted == (query, (("place", HOMS.value),))


def test_what_a_remembered_answer_was_made_from_is_noted_each_time(graph: WatchedGraph) -> None:
    label = remembered(graph, lambda iri: len(graph.match([Pattern(NamedNode(iri))])[0]), 10)
    first = label(HOMS.value)
    graph.reads = Reads()
    assert label(HOMS.value) == first
    assert graph.reads.keys == {key(HOMS, AS_SUBJECT)}


@given(st.lists(st.integers(0, 40)), st.lists(st.integers(0, 40)))
def test_two_lists_of_statements_tell_what_changed(before: list[int], after: list[int]) -> None:
    def quad(number: int) -> Quad:
        return Quad(NamedNode(f"x:{number % 7}"), terms.LABEL, Literal(str(number)))

    lists = [statements.listed(map(quad, sorted({*numbers}))) for numbers in (before, after)]
    found = {one for parts in zip(*lists, strict=True) for one in statements.changed(*parts)}
    different = [quad(one) for one in {*before} ^ {*after}]
    assert found == {key(one.subject, AS_SUBJECT) for one in different} | {
        key(one.object, AS_OBJECT) for one in different
    }


class Rewritten:
    """A copy of the first site that is written again after each change of its graph."""

    def __init__(self, static_site: Path, settings: Settings, work: Path) -> None:
        self.work = work
        self.own = replace(settings, store=str(work / "store"), serve_url="")
        self.number = 0
        shutil.copytree(static_site, work / "site", symlinks=True)

    def after(self, text: str) -> PublishedSite:
        """Write the site of a graph, and compare it with one made anew."""
        self.number += 1
        publish_turtle(self.work / "store", text, f"20111110T0600{self.number:02}000000Z")
        found = written(self.work / "site", self.own)
        shutil.rmtree(self.work / "fresh", ignore_errors=True)
        written(self.work / "fresh", self.own)
        assert contents(self.work / "site") == contents(self.work / "fresh")
        return found


@pytest.fixture
def rewritten(static_site: Path, settings: Settings, tmp_path: Path) -> Rewritten:
    return Rewritten(static_site, settings, tmp_path)


@pytest.mark.slow(also=SLOW)
def test_after_each_change_the_site_is_as_if_made_anew(rewritten: Rewritten) -> None:
    text = TURTLE.read_text(encoding="utf-8")
    every = rewritten.after(text)
    for name, change in CHANGES.items():
        found = rewritten.after(change(text))
        assert found.changed > 0, name
        assert 0 < found.kept < every.kept, name


@pytest.mark.slow(also=SLOW)
@trying(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.data())
def test_after_any_change_of_statements_too(rewritten: Rewritten, chosen: st.DataObject) -> None:
    """Statements disappear, and others get the object of another statement with the same predicate."""
    whole = EmbeddedGraph()
    whole.load(TURTLE.read_bytes(), format=RdfFormat.TURTLE)
    said = sorted(whole, key=str)
    for number in chosen.draw(st.sets(st.integers(0, len(said) - 1), min_size=1, max_size=4)):
        whole.remove(said[number])
        others = [one.object for one in said if one.predicate == said[number].predicate]
        if chosen.draw(st.booleans()):
            whole.add(Quad(said[number].subject, said[number].predicate, chosen.draw(st.sampled_from(others))))
    text = "".join(f"{one.subject} {one.predicate} {one.object} .\n" for one in whole)
    assert rewritten.after(text).kept > 0


@pytest.mark.slow(also=SLOW)
def test_a_file_that_somebody_changed_or_removed_is_made_again(rewritten: Rewritten) -> None:
    site, text = rewritten.work / "site", TURTLE.read_text(encoding="utf-8")
    rewritten.after(text)
    (site / "doc" / "entity" / "en" / "Homs.ttl").write_text("")
    (site / "doc" / "day" / "2011-11-08.html").unlink()
    (site / "doc" / "event" / "2011-11-07" / "klmnopqrst.ttl").touch()
    assert written(site, rewritten.own).changed == 2
    assert contents(site) == contents(rewritten.work / "fresh")


@pytest.mark.slow(also=SLOW)
def test_another_program_or_an_unreadable_record_makes_everything_again(rewritten: Rewritten) -> None:
    site, record = rewritten.work / "site", rewritten.work / "site" / FILE
    kept = rewritten.after(TURTLE.read_text(encoding="utf-8")).kept
    with closing(sqlite3.connect(record)) as database, database:
        database.execute("UPDATE made SET value = 'another'")
    assert written(site, rewritten.own).kept == 0
    record.write_bytes(b"no database")
    assert written(site, rewritten.own).kept == 0
    assert written(site, rewritten.own).kept == kept > 0
