"""The pages of things that events name: what each is, where it is, its events, and what else these name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import unquote

import html5lib
import pytest

from endpoint.html.reader import Reader
from endpoint.http.urls import Addresses
from endpoint.things.elsewhere import elsewhere
from endpoint.things.kinds import kind
from kg.rdf import terms
from kg.rdf.prefixes import expand

BASE = "http://127.0.0.1:8000/"
THINGS = ("entity/en/Homs", "entity/en/Syria", "entity/en/2011_Syrian_uprising", "category/armed-conflicts-and-attacks")


def page(send: Callable, path: str) -> str:
    reply = send(f"/doc/{path}", "text/html")
    assert (reply.status, reply.type) == (200, "text/html")
    return reply.text


def described(**said: list[str]) -> Reader:
    nodes = {
        BASE + "entity/en/X": {expand(name.replace("_", ":")): [{"iri": one} for one in said[name]] for name in said}
    }
    return Reader(nodes, Addresses(BASE))


def test_a_place_says_what_contains_it_with_how_much_happened_in_each(send) -> None:
    shown = page(send, "entity/en/Homs")
    within = shown.partition('<ol class="within">')[2].partition("</ol>")[0]
    assert re.findall(r">([^<>]+)</(?:a|span)> <span class=\"note\">(\d+)<", within) == [
        ("World", "3"),
        ("Syria", "1"),
        ("Homs Governorate", "1"),
        ("Homs", "1"),
    ]
    assert "<span>City</span>" in shown


@pytest.mark.parametrize("path", THINGS)
def test_every_count_on_a_page_is_that_of_the_list_it_leads_to(path: str, send) -> None:
    tree = html5lib.parse(page(send, path), namespaceHTMLElements=False)
    counted = [(one.get("href"), int(one.text)) for one in tree.iter("a") if one.get("class") == "count"]
    for item in tree.iter("li"):
        link, note = item.find("a"), item.find("span")
        if link is not None and note is not None and "/events?" in (link.get("href") or ""):
            counted.append((link.get("href"), int(note.text)))
    assert counted
    for href, events in counted:
        assert json.loads(send(href, "application/json").body)["total"] == events, href


def test_a_place_leads_to_each_relation(send) -> None:
    shown = page(send, "entity/en/Homs")
    for relation in ("in", "near", "names"):
        assert f"/events?place=entity/en/Homs&amp;relation={relation}" in shown


def test_the_events_of_a_page_are_the_first_of_its_list(send) -> None:
    shown = page(send, "entity/en/Homs")
    listed = json.loads(send("/events?place=entity/en/Homs", "application/json").body)["events"]
    titles = re.findall(r'<a class="title" href="([^"]+)"', shown)
    assert [BASE[:-1] + unquote(one) for one in titles] == [one["iri"] for one in listed]
    assert 'href="/events?place=entity/en/Homs">All 1 event</a>' in shown


def test_statements_are_shown_on_request(send) -> None:
    tree = html5lib.parse(page(send, "entity/en/Homs"), namespaceHTMLElements=False)
    [statements] = [one for one in tree.iter("details") if one.get("class") == "statements"]
    assert statements.get("open") is None
    assert "34.72405" in "".join(statements.itertext())


@pytest.mark.parametrize("path", THINGS)
def test_no_page_uses_the_word_entity(path: str, send) -> None:
    shown = page(send, path).partition('<details class="statements">')
    assert not re.search(r">\s*(an )?Entity\s*<", shown[0], re.IGNORECASE)


@pytest.mark.parametrize(
    ("classes", "events", "word"),
    [
        ([terms.SCHEMA_PLACE, terms.COUNTRY, terms.EVENT_SERIES], {"in": 3, "story": 3, "entity": 3}, "Country"),
        ([terms.SCHEMA_PLACE, terms.ADMINISTRATIVE_AREA], {}, "Division"),
        ([terms.SCHEMA_PLACE], {"names": 1, "entity": 1}, "Place"),
        ([terms.PERSON], {"entity": 9, "topic": 9}, "Person"),
        ([terms.ORGANIZATION], {"publisher": 9}, "Publisher"),
        ([terms.ORGANIZATION], {"entity": 9}, "Organisation"),
        ([terms.EVENT_SERIES], {"entity": 9, "topic": 8, "story": 8}, "Story"),
        ([terms.EVENT_SERIES], {"entity": 900, "topic": 8, "story": 8}, "Named by events"),
        ([terms.ENTITY], {"entity": 9, "topic": 8}, "Topic"),
        ([terms.ENTITY], {"entity": 9}, "Named by events"),
        ([terms.CONCEPT], {"category": 9}, "Category"),
    ],
)
def test_a_thing_is_named_by_its_best_known_label(classes: list, events: dict[str, int], word: str) -> None:
    reader = described(rdf_type=[one.value for one in classes])
    assert kind(reader, BASE + "entity/en/X", events) == word


def test_links_elsewhere_say_where_they_lead_and_come_once() -> None:
    reader = described(
        schema_sameAs=["https://en.wikipedia.org/wiki/X", "javascript:alert(1)"],
        skos_exactMatch=["http://www.wikidata.org/entity/Q1", "https://sws.geonames.org/1/", BASE + "entity/en/Y"],
        rdfs_seeAlso=["https://en.wikipedia.org/wiki/X", "https://example.org/x"],
    )
    assert [(one.text, one.href) for one in elsewhere(reader, BASE + "entity/en/X")] == [
        ("Wikipedia, English", "https://en.wikipedia.org/wiki/X"),
        ("Wikidata", "http://www.wikidata.org/entity/Q1"),
        ("GeoNames", "https://sws.geonames.org/1/"),
        ("example.org", "https://example.org/x"),
    ]
