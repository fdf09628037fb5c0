"""All routes refuse unknown parameters, except those that some clients send to every server."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest
from flask import Flask

from endpoint.app import create_app
from endpoint.discovery.openapi import template
from endpoint.http.parameters import TOLERATED
from endpoint.http.routes import of_endpoint
from kg.rdf.formats import FORMATS, RDF_FORMATS, RESULT_FORMATS
from kg.settings import Settings
from kg.workers.workers import Workers
from tests.endpoint.addresses import EXAMPLES
from tests.paths import ROOT

ABSENT: set[str] = set()
NOT_TEXT = "%ff%fe"


@pytest.fixture(scope="module")
def app(settings: Settings, workers: Workers) -> Flask:
    return create_app(settings, workers)


@pytest.fixture(scope="module")
def addresses(app: Flask) -> dict[str, set[str]]:
    """A working address of each route with GET, with the parameters that the route knows."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        path = template(rule)
        if "GET" in (rule.methods or ()) and path not in ABSENT and ("{" not in path or path in EXAMPLES):
            known = {one.name for one in of_endpoint(app, rule.endpoint).parameters if one.place == "query"}
            found[EXAMPLES.get(path, path)] = known
    return found


def with_query(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}"


def test_every_route_refuses_unknown_parameters_and_names_the_known_ones(send, addresses: dict[str, set[str]]) -> None:
    assert len(addresses) > 50
    for address, known in addresses.items():
        reply = send(with_query(address, "yaer=2012"), "application/json")
        assert reply.status == 400, address
        said = json.loads(reply.body)
        assert (said["parameter"], set(said["known"])) == ("yaer", known), address
        assert "yaer" in said["detail"]


def test_every_route_accepts_parameters_that_some_clients_send_to_all(send, addresses: dict[str, set[str]]) -> None:
    query = "&".join(f"{one.name.replace('*', 'source')}=1" for one in TOLERATED)
    for address in addresses:
        assert send(with_query(address, query)).status < 400, address


@pytest.mark.parametrize("query", [f"q={NOT_TEXT}", f"{NOT_TEXT}=1", f"utm_source={NOT_TEXT}"])
def test_bytes_that_are_not_text_are_refused(send, addresses: dict[str, set[str]], query: str) -> None:
    for address in addresses:
        assert send(with_query(address, query)).status == 400, address


def test_a_parameter_that_may_be_given_once_is_refused_twice(send, addresses: dict[str, set[str]]) -> None:
    many = {"default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri", "format", "output"}
    for address, known in addresses.items():
        for name in known - many:
            assert send(with_query(address, f"{name}=1&{name}=1")).status == 400, (address, name)


@pytest.mark.parametrize("path", ["/sparql", "/reconcile"])
def test_a_form_is_read_as_an_address_is(send, path: str) -> None:
    form = urlencode({"query" if path == "/sparql" else "queries": "ASK {}", "yaer": "2012"}).encode()
    reply = send(path, "application/json", "POST", form, Content_Type="application/x-www-form-urlencoded")
    assert (reply.status, json.loads(reply.body)["parameter"]) == (400, "yaer")


SELECT = "SELECT * { ?s ?p ?o } LIMIT 1"
CONSTRUCT = "CONSTRUCT WHERE { ?s a ?o } LIMIT 1"


@pytest.mark.parametrize("parameter", ["format", "output"])
@pytest.mark.parametrize("query", [SELECT, CONSTRUCT])
def test_formats_are_named_by_name_media_type_and_alias(send, parameter: str, query: str) -> None:
    formats = RESULT_FORMATS if query == SELECT else RDF_FORMATS
    for one in formats:
        for name in (one.name, one.media_type, *one.aliases):
            reply = send("/sparql?" + urlencode({"query": query, parameter: name}), "text/html")
            assert (reply.status, reply.type) == (200, one.media_type), name


def test_a_plus_sign_that_was_not_escaped_stays_a_plus_sign(send) -> None:
    reply = send("/sparql?" + urlencode({"query": CONSTRUCT}) + "&format=application/rdf+xml")
    assert reply.type == "application/rdf+xml"


@pytest.mark.parametrize("query", ["format=application/x-nothing", "output=excel", "format=csv&output=xml"])
def test_an_unknown_format_and_two_formats_are_refused(send, query: str) -> None:
    reply = send("/sparql?" + urlencode({"query": SELECT}) + f"&{query}", "application/json")
    assert reply.status == 400
    assert json.loads(reply.body)["parameter"] == "format"


OLD = {name: one.media_type for one in FORMATS for name in one.aliases if "/" in name}


@pytest.mark.parametrize("accept", OLD)
def test_media_types_have_their_old_names(send, accept: str) -> None:
    assert send("/doc/event/2011-11-08/abcdefghij", accept).type == OLD[accept]
    assert send("/sparql?" + urlencode({"query": CONSTRUCT}), accept).type == OLD[accept]


@pytest.mark.parametrize("accept", ["text/xml", "application/xml", "text/xml;q=0.9, text/csv;q=0.1"])
def test_results_are_xml_for_clients_that_ask_for_xml(send, accept: str) -> None:
    assert send("/sparql?" + urlencode({"query": SELECT}), accept).type == "application/xml"


@pytest.mark.parametrize(
    "address",
    [
        "/search?q=" + "x" * 201,
        "/search?q=Homs&limit=0",
        "/search?q=Homs&type=nothing",
        "/reconcile/suggest/entity?prefix=x&cursor=1001",
        "/reconcile/properties?limit=0",
        "/sparql?query=ASK%7B%7D&timeout=-1",
        "/sparql?query=ASK%7B%7D&asOf=never",
        "/source?url=http://a.example/&iri=http://a.example/",
    ],
)
def test_a_value_out_of_range_is_refused_and_named(send, address: str) -> None:
    reply = send(address, "application/json")
    assert reply.status == 400
    assert address.rpartition("?")[2].rpartition("&")[2].partition("=")[0] in json.loads(reply.body)["detail"]


@pytest.mark.parametrize(("address", "name"), [("/?language=xx", "language"), ("/search?q=Homs&type=place", "type")])
def test_a_page_names_the_parameters_that_it_does_not_know(send, address: str, name: str) -> None:
    reply = send(address, "text/html")
    assert reply.status == 400
    assert name in reply.text


@pytest.mark.parametrize("path", ["/doc/entity/en/Homs?year=2012", "/publisher/example-times?from=2011&to=2012"])
def test_an_unknown_filter_is_never_ignored_silently(send, path: str) -> None:
    assert send(path, "text/turtle").status == 400


def test_the_documentation_lists_what_is_tolerated() -> None:
    text = (ROOT / "docs" / "discovery.md").read_text(encoding="utf-8")
    section = text.partition("## What is not understood")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]
    assert sorted(named) == sorted(one.name for one in TOLERATED)
