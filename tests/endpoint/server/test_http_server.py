"""Limits on what connections may do and for how long, and fairness among many of them."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response

from endpoint.app import create_app, server
from endpoint.server.crowd import Crowd
from endpoint.site.log import Log
from kg.settings import Settings
from kg.workers.workers import Workers
from tests.endpoint.running import Records, run
from tests.endpoint.server.sockets import answers, ask, exchange, received

GET = b"GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
READY = HEALTH.replace(b"healthz", b"readyz")
DOCUMENT = b"GET /doc/event/2011-11-08/abcdefghij.ttl HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
WAIT = b"GET /search/wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
SLOW = {
    "a header": b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
    "a body": b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nab",
    "a body in chunks": b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na",
}
LARGE = 50_000_000


class Site:
    """A server of the small graph with some views of its own, and its log records."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)
        app.add_url_rule("/search/wait", "wait", self._wait)
        app.add_url_rule("/large", "large", lambda: Response(b"x" * LARGE))
        app.add_url_rule("/parts", "parts", lambda: Response(iter([b"one, ", b"", b"two"])))
        app.add_url_rule("/short", "short", lambda: Response(iter([b"one"]), headers={"Content-Length": "10"}))
        app.add_url_rule("/broken", "broken", lambda: Response(self._broken()))
        self.records = Records(app.extensions[Log.__name__])
        self.running = server(app, settings)
        self.port = self.running.port

    def _wait(self) -> str:
        self.entered.release()
        assert self.gate.wait(20)
        return "done"

    def _broken(self) -> Iterator[bytes]:
        yield b"one"
        raise OSError("the disk is gone")


Start = Callable[..., AbstractContextManager[Site]]


@pytest.fixture
def start(settings: Settings, workers: Workers) -> Start:
    """Start a server with settings of its own."""

    @contextmanager
    def started(**own: Any) -> Iterator[Site]:
        given = replace(settings, **own)
        site = Site(create_app(given, workers), given)
        with run(site.running):
            try:
                yield site
            finally:
                site.gate.set()

    return started


def connected(stack: ExitStack, port: int, sent: bytes = b"") -> socket.socket:
    found = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
    found.sendall(sent)
    return found


def until_it_ends(connection: socket.socket) -> bytes:
    """Return all bytes that arrive, even before a reset."""
    data = bytearray()
    with suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            data += part
    return bytes(data)


@pytest.mark.parametrize("name", SLOW)
def test_a_client_that_is_too_slow_gets_an_error_and_is_disconnected(start: Start, name: str) -> None:
    with start(header_seconds=0.2, body_seconds=0.2) as site:
        (answer,) = ask(site.port, SLOW[name])
        assert (answer.status, json.loads(answer.body)["status"]) == (408, 408)
        assert [(one.status, one.outcome) for one in site.records.wait(1)] == [(408, "request timeout")]


def test_slowly_sent_bytes_do_not_extend_a_deadline(start: Start) -> None:
    came, began = threading.Event(), time.monotonic()
    with start(header_seconds=0.5) as site, ExitStack() as stack:
        one = connected(stack, site.port, SLOW["a header"])

        def send_slowly() -> None:
            with suppress(ConnectionError):
                while not came.wait(0.02):
                    one.sendall(b"x")

        sending = threading.Thread(target=send_slowly)
        sending.start()
        try:
            data = one.recv(100)  # as long as it takes, since bytes are sent meanwhile
        finally:
            came.set()
            sending.join()
        assert data.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began >= 0.5


def test_a_connection_without_a_request_ends_in_silence(start: Start) -> None:
    with start(idle_seconds=0.2) as site:
        assert exchange(site.port, b"") == b""
        assert [one.status for one in answers(exchange(site.port, GET))] == [200]


@pytest.mark.parametrize(
    "kind", [b"Content-Length: 50000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n2faf080\r\n"]
)
def test_a_client_that_sends_too_much_reads_the_reason_before_the_connection_closes(port: int, kind: bytes) -> None:
    (answer,) = ask(port, b"POST /sparql HTTP/1.1\r\nHost: a\r\n" + kind + b"x" * LARGE)
    assert (answer.status, answer.fields["connection"]) == (413, "close")


def test_an_expect_header_is_answered_with_continue_or_an_error(port: int) -> None:
    expecting = b"POST /sparql HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        one.sendall(expecting + b"Content-Type: application/sparql-query\r\nContent-Length: 6\r\n\r\n")
        assert one.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        one.sendall(b"ASK {}")
        assert received(one).startswith(b"HTTP/1.1 200 ")
    assert [one.status for one in ask(port, expecting + b"Content-Length: 99999999\r\n\r\n")] == [413]


