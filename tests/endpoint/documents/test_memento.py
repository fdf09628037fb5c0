"""Past versions over HTTP, by the rules of RFC 7089."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from memento_client import MementoClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from endpoint.http.negotiate import DOCUMENT_FORMATS
from kg.pipeline import run
from kg.rdf import terms
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"
PATH = "2011_November_8.txt"
TIMES = ["2011-11-08T12:00:00Z", "2011-11-09T00:00:00Z", "2011-11-10T00:00:00Z", "2011-11-11T00:00:00Z"]
WORDINGS = [
    "Shops in [[Homs]] close early.",
    "Shops in [[Homs]] and [[Hama]] close early.",
    None,
    "Shops in [[Homs]] close early.",
]
DATES = [format_datetime(datetime.fromisoformat(time), usegmt=True) for time in TIMES]
STAMPS = [re.sub(r"\D", "", time) for time in TIMES]

Serving = Callable[[Settings], AbstractContextManager[Callable]]


def commit(root: Path, text: str, time: str) -> None:
    (root / PATH).write_text(f"{{{{Current events header|2011|11|08}}}}\n{text}*A ship sinks near [[Tartus]].\n")
    who = {"NAME": "A", "EMAIL": "a@example.org", "DATE": time}
    environment = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in who.items()}
    for arguments in (("add", "."), ("commit", "-qm", time)):
        subprocess.run(["git", "-C", str(root), *arguments], check=True, env=environment)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which one event has two wordings, is gone for a day, and comes back in its first wording."""
    folder = tmp_path_factory.mktemp("memento")
    root = folder / "archive"
    root.mkdir()
    subprocess.run(["git", "-C", str(root), "init", "-q"], check=True)
    for wording, time in zip(WORDINGS, TIMES, strict=True):
        commit(root, f"*{wording}\n" if wording else "", time)
    run.build([root], Settings(store=str(folder / "store"), jobs=1, history=True))
    return folder / "store"


@pytest.fixture(scope="module")
def event(store: Path) -> str:
    graph = EmbeddedGraph.read_only(str(store / "current" / "db"))
    titled = graph.quads_for_pattern(None, terms.NAME, Literal("Shops in Homs close early.", language="en"))
    return next(str(one.subject.value).removeprefix(BASE) for one in titled if "/revision/" not in str(one.subject))


@pytest.fixture(scope="module")
def get(store: Path, serving: Serving) -> Iterator[Callable]:
    with serving(Settings(store=str(store), port=0, query_memory=1_000_000_000)) as send:
        yield send


