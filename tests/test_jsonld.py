from __future__ import annotations

import json

import pytest
import rdflib
from pyld import jsonld
from pyoxigraph import Dataset, RdfFormat, Store, parse
from rdflib import Graph
from rdflib.compare import isomorphic

import vocab
from kg import terms
from kg.build import Built
from kg.describe import describe
from kg.errors import FormatError
from kg.formats import by_name
from kg.jsonld import compacted
from kg.represent import represent

CONTEXT = json.loads(vocab.context())["@context"]


def expanded(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return CONTEXT[prefix] + local if colon and prefix in CONTEXT else name


NAMED = {expanded(what if isinstance(what, str) else what["@id"]) for what in CONTEXT.values() if what != 1.1}


@pytest.fixture(scope="module")
def described(sample_build: Built) -> list[tuple[str, bytes, bytes]]:
    """Every fortieth subject of the sample in JSON-LD and N-Triples."""
    store = sample_build.snapshot.open()
    subjects = sorted({quad.subject.value for quad in store if "#" not in quad.subject.value})[::40]  # type: ignore[union-attr]
    return [
        (iri, *(represent(describe(store, iri), by_name(name)) for name in ("jsonld", "ntriples"))) for iri in subjects
    ]


@pytest.mark.parametrize("name", [*vocab.CLASSES, *vocab.PROPERTIES])
def test_the_context_has_a_plain_name_for_every_term_of_the_vocabulary(name: str) -> None:
    assert vocab.term(name) in NAMED


def triples_of(document: bytes) -> Graph:
    """Read a document with rdflib, whose parser for JSON-LD wants a dataset."""
    dataset, graph = rdflib.Dataset(default_union=True), Graph()
    dataset.parse(data=document.decode(), format="json-ld")
    for subject, predicate, value, _ in dataset.quads((None, None, None, None)):
        graph.add((subject, predicate, value))
    return graph


# rdflib's own parser uses names that rdflib calls deprecated.
@pytest.mark.filterwarnings("ignore:.* is deprecated, use Dataset:DeprecationWarning")
def test_three_processors_read_a_document_as_the_triples_it_was_made_from(
    described: list[tuple[str, bytes, bytes]],
) -> None:
    assert len(described) > 40
    for _, document, triples in described:
        assert isomorphic(triples_of(document), Graph().parse(data=triples.decode(), format="nt"))
        assert set(parse(document, format=RdfFormat.JSON_LD)) == set(parse(triples, format=RdfFormat.N_QUADS))
        from_pyld = jsonld.to_rdf(json.loads(document), {"format": "application/n-quads"})
        assert Dataset(parse(from_pyld, format=RdfFormat.N_QUADS)) == Dataset(parse(triples, format=RdfFormat.N_QUADS))


def test_a_document_names_its_properties_plainly_and_its_subject_first(sample_build: Built) -> None:
    store = sample_build.snapshot.open()
    event = next(quad.subject.value for quad in store.quads_for_pattern(None, terms.TYPE, terms.EVENT))  # type: ignore[union-attr]
    document = json.loads(represent(describe(store, event), by_name("jsonld")))
    first = document["@graph"][0]
    assert (first["id"], "Event" in first["type"]) == (event, True)
    assert {"title", "date", "language"} <= set(first)
    assert not [name for node in document["@graph"] for name in node if ":" in name]


def test_the_context_of_a_document_has_only_what_the_document_uses(graph: Store) -> None:
    document = json.loads(represent(describe(graph, "http://127.0.0.1:8000/day/2011-11-08"), by_name("jsonld")))
    assert "lastWritten" not in document["@context"]


def test_a_context_by_reference_is_refused() -> None:
    from kg.jsonld import _refuse

    with pytest.raises(FormatError, match="refused"):
        _refuse("http://127.0.0.1/context", {})


def test_text_that_looks_like_a_keyword_or_a_term_stays_text() -> None:
    nodes = {"http://e.org/x": {str(terms.NAME.value): [{"value": "@id"}, {"value": "title"}]}}
    document = compacted(nodes)
    assert sorted(document["@graph"][0]["title"]["@none"]) == ["@id", "title"]
