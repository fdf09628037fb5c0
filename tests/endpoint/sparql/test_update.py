from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import NamedNode

from kg.rdf.lines import patch
from kg.store.layout import Store
from kg.store.written import logged
from kg.write import log
from tests.conftest import TURTLE, publish_turtle
from tests.endpoint.conftest import BEARER, WRITE_TOKEN, Send, Writable, sender
from tests.paths import ROOT

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-update"
INSERT = "INSERT DATA { <urn:u> <urn:p> 1 }"


def test_an_update_comes_in_a_form_or_as_the_body_and_is_seen_by_whoever_was_answered(writable: Writable) -> None:
    assert writable.update("INSERT DATA { <urn:direct> <urn:p> 1 }").status == 200
    assert writable.ask("<urn:direct> <urn:p> 1")
    form = urlencode({"update": "INSERT DATA { <urn:form> <urn:p> 'é' }"}).encode()
    assert writable.write("/sparql", body=form, Content_Type=f"{FORM}; charset=UTF-8").status == 200
    assert writable.ask("<urn:form> <urn:p> 'é'")


def test_the_answer_says_what_changed_and_an_update_without_effect_makes_no_snapshot(writable: Writable) -> None:
    first = json.loads(writable.update("INSERT DATA { <urn:twice> <urn:p> 1, 2 }").body)
    assert (first["added"], first["removed"], first["snapshot"]) == (2, 0, Store(writable.store).current().id)
    assert json.loads(writable.update("INSERT DATA { <urn:twice> <urn:p> 1, 2 }").body) == {**first, "added": 0}
    assert json.loads(writable.update("").body)["snapshot"] == first["snapshot"]


def test_a_read_only_server_refuses_with_403(send: Send) -> None:
    reply = send("/sparql", None, "POST", INSERT.encode(), Content_Type=DIRECT, Authorization=BEARER)
    assert (reply.status, reply.type) == (403, "application/problem+json")
    form = urlencode({"update": INSERT}).encode()
    assert send("/sparql", None, "POST", form, Content_Type=FORM, Authorization=BEARER).status == 403


def test_without_a_token_it_is_401_with_a_challenge_and_with_a_wrong_one_403(writable: Writable) -> None:
    for given in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer "}):
        reply = writable.read("/sparql", None, "POST", INSERT.encode(), Content_Type=DIRECT, **given)
        assert (reply.status, reply.headers["www-authenticate"]) == (401, 'Bearer realm="newsgraph"')
    reply = writable.update(INSERT, Authorization="Bearer not-the-right-token")
    assert reply.status == 403
    assert 'error="invalid_token"' in reply.headers["www-authenticate"]
    assert not writable.ask("<urn:u> ?p ?o")


def test_a_token_in_the_address_is_refused(writable: Writable) -> None:
    path = f"/sparql?access_token={WRITE_TOKEN}"
    assert writable.write(path, body=INSERT.encode(), Content_Type=DIRECT).status == 400


