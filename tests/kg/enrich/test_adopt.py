"""The default graph has all adopted statements, named graphs say where they come from, and contain nothing of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, RdfFormat, parse

from kg.enrich import adopt, source
from kg.enrich.adopt import Adopted, Fate
from kg.store.embedded import EmbeddedGraph
from tests.kg.enrich.conftest import START

BASE = "http://127.0.0.1:8000/"
PREFIXES = """
@prefix e: <http://127.0.0.1:8000/entity/en/> . @prefix ng: <https://w3id.org/newsgraph/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#> . @prefix wd: <http://www.wikidata.org/entity/> .
@prefix dbo: <http://dbpedia.org/ontology/> . @prefix dbr: <http://dbpedia.org/resource/> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
"""
OWN = """
e:Homs a ng:Entity ; rdfs:label "Homs"@en ; skos:exactMatch wd:Q131301, <https://sws.geonames.org/169577/> ;
    wgs:lat 34.72405 ; wgs:long 36.72559 .
e:Mill a ng:Entity ; rdfs:label "Old Mill"@en .
"""
ALL = "SELECT ?s ?p ?o { ?s ?p ?o }"


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    folder = tmp_path / "snapshot"
    folder.mkdir()
    return folder


@pytest.fixture
def database(snapshot: Path) -> EmbeddedGraph:
    store = EmbeddedGraph(str(snapshot / "db"))
    store.load((PREFIXES + OWN).encode(), format=RdfFormat.TURTLE)
    return store


def add(snapshot: Path, turtle: str, endpoint: str = "http://a.example/sparql") -> None:
    file = snapshot / source.path_of(endpoint, START)
    file.parent.mkdir(parents=True, exist_ok=True)
    triples = (quad.triple for quad in parse((PREFIXES + turtle).encode(), format=RdfFormat.TURTLE))
    source.write(file, sorted(triples, key=str))


def said(database: EmbeddedGraph, turtle: str, graph: str = "") -> bool:
    """Return whether the default graph, or the source of an endpoint, has all triples of some Turtle."""
    name = source.graph_of(BASE, source.path_of(f"http://{graph}/sparql", START)) if graph else DefaultGraph()
    triples = (quad.triple for quad in parse((PREFIXES + turtle).encode(), format=RdfFormat.TURTLE))
    there = {quad.triple for quad in database.quads_for_pattern(None, None, None, name)}
    return all(triple in there for triple in triples)


def fate(done: Adopted, graph: str = "a.example") -> Fate:
    return done.sources[source.graph_of(BASE, source.path_of(f"http://{graph}/sparql", START)).value]


def own(database: EmbeddedGraph) -> set[str]:
    """Return the default graph without the triples of the named graphs."""
    named = {quad.triple for quad in database if quad.graph_name != DefaultGraph()}
    return {str(quad.triple) for quad in database if quad.graph_name == DefaultGraph() and quad.triple not in named}


def test_what_is_new_is_in_both_graphs(database: EmbeddedGraph, snapshot: Path) -> None:
    before = own(database)
    new = 'e:Mill a dbo:Building ; skos:prefLabel "Mühle"@de ; wgs:lat 34.9 ; wgs:long 36.7 ; skos:exactMatch wd:Q1 .'
    add(snapshot, new)
    done = adopt.adopt(database, snapshot, BASE)
    assert said(database, new)
    assert said(database, new, "a.example")
    assert (fate(done).adopted.total(), done.triples, done.quads) == (5, 5, 5)
    assert own(database) == before


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("skos:exactMatch wd:Q131301", adopt.SAID),
        ('skos:prefLabel "Homs"@en', adopt.SAID),
        ('skos:altLabel "Homs"@en', adopt.SAID),
        ("skos:exactMatch wd:Q2", adopt.OTHER_ITEM),
        ('skos:prefLabel "Hims"@en', adopt.OTHER_LABEL),
        ("wgs:lat 34.72405", adopt.SAID),
    ],
)
def test_what_is_said_already_or_contradicted_is_in_no_source(
    statement: str, reason: str, database: EmbeddedGraph, snapshot: Path
) -> None:
    before = own(database)
    add(snapshot, f"e:Homs {statement} .")
    done = adopt.adopt(database, snapshot, BASE)
    assert fate(done).held_back == {reason: 1}
    assert own(database) == before
    assert len(database) == len(before)


def test_coordinates_come_as_a_pair_or_not_at_all(database: EmbeddedGraph, snapshot: Path) -> None:
    add(snapshot, "e:Homs wgs:lat 34.72405 ; wgs:long 37.0 .")
    assert fate(adopt.adopt(database, snapshot, BASE)).held_back == {adopt.OTHER_POSITION: 2}


def test_an_entity_that_is_gone_takes_its_statements_with_it(database: EmbeddedGraph, snapshot: Path) -> None:
    add(snapshot, 'e:Gone a dbo:City ; skos:prefLabel "Weg"@de .')
    done = adopt.adopt(database, snapshot, BASE)
    assert (fate(done).held_back, done.quads) == ({adopt.GONE: 2}, 0)


def test_an_alias_keeps_what_makes_it_one_and_nothing_else(database: EmbeddedGraph, snapshot: Path) -> None:
    alias = "e:Hims dcterms:isReplacedBy e:Homs ; owl:deprecated true ."
    database.load((PREFIXES + alias).encode(), format=RdfFormat.TURTLE)
    add(snapshot, 'e:Hims dbo:wikiPageRedirects dbr:Homs ; skos:prefLabel "Hims"@de .')
    done = adopt.adopt(database, snapshot, BASE)
    assert (fate(done).held_back, done.quads) == ({adopt.ALIAS: 2}, 0)


def test_two_sources_that_agree_both_say_it_and_the_default_graph_once(database: EmbeddedGraph, snapshot: Path) -> None:
    for endpoint in ("http://a.example/sparql", "http://b.example/sparql"):
        add(snapshot, "e:Mill a dbo:Building ; wgs:lat 34.9 ; wgs:long 36.7 .", endpoint)
    done = adopt.adopt(database, snapshot, BASE)
    assert (done.triples, done.quads) == (3, 6)
    assert said(database, "e:Mill wgs:lat 34.9 .", "b.example")


def test_of_two_sources_that_disagree_the_first_counts(database: EmbeddedGraph, snapshot: Path) -> None:
    add(
        snapshot,
        'e:Mill wgs:lat 34.9 ; wgs:long 36.7 ; skos:prefLabel "A"@de ; dbo:wikiPageRedirects dbr:A .',
        "http://b.example/sparql",
    )
    add(
        snapshot,
        'e:Mill wgs:lat 35.9 ; wgs:long 36.7 ; skos:prefLabel "B"@de ; dbo:wikiPageRedirects dbr:B .',
        "http://a.example/sparql",
    )
    done = adopt.adopt(database, snapshot, BASE)
    assert said(database, 'e:Mill wgs:lat 35.9 ; skos:prefLabel "B"@de ; dbo:wikiPageRedirects dbr:B .')
    assert fate(done, "b.example").held_back == {
        adopt.OTHER_POSITION: 2,
        adopt.OTHER_LABEL: 1,
        adopt.OTHER_REDIRECT: 1,
    }
    assert fate(done).held_back == {}


def test_sources_can_be_taken_out_again(database: EmbeddedGraph, snapshot: Path) -> None:
    before = {str(quad) for quad in database}
    add(snapshot, "e:Mill a dbo:Building .", "http://a.example/sparql")
    add(snapshot, "e:Mill a dbo:Building, dbo:Mill .", "http://b.example/sparql")
    adopt.adopt(database, snapshot, BASE)
    assert [one.value for one in adopt.graphs(database, BASE)] == [
        f"{BASE}enrichment/{name}.example/2026-11-23" for name in "ab"
    ]
    adopt.clear(database, BASE)
    assert {str(quad) for quad in database} == before
    assert adopt.graphs(database, BASE) == []


def test_beside_the_database_there_is_one_without_the_sources(database: EmbeddedGraph, snapshot: Path) -> None:
    before = {str(quad) for quad in database}
    add(snapshot, "e:Mill a dbo:Building .")
    adopt.adopt(database, snapshot, BASE)
    assert {str(quad) for quad in EmbeddedGraph.read_only(str(snapshot / adopt.BARE))} == before


def test_graphs_that_are_not_below_enrichment_are_left_alone(database: EmbeddedGraph) -> None:
    database.load(b"<http://a/> <http://b/> <http://c/> <http://d/> .", format=RdfFormat.N_QUADS)
    adopt.clear(database, BASE)
    assert len(list(database.named_graphs())) == 1


def test_the_counts_of_a_manifest_do_not_count_sources_twice() -> None:
    counted = adopt.counts({"events": 3, "triples": 10}, Adopted(triples=5, quads=7))
    assert counted == {"events": 3, "triples": 15, "enriched": 5}
    assert adopt.counts(counted, Adopted(triples=1)) == {"events": 3, "triples": 11, "enriched": 1}
    assert adopt.counts(counted, Adopted()) == {"events": 3, "triples": 10}
