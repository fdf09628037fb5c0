"""Compacting and framing give the same as PyLD for every graph that is not left to PyLD."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kg.lookup.describe import describe
from kg.pipeline.run import Built
from kg.rdf.jsonld import document
from kg.rdf.jsonld.compaction import TYPE, Nodes, compact_iri, is_covered, terms
from kg.rdf.jsonld.document import FRAMES, REVERSED, compacted, compacted_by_pyld, framed, framed_by_pyld
from kg.rdf.prefixes import expand
from kg.rdf.serialize import nodes
from tests.examples import most

EACH = 10
BASE = "http://127.0.0.1:8000/"
NAMES = [f"{BASE}{name}" for name in ("a", "b", "c", "d", "e", "a/b#c")] + ["urn:x:y", expand("schema:name")]
CLASSES = sorted({expand(name) for name in FRAMES} | {term.iri for term in terms().values() if term.name[0].isupper()})
PREDICATES = [*sorted({term.iri for term in terms().values() if term.iri[0] != "@"}), f"{BASE}p"]
LINKED = [
    expand(name) for name in ("ng:place", "ng:revision", "schema:subEvent", "schema:superEvent", "dcterms:isPartOf")
]
DATATYPES = [expand(f"xsd:{name}") for name in ("date", "dateTime", "decimal", "integer", "boolean")] + [f"{BASE}type"]
TEXTS = st.sampled_from(["", "a", "Event", '"ng:x"', "true", "1", "01", "-0", "2011-11-08", "霍姆斯", "http://a/b"])
IRIS = st.sampled_from([*NAMES, "http://example.org/z"]).map(lambda iri: {"iri": iri})
LITERALS = st.one_of(
    TEXTS.map(lambda text: {"value": text}),
    st.tuples(TEXTS, st.sampled_from(["en", "zh-hans"])).map(lambda one: {"value": one[0], "language": one[1]}),
    st.tuples(TEXTS, st.sampled_from(DATATYPES)).map(lambda one: {"value": one[0], "datatype": one[1]}),
)


def unique(values: st.SearchStrategy[dict[str, str]]) -> st.SearchStrategy[list[dict[str, str]]]:
    return st.lists(values, min_size=1, max_size=2, unique_by=lambda one: tuple(sorted(one.items())))


SAID = st.dictionaries(st.sampled_from(PREDICATES), unique(st.one_of(LITERALS, LITERALS, IRIS)), max_size=3)
LINKS = st.dictionaries(st.sampled_from([*LINKED, *REVERSED]), unique(IRIS), max_size=2)
TYPES = st.lists(st.sampled_from(CLASSES), min_size=1, max_size=3, unique=True)
NODES = st.tuples(SAID, LINKS, TYPES).map(lambda one: one[0] | one[1] | {TYPE: [{"iri": kind} for kind in one[2]]})
# Nodes that all name each other are nested along every path between them: more of them take forever, also in PyLD.
GRAPHS = st.dictionaries(st.sampled_from(NAMES), NODES, min_size=1, max_size=4)


def has_equal_numbers(graph: Nodes) -> bool:
    """Whether a property has both 1 and true, or both 0 and false, which PyLD treats as one value."""
    for said in graph.values():
        for values in said.values():
            natives = [document._native(one)["@value"] for one in values if document._is_native(one)]
            if len(set(natives)) != len(natives):
                return True
    return False


@pytest.mark.slow(also="tests/kg/rdf/test_framing.py::test_a_generated_graph_is_framed_as_by_pyld")
@given(GRAPHS)
@settings(max_examples=most(150))
def test_a_generated_graph_is_compacted_as_by_pyld(graph: Nodes) -> None:
    assume(not has_equal_numbers(graph))
    assert compacted(graph) == compacted_by_pyld(graph)


@given(GRAPHS)
@settings(max_examples=most(150))
def test_a_generated_graph_is_framed_as_by_pyld(graph: Nodes) -> None:
    assume(document._framable(graph) and not has_equal_numbers(graph))
    assert list(framed(graph).items()) == list(framed_by_pyld(graph).items())


def test_a_period_that_is_its_own_part_and_document_is_framed_as_by_pyld() -> None:
    said = {expand(name): [{"iri": f"{BASE}a"}] for name in ("dcterms:isPartOf", "foaf:primaryTopic")}
    graph = {f"{BASE}a": {expand("rdf:type"): [{"iri": expand("dcterms:PeriodOfTime")}], **said}}
    assert list(framed(graph).items()) == list(framed_by_pyld(graph).items())


def test_every_kind_of_document_is_made_as_by_pyld(sample_build: Built) -> None:
    store = sample_build.snapshot.open()
    for kind in FRAMES:
        typed = store.quads_for_pattern(None, NamedNode(expand("rdf:type")), NamedNode(expand(kind)))
        iris = sorted(quad.subject.value for quad in typed)
        for iri in iris[:: max(1, len(iris) // EACH)]:
            graph = nodes(describe(store, iri, f"{iri}.doc"))
            assert is_covered(graph)
            assert framed(graph) == framed_by_pyld(graph)
            assert compacted(graph) == compacted_by_pyld(graph)


def node(iri: str = f"{BASE}a", **said: list[dict[str, str]]) -> dict[str, Any]:
    return {iri: {expand(name.replace("_", ":")): values for name, values in said.items()}}


@pytest.mark.parametrize(
    "graph",
    [
        node("_:b1", rdfs_label=[{"value": "a"}]),
        node("a", rdfs_label=[{"value": "a"}]),
        node("schema:name", rdfs_label=[{"value": "a"}]),
        node(rdfs_seeAlso=[{"iri": "ng:x"}]),
        node(rdfs_label=[{"value": "a", "datatype": "dcterms:x"}]),
        node(rdf_type=[{"iri": expand("schema:name")}]),
    ],
    ids=["a blank node", "no scheme", "a compact IRI", "a link to one", "a datatype", "a property as a class"],
)
def test_ambiguous_terms_of_the_context_are_left_to_pyld(graph: Nodes) -> None:
    assert not is_covered(graph)


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        (expand("schema:name"), "schema:name"),
        ("https://schema.org/a/b#c", "schema:a/b#c"),
        ("https://schema.org/", "https://schema.org/"),
        (f"{BASE}a", f"{BASE}a"),
    ],
)
def test_an_iri_has_the_prefix_of_its_namespace(iri: str, short: str) -> None:
    assert compact_iri(iri) == short
