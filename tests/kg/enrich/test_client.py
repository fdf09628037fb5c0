"""An endpoint is asked politely, whatever it answers, and no other server is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from kg.enrich.client import Client
from kg.errors import ConfigurationError, QueryError, ResultTooLargeError
from kg.remote.courtesy import LONGEST_WAIT
from kg.settings import Settings
from tests.kg.enrich.conftest import NOTHING, START, Bad, FakeTime, http
from tests.kg.remote.servers import peer

SETTINGS = Settings(enrich_rate=1_000.0, enrich_retries=3, enrich_seconds=5.0)
QUERY = "SELECT ?asked ?property ?value { ?asked ?property ?value }"
TERM = {"type": "uri", "value": "http://example.org/a"}
ONE = json.dumps({"head": {}, "results": {"bindings": [{"asked": TERM, "property": TERM, "value": TERM}]}})
PACE = 1 / 1_000


def client(bad: Bad, time: FakeTime, **changes: Any) -> Client:
    return Client(bad.address, replace(SETTINGS, **changes), time.clock)


def pauses(time: FakeTime) -> list[float]:
    """Return the waits after failures, without those that limit the rate."""
    return [wait for wait in time.waits if wait > PACE]


def test_a_query_is_posted_with_a_name_and_a_contact(bad: Bad, time: FakeTime) -> None:
    bad.replies = [http(ONE)]
    asking = client(bad, time, enrich_contact="kg@example.org")
    assert len(asking.ask(QUERY)) == 1
    head = bad.heads[0].lower()
    assert head.startswith("post /sparql ")
    assert "\r\naccept: application/sparql-results+json\r\n" in head
    assert "\r\nuser-agent: newsgraph/" in head
    assert "(kg enrich; kg@example.org)" in head
    assert bad.queries == [QUERY]


@pytest.mark.parametrize("contact", ["a\r\nX: y", "a\x00", "é", "a)b", "a\\"])
def test_a_contact_cannot_break_the_header(contact: str, bad: Bad, time: FakeTime) -> None:
    with pytest.raises(ConfigurationError, match="enrich_contact"):
        client(bad, time, enrich_contact=contact)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.org",
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://",
        "http://[::1",
        "http://a:99999/",
        "http://a:0/",
    ],
)
def test_only_http_addresses_are_asked(address: str, time: FakeTime) -> None:
    with pytest.raises(ConfigurationError, match="http"):
        Client(address, SETTINGS, time.clock)


def test_an_address_with_a_password_is_refused_since_it_is_published(time: FakeTime) -> None:
    with pytest.raises(ConfigurationError, match="password"):
        Client("https://me:secret@example.org/sparql", SETTINGS, time.clock)


@pytest.mark.parametrize("changes", [{"enrich_rate": 0.0}, {"enrich_seconds": 0.0}])
def test_a_rate_or_a_time_of_zero_is_refused(changes: dict[str, float], bad: Bad, time: FakeTime) -> None:
    with pytest.raises(ConfigurationError, match="more than 0"):
        client(bad, time, **changes)


def test_requests_keep_the_rate(bad: Bad, time: FakeTime) -> None:
    asking = client(bad, time, enrich_rate=0.5)
    for _ in range(3):
        asking.ask(QUERY)
    assert time.waits == [2.0, 2.0]


def test_time_that_has_already_passed_is_not_waited_for(bad: Bad, time: FakeTime) -> None:
    asking = client(bad, time, enrich_rate=0.5)
    asking.ask(QUERY)
    time.passed += 1.5
    asking.ask(QUERY)
    assert time.waits == [0.5]


# ---- Failures that may pass.


@pytest.mark.parametrize("status", ["429 Too Many Requests", "500 Error", "502 Bad Gateway", "503 Busy", "504 Timeout"])
def test_a_temporary_failure_is_retried_with_growing_delays(status: str, bad: Bad, time: FakeTime) -> None:
    bad.replies = [http("", status)] * 3 + [http(ONE)]
    asking = client(bad, time)
    assert len(asking.ask(QUERY)) == 1
    assert pauses(time) == [1.0, 2.0, 4.0]
    assert (asking.requests, asking.repeated) == (4, 3)


def test_a_persistent_failure_is_an_error_in_the_end(bad: Bad, time: FakeTime) -> None:
    bad.replies = [http('{"detail": "too much work"}', "503 Busy")]
    with pytest.raises(QueryError, match=r"failed 4 times.*503: too much work"):
        client(bad, time).ask(QUERY)
    assert len(bad.heads) == 4


def test_retry_after_in_seconds_is_respected(bad: Bad, time: FakeTime) -> None:
    bad.replies = [http("", "429 Too Many Requests", Retry_After="120"), http(ONE)]
    client(bad, time).ask(QUERY)
    assert pauses(time) == [120.0]


def test_retry_after_as_a_date_is_respected(bad: Bad, time: FakeTime) -> None:
    date = format_datetime(START + timedelta(seconds=90), usegmt=True)
    bad.replies = [http("", "503 Busy", Retry_After=date), http(ONE)]
    client(bad, time).ask(QUERY)
    assert pauses(time) == [pytest.approx(90.0)]


@pytest.mark.parametrize(
    "after", ["", "soon", "-5", "1.5", "Mon, 23 Nov 2026 07:00:00 GMT", "Mon, 99 Nov 2026 07:00:00 GMT", "0", "²"]
)
def test_an_empty_retry_after_leaves_the_usual_wait(after: str, bad: Bad, time: FakeTime) -> None:
    bad.replies = [http("", "503 Busy", Retry_After=after.encode().decode("latin-1")), http(ONE)]
    client(bad, time).ask(QUERY)
    assert pauses(time) == [1.0]


def test_an_endpoint_that_asks_to_wait_too_long_is_left_alone(bad: Bad, time: FakeTime) -> None:
    bad.replies = [http("", "429 Too Many Requests", Retry_After=str(round(LONGEST_WAIT) + 1))]
    with pytest.raises(QueryError, match="come back in 601 seconds"):
        client(bad, time).ask(QUERY)
    assert pauses(time) == []
    assert len(bad.heads) == 1


def test_the_wait_between_failures_has_a_bound(bad: Bad, time: FakeTime) -> None:
    bad.replies = [http("", "503 Busy")]
    with pytest.raises(QueryError, match="failed 13 times"):
        client(bad, time, enrich_retries=12).ask(QUERY)
    assert max(pauses(time)) == LONGEST_WAIT


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"nonsense\r\n\r\n",
        http(ONE)[:-20],
        http(ONE[:-20]),
        http("", Content_Length="10000000"),
        http(ONE, Transfer_Encoding="chunked").replace(b"Content-Length", b"X-Length"),
        http("not json"),
        http("[" * 100_000),
    ],
    ids=["nothing", "no-http", "short", "cut-json", "promises", "bad-chunks", "no-json", "deep"],
)
def test_a_broken_answer_is_asked_for_again(broken: bytes, bad: Bad, time: FakeTime) -> None:
    bad.replies = [broken, http(ONE)]
    assert len(client(bad, time).ask(QUERY)) == 1
    assert pauses(time) == [1.0]


def test_an_endpoint_that_does_not_answer_is_not_waited_for_forever(bad: Bad, time: FakeTime) -> None:
    bad.replies = [None]
    with pytest.raises(QueryError, match=r"failed 1 times.*in time"):
        client(bad, time, enrich_seconds=0.1, enrich_retries=0).ask(QUERY)


@pytest.mark.parametrize(
    ("start", "drip"),
    [
        (b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 500 No\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", b" "),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
            b"X: y\r\n",
        ),
    ],
    ids=["header", "continue", "error", "body", "endless", "trailer"],
)
def test_a_slow_answer_is_cut_off_at_the_deadline(start: bytes, drip: bytes, time: FakeTime) -> None:
    settings = replace(SETTINGS, enrich_seconds=0.3, enrich_retries=0)
    with peer(start, drip) as found, pytest.raises(QueryError, match="failed 1 times"):
        Client(found.url, settings, time.clock).ask(QUERY)


@pytest.mark.parametrize(
    "answer",
    [
        http(ONE, status="302 Found", Location="http://["),
        http(ONE, X_SPARQL_MaxRows="9" * 5_000),
        http(ONE, status="503 Busy", Retry_After="Tue, 08 Nov 2011 12:00:00 +99999999999999"),
    ],
    ids=["location", "rows", "date"],
)
def test_a_header_that_cannot_be_read_is_an_error(answer: bytes, bad: Bad, time: FakeTime) -> None:
    bad.replies = [answer]
    with pytest.raises(QueryError):
        client(bad, time, enrich_retries=0).ask(QUERY)


def test_an_unreachable_endpoint_is_an_error(time: FakeTime) -> None:
    with pytest.raises(QueryError, match=r"failed 4 times.*refused"):
        Client("http://127.0.0.1:1/sparql", SETTINGS, time.clock).ask(QUERY)
    assert pauses(time) == [1.0, 2.0, 4.0]


# ---- Failures that do not pass.


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "501 No"])
def test_a_refusal_is_not_retried(status: str, bad: Bad, time: FakeTime) -> None:
    bad.replies = [http("<p>go\n away", status)]
    with pytest.raises(QueryError, match=f"answered {status[:3]}: <p>go away"):
        client(bad, time).ask(QUERY)
    assert len(bad.heads) == 1


@pytest.mark.parametrize("media_type", ["text/html; charset=utf-8", "application/xml", "nonsense"])
def test_an_answer_in_another_media_type_is_an_error(media_type: str, bad: Bad, time: FakeTime) -> None:
    bad.replies = [http("<html>Welcome", Content_Type=media_type)]
    with pytest.raises(QueryError, match="is it a SPARQL endpoint"):
        client(bad, time).ask(QUERY)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status: str, bad: Bad, time: FakeTime) -> None:
    bad.replies = [http("", status, Location=f"{bad.address}/private"), http(ONE)]
    with pytest.raises(QueryError, match=r"redirects are not followed: http://127.0.0.1.*/private: give that"):
        client(bad, time).ask(QUERY)
    assert len(bad.heads) == 1


# ---- Answers that are too large.


def test_an_answer_over_the_limit_is_not_read_to_its_end(bad: Bad, time: FakeTime) -> None:
    bad.replies = [http(ONE + " " * 5_000_000)]
    with pytest.raises(ResultTooLargeError, match="more than 100,000 bytes"):
        client(bad, time, result_bytes=100_000).ask(QUERY)


def test_an_answer_without_a_length_has_the_limit_too(bad: Bad, time: FakeTime) -> None:
    bad.replies = [http(ONE + " " * 200_000).replace(b"Content-Length", b"X-Length")]
    with pytest.raises(ResultTooLargeError, match="more than 100,000 bytes"):
        client(bad, time, result_bytes=100_000).ask(QUERY)


@pytest.mark.parametrize("headers", [{"X_SPARQL_MaxRows": "1"}, {"X_SQL_State": "S1TAT"}])
def test_an_answer_that_the_endpoint_has_shortened_is_refused(
    headers: dict[str, str], bad: Bad, time: FakeTime
) -> None:
    bad.replies = [http(ONE, **headers)]
    with pytest.raises(ResultTooLargeError, match="left rows out"):
        client(bad, time).ask(QUERY)


def test_a_limit_that_is_not_reached_shortens_nothing(bad: Bad, time: FakeTime) -> None:
    bad.replies = [http(ONE, X_SPARQL_MaxRows="10000")]
    assert len(client(bad, time).ask(QUERY)) == 1


def test_a_query_that_is_too_large_for_the_endpoint_is_such_an_error(bad: Bad, time: FakeTime) -> None:
    bad.replies = [http("", "413 Content Too Large")]
    with pytest.raises(ResultTooLargeError):
        client(bad, time).ask(QUERY)


def test_an_answer_in_plain_json_is_read_too(bad: Bad, time: FakeTime) -> None:
    bad.replies = [http(NOTHING, Content_Type="application/json; charset=utf-8")]
    assert client(bad, time).ask(QUERY) == []
