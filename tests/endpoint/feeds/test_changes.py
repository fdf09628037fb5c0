"""The changes between two instants, over HTTP."""

from __future__ import annotations

import json

import pytest

from tests.endpoint.conftest import Writable


def found(reply) -> dict:
    assert reply.status == 200, reply.text
    return json.loads(reply.body)


def test_all_changed_events_are_listed_in_both_formats(send) -> None:
    told = found(send("/changes.json"))
    assert told == found(send("/changes", "application/json"))
    assert told["counts"] == {"added": 3, "changed": 0, "removed": 0}
    assert {one["change"] for one in told["events"]} == {"added"}
    page = send("/changes", "text/html").text
    assert "3 events added" in page
    assert all(f'href="{one["event"].removeprefix("http://127.0.0.1:8000")}"' in page for one in told["events"])


@pytest.mark.parametrize(
    ("query", "events"),
    [
        ("from=2011-11-08", 3), ("from=2011-11-09T06:00:00Z", 0), ("to=2011-11-08", 0), ("to=2011-11-09", 3),
        ("from=2011-11-09T06:59:59%2B01:00&to=2011-11-09T06:00:00Z", 3), ("place=entity/en/Homs", 2),
        ("place=http://127.0.0.1:8000/entity/en/Homs", 2), ("place=entity/en/Homs_Governorate", 0),
        ("place=/entity/en/Caf%25C3%25A9_d'Orient.html", 1), ("place=entity/en/Caf%C3%A9_d'Orient.html", 1),
        ("from=&to=&place=", 3),
    ],
)  # fmt: skip
def test_an_interval_and_a_place_filter_the_changes(send, query: str, events: int) -> None:
    assert len(found(send(f"/changes.json?{query}"))["events"]) == events


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=yesterday", 400), ("to=2011-13-01", 400), ("from=2012-01-01&to=2011-01-01", 400),
        ("place=entity/en/Nowhere", 404), ("page=2", 404), ("page=0", 404), ("since=2011", 400),
    ],
)  # fmt: skip
def test_an_invalid_interval_place_or_page_is_an_error(send, query: str, status: int) -> None:
    assert send(f"/changes?{query}", "text/html").status == status


def test_a_reworded_event_is_shown_with_its_words_and_a_removed_one_with_its_title(
    writable: Writable,
) -> None:
    before = found(writable.read("/changes.json"))["to"]
    event = "http://127.0.0.1:8000/event/2011-11-08/abcdefghij"
    writable.update(
        f"DELETE {{ <{event}> rdfs:label ?old ; ng:currentRevision ?revision }}"
        f" INSERT {{ <{event}> rdfs:label 'Syria besieges Homs.'@en ;"
        f" ng:currentRevision <{event}/revision/ba9876543210> }}"
        f" WHERE {{ <{event}> rdfs:label ?old ; ng:currentRevision ?revision }} ;"
        "DELETE WHERE { <http://127.0.0.1:8000/event/2011-11-07/zhongwenaa> ?p ?o }"
    )
    told = found(writable.read(f"/changes.json?from={before}"))
    assert told["counts"] == {"added": 0, "changed": 1, "removed": 1}
    kinds = {one["change"]: one for one in told["events"]}
    assert "".join(one["text"] for one in kinds["reworded"]["words"] if one["op"] != "delete") == "Syria besieges Homs."
    assert kinds["removed"]["title"] == "叙利亚政府军包围霍姆斯。"
    page = writable.read(f"/changes?from={before}", "text/html").text
    assert "<del>" in page
    assert "/compare?a=0123456789ab&amp;b=ba9876543210" in page
