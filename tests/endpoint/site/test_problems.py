from __future__ import annotations

import inspect
import json
import logging
import socket

import pytest
from flask import Flask

from endpoint.app import create_app, server
from endpoint.site import problems as table
from kg import errors
from kg.derived.artefacts import Artefacts
from kg.errors import ConfigurationError
from kg.settings import Settings
from kg.workers.workers import Workers

PUBLIC = [
    one
    for _, one in inspect.getmembers(errors, inspect.isclass)
    if issubclass(one, errors.QueryError | errors.NotFoundError | errors.FormatError | errors.StoreError)
]


@pytest.mark.parametrize("kind", PUBLIC)
def test_every_error_that_a_request_can_meet_has_a_status(kind: type[errors.NewsgraphError]) -> None:
    assert any(issubclass(kind, one) for one, _ in table.STATUS)
    assert (
        table.status_of(kind.__new__(kind, "text")) != 500 or kind is errors.UpdateFailedError
    )  # the protocol requires it


@pytest.fixture
def app(settings: Settings, workers: Workers) -> Flask:
    made = create_app(settings, workers)

    def fail() -> str:
        raise RuntimeError("a secret")

    def busy() -> str:
        raise errors.ServiceBusyError("busy")

    def missing(name: str) -> str:
        return (Artefacts.of(settings).cache / name / "search.sqlite").read_text()

    made.add_url_rule("/missing/<name>", view_func=missing)
    made.add_url_rule("/fail", view_func=fail)
    made.add_url_rule("/busy", view_func=busy)
    return made


@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/plain", "image/png"])
def test_an_unexpected_error_is_logged_and_not_shown(app: Flask, accept: str, caplog: pytest.LogCaptureFixture) -> None:
    reply = app.test_client().get("/fail", headers={"Accept": accept})
    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert "a secret" in caplog.text


def test_a_file_of_a_snapshot_that_went_is_no_mistake_of_the_server(
    app: Flask, workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    reply = app.test_client().get("/missing/20000101T000000000000Z")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "1")
    assert "snapshot 20000101T000000000000Z was just replaced" in reply.text
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert app.test_client().get(f"/missing/{workers.snapshot.id}x").status_code == 500


def test_a_busy_service_says_when_to_try_again(app: Flask) -> None:
    reply = app.test_client().get("/busy")
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0


def test_links_work_when_mounted_below_a_path(app: Flask) -> None:
    client = app.test_client()
    reply = client.get("/event/2011-11-08/abcdefghij", environ_overrides={"SCRIPT_NAME": "/news"})
    assert reply.headers["Location"] == "/news/doc/event/2011-11-08/abcdefghij"
    page = client.get("/doc/event/2011-11-08/abcdefghij.html", environ_overrides={"SCRIPT_NAME": "/news"}).text
    assert 'href="/news/entity/en/Homs"' in page
    assert 'href="/entity' not in page


def test_two_lengths_in_one_request_are_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\nGET / HTTP/1.1\r\n\r\n"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_port_in_use_is_a_clear_error(settings: Settings, workers: Workers, port: int) -> None:
    taken = Settings(**{**settings.__dict__, "port": port})
    with pytest.raises(ConfigurationError, match="choose another --port"):
        server(create_app(taken, workers), taken)


def test_problems_are_json_with_the_fields_of_rfc_9457(send) -> None:
    reply = send("/nothing", "application/json")
    assert reply.type == "application/json"
    assert json.loads(reply.body).keys() == {"type", "title", "status", "detail"}


LOST = (
    *("/nothing", "/entity/en/No_Such_Place", "/doc/entity/en/No_Such_Place.html", "/doc/entity/en/Homs.xyz"),
    *("/assets/nothing.css", "/vocab/Nothing", "/vocab.xyz", "/catalog.xyz", "/dump/nothing.nt", "/sitemap/no-1.xml"),
    *("/frames/nothing.jsonld", "/snapshot/nothing", "/a/b/c"),
    *("/memento/20111109060000/event/2011-11-08/nothing", "/timemap/link/entity/en/Homs", "/source/urn%3Anothing"),
    *("/page/nothing/0123456789abcdef", "/news/2011/11/8/nothing", "/reconcile/nothing", "/.well-known/nothing"),
)


@pytest.mark.parametrize("path", LOST)
def test_a_missing_page_has_our_layout_with_search_and_links(send, path: str) -> None:
    reply = send(path, "text/html")
    assert (reply.status, reply.type) == (404, "text/html")
    assert 'action="/search"' in reply.text
    assert 'href="/catalog"' in reply.text
    assert "If you entered the URL manually" not in reply.text


def test_a_missing_page_suggests_a_search_for_its_words(send) -> None:
    assert 'value="No Such Place"' in send("/entity/en/No_Such_Place", "text/html").text
    assert "<script" not in send("/entity/en/%3Cscript%3E", "text/html").text
