"""Dumps of a part, of a year, or of the changes since a snapshot."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.errors import NotFoundError, StoreError
from kg.pipeline.run import Built, build
from kg.publish import dump
from kg.publish.dump_parts import PARTS, Part, Selection
from kg.rdf import terms
from kg.rdf.formats import by_name
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"
ENRICHED = """
@prefix ng: <https://w3id.org/newsgraph/ns#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@base <http://127.0.0.1:8000/> .

<event/2011-11-08/aaaaaaaaaa> a ng:Event ; schema:startDate "2011-11-08"^^xsd:date ; schema:about <entity/en/Homs> .
<entity/en/Homs> skos:prefLabel "حمص"@ar , "a <b> c"@en ; schema:name "Homs <http://127.0.0.1:8000/enrichment/x/y>" .
<enrichment/x/2026-11-23> dcterms:source <http://example.org/sparql> .
<page/a/1> a ng:Page ; dcterms:hasPart <page/a/1#item-1> .
<page/a/1#item-1> a ng:Entry .
GRAPH <enrichment/x/2026-11-23> {
  <entity/en/Homs> skos:prefLabel "حمص"@ar , "a <b> c"@en .
  <enrichment/x/2026-11-23> dcterms:source <http://example.org/sparql> .
}
"""


@pytest.fixture(scope="module")
def enriched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a named graph that repeats what the default graph has from elsewhere."""
    database = tmp_path_factory.mktemp("enriched") / "db"
    store = EmbeddedGraph(str(database))
    store.load(ENRICHED.encode(), format=RdfFormat.TRIG)
    store.flush()
    return database


def selected(database: Path, name: str, selection: Selection) -> set[Quad]:
    wanted, file = by_name(name), io.BytesIO()
    with dump.selected(EmbeddedGraph.read_only(database), selection) as blocks:
        dump.serialise(blocks, wanted, file)
    assert wanted.rdf is not None
    return set(parse(input=file.getvalue(), format=wanted.rdf))


def subjects(quads: set[Quad]) -> set[str]:
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


@pytest.mark.parametrize("name", ["ntriples", "nquads", "turtle", "trig"])
def test_the_parts_have_every_statement_once(sample_build: Built, name: str) -> None:
    database = sample_build.snapshot.database
    parts = [selected(database, name, Selection(BASE, part)) for part in ("core", "captures")]
    assert sum(map(len, parts)) == len(set().union(*parts)) == sample_build.snapshot.manifest.counts["triples"]


@pytest.mark.parametrize("name", ["ntriples", "nquads"])
def test_the_parts_of_an_enriched_graph_have_every_statement_once(enriched: Path, name: str) -> None:
    parts = [selected(enriched, name, Selection(BASE, part)) for part in PARTS]
    whole = selected(enriched, name, Selection())
    assert sum(map(len, parts)) == len(whole)
    assert set().union(*parts) == whole


def test_captures_are_pages_and_entries(sample_build: Built) -> None:
    found = selected(sample_build.snapshot.database, "nquads", Selection(BASE, "captures"))
    assert {quad.object for quad in found if quad.predicate == terms.TYPE} == {
        terms.PAGE,
        terms.ENTRY,
        terms.PROV_ENTITY,
    }


def test_enrichment_is_in_its_part_with_its_graph_and_without_it(enriched: Path) -> None:
    homs = NamedNode(f"{BASE}entity/en/Homs")
    label = NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    found = selected(enriched, "ntriples", Selection(BASE, "enrichment"))
    assert Quad(homs, label, Literal("حمص", language="ar")) in found
    assert len(found) == 3
    assert len(selected(enriched, "nquads", Selection(BASE, "enrichment"))) == 6
    core = selected(enriched, "nquads", Selection(BASE, "core"))
    assert {quad.predicate for quad in core if quad.subject == homs} == {terms.NAME}


