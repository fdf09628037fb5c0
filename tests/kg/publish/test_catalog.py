"""The catalogue: its counts are those of the graph, and it conforms to DCAT-AP and VoID."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, parse
from rdflib import Graph
from rdflib.compare import to_isomorphic

from kg import __version__
from kg.lookup import statistics
from kg.pipeline.run import Built
from kg.publish.catalog import Catalog, quads
from kg.publish.catalog_represent import citation, reference, represent
from kg.publish.catalog_snapshot import DatasetVersion
from kg.publish.catalog_terms import expand
from kg.publish.catalog_texts import Publisher
from kg.publish.dump_files import PATCH, WHOLE, DumpFile, MadeDump
from kg.rdf.formats import RDF_FORMATS, Format, by_name
from kg.store.embedded import EmbeddedGraph
from tests.paths import CHECKS, ROOT

RUNNER = CHECKS / "runners" / "dcat_void_runner.py"
RDFLIB = {
    "turtle": "turtle",
    "ntriples": "nt",
    "rdfxml": "xml",
    "jsonld": "json-ld",
    "trig": "trig",
    "nquads": "nquads",
}
MADE = (
    MadeDump(WHOLE, 1_000, "0a" * 32),
    MadeDump(DumpFile(by_name("turtle"), part="core"), 500, "0b" * 32),
    MadeDump(DumpFile(by_name("jsonld"), packed=False, part="captures"), 400, "0c" * 32),
    MadeDump(DumpFile(by_name("turtle"), year=2011), 300, "0d" * 32),
    MadeDump(DumpFile(PATCH, since="20111109T060000000000Z"), 200, "0e" * 32),
)


@pytest.fixture(scope="module")
def catalog(sample_build: Built) -> Catalog:
    counted = statistics.statistics(sample_build.snapshot.open())
    return Catalog(sample_build.snapshot.manifest, counted, MADE, Publisher("A {library}", "mailto:data@example.org"))


def said(catalog: Catalog, subject: str, name: str) -> set[str]:
    """The statements of the catalogue about a part of it, or about an IRI."""
    node = NamedNode(subject if subject.startswith("http") else f"{catalog.iri}#{subject}" if subject else catalog.iri)
    return {
        quad.object.value
        for quad in quads(catalog)
        if quad.subject == node
        and quad.predicate.value == expand(name)
        and isinstance(quad.object, NamedNode | Literal)
    }


def test_statistics_are_those_of_the_graph(catalog: Catalog, sample_graph: EmbeddedGraph) -> None:
    found = catalog.statistics
    assert found["triples"] == len(sample_graph) == catalog.manifest.counts["triples"]
    assert found["subjects"] == len({quad.subject for quad in sample_graph})
    assert found["objects"] == len({quad.object for quad in sample_graph})
    assert found["captures"] == sum("/page/" in str(quad.subject) for quad in sample_graph)
    for name, position in (("classes", "object"), ("properties", "predicate")):
        type_ = NamedNode(expand("rdf:type")) if name == "classes" else None
        terms = [getattr(quad, position).value for quad in sample_graph.quads_for_pattern(None, type_, None)]
        assert dict(found[name]) == {term: terms.count(term) for term in set(terms)}
    assert sum(count for _, count in found["years"]) == catalog.manifest.counts["events"]


def test_links_are_counted_by_property_and_host(catalog: Catalog, sample_graph: EmbeddedGraph) -> None:
    predicate = NamedNode("https://schema.org/sameAs")
    links = [quad.object.value for quad in sample_graph.quads_for_pattern(None, predicate, None)]
    english = sum(link.startswith("https://en.wikipedia.org/") for link in links)
    assert [predicate.value, "https://en.wikipedia.org/", english] in catalog.statistics["links"]


def test_the_parts_add_up_to_the_whole(catalog: Catalog) -> None:
    parts = [int(*said(catalog, part, "void:triples")) for part in catalog.triples]
    assert [sum(parts)] == [int(one) for one in said(catalog, "newsgraph", "void:triples")]
    assert said(catalog, "newsgraph", "void:subset") > {f"{catalog.iri}#core", f"{catalog.iri}#captures"}


def test_a_dump_has_its_address_size_and_checksum(catalog: Catalog) -> None:
    file = "newsgraph-core.ttl.gz"
    (iri,) = said(catalog, "core", "dcat:distribution")
    assert iri == f"{catalog.version.iri}/dump/{file}"
    assert said(catalog, iri, "dcat:downloadURL") == {f"{catalog.manifest.base}dump/{catalog.manifest.id}/{file}"}
    assert said(catalog, iri, "dcat:byteSize") == {"500"}
    assert said(catalog, f"{iri}#sha256", "spdx:checksumValue") == {"0b" * 32}


def test_only_what_holds_all_of_it_is_a_distribution_of_the_data_set(catalog: Catalog) -> None:
    assert said(catalog, "newsgraph", "dcat:distribution") == {f"{catalog.version.iri}/dump/newsgraph.nq.gz"}
    assert not said(catalog, f"{catalog.version.iri}/dump/newsgraph-2011.ttl.gz", "rdf:type")


def test_the_sources_of_a_snapshot_are_given(catalog: Catalog) -> None:
    names = {facts["name"] for facts in catalog.manifest.archives}
    archives = (f"{catalog.version.iri}#archive-{number}" for number in (1, 2))
    assert {name for archive in archives for name in said(catalog, archive, "rdfs:label")} == names
    assert said(catalog, "newsgraph", "dcat:version") == {catalog.manifest.id}


def test_the_snapshots_that_are_kept_are_versions_of_the_data_set(catalog: Catalog) -> None:
    before = DatasetVersion(replace(catalog.manifest, id="20111109T060000000000Z"), catalog.publisher)
    current = DatasetVersion(catalog.manifest, catalog.publisher, before=before.manifest.id)
    both = replace(catalog, kept=(before, current))
    assert said(both, "newsgraph", "dcat:hasVersion") == {before.iri, current.iri}
    assert said(both, "newsgraph", "dcat:hasCurrentVersion") == {current.iri}
    assert said(both, current.iri, "dcat:previousVersion") == {before.iri}
    assert said(both, before.iri, "dcat:isVersionOf") == {f"{catalog.iri}#newsgraph"}


def test_every_iri_of_ours_that_is_named_is_described(catalog: Catalog) -> None:
    found = quads(catalog)
    described = {quad.subject for quad in found}
    folders = tuple(f"{catalog.manifest.base}{folder}" for folder in ("catalog", "snapshot/"))
    named = {quad.object for quad in found if isinstance(quad.object, NamedNode)}
    assert {one for one in named if one.value.startswith(folders)} <= described
    assert len(found) == len(set(found))


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize("wanted", RDF_FORMATS, ids=[one.name for one in RDF_FORMATS])
def test_every_format_says_the_same_and_a_second_parser_reads_it(catalog: Catalog, wanted: Format) -> None:
    assert wanted.rdf is not None
    body = represent(quads(catalog), wanted)
    found = {Quad(*quad.triple) for quad in parse(body, format=wanted.rdf)}
    assert found == set(quads(catalog))
    from rdflib import Dataset

    graph = Graph()
    graph += ((one[0], one[1], one[2]) for one in Dataset().parse(data=body, format=RDFLIB[wanted.name]).quads())
    assert len(graph) == len(found)
    plain = Graph().parse(data=represent(quads(catalog), by_name("ntriples")), format="nt")
    assert to_isomorphic(graph) == to_isomorphic(plain)


def test_without_dumps_contact_and_events_there_is_still_a_catalogue(catalog: Catalog) -> None:
    bare = catalog.statistics | {"first": None, "last": None, "links": [], "years": []}
    found = quads(Catalog(catalog.manifest, bare, (), Publisher("somebody")))
    assert not any(quad.predicate.value == expand("dcat:distribution") for quad in found)
    assert not any("contact" in str(quad.object) for quad in found if isinstance(quad.object, NamedNode))


@pytest.mark.skipif(not RUNNER.exists(), reason="the official shapes of DCAT-AP are not here")
def test_the_catalogue_conforms_to_dcat_ap(catalog: Catalog, tmp_path: Path) -> None:
    pytest.importorskip("pyshacl")
    file = tmp_path / "catalog.ttl"
    file.write_bytes(represent(quads(catalog), by_name("turtle")))
    command = [sys.executable, str(RUNNER), str(file), "--recommended", "--range"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_citation_names_the_snapshot_its_date_and_the_checksum(catalog: Catalog) -> None:
    for text in (citation(catalog), reference(catalog).bibtex()):
        assert all(one in text for one in (catalog.manifest.id, catalog.manifest.created[:10], "0a" * 32))
    assert r"author = {{A \{library\}}}" in reference(catalog).bibtex()
    assert citation(catalog).startswith("A {library} (")


def test_the_citation_file_is_of_this_version() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^cff-version: 1\.2\.0$", text, re.MULTILINE)
    assert re.search(rf"^version: {re.escape(__version__)}$", text, re.MULTILINE)


def test_turtle_has_the_prefixes_of_dcat_and_void(catalog: Catalog) -> None:
    text = represent(quads(catalog), by_name("turtle")).decode()
    assert "a dcat:Dataset , void:Dataset" in text
