from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from endpoint.site import log
from endpoint.site.log import RequestRecord
from kg import errors
from kg.errors import ConfigurationError
from kg.settings import Settings
from tests.waiting import until

EVENTS = "SELECT ?event { ?event a <https://w3id.org/newsgraph/ns#Event> }"
TOKEN = "a-token-that-nobody-may-read"

Lines = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def lines(tmp_path: Path) -> Lines:
    """A function that returns the records of the access log once there are enough."""
    return lambda number=1: _read(tmp_path / "access.log", number)


def _read(file: Path, number: int = 1) -> list[dict[str, Any]]:
    # The record is written when the answer has been sent, so the client may have it earlier.
    until(lambda: file.exists() and file.read_bytes().count(b"\n") >= number)
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def logged(settings: Settings, serving, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Send requests to a server that writes both logs; each query counts as slow."""
    with serving(_logging(settings, tmp_path)) as send:
        yield send


def _logging(settings: Settings, folder: Path) -> Settings:
    logs = {"access_log": str(folder / "access.log"), "slow_query_log": str(folder / "slow.log")}
    return replace(settings, **logs, slow_query_seconds=0.0, query_workers=1)


def test_a_query_is_logged_with_its_hash_and_what_it_gave_but_not_its_text(logged, lines: Lines) -> None:
    reply = logged("/sparql", "text/csv", "POST", EVENTS.encode(), Content_Type="application/sparql-query")
    (one,) = lines()
    assert one.pop("time").endswith("Z")
    assert 0 < one.pop("seconds") < 60
    assert one == {
        "client": "127.0.0.1",
        "method": "POST",
        "path": "/sparql",
        "status": 200,
        "bytes": len(reply.body),
        "outcome": "ok",
        "snapshot": one["snapshot"],
        "query": hashlib.sha256(EVENTS.encode()).hexdigest()[:16],
        "rows": 3,
    }


def test_a_document_is_logged_without_what_only_queries_have(logged, lines: Lines) -> None:
    logged("/doc/event/2011-11-08/abcdefghij.ttl")
    assert lines()[0].keys() == {"time", "client", "method", "path", "status", "seconds", "bytes", "outcome"}


@pytest.mark.parametrize(
    ("query", "status", "outcome"),
    [
        ("SELEC", 400, "query syntax"),
        ("ASK { SERVICE <http://a.example/> {} }", 403, "query refused"),
        ("ASK " + "{" * 100, 400, "query too complex"),
        ("#" * 70_000, 413, "query too long"),
    ],
)
def test_the_outcome_says_how_a_query_ended(logged, lines: Lines, query: str, status: int, outcome: str) -> None:
    logged("/sparql", None, "POST", query.encode(), Content_Type="application/sparql-query")
    (one,) = lines()
    assert (one["status"], one["outcome"]) == (status, outcome)
    assert one["query"]


def test_neither_log_has_tokens_or_the_query_string_in_it(logged, lines: Lines, tmp_path: Path) -> None:
    logged(f"/search?q={TOKEN}")
    logged(f"/sparql?query=ASK%20%7B%7D&access_token={TOKEN}", Authorization=f"Bearer {TOKEN}")
    logged("/sparql", None, "POST", b"CLEAR ALL", Content_Type="application/sparql-update", Authorization=TOKEN)
    lines(3)
    assert TOKEN not in "".join(file.read_text() for file in tmp_path.glob("*.log"))


def test_the_text_of_a_slow_query_is_in_its_own_log(logged, lines: Lines, tmp_path: Path) -> None:
    logged("/sparql", None, "POST", EVENTS.encode(), Content_Type="application/sparql-query")
    logged("/")
    (one,) = _read(tmp_path / "slow.log")
    assert (one["text"], one["rows"], one["outcome"]) == (EVENTS, 3, "ok")
    assert one["query"] == lines()[0]["query"]
    assert one["work"] > 0


@pytest.mark.parametrize(
    "path", ["/%0A%7B%22status%22:200%7D", "/a%C2%85b%E2%80%A8c", "/%FF%1B[31m", "/" + "x" * 5_000]
)
def test_whatever_is_asked_a_record_stays_one_short_line(logged, lines: Lines, tmp_path: Path, path: str) -> None:
    assert logged(path).status == 404
    (one,) = lines()
    assert one["status"] == 404
    assert len((tmp_path / "access.log").read_bytes()) < 4_000


def test_a_request_that_cannot_be_parsed_is_logged_too(
    settings: Settings, serving, lines: Lines, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    here = serving(replace(_logging(settings, tmp_path), port=port))
    with here, socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
        while connection.recv(1_000):
            pass
    (one,) = lines()
    assert (one["status"], one["outcome"], one["client"]) == (400, "bad request", "127.0.0.1")


def test_a_head_request_is_logged_with_no_bytes(logged, lines: Lines) -> None:
    logged("/vocab.ttl", method="HEAD")
    assert lines()[0]["bytes"] == 0


def test_a_file_that_is_moved_away_is_written_anew(logged, lines: Lines, tmp_path: Path) -> None:
    logged("/healthz")
    lines()
    (tmp_path / "access.log").rename(tmp_path / "access.log.1")
    logged("/readyz")
    assert [one["path"] for one in lines()] == ["/readyz"]


def test_an_error_is_logged_by_its_class_in_words() -> None:
    assert log.outcome(errors.QueryTimeoutError("x")) == "query timeout"
    assert log.outcome(errors.ClientLimitError("x")) == "client limit"


def test_a_log_that_cannot_be_written_is_an_error_at_the_start(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        log.access_log(replace(settings, access_log=str(tmp_path / "nowhere" / "access.log")))


def test_a_log_that_can_no_longer_be_written_stops_nothing(
    logged, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "access.log").unlink()
    (tmp_path / "access.log").mkdir()
    assert logged("/healthz").status == 200
    until(lambda: "cannot be written" in caplog.text)


def test_a_log_may_go_to_standard_error(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    write = log.access_log(replace(settings, access_log="-"))
    assert write
    write(RequestRecord("GET", "/", "192.0.2.1", 0.0))
    assert json.loads(capsys.readouterr().err)["client"] == "192.0.2.1"


@contextmanager
def _logs() -> Iterator[tuple[log.Log, list[RequestRecord]]]:
    seen: list[RequestRecord] = []

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
        start("200 OK", [])
        yield b"abc"
        yield b"def"

    yield log.Log(application, [seen.append]), seen


def _environment() -> dict[str, Any]:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "REMOTE_ADDR": "192.0.2.1"}


def test_a_client_that_goes_away_before_the_end_is_noted() -> None:
    with _logs() as (application, seen):
        body = application(_environment(), lambda *_: None)
        next(iter(body))
        body.close()
    assert (seen[0].outcome, seen[0].size) == ("client gone", 3)


def test_a_body_without_a_length_is_counted() -> None:
    with _logs() as (application, seen):
        body = application(_environment(), lambda *_: None)
        assert b"".join(body) == b"abcdef"
        body.close()
    assert (seen[0].outcome, seen[0].size, seen[0].status) == ("ok", 6, 200)
