"""How an event changed, over HTTP: its history, two wordings compared, and the page of each revision."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from html.parser import HTMLParser

import pytest

from endpoint.event.history import WORDINGS
from kg.settings import Settings
from tests.conftest import BASE, Publish

EVENT = "event/2011-11-08/abcdefghij"
OLD, NEW = "ba9876543210", "0123456789ab"
MANY = "event/2014-04-29/a"
NUMBER = 2 * WORDINGS + 3
Serving = Callable[[Settings], AbstractContextManager[Callable]]


class Words(HTMLParser):
    """The texts of elements, by tag; without a tag, all texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open:
            self.found.append((self.open[-1], data))

    def of(self, tag: str) -> list[str]:
        return [text for one, text in self.found if one == tag]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, publish_store: Publish, serving: Serving) -> Iterator[Callable]:
    """The server of an event with many long wordings."""
    store = tmp_path_factory.mktemp("many") / "store"
    names = ", ".join(f"<a/revision/{number}>" for number in range(NUMBER))
    text = [
        "@prefix ng: <https://w3id.org/newsgraph/ns#> . @prefix schema: <https://schema.org/> .",
        "@prefix prov: <http://www.w3.org/ns/prov#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @base <http://127.0.0.1:8000/event/2014-04-29/> .",
        f"<a> a ng:Event ; schema:startDate '2014-04-29'^^xsd:date ; ng:revision {names} ; rdfs:label 'Ten die.'@en ;",
        f"  ng:currentRevision <a/revision/{NUMBER - 1}> .",
    ]
    for number in range(NUMBER):
        text.append(
            f"<a/revision/{number}> a ng:Revision ; prov:specializationOf <a> ;"
            f" rdfs:label 'As many as {number} people {'and their neighbours ' * 20}die.'@en ;"
            f" ng:observedFrom '2014-05-{number + 1:02}T00:00:00Z'^^xsd:dateTime ."
        )
    publish_store(store, "\n".join(text), "20111109T060000000000Z")
    with serving(Settings(store=str(store), port=0, query_memory=1_000_000_000)) as send:
        yield send


def test_the_history_lists_words_values_times_and_mementos_newest_first(send) -> None:
    page = send(f"/{EVENT}/history", "text/html").text
    words = Words(page)
    assert words.of("del") == ["Syria"]
    assert words.of("ins") == ["The Syrian government", "the city of ", " for a sixth day"]
    assert re.findall(r"/memento/(\d+)/", page) == ["20111109060000", "20111108060000"]
    assert page.index(f"revision/{NEW}") < page.index(f"revision/{OLD}")
    came = page[page.index('<dl class="came">') : page.index("</dl>")]
    assert all(one in came for one in ("Armed conflicts and attacks", "Homs", "Example Times", "added"))
    assert "gone" not in came


def test_the_history_in_json_has_all_wordings_the_first_one_first(send) -> None:
    found = json.loads(send(f"/{EVENT}/history.json").body)
    assert found == json.loads(send(f"/{EVENT}/history", "application/json").body)
    assert [one["revision"].rpartition("/")[2] for one in found["wordings"]] == [OLD, NEW]
    assert [one["current"] for one in found["wordings"]] == [False, True]
    first, second = found["wordings"]
    assert first["words"] == []
    assert first["shownFrom"] == "2011-11-08T06:00:00Z"
    assert send("/" + second["memento"].split("/", 3)[3], "text/turtle").status == 200
    assert second["values"]["sources"]["added"]
    assert "".join(one["text"] for one in second["words"] if one["op"] != "delete") == second["title"]


