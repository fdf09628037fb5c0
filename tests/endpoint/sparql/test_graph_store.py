from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import RdfFormat, parse

from endpoint.http.conditional import digest
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.written import logged
from tests.endpoint.conftest import Reply, Send, Writable

TURTLE = "text/turtle"
BASE = "http://127.0.0.1:8000/graphs/"


def at(graph: str) -> str:
    return "/graphs?" + urlencode({"graph": graph})


def put(writable: Writable, path: str, body: str, kind: str = TURTLE, **headers: str) -> Reply:
    return writable.write(path, "PUT", body.encode(), Content_Type=kind, **headers)


def triples(reply: Reply) -> int:
    assert reply.status == 200, reply
    return len(list(parse(reply.body, format=RdfFormat.N_TRIPLES)))


def read(writable: Writable, path: str) -> Reply:
    return writable.read(path, "application/n-triples")


def test_put_creates_then_replaces_and_get_reads(writable: Writable) -> None:
    path = at("urn:put")
    assert put(writable, path, "<urn:a> <urn:b> 1, 2 .").status == 201
    assert triples(read(writable, path)) == 2
    assert put(writable, path, "<urn:a> <urn:b> 2 .").status == 200
    assert triples(read(writable, path)) == 1
    assert json.loads(put(writable, path, "<urn:a> <urn:b> 2 .").body)["added"] == 0


def test_post_merges_and_creates(writable: Writable) -> None:
    path = at("urn:post")
    replies = [writable.write(path, body=b"<urn:a> <urn:b> %d ." % number, Content_Type=TURTLE) for number in (1, 2)]
    assert [reply.status for reply in replies] == [201, 200]
    assert triples(read(writable, path)) == 2


def test_a_deleted_graph_is_404(writable: Writable) -> None:
    path = at("urn:delete")
    put(writable, path, "<urn:a> <urn:b> 1 .")
    assert writable.write(path, "DELETE").status == 200
    assert read(writable, path).status == 404
    assert writable.write(path, "DELETE").status == 404


def test_an_empty_graph_exists(writable: Writable) -> None:
    assert put(writable, at("urn:empty"), "").status == 201
    assert triples(read(writable, at("urn:empty"))) == 0


def test_an_address_below_the_store_is_the_iri_of_a_graph(writable: Writable) -> None:
    assert put(writable, "/graphs/people/%C3%A9.ttl", "<> <urn:b> <x> .").status == 201
    assert b"<%bpeople/x>" % BASE.encode() in read(writable, "/graphs/people/%C3%A9.ttl").body
    assert read(writable, at(f"{BASE}people/%C3%A9.ttl")).status == 200
    assert writable.ask(f"GRAPH <{BASE}people/%C3%A9.ttl> {{ ?s ?p ?o }}")
    assert writable.read("/graphs/people/%C3%A9.ttl?default").status == 400


def test_a_post_to_the_store_makes_a_graph_and_says_where(writable: Writable) -> None:
    reply = writable.write("/graphs", body=b"<> <urn:b> 1 .", Content_Type=TURTLE)
    assert reply.status == 201
    assert triples(read(writable, reply.headers["location"])) == 1
    assert reply.headers["link"] == f'<{BASE}{reply.headers["location"].removeprefix("/graphs/")}>; rel="canonical"'


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "mirror.example.org"])
def test_a_new_graph_is_found_by_its_location_at_whatever_address_is_used(writable: Writable, host: str) -> None:
    own = host.format(port=writable.port)
    reply = writable.write("/graphs", body=b"<> <urn:b> 1 .", Content_Type=TURTLE, Host=own)
    whole = f"http://{own}{reply.headers['location']}"
    for address in (whole, f"{BASE}{reply.headers['location'].removeprefix('/graphs/')}"):
        assert triples(writable.read(at(address), "application/n-triples", Host=own)) == 1


def test_the_default_graph_is_read_and_written(writable: Writable) -> None:
    before = triples(read(writable, "/graphs?default"))
    assert writable.write("/graphs?default", body=b"<urn:in-default> <urn:b> 1 .", Content_Type=TURTLE).status == 200
    assert triples(read(writable, "/graphs?default")) == before + 1
    assert writable.ask("<urn:in-default> <urn:b> 1")


