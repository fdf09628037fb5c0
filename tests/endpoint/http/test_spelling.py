"""Equivalent spellings of a path redirect to one address; in other places they are understood as they are."""

from __future__ import annotations

import json
import socket
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.query.syntax import spelled
from kg.rdf.iri import canonical

CAFE = "entity/en/Caf%C3%A9_d'Orient.html"
SOURCE = "http://english.example.org/news/2011/11/shelling"
SAME = {
    "/entity/en/homs": "/entity/en/Homs",
    "/entity/en/Homs/": "/entity/en/Homs",
    "/entity//en/Homs": "/entity/en/Homs",
    "/entity/en/homs.ttl": "/entity/en/Homs.ttl",
    "/entity/en/Homs.ttl/": "/entity/en/Homs.ttl",
    "/entity/en/homs%20Governorate": "/entity/en/Homs_Governorate",
    "/entity/en/Homs__Governorate": "/entity/en/Homs_Governorate",
    "/entity/en/Cafe%CC%81%20d'Orient.html": f"/{CAFE}",
    "/doc/entity/en/homs": "/doc/entity/en/Homs",
    "/entity/en/homs?page=2": "/entity/en/Homs?page=2",
    "/doc/entity/en/Homs/": "/doc/entity/en/Homs",
    "/event/2011-11-08/abcdefghij/": "/event/2011-11-08/abcdefghij",
    "/page/2011-11-08.wiki/123b279e8e23175b/": "/page/2011-11-08.wiki/123b279e8e23175b",
    f"/source/{SOURCE.replace('//', '/')}": f"/source/{quote(SOURCE, safe='')}",
    f"/source?{urlencode({'iri': SOURCE})}": f"/source/{quote(SOURCE, safe='')}",
    "/sparql/": "/sparql",
    "/sparql/?query=ASK%7B%7D": "/sparql?query=ASK%7B%7D",
    "/catalog/": "/catalog",
    "/dump//newsgraph.nt": "/dump/newsgraph.nt",
    "/timegate/event/2011-11-08/abcdefghij/": "/timegate/event/2011-11-08/abcdefghij",
    "/feed/atom/entity/en/Homs/": "/feed/atom/entity/en/Homs",
    "/reconcile/": "/reconcile",
}


@pytest.mark.parametrize("path", SAME)
def test_an_equal_spelling_leads_to_the_one_address(send, path: str) -> None:
    reply = send(path, "*/*")
    assert (reply.status, reply.headers.get("location")) == (308, SAME[path])
    assert send(SAME[path], "*/*").status < 400 or "/timegate/" in path


@pytest.mark.parametrize(
    "path",
    [
        "/nothing/",
        "/entity/en/Nowhere/",
        "/entity/en/nowhere",
        "/doc//",
        "/sparql/x/",
        "/entity/en/Homs/%00",
        "/entity/en/Homs%0A",
    ],
)
def test_an_unknown_address_is_not_found_in_any_spelling(send, path: str) -> None:
    assert send(path).status == 404


def test_a_method_other_than_get_is_kept(send) -> None:
    assert send("/sparql/", method="POST", body=b"ASK {}", Content_Type="application/sparql-query").status == 308


def raw(port: int, target: bytes) -> tuple[int, str]:
    """Send a request line that no Python client would send, and return the status and the Location."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        head = b"".join(iter(lambda: connection.recv(65_536), b"")).partition(b"\r\n\r\n")[0].decode("latin-1")
    lines = head.split("\r\n")
    location = next((line.partition(": ")[2] for line in lines if line.lower().startswith("location:")), "")
    return int(lines[0].split()[1]), location


@pytest.mark.parametrize("path", ["/entity/en/Café_d'Orient.html", "/doc/entity/en/Café", "/search?q=Café"])
def test_unencoded_characters_are_encoded(port: int, path: str) -> None:
    status, location = raw(port, path.encode())
    assert (status, location) == (308, path.replace("é", "%C3%A9"))


def test_the_location_of_raw_bytes_is_never_elsewhere(port: int) -> None:
    assert raw(port, "//evil.example/é".encode()) == (308, "/evil.example/%C3%A9")


@pytest.mark.parametrize("path", ["entity/en/Café_d'Orient.html", "entity/en/caf%c3%a9_d'Orient.html", f"{CAFE}/"])
def test_describe_understands_equal_spellings(send, path: str) -> None:
    query = f"DESCRIBE <http://127.0.0.1:8000/{path}>"
    found = send("/sparql?" + urlencode({"query": query}), "application/n-triples")
    assert f"<http://127.0.0.1:8000/{CAFE}>" in found.text


def test_only_iris_of_ours_are_spelled_anew() -> None:
    query = 'DESCRIBE ?x { ?x <http://b.example/Å> "<http://a.example/é>" ; ?p <http://a.example/é#é> } # <http://a.example/é>'
    expected = query.replace("<http://a.example/é#é>", "<http://a.example/%C3%A9#é>")
    assert spelled(query, "http://a.example/") == expected


@given(st.text("_/ a0\u3000", max_size=9) | st.text(max_size=40), st.booleans())
@example("_/0", True)
@example("_/_/0_/", True)
def test_the_one_spelling_of_a_path_is_its_own(path: str, of_entity: bool) -> None:
    once = canonical(quote(f"entity/en/{path}" if of_entity else path))
    assert canonical(once) == once
    assert once.isascii()


def test_a_preview_understands_equal_spellings(send) -> None:
    assert send("/reconcile/preview?id=entity/en/homs/").status == 200
    extended = json.dumps({"ids": ["entity/en/Café_d'Orient.html"], "properties": [{"id": "rdfs:label"}]})
    rows = json.loads(send("/reconcile?" + urlencode({"extend": extended})).body)["rows"]
    assert rows["entity/en/Café_d'Orient.html"]["rdfs:label"]
