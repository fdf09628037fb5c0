from __future__ import annotations

import base64
import fcntl
import gzip
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from tests.endpoint.conftest import Serving

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


def test_a_part_and_a_year_can_be_dumped(send, graph: EmbeddedGraph) -> None:
    parts = [set(parse(send(f"/dump/newsgraph-{part}.nt").body, format=FORMATS["nt"])) for part in ("core", "captures")]
    assert set.union(*parts) == set(graph)
    assert sum(map(len, parts)) == len(graph)
    found = set(parse(send("/dump/newsgraph-core-2011.nt").body, format=FORMATS["nt"]))
    assert found
    assert found <= parts[0]


@pytest.mark.parametrize("name", ["newsgraph-1850.ttl", "newsgraph-enrichment.ttl", "newsgraph-core-1850.nt.gz"])
def test_an_empty_dump_is_404_and_is_not_listed(send, name: str) -> None:
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


def test_changes_since_a_removed_snapshot_are_404_and_list_the_available_ones(send) -> None:
    reply = send("/dump/newsgraph-since-20111109T060000000001Z.ttl")
    assert reply.status == 404
    assert "20111109T060000000000Z" in reply.text


@pytest.mark.parametrize(
    "file",
    ["newsgraph.exe", "other.ttl", "newsgraph.html", "newsgraph.srj", "..%2f..%2fledger.tsv", "newsgraph.ttl.gz.gz"],
)
def test_other_files_are_404(send, file: str) -> None:
    assert send(f"/dump/{file}").status == 404


@contextmanager
def unmade(cache: Path) -> Iterator[None]:
    """Prevent dumps from being finished, as if each took very long."""
    folder = cache / "20111109T060000000000Z"
    folder.mkdir(parents=True)
    with (folder / "dumps.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_head_and_a_range_do_not_wait_for_a_dump_that_is_not_made(
    serving: Serving, settings: Settings, tmp_path: Path
) -> None:
    with serving(replace(settings, cache=str(tmp_path))) as get:
        with unmade(tmp_path):
            for method, headers in (("HEAD", {}), ("GET", {"Range": "bytes=0-9"})):
                reply = get("/dump/newsgraph.nt", method=method, **headers)
                assert (reply.status, int(reply.headers["retry-after"]) > 0) == (503, True)
        assert get("/dump/newsgraph.nt").status == 200
        assert get("/dump/newsgraph.nt", method="HEAD").status == 200
        assert get("/dump/newsgraph.nt", Range="bytes=0-9").status == 206


def test_the_list_of_dumps_is_a_page_and_nothing_else(send) -> None:
    reply = send("/dump/", "text/turtle")
    assert (reply.status, reply.headers["vary"]) == (406, "Accept")
    assert 'type="text/html"' in reply.headers["link"]
