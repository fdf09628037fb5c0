from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask

import vocab
from endpoint.app import create_app
from endpoint.discovery.openapi import UNLISTED, described, template
from endpoint.http.routes import IN_TEXT, PAGE, Routes
from kg.settings import Settings
from kg.workers.workers import Workers
from tests.endpoint.addresses import EXAMPLES

METHODS = {"get", "put", "post", "delete", "patch", "x-query"}
ABSENT: set[str] = set()


@pytest.fixture(scope="module")
def app(settings: Settings, workers: Workers) -> Flask:
    return create_app(settings, workers)


@pytest.fixture(scope="module")
def document(send) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(send("/openapi.json").body)
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, one) for path, item in document["paths"].items() for method, one in item.items()]


def test_every_route_is_described_and_nothing_else_is(app: Flask, document: dict[str, Any]) -> None:
    routes = {(template(rule), method) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    routed = {(path, method) for path, method in routes if method not in UNLISTED}
    found = {(path, method.removeprefix("x-").upper()) for path, method, _ in operations(document)}
    assert found == routed


@pytest.mark.parametrize("described", [[{}], [{"described": None}], [{"described": PAGE}, {"described": IN_TEXT}]])
def test_a_route_without_one_description_cannot_be(described: list[dict[str, Any]]) -> None:
    with pytest.raises(TypeError, match="needs a description"):
        register(described)


def register(described: list[dict[str, Any]]) -> None:
    routes = Routes("some", __name__)
    for options in described:
        routes.add_url_rule("/some", view_func=register, **options)


def test_every_operation_has_a_summary_and_a_name_of_its_own(document: dict[str, Any]) -> None:
    found = operations(document)
    assert [(path, method) for path, method, one in found if not one.get("summary")] == []
    assert len({one["operationId"] for *_, one in found}) == len(found)
    assert {method for _, method, _ in found} <= METHODS


def test_the_arguments_of_a_path_are_its_parameters(document: dict[str, Any]) -> None:
    for path, _, one in operations(document):
        described_ = [each["name"] for each in one.get("parameters", ()) if each["in"] == "path"]
        assert sorted(described_) == sorted(re.findall(r"\{(\w+)\}", path)), path


def test_choices_and_numbers_are_described_as_such(document: dict[str, Any]) -> None:
    kind = document["paths"]["/{kind}/{rest}"]["get"]["parameters"][0]
    assert "event" in kind["schema"]["enum"]
    frame = document["paths"]["/frames/{name}.jsonld"]["get"]["parameters"][0]
    assert set(frame["schema"]["enum"]) == set(vocab.FRAMES)
    number = document["paths"]["/feed/version/{seq}"]["get"]["parameters"][0]
    assert number["schema"]["type"] == "integer"


def test_answers_have_the_statuses_and_types_that_are_described(send, document: dict[str, Any]) -> None:
    wrong = []
    for path, item in document["paths"].items():
        if path in ABSENT or "get" not in item or ("{" in path and path not in EXAMPLES):
            continue
        responses = item["get"]["responses"]
        reply = send(EXAMPLES.get(path, path), "*/*")
        said = responses.get(str(reply.status))
        if said is None or (reply.status == 200 and "content" in said and reply.type not in said["content"]):
            wrong.append((path, reply.status, reply.type))
    assert wrong == []


@pytest.mark.parametrize("path", ["/graphs", "/graphs/{name}"])
@pytest.mark.parametrize("method", ["put", "post", "delete"])
def test_writing_to_the_graph_store_needs_a_token(document: dict[str, Any], path: str, method: str) -> None:
    described = document["paths"][path][method]
    assert described["security"] == [{"token": []}]
    assert "content" not in described["responses"]["200"]


def test_the_mount_is_the_server(app: Flask) -> None:
    assert described(app, "/below")["servers"] == [{"url": "/below"}]
    assert described(app)["servers"] == [{"url": "/"}]


def test_pages_name_the_description(send, document: dict[str, Any]) -> None:
    assert 'rel="service-desc" href="/openapi.json"' in send("/", "text/html").text
    assert document["openapi"].startswith("3.1.")
