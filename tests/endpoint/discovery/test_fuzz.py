"""Made-up queries and requests to a real server: each is answered with an error, and the server keeps answering."""

from __future__ import annotations

import socket
from contextlib import suppress

import hypothesis
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import most

PROBLEMS = {"application/problem+json", "application/json", "text/html", "text/plain"}
ANSWERS = {200, 400, 403, 406, 413, 415, 501, 503, 504}

TERMS = st.sampled_from(
    (
        "?s",
        "?p",
        "?o",
        "<http://a.example/>",
        "ng:Event",
        "rdf:type",
        "'x'@en",
        '"1"^^xsd:integer',
        "1.5e3",
        "true",
        "_:b",
    )
)


def joined(parts: st.SearchStrategy[str], separator: str) -> st.SearchStrategy[str]:
    return st.lists(parts, min_size=1, max_size=3).map(separator.join)


TRIPLE = st.tuples(TERMS, TERMS, TERMS).map(" ".join)
EXPRESSION = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(("=", "<", "+", "/", "&&", "IN")), inner).map(" ".join),
        st.tuples(st.sampled_from(("STR", "!", "IF", "REGEX", "CONCAT", "xsd:date", "COUNT")), joined(inner, ", ")).map(
            lambda pair: f"{pair[0]}({pair[1]})"
        ),
    ),
    max_leaves=6,
)
PATTERN = st.recursive(
    TRIPLE,
    lambda inner: st.one_of(
        joined(inner, " . "),
        st.tuples(
            st.sampled_from(("OPTIONAL", "MINUS", "GRAPH ?g", "UNION", "FILTER NOT EXISTS", "SERVICE ?x", "")), inner
        ).map(lambda pair: f"{pair[0]} {{ {pair[1]} }}"),
        EXPRESSION.map(lambda text: f"FILTER({text})"),
        EXPRESSION.map(lambda text: f"BIND({text} AS ?new)"),
    ),
    max_leaves=8,
)
FORM = st.sampled_from(
    (
        "SELECT *",
        "SELECT (COUNT(*) AS ?n)",
        "ASK",
        "CONSTRUCT { ?s ?p ?o } WHERE",
        "DESCRIBE ?s",
        "INSERT DATA",
        "SELEC",
    )
)
TAIL = st.sampled_from(
    ("", "LIMIT 3", "ORDER BY ?s", "GROUP BY ?p", "OFFSET 18446744073709551616", "VALUES ?s { 1 }", "}")
)
QUERY = st.tuples(FORM, PATTERN, TAIL).map(lambda parts: f"{parts[0]} {{ {parts[1]} }} {parts[2]}")
ACCEPTABLE = st.sampled_from(
    (None, "text/html", "text/csv", "application/ld+json", "application/json", "*/*;q=nan", "x")
)
VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
CONTENT = st.sampled_from(("application/sparql-query", "application/sparql-query;charset=x", "text/plain", "a/b;;=,"))


@given(query=st.one_of(QUERY, st.text(max_size=60)), accept=ACCEPTABLE)
def test_every_query_gets_an_answer(send, query: str, accept: str | None) -> None:
    body = query.encode(errors="surrogatepass")
    reply = send("/sparql", accept, "POST", body, Content_Type="application/sparql-query")
    assert reply.status in ANSWERS
    assert reply.status < 400 or reply.type in (
        "application/problem+json",
        "application/json",
        "text/html",
        "text/plain",
    )


@given(
    method=st.sampled_from(("GET", "HEAD", "POST", "QUERY", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW")),
    path=st.one_of(
        VISIBLE.map(lambda text: f"/{text}"),
        st.text(max_size=10).map(lambda text: "/" + "".join(f"%{byte:02X}" for byte in text.encode(errors="replace"))),
        st.sampled_from(
            ("/sparql?query=", "/sparql?query=ASK%7B%7D&timeout=", "/doc/", "/source?url=", "/search?q=")
        ).flatmap(lambda start: VISIBLE.map(start.__add__)),
    ),
    accept=st.one_of(ACCEPTABLE, st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)),
    content=CONTENT,
    body=st.one_of(st.none(), st.binary(max_size=60)),
)
def test_no_request_causes_an_internal_server_error(
    send, method: str, path: str, accept: str | None, content: str, body: bytes | None
) -> None:
    assert send(path, accept, method, body, Content_Type=content).status not in (0, 500, 502)


@hypothesis.settings(max_examples=most(50))
@given(st.lists(st.sampled_from((b"GET", b"POST", b" ", b"/", b"HTTP/1.1", b"\r\n", b"\n", b":", b"Host: x", b"\x00",
                                 b"Content-Length: 3", b"Transfer-Encoding: chunked", b"Expect: 100-continue", b"\xff",
                                 b"Content-Length: -1", b"0", b"ffffffffffffffff", b"\t", b";", b"Range: bytes=0-")),
                max_size=14).map(b"".join))  # fmt: skip
def test_after_any_bytes_the_next_request_is_answered(send, port: int, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection, suppress(OSError):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass
    assert send("/healthz").status == 200
