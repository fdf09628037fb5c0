"""The guard against generated queries: it stays fast, no SERVICE gets past it, and queries that pass crash nothing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import NewsgraphError, QuerySyntaxError, QueryTimeoutError, ServiceBusyError
from kg.query.guard import check
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.workers.workers import Workers
from tests.examples import most

SETTINGS = Settings()

SIGNS = (
    *("'", '"', "'''", '"""', "\\", "<", ">", "<<", "#", "\n", " ", ".", ":", ";", ",", "{", "}", "(", ")", "[", "]"),
    *("_", "-", "%", "^", "^^", "|", "||", "&&", "=", "!", "@en", "é", "1", "1e", "a", "a:", "a:b", "?x", "true"),
    *(r"\u0041", r"\U00000041", r"\u", r"\u0022", r"\u0027", r"\u003C", r"\u007B"),
)
WORDS = (
    *(
        "SERVICE",
        "service",
        "SILENT",
        r"\u0053ERVICE",
        r"\U00000053ERVICE",
        "ERVICE",
        "FILTER",
        "BIND",
        "EXISTS",
        "NOT",
    ),
    *("NOT", "UNION", "OPTIONAL", "MINUS", "GRAPH", "VALUES", "SELECT *", "?s ?p ?o .", "<x:y>", "_:b", "''", '""'),
)


@hypothesis.settings(max_examples=most(60))
@given(st.lists(st.sampled_from((*SIGNS, "SERVICE")), min_size=1, max_size=6).map("".join))
def test_no_repetition_makes_the_guard_slow(unit: str) -> None:
    text = unit * (65_000 // len(unit.encode()))
    start = time.process_time()
    with suppress(NewsgraphError):
        check(text, SETTINGS)
    assert time.process_time() - start < 1.0


class Listener:
    """A server that counts the connections to it."""

    def __init__(self, listening: socket.socket) -> None:
        self.listening = listening
        self.connections = 0
        self.service = f"SERVICE <http://127.0.0.1:{listening.getsockname()[1]}/> {{ ?a ?b ?c }}"

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                connection = self.listening.accept()[0]
                self.connections += 1
                connection.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = Listener(listening)
        thread = threading.Thread(target=found.accept)
        thread.start()
        yield found
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def evaluate(text: str) -> None:
    """Let the engine evaluate the text in this process, in which it may connect to hosts."""
    with suppress(SyntaxError, ValueError, RuntimeError, OSError):
        list(EmbeddedGraph().query(text))


PIECES = st.lists(st.sampled_from((*SIGNS, *WORDS)), max_size=14)


@hypothesis.settings(max_examples=most(500), suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@given(before=PIECES, after=PIECES, glue=st.sampled_from(("", " ")))
@hypothesis.example(before=["?s ?p ?o ."], after=[], glue=" ")
@hypothesis.example(before=["FILTER", "(", "?x", "<", "'", ">", "'", "||", "EXISTS", "{"], after=["}", ")"], glue="")
def test_a_query_that_passes_the_guard_makes_no_connection(
    listener: Listener, before: list[str], after: list[str], glue: str
) -> None:
    text = f"PREFIX a: <x:y> SELECT * {{ {glue.join(before)}{glue}{listener.service}{glue.join(after)} }}"
    with suppress(NewsgraphError):
        check(text, SETTINGS)
        evaluate(text)
    assert listener.connections == 0


def test_the_engine_would_connect_if_the_guard_let_it(listener: Listener) -> None:
    evaluate(f"SELECT * {{ {listener.service} }}")
    assert listener.connections > 0


def nested(opening: str, closing: str, number: int, inner: str = "?s ?p ?o") -> str:
    return "ASK { " + opening * number + inner + closing * number + " }"


@pytest.mark.parametrize(
    "query",
    [
        nested("{", "}", 63),
        nested("OPTIONAL {", "}", 63),
        nested("MINUS {", "}", 63),
        nested("FILTER NOT EXISTS {", "}", 63),
        nested("{ SELECT * {", "} }", 31),
        nested("GRAPH ?g {", "}", 63),
        nested("FILTER(EXISTS {", "})", 31),
        "ASK { ?s ?p " + "[ ?p " * 63 + "?o" + "]" * 63 + " }",
        "ASK { ?s ?p " + "(" * 63 + "1" + ")" * 63 + " }",
        "ASK { FILTER(" + "(" * 62 + "1" + ")" * 62 + ") }",
        "ASK { FILTER(" + "IF(" * 62 + "1" + ", 1, 1)" * 62 + ") }",
        "ASK { FILTER(" + "!" * 255 + "true) }",
        "ASK { ?s " + "/".join(["<x:p>"] * 256) + " ?o }",
        "ASK { ?s " + "|".join(["<x:p>"] * 256) + " ?o }",
        "ASK { ?s " + "^" * 255 + "<x:p> ?o }",
        "ASK { ?s " + "(" * 62 + "<x:p>" + ")*" * 62 + " ?o }",
        "ASK { " + " UNION ".join(["{ ?s ?p ?o }"] * 256) + " }",
        "ASK { " + "OPTIONAL { ?s ?p ?o } " * 256 + " }",
        "ASK { FILTER(" + "+".join(["1"] * 1_200) + ") }",
        "ASK { FILTER(" + "&&".join(["true"] * 1_200) + ") }",
        "ASK { FILTER(1 IN (" + ",".join(["1"] * 3_900) + ")) }",
        "ASK { VALUES ?x { " + "1 " * 7_900 + "} }",
        "ASK { ?s ?p " + ",".join(["?o"] * 3_900) + " }",
        "ASK { " + "?s ?p ?o ." * 1_900 + " }",
        "ASK { ?s ?p ?o" + " ; ?p ?o" * 2_600 + " }",
    ],
    ids=lambda query: query[:40],
)
def test_a_query_at_the_limits_does_not_overflow_the_stack_of_the_engine(workers: Workers, query: str) -> None:
    check(query, SETTINGS)
    with suppress(QueryTimeoutError, ServiceBusyError, QuerySyntaxError):
        assert workers.query(query).body  # and not WorkerLostError
