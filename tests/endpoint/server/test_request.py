"""How a request is read: what is refused, in whatever pieces it arrives, and what is ignored."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.server.request import RequestReader
from kg.errors import RequestRefusedError
from tests.endpoint.server.sockets import ask

FAR = ["Tue, 08 Nov 2011 12:00:00 +99999999999999999999", "Tue, 08 Nov 99999999999999999999 12:00:00 GMT"]
HEAD_BYTES = 2_000
LONGEST = 1_000
GET = b"GET /a%2Fb?x=%20 HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
CHUNKED = b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"


def reader() -> RequestReader:
    return RequestReader(HEAD_BYTES, lambda _: LONGEST)


def post(*fields: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join((b"POST / HTTP/1.1", b"Host: a", *fields, b"", body))


def get(*fields: bytes, line: bytes = b"GET / HTTP/1.1") -> bytes:
    return b"\r\n".join((line, *fields, b"", b""))


REFUSED = {
    "two lengths": (post(b"Content-Length: 3", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400),
    "two lengths, the other way": (post(b"Transfer-Encoding: chunked", b"Content-Length: 3", body=b"0\r\n\r\n"), 400),
    "two equal lengths": (post(b"Content-Length: 3", b"Content-Length: 3", body=b"abc"), 400),
    "a list of lengths": (post(b"Content-Length: 3, 3", body=b"abc"), 400),
    "a negative length": (post(b"Content-Length: -1"), 400),
    "a length with a sign": (post(b"Content-Length: +1", body=b"a"), 400),
    "a length without end": (post(b"Content-Length: 99999999999999999999999"), 400),
    "another coding": (post(b"Transfer-Encoding: gzip", body=b"abc"), 400),
    "chunked twice": (post(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"), 400),
    "chunked, then not": (post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"), 400),
    "a chunk of no size": (post(b"Transfer-Encoding: chunked", body=b"zz\r\n"), 400),
    "a chunk of any size": (post(b"Transfer-Encoding: chunked", body=b"ffffffffffffffffff\r\n"), 400),
    "chunks in HTTP/1.0": (get(b"Transfer-Encoding: chunked", line=b"POST / HTTP/1.0"), 400),
    "a body that is too long": (post(b"Content-Length: 1001"), 413),
    "chunks that are too long": (post(b"Transfer-Encoding: chunked", body=b"3e9\r\n" + b"x" * 1_001), 413),
    "chunks of nothing but extensions": (
        post(b"Transfer-Encoding: chunked", body=b"1;" + b"x" * 30_000 + b"\r\na\r\n"),
        400,
    ),
    "a trailer without end": (post(b"Transfer-Encoding: chunked", body=b"0\r\nX: " + b"x" * 30_000), 400),
    "no host": (get(), 400),
    "two hosts": (get(b"Host: a", b"Host: b"), 400),
    "a host that is none": (get(b'Host: a"><script>'), 400),
    "a head that is too long": (get(b"Host: a", b"X: " + b"x" * HEAD_BYTES), 431),
    "a head that does not end": (b"GET / HTTP/1.1\r\nX: " + b"x" * HEAD_BYTES, 431),
    "a method that nobody knows": (get(b"Host: a", line=b"BREW / HTTP/1.1"), 501),
    "a proxy": (get(b"Host: a", line=b"CONNECT a:1 HTTP/1.1"), 501),
    "another version": (get(b"Host: a", line=b"GET / HTTP/9.9"), 400),
    "no version": (b"GET /\r\n\r\n", 505),
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01", 400),
    "a space in the target": (get(b"Host: a", line=b"GET /a b HTTP/1.1"), 400),
    "a control character in the target": (get(b"Host: a", line=b"GET /a\x01b HTTP/1.1"), 400),
    "a folded request line": (get(b"Host: a", line=b"GET /robots.txt\r\n HTTP/1.1"), 400),
    "a folded field": (get(b"Host: a", b"X: a\r\n b"), 400),
    "a space before the colon": (get(b"Host : a"), 400),
    "a field without colon": (get(b"Host: a", b"X"), 400),
    "a zero byte": (get(b"Host: a", b"X: a\0b"), 400),
    "a bare carriage return": (get(b"Host: a", b"X: a\rb"), 400),
    "bare line feeds": (b"GET / HTTP/1.1\nHost: a\n\n", 400),
}


@pytest.mark.parametrize("name", REFUSED)
def test_ambiguous_and_endless_requests_are_refused(name: str) -> None:
    sent, status = REFUSED[name]
    with pytest.raises(RequestRefusedError) as caught:
        reader().feed(sent)
    assert caught.value.status == status


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_request_gets_an_answer_and_no_reset(port: int, name: str) -> None:
    sent, status = REFUSED[name]
    if status not in (413, 431) and "without end" not in name and "extensions" not in name:
        (answer,) = ask(port, sent)
        assert (answer.status, answer.fields["connection"]) == (status, "close")
        assert json.loads(answer.body)["status"] == status


@given(st.lists(st.integers(1, 60), max_size=40))
def test_requests_are_the_same_in_whatever_pieces_they_come(sizes: list[int]) -> None:
    sent, found, one = GET + POST + GET + CHUNKED, [], reader()
    while sent:
        size = sizes.pop() if sizes else len(sent)
        one.feed(sent[:size])
        sent = sent[size:]
        while one.is_complete:
            assert one.head
            found.append((one.head.method, one.head.target, one.body.read()))
            one.next()
    assert found == [
        ("GET", "/a%2Fb?x=%20", b""),
        ("POST", "/p", b"abc"),
        ("GET", "/a%2Fb?x=%20", b""),
        ("POST", "/c", b"abc"),
    ]


def test_a_request_right_after_a_chunked_body_is_not_answered_and_the_connection_says_so() -> None:
    one = reader()
    one.feed(CHUNKED + GET)
    assert (one.is_complete, one.body.read(), one.keeps_alive) == (True, b"abc", False)


def test_an_offer_to_upgrade_is_ignored() -> None:
    one = reader()
    offer = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMA")
    one.feed(post(*offer, b"Content-Length: 3", body=b"abc"))
    assert one.is_complete
    assert one.body.read() == b"abc"


def test_trailers_are_not_fields() -> None:
    one = reader()
    one.feed(CHUNKED[:-2] + b"Authorization: Bearer x\r\n\r\n")
    assert one.is_complete
    assert one.head
    assert one.head.value("authorization") is None


@pytest.mark.parametrize(
    "field", [b"X: " + b" " * 200_000 + b"x", b"X: " + b"\t " * 100_000 + b"x"], ids=["blanks", "tabs"]
)
def test_a_field_with_many_blanks_is_parsed_in_linear_time(port: int, field: bytes) -> None:
    sent = b"GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + field + b"\r\n\r\n"
    assert [one.status for one in ask(port, sent)] == [200]


@pytest.mark.parametrize("date", FAR)
@pytest.mark.parametrize(
    "path", ["/", "/vocab", "/catalog", "/feed/atom", "/sparql?query=ASK%7B%7D", "/dump/newsgraph.nt"]
)
def test_a_date_that_cannot_be_read_is_not_a_condition(send, path: str, date: str) -> None:
    for _ in range(2):  # the second answer may be a cached one
        assert send(path, None, If_Modified_Since=date).status == 200


@pytest.mark.parametrize("date", FAR)
def test_a_range_under_a_condition_that_cannot_be_read_is_not_sent(send, date: str) -> None:
    assert send("/dump/newsgraph.nt", None, Range="bytes=0-5", If_Range=date).status == 200


def test_half_a_surrogate_pair_can_be_the_key_of_a_query(send) -> None:
    batch = quote('{"\\ud800": {"query": "Homs"}}')
    reply = send(f"/reconcile?queries={batch}")
    assert reply.status in (200, 503)  # 503: the index is being made
    if reply.status == 200:
        assert list(json.loads(reply.body)) == ["\ud800"]
