"""Stories over HTTP: their documents and feeds, events between their neighbours, titles in other spellings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from pyld import jsonld
from pyoxigraph import RdfFormat, parse
from rdflib import Graph
from rdflib.compare import isomorphic

from kg.derived.artefacts import Artefacts
from kg.derived.kinds import SEARCH
from kg.pipeline.run import build
from kg.rdf import NamedNode, terms
from kg.rdf.jsonld import document as ours
from kg.settings import Settings
from kg.store.layout import Store
from tests.kg.derived.appending import append

BASE = "http://127.0.0.1:8000/"
STORY = "entity/en/Siege_of_Port_Example"
OTHER = "entity/en/Example_Spring"
ATOM = "{http://www.w3.org/2005/Atom}"
DAYS = {
    "2011_November_8": ["First ship burns. [http://example.org/1 (Example News)]", "Second ship burns."],
    "2011_November_9": ["Third ship burns."],
    "2011_November_12": ["Fourth ship burns."],
}
Get = Callable[..., "object"]
Serving = Callable[[Settings], AbstractContextManager[Callable]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of three days with a story of four events, two of which also belong to another story."""
    folder = tmp_path_factory.mktemp("stories")
    archive = folder / "archive"
    archive.mkdir()
    for day, bullets in DAYS.items():
        year, month, number = day.split("_")
        listed = "".join(f"**{bullet}\n" for bullet in bullets)
        text = f"{{{{Current events header|{year}|11|{number}}}}}\n*[[Siege of Port Example|The siege]]:\n{listed}"
        (archive / f"{year}_{month}_{number}.txt").write_text(
            f"{text}*A ship named after the [[Siege of Port Example]] sails.\n"
        )
    for day in ("2011_November_13", "2011_November_14"):
        number = day.rpartition("_")[2]
        head = f"{{{{Current events header|2011|11|{number}}}}}\n"
        below = "*[[Example Spring]], [[Siege of Port Example]]:\n**Ship {0} sinks.\n*[[Syria]]:\n**Ship {0} arrives.\n"
        (archive / f"{day}.txt").write_text(head + below.format(number))
    build([archive], Settings(store=str(folder / "store"), jobs=1))
    append(folder / "store")
    return folder / "store"


@pytest.fixture(scope="module")
def get(store: Path, serving: Serving) -> Iterator[Callable]:
    settings = Settings(store=str(store), port=0, query_memory=1_000_000_000)
    wait(Artefacts.of(settings).prepare([SEARCH], Store(store).current()))  # the pages of things need it
    with serving(settings) as send:
        yield send


def document(get: Callable, path: str) -> dict:
    return json.loads(get(f"/doc/{path}.json").body)


def titles(parts: list[dict]) -> list[str]:
    return [one["label"]["en"] for one in parts]


def path_of(iri: str) -> str:
    return iri.removeprefix(BASE)


def test_a_story_is_plain_json_with_its_parts_in_order(get) -> None:
    found = document(get, STORY)
    assert found["type"] == ["Entity", "Story"]
    assert (found["date"], found["endDate"], found["totalItems"]) == ("2011-11-08", "2011-11-14", 6)
    ships = [f"{number} ship burns." for number in ("First", "Second", "Third", "Fourth")]
    assert titles(found["subEvents"]) == [*ships, "Ship 13 sinks.", "Ship 14 sinks."]
    assert found["altLabel"] == {"en": "The siege"}
    assert [one["id"] for one in found["related"]] == [BASE + OTHER]
    assert found["subEvents"][0]["sources"][0]["id"] == "http://example.org/1"


def test_other_events_that_name_a_story_are_listed_separately(get) -> None:
    found = document(get, STORY)
    assert [one["date"] for one in found["events"]] == ["2011-11-12", "2011-11-09", "2011-11-08"]
    assert found["document"]["totalItems"] == 9


def test_the_json_of_a_story_and_of_its_events_is_the_graph(get) -> None:
    event = path_of(document(get, STORY)["subEvents"][1]["id"])
    for path in (STORY, event):
        triples = Graph().parse(data=get(f"/doc/{path}.nt").text, format="nt")
        read = jsonld.to_rdf(
            json.loads(get(f"/doc/{path}.jsonld").body), {"format": "application/n-quads", "documentLoader": ours.load}
        )
        assert isomorphic(Graph().parse(data=read, format="nt"), triples)


def test_an_event_stands_between_its_neighbours(get) -> None:
    second = document(get, STORY)["subEvents"][1]["id"]
    [story] = document(get, path_of(second))["stories"]
    assert (story["id"], story["totalItems"]) == (BASE + STORY, 6)
    around = [one if isinstance(one, str) else one["id"] for one in story["subEvents"]]
    assert around == [one["id"] for one in document(get, STORY)["subEvents"][:3]]


