"""How waitress reads a request, and what is left out of it before anything else sees it."""

from __future__ import annotations

import json
import socket
from urllib.parse import quote

import pytest

FAR = ["Tue, 08 Nov 2011 12:00:00 +99999999999999999999", "Tue, 08 Nov 99999999999999999999 12:00:00 GMT"]


@pytest.mark.parametrize(
    "field",
    [b"X: " + b" " * 200_000 + b"x", b"X: " + b"\t " * 100_000 + b"x", b"X:" + b"\r\n " * 60_000 + b"x"],
    ids=["blanks", "tabs", "folded"],
)
def test_a_field_with_a_long_run_of_blanks_keeps_nobody_waiting(port: int, field: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + field + b"\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_request_whose_first_line_is_folded_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET /robots.txt\r\n HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.0 400")


@pytest.mark.parametrize("date", FAR)
@pytest.mark.parametrize(
    "path", ["/", "/vocab", "/catalog", "/feed/atom", "/sparql?query=ASK%7B%7D", "/dump/newsgraph.nt"]
)
def test_a_date_that_cannot_be_read_is_no_condition(send, path: str, date: str) -> None:
    for _ in range(2):  # the second answer may be one that is kept
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