@pytest.mark.parametrize(
    ("method", "path", "kind", "body", "status"),
    [
        ("GET", f"/sparql?update={quote(INSERT)}", "", b"", 400),
        ("QUERY", "/sparql", DIRECT, INSERT.encode(), 415),
        ("POST", f"/sparql?update={quote(INSERT)}", DIRECT, INSERT.encode(), 400),
        ("POST", f"/sparql?query={quote('ASK {}')}", DIRECT, INSERT.encode(), 400),
        ("POST", "/sparql", FORM, urlencode([("update", INSERT), ("update", INSERT)]).encode(), 400),
        ("POST", "/sparql", FORM, urlencode({"update": INSERT, "query": "ASK {}"}).encode(), 400),
        ("POST", "/sparql?using-graph-uri=no%20iri", DIRECT, INSERT.encode(), 400),
        ("POST", "/sparql", f"{DIRECT}; charset=utf-16", INSERT.encode("utf-16"), 415),
        ("POST", "/sparql", DIRECT, b"\xff", 400),
        ("POST", "/sparql", "text/plain", INSERT.encode(), 415),
        ("POST", "/sparql", DIRECT, b"ASK {}", 400),
        ("POST", "/sparql", "application/sparql-query", INSERT.encode(), 400),
        ("POST", "/sparql", DIRECT, b"#" * 600_000, 413),
        ("POST", "/sparql", DIRECT, b"#" * 1_000_000, 413),
        ("POST", "/sparql", DIRECT, b"INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403),
        ("POST", "/sparql", DIRECT, b"LOAD <http://127.0.0.1:9/>", 501),
        ("POST", "/sparql", DIRECT, b"CLEAR GRAPH <urn:none>", 500),
        ("POST", "/sparql", DIRECT, b'INSERT DATA { <urn:u> <urn:p> "\\u0001" }', 400),
    ],
)
def test_each_kind_of_bad_update_has_its_status_and_no_effect(
    writable: Writable, method: str, path: str, kind: str, body: bytes, status: int
) -> None:
    before = Store(writable.store).current().id
    reply = writable.write(path, method, body or None, **({"Content_Type": kind} if kind else {}))
    assert (reply.status, reply.type) == (status, "application/problem+json")
    assert Store(writable.store).current().id == before


def test_a_syntax_error_has_line_and_column_behind_declarations_too(writable: Writable) -> None:
    problem = json.loads(writable.update("PREFIX a: <urn:a#>\nINSERT DATA { a:s a:p }").body)
    assert (problem["status"], problem["line"], problem["column"]) == (400, 2, 23)
    problem = json.loads(writable.update("PREFIX a: <urn:a#> INSERT DATA { a:s a:p }").body)
    assert (problem["line"], problem["column"]) == (1, 42)


def test_a_request_of_several_operations_is_made_whole_or_not_at_all(writable: Writable) -> None:
    reply = writable.update("INSERT DATA { <urn:half> <urn:p> 1 } ; DROP GRAPH <urn:none>")
    assert reply.status == 500
    assert not writable.ask("<urn:half> ?p ?o")
    assert writable.update("INSERT DATA { <urn:half> <urn:p> 1 }").status == 200


def test_the_protocols_dataset_is_used_and_cannot_be_given_twice(writable: Writable) -> None:
    writable.update("INSERT DATA { GRAPH <urn:from> { <urn:x> <urn:p> 1 } GRAPH <urn:other> { <urn:y> <urn:p> 2 } }")
    using = "/sparql?" + urlencode({"using-graph-uri": "urn:from"})
    text = b"INSERT { GRAPH <urn:to> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    assert writable.write(using, body=text, Content_Type=DIRECT).status == 200
    assert writable.ask("GRAPH <urn:to> { <urn:x> <urn:p> 1 }")
    assert not writable.ask("GRAPH <urn:to> { <urn:y> ?p ?o }")
    for clause in (b"USING <urn:other>", b"USING NAMED <urn:other>"):
        twice = b"DELETE { ?s ?p ?o } " + clause + b" WHERE { ?s ?p ?o }"
        assert writable.write(using, body=twice, Content_Type=DIRECT).status == 400
    assert writable.write(using, body=b"WITH <urn:to> " + text, Content_Type=DIRECT).status == 400


def test_every_answered_write_is_seen_at_once_by_others_while_many_write(writable: Writable) -> None:
    def write(number: int) -> bool:
        assert writable.update(f"INSERT DATA {{ <urn:many> <urn:n> {number} }}").status == 200
        return writable.ask(f"<urn:many> <urn:n> {number}")

    with ThreadPoolExecutor(3) as threads:
        assert all(threads.map(write, range(9)))


def test_the_log_says_who_wrote_when_and_how_but_never_the_token(writable: Writable) -> None:
    writable.update("INSERT DATA { <urn:logged> <urn:p> 1 }")
    newest = logged(Store(writable.store))[-1].read_bytes()
    header = {name: term.value for name, term in patch.read(newest.splitlines()).header.items()}
    assert header["request"] == "POST /sparql"
    assert header["by"].startswith("sha256:")
    assert header["id"].startswith("urn:uuid:")
    assert set(header) - {"prev"} == {"id", "time", "by", "request", "sha256"}  # the first has none before it
    assert all(WRITE_TOKEN.encode() not in file.read_bytes() for file in logged(Store(writable.store)))


def test_a_long_body_is_refused_before_it_is_read_unless_its_sender_may_write(writable: Writable) -> None:
    long = b"INSERT DATA { <urn:long> <urn:p> '" + b"x" * 400_000 + b"' }"
    assert writable.update(long.decode()).status == 200
    form = b"update=" + b"x" * 1_100_000
    assert writable.read("/sparql", None, "POST", form, Content_Type=FORM).status == 413


def test_the_endpoint_describes_what_it_accepts(writable: Writable, send: Send) -> None:
    options = writable.read("/sparql", method="OPTIONS").headers
    assert DIRECT in options["accept-post"]
    assert options["accept-query"] == f"application/sparql-query, {FORM}"
    assert DIRECT not in send("/sparql", method="OPTIONS").headers["accept-post"]
    update = "http://www.w3.org/ns/sparql-service-description#SPARQL11Update"
    assert update in writable.read("/sparql", "application/n-triples").text
    assert update not in send("/sparql", "application/n-triples").text


@contextmanager
def served(store: Path) -> Iterator[tuple[subprocess.Popen[bytes], Send]]:
    """Run ``kg serve --writable`` as an operator does; provide the process, and a function that sends to it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "kg", "serve", "--store", str(store), "--port", str(port), "--writable"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KG_WRITE_TOKEN": WRITE_TOKEN}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        try:
            assert any(b"query" in line for line in process.stdout), "the server did not start"
            yield process, sender(port)
        finally:
            process.kill()


@pytest.mark.slow(
    also="tests/kg/write/test_writer.py::test_killing_the_process_at_any_moment_loses_nothing_that_was_answered"
)
def test_killing_the_whole_service_during_writes_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    store = tmp_path / "store"
    publish_turtle(store, TURTLE.read_text(encoding="utf-8"))
    answered: list[int] = []
    for moment in range(3):
        with served(store) as (process, send):
            killer = threading.Timer(0.03 + 0.05 * moment, process.kill)
            with suppress(OSError, HTTPException):
                for number in range(100 * moment, 100 * moment + 100):
                    text = f"INSERT DATA {{ <urn:n> <urn:p> {number} }}".encode()
                    reply = send("/sparql", None, "POST", text, Content_Type=DIRECT, Authorization=BEARER)
                    answered += [number] if reply.status == 200 else []
                    if number % 100 == 2:
                        killer.start()
            killer.join()
    held = {
        int(quad.object.value)
        for quad in Store(store).current().open().quads_for_pattern(NamedNode("urn:n"), None, None, None)
    }
    assert set(answered) <= held
    assert answered
    last = Store(store).current().manifest.writes
    log.settle(Store(store), last)
    assert len(logged(Store(store))) == len(held) == last


@pytest.mark.parametrize("token", [None, "", "short"])
def test_a_writable_server_without_a_good_token_does_not_start(tmp_path: Path, run_kg, token: str | None) -> None:
    publish_turtle(tmp_path / "store", "<urn:a> <urn:b> 1 .")
    given = {} if token is None else {"KG_WRITE_TOKEN": token}
    result = run_kg("serve", "--store", tmp_path / "store", "--port", "1", "--writable", env=given)
    assert result.returncode == 2
    assert b"token" in result.stderr
