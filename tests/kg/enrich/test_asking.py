"""Entities are requested in batches, each only once, and no answer is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kg.enrich import cache
from kg.enrich.asking import Asking
from kg.enrich.client import Client
from kg.enrich.question import question
from kg.errors import QueryError
from kg.settings import Settings
from tests.kg.enrich.conftest import Bad, FakeTime, http

NAMES = {f"http://127.0.0.1:8000/entity/en/E{number}": f"http://dbpedia.org/resource/E{number}" for number in range(10)}
SETTINGS = Settings(enrich_rate=1_000.0, enrich_retries=1)
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def asked_for(query: str) -> list[str]:
    return re.findall(r"/resource/(E\d+)>", query)


def labels(query: str) -> bytes:
    """Answer with a label for each entity in a query."""
    bindings = [
        {
            "asked": {"type": "uri", "value": f"http://dbpedia.org/resource/{name}"},
            "property": {"type": "uri", "value": LABEL},
            "value": {"type": "literal", "value": name, "xml:lang": "de"},
        }
        for name in asked_for(query)
    ]
    return http(json.dumps({"head": {}, "results": {"bindings": bindings}}))


@pytest.fixture
def asking(bad: Bad, time: FakeTime, tmp_path: Path) -> Iterator[Asking]:
    bad.replies = [labels]
    asked = question("dbpedia", "de")
    with cache.opened(tmp_path, bad.address, asked.hash) as kept:
        yield Asking(Client(bad.address, SETTINGS, time.clock), asked, kept, time.clock)


def ask(asking: Asking, batch: int = 4, limit: int = 0) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    asking.ask(NAMES, batch, limit, lambda done, total: told.append((done, total)))
    return told


def known(asking: Asking) -> int:
    return len(NAMES) - len(asking.kept.missing(NAMES))


def sizes(bad: Bad) -> list[int]:
    return [len(asked_for(query)) for query in bad.queries]


def test_entities_are_asked_for_in_batches_and_progress_is_told(asking: Asking, bad: Bad) -> None:
    assert ask(asking) == [(0, 10), (4, 10), (8, 10), (10, 10)]
    assert sizes(bad) == [4, 4, 2]
    assert [one.rows[0].value["value"] for one in asking.kept.answers(NAMES)] == [f"E{n}" for n in range(10)]


def test_answered_entities_are_not_asked_for_again(asking: Asking, bad: Bad) -> None:
    ask(asking)
    assert ask(asking) == [(10, 10)]
    assert len(bad.queries) == 3


def test_an_entity_that_the_endpoint_does_not_know_is_answered_too(asking: Asking, bad: Bad) -> None:
    bad.replies = [http('{"results": {"bindings": []}}')]
    ask(asking)
    assert known(asking) == 10


def test_a_limit_leaves_the_others_for_another_time(asking: Asking, bad: Bad) -> None:
    assert ask(asking, limit=3)[-1] == (3, 3)
    assert (asking.asked, asking.waiting, known(asking)) == (3, 7, 3)
    assert ask(asking, limit=3)[-1] == (6, 6)


def test_after_a_failure_the_answers_until_then_are_kept(asking: Asking, bad: Bad) -> None:
    bad.replies = [labels, labels, http("", "503 Busy")]
    with pytest.raises(QueryError, match="kept: run this again to continue"):
        ask(asking)
    assert known(asking) == 8
    bad.replies = [labels]
    ask(asking)
    assert sizes(bad)[-1] == 2
    assert known(asking) == 10


def test_a_batch_whose_answer_is_too_large_is_halved_and_grows_again(asking: Asking, bad: Bad) -> None:
    def at_most_two(query: str) -> bytes:
        return labels(query) if len(asked_for(query)) <= 2 else http("", "413 Content Too Large")

    bad.replies = [at_most_two]
    ask(asking, batch=8)
    assert sizes(bad)[:5] == [8, 4, 2, 3, 1]
    assert known(asking) == 10


def test_one_entity_whose_answer_is_too_large_is_reported_and_the_others_are_not_lost(asking: Asking, bad: Bad) -> None:
    bad.replies = [lambda query: labels(query) if "E7" not in asked_for(query) else http("", "413 Content Too Large")]
    ask(asking)
    assert [one.rpartition("/")[2] for one in asking.too_large] == ["E7"]
    assert known(asking) == 9


def test_an_endpoint_whose_answers_are_all_too_large_is_an_error(asking: Asking, bad: Bad) -> None:
    bad.replies = [http("x" * 100, Content_Length="1000000000000")]
    asking.client = Client(bad.address, replace(Settings(), result_bytes=50, enrich_rate=1_000.0), asking.clock)
    with pytest.raises(QueryError, match="too much, however little it is asked for"):
        ask(asking)
    assert known(asking) == 0


def test_rows_about_something_else_are_counted_and_not_kept(asking: Asking, bad: Bad) -> None:
    bad.replies = [lambda query: labels(query).replace(b"/resource/E3", b"/resource/X3")]
    ask(asking)
    assert asking.unasked == 1
    assert sum(len(one.rows) for one in asking.kept.answers(NAMES)) == 9


def test_an_answer_in_another_spelling_is_about_the_same_entity(asking: Asking, bad: Bad) -> None:
    names = {"http://127.0.0.1:8000/entity/en/S%C3%A3o": "http://dbpedia.org/resource/S%C3%A3o"}
    row = labels("<http://dbpedia.org/resource/E1>").partition(b"\r\n\r\n")[2].decode().replace("/E1", "/São")
    bad.replies = [http(row)]
    asking.ask(names, 5, 0, lambda done, total: None)
    assert [len(one.rows) for one in asking.kept.answers(names)] == [1]
