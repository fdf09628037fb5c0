"""A source is one file, the same bytes for the same statements, and says where it comes from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg.enrich import source
from kg.enrich.source import Provenance
from kg.rdf import terms
from tests.kg.enrich.conftest import START

BASE = "http://127.0.0.1:8000/"
ENDPOINT = "https://dbpedia.org/sparql"
KNOWN = Provenance(ENDPOINT, "SELECT ...", "https://example.org/licence", START, START + timedelta(hours=1), 7)


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("https://dbpedia.org/sparql", "dbpedia.org"),
        ("http://DBpedia.org/sparql/", "dbpedia.org"),
        ("https://query.wikidata.org/bigdata/namespace/wdq/sparql", "query.wikidata.org-bigdata-namespace-wdq"),
        ("http://127.0.0.1:7878/query", "127.0.0.1-7878"),
        ("http://h/sparql?default-graph-uri=../../x", "h-default-graph-uri-..-..-x"),
        ("http://[::1]:80/..", "1-80"),
    ],
)
def test_a_source_is_named_after_its_endpoint(endpoint: str, name: str) -> None:
    assert source.name_of(endpoint) == name


def test_a_name_has_a_bound_and_stays_different() -> None:
    names = {source.name_of(f"http://h/{'a' * 300}{number}") for number in range(2)}
    assert len(names) == 2
    assert max(map(len, names)) == source.NAME_LENGTH


def test_a_source_becomes_the_graph_with_the_name_of_its_file() -> None:
    file = source.path_of(ENDPOINT, START)
    assert file == Path("enrichment/dbpedia.org/2026-11-23.nt.gz")
    assert source.graph_of(BASE, file).value == f"{BASE}enrichment/dbpedia.org/2026-11-23"


def test_a_source_says_who_was_asked_what_and_when() -> None:
    graph = source.graph_of(BASE, source.path_of(ENDPOINT, START))
    said = {(one.predicate, one.object) for one in source.provenance(graph, KNOWN) if one.subject == graph}
    assert (terms.TYPE, terms.VOID_DATASET) in said
    assert (terms.STATED_BY, NamedNode(ENDPOINT)) in said
    assert (terms.LICENSE, NamedNode("https://example.org/licence")) in said
    assert (terms.VOID_ENTITIES, Literal(7)) in said
    assert (terms.GENERATED_AT, Literal("2026-11-23T09:00:00Z", datatype=terms.DATE_TIME)) in said
    asking = {(one.predicate, one.object) for one in source.provenance(graph, KNOWN) if one.subject != graph}
    assert (terms.STARTED_AT, Literal("2026-11-23T08:00:00Z", datatype=terms.DATE_TIME)) in asking
    assert (terms.VALUE, Literal("SELECT ...")) in asking


def test_the_same_statements_make_the_same_bytes_and_can_be_read_again(tmp_path: Path) -> None:
    triples = list(source.provenance(NamedNode(f"{BASE}g"), KNOWN))
    for name in ("a", "b"):
        source.write(tmp_path / name, iter(triples))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert list(source.read(tmp_path / "a")) == triples


def test_sources_are_carried_over_as_links_and_removed_by_endpoint(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for endpoint in (ENDPOINT, "http://127.0.0.1/query"):
        file = old / source.path_of(endpoint, START)
        file.parent.mkdir(parents=True)
        source.write(file, [Triple(terms.EVENT, terms.TYPE, terms.EVENT)])
    source.carry(old, new)
    assert source.files(new) == source.files(old)
    assert all((old / file).samefile(new / file) for file in source.files(old))
    source.remove(new, ENDPOINT)
    assert [file.parts[1] for file in source.files(new)] == ["127.0.0.1"]
    assert len(source.files(old)) == 2