def test_two_revisions_are_compared_and_by_default_the_newest_with_the_one_before(send) -> None:
    named = send(f"/{EVENT}/compare.json?a={OLD}&b={NEW}")
    assert json.loads(named.body) == json.loads(send(f"/{EVENT}/compare.json").body)
    iris = send(f"/{EVENT}/compare.json?a={BASE}{EVENT}/revision/{OLD}&b={BASE}{EVENT}/revision/{NEW}")
    assert json.loads(iris.body) == json.loads(named.body)
    back = json.loads(send(f"/{EVENT}/compare.json?a={NEW}&b={OLD}").body)
    assert (back["from"], back["to"]) == tuple(json.loads(named.body)[name] for name in ("to", "from"))
    assert Words(send(f"/{EVENT}/compare", "text/html").text).of("del") == ["Syria"]


def test_the_first_wording_is_not_compared(send) -> None:
    page = send(f"/{EVENT}/compare?b={OLD}", "text/html")
    assert page.status == 200
    assert "no wording before it" in page.text
    assert json.loads(send(f"/{EVENT}/compare.json?b={OLD}").body)["from"] is None


@pytest.mark.parametrize("query", ["a=nothing", f"b=event/{NEW}", f"a={BASE}event/2011-11-08/other/revision/{OLD}"])
def test_an_unknown_revision_is_an_error_that_names_the_known_ones(send, query: str) -> None:
    reply = send(f"/{EVENT}/compare?{query}", "application/json")
    assert reply.status == 400
    assert set(json.loads(reply.body)["known"]) == {OLD, NEW}


@pytest.mark.parametrize("what", ["history", "compare", "history.json", "compare.json"])
def test_another_name_of_the_event_leads_to_the_history_under_its_own(send, what: str) -> None:
    reply = send(f"/event/2011-11-08/the-syrian-government-besieges-homs/{what}")
    assert (reply.status, reply.headers["location"]) == (308, f"/{EVENT}/{what}")
    assert send(f"/event/2011-11-08/nothing/{what}").status == 404


def test_a_thing_without_wordings_has_no_history(send) -> None:
    assert send("/event/2011-11-07/klmnopqrst/history").status == 404


def test_links_lead_to_the_other_format_and_up_to_the_event(send) -> None:
    link = send(f"/{EVENT}/history", "text/html").headers["link"]
    assert f'</{EVENT}/history.json>; rel="alternate"; type="application/json"' in link
    assert f'</doc/{EVENT}>; rel="up"' in link
    assert send(f"/{EVENT}/history", "image/png").status == 406


def test_a_long_history_has_pages_that_leave_out_what_wordings_share(many: Callable) -> None:
    pages = [many(f"/{MANY}/history?page={number}", "text/html").text for number in (1, 2, 3)]
    numbers = [int(one) for page in pages for one in re.findall(r'id="wording-(\d+)"', page)]
    assert numbers == list(range(NUMBER, 0, -1))
    assert [len(re.findall(r'id="wording-', page)) for page in pages] == [WORDINGS, WORDINGS, 3]
    assert Words(pages[0]).of("ins") == [str(number) for number in range(NUMBER - 1, NUMBER - 1 - WORDINGS, -1)]
    assert pages[0].count("and their neighbours") < 4 * WORDINGS
    assert many(f"/{MANY}/history?page=4", "text/html").status == 404


def test_a_revision_links_its_event_and_its_neighbours_and_shows_what_it_changed(many: Callable) -> None:
    page = many(f"/{MANY}/revision/5", "text/html").text
    assert f"Wording 6 of {NUMBER}" in page
    for target in (MANY, f"{MANY}/revision/4", f"{MANY}/revision/6", f"{MANY}/history", "memento/20140506000000"):
        assert f'href="/{target}' in page
    assert Words(page).of("ins") == ["5"]
    first, last = (many(f"/{MANY}/revision/{number}", "text/html").text for number in (0, NUMBER - 1))
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in last


def test_the_page_of_an_event_shows_its_last_change_and_not_all_wordings(many: Callable) -> None:
    page = many(f"/doc/{MANY}", "text/html").text
    shown = page[: page.index("<details")]
    assert f"{NUMBER} wordings" in shown
    assert Words(shown).of("ins") == [str(NUMBER - 1)]
    assert shown.count("As many as") == 1
