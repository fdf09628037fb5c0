"""SPARQLWrapper, rdflib and sparql-dataframe, which share no code with us, get correct answers unmodified."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from xml.dom.minidom import Document

import pytest
import sparql_dataframe
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDF, RDFXML, TSV, TURTLE, URLENCODED, XML
from SPARQLWrapper import SPARQLWrapper as Wrapper

from tests.endpoint.conftest import BEARER, Writable

HOMS = URIRef("http://127.0.0.1:8000/entity/en/Homs")
SELECT = "SELECT ?label { <http://127.0.0.1:8000/entity/en/Homs> rdfs:label ?label }"
GRAPHS = ("CONSTRUCT { ?s a ?t } WHERE { ?s a ?t }", f"DESCRIBE <{HOMS}>")
METHODS = ((GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY))


@pytest.fixture
def url(port: int) -> str:
    return f"http://127.0.0.1:{port}/sparql"


@contextmanager
def warned() -> Iterator[None]:
    """SPARQLWrapper warns of formats without a media type, and reads graphs into a class that rdflib deprecates."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "ConjunctiveGraph is deprecated", DeprecationWarning)
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"SPARQLWrapper\..*")
        yield


def wrapper(url: str, query: str, format: str, method: str = GET, how: str = URLENCODED) -> Wrapper:
    made = Wrapper(url, agent="test")
    made.setQuery(query)
    made.setReturnFormat(format)
    made.setMethod(method)
    made.setRequestMethod(how)
    return made


@pytest.mark.parametrize(("method", "how"), METHODS)
@pytest.mark.parametrize("format", [XML, JSON, CSV, TSV])
def test_sparqlwrapper_gets_results_in_every_format(url: str, format: str, method: str, how: str) -> None:
    found = wrapper(url, SELECT, format, method, how).queryAndConvert()
    text = found.toxml() if isinstance(found, Document) else str(found)
    assert "Homs" in text
    assert {XML: Document, JSON: dict, CSV: bytes, TSV: bytes}[format] is type(found)


@pytest.mark.parametrize("format", [XML, JSON])
def test_sparqlwrapper_reads_the_answer_of_ask(url: str, format: str) -> None:
    found = wrapper(url, "ASK { ?s ?p ?o }", format).queryAndConvert()
    assert "true" in (found.toxml() if isinstance(found, Document) else str(found).lower())


@pytest.mark.parametrize(("method", "how"), METHODS)
@pytest.mark.parametrize("query", GRAPHS)
@pytest.mark.parametrize("format", [XML, RDF, RDFXML, JSONLD, TURTLE, N3])
def test_sparqlwrapper_gets_graphs_in_every_format(
    url: str,
    query: str,
    format: str,
    method: str,
    how: str,
) -> None:
    with warned():
        found = wrapper(url, query, format, method, how).queryAndConvert()
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format="turtle")
    assert (HOMS, None, None) in graph


@pytest.mark.parametrize("format", [CSV, TSV, JSON])
@pytest.mark.parametrize("query", GRAPHS)
def test_sparqlwrapper_gets_a_graph_whatever_format_it_was_set_to(url: str, query: str, format: str) -> None:
    with warned():
        answer = wrapper(url, query, format).query()
    assert re.match(r"text/turtle|application/", answer.info()["content-type"])


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("format", ["xml", "json", "csv", "tsv"])
def test_rdflib_reads_the_endpoint_as_a_graph(url: str, method: str, format: str) -> None:
    graph = Graph(SPARQLStore(url, method=method, returnFormat=format))
    assert any("Homs" in str(row[0]) for row in graph.query(SELECT))
    assert (HOMS, None, None) in graph
    assert len(list(graph.triples((HOMS, None, None)))) > 3


def test_rdflib_asks_the_endpoint_by_service(url: str) -> None:
    found = Graph().query(f"SELECT ?label {{ SERVICE <{url}> {{ <{HOMS}> rdfs:label ?label }} }}")
    assert any(str(row[0]) == "Homs" for row in found)


def test_rdflib_writes_through_the_endpoint(writable: Writable) -> None:
    url = f"http://127.0.0.1:{writable.port}/sparql"
    store = SPARQLUpdateStore(url, url, headers={"Authorization": BEARER}, context_aware=False)
    Graph(store).add((URIRef("urn:by-rdflib"), URIRef("urn:p"), URIRef("urn:o")))
    assert writable.ask("<urn:by-rdflib> <urn:p> <urn:o>")


@pytest.mark.parametrize("post", [True, False])
def test_sparql_dataframe_gets_a_table(url: str, post: bool) -> None:
    frame = sparql_dataframe.get(url, SELECT, post=post)
    assert "Homs" in set(frame["label"])
