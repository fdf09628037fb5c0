"""The vocabulary: the Turtle file and the closed namespace agree, and every term is explained and used."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryBoolean, RdfFormat, parse
from rdflib.namespace import DCAT, DCTERMS, FOAF, GEO, OWL, PROV, RDF, RDFS, SDO, SKOS, VANN, VOID, WGS, XSD

import vocab
from kg.lookup.describe import describe
from kg.rdf import terms
from kg.rdf.prefixes import PREFIXES, expand
from kg.store.embedded import EmbeddedGraph
from tests.paths import ROOT

ALL = (*vocab.CLASSES, *vocab.PROPERTIES)
each = pytest.mark.parametrize("name", ALL)
each_property = pytest.mark.parametrize("name", vocab.PROPERTIES)

BASE = "http://127.0.0.1:8000/"
SEED_EVENT = f"{BASE}event/2011-11-08/dnucad6lq6"
OF_HISTORIES = ("observedFrom", "observedUntil")
"""Only captures whose time is known have these; see tests/history/test_vocabulary_examples.py."""

LODE = frozenset({"Event", "atPlace", "atTime", "circa", "illustrate", "inSpace", "involved", "involvedAgent"})
SEM = frozenset(
    {"Actor", "Authority", "Core", "Event", "Object", "Place", "Time", "accordingTo", "eventType", "hasActor"}
    | {"hasPlace", "hasSubEvent", "hasTime", "hasTimeStamp", "subEventOf"}
)
KNOWN: dict[str, Callable[[str], bool]] = {
    "https://schema.org/": SDO.__contains__,
    "http://www.w3.org/ns/prov#": PROV.__contains__,
    "http://purl.org/dc/terms/": DCTERMS.__contains__,
    "http://www.w3.org/2004/02/skos/core#": SKOS.__contains__,
    "http://xmlns.com/foaf/0.1/": FOAF.__contains__,
    "http://www.w3.org/2002/07/owl#": OWL.__contains__,
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": RDF.__contains__,
    "http://www.w3.org/2000/01/rdf-schema#": RDFS.__contains__,
    "http://www.w3.org/2001/XMLSchema#": XSD.__contains__,
    "http://purl.org/vocab/vann/": VANN.__contains__,
    "http://rdfs.org/ns/void#": VOID.__contains__,
    "http://www.opengis.net/ont/geosparql#": GEO.__contains__,
    "http://www.w3.org/2003/01/geo/wgs84_pos#": WGS.__contains__,
    # DCAT 3 has terms that rdflib's copy lacks.
    "http://www.w3.org/ns/dcat#": lambda name: name in DCAT or name == "hasCurrentVersion",
    "http://www.w3.org/ns/hydra/core#": {"totalItems"}.__contains__,
    "http://linkedevents.org/ontology/": LODE.__contains__,
    "http://semanticweb.cs.vu.nl/2009/11/sem/": SEM.__contains__,
}
"""The vocabularies that ours names, each with a check whether it has a term."""

ALIGNED = ("schema", "sem", "lode", "prov", "dcterms", "skos", "geo", "wgs", "foaf", "dcat")


@pytest.fixture(scope="module")
def ontology() -> EmbeddedGraph:
    store = EmbeddedGraph()
    store.load(vocab.turtle().encode(), format=RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def prefixes() -> dict[str, str]:
    reading = parse(vocab.turtle(), format=RdfFormat.TURTLE)
    assert list(reading)
    return reading.prefixes


def named(store: EmbeddedGraph, kind: str) -> set[str]:
    quads = store.quads_for_pattern(None, NamedNode(expand("rdf:type")), NamedNode(expand(kind)))
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def objects(store: EmbeddedGraph, iri: str, *predicates: str) -> list[NamedNode | BlankNode | Literal]:
    quads = [
        quad for one in predicates for quad in store.quads_for_pattern(NamedNode(iri), NamedNode(expand(one)), None)
    ]
    return [quad.object for quad in quads if isinstance(quad.object, NamedNode | BlankNode | Literal)]


def values(store: EmbeddedGraph, name: str, *predicates: str) -> list[str]:
    return [term.value for term in objects(store, vocab.term(name), *predicates)]


def iris(store: EmbeddedGraph) -> set[str]:
    used = (node for quad in store for node in (quad.subject, quad.predicate, quad.object))
    return {node.value for node in used if isinstance(node, NamedNode)}


# ---- The namespace


def test_the_namespace_holds_the_terms_of_the_file_and_no_others(ontology: EmbeddedGraph) -> None:
    assert named(ontology, "rdfs:Class") == {vocab.term(name) for name in vocab.CLASSES}
    assert named(ontology, "rdf:Property") == {vocab.term(name) for name in vocab.PROPERTIES}


def test_nothing_in_the_namespace_is_used_without_being_a_term(ontology: EmbeddedGraph) -> None:
    used = {iri for iri in iris(ontology) if iri.startswith(vocab.NAMESPACE)}
    concepts = {vocab.SCHEME, *(vocab.NAMESPACE + name for name in vocab.CONCEPTS)}
    assert used == {vocab.term(name) for name in ALL} | concepts


@pytest.mark.parametrize("name", ["Events", "event", "", "topic ", "Label"])
def test_a_term_that_is_not_in_the_vocabulary_cannot_be_named(name: str) -> None:
    with pytest.raises(AttributeError, match="the vocabulary has no term"):
        vocab.term(name)


def test_the_vocabulary_is_small() -> None:
    assert len(vocab.CLASSES) <= 8
    assert len(vocab.PROPERTIES) <= 15
    assert len(set(ALL)) == len(ALL)


def test_the_terms_that_newsgraph_writes_are_those_of_the_vocabulary() -> None:
    written = {term.value for term in terms.GRAPH}
    assert {iri for iri in written if iri.startswith(vocab.NAMESPACE)} == {vocab.term(name) for name in ALL}


def test_every_term_is_used_in_the_sample(sample_graph: EmbeddedGraph) -> None:
    predicates = {quad.predicate.value for quad in sample_graph}
    unused = {name for name in vocab.PROPERTIES if vocab.term(name) not in predicates}
    unused |= {name for name in vocab.CLASSES if not named(sample_graph, f"ng:{name}")}
    assert unused == set(OF_HISTORIES)


def test_no_term_is_in_the_table_without_being_written_somewhere() -> None:
    modules = [file for part in ("kg", "endpoint") for file in (ROOT / part).rglob("*.py") if file.name != "terms.py"]
    source = "\n".join(file.read_text(encoding="utf-8") for file in modules)
    constants = {name for name, term in vars(terms).items() if isinstance(term, NamedNode)}
    assert constants <= set(re.findall(r"\bterms\.([A-Z0-9_]+)\b", source))


# ---- Statements about each term


@each
def test_every_term_has_one_label_and_one_comment_in_english(name: str, ontology: EmbeddedGraph) -> None:
    [label] = objects(ontology, vocab.term(name), "rdfs:label")
    [comment] = objects(ontology, vocab.term(name), "rdfs:comment")
    assert isinstance(label, Literal)
    assert isinstance(comment, Literal)
    assert label.language == comment.language == "en"
    assert label.value == label.value.lower()
    assert label.value.replace(" ", "") == name.lower()
    assert comment.value.endswith(".")


@each_property
def test_every_property_says_whether_it_is_printed_or_derived(name: str, ontology: EmbeddedGraph) -> None:
    [comment] = values(ontology, name, "rdfs:comment")
    assert comment.startswith(("Printed: ", "Derived: "))


@each
def test_every_term_explains_why_it_exists_and_how_it_relates_to_standard_ones(
    name: str, ontology: EmbeddedGraph
) -> None:
    [reason] = values(ontology, name, "skos:editorialNote")
    assert reason.endswith(".")
    compared = values(
        ontology, name, *("rdfs:subClassOf", "rdfs:subPropertyOf", "skos:closeMatch", "skos:relatedMatch")
    )
    assert [iri for iri in compared if not iri.startswith(vocab.NAMESPACE)]
    assert values(ontology, name, "rdfs:isDefinedBy") == [vocab.ONTOLOGY]


@each_property
def test_every_property_says_what_has_it_and_what_its_values_are(name: str, ontology: EmbeddedGraph) -> None:
    subjects = values(ontology, name, "rdfs:domain") or values(ontology, name, "schema:domainIncludes")
    assert {iri.removeprefix(vocab.NAMESPACE) for iri in subjects} <= set(vocab.CLASSES)
    assert subjects
    [range_] = values(ontology, name, "rdfs:range")
    literal = range_.startswith(PREFIXES["xsd"]) or range_ in (expand("rdf:langString"), expand("rdfs:Literal"))
    assert expand("owl:DatatypeProperty" if literal else "owl:ObjectProperty") in values(ontology, name, "rdf:type")


@pytest.mark.parametrize("name", [name for name in vocab.PROPERTIES if name not in OF_HISTORIES])
def test_the_sample_keeps_to_domain_and_range(name: str, ontology: EmbeddedGraph, sample_graph: EmbeddedGraph) -> None:
    subjects = set(values(ontology, name, "rdfs:domain", "schema:domainIncludes"))
    [range_] = values(ontology, name, "rdfs:range")
    seen: set[str] = set()
    for quad in sample_graph.quads_for_pattern(None, NamedNode(vocab.term(name)), None):
        assert isinstance(quad.subject, NamedNode)
        own = {term.value for term in objects(sample_graph, quad.subject.value, "rdf:type")} & subjects
        assert own, quad
        seen |= own
        assert fits(sample_graph, quad.object, range_), quad
    assert seen == subjects


def fits(graph: EmbeddedGraph, value: object, range_: str) -> bool:
    if isinstance(value, NamedNode):
        return range_ in {term.value for term in objects(graph, value.value, "rdf:type")}
    return isinstance(value, Literal) and range_ in (value.datatype.value, expand("rdfs:Literal"))


# ---- Examples


def triples_of(example: str, prefixes: dict[str, str]) -> list[Quad]:
    declared = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in prefixes.items())
    return list(parse(declared + example, format=RdfFormat.TURTLE, base_iri=BASE))


@each
def test_every_example_is_turtle_that_uses_the_term(
    name: str, ontology: EmbeddedGraph, prefixes: dict[str, str]
) -> None:
    [example] = values(ontology, name, "skos:example")
    triples = triples_of(example, prefixes)
    used = {quad.predicate.value for quad in triples}
    used |= {
        quad.object.value for quad in triples if quad.predicate == terms.TYPE and isinstance(quad.object, NamedNode)
    }
    assert vocab.term(name) in used
    assert used <= {term.value for term in terms.GRAPH}


@pytest.mark.parametrize("name", [name for name in ALL if name not in OF_HISTORIES])
def test_every_example_is_true_of_the_sample(
    name: str, ontology: EmbeddedGraph, prefixes: dict[str, str], sample_graph: EmbeddedGraph
) -> None:
    [example] = values(ontology, name, "skos:example")
    assert bool(sample_graph.engine.query(f"ASK {{ {example} }}", base_iri=BASE, prefixes=prefixes))


# ---- Terms of others


def test_the_terms_of_others_are_spelled_as_those_spell_them(ontology: EmbeddedGraph) -> None:
    named_here = {iri for iri in iris(ontology) if "#" in iri or iri.startswith(tuple(KNOWN))}
    unknown = {iri for iri in named_here if not iri.startswith(vocab.NAMESPACE) and not known(iri)}
    assert not unknown


def known(iri: str) -> bool:
    namespace = next((one for one in KNOWN if iri.startswith(one)), None)
    return namespace is not None and KNOWN[namespace](iri.removeprefix(namespace))


@pytest.mark.parametrize("iri", ["https://schema.org/Evnt", "http://linkedevents.org/ontology/place"])
def test_a_misspelt_term_would_be_noticed(iri: str) -> None:
    assert not known(iri)


@pytest.mark.parametrize("prefix", ALIGNED)
def test_the_vocabulary_is_aligned_with(prefix: str, ontology: EmbeddedGraph, prefixes: dict[str, str]) -> None:
    relations = ("rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:range", "skos:closeMatch", "skos:relatedMatch")
    targets = [iri for name in ALL for iri in values(ontology, name, *relations)]
    assert [iri for iri in targets if iri.startswith(prefixes[prefix])]


def test_the_notes_are_on_the_terms_of_others_that_newsgraph_writes(
    ontology: EmbeddedGraph, sample_graph: EmbeddedGraph
) -> None:
    written = {term.value for term in terms.GRAPH}
    for iri in (SEED_EVENT, f"{BASE}day/2011-11-08"):
        document = describe(sample_graph, iri, f"{BASE}doc/{iri.removeprefix(BASE)}")
        written |= {quad.predicate.value for quad in document}
        written |= {str(getattr(quad.object, "value", "")) for quad in document if quad.predicate == terms.TYPE}
    others = {iri for iri in written if not iri.startswith((vocab.NAMESPACE, PREFIXES["xsd"]))}
    assert noted(ontology) == others, "each needs a skos:scopeNote in vocab/newsgraph.ttl"


def noted(store: EmbeddedGraph) -> set[str]:
    quads = store.quads_for_pattern(None, NamedNode(expand("skos:scopeNote")), None)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


# ---- The ontology and its versions


def test_the_ontology_says_what_it_is_called_whose_it_is_and_under_which_licence(ontology: EmbeddedGraph) -> None:
    [title] = objects(ontology, vocab.ONTOLOGY, "dcterms:title")
    [creator] = objects(ontology, vocab.ONTOLOGY, "dcterms:creator")
    [licence] = objects(ontology, vocab.ONTOLOGY, "dcterms:license")
    [name] = objects(ontology, str(creator.value), "foaf:name")
    assert (title.value, name.value) == ("newsgraph vocabulary", "the newsgraph project")
    assert licence.value == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert objects(ontology, vocab.ONTOLOGY, "dcterms:description")


def test_the_ontology_names_its_namespace_and_prefix(ontology: EmbeddedGraph, prefixes: dict[str, str]) -> None:
    said = {
        quad.predicate.value.removeprefix(prefixes["vann"]): quad.object.value
        for quad in ontology.quads_for_pattern(NamedNode(vocab.ONTOLOGY), None, None)
        if quad.predicate.value.startswith(prefixes["vann"]) and isinstance(quad.object, Literal)
    }
    assert said == {"preferredNamespacePrefix": "ng", "preferredNamespaceUri": vocab.NAMESPACE}
    assert prefixes["ng"] == PREFIXES["ng"] == vocab.NAMESPACE


def test_the_prefixes_of_the_file_are_those_of_the_graph(prefixes: dict[str, str]) -> None:
    assert {prefix: prefixes[prefix] for prefix in prefixes.keys() & PREFIXES.keys()}.items() <= PREFIXES.items()
    assert prefixes.keys() - PREFIXES.keys() <= {"dcat", "geo", "lode", "sem", "vann"}


def test_the_version_is_the_same_everywhere(ontology: EmbeddedGraph) -> None:
    [version] = objects(ontology, vocab.ONTOLOGY, "owl:versionInfo")
    [version_iri] = objects(ontology, vocab.ONTOLOGY, "owl:versionIRI")
    [prior] = objects(ontology, vocab.ONTOLOGY, "owl:priorVersion")
    assert version.value == vocab.VERSION
    assert version_iri.value == f"{vocab.ONTOLOGY}/{vocab.VERSION}"
    assert prior.value == f"{vocab.ONTOLOGY}/{vocab.EARLIER[-1]}"


@pytest.mark.parametrize("version", [*vocab.EARLIER, vocab.VERSION])
def test_every_version_is_kept_and_its_changes_are_told(version: str, ontology: EmbeddedGraph) -> None:
    kept = EmbeddedGraph()
    kept.load(vocab.turtle(version).encode(), format=RdfFormat.TURTLE)
    assert [one.value for one in objects(kept, vocab.ONTOLOGY, "owl:versionInfo")] == [version]
    release = f"{vocab.ONTOLOGY}/{version}"
    assert objects(ontology, release, "skos:changeNote")
    assert [one.value for one in objects(ontology, release, "dcterms:isVersionOf")] == [vocab.ONTOLOGY]
    [modified] = objects(ontology, vocab.ONTOLOGY, "dcterms:modified")
    [issued] = objects(ontology, release, "dcterms:issued")
    assert issued.value <= modified.value


@pytest.mark.parametrize("version", vocab.EARLIER)
def test_a_term_that_was_published_stays(version: str) -> None:
    kept = EmbeddedGraph()
    kept.load(vocab.turtle(version).encode(), format=RdfFormat.TURTLE)
    before = named(kept, "rdfs:Class") | named(kept, "rdf:Property")
    assert before <= {vocab.term(name) for name in ALL}


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(LookupError, match=r"no version '9\.9\.9'"):
        vocab.turtle("9.9.9")


# ---- The document about the vocabulary


DOCUMENT = ROOT / "docs" / "vocabulary.md"


def test_the_document_names_only_terms_that_exist() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert set(re.findall(r"\bng:([\w-]+)", text)) <= {*ALL, *vocab.CONCEPTS, "categories"}
    assert f"{len(vocab.CLASSES)} classes and {len(vocab.PROPERTIES)} properties" in text


def test_every_query_of_the_document_finds_something_in_the_sample(sample_graph: EmbeddedGraph) -> None:
    queries = re.findall(r"```sparql\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert len(queries) == 2
    for query in queries:
        answer = sample_graph.query(query)
        assert not isinstance(answer, QueryBoolean)
        assert next(iter(answer), None)
