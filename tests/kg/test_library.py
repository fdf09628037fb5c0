"""newsgraph as a library: plain rdflib queries over a store, and over an archive without a store."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rdflib import RDF, Dataset, Graph, Literal, Namespace, URIRef

import kg
from kg import errors
from kg.dialects import base, entry, item, record
from kg.errors import ArchiveError, StoreError
from kg.rdf import rdflib_view
from kg.store.embedded import EmbeddedGraph
from tests.conftest import WriteArchive

NG = Namespace("https://w3id.org/newsgraph/ns#")
SCHEMA = Namespace("https://schema.org/")
HOMS = URIRef("http://127.0.0.1:8000/entity/en/Homs")
EVENTS_IN_HOMS = """
PREFIX ng: <https://w3id.org/newsgraph/ns#>
PREFIX schema: <https://schema.org/>
SELECT ?place ?date ?name (COUNT(?source) AS ?sources) WHERE {
  ?event ng:place ?place ; schema:startDate ?date ; schema:name ?name .
  OPTIONAL { ?event ng:source ?source }
}
GROUP BY ?place ?event ?date ?name ORDER BY DESC(?date) ?name
"""

# rdflib 7.6 warns about a method of its own when the triples of a Dataset are read.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")


@pytest.fixture
def dataset(sample_store: Path) -> Dataset:
    return kg.open(sample_store)


@pytest.fixture(scope="session")
def archive_graph(sample: tuple[Path, ...]) -> Graph:
    return kg.graph(*sample)


def test_open_answers_plain_rdflib_queries(dataset: Dataset) -> None:
    rows = list(dataset.query(EVENTS_IN_HOMS, initBindings={"place": HOMS}))
    dates = [str(row.date) for row in rows]
    assert len(rows) > 20
    assert dates == sorted(dates, reverse=True)
    assert sum(int(row.sources) for row in rows) > 20


def test_a_graph_without_a_store_answers_the_same_query_alike(dataset: Dataset, archive_graph: Graph) -> None:
    here, there = (graph.query(EVENTS_IN_HOMS, initBindings={"place": HOMS}) for graph in (archive_graph, dataset))
    assert [list(map(str, row)) for row in here] == [list(map(str, row)) for row in there]


def test_the_prefixes_of_newsgraph_need_not_be_declared(dataset: Dataset, archive_graph: Graph) -> None:
    for graph in (dataset, archive_graph):
        assert graph.query("ASK { ?event a ng:Event ; schema:startDate ?date ; ng:place ?place }").askAnswer


def test_open_gives_triples_by_pattern(dataset: Dataset) -> None:
    events = {subject for subject, _, _ in dataset.triples((None, NG.place, HOMS))}
    assert events
    for event in events:
        assert (event, RDF.type, NG.Event) in dataset
        assert isinstance(dataset.value(event, SCHEMA.startDate), Literal)


def test_a_graph_and_a_store_have_the_same_triples(sample_graph: EmbeddedGraph, archive_graph: Graph) -> None:
    assert set(rdflib_view.graph(sample_graph)) == set(archive_graph)
    assert len(archive_graph) == len(sample_graph)


def test_open_is_read_only(dataset: Dataset) -> None:
    size = len(dataset)
    triple = (HOMS, RDF.type, NG.Entity)
    with pytest.raises(RuntimeError, match="read-write"):
        dataset.add((HOMS, RDF.type, NG.Nothing))
    with pytest.raises(RuntimeError, match="read-write"):
        dataset.remove(triple)
    with pytest.raises(RuntimeError, match="read-write"):
        dataset.update("DELETE WHERE { ?s ?p ?o }")
    assert len(dataset) == size
    assert triple in dataset


def test_literals_keep_the_form_that_they_were_minted_with(archive_graph: Graph) -> None:
    moments = {str(moment) for moment in archive_graph.objects(None, NG.lastWritten)}
    assert moments
    assert all(moment.endswith("Z") for moment in moments)
    decimals = archive_graph.objects(HOMS, URIRef("http://www.w3.org/2003/01/geo/wgs84_pos#lat"))
    assert [str(one) for one in decimals] == ["34.72405"]


def test_the_base_of_a_graph_can_be_given(sample: tuple[Path, ...]) -> None:
    graph = kg.graph(sample[0], base="https://data.example.org/")
    assert all(str(event).startswith("https://data.example.org/event/") for event in graph.subjects(RDF.type, NG.Event))


def test_a_missing_store_and_a_missing_archive_are_different_errors(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds no snapshot"):
        kg.open(tmp_path)
    with pytest.raises(ArchiveError, match="is not a folder"):
        kg.graph(tmp_path / "none")


# ---- The public interface


def test_the_public_names_exist_and_nothing_else_is_public() -> None:
    assert {name for name in kg.__all__ if not hasattr(kg, name)} == set()
    assert len(kg.__all__) == len(set(kg.__all__))
    assert set(kg.__all__) <= set(dir(kg))
    with pytest.raises(AttributeError, match="no attribute 'Converter'"):
        _ = kg.Converter


def test_every_error_and_every_word_of_the_protocol_of_dialects_is_public() -> None:
    tree = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)}
    words = {
        one.__name__
        for module in (base, entry, item, record)
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__
    }
    assert tree <= set(kg.__all__)
    assert words - set(kg.__all__) == set()


def test_what_is_imported_later_is_what_a_type_checker_sees() -> None:
    source = ast.parse(Path(kg.__file__).read_text(encoding="utf-8"))
    checked = next(node for node in source.body if isinstance(node, ast.If))
    seen = {
        f"{node.module}": tuple(alias.name for alias in node.names)
        for node in checked.body
        if isinstance(node, ast.ImportFrom) and f"{node.module}".startswith("kg.")
    }
    assert {module: tuple(sorted(names)) for module, names in seen.items()} == kg._LATER


def test_a_build_gives_a_store_that_is_opened(archive: WriteArchive, tmp_path: Path) -> None:
    page = ";Business\n*A shop in [[Homs]] opens. [https://example.org/1 (Example News)]\n"
    built = kg.build(archive({"2018_January_1.txt": page}), store=tmp_path / "store", base="https://a.example/", jobs=1)
    store = kg.open_store(tmp_path / "store")
    assert store.current().id == built.snapshot.id
    found: kg.Graph = store.current().open()
    assert kg.open(store.path).query("ASK { ?event ng:place/rdfs:label 'Homs'@en }").askAnswer
    assert len(found) == built.report["counts"]["triples"]


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(kg.ConfigurationError, match="no_such"):
        kg.build(tmp_path, store=tmp_path / "store", no_such=1)
    with pytest.raises(kg.StoreError, match="holds no snapshot"):
        kg.open_store(tmp_path)
