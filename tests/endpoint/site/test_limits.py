from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from endpoint.app import create_app
from endpoint.site import limits
from endpoint.site.limits import Clients, client
from kg.errors import ClientLimitError
from kg.settings import Settings
from kg.workers.workers import Workers

DIGITS = "{ 0 1 2 3 4 5 6 7 8 9 }"
RUNAWAY = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'VALUES ?v{n} {DIGITS}' for n in range(12))} }}"
ADDRESS = "192.0.2.1"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clients(clock: Clock) -> Clients:
    return Clients(replace(Settings(), client_seconds=60.0, client_burst=10.0, client_queries=2), clock)


def cost(clients: Clients, address: str, seconds: float) -> None:
    with clients.turn(address) as pay:
        pay(seconds)


def test_a_client_that_has_used_up_its_seconds_is_told_when_to_retry(clients: Clients, clock: Clock) -> None:
    cost(clients, ADDRESS, 6.0)
    cost(clients, ADDRESS, 9.0)
    with pytest.raises(ClientLimitError) as caught:
        cost(clients, ADDRESS, 0.0)
    assert caught.value.retry_after == 5
    clock.now += 5.1
    cost(clients, ADDRESS, 0.0)


def test_idle_time_saves_up_no_more_than_the_burst(clients: Clients, clock: Clock) -> None:
    cost(clients, ADDRESS, 1.0)
    clock.now += 3_600.0
    cost(clients, ADDRESS, 11.0)
    with pytest.raises(ClientLimitError):
        cost(clients, ADDRESS, 0.0)


def test_one_client_does_not_use_up_the_seconds_of_another(clients: Clients) -> None:
    cost(clients, ADDRESS, 100.0)
    cost(clients, "192.0.2.2", 1.0)


def test_a_client_has_only_so_many_queries_at_a_time(clients: Clients) -> None:
    with ExitStack() as running:
        for _ in range(2):
            running.enter_context(clients.turn(ADDRESS))
        with pytest.raises(ClientLimitError, match="at most 2"):
            cost(clients, ADDRESS, 0.0)
    cost(clients, ADDRESS, 0.0)


def test_clients_on_the_machine_itself_have_no_limit(clients: Clients) -> None:
    for address in ("127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"):
        for _ in range(3):
            cost(clients, address, 100.0)
    assert len(clients) == 0


def test_a_limit_of_zero_means_no_limit(clock: Clock) -> None:
    clients = Clients(replace(Settings(), client_seconds=0.0, client_queries=0), clock)
    with ExitStack() as running:
        for _ in range(100):
            running.enter_context(clients.turn(ADDRESS))(1_000.0)


def test_the_table_of_clients_does_not_grow_without_end(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CLIENTS", 50)
    for number in range(200):
        cost(clients, f"10.0.{number}.1", 100.0)
    assert len(clients) == 50
    with pytest.raises(ClientLimitError):
        cost(clients, "10.0.199.1", 0.0)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None),
        ("unknown", "unknown"),
    ],
)
def test_a_client_is_an_address_or_a_site(address: str, name: str | None) -> None:
    assert client(address) == name


@pytest.fixture
def app(settings: Settings, workers: Workers) -> Flask:
    """An application that lets a client work for a microsecond, and takes an hour to give it the next."""
    return create_app(replace(settings, client_seconds=1e-6 / 60, client_burst=1e-6), workers)


@pytest.fixture
def browser(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as found:
        yield found


def test_too_much_work_is_answered_with_429_and_a_time_to_retry(browser: FlaskClient) -> None:
    given = {"environ_base": {"REMOTE_ADDR": ADDRESS}}
    assert browser.get("/sparql", query_string={"query": "ASK {}"}, **given).status_code == 200
    refused = browser.get("/sparql", query_string={"query": "ASK {}"}, **given)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.get_json()["title"] == "Too Many Requests"
    other = {"environ_base": {"REMOTE_ADDR": "192.0.2.99"}}
    assert browser.get("/sparql", query_string={"query": "ASK {}"}, **other).status_code == 200


def test_a_client_without_seconds_left_still_gets_documents(app: Flask, browser: FlaskClient) -> None:
    with app.extensions[limits.NAME].turn(ADDRESS) as pay:
        pay(1_000.0)
    given = {"environ_base": {"REMOTE_ADDR": ADDRESS}}
    assert browser.get("/doc/event/2011-11-08/abcdefghij", **given).status_code == 200


@pytest.mark.parametrize(
    ("timeout", "statuses"), [("0.4", {503, 504}), ("1e6", {503, 504}), ("soon", {400}), ("-1", {400}), ("nan", {400})]
)
def test_a_time_limit_can_only_be_lowered(browser: FlaskClient, timeout: str, statuses: set[int]) -> None:
    reply = browser.get("/sparql", query_string={"query": RUNAWAY, "timeout": timeout})
    assert reply.status_code in statuses  # 503 if no worker was free in that time


def test_the_deadline_counts_from_the_arrival_of_the_request(workers: Workers, settings: Settings) -> None:
    app = create_app(settings, workers)
    long_ago = {"newsgraph.arrived": -1_000.0}
    with app.test_client() as browser:
        reply = browser.get("/sparql", query_string={"query": "ASK {}"}, environ_overrides=long_ago)
    assert reply.status_code in (503, 504)


@pytest.mark.parametrize(("trusted", "expected"), [("127.0.0.1", "198.51.100.7"), ("", "127.0.0.1")])
def test_only_a_trusted_proxy_may_name_the_client(
    settings: Settings, serving, trusted: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(limits, "client", seen.append)
    with serving(replace(settings, trusted_proxy=trusted)) as send:
        reply = send("/sparql?query=ASK%20%7B%7D", X_Forwarded_For="203.0.113.9, 198.51.100.7")
    assert (reply.status, seen[-1]) == (200, expected)


def test_a_result_over_the_limit_is_refused_whole(settings: Settings, serving) -> None:
    query = "/sparql?query=SELECT%20*%20%7B%20?s%20?p%20?o%20%7D"
    with serving(replace(settings, result_bytes=1_000)) as send:
        for accept in ("application/sparql-results+json", "text/csv", "text/html"):
            reply = send(query, accept)
            assert reply.status == 413
            assert b"abcdefghij" not in reply.body
        assert send(f"{query}%20LIMIT%201", "text/csv").status == 200


def test_a_page_is_not_made_of_a_result_that_only_programs_can_read(send) -> None:
    values = "%20".join(f"VALUES%20?v{n}%20%7B%200%201%202%203%204%205%206%207%208%209%20%7D" for n in range(5))
    query = f"/sparql?query=SELECT%20*%20%7B%20{values}%20%7D%20LIMIT%2030000"
    assert send(query, "text/html").status == 413
    assert send(query, "application/sparql-results+json").status == 200
