from __future__ import annotations

import json
import socket
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import RdfFormat, parse

EVENTS = "SELECT ?e { ?e a <https://w3id.org/newsgraph/ns#Event> }"
RESULTS = [
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
    "application/json",
    "text/html",
]
GRAPHS = ["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples", "application/trig"]
RUNAWAY = "SELECT (COUNT(*) AS ?n) {" + "".join(f"VALUES ?v{n} {{0 1 2 3 4 5 6 7 8 9}}" for n in range(12)) + "}"


def get(query: str, **parameters: str) -> str:
    return "/sparql?" + urlencode({"query": query, **parameters})


@pytest.mark.parametrize("accept", RESULTS)
def test_results_come_in_the_format_accepted(send, accept: str) -> None:
    for query in (EVENTS, "ASK {}"):
        reply = send(get(query), accept)
        varied = "Accept, Accept-Language" if accept == "text/html" else "Accept"
        assert (reply.status, reply.type, reply.headers["vary"]) == (200, accept, varied)


@pytest.mark.parametrize("accept", [*GRAPHS, "text/html"])
def test_graphs_come_in_the_format_accepted(send, accept: str) -> None:
    for query in ("CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <http://127.0.0.1:8000/entity/en/Homs>"):
        reply = send(get(query), accept)
        assert (reply.status, reply.type) == (200, accept)


def test_a_query_comes_in_the_address_in_a_form_or_as_the_body(send) -> None:
    form = urlencode({"query": EVENTS}).encode()
    replies = [
        send(get(EVENTS)),
        send("/sparql", None, "POST", form, Content_Type="application/x-www-form-urlencoded; charset=UTF-8"),
        send("/sparql", None, "POST", EVENTS.encode(), Content_Type="application/sparql-query; charset=utf-8"),
        send("/sparql", None, "QUERY", EVENTS.encode(), Content_Type="application/sparql-query"),
    ]
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 1


def test_a_format_is_chosen_by_a_parameter_only_where_it_fits(send) -> None:
    assert send(get(EVENTS, output="xml", results="xml"), "text/csv").type == "application/sparql-results+xml"
    assert send(get(EVENTS, format="csv"), "text/html").type == "text/csv"
    assert send(get("CONSTRUCT WHERE { ?s ?p ?o }", format="json"), "text/turtle").type == "text/turtle"


def test_the_dataset_of_the_protocol_is_used_and_nothing_is_fetched(send) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        query = "ASK { ?s ?p ?o }"
        for text, more in ((query, {"default-graph-uri": url}), (query.replace("{", f"FROM <{url}> {{"), {})):
            reply = json.loads(send(get(text, **more)).body)
            assert reply.get("boolean", False) is False
            assert reply.get("results", {"bindings": []})["bindings"] == []
        assert send(get(f"ASK {{ SERVICE <{url}> {{}} }}")).status == 403
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (get(""), 400),
        (get("ASK {"), 400),
        (get("INSERT DATA { <a:b> <a:b> 1 }"), 400),
        (get("ASK { SERVICE <http://127.0.0.1:9/> {} }"), 403),
        (get("ASK " + "{" * 100 + "}" * 100), 400),
        (get("#" * 70_000), 413),
        (get("ASK {}") + "&query=ASK%7B%7D", 400),
        ("/sparql?update=" + quote("CLEAR ALL"), 403),
        (get("ASK {}", timeout="soon"), 400),
        (get("ASK {}", timeout="-1"), 400),
        (get("ASK {}", **{"default-graph-uri": "no iri"}), 400),
    ],
)
def test_each_kind_of_bad_request_has_its_status(send, path: str, status: int) -> None:
    reply = send(path)
    assert (reply.status, reply.type) == (status, "application/problem+json")
    assert json.loads(reply.body)["status"] == status


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", b"ASK {}", 415),
        ("application/sparql-update", b"CLEAR ALL", 403),
        ("application/x-www-form-urlencoded", b"update=CLEAR+ALL", 403),
        ("application/x-www-form-urlencoded", b"a=b&" * 200, 413),
        ("application/sparql-query", b"\xffASK {}", 400),
        ("application/sparql-query; charset=utf-16", "ASK {}".encode("utf-16"), 415),
        ("application/x-www-form-urlencoded", b"", 400),
    ],
)
def test_each_kind_of_bad_body_has_its_status(send, kind: str, body: bytes, status: int) -> None:
    assert send("/sparql", None, "POST", body, Content_Type=kind).status == status


