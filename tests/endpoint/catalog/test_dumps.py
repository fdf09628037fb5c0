from __future__ import annotations

import base64
import gzip
import hashlib

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from kg.store.embedded import EmbeddedGraph

FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_dump_is_the_whole_graph(send, graph: EmbeddedGraph, suffix: str) -> None:
    plain, packed = send(f"/dump/newsgraph.{suffix}"), send(f"/dump/newsgraph.{suffix}.gz")
    assert plain.body == gzip.decompress(packed.body)
    assert {Quad(*quad.triple) for quad in parse(plain.body, format=FORMATS[suffix])} == set(graph)
    assert "attachment" in plain.headers["content-disposition"]
    assert packed.type == "application/gzip"


def test_a_dump_can_be_revalidated_and_resumed(send) -> None:
    first = send("/dump/newsgraph.nt")
    assert send("/dump/newsgraph.nt", If_None_Match=first.headers["etag"]).status == 304
    rest = send("/dump/newsgraph.nt", Range="bytes=10-")
    assert (rest.status, rest.body) == (206, first.body[10:])


def test_a_dump_has_a_checksum(send) -> None:
    reply = send("/dump/newsgraph.nt.gz")
    digest = hashlib.sha256(reply.body)
    assert reply.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert f"{digest.hexdigest()}  newsgraph.nt.gz\n" in send("/dump/SHA256SUMS").text
    assert digest.hexdigest() in send("/dump/").text


def test_a_part_and_a_year_are_dumps(send, graph: EmbeddedGraph) -> None:
    parts = [set(parse(send(f"/dump/newsgraph-{part}.nt").body, format=FORMATS["nt"])) for part in ("core", "captures")]
    assert set.union(*parts) == set(graph)
    assert sum(map(len, parts)) == len(graph)
    found = set(parse(send("/dump/newsgraph-core-2011.nt").body, format=FORMATS["nt"]))
    assert found
    assert found <= parts[0]


@pytest.mark.parametrize("name", ["newsgraph-1850.ttl", "newsgraph-enrichment.ttl", "newsgraph-core-1850.nt.gz"])
def test_a_dump_of_nothing_is_404_and_is_not_listed(send, name: str) -> None:
    reply = send(f"/dump/{name}")
    assert (reply.status, reply.type) == (404, "application/problem+json")
    assert "the graph has nothing of it" in reply.text
    assert name not in send("/dump/").text


def test_changes_since_the_snapshot_itself_are_none(send) -> None:
    name = "newsgraph-since-20111109T060000000000Z"
    assert send(f"/dump/{name}.nt").body == b""
    reply = send(f"/dump/{name}.rdfp")
    assert reply.type == "application/rdf-patch"
    assert reply.text.endswith("TX .\nTC .\n")


def test_changes_since_a_snapshot_that_is_gone_are_404_and_tell_which_there_are(send) -> None:
    reply = send("/dump/newsgraph-since-20111109T060000000001Z.ttl")
    assert reply.status == 404
    assert "20111109T060000000000Z" in reply.text


@pytest.mark.parametrize(
    "file",
    ["newsgraph.exe", "other.ttl", "newsgraph.html", "newsgraph.srj", "..%2f..%2fledger.tsv", "newsgraph.ttl.gz.gz"],
)
def test_other_files_are_404(send, file: str) -> None:
    assert send(f"/dump/{file}").status == 404
