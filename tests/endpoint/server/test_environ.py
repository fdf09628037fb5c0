"""The WSGI environ that an application gets for a request."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from typing import Any

import pytest

from endpoint.server.environ import RequestOrigin, environ, plain
from endpoint.server.request import RequestReader
from kg.errors import RequestRefusedError
from kg.settings import Settings

BEHIND = replace(Settings(), trusted_proxy="192.0.2.1")


def seen(target: bytes, *fields: bytes, settings: Settings = BEHIND, peer: str = "192.0.2.1") -> dict[str, Any]:
    reader = RequestReader(10_000, lambda _: 1_000)
    reader.feed(b"\r\n".join((b"GET " + target + b" HTTP/1.1", b"Host: news.example", *fields, b"", b"")))
    assert reader.head
    origin = RequestOrigin.of(plain(peer), reader.head, settings)
    return environ(reader.head, io.BytesIO(), 0, origin, ("127.0.0.1", 8000), 1.0)


def test_nothing_of_the_process_is_in_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "a-secret")
    found = seen(b"/", b"Accept: */*")
    assert not {name for name in found if name in os.environ}
    assert "a-secret" not in found.values()


@pytest.mark.parametrize(
    ("target", "path", "query", "raw"),
    [
        (b"/a%2Fb?x=%2F", "/a/b", "x=%2F", "/a%2Fb?x=%2F"),
        (b"/\xe6\x97\xa5", "/\xe6\x97\xa5", "", "/\xe6\x97\xa5"),
        (b"/%E6%97%A5?q=\xe6", "/\xe6\x97\xa5", "q=%E6", "/%E6%97%A5?q=\xe6"),
        (b"//evil.example/x", "/evil.example/x", "", "//evil.example/x"),
        (b"/source/http://a/b", "/source/http://a/b", "", "/source/http://a/b"),
        (b"http://a.example/p?q", "/p", "q", "http://a.example/p?q"),
        (b"http://a.example?q", "/", "q", "http://a.example?q"),
        (b"/p#f", "/p", "", "/p#f"),
    ],
)
def test_a_target_is_split_once_and_kept_as_it_was(target: bytes, path: str, query: str, raw: str) -> None:
    found = seen(target)
    assert (found["PATH_INFO"], found["QUERY_STRING"], found["REQUEST_URI"]) == (path, query, raw)


def test_an_absolute_target_names_the_host() -> None:
    assert seen(b"/")["HTTP_HOST"] == "news.example"
    assert seen(b"http://a.example/p")["HTTP_HOST"] == "a.example"


def test_fields_of_one_name_are_joined_and_ambiguous_names_left_out() -> None:
    found = seen(b"/", b"Accept: text/html", b"Accept: text/turtle", b"X_Forwarded_For: 1.2.3.4", b"Content-Type: a/b")
    assert found["HTTP_ACCEPT"] == "text/html, text/turtle"
    assert found["CONTENT_TYPE"] == "a/b"
    assert not {name for name in found if "FORWARDED" in name}


@pytest.mark.parametrize(
    ("forwarded", "count", "client"),
    [
        (b"198.51.100.7", 1, "198.51.100.7"),
        (b"203.0.113.9, 198.51.100.7", 1, "198.51.100.7"),
        (b"203.0.113.9, 198.51.100.7", 2, "203.0.113.9"),
        (b"198.51.100.7:4711", 1, "198.51.100.7"),
        (b'"[2001:db8::1]:4711"', 1, "2001:db8::1"),
        (b"2001:db8::1", 1, "2001:db8::1"),
        (b"::ffff:198.51.100.7", 1, "198.51.100.7"),
        (b" , ", 1, "192.0.2.1"),
    ],
)
def test_the_trusted_proxy_says_who_the_client_is(forwarded: bytes, count: int, client: str) -> None:
    settings = replace(BEHIND, trusted_proxy_count=count)
    fields = (b"X-Forwarded-For: " + forwarded, b"X-Forwarded-Proto: https")
    found = seen(b"/", *fields, settings=settings)
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"]) == (client, "https")
    mapped = seen(b"/", *fields, settings=settings, peer="::ffff:192.0.2.1")
    assert mapped["REMOTE_ADDR"] in (client, "::ffff:192.0.2.1".removeprefix("::ffff:"))


@pytest.mark.parametrize("settings", [Settings(), BEHIND])
def test_only_the_trusted_proxy_is_believed(settings: Settings) -> None:
    fields = (b"X-Forwarded-For: 198.51.100.7", b"X-Forwarded-Proto: https", b"Forwarded: for=198.51.100.7")
    found = seen(b"/", *fields, settings=settings, peer="192.0.2.99")
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"]) == ("192.0.2.99", "http")
    assert not {name for name in found if "FORWARDED" in name}


def test_an_invalid_scheme_is_refused() -> None:
    with pytest.raises(RequestRefusedError):
        seen(b"/", b"X-Forwarded-Proto: gopher")


def test_an_invalid_address_is_kept_short() -> None:
    assert plain("x" * 1_000) == "x" * 100