def test_the_parts_of_a_form_are_merged_all_or_none(writable: Writable) -> None:
    def form(*parts: tuple[str, str]) -> Reply:
        texts = [
            f'--B\r\nContent-Disposition: form-data; name="f"; filename="f"\r\nContent-Type: {kind}\r\n\r\n{text}\r\n'
            for kind, text in parts
        ]
        body = "".join((*texts, "--B--\r\n")).encode()
        return writable.write(at("urn:form"), body=body, Content_Type="multipart/form-data; boundary=B")

    good = (TURTLE, "_:x <urn:b> 1 ."), ("application/n-triples", "_:x <urn:b> <urn:c> .")
    assert form(*good, (TURTLE, "_:x <urn:b>")).status == 400
    assert form(*good, ("image/png", "x")).status == 415
    assert read(writable, at("urn:form")).status == 404
    assert form(*good).status == 201
    subjects = {quad.subject for quad in parse(read(writable, at("urn:form")).body, format=RdfFormat.N_TRIPLES)}
    assert len(subjects) == 2  # blank nodes of different documents are different


@pytest.mark.parametrize("kind", [TURTLE, "application/rdf+xml", "application/ld+json", "application/n-triples"])
def test_a_graph_comes_in_each_format_and_goes_in_as_it_came(writable: Writable, kind: str) -> None:
    put(writable, at("urn:formats"), "<urn:a> <urn:b> 'é\"\\n'@en-gb, 1.5, true ; <urn:c> [ <urn:d> <urn:e> ] .")
    reply = writable.read(at("urn:formats"), kind)
    assert (reply.status, reply.type) == (200, kind)
    assert put(writable, at("urn:again"), reply.text, kind).status in (200, 201)
    assert triples(read(writable, at("urn:again"))) == 5