def test_a_format_for_one_graph_gets_the_default_graph(enriched: Path) -> None:
    whole = selected(enriched, "nquads", Selection())
    default = {quad for quad in whole if not isinstance(quad.graph_name, NamedNode)}
    assert len(default) < len(whole)
    for name in ("ntriples", "turtle", "rdfxml", "jsonld"):
        assert selected(enriched, name, Selection()) == default


def year(built: Built, number: int, part: Part | None = None) -> set[Quad]:
    return selected(built.snapshot.database, "nquads", Selection(BASE, part, number))


def test_a_year_has_its_events_and_no_others(sample_build: Built, sample_graph: EmbeddedGraph) -> None:
    dates = {
        quad.subject: quad.object.value[:4] for quad in sample_graph.quads_for_pattern(None, terms.START_DATE, None)
    }
    events = {quad.subject for quad in sample_graph.quads_for_pattern(None, terms.TYPE, terms.EVENT)}
    found = {quad.subject for quad in year(sample_build, 2011) if quad.subject in events}
    assert found == {event for event in events if dates[event] == "2011"}


def test_things_named_by_the_events_of_a_year_are_described_in_it_as_in_the_whole(
    sample_build: Built, sample_graph: EmbeddedGraph
) -> None:
    found = year(sample_build, 2011)
    described = subjects(found)
    assert all(set(sample_graph.quads_for_pattern(NamedNode(one), None, None)) <= found for one in described)
    for predicate in (terms.PLACE, terms.SOURCE, terms.REVISION, terms.CATEGORY, terms.PUBLISHER, terms.TOPIC):
        named = {quad.object.value for quad in found if quad.predicate == predicate}
        assert named
        assert named <= described


def test_the_years_together_have_all_that_anything_dated_names(
    sample_build: Built, sample_graph: EmbeddedGraph
) -> None:
    starts = {quad.object.value[:4] for quad in sample_graph.quads_for_pattern(None, terms.START_DATE, None)}
    found = set().union(*(year(sample_build, int(number)) for number in starts))
    missing = subjects(set(sample_graph) - found)
    undated = {one for one in missing if not one.startswith(f"{BASE}page/")}  # front pages belong to no day
    assert not any(set(sample_graph.quads_for_pattern(None, None, NamedNode(one))) & found for one in undated)


def test_a_part_of_a_year_is_in_both(sample_build: Built) -> None:
    database = sample_build.snapshot.database
    both = year(sample_build, 2011, "captures")
    assert both == year(sample_build, 2011) & selected(database, "nquads", Selection(BASE, "captures"))
    assert both


def test_a_year_without_events_has_no_dump(sample_build: Built) -> None:
    with pytest.raises(NotFoundError, match="no dump of the year 1850"):
        year(sample_build, 1850)


def test_an_empty_graph_has_an_empty_dump(tmp_path: Path) -> None:
    EmbeddedGraph(str(tmp_path / "db")).flush()
    assert selected(tmp_path / "db", "turtle", Selection(BASE)) == set()


PAGE = ";News\n*Shops close in [[Homs]]. [https://example.org/a (Example)]\n"


def test_what_changed_since_a_snapshot_is_described_in_full(tmp_path: Path) -> None:
    archive, settings = tmp_path / "archive", Settings(store=str(tmp_path / "store"), jobs=1)
    archive.mkdir()
    for day in (8, 9):
        (archive / f"2011_November_{day}.txt").write_text(PAGE.replace("Shops", f"{day} shops"))
    before = build([archive], settings).snapshot
    (archive / "2011_November_9.txt").write_text(PAGE.replace("Shops", "9 shops") + "*A school opens.\n")
    after = build([archive], settings).snapshot
    found = selected(after.database, "nquads", Selection(BASE, since=before.database))
    whole, former = (selected(one.database, "nquads", Selection()) for one in (after, before))
    assert whole - former <= found <= whole
    assert subjects(found) == subjects(whole ^ former) & subjects(whole)
    assert not any("2011-11-08" in one for one in subjects(found))


def test_a_since_that_is_not_a_database_is_a_store_error(enriched: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        selected(enriched, "nquads", Selection(BASE, since=tmp_path))
