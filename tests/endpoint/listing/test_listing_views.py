"""The list of events over HTTP: each filter is a parameter, other parameters are refused, every format is complete."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib.plugins.sparql import prepareQuery

from endpoint.listing.as_sparql import as_sparql
from endpoint.listing.asked import ListView, asked_list
from kg.errors import ParameterError
from kg.rdf.formats import LIST_FORMATS
from kg.rdf.iri import Minter
from kg.rdf.prefixes import PREFIXES

BASE = "http://127.0.0.1:8000/"
HOMS = "entity/en/Homs"


def found(send, **given: str) -> Mapping[str, Any]:
    reply = send(f"/events?{urlencode({name.strip('_'): value for name, value in given.items()})}")
    assert (reply.status, reply.type) == (200, "application/json"), reply.text
    return json.loads(reply.body)


@pytest.mark.parametrize(("relation", "total"), [("in", 1), ("near", 1), ("names", 2)])
def test_the_events_of_a_place_are_separated_by_their_relation_to_it(relation: str, total: int, send) -> None:
    told = json.loads(send(f"/events?place=entity/en/Homs&relation={relation}").body)
    assert (told["place"], told["relation"], told["total"]) == ("http://127.0.0.1:8000/entity/en/Homs", relation, total)
    assert len(told["events"]) == total
    assert (told.get("km") == 50) is (relation == "near")


def test_by_default_the_list_of_a_place_has_what_happened_in_it(send) -> None:
    told = json.loads(send("/events?place=http://127.0.0.1:8000/entity/en/Homs").body)
    assert (told["relation"], [one["date"] for one in told["events"]]) == ("in", ["2011-11-08"])


@pytest.mark.parametrize("place", ["entity/en/Café_d'Orient.html", "/entity/en/Caf%C3%A9_d'Orient.html"])
@pytest.mark.parametrize("encode", [quote, lambda text: text.replace("é", "%C3%A9")])
def test_a_thing_is_named_in_every_spelling_of_its_address(place: str, encode: Callable[[str], str], send) -> None:
    told = json.loads(send(f"/events?topic={encode(place)}").body)
    assert told["topic"] == "http://127.0.0.1:8000/entity/en/Caf%C3%A9_d'Orient.html"


@given(st.sampled_from(["topic", "place"]), st.text(min_size=1))
def test_any_name_of_a_thing_leads_to_its_address(name: str, title: str) -> None:
    base = "http://127.0.0.1:8000/"
    iri = Minter(base).entity("en", title)
    decoded = unquote(iri)
    for spelling in (iri, iri.removeprefix(base), iri if "%" in decoded else decoded):  # else it spells another title
        assert getattr(asked_list({name: spelling}, base, {"en": 1}).filter, name) == iri


@pytest.mark.parametrize("query", ["relation=at", "km=-1", "km=9", "relation=near&km=1e9", "page=0", "page=x"])
def test_another_relation_distance_or_page_is_refused(query: str, send) -> None:
    assert send(f"/events?place=entity/en/Homs&{query}").status == 400


@pytest.mark.parametrize("place", ["entity/en/Nowhere", "entity/en/A b", "event/2011-11-08/abcdefghij"])
def test_events_are_found_only_for_places(place: str, send) -> None:
    assert send(f"/events?place={place.replace(' ', '%20')}").status == 404


def test_all_events_are_listed_with_what_they_have(send) -> None:
    told = found(send)
    assert (told["total"], told["sort"]) == (3, "newest")
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


def test_the_oldest_come_first_on_request(send) -> None:
    days = [one["date"] for one in found(send, sort="oldest")["events"]]
    assert days == sorted(days)
    assert days != [one["date"] for one in found(send)["events"]]


def test_a_page_after_the_last_one_is_empty_and_gives_the_number_of_events(send) -> None:
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
def test_a_wrong_value_is_an_error_that_names_the_valid_ones(query: str, known: str, send) -> None:
    reply = send(f"/events?{query}")
    assert (reply.status, reply.type) == (400, "application/problem+json")
    assert known in json.loads(reply.body)["detail"]


@pytest.mark.parametrize("name", ["category", "topic", "entity", "story", "publisher"])
def test_a_value_that_no_event_has_is_not_found(name: str, send) -> None:
    assert send(f"/events?{name}=entity/en/Nowhere").status == 404


@pytest.mark.parametrize("name", [one.suffix for one in LIST_FORMATS])
def test_a_suffix_sends_the_format_that_is_negotiated_too(name: str, send) -> None:
    chosen = next(one for one in LIST_FORMATS if one.suffix == name)
    reply = send(f"/events.{name}?place={HOMS}&relation=names")
    assert (reply.status, reply.headers["content-type"]) == (200, chosen.content_type)
    negotiated = send(f"/events?place={HOMS}&relation=names", chosen.media_type)
    assert negotiated.body == reply.body
    assert "Accept" in negotiated.headers["vary"].split(", ")
    assert send(f"/events.{name}?topics=x").status == 400
    again = send(f"/events.{name}?place={HOMS}&relation=names", If_None_Match=reply.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_a_client_that_accepts_no_format_of_a_list_is_told_the_available_ones(send) -> None:
    reply = send(f"/events?place={HOMS}", "image/png")
    assert reply.status == 406
    assert f"/events.csv?place={HOMS}" in reply.headers["link"]


def test_there_is_no_list_with_another_suffix(send) -> None:
    reply = send("/events.xlsx")
    assert (reply.status, reply.type) == (404, "application/problem+json")
    assert "csv" in json.loads(reply.body)["detail"]


def test_a_page_of_data_is_requested_by_its_number(send) -> None:
    rows = list(csv.reader(io.StringIO(send("/events.csv?page=2").text)))
    assert len(rows) == 1
    assert len(list(csv.reader(io.StringIO(send("/events.csv?page=1").text)))) == 4


def test_a_page_shows_the_list_with_ways_to_narrow_it_down(send) -> None:
    page = send(f"/events?place={HOMS}&relation=names&from=2011", "text/html")
    assert (page.status, page.type) == (200, "text/html")
    assert "<h1>Events that name Homs, since 2011</h1>" in page.text
    assert "2 events" in page.text
    assert f'href="/events?place={HOMS}&amp;relation=names"' in page.text  # without the date
    assert 'href="/events?from=2011"' in page.text  # without the place
    assert f'href="/events.csv?place={HOMS}&amp;relation=names&amp;from=2011"' in page.text


@pytest.mark.parametrize("view", list(ListView))
@pytest.mark.parametrize(
    "query", ["", f"place={HOMS}&relation=near&within=10", "q=nowhere", "bbox=36,34,37,35", "page=9"]
)
def test_every_view_of_every_list_is_well_formed(view: str, query: str, send) -> None:
    for path in ("/events", "/embed/events"):
        page = send(f"{path}?view={view}&{query}", "text/html")
        assert page.status == 200
        parsed = html5lib.HTMLParser(strict=False)
        parsed.parse(page.text)
        assert [code for _, code, _ in parsed.errors] == []


def test_only_the_embedded_list_may_be_framed_by_another_page(send) -> None:
    assert "frame-ancestors *" in send(f"/embed/events?place={HOMS}", "text/html").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in send("/events", "text/html").headers["content-security-policy"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"place={HOMS}",
        f"place={HOMS}&relation=names",
        f"entity={HOMS}",
        "language=zh",
        "from=2011-11-08",
        "to=2011-11-07&sort=oldest",
        "bbox=36,34,37,35",
        "bbox=170,-90,-170,90",
        "q=besieges",
    ],
)
def test_the_query_of_a_list_selects_the_same_events(query: str, send) -> None:
    listed = send(f"/events.json?{query}")
    page = html.unescape(send(f"/events?{query}", "text/html").text)
    [asked] = re.findall(r'href="(/sparql\?query=[^"]*)"', page)
    found = json.loads(send(asked, "application/sparql-results+json").body)["results"]["bindings"]
    assert [one["event"]["value"] for one in found] == [one["iri"] for one in json.loads(listed.body)["events"]]


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)


@given(words=WORDS, path=WORDS)
def test_no_value_leaves_its_place_in_the_query_of_a_list(words: str, path: str) -> None:
    try:
        asked = asked_list({"q": f"{words} 'x' \"y\" \\", "category": quote(path)}, BASE, {"en": 1})
        query = as_sparql(asked, BASE)
    except ParameterError:
        return
    assert query
    found = prepareQuery(query.text, initNs=PREFIXES).algebra
    assert found.name == "SelectQuery"


@given(st.text(max_size=20), st.text(min_size=1), st.sampled_from(["", "2012"]), st.sampled_from(["", HOMS]))
def test_addresses_of_many_places_are_those_made_one_by_one(words: str, place: str, year: str, now: str) -> None:
    asked = asked_list({"q": words, "from": year, "place": now, "view": "map"}, BASE, {})
    each = asked.addresses("events", "place", view="", bbox="")
    assert each(place) == asked.address("events", place=place, view="", bbox="")
