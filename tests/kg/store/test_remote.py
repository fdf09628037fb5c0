"""A remote SPARQL server gives all lookups the same answers as the embedded engine."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, parse

from kg.errors import ConfigurationError, FederationError, NotSupportedError
from kg.lookup import memento, newest, resource_state, sitemap
from kg.lookup.describe import describe
from kg.lookup.listing.index import Index
from kg.lookup.locate import locate
from kg.lookup.search import reconcile
from kg.lookup.search.reconcile_request import Extension, Query
from kg.lookup.statistics import statistics
from kg.mapping import rebuild
from kg.publish import diff
from kg.rdf import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple, terms
from kg.rdf.graph import Graph, Pattern
from kg.rdf.lines.blocks import gather
from kg.rdf.prefixes import PREFIXES
from kg.store.embedded import EmbeddedGraph
from kg.store.remote import PATTERNS, RemoteGraph
from tests.kg.lookup import test_memento
from tests.kg.remote.servers import oxigraph, peer

BASE = "http://127.0.0.1:8000/"
CALLS = 6
"""Questions to the engine that a document may take."""
KINDS = (
    terms.EVENT,
    terms.SCHEMA_PLACE,
    terms.ORGANIZATION,
    terms.CONCEPT,
    terms.PERIOD_OF_TIME,
    terms.PAGE,
    terms.REVISION_CLASS,
    terms.SOURCE_CLASS,
    terms.ENTITY,
    terms.ENTRY,
)
NAMED = NamedNode("http://example.org/graph")
EXTRA = [
    Quad(NamedNode("http://example.org/s"), terms.LABEL, Literal('a "quoted"\n\\ text', language="en"), NAMED),
    Quad(NamedNode("http://example.org/s"), terms.LABEL, Literal("plain"), NAMED),
]

PREFIXED = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())


class Counted:
    """A graph that counts the questions that it is asked."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.calls = 0

    def __getattr__(self, name: str) -> object:
        self.calls += 1
        return getattr(self.graph, name)


@pytest.fixture(scope="module")
def embedded(sample_graph: EmbeddedGraph, tmp_path_factory: pytest.TempPathFactory) -> EmbeddedGraph:
    """The sample, a named graph and a past, on disk, where quads come in the same order as in snapshots."""
    graph = EmbeddedGraph(tmp_path_factory.mktemp("embedded") / "database")
    graph.bulk_extend(sample_graph)
    graph.extend(EXTRA)
    graph.load(f"{PREFIXED}{test_memento.TURTLE}".encode(), RdfFormat.TURTLE)
    return graph