def test_the_page_of_a_story_has_its_days_its_events_and_what_stands_beside_it(get) -> None:
    page = get(f"/doc/{STORY}", "text/html").text
    assert "<span>Story</span>" in page
    assert "6 events on 5 days." in page
    assert [*re.findall(r'<h3><a href="/day/([0-9-]+)">', page)] == [f"2011-11-{day:02}" for day in (8, 9, 12, 13, 14)]
    assert page.index("First ship") < page.index("Second ship") < page.index("Ship 14 sinks")
    assert re.search(rf'href="/events\?entity={STORY}">All that name it in any way</a> <span class="note">9<', page)
    assert re.search(f'<li><a href="/{OTHER}"[^>]*>Example Spring</a>', page)


def test_the_page_of_an_event_leads_to_the_one_before_and_the_one_after(get) -> None:
    parts = [path_of(one["id"]) for one in document(get, STORY)["subEvents"]]
    page = get(f"/doc/{parts[1]}", "text/html").text
    assert "6 events</p>" in page
    assert re.search(f'rel="prev" href="/{parts[0]}"', page)
    assert re.search(f'rel="next" href="/{parts[2]}"', page)
    assert 'rel="prev"' not in get(f"/doc/{parts[0]}", "text/html").text


def test_a_story_links_its_feeds_which_have_the_newest_event_first(get) -> None:
    reply = get(f"/doc/{STORY}", "text/html")
    for kind in ("atom", "activity"):
        assert f'</feed/{kind}/{STORY}>; rel="alternate"' in reply.headers["link"]
        assert f'href="/feed/{kind}/{STORY}"' in reply.text
    feed = get(f"/feed/atom/{STORY}")
    entries = ElementTree.fromstring(feed.body).findall(f"{ATOM}entry")
    assert entries[0].findtext(f"{ATOM}title") == "Ship 14 sinks."
    assert len(entries) == 9
    assert get(f"/feed/atom/{STORY}", If_None_Match=feed.headers["etag"]).status == 304
    assert json.loads(get(f"/feed/activity/{STORY}").body)["totalItems"] == 9


def test_a_place_that_events_of_two_days_stand_below_is_a_story_and_a_place(get) -> None:
    syria = document(get, "entity/en/Syria")
    assert {"Country", "Place", "Story"} <= set(syria["type"])
    assert len(syria["subEvents"]) > 1


def test_a_story_has_no_page_behind_its_last_one(get) -> None:
    assert get(f"/doc/{STORY}?page=2").status == 404
    assert get("/feed/atom/entity/en/Siege_of_Nowhere").status == 404


def test_a_story_is_found_as_one(get) -> None:
    found = json.loads(get("/search?q=siege%20of%20port%20example&type=story", "application/json").body)["results"]
    assert [(one["id"], one["type"], one["date"]) for one in found] == [(BASE + STORY, "story", "2011-11-08")]
    query = quote(json.dumps({"q": {"query": "The siege", "type": "https://schema.org/EventSeries"}}))
    [candidate] = json.loads(get(f"/reconcile?queries={query}").body)["q"]["result"]
    assert (candidate["id"], candidate["match"]) == (STORY, True)
    assert candidate["type"][0]["id"] == terms.EVENT_SERIES.value


@pytest.mark.parametrize(
    "title",
    [
        "siege of port example",
        "Siege_of_Pórt_Example",
        "SIEGE%20OF%20PORT%20EXAMPLE",
        "Siege_of_Port_Example/",
        "Siege–of–Port–Example",
        "Siege_of_Port_Example%23History",
        "The_siege",
    ],
)
def test_another_spelling_of_a_title_leads_to_the_entity(get, title: str) -> None:
    path = quote(title, safe="%/")
    reply = get(f"/entity/en/{path}")
    assert (reply.status, reply.headers["location"]) == (308, f"/{STORY}")
    assert get(f"/doc/entity/en/{path}").headers["location"] == f"/doc/{STORY}"


@pytest.mark.parametrize("title", ["Siege_of_Port", "Port_Example", "Siege_of_Port_Example_(2012)", "%20", "/"])
def test_another_title_leads_nowhere(get, title: str) -> None:
    assert get(f"/entity/en/{title}").status == 404


def test_another_language_has_other_titles(get) -> None:
    assert get("/entity/zh/siege_of_port_example").status == 404


def test_every_part_is_an_event_that_stands_below_the_topic(get) -> None:
    quads = list(parse(get(f"/doc/{STORY}.nt").body, format=RdfFormat.N_TRIPLES))
    told = {quad.object for quad in quads if quad.predicate == terms.SUB_EVENT}
    below = {quad.subject for quad in quads if (quad.predicate, quad.object) == (terms.TOPIC, NamedNode(BASE + STORY))}
    assert told == below
