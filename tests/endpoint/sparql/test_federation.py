"""SERVICE over HTTP, from one real server to another and to peers that misbehave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from endpoint.app import create_app
from kg import cli
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.workers import Workers
from kg.write.tokens import digest
from kg.write.writer import Writer
from tests.conftest import TURTLE, Publish
from tests.endpoint.conftest import BEARER, WRITE_TOKEN, Reply, Send, Serving, listening, sender
from tests.kg.remote.servers import http, peer, remote
from tests.waiting import until

EVENT = "http://127.0.0.1:8000/event/2011-11-08/abcdefghij"
LABEL = f"<{EVENT}> rdfs:label ?label"


@dataclass(frozen=True)
class Federated:
    """A server that may ask every service on this machine, by a name and by its address, and its access log."""

    send: Send
    log: Path

    def ask(self, query: str, accept: str = "application/sparql-results+json", **headers: str) -> Reply:
        return self.send("/sparql", accept, "POST", query.encode(), Content_Type="application/sparql-query", **headers)

    def last(self, number: int) -> dict[str, Any]:
        until(lambda: self.log.read_bytes().count(b"\n") >= number)
        found: dict[str, Any] = json.loads(self.log.read_text(encoding="utf-8").splitlines()[-1])
        return found


@pytest.fixture(scope="module")
def own(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    log = tmp_path_factory.mktemp("log") / "access.log"
    named = "private:http://127.0.0.1:*/,http://localhost:*/"
    return replace(settings, services=named, service_seconds=0.5, query_seconds=20.0, access_log=str(log))


@pytest.fixture(scope="module")
def asking(own: Settings, serving: Serving) -> Iterator[Federated]:
    with serving(own) as send:
        yield Federated(send, Path(own.access_log))


def labels(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.text
    return [row["label"]["value"] for row in json.loads(reply.body)["results"]["bindings"]]


def test_one_server_asks_another(asking: Federated, port: int) -> None:
    reply = asking.ask(f"SELECT ?label {{ ?e a ng:Event SERVICE <http://127.0.0.1:{port}/sparql> {{ {LABEL} }} }}")
    assert len(labels(reply)) == 3
    assert {label[:10] for label in labels(reply)} == {"The Syrian"}


def test_a_browser_gets_the_results_as_a_page(asking: Federated, port: int) -> None:
    reply = asking.ask(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/sparql> {{ {LABEL} }} }}", "text/html")
    assert reply.status == 200
    assert "The Syrian government besieges" in reply.text


def test_a_graph_is_built_from_the_answer_of_another_server(asking: Federated, port: int) -> None:
    query = f"CONSTRUCT {{ <x:y> <x:z> ?label }} {{ SERVICE <http://127.0.0.1:{port}/sparql> {{ {LABEL} }} }}"
    assert "The Syrian government besieges" in asking.ask(query, "text/turtle").text


def test_the_log_says_which_hosts_were_asked_and_how_long_it_took(asking: Federated, port: int) -> None:
    number = asking.log.read_bytes().count(b"\n")
    asking.ask(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/sparql> {{ {LABEL} }} }}")
    (one,) = asking.last(number + 1)["services"]
    assert one.pop("seconds") > 0
    assert one == {"host": f"127.0.0.1:{port}", "answered": True}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (http("500 Error"), 502),
        (http("303 See Other", Location="http://127.0.0.1/"), 502),
        (http("200 OK", b'{"results": {"bindings": [' + b"[" * 100_000), 502),
        (http("200 OK", b"", Content_Length="9"), 504),
        (b"", 502),
    ],
)
def test_a_failing_service_is_a_bad_gateway_and_a_late_one_a_timeout(
    asking: Federated, answer: bytes, status: int
) -> None:
    drip = b" " if status == 504 else b""
    with peer(answer.replace(b"Content-Length: 9\r\n", b""), drip) as failing:
        reply = asking.ask(f"SELECT * {{ SERVICE <{failing.url}> {{ ?s ?p ?o }} }}")
        silent = asking.ask(f"SELECT * {{ SERVICE SILENT <{failing.url}> {{ ?s ?p ?o }} }}")
    assert reply.status == status
    assert json.loads(reply.body)["detail"].startswith(("127.0.0.1 ", "http://127.0.0.1:"))
    assert json.loads(silent.body)["results"]["bindings"] == [{}]


def test_a_name_of_this_machine_that_is_not_named_as_private_is_not_asked(asking: Federated, port: int) -> None:
    reply = asking.ask(f"SELECT * {{ SERVICE <http://localhost:{port}/sparql> {{ ?s ?p ?o }} }}")
    assert reply.status == 502
    assert "private address" in reply.text


def test_a_service_that_is_not_allowed_is_forbidden(asking: Federated) -> None:
    for silent in ("", "SILENT"):
        reply = asking.ask(f"SELECT * {{ SERVICE {silent} <http://other.example/sparql> {{ ?s ?p ?o }} }}")
        assert reply.status == 403
        assert "http://other.example: whoever runs it decides" in json.loads(reply.body)["detail"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT * { VALUES ?e { <http://127.0.0.1:1/> } SERVICE ?e { ?s ?p ?o } }", 403),
        (r"SELECT * { \u0053ERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p } }", 400),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { " + "{" * 70 + "}" * 70 + " } }", 400),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p '" + "x" * 70_000 + "' } }", 413),
    ],
)
def test_the_guard_holds_with_services_too(asking: Federated, query: str, status: int) -> None:
    assert asking.ask(query).status == status


def test_servers_that_ask_each_other_in_turn_stop(own: Settings) -> None:
    own = replace(own, threads=16, service_seconds=10.0)
    with Workers(Store(Path(own.store)), own) as workers, listening(own, workers) as number:
        own_address = f"http://127.0.0.1:{number}/sparql"
        query = "{ ?s a ng:Event }"
        for _ in range(4):
            query = f"{{ SERVICE <{own_address}> {query} }}"
        federated = Federated(sender(number), Path(own.access_log))
        reply = federated.ask(f"SELECT * {query}")
        assert reply.status == 502
        assert "passed through 3 services" in reply.text
        assert federated.ask("ASK {}", Via="1.1 newsgraph, 1.1 newsgraph, 1.1 newsgraph").status == 200


def test_the_description_names_the_feature_only_where_it_is(asking: Federated, send: Send) -> None:
    feature = "<http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery>"
    assert feature in asking.send("/sparql", "application/n-triples").text
    assert feature not in send("/sparql", "application/n-triples").text


def test_the_time_that_services_take_counts_among_what_a_client_may_use(own: Settings, workers: Workers) -> None:
    limited = replace(own, client_burst=0.3, client_seconds=1.0)
    with Workers(Store(Path(own.store)), limited) as pool, peer(b"", b" ") as slow:
        assert pool.ready(20)
        stranger = FlaskClient(create_app(limited, pool))
        query = quote(f"SELECT * {{ SERVICE SILENT <{slow.url}> {{ ?s ?p ?o }} }}", safe="")
        from_outside = {"REMOTE_ADDR": "192.0.2.7"}
        assert stranger.get(f"/sparql?query={query}", environ_overrides=from_outside).status_code == 200
        assert stranger.get("/sparql?query=ASK%7B%7D", environ_overrides=from_outside).status_code == 429


def test_updates_never_ask_services(own: Settings, tmp_path: Path, publish_store: Publish) -> None:
    with remote("<x:s> <x:p> 1 .") as service:
        text = f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{service.url}> {{ ?s ?p ?o }} }}"
        writing = replace(own, store=str(tmp_path / "store"), writable=True, write_token_sha256=digest(WRITE_TOKEN))
        publish_store(tmp_path / "store", TURTLE.read_text(encoding="utf-8"), "1")
        with (
            Workers(Store(Path(writing.store)), writing) as pool,
            Writer(Store(Path(writing.store)), writing, pool) as writer,
            listening(writing, pool, writer) as number,
        ):
            headers = {"Authorization": BEARER, "Content-Type": "application/sparql-update"}
            reply = sender(number)("/sparql", None, "POST", text.encode(), **headers)
    assert reply.status == 403
    assert not service.queries


def test_the_command_line_asks_the_same_services(
    served_store: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = f"SELECT ?label {{ SERVICE <http://127.0.0.1:{port}/sparql> {{ {LABEL} }} }}"
    command = ["query", query, "--store", str(served_store), "--format", "csv"]
    refused = CliRunner().invoke(cli.main, command)
    assert refused.exit_code == 2
    assert "SERVICE" in refused.output
    monkeypatch.setenv("KG_SERVICES", f"private:http://127.0.0.1:{port}/sparql")
    answered = CliRunner().invoke(cli.main, command)
    assert answered.exit_code == 0
    assert "The Syrian government besieges" in answered.output
