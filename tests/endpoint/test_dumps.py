from __future__ import annotations

import gzip

import pytest
from pyoxigraph import Quad, RdfFormat, Store, parse

FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_dump_is_the_whole_graph(send, graph: Store, suffix: str) -> None:
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


@pytest.mark.parametrize(
    "file",
    ["newsgraph.exe", "other.ttl", "newsgraph.html", "newsgraph.srj", "..%2f..%2fledger.tsv", "newsgraph.ttl.gz.gz"],
)
def test_other_files_are_404(send, file: str) -> None:
    assert send(f"/dump/{file}").status == 404