def test_head_is_like_get_without_the_body(writable: Writable) -> None:
    put(writable, at("urn:head"), "<urn:a> <urn:b> 1 .")
    got, head = (writable.read(at("urn:head"), TURTLE, method) for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers["etag"] == got.headers["etag"]
    # An engine may write the same graph in another order, on disk or in memory.
    assert got.headers["etag"].endswith(f'-{digest(got.body, b"turtle")}"')


@pytest.mark.parametrize(
    ("method", "path", "kind", "body", "status"),
    [
        ("PUT", "/graphs", TURTLE, b"", 400),
        ("PUT", "/graphs?graph=relative", TURTLE, b"", 400),
        ("PUT", "/graphs?graph=urn:a&graph=urn:b", TURTLE, b"", 400),
        ("PUT", "/graphs?graph=urn:a&default", TURTLE, b"", 400),
        ("PUT", "/graphs?default=yes", TURTLE, b"", 400),
        ("PUT", "/graphs?graph=urn:bad", TURTLE, b"<urn:a> <urn:b> 1 . <urn:c>", 400),
        ("PUT", "/graphs?graph=urn:bad", "application/trig", b"<urn:g> { <urn:a> <urn:b> 1 }", 400),
        ("PUT", "/graphs?graph=urn:bad", "application/rdf+xml", b"<!DOCTYPE a><a/>", 400),
        ("PUT", "/graphs?graph=urn:bad", "application/ld+json", b'{"@context": "http://127.0.0.1:9/", "a": 1}', 400),
        ("PUT", "/graphs?graph=urn:bad", "application/ld+json", b"[" * 9_000, 413),
        ("PUT", "/graphs?graph=urn:bad", TURTLE, b"#" * 600_000, 413),
        ("PUT", "/graphs?graph=urn:bad", "image/png", b"x", 415),
        ("PUT", "/graphs?graph=urn:bad", f"{TURTLE}; charset=utf-16", b"x", 415),
        ("PUT", "/graphs?graph=urn:bad", "", b"x", 415),
        ("POST", "/graphs?graph=urn:bad", "multipart/form-data; boundary=B", b"--B--\r\n", 400),
        ("PATCH", "/graphs?graph=urn:bad", "text/plain", b"x", 405),
    ],
)
def test_each_kind_of_bad_write_has_its_status_and_no_effect(
    writable: Writable, method: str, path: str, kind: str, body: bytes, status: int
) -> None:
    before = Store(writable.store).current().id
    reply = writable.write(path, method, body, **({"Content_Type": kind} if kind else {}))
    assert (reply.status, reply.type) == (status, "application/problem+json")
    assert Store(writable.store).current().id == before


def test_a_compressed_body_is_not_unpacked(writable: Writable) -> None:
    reply = put(writable, at("urn:bad"), "x", Content_Encoding="gzip")
    assert reply.status == 415


@pytest.mark.parametrize("body", ["", "<urn:a> <urn:b> 1 ."])
def test_a_graph_with_too_long_an_iri_is_refused_even_if_it_is_empty(writable: Writable, body: str) -> None:
    assert put(writable, at("http://a/" + "x" * 2_040), body).status == 400


def test_nothing_acceptable_is_406(writable: Writable) -> None:
    assert writable.read("/graphs?default", "image/png").status == 406


def test_reading_is_open_and_writing_needs_the_token(writable: Writable, send: Send) -> None:
    assert send("/graphs?default", TURTLE).status == 200
    for method in ("PUT", "POST", "DELETE"):
        assert writable.read("/graphs?default", None, method, b"", Content_Type=TURTLE).status == 401
        assert send("/graphs?default", None, method, b"", Content_Type=TURTLE).status == 403


@pytest.mark.parametrize("accept", [TURTLE, "application/ld+json", "application/json"])
def test_the_tag_of_any_format_can_be_a_condition(writable: Writable, accept: str) -> None:
    path = at(f"urn:read-as-{accept}")
    put(writable, path, "<urn:a> <urn:b> 1 .")
    tag = writable.read(path, accept).headers["etag"]
    assert put(writable, path, "<urn:a> <urn:b> 2 .", If_Match=tag).status == 200


def test_a_write_can_depend_on_what_was_read(writable: Writable) -> None:
    path = at("urn:condition")
    assert put(writable, path, "<urn:a> <urn:b> 1 .", If_Match="*").status == 412
    assert put(writable, path, "<urn:a> <urn:b> 1 .", If_None_Match="*").status == 201
    assert put(writable, path, "<urn:a> <urn:b> 2 .", If_None_Match="*").status == 412
    tag = writable.read(path, TURTLE).headers["etag"]
    assert put(writable, path, "<urn:a> <urn:b> 2 .", If_Match=tag).status == 200
    assert put(writable, path, "<urn:a> <urn:b> 3 .", If_Match=tag).status == 412
    assert writable.read(path, TURTLE, If_None_Match=tag).status == 200
    assert b'"2"' in read(writable, path).body


XSD = "http://www.w3.org/2001/XMLSchema#"
REWRITTEN = {
    f'"1.0"^^<{XSD}decimal>': f'"1"^^<{XSD}decimal>',
    f'"1e0"^^<{XSD}double>': f'"1"^^<{XSD}double>',
    f'"01"^^<{XSD}integer>': f'"1"^^<{XSD}integer>',
    f'"7"^^<{XSD}nonNegativeInteger>': f'"7"^^<{XSD}integer>',
    f'"2024-01-01T00:00:00+00:00"^^<{XSD}dateTime>': f'"2024-01-01T00:00:00Z"^^<{XSD}dateTime>',
    f'"2024-01-01T00:00:00.50Z"^^<{XSD}dateTime>': f'"2024-01-01T00:00:00.5Z"^^<{XSD}dateTime>',
}
KEPT = ["<urn:x>", '"a\\"b"', '"a"@en-gb', f'"2024-01-01Z"^^<{XSD}date>', f'"2024-01-01T00:00:00.5Z"^^<{XSD}dateTime>']


@pytest.mark.parametrize("term", [*REWRITTEN, *KEPT])
def test_terms_change_only_as_the_engine_itself_changes_them(writable: Writable, term: str) -> None:
    line = f"<urn:a> <urn:b> {term} ."
    put(writable, at("urn:term"), line, "application/n-triples")
    engine = EmbeddedGraph()
    engine.load(line.encode(), format=RdfFormat.N_TRIPLES)
    served = read(writable, at("urn:term")).body
    assert served == engine.engine.dump(format=RdfFormat.N_QUADS)
    assert served.decode() == f"<urn:a> <urn:b> {REWRITTEN.get(term, term)} .\n"


def test_the_log_names_the_graph_and_no_other_parameter(writable: Writable) -> None:
    put(writable, at("urn:named") + "&utm_note=" + quote("not this"), "<urn:a> <urn:b> 1 .")
    newest = logged(Store(writable.store))[-1].read_text(encoding="utf-8")
    assert 'H request "PUT /graphs?graph=urn:named" .' in newest
    assert "not this" not in newest
