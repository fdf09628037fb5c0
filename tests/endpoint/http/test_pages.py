"""All routes: negotiated responses depend on Accept, say so, and are not sent to clients that do not accept them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from endpoint.app import create_app
from endpoint.discovery.openapi import template
from endpoint.http.pages import negotiates
from endpoint.http.routes import of_endpoint
from endpoint.server.response_cache import ResponseCache
from kg.settings import Settings
from kg.workers.workers import Workers
from tests.endpoint.addresses import ALIKE, EXAMPLES
from tests.endpoint.http.test_hosts import ask

BY_SUFFIX = {
    "/catalog.{suffix}",
    "/events.{suffix}",
    "/questions/in-a-place.{suffix}",
    "/vocab.{suffix}",
    "/{kind}.{suffix}",
}
REDIRECTS = {"/vocab/{name}", "/{kind}/{rest}"}
"""What leads to something that negotiates, without looking at Accept."""
HOST = "127.0.0.1:8000"


@pytest.fixture(scope="module")
def app(settings: Settings, workers: Workers) -> Flask:
    return create_app(settings, workers)


def routes(app: Flask) -> Iterator[tuple[str, bool]]:
    """Yield an address of each route with GET, and whether it negotiates."""
    for rule in app.url_map.iter_rules():
        path = template(rule)
        known = "{" not in path or path in EXAMPLES
        if known and "GET" in (rule.methods or ()) and path not in BY_SUFFIX | REDIRECTS | ALIKE:
            yield EXAMPLES.get(path, path), negotiates(of_endpoint(app, rule.endpoint))


def test_a_negotiated_answer_has_a_vary_header_and_a_406(send, app: Flask) -> None:
    negotiated = [path for path, does in routes(app) if does]
    assert {"/?language=en", "/dump/", "/sparql?query=ASK%7B%7D", "/feed/ldes", "/catalog"} <= set(negotiated)
    for path in negotiated:
        for accept in ("*/*", "image/png"):
            reply = send(path, accept)
            assert "Accept" in reply.headers["vary"].split(", "), (path, accept)
        assert reply.status == 406, path
        assert reply.headers.get("link"), path


def test_a_resource_of_one_type_is_sent_whatever_is_accepted(send, app: Flask) -> None:
    for path, does in routes(app):
        if not does and path not in ("/.well-known/security.txt", "/readyz"):
            assert send(path, "image/png").status < 400, path


def test_a_cached_answer_has_no_date_since_the_server_adds_the_current_one(app: Flask) -> None:
    kept: ResponseCache = app.extensions[ResponseCache.__name__]
    for path, _ in routes(app):
        for _ in range(2):
            _, headers, _ = ask(app, path, HOST)
        assert "Date" not in headers or path.startswith("/dump/"), path
    assert len(kept.busiest(1_000)) > 5
