from __future__ import annotations

import json

import pytest
import rdflib
from pyld import jsonld as pyld
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat
from pyoxigraph import parse as ox_parse
from rdflib.compare import isomorphic

from kg.errors import FormatError, NotFoundError
from kg.lookup.describe import NAMED, NEWEST, describe, find
from kg.rdf.formats import RDF_FORMATS, Format, by_name
from kg.rdf.prefixes import PREFIXES, compact, expand
from kg.rdf.serialize import represent
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"
EVENT = f"{BASE}event/2011-11-08/abcdefghij"
PARSERS = {
    "turtle": "turtle",
    "jsonld": "json-ld",
    "rdfxml": "xml",
    "ntriples": "nt",
    "trig": "trig",
    "nquads": "nquads",
}


def text(quads: list[Quad]) -> str:
    return represent(quads, by_name("turtle")).decode()


def has(quads: list[Quad], subject: str, predicate: str, value: str) -> bool:
    return any(
        (one.subject.value, one.predicate.value, one.object.value) == (subject, expand(predicate), value)
        for one in quads
    )


def test_an_event_comes_with_what_it_names(graph: EmbeddedGraph) -> None:
    quads = describe(graph, EVENT)
    source = "http://english.example.org/news/2011/11/siege.html?page=1&view=full"
    assert has(quads, f"{BASE}entity/en/Homs", "rdfs:label", "Homs")
    assert has(quads, f"{BASE}entity/en/Homs", "wgs:lat", "34.72405")
    assert has(quads, source, "dcterms:publisher", f"{BASE}publisher/example-times")
    assert has(quads, f"{BASE}publisher/example-times", "rdfs:label", "Example Times")
    assert has(quads, f"{EVENT}/revision/ba9876543210", "schema:name", "Syria besieges Homs.")
    assert has(quads, f"{BASE}page/2011-11-08.wiki/123b279e8e23175b#item-3", "schema:position", "3")


@pytest.mark.parametrize("path", ["entity/en/Homs", "category/armed-conflicts-and-attacks", "publisher/example-times"])
def test_what_events_name_lists_these_events(graph: EmbeddedGraph, path: str) -> None:
    quads = describe(graph, BASE + path)
    assert has(quads, EVENT, "schema:startDate", "2011-11-08")
    assert has(quads, f"{BASE}event/2011-11-07/klmnopqrst", "schema:startDate", "2011-11-07")


def test_if_there_are_too_many_the_same_ones_are_described_in_any_order() -> None:
    graph = EmbeddedGraph()
    named = [NamedNode(f"http://a.example/{(number * 7919) % 2_000}") for number in range(2 * NAMED + 100)]
    for one in named:
        graph.add(Quad(NamedNode("http://a.example/x"), NamedNode("http://a.example/names"), one))
        graph.add(Quad(one, NamedNode(expand("rdfs:label")), Literal(one.value)))
    described = {quad.subject for quad in describe(graph, "http://a.example/x")} - {NamedNode("http://a.example/x")}
    assert described == set(sorted(named, key=str)[: 2 * NAMED])


def test_a_page_lists_its_entries(graph: EmbeddedGraph) -> None:
    quads = describe(graph, f"{BASE}page/2011-11-08.wiki/123b279e8e23175b")
    assert has(quads, f"{BASE}page/2011-11-08.wiki/123b279e8e23175b#item-3", "ng:depth", "2")


def test_a_description_is_bounded_and_says_how_many_there_are() -> None:
    place, label = NamedNode("http://a.example/place"), NamedNode(expand("rdfs:label"))
    store = EmbeddedGraph()
    store.add(Quad(place, label, Literal("Place")))
    for number in range(NEWEST + 5):
        event = NamedNode(f"http://a.example/event/{number}")
        day = Literal(f"2011-01-01T00:00:{number:04}", datatype=NamedNode(expand("xsd:string")))
        store.extend(
            [
                Quad(event, NamedNode(expand("rdf:type")), NamedNode(expand("ng:Event"))),
                Quad(event, NamedNode(expand("schema:startDate")), day),
                Quad(event, NamedNode(expand("ng:place")), place),
                Quad(event, NamedNode(expand("schema:about")), place),
            ]
        )
    quads = describe(store, place.value, "http://a.example/doc/place")
    listed = {one.subject for one in quads if one.predicate.value == expand("ng:place")}
    assert len(listed) == NEWEST
    assert NamedNode("http://a.example/event/4") not in listed
    assert has(quads, "http://a.example/doc/place", "hydra:totalItems", str(NEWEST + 5))