def test_requests_that_are_sent_together_are_answered_in_order(port: int) -> None:
    missing = GET.replace(b"robots.txt", b"nothing")
    assert [one.status for one in ask(port, GET + missing + GET * 500 + LAST)] == [200, 404, *[200] * 501]


def test_a_connection_goes_on_or_ends_as_its_client_wants(port: int) -> None:
    old = GET.replace(b"1.1", b"1.0")
    assert [one.fields["connection"] for one in ask(port, old)] == ["close"]
    kept = old.replace(b"Host: a", b"Connection: keep-alive")
    assert [one.fields["connection"] for one in ask(port, kept + old)] == ["keep-alive", "close"]
    assert [one.fields.get("connection") for one in ask(port, GET + LAST)] == [None, "close"]


def test_a_client_that_sends_no_more_may_still_read(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        one.sendall(DOCUMENT.replace(b"Connection: close\r\n", b""))
        one.shutdown(socket.SHUT_WR)
        assert [found.status for found in answers(received(one))] == [200]


@pytest.mark.parametrize(
    "path", [b"/", b"/doc/event/2011-11-08/abcdefghij.ttl", b"/dump/newsgraph.nt", b"/sparql?query=ASK%7B%7D"]
)
def test_head_has_the_fields_of_get_and_no_body(port: int, path: bytes) -> None:
    get = LAST.replace(b"/robots.txt", path)
    (whole,), (head,) = ask(port, get), answers(exchange(port, get.replace(b"GET", b"HEAD")) + b"")
    assert head.body == b""
    of_the_moment = {"date", "cache-status"}  # what was asked earlier is kept
    assert {name: value for name, value in whole.fields.items() if name not in of_the_moment} == {
        name: value for name, value in head.fields.items() if name not in of_the_moment
    }


def test_a_part_of_a_file_is_sent(port: int) -> None:
    dump = LAST.replace(b"/robots.txt", b"/dump/newsgraph.nt")
    (whole,), (part,) = ask(port, dump), ask(port, dump.replace(b"Host", b"Range: bytes=10-99\r\nHost"))
    assert (part.status, part.body) == (206, whole.body[10:100])


def test_a_body_of_unknown_length_goes_in_chunks_or_to_the_end(start: Start) -> None:
    with start() as site:
        chunked = exchange(site.port, LAST.replace(b"/robots.txt", b"/parts")).partition(b"\r\n\r\n")[2]
        assert chunked == b"5\r\none, \r\n3\r\ntwo\r\n0\r\n\r\n"
        plain = exchange(site.port, b"GET /parts HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")[2]
        assert plain == b"one, two"


@pytest.mark.parametrize("path", [b"/short", b"/broken"])
def test_an_incomplete_body_is_not_mistaken_for_a_complete_one(start: Start, path: bytes) -> None:
    with start() as site, ExitStack() as stack:
        data = until_it_ends(connected(stack, site.port, GET.replace(b"/robots.txt", path)))
        assert b"one" in data
        assert not data.endswith(b"0\r\n\r\n")
        assert len(data.partition(b"\r\n\r\n")[2]) < 10


def test_a_client_that_does_not_read_occupies_no_thread_and_is_dropped(start: Start) -> None:
    with start(threads=2, send_seconds=0.3) as site, ExitStack() as stack:
        stuck = [connected(stack, site.port, LAST.replace(b"/robots.txt", b"/large")) for _ in range(5)]
        assert [one.status for one in ask(site.port, LAST)] == [200]
        assert site.records.wait(len(stuck), lambda one: one.outcome == "client gone")
        assert [one.status for one in ask(site.port, HEALTH)] == [200]
        assert all(len(until_it_ends(one)) < LARGE for one in stuck)


def test_documents_and_health_are_answered_while_queries_wait(start: Start) -> None:
    with start(threads=2) as site, ExitStack() as stack:
        waiting = [connected(stack, site.port, WAIT) for _ in range(20)]
        site.entered.acquire()
        assert [one.status for one in ask(site.port, DOCUMENT)] == [200]
        assert [one.status for one in ask(site.port, HEALTH)] == [200]
        assert json.loads(ask(site.port, HEALTH.replace(b"healthz", b"readyz"))[0].body)["status"] == "ready"
        site.gate.set()
        assert [answers(received(one))[0].body for one in waiting] == [b"done"] * 20


def test_a_client_without_a_place_in_the_queue_is_told_when_to_retry(start: Start) -> None:
    with start(threads=2, waiting_requests=1) as site, ExitStack() as stack:
        first = connected(stack, site.port, WAIT)
        site.entered.acquire()
        second = connected(stack, site.port, WAIT)
        (answer,) = ask(site.port, WAIT)
        assert (answer.status, int(answer.fields["retry-after"]) > 0) == (503, True)
        site.gate.set()
        assert [answers(received(one))[0].status for one in (first, second)] == [200, 200]


def test_a_client_that_left_before_its_turn_costs_no_work(start: Start) -> None:
    with start(threads=2) as site, ExitStack() as stack:
        first = connected(stack, site.port, WAIT)
        site.entered.acquire()
        with socket.create_connection(("127.0.0.1", site.port)) as second:
            second.sendall(WAIT)
            second.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            assert [one.status for one in ask(site.port, DOCUMENT)] == [200]
        assert site.records.wait(1, lambda one: one.status == 499)
        assert [one.status for one in ask(site.port, HEALTH)] == [200]
        site.gate.set()
        assert answers(received(first))[0].status == 200
        assert not site.entered.acquire(blocking=False)


@pytest.mark.parametrize("name", [*SLOW, "nothing"])
def test_many_slow_clients_keep_nobody_out(start: Start, name: str) -> None:
    with start(threads=4) as site, ExitStack() as stack:
        for _ in range(110):
            connected(stack, site.port, SLOW.get(name, b""))
        for sent in (LAST, DOCUMENT, HEALTH) * 5:
            assert [one.status for one in ask(site.port, sent)] == [200]


def test_the_connection_that_waited_longest_is_closed_if_there_are_too_many(start: Start) -> None:
    with start(connections=5) as site, ExitStack() as stack:
        slow = [connected(stack, site.port, SLOW["a header"]) for _ in range(5)]
        for _ in range(3):
            assert [one.status for one in ask(site.port, LAST)] == [200]
        assert until_it_ends(slow[0]) == b""
        slow[-1].sendall(b"x\r\nConnection: close\r\n\r\n")
        assert received(slow[-1]).startswith(b"HTTP/1.1 ")


class Member:
    """A fake connection with an owner that records whether it was closed."""

    def __init__(self, client: str | None) -> None:
        self.client = client
        self.evicted = False

    def evict(self) -> None:
        self.evicted = True

    def finish(self) -> None:
        self.evicted = True


def test_a_client_has_its_share_of_connections() -> None:
    crowd, mine, other = Crowd(100, 2), [Member("192.0.2.1") for _ in range(4)], Member("192.0.2.2")
    assert all(crowd.enter(one) for one in [*mine[:2], other])
    crowd.work(mine[0])
    assert crowd.enter(mine[2])
    assert [one.evicted for one in (*mine, other)] == [False, True, False, False, False]
    crowd.work(mine[2])
    assert not crowd.enter(mine[3])
    crowd.leave(mine[0])
    assert crowd.enter(mine[3])
    local = [Member(None) for _ in range(10)]
    assert all(crowd.enter(one) for one in local)
    assert len(crowd) == 13


def test_a_full_server_turns_a_client_away() -> None:
    crowd, members = Crowd(2, 0), [Member("a"), Member("b"), Member("c")]
    for one in members[:2]:
        assert crowd.enter(one)
        crowd.work(one)
    assert not crowd.enter(members[2])
    crowd.wait(members[1])
    assert crowd.enter(members[2])
    assert [one.evicted for one in members] == [False, True, False]


def test_ipv6_is_supported(start: Start) -> None:
    with start(host="::1") as site:
        assert [one.status for one in ask(site.port, LAST, "::1")] == [200]
        assert [one.client for one in site.records.wait(1)] == ["::1"]


def test_requests_in_progress_are_answered_before_the_server_stops(start: Start) -> None:
    with start() as site, ExitStack() as stack:
        idle, busy = (
            connected(stack, site.port, GET),
            connected(stack, site.port, WAIT.replace(b"Connection: close\r\n", b"")),
        )
        site.entered.acquire()
        assert idle.recv(15) == b"HTTP/1.1 200 OK"
        site.running.stop()
        assert received(idle).endswith(b"\n")
        site.gate.set()
        (answer,) = answers(received(busy))
        assert (answer.body, answer.fields["connection"]) == (b"done", "close")


def test_a_server_does_not_wait_forever_before_it_stops(start: Start) -> None:
    with start(drain_seconds=0.2) as site, ExitStack() as stack:
        busy = connected(stack, site.port, WAIT)
        site.entered.acquire()
        site.running.stop()
        assert busy.recv(10) == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_and_all_its_processes(served_store: Path, number: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    command = [sys.executable, "-m", "kg", "serve", "--store", str(served_store), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert "Serving snapshot" in process.stdout.readline()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        assert [one.status for one in ask(port, LAST)] == [200]
        process.send_signal(number)
        if number == signal.SIGTERM:  # it announces that it will close first
            while (ready := ask(port, READY)[0].status) == 200:  # the signal has not been seen yet
                pass
            assert ready == 503
        assert process.wait(30) == 0
        assert not children.exists()
        assert process.stdout.read().count("Traceback") == 0