def test_a_body_that_is_too_long_is_refused_before_it_is_sent(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_compressed_body_is_not_unpacked(send) -> None:
    kind = {"Content_Type": "application/sparql-query", "Content_Encoding": "gzip"}
    assert send("/sparql", None, "POST", b"\x1f\x8b", **kind).status == 415


def test_nothing_acceptable_is_406(send) -> None:
    reply = send(get("ASK {}"), "image/png")
    assert reply.status == 406
    assert {"type": "text/csv", "href": "/sparql"} in json.loads(reply.body)["choices"]


def test_other_methods_are_405_with_allow(send) -> None:
    reply = send("/sparql", method="DELETE")
    assert reply.status == 405
    assert "POST" in reply.headers["allow"]


def test_a_syntax_error_has_line_and_column_in_json_and_html(send) -> None:
    problem = json.loads(send(get("SELECT *\n{ ?s ?p }")).body)
    assert problem["line"] == 2
    assert f"line 2, column {problem['column']}" in send(get("SELECT *\n{ ?s ?p }"), "text/html").text


def test_a_late_query_is_504_and_timeout_lowers_the_limit(send) -> None:
    reply = send(get(RUNAWAY, timeout="0.3"))
    assert reply.status == 504
    assert send(get("ASK {}")).status == 200


def test_the_service_describes_itself(send, port: int) -> None:
    reply = send("/sparql", "text/turtle")
    triples = set(parse(reply.body, format=RdfFormat.TURTLE))
    endpoint = "http://www.w3.org/ns/sparql-service-description#endpoint"
    assert {quad.object.value for quad in triples if quad.predicate.value == endpoint} == {
        f"http://127.0.0.1:{port}/sparql"
    }
    other = send("/sparql", "text/turtle", Host="evil.example").text
    assert "evil" not in other
    assert "<http://127.0.0.1:8000/sparql>" in other


def described(send) -> set[tuple[str, str]]:
    """Return the description of the service: local names of properties, and values."""
    triples = list(parse(send("/sparql", "application/n-triples").body, format=RdfFormat.N_TRIPLES))
    service = next(one.subject for one in triples if one.predicate.value.endswith("description#endpoint"))
    return {(one.predicate.value.rpartition("#")[2], one.object.value) for one in triples if one.subject == service}


def test_the_description_says_what_the_engine_does_and_no_more(send) -> None:
    said = described(send)
    languages = {value.rpartition("#")[2] for name, value in said if name == "supportedLanguage"}
    assert languages == {"SPARQL10Query", "SPARQL11Query"}
    assert ("feature", "http://www.w3.org/ns/sparql-service-description#EmptyGraphs") in said
    assert ("feature", "http://www.w3.org/ns/sparql-service-description#UnionDefaultGraph") not in said
    functions = [value for name, value in said if name == "extensionFunction"]
    assert "http://www.opengis.net/def/function/geosparql/distance" in functions
    for function in functions:
        assert send(get(f"ASK {{ BIND(<{function}>() AS ?x) }}")).status == 200
    assert send(get("ASK { FILTER(<urn:no-function>(1)) }")).status == 501
    formats = {value for name, value in said if name == "resultFormat"}
    assert len(formats) == 10
    assert not any(name == "inputFormat" for name, _ in said)


def test_the_description_counts_the_triples_and_points_to_the_catalogue(send) -> None:
    triples = list(parse(send("/sparql", "application/n-triples").body, format=RdfFormat.N_TRIPLES))
    said = {one.predicate.value: one.object.value for one in triples if one.subject.value.endswith("catalog#newsgraph")}
    count = json.loads(send(get("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")).body)["results"]["bindings"][0]["n"]["value"]
    assert said["http://rdfs.org/ns/void#triples"] == count
    assert said["http://www.w3.org/2000/01/rdf-schema#seeAlso"] == "http://127.0.0.1:8000/catalog"


@pytest.mark.parametrize("parameter", ["format", "timeout"])
def test_a_parameter_that_may_come_once_is_400_twice(send, parameter: str) -> None:
    assert send(get("ASK {}") + f"&{parameter}=1&{parameter}=1").status == 400


def test_head_is_like_get_without_the_body(send) -> None:
    for path, accept in ((get("ASK {}"), "text/csv"), ("/sparql", "text/turtle")):
        got, head = (send(path, accept, method) for method in ("GET", "HEAD"))
        assert (head.status, head.body) == (200, b"")
        assert head.headers["content-type"] == got.headers["content-type"]
        assert head.headers["content-length"] == str(len(got.body))


def test_browsers_get_the_form_and_a_table(send) -> None:
    assert "<textarea" in send("/sparql", "text/html,*/*;q=0.8").text
    table = send(get(EVENTS), "text/html,*/*;q=0.8").text
    assert 'href="/event/2011-11-08/abcdefghij"' in table
    assert "3 rows" in table
    assert ">Yes<" in send(get("ASK {}"), "text/html").text


def test_a_results_page_escapes_what_it_shows(send) -> None:
    query = "SELECT ?x { VALUES ?x { '<script>alert(1)</script>' <javascript:alert(1)> } }"
    page = send(get(query), "text/html").text
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


def test_an_answer_can_be_revalidated(send) -> None:
    tag = send(get(EVENTS)).headers["etag"]
    assert send(get(EVENTS), If_None_Match=tag).status == 304
    assert send(get(EVENTS), "text/csv").headers["etag"] != tag
