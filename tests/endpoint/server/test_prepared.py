"""A prepared answer has the same bytes as one that the parser and the application give."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from endpoint.app import create_app, server
from endpoint.server.environ import RequestOrigin
from endpoint.server.http_server import HttpServer
from endpoint.server.prepared import LONGEST_KEY, RARE, READ, key
from endpoint.server.request import RequestHead, RequestReader
from endpoint.site.log import Log
from kg.settings import Settings
from kg.workers.workers import Workers
from tests.endpoint.conftest import Writable
from tests.endpoint.running import Records, run
from tests.examples import most

EVENT = b"/doc/event/2011-11-08/abcdefghij"
LONG_WAY = b"If-Unmodified-Since: Tue, 08 Nov 2011 00:00:00 GMT\r\n"
"""A field with which a request takes the long way, and which nobody heeds."""
_DATE = re.compile(rb"(?m)^Date: [^\r]*\r\n")


@dataclass
class Watched:
    """A server of the small graph, its log, and how often its application was called."""

    running: HttpServer
    records: Records
    asked: list[str]

    @property
    def port(self) -> int:
        return self.running.port


@contextmanager
def watched(settings: Settings, workers: Workers) -> Iterator[Watched]:
    """Run a server that counts the requests to its application."""
    app = create_app(settings, workers)
    log: Log = app.extensions[Log.__name__]
    found = Watched(server(app, settings), Records(log), [])
    application = log.application

    def counted(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        found.asked.append(environ["REQUEST_URI"])
        return application(environ, start)

    log.application = counted
    with run(found.running):
        yield found


@pytest.fixture(scope="module")
def direct(settings: Settings, workers: Workers) -> Iterator[Watched]:
    with watched(replace(settings, trusted_proxy="", idle_seconds=60.0), workers) as found:
        yield found


@pytest.fixture(scope="module")
def proxied(settings: Settings, workers: Workers) -> Iterator[Watched]:
    with watched(replace(settings, trusted_proxy="127.0.0.1", idle_seconds=60.0), workers) as found:
        yield found


class Client:
    """A connection that sends requests one after another, and knows where an answer ends."""

    def __init__(self, port: int) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._buffer = b""
        self.port = port

    def ask(self, sent: bytes) -> bytes:
        """Return the answer to a request without its date."""
        self._connection.sendall(sent)
        head = self._until(b"\r\n\r\n")
        bodiless = sent.startswith(b"HEAD") or head.split(b" ")[1] in (b"304", b"204")
        body = b"" if bodiless else self._body(head.lower())
        if b"\r\nconnection: close" in head.lower():
            self.close()
            self.__init__(self.port)
        return _DATE.sub(b"", head) + body

    def _body(self, head: bytes) -> bytes:
        if b"transfer-encoding: chunked" in head:
            return self._until(b"0\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        return self._exactly(int(length[1])) if length else b""

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._receive()
        return self._exactly(self._buffer.index(end) + len(end))

    def _exactly(self, length: int) -> bytes:
        while len(self._buffer) < length:
            self._receive()
        found, self._buffer = self._buffer[:length], self._buffer[length:]
        return found

    def _receive(self) -> None:
        part = self._connection.recv(65_536)
        assert part, "the connection has ended"
        self._buffer += part

    def close(self) -> None:
        self._connection.close()


@contextmanager
def client(port: int) -> Iterator[Client]:
    found = Client(port)
    try:
        yield found
    finally:
        found.close()


def request(line: bytes, *fields: bytes) -> bytes:
    return b"\r\n".join((line, *fields, b"\r\n"))


DOCUMENTS = (
    *(EVENT, EVENT + b".ttl", EVENT + b".html", EVENT + b".jsonld", EVENT + b"?page=1", b"/", b"/vocab"),
    *(b"/doc/event/2011-11-08/%61bcdefghij", b"http://127.0.0.1:8000" + EVENT, b"http://evil.example" + EVENT),
)
OTHERS = (
    *(EVENT.replace(b"/doc", b""), b"//", b"/" + EVENT, EVENT + b"/", EVENT + b"?page=x", EVENT + b"#part", b"*"),
    *(b"/doc/event/none", "/doc/entity/en/Höms".encode(), b"/sparql?query=ASK", b"/healthz", b"/style.css"),
)
FIELDS = (
    *(b"Accept: text/turtle", b"Accept: text/html", b"accept: application/ld+json;q=0.9, text/turtle;q=0.8"),
    *(b"Accept: image/png", b"Accept: ", b"Accept-Language: zh", b"Accept-Language: en;q=0.1, *"),
    *(b"Accept-Encoding: gzip", b"Accept-Encoding: br, gzip;q=0", b"If-None-Match: *", b'If-None-Match: "x"'),
    *(b"If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", b"If-Modified-Since: yesterday", b'If-Match: "x"'),
    *(b"Range: bytes=0-9", b"If-Range: x", b"Connection: close", b"Connection: keep-alive", b"User-Agent: a"),
    *(b"X-Forwarded-For: 203.0.113.7", b"X-Forwarded-Proto: https", b"X-Forwarded-Proto: gopher", b"Forwarded: for=a"),
    *(b"X-Forwarded-Host: evil.example", b"Accept_Language: zh", b"Content-Length: 0", b"Expect: 100-continue"),
    *(b"Authorization: Bearer x", b"Accept-Datetime: Tue, 08 Nov 2011 00:00:00 GMT", b"Upgrade: h2c", b"Origin: null"),
    *(b"Cookie: a=b", b"Cache-Control: no-cache", b"Broken Field: 1", b"Host: 127.0.0.1:8000"),
)
HOSTS = (
    b"Host: 127.0.0.1:8000",
    b"Host: localhost:99",
    b"host:127.0.0.1",
    b"Host: evil.example",
    b"Host: a b",
    b"X: y",
)
METHODS = (*[b"GET"] * 8, b"HEAD", b"HEAD", b"OPTIONS", b"POST", b"get")
LINES = st.tuples(
    st.sampled_from(METHODS),
    st.sampled_from((*DOCUMENTS * 2, *OTHERS)),
    st.sampled_from((*[b"1.1"] * 9, b"1.0", b"9.9")),
)
REQUESTS = st.tuples(
    LINES.map(lambda parts: b"%b %b HTTP/%b" % parts),
    st.sampled_from((*HOSTS[:1] * 4, *HOSTS)),
    st.lists(st.sampled_from(FIELDS), max_size=4),
)


def compared(site: Watched, asked: list[tuple[bytes, bytes, list[bytes]]]) -> None:
    """Send each request three times, and compare each answer and its record with those from the application."""
    with client(site.port) as fast, client(site.port) as slow:
        for line, host, fields in asked:
            expected = slow.ask(request(line, host, *fields, LONG_WAY.rstrip()))
            for _ in range(3):
                assert fast.ask(request(line, host, *fields)) == expected


@given(st.lists(REQUESTS, min_size=1, max_size=6))
@examples(max_examples=most(120))
def test_a_prepared_answer_is_the_same_as_a_computed_one(
    direct: Watched, asked: list[tuple[bytes, bytes, list[bytes]]]
) -> None:
    compared(direct, asked)


@given(st.lists(REQUESTS, min_size=1, max_size=6))
@examples(max_examples=most(80))
def test_that_also_holds_behind_a_proxy(proxied: Watched, asked: list[tuple[bytes, bytes, list[bytes]]]) -> None:
    compared(proxied, asked)


CLIENT = (b"Host: 127.0.0.1:8000", b"Accept: text/turtle", b"User-Agent: a")


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
@pytest.mark.parametrize(
    "fields", [(), (b"Accept-Encoding: gzip",), (b"Accept: text/html",), (b"If-None-Match: *",), (b"Cookie: a=b",)]
)
def test_a_repeated_request_does_not_reach_the_application(
    settings: Settings, workers: Workers, method: bytes, fields: tuple[bytes, ...]
) -> None:
    sent = request(b"%b %b HTTP/1.1" % (method, EVENT), *(CLIENT if not fields else (CLIENT[0], *fields)))
    with watched(replace(settings, trusted_proxy="", idle_seconds=60.0), workers) as site, client(site.port) as one:
        first = [one.ask(sent) for _ in range(2)][-1]
        number = len(site.asked)
        assert [one.ask(sent) for _ in range(3)] == [first] * 3
        assert len(site.asked) == number
        records = site.records.wait(5)
    assert len({(one.method, one.path, one.client, one.status, one.size, one.outcome) for one in records}) == 1


def test_fields_that_no_route_reads_do_not_prevent_it(direct: Watched) -> None:
    with client(direct.port) as one:
        first = [one.ask(request(b"GET %b HTTP/1.1" % EVENT, *CLIENT)) for _ in range(2)][-1]
        number = len(direct.asked)
        for other in (b"User-Agent: b", b"Referer: http://a/", b"X-Forwarded-For: 203.0.113.7"):
            assert one.ask(request(b"GET %b HTTP/1.1" % EVENT, *CLIENT[:2], other)) == first
        assert len(direct.asked) == number


def test_a_date_is_that_of_the_answer(direct: Watched) -> None:
    sent = request(b"GET %b HTTP/1.1" % EVENT, *CLIENT)
    with socket.create_connection(("127.0.0.1", direct.port), timeout=20) as one:
        dates = []
        for _ in range(3):
            one.sendall(sent)
            head = one.recv(65_536)
            dates += re.findall(rb"\r\nDate: ([^\r]*)\r\n", head)
    assert len({parsedate_to_datetime(date.decode()).tzinfo for date in dates}) == 1
    assert len(dates) == 3


def test_the_log_has_the_client_that_a_trusted_proxy_names(settings: Settings, workers: Workers) -> None:
    with watched(replace(settings, trusted_proxy="127.0.0.1"), workers) as site, client(site.port) as one:
        for address in (b"203.0.113.7", b"203.0.113.8", b"203.0.113.8"):
            one.ask(request(b"GET %b HTTP/1.1" % EVENT, *CLIENT, b"X-Forwarded-For: " + address))
        records = site.records.wait(3)
    assert sorted(one.client for one in records) == ["203.0.113.7", "203.0.113.8", "203.0.113.8"]


def test_prepared_answers_are_dropped_with_their_version(writable: Writable) -> None:
    line = b"GET /doc/entity/en/Homs HTTP/1.1"
    with client(writable.port) as one:
        before = [one.ask(request(line, *CLIENT)) for _ in range(3)]
        assert len(set(before)) == 1
        thing = "<http://127.0.0.1:8000/entity/en/Homs>"
        writable.update(f'INSERT DATA {{ {thing} <http://www.w3.org/2000/01/rdf-schema#comment> "prepared anew" }}')
        assert b"prepared anew" in one.ask(request(line, *CLIENT))


def test_a_connection_that_was_answered_at_once_ends_when_it_is_idle(settings: Settings, workers: Workers) -> None:
    with watched(replace(settings, idle_seconds=0.3), workers) as site, client(site.port) as one:
        for _ in range(4):
            one.ask(request(b"GET %b HTTP/1.1" % EVENT, *CLIENT))
        with pytest.raises(AssertionError, match="has ended"):
            one._receive()


@pytest.mark.parametrize("stays", [True, False])
def test_a_slow_reader_is_waited_for(settings: Settings, workers: Workers, stays: bool) -> None:
    sent = request(b"GET %b HTTP/1.1" % EVENT, *CLIENT)
    logged = threading.Semaphore(0)
    with watched(settings, workers) as site, client(site.port) as one:
        whole = [one.ask(sent) for _ in range(3)][-1]
        log: Log = site.running.app.extensions[Log.__name__]
        log.observers.append(lambda _: logged.release())
        number = 1
        one._connection.sendall(sent)
        while logged.acquire(timeout=0.5):  # until the answers fill what the kernel holds
            one._connection.sendall(sent)
            number += 1
        if stays:
            answers = [one.ask(b"") for _ in range(number)]
            assert answers == [whole] * number
            assert one.ask(sent) == whole
        else:
            one.close()
            assert site.records.wait(1, lambda one: one.outcome == "client gone")


def head(text: bytes) -> RequestHead:
    reader = RequestReader(10_000, lambda _: 100)
    reader.feed(text)
    assert reader.head
    return reader.head


@pytest.mark.parametrize("name", sorted(RARE - {"transfer-encoding"}))
def test_rare_requests_are_answered_by_the_application(name: str) -> None:
    asked = head(request(b"GET / HTTP/1.1", b"Host: a", b"%b: 0" % name.encode()))
    assert key(asked, RequestOrigin("a")) is None


def test_a_key_has_the_fields_that_are_read_and_the_scheme() -> None:
    fields = [b"%b: %d" % (name.encode(), number) for number, name in enumerate(READ)]
    asked = head(request(b"GET / HTTP/1.1", *fields, b"Accept: x"))
    assert key(asked, RequestOrigin("a", "https")) == ("https", "0", "1, x", "2", "3", "4", "5")


def test_a_request_with_very_long_fields_is_not_prepared(direct: Watched) -> None:
    sent = request(b"GET %b HTTP/1.1" % EVENT, CLIENT[0], b"Accept: text/turtle, a/" + b"x" * LONGEST_KEY)
    with client(direct.port) as one:
        for _ in range(3):
            number = len(direct.asked)
            one.ask(sent)
            assert len(direct.asked) > number
