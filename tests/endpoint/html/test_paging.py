"""A thing that very many events name is described page by page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from urllib.parse import quote

import pytest
from pyoxigraph import NamedNode, RdfFormat

from kg.lookup.describe import NEWEST
from kg.rdf import terms
from kg.rdf.prefixes import PREFIXES, expand
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"
HUB = "entity/en/Homs"
EVENTS = 2 * NEWEST + 30
Serving = Callable[[Settings], AbstractContextManager[Callable]]


@pytest.fixture(scope="module")
def get(tmp_path_factory: pytest.TempPathFactory, serving: Serving, publish_store) -> Iterator[Callable]:
    """Send requests to a server of a place that 230 events name, one on each of 230 days."""
    event = '<{0}event/{1}> a ng:Event ; rdfs:label "{1}" ; schema:startDate "{1}"^^xsd:date ; ng:place <{0}{2}> .'
    dates = [date.fromordinal(734_000 + number).isoformat() for number in range(EVENTS)]
    prefixes = [f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in PREFIXES.items()]
    place = f'<{BASE}{HUB}> a schema:Place ; rdfs:label "Homs"@en .'
    store = tmp_path_factory.mktemp("paging") / "store"
    publish_store(store, "\n".join([*prefixes, place, *(event.format(BASE, day, HUB) for day in dates)]))
    with serving(Settings(store=str(store), port=0)) as send:
        yield send


def graph(reply) -> EmbeddedGraph:
    store = EmbeddedGraph()
    store.load(reply.body, format=RdfFormat.N_TRIPLES)
    return store


def events(reply) -> set[str]:
    return {quad.subject.value for quad in graph(reply).quads_for_pattern(None, terms.TYPE, terms.EVENT)}


def links(reply) -> dict[str, str]:
    found = re.findall(r'<([^>]*)>; rel="(first|prev|next|last)"', reply.headers["link"])
    return {rel: target for target, rel in found}


def test_the_pages_have_every_event_once_and_the_newest_first(get) -> None:
    pages = [events(get(f"/doc/{HUB}.nt?page={number}")) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [NEWEST, NEWEST, EVENTS - 2 * NEWEST]
    assert len(set.union(*pages)) == EVENTS
    assert min(pages[0]) > max(pages[1]) > max(pages[2])


def test_a_document_is_its_own_first_page(get) -> None:
    assert events(get(f"/doc/{HUB}.nt")) == events(get(f"/doc/{HUB}.nt?page=1"))


@pytest.mark.parametrize(
    ("number", "linked"),
    [
        (1, {"first": "", "next": "?page=2", "last": "?page=3"}),
        (2, {"first": "", "prev": "", "next": "?page=3", "last": "?page=3"}),
        (3, {"first": "", "prev": "?page=2", "last": "?page=3"}),
    ],
)
def test_a_page_links_to_those_around_it(get, number: int, linked: dict[str, str]) -> None:
    reply = get(f"/doc/{HUB}.nt?page={number}")
    assert links(reply) == {rel: f"/doc/{HUB}{page}" for rel, page in linked.items()}
    view = NamedNode(f"{BASE}doc/{HUB}" + (f"?page={number}" if number > 1 else ""))
    named = {"first": "first", "prev": "previous", "next": "next", "last": "last"}
    for rel, name in named.items():
        found = [quad.object for quad in graph(reply).quads_for_pattern(view, NamedNode(expand(f"hydra:{name}")), None)]
        assert found == ([NamedNode(f"{BASE}doc/{HUB}{linked[rel]}")] if rel in linked else [])


def test_each_page_says_how_many_events_there_are(get) -> None:
    for number in (1, 3):
        totals = graph(get(f"/doc/{HUB}.nt?page={number}")).quads_for_pattern(
            None, NamedNode(expand("hydra:totalItems")), None
        )
        assert [quad.object.value for quad in totals] == [str(EVENTS)]


def test_following_next_from_the_document_ends_at_the_last_page(get) -> None:
    path, seen = f"/doc/{HUB}", []
    while path:
        seen.append(path)
        path = links(get(path, accept="application/n-triples")).get("next", "")
    assert seen == [f"/doc/{HUB}", f"/doc/{HUB}?page=2", f"/doc/{HUB}?page=3"]


def test_each_page_is_a_document_of_its_own(get) -> None:
    first, second = (get(f"/doc/{HUB}?page={number}", accept="text/turtle") for number in (1, 2))
    assert first.headers["etag"] != second.headers["etag"]
    assert second.headers["content-location"] == f"/doc/{HUB}.ttl?page=2"
    assert f'<{BASE}doc/{HUB}?page=2>; rel="canonical"' in second.headers["link"]


@pytest.mark.parametrize("number", ["4", "0", "-1", "x", "", "1.5", "999999999999999999999", "٣", "2 OR 1"])
def test_a_page_that_does_not_exist_is_not_found(get, number: str) -> None:
    assert get(f"/doc/{HUB}.nt?page={quote(number)}").status == 404


def test_html_pages_link_to_the_next_page(get) -> None:
    middle = get(f"/doc/{HUB}.html?page=2").text
    assert f'rel="next" href="/doc/{HUB}?page=3">Older' in middle
    assert f'rel="prev" href="/doc/{HUB}">' in middle
    assert "Events 101 to 200 of 230" in middle
    assert "Older" not in get(f"/doc/{HUB}.html?page=3").text
