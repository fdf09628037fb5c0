"""The vocabulary: the Turtle file and the closed namespace say the same, and every term is explained and used."""

from __future__ import annotations

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

import vocab
from kg import terms
from kg.prefixes import expand

ALL = (*vocab.CLASSES, *vocab.PROPERTIES)
each = pytest.mark.parametrize("name", ALL)


@pytest.fixture(scope="module")
def ontology() -> Store:
    store = Store()
    store.load(vocab.turtle().encode(), format=RdfFormat.TURTLE)
    return store


def named(store: Store, kind: str) -> set[str]:
    quads = store.quads_for_pattern(None, NamedNode(expand("rdf:type")), NamedNode(expand(kind)))
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def values(store: Store, name: str, predicate: str) -> list[str]:
    found = store.quads_for_pattern(NamedNode(vocab.term(name)), NamedNode(expand(predicate)), None)
    return [quad.object.value for quad in found if not isinstance(quad.object, Quad)]


def test_the_namespace_holds_the_terms_of_the_file_and_no_others(ontology: Store) -> None:
    assert named(ontology, "rdfs:Class") == {vocab.term(name) for name in vocab.CLASSES}
    assert named(ontology, "rdf:Property") == {vocab.term(name) for name in vocab.PROPERTIES}


def test_nothing_in_the_namespace_is_used_without_being_a_term(ontology: Store) -> None:
    used = {
        node.value
        for quad in ontology.quads_for_pattern(None, None, None, DefaultGraph())
        for node in (quad.subject, quad.predicate, quad.object)
        if isinstance(node, NamedNode) and node.value.startswith(vocab.NAMESPACE)
    }
    assert used == {vocab.term(name) for name in ALL}


@pytest.mark.parametrize("name", ["Events", "event", "", "topic ", "Label"])
def test_a_term_that_is_not_in_the_vocabulary_cannot_be_named(name: str) -> None:
    with pytest.raises(AttributeError, match="the vocabulary has no term"):
        vocab.term(name)


def test_the_vocabulary_is_small() -> None:
    assert len(vocab.CLASSES) <= 8
    assert len(vocab.PROPERTIES) <= 15
    assert len(set(ALL)) == len(ALL)


@each
def test_every_term_has_one_label_and_one_comment_in_english(name: str, ontology: Store) -> None:
    [label] = values(ontology, name, "rdfs:label")
    [comment] = values(ontology, name, "rdfs:comment")
    assert label == label.lower()
    assert label.replace(" ", "") == name.lower()
    assert comment.endswith(".")


@pytest.mark.parametrize("name", vocab.PROPERTIES)
def test_every_property_says_whether_it_is_printed_or_derived(name: str, ontology: Store) -> None:
    [comment] = values(ontology, name, "rdfs:comment")
    assert comment.startswith(("Printed: ", "Derived: "))


@each
def test_every_term_is_written_by_newsgraph(name: str) -> None:
    assert NamedNode(vocab.term(name)) in vars(terms).values()


def test_the_file_names_its_namespace_and_licence(ontology: Store) -> None:
    subject = NamedNode(vocab.NAMESPACE.removesuffix("#"))
    said = {quad.predicate.value for quad in ontology.quads_for_pattern(subject, None, None)}
    assert expand("dcterms:license") in said
    assert any(
        quad.object.value == vocab.NAMESPACE
        for quad in ontology.quads_for_pattern(subject, None, None)
        if not isinstance(quad.object, Quad)
    )
