"""No answer contains a Host that is not ours; absolute addresses begin with the address that the client used."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from endpoint.app import create_app
from endpoint.discovery.openapi import template
from kg.errors import ConfigurationError
from kg.settings import Settings
from kg.workers.workers import Workers
from tests.endpoint.addresses import EXAMPLES

FOREIGN = ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "evil@127.0.0.1", "[::2]", "x y", "")
BASE = "http://127.0.0.1:8000/"


@pytest.fixture(scope="module")
def app(settings: Settings, workers: Workers) -> Flask:
    return create_app(settings, workers)


@pytest.fixture(scope="module")
def paths(app: Flask) -> list[str]:
    found = {template(rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return [EXAMPLES.get(path, path) for path in sorted(found) if "{" not in path or path in EXAMPLES]


def ask(app: Flask, path: str, host: str, accept: str = "*/*") -> tuple[str, dict[str, str], str]:
    environ: dict[str, Any] = EnvironBuilder(path, headers={"Accept": accept}).get_environ() | {"HTTP_HOST": host}
    body, status, headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    return status, dict(headers), b"".join(body).decode(errors="replace")


def test_no_response_contains_a_foreign_host(app: Flask, paths: list[str]) -> None:
    for path in (*paths, "/nothing", "/sparql?query=x", "/doc/entity/en/homs", "/sparql/"):
        for host in FOREIGN[:2]:
            for accept in ("*/*", "text/html", "image/png"):
                _, headers, body = ask(app, path, host, accept)
                assert "evil" not in f"{headers}{body}", path


@pytest.mark.parametrize("host", FOREIGN)
def test_a_request_for_another_host_is_told_the_address_of_the_server(app: Flask, host: str) -> None:
    manifest = json.loads(ask(app, "/reconcile", host)[2])
    assert manifest["suggest"]["entity"]["service_url"] == BASE.rstrip("/")


@pytest.mark.parametrize("host", ["localhost:8123", "127.0.0.1:8123", "[::1]:8123", "LOCALHOST"])
def test_the_names_of_the_machine_itself_are_accepted(app: Flask, host: str) -> None:
    manifest = json.loads(ask(app, "/reconcile", host)[2])
    assert manifest["suggest"]["entity"]["service_url"] == f"http://{host.lower()}"
    description = ask(app, "/sparql", host, "text/turtle")[2]
    assert f"<http://{host.lower()}/sparql>" in description


def test_a_server_with_another_public_address_can_be_told_it(settings: Settings, workers: Workers) -> None:
    mirror = create_app(replace(settings, serve_url="https://mirror.example.org/data/"), workers)
    manifest = json.loads(ask(mirror, "/reconcile", "evil.example")[2])
    assert manifest["view"]["url"] == "https://mirror.example.org/data/reconcile/view?id={{id}}"
    assert manifest["identifierSpace"] == BASE


def test_the_same_strong_tag_never_covers_two_sets_of_links(app: Flask, paths: list[str]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for path in paths:
        for host in ("localhost:8123", "127.0.0.1:8000", "evil.example"):
            for accept in ("text/html", "text/turtle", "application/json"):
                _, headers, _ = ask(app, path, host, accept)
                if "ETag" in headers:
                    links = headers.get("Link", "")
                    assert seen.setdefault((path, headers["ETag"]), links) == links, path
    assert len(seen) > 50


@pytest.mark.parametrize("url", ["mirror.example.org", "https://x", "ftp://x/"])
def test_an_invalid_address_is_refused(url: str, settings: Settings, workers: Workers) -> None:
    with pytest.raises(ConfigurationError, match="serve_url"):
        create_app(replace(settings, serve_url=url), workers)
