"""Snapshots and their dumps have documents as long as they are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from endpoint.http.negotiate import DOCUMENT_FORMATS
from kg.publish import dump_files
from kg.publish.catalog_terms import node
from kg.rdf.formats import Format
from kg.settings import Settings
from kg.store.layout import Store
from kg.store.snapshot import Manifest
from tests.conftest import BASE, TURTLE, publish_turtle

GONE = ("20111107T060000000000Z", "20111108T060000000000Z")
ID = "20111109T060000000000Z"
LATER = "20111110T060000000000Z"
PAST = "20111111T060000000000Z"
SNAPSHOT = NamedNode(f"{BASE}snapshot/{ID}")
FILE = "newsgraph.nt"


@pytest.fixture(scope="module")
def get(tmp_path_factory: pytest.TempPathFactory, serving, settings: Settings) -> Iterator:
    """A server of a store with two snapshots of four, the dumps of the newer one, and a snapshot of the past."""
    store = tmp_path_factory.mktemp("snapshots") / "store"
    for name in (*GONE, ID, LATER):
        publish_turtle(store, TURTLE.read_text(encoding="utf-8"), name, keep=2)
    manifest = Manifest(PAST, "2011-11-11T06:00:00Z", BASE, "0.1.0", {"triples": 5}, as_of="2011-11-08T12:00:00Z")
    with Store(store).drafting() as draft:
        Store(store).retain(draft, manifest)
    with serving(replace(settings, store=str(store))) as send:
        published = (file.name for file in dump_files.published(Store(store).current().manifest))
        for name in (FILE, *published):  # documents grow until all are made
            assert send(f"/dump/{name}").status == 200
        yield send


def triples(body: bytes, wanted: RdfFormat = RdfFormat.N_TRIPLES) -> set[Triple]:
    return {quad.triple for quad in parse(body, format=wanted)}


@pytest.mark.parametrize("path", [f"/snapshot/{ID}", f"/snapshot/{LATER}", f"/snapshot/{PAST}"])
def test_every_snapshot_that_is_kept_redirects_to_its_document(get, path: str) -> None:
    reply = get(path)
    assert (reply.status, reply.headers["location"]) == (303, f"/doc{path}")
    document = get(f"/doc{path}", "application/n-triples")
    assert Triple(NamedNode(f"{BASE}doc{path}"), node("foaf:primaryTopic"), NamedNode(BASE + path[1:])) in triples(
        document.body
    )


@pytest.mark.parametrize("thing", [f"/snapshot/{LATER}", f"/snapshot/{LATER}/dump/{FILE}"])
@pytest.mark.parametrize("one", DOCUMENT_FORMATS, ids=lambda one: one.suffix)
def test_its_document_is_the_same_in_every_format(get, thing: str, one: Format) -> None:
    reply = get(f"/doc{thing}", one.content_type)
    assert (reply.status, reply.type) == (200, one.media_type)
    assert reply.headers["content-location"] == f"/doc{thing}.{one.suffix}"
    assert get(f"{thing}.{one.suffix}").headers["location"] == f"/doc{thing}.{one.suffix}"
    if one.rdf and one.name != "plain-json":
        assert triples(reply.body, one.rdf) == triples(get(f"/doc{thing}.nt").body)


def test_a_document_says_what_the_snapshot_is_and_what_was_before_it(get) -> None:
    later = NamedNode(f"{BASE}snapshot/{LATER}")
    found = triples(get(f"/doc/snapshot/{LATER}.nt").body)
    assert Triple(later, node("rdf:type"), node("dcat:Dataset")) in found
    assert Triple(later, node("dcat:version"), Literal(LATER)) in found
    assert Triple(later, node("dcat:previousVersion"), SNAPSHOT) in found
    assert Triple(NamedNode(f"{later.value}#events"), node("void:entities"), Literal(3)) in found
    assert not [one for one in triples(get(f"/doc/snapshot/{ID}.nt").body) if "previousVersion" in str(one.predicate)]


def test_a_snapshot_of_the_past_says_which_time_it_shows(get) -> None:
    shown = Literal("2011-11-08T12:00:00Z", datatype=node("xsd:dateTime"))
    found = triples(get(f"/doc/snapshot/{PAST}.nt").body)
    assert Triple(NamedNode(f"{BASE}snapshot/{PAST}#shown"), node("dcat:endDate"), shown) in found


def test_a_dump_has_size_checksum_and_an_address_whose_bytes_have_these(get) -> None:
    dump = NamedNode(f"{BASE}snapshot/{LATER}/dump/{FILE}")
    assert get(dump.value.removeprefix(BASE[:-1])).status == 303
    found = triples(get(f"/doc/snapshot/{LATER}/dump/{FILE}", "application/n-triples").body)
    (address,) = (one.object.value for one in found if one.predicate == node("dcat:downloadURL"))
    body = get(address.removeprefix(BASE[:-1])).body
    sha256 = Literal(hashlib.sha256(body).hexdigest(), datatype=node("xsd:hexBinary"))
    assert Triple(NamedNode(f"{dump.value}#sha256"), node("spdx:checksumValue"), sha256) in found
    size = Literal(str(len(body)), datatype=node("xsd:nonNegativeInteger"))
    assert Triple(dump, node("dcat:byteSize"), size) in found


def test_a_document_grows_when_a_dump_is_made_and_its_tag_is_another_then(get) -> None:
    before = get(f"/doc/snapshot/{ID}.ttl")
    assert get(f"/doc/snapshot/{ID}.ttl", If_None_Match=before.headers["etag"]).status == 304
    assert get(f"/dump/{ID}/newsgraph-2011.nt").status == 200
    after = get(f"/doc/snapshot/{ID}.ttl", If_None_Match=before.headers["etag"])
    assert after.status == 200
    assert "newsgraph-2011.nt" in after.text
    assert get(f"/doc/snapshot/{ID}/dump/newsgraph-2011.nt").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/snapshot/20101109T060000000000Z",
        f"/snapshot/{ID}/dump/newsgraph-1999.nt",
        f"/snapshot/{ID}/dump",
        f"/snapshot/{ID}/x",
        "/snapshot/..",
        "/snapshot/%00",
        f"/doc/snapshot/{ID}?page=2",
        f"/dump/{ID}/x.nt",
        "/dump/20101109T060000000000Z/newsgraph.nt",
    ],
)
def test_a_snapshot_that_is_not_kept_is_404(get, path: str) -> None:
    assert get(path).status == 404


@pytest.mark.parametrize("of", GONE)
@pytest.mark.parametrize(
    "path",
    [
        "/snapshot/{}",
        "/snapshot/{}.ttl",
        "/doc/snapshot/{}",
        "/doc/snapshot/{}.jsonld",
        f"/snapshot/{{}}/dump/{FILE}",
        f"/doc/snapshot/{{}}/dump/{FILE}",
        f"/dump/{{}}/{FILE}",
    ],
)
def test_a_snapshot_that_is_no_longer_kept_is_410(get, path: str, of: str) -> None:
    reply = get(path.format(of))
    assert (reply.status, reply.type) == (410, "application/problem+json")
    assert all(one in reply.text for one in (of, ID, LATER))


def test_a_request_for_a_snapshot_that_never_existed_lists_those_that_are_kept(get) -> None:
    text = get("/snapshot/20101109T060000000000Z", "text/plain").text
    assert all(one in text for one in (ID, LATER, PAST))


def test_every_iri_of_ours_in_a_document_answers(get) -> None:
    found = [*triples(get(f"/doc/snapshot/{LATER}.nt").body), *triples(get("/catalog.nt").body)]
    terms = {term.value for one in found for term in (one.subject, one.object) if isinstance(term, NamedNode)}
    ours = {one.partition("#")[0].removeprefix(BASE[:-1]) for one in terms if one.startswith(BASE)}
    assert f"/snapshot/{ID}" in ours, "the catalogue names all snapshots"
    wrong = {path: status for path in ours if (status := get(path, "*/*").status) not in (200, 303)}
    assert wrong == {}


def test_the_json_reads_like_json(get) -> None:
    document = json.loads(get(f"/doc/snapshot/{LATER}.json").body)
    assert (document["id"], document["dcat:version"]) == (f"{BASE}snapshot/{LATER}", LATER)


def test_the_page_shows_the_dumps_and_the_snapshot_before(get) -> None:
    page = get(f"/doc/snapshot/{LATER}", "text/html").text
    assert f'href="/dump/{LATER}/{FILE}"' in page
    assert f'rel="prev" href="/snapshot/{ID}"' in page


def test_the_quads_are_of_the_default_graph_only(get) -> None:
    quads = list(parse(get(f"/doc/snapshot/{LATER}.nq").body, format=RdfFormat.N_QUADS))
    assert {Quad(*quad.triple) for quad in quads} == set(quads)
