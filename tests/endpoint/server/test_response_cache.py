"""Cached responses equal those of the application: whole, compressed, unchanged, and never of another snapshot."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from endpoint.server.response_cache import SIZE, ResponseCache

EVENT = "/doc/event/2011-11-08/abcdefghij"


class Counting:
    """A small application that counts its requests."""

    def __init__(self, body: bytes = b"x" * 5_000, status: str = "200 OK", **headers: str) -> None:
        self.asked: list[str] = []
        self.body, self.status = body, status
        self.headers = {"ETag": '"a"', "Cache-Control": "public", "Vary": "Accept", **headers}
        self.snapshot = "1"

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environ["REQUEST_METHOD"])
        start(self.status, [*self.headers.items(), ("Content-Length", str(len(self.body)))])
        return [self.body]


def ask(
    kept: ResponseCache, path: str = EVENT, method: str = "GET", **headers: str
) -> tuple[str, dict[str, str], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body, status, found = run_wsgi_app(kept, EnvironBuilder(path, method=method, headers=named).get_environ())
    return status, dict(found), b"".join(body)


@pytest.fixture
def application() -> Counting:
    return Counting()


@pytest.fixture
def kept(application: Counting) -> ResponseCache:
    return ResponseCache(application, lambda: application.snapshot)


def test_the_application_is_asked_once_for_each_snapshot(kept: ResponseCache, application: Counting) -> None:
    assert ask(kept) == ask(kept)
    application.snapshot = "2"
    ask(kept)
    assert len(application.asked) == 2


@pytest.mark.parametrize(
    "other",
    [{"Accept": "text/turtle"}, {"Accept_Language": "zh"}, {"path": f"{EVENT}?page=2"}, {"path": f"{EVENT}.ttl"}],
)
def test_answers_for_other_preferences_are_cached_separately(
    kept: ResponseCache, application: Counting, other: dict[str, str]
) -> None:
    ask(kept)
    ask(kept, **other)
    assert len(application.asked) == 2


@pytest.mark.parametrize("path", ["/sparql?query=ASK{}", "/healthz", "/dump/newsgraph.ttl", "/graphs", "/search"])
def test_only_documents_are_cached(kept: ResponseCache, application: Counting, path: str) -> None:
    ask(kept, path)
    ask(kept, path)
    assert len(application.asked) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "QUERY"])
def test_only_reading_requests_are_cached(kept: ResponseCache, application: Counting, method: str) -> None:
    ask(kept)
    ask(kept, method=method)
    assert application.asked == ["GET", method]


@pytest.mark.parametrize(
    ("status", "headers"),
    [("404 NOT FOUND", {}), ("500 X", {}), ("200 OK", {"Cache-Control": "no-store"}), ("303 SEE OTHER", {})],
)
def test_answers_that_may_change_are_not_cached(status: str, headers: dict[str, str]) -> None:
    application = Counting(status=status, **headers)
    kept = ResponseCache(application, lambda: "1")
    assert ask(kept)[0] == ask(kept)[0] == status
    assert len(application.asked) == 2


def test_head_has_the_headers_of_get_and_no_body(kept: ResponseCache) -> None:
    status, headers, body = ask(kept, method="HEAD")
    assert (status, headers, body) == (*ask(kept)[:2], b"")
    assert headers["Content-Length"] == "5000"


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "GZIP", "x-gzip"])
def test_a_client_that_takes_gzip_gets_it_with_a_tag_of_its_own(kept: ResponseCache, accepted: str) -> None:
    _, plain, whole = ask(kept)
    _, headers, body = ask(kept, Accept_Encoding=accepted)
    assert gzip.decompress(body) == whole
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Length"] == str(len(body))
    assert (plain["ETag"], headers["ETag"]) == ('"a"', '"a-gzip"')
    assert plain["Vary"] == headers["Vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br", "gzip;q=x;;,"])
def test_other_clients_get_the_bytes_as_they_are(kept: ResponseCache, accepted: str) -> None:
    assert "Content-Encoding" not in ask(kept, Accept_Encoding=accepted)[1]


def test_a_short_response_is_not_compressed() -> None:
    assert "Content-Encoding" not in ask(ResponseCache(Counting(b"short"), lambda: "1"), Accept_Encoding="gzip")[1]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({"If_None_Match": '"a"'}, "304 Not Modified"),
        ({"If_None_Match": 'W/"a", "b"'}, "304 Not Modified"),
        ({"If_None_Match": "*"}, "304 Not Modified"),
        ({"If_None_Match": '"a-gzip"'}, "200 OK"),
        ({"If_None_Match": '"a-gzip"', "Accept_Encoding": "gzip"}, "304 Not Modified"),
        ({"If_None_Match": '"b"', "If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, "200 OK"),
        ({"If_Modified_Since": "Tue, 08 Nov 2011 00:00:00 GMT"}, "304 Not Modified"),
        ({"If_Modified_Since": "Mon, 07 Nov 2011 00:00:00 GMT"}, "200 OK"),
        ({"If_Modified_Since": "yesterday"}, "200 OK"),
        ({"If_Match": '"b"'}, "412 Precondition Failed"),
        ({"If_Match": '"b", "a"'}, "200 OK"),
        ({"If_Match": "*"}, "200 OK"),
    ],
)
def test_a_condition_is_answered_as_rfc_9110_says(condition: dict[str, str], status: str) -> None:
    application = Counting(**{"Last-Modified": "Tue, 08 Nov 2011 00:00:00 GMT"})
    kept = ResponseCache(application, lambda: "1")
    for _ in range(2):
        answered, headers, body = ask(kept, **condition)
        assert answered == status
        assert headers["ETag"].startswith('"a')
        assert bool(body) == (status == "200 OK")
    assert len(application.asked) == 1


def test_the_cache_is_bounded() -> None:
    application = Counting(b"x" * (SIZE // 8))
    kept = ResponseCache(application, lambda: "1")
    for number in range(20):
        ask(kept, f"{EVENT}?page={number}")
    assert kept.cache.used <= SIZE


def test_an_error_of_the_application_is_passed_on() -> None:
    def broken(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        ask(ResponseCache(broken, lambda: "1"))
