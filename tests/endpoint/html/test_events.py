"""The list of events over HTTP: every filter is a parameter, and what is no filter is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

BASE = "http://127.0.0.1:8000/"
HOMS = "entity/en/Homs"


def found(send, **given: str) -> Mapping[str, Any]:
    reply = send(f"/events?{urlencode({name.strip('_'): value for name, value in given.items()})}")
    assert (reply.status, reply.type) == (200, "application/json"), reply.text
    return json.loads(reply.body)


@pytest.mark.parametrize(("relation", "total"), [("in", 1), ("near", 1), ("names", 2)])
def test_the_events_of_a_place_are_told_apart_by_what_ties_them_to_it(relation: str, total: int, send) -> None:
    told = json.loads(send(f"/events?place=entity/en/Homs&relation={relation}").body)
    assert (told["place"], told["relation"], told["total"]) == ("http://127.0.0.1:8000/entity/en/Homs", relation, total)
    assert len(told["events"]) == total
    assert (told.get("km") == 50) is (relation == "near")


def test_what_is_asked_of_a_place_without_a_word_is_what_happened_in_it(send) -> None:
    told = json.loads(send("/events?place=http://127.0.0.1:8000/entity/en/Homs").body)
    assert (told["relation"], [one["date"] for one in told["events"]]) == ("in", ["2011-11-08"])


@pytest.mark.parametrize("query", ["relation=at", "km=-1", "km=9", "relation=near&km=1e9", "page=0", "page=x"])
def test_another_relation_distance_or_page_is_refused(query: str, send) -> None:
    assert send(f"/events?place=entity/en/Homs&{query}").status == 400


@pytest.mark.parametrize("place", ["entity/en/Nowhere", "entity/en/A b", "event/2011-11-08/abcdefghij"])
def test_the_events_of_what_is_no_place_are_not_found(place: str, send) -> None:
    assert send(f"/events?place={place.replace(' ', '%20')}").status == 404


def test_all_events_are_listed_with_what_they_have(send) -> None:
    told = found(send)
    assert (told["total"], told["page"], told["sort"]) == (3, 1, "newest")
    assert told["years"] == {"2011": 3}
    assert told["months"] == {"2011-11": 3}
    assert {one["value"]: one["events"] for one in told["facets"]["language"]} == {"en": 2, "zh": 1}
    assert "relation" not in told


@pytest.mark.parametrize(
    ("given", "total"),
    [
        ({"q": "besieges"}, 1),
        ({"language": "zh"}, 1),
        ({"from": "2011-11-08"}, 1),
        ({"to": "2011-11-07"}, 2),
        ({"from": "2011", "to": "2011-11"}, 3),
        ({"from": "2012"}, 0),
        ({"bbox": "36,34,37,35"}, 1),
        ({"bbox": "170,-90,-170,90"}, 0),
        ({"entity": HOMS}, 2),
        ({"entity": HOMS, "language": "zh"}, 0),
        ({"place": HOMS, "relation": "near", "within": "10"}, 1),
        ({"q": "---"}, 0),
    ],
)
def test_a_filter_selects_its_events(given: dict[str, str], total: int, send) -> None:
    told = found(send, **given)
    assert (told["total"], len(told["events"])) == (total, total)
    assert {name: told[name] for name in ("q", "language", "from", "to", "bbox") if name in given} == {
        name: value for name, value in given.items() if name not in ("entity", "place", "relation", "within")
    }


def test_an_empty_parameter_filters_nothing(send) -> None:
    assert found(send, q="", category="", from_="", bbox="")["total"] == 3


def test_the_oldest_come_first_if_that_is_asked_for(send) -> None:
    days = [one["date"] for one in found(send, sort="oldest")["events"]]
    assert days == sorted(days)
    assert days != [one["date"] for one in found(send)["events"]]


def test_a_page_after_the_last_is_empty_and_tells_how_many_there_are(send) -> None:
    told = found(send, page="2")
    assert (told["total"], told["events"]) == (3, [])


@pytest.mark.parametrize(
    ("query", "known"),
    [
        ("sort=x", "newest, oldest, match"),
        ("sort=match", "give q"),
        ("relation=in", "give place"),
        ("place=entity/en/Homs&relation=at", "in, near, names"),
        ("place=entity/en/Homs&relation=near&within=x", "kilometres"),
        ("place=entity/en/Homs&relation=near&within=1&km=1", "the same"),
        ("place=entity/en/Homs&within=1", "near"),
        ("language=fr", "en, zh"),
        ("from=2011-13", "2012-02"),
        ("from=2011-02-30", "2012-02"),
        ("to=x", "2012-02"),
        ("from=0000", "2012-02"),
        ("from=2012&to=2011", "later"),
        ("bbox=1,2,3", "west, south, east and north"),
        ("bbox=1,2,3,nan", "west, south, east and north"),
        ("bbox=1,3,2,2", "west, south, east and north"),
        ("bbox=190,1,2,2", "west, south, east and north"),
        ("page=0", "from 1"),
        (f"q={'x' * 201}", "200"),
        ("topics=x", "there are q, place"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_what_there_is(query: str, known: str, send) -> None:
    reply = send(f"/events?{query}")
    assert (reply.status, reply.type) == (400, "application/problem+json")
    assert known in json.loads(reply.body)["detail"]


@pytest.mark.parametrize("name", ["category", "topic", "entity", "story", "publisher"])
def test_what_no_event_has_is_not_found(name: str, send) -> None:
    assert send(f"/events?{name}=entity/en/Nowhere").status == 404
