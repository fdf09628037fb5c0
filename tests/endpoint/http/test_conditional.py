"""All routes with validators answer conditional requests in the same way (RFC 9110, section 13)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, Response

from endpoint.app import create_app
from endpoint.discovery.openapi import template
from endpoint.http.conditional import conditional, digest
from kg.settings import Settings
from kg.workers.workers import Workers
from tests.endpoint.addresses import ALIKE, EXAMPLES

EARLIER, LATER = "Sat, 01 Jan 2000 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
CONDITIONS: list[tuple[dict[str, str], int]] = [
    ({}, 200),
    ({"If-None-Match": "TAG"}, 304),
    ({"If-None-Match": "W/TAG"}, 304),
    ({"If-None-Match": '"other", TAG'}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": '"other"'}, 200),
    ({"If-None-Match": '"other"', "If-Modified-Since": LATER}, 200),
    ({"If-Modified-Since": EARLIER}, 200),
    ({"If-Modified-Since": "yesterday"}, 200),
    ({"If-Modified-Since": "Fri, 01 Jan 99999 00:00:00 GMT"}, 200),
    ({"If-Match": "TAG"}, 200),
    ({"If-Match": "*"}, 200),
    ({"If-Match": "W/TAG"}, 412),
    ({"If-Match": '"other"'}, 412),
    ({"If-Match": "TAG", "If-None-Match": "TAG"}, 304),
    ({"If-Unmodified-Since": EARLIER}, 200),
    ({"If-Unmodified-Since": "yesterday"}, 200),
]
"""Fields, with TAG for the entity tag of the response, and the status of the answer."""
RANGES: list[tuple[dict[str, str], int]] = [
    ({"Range": "bytes=0-9"}, 206),
    ({"Range": "bytes=0-9", "If-Range": "TAG"}, 206),
    ({"Range": "bytes=0-9", "If-Range": '"other"'}, 200),
    ({"Range": "bytes=0-9", "If-Range": "Fri, 01 Jan 99999 00:00:00 GMT"}, 200),
    ({"Range": "bytes=0-9", "If-None-Match": "TAG"}, 304),
    ({"Range": "bytes=0-9", "If-Match": '"other"'}, 412),
    ({"Range": "bytes=999999999-"}, 416),
]
VALIDATED = {
    *(
        "/",
        "/assets/{name}",
        "/catalog",
        "/catalog.{suffix}",
        "/.well-known/void",
        "/cite",
        "/cite.bib",
        "/cite.ris",
        "/context.jsonld",
        "/dump/{of}/ledger.tsv",
        "/hashes",
        "/hashes/{of}",
        "/hashes/{of}/resource",
        "/hashes/{of}/{name}",
    ),
    *("/doc/snapshot/{rest}", "/doc/{path}", "/dump/{name}", "/dump/{of}/{name}", "/dump/ro-crate-metadata.json"),
    *("/feed", "/feed/activity"),
    *("/feed/activity/{path}", "/feed/atom", "/feed/atom/{path}", "/feed/ldes", "/frames/{name}.jsonld", "/graphs"),
    *(
        "/about",
        "/answer",
        "/embed/events",
        "/events",
        "/events.{suffix}",
        "/{kind}",
        "/{kind}.{suffix}",
        "/on-this-day/{day}",
        "/week/{week}",
        "/llms.txt",
        "/memento/{stamp}/{path}",
        "/openapi.json",
        "/opensearch.xml",
        "/page/{rest}",
        "/search",
        "/use",
    ),
    *("/reconcile/preview", "/sitemap.xml", "/sitemap/{name}.xml", "/source/{iri}", "/sparql"),
    *("/questions", "/questions/in-a-place", "/questions/in-a-place.{suffix}", "/sparql/terms"),
    *("/event/{day}/{name}/compare", "/event/{day}/{name}/compare.json"),
    *("/changes", "/changes.json", "/event/{day}/{name}/history", "/event/{day}/{name}/history.json"),
    *("/linkset/{path}", "/timemap/json/{path}", "/timemap/link/{path}", "/vocab", "/vocab.{suffix}"),
}
"""The routes whose answers have validators."""


@pytest.fixture(scope="module")
def addresses(settings: Settings, workers: Workers, send) -> dict[str, str]:
    """An address of each route whose answer has an entity tag."""
    for name in re.findall(r'href="/(dump/newsgraph[^"]*)"', send("/dump/", "*/*").text):
        assert send(f"/{name}", "*/*").status == 200  # documents about dumps change until all are made
    rules = {template(rule) for rule in create_app(settings, workers).url_map.iter_rules() if "GET" in rule.methods}
    known = {path: EXAMPLES.get(path, path) for path in rules - ALIKE if path in EXAMPLES or "{" not in path}
    return {path: address for path, address in known.items() if "etag" in send(address, "*/*").headers}


@pytest.mark.parametrize(
    ("method", "encoding", "conditions"),
    [
        ("GET", "identity", CONDITIONS[::4]),
        pytest.param("GET", "identity", CONDITIONS, marks=pytest.mark.slow),
        ("HEAD", "gzip", CONDITIONS[::5]),
    ],
)
def test_every_route_answers_conditions_alike(
    addresses: dict[str, str], send, method: str, encoding: str, conditions: list[tuple[dict[str, str], int]]
) -> None:
    wrong = [
        (path, fields, expected, reply.status)
        for path, address in addresses.items()
        for fields, expected, reply in replies(send, address, method, encoding, conditions)
        if reply.status != expected
    ]
    assert wrong == []


def replies(
    send, address: str, method: str, encoding: str, conditions: list[tuple[dict[str, str], int]]
) -> Iterator[tuple[dict[str, str], int, Any]]:
    tag = send(address, "*/*", Accept_Encoding=encoding).headers["etag"]
    for fields, expected in conditions:
        given = {name: value.replace("TAG", tag) for name, value in fields.items()}
        yield fields, expected, send(address, "*/*", method, Accept_Encoding=encoding, **given)


def test_these_are_the_routes_with_validators(addresses: dict[str, str]) -> None:
    assert set(addresses) == VALIDATED


def test_the_modification_date_is_a_validator_too(addresses: dict[str, str], send) -> None:
    dated = {}
    for path, address in addresses.items():
        modified = send(address, "*/*").headers.get("last-modified")
        if modified:
            dated[path] = send(address, "*/*", If_Modified_Since=modified).status
            assert (path, send(address, "*/*", If_Modified_Since=EARLIER).status) == (path, 200)
    assert set(dated.values()) == {304}
    assert {"/", "/catalog", "/doc/{path}", "/feed/atom", "/dump/{name}"} <= set(dated)


@pytest.mark.parametrize("path", ["/dump/{name}", "/dump/{of}/{name}"])
def test_parts_of_dumps_are_sent_only_if_all_conditions_are_met(addresses: dict[str, str], send, path: str) -> None:
    whole = send(addresses[path], "*/*").body
    for fields, expected, reply in replies(send, addresses[path], "GET", "identity", RANGES):
        assert (fields, reply.status) == (fields, expected)
        assert expected not in (200, 206) or reply.body == (whole if expected == 200 else whole[:10])


def test_only_dumps_are_sent_in_parts(addresses: dict[str, str], send) -> None:
    others = {path: address for path, address in addresses.items() if not path.startswith("/dump/")}
    assert {send(address, "*/*", Range="bytes=0-9").status for address in others.values()} == {200}


def test_an_unchanged_answer_has_no_body_but_its_validators(addresses: dict[str, str], send) -> None:
    for address in addresses.values():
        whole = send(address, "*/*").headers
        reply = send(address, "*/*", If_None_Match=whole["etag"])
        assert (reply.body, reply.headers["etag"]) == (b"", whole["etag"])
        assert reply.headers["cache-control"] == whole["cache-control"]


@pytest.fixture
def answered() -> Callable[..., Response]:
    def answer(method: str, modified: datetime | None = None, **headers: str) -> Response:
        with Flask("test").test_request_context(method=method, headers=headers):
            return conditional(Response(b"x"), digest(b"x"), modified)

    return answer


def test_a_condition_holds_for_reading_requests_only(answered: Callable[..., Response]) -> None:
    assert answered("GET", If_None_Match="*").status_code == 304
    assert answered("POST", If_None_Match="*").status_code == 200


def test_no_date_is_sent_if_none_is_known(answered: Callable[..., Response]) -> None:
    assert "Last-Modified" not in answered("GET").headers
    assert (
        answered("GET", datetime(2011, 11, 8, tzinfo=UTC)).headers["Last-Modified"] == "Tue, 08 Nov 2011 00:00:00 GMT"
    )
