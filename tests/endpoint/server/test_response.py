from __future__ import annotations

import json

import pytest

from endpoint.server.request import RequestHead
from endpoint.server.response import begin, problem

GET = RequestHead("GET", "/", "1.1", (), keeps_alive=True)
OLD = RequestHead("GET", "/", "1.0", (), keeps_alive=True)
HEAD = RequestHead("HEAD", "/", "1.1", (), keeps_alive=True)


def fields(head: bytes) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\rb"])
def test_no_field_ends_before_its_end(value: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        begin("200 OK", [("Location", value)], GET, keeps_alive=True)


def test_headers_of_the_server_are_set_once_and_by_the_server() -> None:
    said = [("date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Connection", "keep-alive"), ("Content-Length", "1")]
    head, _ = begin("200 OK", said, GET, keeps_alive=False)
    assert head.lower().count(b"\r\ndate: ") == 1
    assert b"1970" not in head
    assert fields(head)["Connection"] == "close"


@pytest.mark.parametrize(
    ("request_head", "status", "said", "framed", "keeps_alive"),
    [
        (GET, "200 OK", [("Content-Length", "2")], b"ab", True),
        (GET, "200 OK", [], b"3\r\nabc\r\n", True),
        (OLD, "200 OK", [], b"abc", False),
        (HEAD, "200 OK", [("Content-Length", "2")], b"", True),
        (HEAD, "200 OK", [], b"", True),
        (GET, "304 Not Modified", [], b"", True),
        (GET, "204 No Content", [], b"", True),
        (None, "400 Bad Request", [], b"abc", False),
    ],
)
def test_a_body_is_framed_as_its_client_can_read_it(
    request_head: RequestHead | None, status: str, said: list[tuple[str, str]], framed: bytes, keeps_alive: bool
) -> None:
    head, framing = begin(status, said, request_head, keeps_alive=True)
    assert framing.framed(memoryview(b"abc")) == framed
    assert framing.keeps_alive == keeps_alive
    assert ("Transfer-Encoding" in fields(head)) == framing.chunked
    assert not framing.is_short


def test_a_body_that_is_shorter_than_announced_is_noticed() -> None:
    _, framing = begin("200 OK", [("Content-Length", "5")], GET, keeps_alive=True)
    assert framing.framed(memoryview(b"ab")) == b"ab"
    assert (framing.is_short, framing.is_complete) == (True, False)


def test_a_problem_can_be_read_by_scripts_elsewhere() -> None:
    line, said, body = problem(503, "busy")
    found = dict(said)
    assert line == "503 Service Unavailable"
    assert json.loads(body)["detail"] == "busy"
    assert found["Access-Control-Allow-Origin"] == "*"
    assert int(found["Retry-After"]) > 0