@pytest.fixture(scope="module")
def address(embedded: EmbeddedGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("remote")
    with (folder / "dump.nq").open("wb") as file:
        embedded.dump(file, RdfFormat.N_QUADS)
    with oxigraph(folder / "dump.nq", folder / "database") as address:
        yield address


@pytest.fixture(scope="module")
def remote(address: str) -> RemoteGraph:
    return RemoteGraph(address, f"private:{address}")


STORY_CALLS = 9
"""What a document asks that a story has a part in: its parts are read without a query, page by page."""


def things(graph: EmbeddedGraph, class_: NamedNode, number: int = 4) -> list[str]:
    """Return a few members of a class, from all over the graph."""
    found = sorted({quad.subject.value for quad in graph.quads_for_pattern(None, terms.TYPE, class_)})
    return found[:: max(1, len(found) // number)]


@pytest.mark.parametrize("class_", KINDS, ids=lambda one: one.value.rpartition("/")[2])
def test_both_describe_every_kind_of_thing_alike(
    embedded: EmbeddedGraph, remote: RemoteGraph, class_: NamedNode
) -> None:
    found = things(embedded, class_)
    assert found
    for iri in found:
        assert describe(remote, iri, f"{iri}/doc") == describe(embedded, iri, f"{iri}/doc")


@pytest.mark.parametrize("class_", KINDS, ids=lambda one: one.value.rpartition("/")[2])
def test_a_document_takes_few_questions(embedded: EmbeddedGraph, remote: RemoteGraph, class_: NamedNode) -> None:
    for iri in things(embedded, class_, 40):
        counted = Counted(embedded)
        describe(counted, iri, f"{iri}/doc")
        assert counted.calls <= STORY_CALLS, iri
    before = remote.calls
    describe(remote, iri, f"{iri}/doc")
    assert remote.calls - before <= STORY_CALLS


def test_both_show_the_past_alike_in_few_questions(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    found = [(iri, memento.instants(embedded, iri)) for iri in (test_memento.EVENT, test_memento.DAY)]
    assert [(iri, memento.instants(remote, iri)) for iri, _ in found] == found
    for iri, instant in [(iri, instant) for iri, instants in found for instant in instants]:
        counted = Counted(embedded)
        wanted = memento.state(counted, iri, instant, f"{iri}/then", iri)
        assert counted.calls <= CALLS
        before = remote.calls
        assert memento.state(remote, iri, instant, f"{iri}/then", iri) == wanted
        assert remote.calls - before <= CALLS


def test_both_know_what_is_newest(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    for language in (None, "en", "zh"):
        assert newest.newest(remote, 20, language) == newest.newest(embedded, 20, language)


def test_both_know_the_hubs(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    assert set(newest.hubs(remote, 1_000_000)) == set(newest.hubs(embedded, 1_000_000))


def test_both_have_the_same_sitemap(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    ours, theirs = sitemap.Documents(BASE), sitemap.Documents(BASE)
    gather(embedded, [ours])
    gather(remote, [theirs])
    assert ours.sections()
    assert theirs.sections() == ours.sections()
    assert sorted(theirs.rows()) == sorted(ours.rows())


def test_both_count_the_same(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    assert statistics(remote) == statistics(embedded)
    assert len(remote) == len(embedded)


def test_both_say_the_same_of_every_resource(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    wanted = resource_state.state(embedded, BASE)
    found = resource_state.state(remote, BASE)
    assert wanted
    assert {iri: size for iri, (_, size) in found.items()} == {iri: size for iri, (_, size) in wanted.items()}
    for iri in [*things(embedded, terms.EVENT), *things(embedded, terms.PAGE)]:
        assert resource_state.resource(remote, iri, BASE) == resource_state.resource(embedded, iri, BASE)


def test_both_locate_names_alike(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    identified = embedded.quads_for_pattern(None, terms.IDENTIFIER, None)
    names = sorted(quad.object.value for quad in identified if isinstance(quad.object, Literal))[::20]
    assert names
    for name in [*names, "2011-11-08/no-such-event"]:
        assert locate(remote, [f"{BASE}event/{name}"], [name]) == locate(embedded, [f"{BASE}event/{name}"], [name])


def test_both_reconcile_alike(embedded: EmbeddedGraph, remote: RemoteGraph, tmp_path: Path) -> None:
    index, other = tmp_path / "embedded.sqlite", tmp_path / "remote.sqlite"
    for graph, file in ((embedded, index), (remote, other)):
        collector = Index()
        gather(graph, [collector])
        collector.write(file)
    query = Query("Syria", properties=(("rdf:type", ({"id": terms.SCHEMA_PLACE.value},)),))
    wanted = reconcile.reconcile(embedded, str(index), BASE, query)
    assert wanted
    assert reconcile.reconcile(remote, str(other), BASE, query) == wanted
    asked = Extension([wanted[0]["id"]], ["rdfs:label", "rdf:type"])
    assert reconcile.extend(remote, BASE, asked) == reconcile.extend(embedded, BASE, asked)


def test_both_print_pages_again_alike(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    for iri in things(embedded, terms.PAGE):
        assert rebuild.text(rebuild.find(remote, iri)) == rebuild.text(rebuild.find(embedded, iri))


def test_a_graph_does_not_differ_from_its_copy_elsewhere(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    assert diff.events(embedded, remote) == []


def test_a_dump_from_elsewhere_has_the_same_statements(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    for name, format_ in ((None, RdfFormat.N_QUADS), (NAMED, RdfFormat.N_TRIPLES), (DefaultGraph(), RdfFormat.TURTLE)):
        found, wanted = io.BytesIO(), io.BytesIO()
        remote.dump(found, format_, name)
        embedded.dump(wanted, format_, name)
        assert set(parse(found.getvalue(), format_)) == set(parse(wanted.getvalue(), format_))


def test_named_graphs_are_seen_and_told_apart(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    assert list(remote.named_graphs()) == list(embedded.named_graphs()) == [NAMED]
    assert remote.contains_named_graph(NAMED)
    assert not remote.contains_named_graph(NamedNode("http://example.org/other"))
    for graph in (None, NAMED, DefaultGraph()):
        pattern = Pattern(EXTRA[0].subject, (terms.TYPE, terms.LABEL), None, graph)
        assert set(remote.match([pattern])[0]) == set(embedded.match([pattern])[0])
    assert EXTRA[0] in remote
    assert Quad(EXTRA[0].subject, EXTRA[0].predicate, EXTRA[0].object) not in remote


def test_many_patterns_are_one_question_and_keep_their_order(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    day = NamedNode(things(embedded, terms.PERIOD_OF_TIME)[0])
    events = [NamedNode(iri) for iri in things(embedded, terms.EVENT, 50)]
    patterns = [
        *(Pattern(one) for one in events),
        *(Pattern(one, (terms.START_DATE,)) for one in events),
        Pattern(None, (terms.TEMPORAL,), day),
        Pattern(None, (), day),
        Pattern(NamedNode("http://example.org/nothing")),
    ]
    before = remote.calls
    found = remote.match(patterns)
    assert remote.calls - before == 1
    assert [set(one) for one in found] == [set(one) for one in embedded.match(patterns)]


def test_queries_take_terms_by_the_names_of_variables(embedded: EmbeddedGraph, remote: RemoteGraph) -> None:
    label = EXTRA[0].object
    for graph in (embedded, remote):
        assert graph.ask("ASK WHERE { GRAPH ?g { ?s ?p ?label } }", {"label": label})
        assert not graph.ask("ASK WHERE { GRAPH ?g { ?s ?p ?label } }", {"label": Literal("plain", language="en")})
        rows = list(graph.select("SELECT ?s ?label WHERE { GRAPH ?g { ?s rdfs:label ?label } }", {"label": label}))
        assert rows == [(EXTRA[0].subject, label)]
    query = "CONSTRUCT { ?s rdfs:label ?o } WHERE { GRAPH ?g { ?s rdfs:label ?o } }"
    assert set(remote.construct(query)) == set(embedded.construct(query))


def test_a_blank_node_cannot_be_asked_about(remote: RemoteGraph) -> None:
    with pytest.raises(NotSupportedError, match="blank node"):
        list(remote.quads_for_pattern(BlankNode("b0"), None, None))


@pytest.mark.parametrize("services", ["", "http://127.0.0.1:1/query", "private:http://example.org/"])
def test_a_service_that_is_not_allowed_is_never_asked(services: str) -> None:
    with pytest.raises(ConfigurationError, match="may be asked"):
        RemoteGraph("http://127.0.0.1:7878/query", services)


def test_a_private_address_must_be_allowed_as_such(address: str) -> None:
    with pytest.raises(FederationError, match="private"):
        len(RemoteGraph(address, address))


def test_an_answer_has_a_limit_of_bytes(address: str) -> None:
    small = RemoteGraph(address, f"private:{address}", limit=1_000)
    with pytest.raises(FederationError, match="more than 1000 bytes"):
        list(small.quads_for_pattern(None, None, None))


def test_an_answer_has_a_limit_of_time() -> None:
    with peer(b"HTTP/1.1 200 OK\r\n", drip=b"X: y\r\n") as slow:
        graph = RemoteGraph(slow.url, f"private:{slow.url}", seconds=0.2)
        with pytest.raises(FederationError, match="in time"):
            len(graph)


def reply(content: object) -> bytes:
    body = json.dumps(content).encode()
    kind = QueryResultsFormat.JSON.media_type
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"head": {}, "results": {"bindings": []}},
        {"head": {"vars": ["n"]}, "results": {"bindings": 7}},
        {"head": {"vars": ["n"]}, "results": {"bindings": [{"n": {"type": "uri", "value": "no iri"}}]}},
    ],
    ids=str,
)
def test_an_answer_that_is_not_results_is_reported(content: object) -> None:
    with peer(reply(content)) as wrong:
        graph = RemoteGraph(wrong.url, f"private:{wrong.url}")
        with pytest.raises(FederationError, match="not answer with SPARQL results"):
            list(graph.select("SELECT ?n WHERE { ?n ?p ?o }"))


def test_many_patterns_take_several_questions_none_of_which_asks_twice() -> None:
    patterns = [Pattern(NamedNode(f"http://example.org/{number}")) for number in range(PATTERNS + 1)]
    with peer(reply({"head": {"vars": ["n", "s", "p", "o", "g"]}, "results": {"bindings": []}})) as empty:
        assert RemoteGraph(empty.url, f"private:{empty.url}").match(patterns) == [[]] * len(patterns)
        first, second = empty.received
    assert b"%2F1999%3E" in first
    assert b"%2F2000%3E" not in first
    assert b"%2F2000%3E" in second


def test_quads_of_one_pattern_stand_in_the_order_of_its_predicates() -> None:
    def row(predicate: str) -> dict[str, object]:
        named = {name: {"type": "uri", "value": f"http://example.org/{name}"} for name in ("s", "o")}
        return {"n": {"type": "literal", "value": "0"}, **named, "p": {"type": "uri", "value": predicate}}

    first, second = (NamedNode(f"http://example.org/{name}") for name in ("z", "a"))
    answer = {
        "head": {"vars": ["n", "s", "p", "o", "g"]},
        "results": {"bindings": [row(second.value), row(first.value)]},
    }
    with peer(reply(answer)) as other:
        [found] = RemoteGraph(other.url, f"private:{other.url}").match([Pattern(None, (first, second))])
    assert [quad.predicate for quad in found] == [first, second]


def test_triples_that_cannot_be_read_are_reported() -> None:
    body = b'<x:s> <x:p> "open .\n'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/n-triples\r\nContent-Length: {len(body)}\r\n\r\n"
    with peer(head.encode() + body) as wrong:
        graph = RemoteGraph(wrong.url, f"private:{wrong.url}")
        with pytest.raises(FederationError, match="not answer with SPARQL results"):
            list(graph.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"))


def constructed(depth: int) -> list[Triple]:
    """Return the result of reading a triple with so many nested triple terms."""
    nested = "<<( <x:s> <x:p> " * depth + "<x:o>" + " )>>" * depth
    body = f"<x:s> <x:p> {nested} .\n".encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/n-triples\r\nContent-Length: {len(body)}\r\n\r\n"
    with peer(head.encode() + body) as wrong:
        graph = RemoteGraph(wrong.url, f"private:{wrong.url}")
        return list(graph.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"))


@pytest.mark.parametrize("depth", [17, 20_000])
def test_triples_that_are_nested_deep_do_not_reach_the_parser(depth: int) -> None:
    with pytest.raises(FederationError, match="nested too deep"):
        constructed(depth)


def test_triples_that_are_nested_less_deep_are_read() -> None:
    assert len(constructed(16)) == 1


def test_an_address_that_could_be_taken_for_another_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="cannot be asked"):
        RemoteGraph("https://a.example:port/sparql", "https://a.example")
