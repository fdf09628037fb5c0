"""SPARQL on the graph of the past: which snapshot answers, and that the answer names it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from urllib.parse import quote

import pytest

from kg.pipeline import run
from kg.settings import Settings
from tests.conftest import committing

PAGE = "2011_November_8.txt"
NOON, HOUR = 1_320_753_600, 3_600
QUERY = quote("SELECT (COUNT(*) AS ?n) { ?event a ng:Event }")
Serving = Callable[[Settings], AbstractContextManager[Callable]]


@pytest.fixture(scope="module")
def get(tmp_path_factory: pytest.TempPathFactory, serving: Serving) -> Iterator[Callable]:
    """Ask a server of an archive that listed one event at noon, two an hour later and three in the end."""
    lines = ["*Shops close.\n", "*A ship sinks.\n", "*Ports reopen.\n"]
    folder = tmp_path_factory.mktemp("past")
    commit = committing(folder / "repository")
    for number in range(3):
        root = commit({PAGE: "".join(lines[: number + 1])}, NOON + number * HOUR)
    settings = Settings(store=str(folder / "store"), jobs=1, port=0, history=True, query_memory=1_000_000_000)
    run.build([root], settings)
    for time in ("2011-11-08T12:00:00Z", "2011-11-08T13:00:00Z"):
        run.build([root], Settings(store=settings.store, jobs=1, history=True, as_of=time))
    with serving(settings) as send:
        yield send


def count(reply) -> int:
    return int(json.loads(reply.body)["results"]["bindings"][0]["n"]["value"])


def test_the_snapshot_of_the_time_asked_for_answers_and_is_named(get) -> None:
    answers = {
        time: get(f"/sparql?query={QUERY}&asOf={quote(time)}", accept="application/sparql-results+json")
        for time in ("2011-11-08T12:30:00Z", "2011-11-08T15:00:00+02:00", "2020-01-01")
    }
    assert [count(reply) for reply in answers.values()] == [1, 2, 2]
    assert [reply.headers["memento-datetime"] for reply in answers.values()] == [
        "Tue, 08 Nov 2011 12:00:00 GMT",
        "Tue, 08 Nov 2011 13:00:00 GMT",
        "Tue, 08 Nov 2011 13:00:00 GMT",
    ]


def test_without_a_time_the_present_answers(get) -> None:
    reply = get(f"/sparql?query={QUERY}", accept="application/sparql-results+json")
    assert count(reply) == 3
    assert "memento-datetime" not in reply.headers


def test_before_the_first_there_is_nothing_and_the_retained_times_are_listed(get) -> None:
    reply = get(f"/sparql?query={QUERY}&asOf=2011-11-08T11:59:59Z", accept="application/sparql-results+json")
    assert reply.status == 404
    assert "2011-11-08T12:00:00Z, 2011-11-08T13:00:00Z" in reply.text


@pytest.mark.parametrize("time", ["", "yesterday", "2011-13-01", "../../etc"])
def test_an_invalid_time_is_a_bad_request(get, time: str) -> None:
    assert get(f"/sparql?query={QUERY}&asOf={quote(time)}").status == 400


def test_a_time_is_asked_for_once(get) -> None:
    assert get(f"/sparql?query={QUERY}&asOf=2012-01-01&asOf=2013-01-01").status == 400
