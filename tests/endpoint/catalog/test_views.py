from __future__ import annotations

import json
import re

import pytest
from pyoxigraph import RdfFormat, parse

FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
    "json": RdfFormat.JSON_LD,
}
WHOLE = "dump/newsgraph.nq.gz"


@pytest.fixture
def made(send) -> None:
    """Wait until the dumps made in advance exist, since they change the catalogue."""
    for part in ("", "-core", "-captures"):
        for suffix in ("ttl", "nt"):
            send(f"/dump/newsgraph{part}.{suffix}.gz")
    send(f"/{WHOLE}")


@pytest.mark.parametrize("path", ["/catalog", "/.well-known/void"])
@pytest.mark.parametrize("media_type", ["text/turtle", "application/rdf+xml", "application/ld+json", "text/html"])
def test_the_catalogue_is_negotiated_at_both_addresses(send, path: str, media_type: str) -> None:
    reply = send(path, media_type)
    varied = "Accept, Accept-Language" if media_type == "text/html" else "Accept"
    assert (reply.status, reply.type, reply.headers["vary"]) == (200, media_type, varied)
    assert reply.headers["content-location"].startswith("/catalog.")


def test_a_client_that_accepts_anything_gets_a_page_or_turtle_at_the_well_known_address(send) -> None:
    assert send("/catalog", "*/*").type == "text/html"
    assert send("/.well-known/void", "*/*").type == "text/turtle"


def test_a_client_without_an_accept_header_gets_turtle(send) -> None:
    assert send("/catalog").type == send("/.well-known/void").type == "text/turtle"


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_has_the_same_statements(send, made: None, suffix: str) -> None:
    turtle = {quad.triple for quad in parse(send("/catalog.ttl").body, format=RdfFormat.TURTLE)}
    reply = send(f"/catalog.{suffix}")
    assert {quad.triple for quad in parse(reply.body, format=FORMATS[suffix])} == turtle


def test_an_unacceptable_request_is_406_with_the_available_formats(send) -> None:
    reply = send("/catalog", "image/png")
    assert reply.status == 406
    assert "/catalog.ttl" in reply.headers["link"]
    assert send("/catalog.png").status == 404


def test_the_catalogue_has_the_checksums_of_the_dumps(send, made: None) -> None:
    sums = dict(reversed(line.split("  ")) for line in send("/dump/SHA256SUMS").text.splitlines())
    assert {"newsgraph.nq.gz", "newsgraph.ttl.gz", "newsgraph-core.nt.gz"} <= set(sums)
    text = send("/catalog.nt").text
    for name, sha256 in ((one, sums[one]) for one in sums if "2011" not in one):
        assert f'/dump/{name}#sha256> <http://spdx.org/rdf/terms#checksumValue> "{sha256}"' in text


def test_a_catalogue_is_revalidated(send, made: None) -> None:
    first = send("/catalog.ttl")
    assert send("/catalog.ttl", If_None_Match=first.headers["etag"]).status == 304
    assert send("/catalog.nt").headers["etag"] != first.headers["etag"]


def test_the_page_embeds_the_same_description(send, made: None) -> None:
    page = send("/catalog", "text/html").text
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert data
    found = {quad.triple for quad in parse(data[1], format=RdfFormat.JSON_LD)}
    assert found == {quad.triple for quad in parse(send("/catalog.ttl").body, format=RdfFormat.TURTLE)}


def test_the_json_reads_like_json(send) -> None:
    document = json.loads(send("/catalog.json").body)
    types = [one["@type"] for one in document["@graph"] if one["@id"].endswith("/catalog")]
    assert "dcat:Catalog" in types[0]


def test_the_page_on_citing_names_snapshot_and_checksum(send, made: None) -> None:
    sha256 = next(line[:64] for line in send("/dump/SHA256SUMS").text.splitlines() if line.endswith("newsgraph.nq.gz"))
    for path in ("/cite", "/cite.bib"):
        text = send(path).text
        assert sha256 in text
        assert "20111109T060000000000Z" in text
    assert send("/cite.bib").type == "application/x-bibtex"
    assert send("/cite.bib").text.startswith("@misc{newsgraph-20111109T060000000000Z,")