def links(reply, rel: str) -> list[str]:
    """Return the targets of links; those on this server, which must be absolute, as paths."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"', reply.headers.get("link", "") or reply.text)
    targets = [target for target, relations in found if rel in relations.split()]
    assert all(target.startswith("http://127.0.0.1:") for target in targets)
    return [target if target.startswith(BASE) else f"/{target.split('/', 3)[3]}" for target in targets]


def here(get: Callable, path: str) -> str:
    """Return the absolute address of a path, since clients of Memento do not resolve references."""
    return f"http://127.0.0.1:{get.__closure__[0].cell_contents}{path}"


def memento(event: str, number: int) -> str:
    return f"/memento/{STAMPS[number]}/{event}"


def test_the_current_document_names_its_timegate_and_its_timemaps(get, event: str) -> None:
    reply = get(f"/doc/{event}.ttl")
    assert links(reply, "timegate") == [f"/timegate/{event}"]
    assert links(reply, "timemap") == [f"/timemap/link/{event}", f"/timemap/json/{event}"]
    assert "memento-datetime" not in reply.headers


def test_a_document_without_past_versions_names_no_timegate(get) -> None:
    reply = get("/doc/entity/en/Homs.ttl")
    assert reply.status == 200
    assert links(reply, "timegate") == links(reply, "timemap") == []


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0),
        (DATES[0], 0),
        ("Tue, 08 Nov 2011 23:59:59 GMT", 0),
        (DATES[1], 1),
        (DATES[2], 2),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 3),
        (None, 3),
        ("", 3),
    ],
)
def test_a_timegate_leads_to_what_was_shown_at_that_time(get, event: str, asked: str | None, number: int) -> None:
    reply = get(f"/timegate/{event}", **({} if asked is None else {"Accept_Datetime": asked}))
    assert (reply.status, reply.headers["location"]) == (302, memento(event, number))
    assert reply.headers["vary"] == "Accept-Datetime"
    assert "memento-datetime" not in reply.headers
    assert links(reply, "original") == [f"{BASE}doc/{event}"]
    assert memento(event, number) in links(reply, "memento")


@pytest.mark.parametrize(
    "asked",
    ["yesterday", "2011-11-08T12:00:00Z", "Thu, 31 Feb 2015 00:00:00 GMT", "Tue, 08 Nov 2011 12:00:00 CET",
     "1420070400", "Mon, 08 Nov 2011 12:00:00 GMT", "Tuesday, 08-Nov-11 12:00:00 GMT", f"{DATES[0]}, {DATES[1]}"],
)  # fmt: skip
def test_a_malformed_accept_datetime_is_a_bad_request(get, event: str, asked: str) -> None:
    reply = get(f"/timegate/{event}", Accept_Datetime=asked)
    assert (reply.status, reply.type) == (400, "application/problem+json")


def test_a_timemap_lists_every_memento_with_its_time(get, event: str) -> None:
    reply = get(f"/timemap/link/{event}")
    assert reply.type == "application/link-format"
    assert links(reply, "memento") == [memento(event, number) for number in range(4)]
    assert [*links(reply, "first"), *links(reply, "last")] == [memento(event, 0), memento(event, 3)]
    assert re.findall(r'memento"; datetime="([^"]*)"', reply.text) == DATES
    assert f'from="{DATES[0]}"; until="{DATES[3]}"' in reply.text


def test_a_timemap_in_json_lists_the_same(get, event: str) -> None:
    found = json.loads(get(f"/timemap/json/{event}").body)
    assert [(one["datetime"], one["uri"]) for one in found["mementos"]["list"]] == [
        (TIMES[number], here(get, memento(event, number))) for number in range(4)
    ]
    assert found["timegate_uri"] == here(get, f"/timegate/{event}")
    assert found["timemap_uri"]["link_format"] == here(get, f"/timemap/link/{event}")
    assert found["original_uri"] == f"{BASE}doc/{event}"


def test_a_memento_links_to_those_around_it_and_does_not_negotiate_time(get, event: str) -> None:
    reply = get(memento(event, 1), accept="text/turtle", Accept_Datetime=DATES[3])
    assert reply.headers["memento-datetime"] == DATES[1]
    assert (links(reply, "prev"), links(reply, "next")) == ([memento(event, 0)], [memento(event, 2)])
    assert (links(reply, "first"), links(reply, "last")) == ([memento(event, 0)], [memento(event, 3)])
    assert reply.headers["vary"] == "Accept, Accept-Encoding"
    assert reply.headers["content-location"] == f"{memento(event, 1)}.ttl"


def state(get, path: str) -> EmbeddedGraph:
    store = EmbeddedGraph()
    store.load(get(f"{path}.nt").body, format=RdfFormat.N_TRIPLES)
    return store


def said(graph: EmbeddedGraph, event: str, term: NamedNode) -> set[str]:
    return {quad.object.value for quad in graph.quads_for_pattern(NamedNode(BASE + event), term, None)}


@pytest.mark.parametrize(
    ("number", "title", "places"),
    [(0, "Shops in Homs close early.", {"Homs"}), (1, "Shops in Homs and Hama close early.", {"Homs", "Hama"})],
)
def test_a_memento_says_what_was_said_then(get, event: str, number: int, title: str, places: set[str]) -> None:
    graph = state(get, memento(event, number))
    assert said(graph, event, terms.NAME) == {title}
    assert said(graph, event, terms.PLACE) == {f"{BASE}entity/en/{place}" for place in places}
    assert len(said(graph, event, terms.REVISION)) == number + 1
    assert said(graph, event, terms.INVALIDATED_AT) == set()


def test_a_memento_does_not_reveal_later_changes(get, event: str) -> None:
    first = get(f"{memento(event, 0)}.nt").text
    assert TIMES[0] in first
    assert not any(time in first for time in TIMES[1:])


def test_a_memento_of_a_time_without_the_event_says_since_when(get, event: str) -> None:
    graph = state(get, memento(event, 2))
    assert said(graph, event, terms.INVALIDATED_AT) == {TIMES[2]}
    assert said(graph, event, terms.CURRENT_REVISION) == set()


def test_the_newest_memento_of_an_event_has_the_content_of_its_current_document(get, event: str) -> None:
    now, then = state(get, f"/doc/{event}"), state(get, memento(event, 3))
    for term in (terms.NAME, terms.ABOUT, terms.PLACE, terms.CURRENT_REVISION, terms.REVISION):
        assert said(then, event, term) == said(now, event, term)


@pytest.mark.parametrize(("number", "listed"), [(0, 2), (1, 2), (2, 1), (3, 2)])
def test_a_memento_of_a_day_lists_the_events_of_that_time(get, number: int, listed: int) -> None:
    graph = state(get, memento("day/2011-11-08", number))
    assert len(list(graph.quads_for_pattern(None, terms.TYPE, terms.EVENT))) == listed
    assert Quad(NamedNode(f"{BASE}day/2011-11-08"), terms.TYPE, terms.PERIOD_OF_TIME) in graph


@pytest.mark.parametrize("wanted", DOCUMENT_FORMATS, ids=lambda one: one.suffix)
def test_a_memento_has_every_format_of_a_document(get, event: str, wanted) -> None:
    suffixed = get(f"{memento(event, 0)}.{wanted.suffix}")
    negotiated = get(memento(event, 0), accept=wanted.content_type)
    assert (suffixed.status, suffixed.type) == (200, wanted.media_type)
    assert suffixed.body == negotiated.body
    assert suffixed.headers["etag"] == negotiated.headers["etag"]


def test_an_html_page_of_the_past_gives_its_time(get, event: str) -> None:
    page = get(f"{memento(event, 1)}.html").text
    assert "As it stood at" in page
    assert "Shops in Homs and Hama close early." in page
    assert memento(event, 0) in get(f"/doc/{event}.html").text


def test_a_format_that_nobody_has_is_not_acceptable(get, event: str) -> None:
    reply = get(memento(event, 0), accept="image/png")
    assert reply.status == 406
    assert f"{memento(event, 0)}.ttl" in reply.text


@pytest.mark.parametrize(
    "path",
    ["/timegate/event/2011-11-08/aaaaaaaaaa", "/timegate/day/1999-01-01", "/timegate/entity/en/Homs",
     "/timegate/sparql", "/timemap/link/event/2011-11-08/aaaaaaaaaa", "/timemap/json/nothing",
     "/memento/20111108120000/day/1999-01-01", "/memento/20111108120001/day/2011-11-08",
     "/memento/2011/day/2011-11-08", "/memento/xyz/day/2011-11-08"],
)  # fmt: skip
def test_a_resource_without_past_versions_is_not_found(get, path: str) -> None:
    assert get(path).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_past_versions_cannot_be_written(get, event: str, method: str) -> None:
    assert {get(path, method=method).status for path in (f"/timegate/{event}", memento(event, 0))} == {405}


def test_a_memento_answers_a_conditional_request(get, event: str) -> None:
    tag = get(f"{memento(event, 0)}.ttl").headers["etag"]
    assert get(f"{memento(event, 0)}.ttl", If_None_Match=tag).status == 304


@pytest.mark.parametrize(
    ("asked", "number"), [(TIMES[0], 0), ("2011-11-08T20:00:00Z", 0), (TIMES[1], 1), (TIMES[3], 3)]
)
def test_memento_client_finds_past_versions(get, event: str, asked: str, number: int) -> None:
    client = MementoClient(check_native_timegate=True)
    found = client.get_memento_info(here(get, f"/doc/{event}"), datetime.fromisoformat(asked).replace(tzinfo=None))
    assert found["timegate_uri"] == here(get, f"/timegate/{event}")
    assert found["mementos"]["closest"]["uri"] == [here(get, memento(event, number))]
    assert found["mementos"]["first"]["uri"] == [here(get, memento(event, 0))]
    assert found["mementos"]["last"]["uri"] == [here(get, memento(event, 3))]