def test_a_description_is_deterministic_and_starts_with_its_subject(graph: EmbeddedGraph) -> None:
    quads = describe(graph, EVENT)
    assert quads == describe(graph, EVENT)
    assert quads[0].subject == NamedNode(EVENT)
    assert len(quads) == len(set(quads))


def test_the_document_is_linked_to_what_it_describes(graph: EmbeddedGraph) -> None:
    quads = describe(graph, EVENT, f"{BASE}doc/event/2011-11-08/abcdefghij")
    assert has(quads, f"{BASE}doc/event/2011-11-08/abcdefghij", "foaf:primaryTopic", EVENT)


@pytest.mark.parametrize("iri", [f"{BASE}event/2011-11-08/nothing", "not an iri", "", "http://a b/"])
def test_nothing_is_said_about_an_unknown_iri(graph: EmbeddedGraph, iri: str) -> None:
    with pytest.raises(NotFoundError):
        describe(graph, iri)


def test_find_prefers_iris_in_order_and_then_identifiers(graph: EmbeddedGraph) -> None:
    name = "2011-11-08/the-syrian-government-besieges-homs"
    assert find(graph, [f"{BASE}nothing", f"{BASE}entity/en/Homs"], [name]) == f"{BASE}entity/en/Homs"
    assert find(graph, ["no iri"], ["nothing", name]) == EVENT
    assert find(graph, [], []) is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # a warning about rdflib's own code
@pytest.mark.parametrize("path", [EVENT, f"{BASE}entity/en/Homs", f"{BASE}page/2011-11-08.wiki/123b279e8e23175b"])
@pytest.mark.parametrize("wanted", RDF_FORMATS, ids=lambda one: one.name)
def test_every_format_holds_the_same_graph(graph: EmbeddedGraph, path: str, wanted: Format) -> None:
    quads = describe(graph, path, f"{path}.doc")
    body = represent(quads, wanted)
    assert wanted.rdf is not None
    assert {Quad(*one.triple) for one in ox_parse(body, format=wanted.rdf)} == set(quads)
    expected = rdflib.Graph().parse(data=represent(quads, by_name("ntriples")), format="nt")
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=body, format=PARSERS[wanted.name])
    parsed = rdflib.Graph()
    for subject, predicate, value, _ in dataset.quads((None, None, None, None)):
        parsed.add((subject, predicate, value))
    assert isomorphic(parsed, expected)


def test_jsonld_is_framed_and_reads_without_any_remote_context(graph: EmbeddedGraph) -> None:
    def refuse(url: str, options: object) -> object:
        raise AssertionError(url)

    document = json.loads(represent(describe(graph, EVENT), by_name("jsonld")))
    assert document["id"] == EVENT
    assert document["places"][0]["id"] == f"{BASE}entity/en/Homs"
    assert "Event" in document["type"]
    quads = pyld.to_rdf(document, {"documentLoader": refuse, "format": "application/n-quads"})
    assert {Quad(*one.triple) for one in ox_parse(quads, format=RdfFormat.N_QUADS)} == set(describe(graph, EVENT))


def test_only_prefixes_in_use_are_written(graph: EmbeddedGraph) -> None:
    turtle = text(describe(graph, f"{BASE}category/armed-conflicts-and-attacks"))
    assert "@prefix skos:" in turtle
    assert "@prefix owl:" not in turtle


def test_a_page_format_holds_no_description(graph: EmbeddedGraph) -> None:
    with pytest.raises(FormatError):
        represent(describe(graph, EVENT), by_name("html"))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_prefixed_names_and_iris_are_translated_both_ways(prefix: str) -> None:
    assert compact(expand(f"{prefix}:name")) == f"{prefix}:name"


def test_an_iri_that_is_not_a_valid_local_name_is_not_shortened() -> None:
    for local in ("", "a/b", "a.b", "a b", "é", "a%20"):
        assert compact(PREFIXES["ng"] + local) == PREFIXES["ng"] + local
