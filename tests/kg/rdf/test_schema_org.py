"""The data about an event for search engines: everything that they require, and nothing unknown.

The tables are Google's structured data documentation for Event and for Article (NewsArticle), October 2025.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from pyld import jsonld
from pyoxigraph import NamedNode

from kg.lookup.describe import describe
from kg.pipeline.run import Built
from kg.rdf import terms
from kg.rdf.licences import BY_SA_4
from kg.rdf.prefixes import PREFIXES
from kg.rdf.schema_org import CONTEXT, news
from kg.rdf.serialize import nodes
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"
EVENT = f"{BASE}event/2011-11-08/abcdefghij"
SEED_EVENT = f"{BASE}event/2011-11-08/dnucad6lq6"

REQUIRED = {
    "Event": ("name", "startDate", "location", "location.address"),
    "NewsArticle": (),
}
RECOMMENDED = {
    "Event": ("description", "image", "location.name", "location.address.addressCountry"),
    "NewsArticle": ("headline", "image"),
}
NOT_KNOWN = {
    "Event": {
        "endDate": "an item stands under one day; how long the event lasted is not said",
        "eventStatus": "items report what happened; a plan that was given up has no item",
        "offers": "nothing is sold",
        "organizer": "not printed as such",
        "performer": "not printed as such",
    },
    "NewsArticle": {
        "author": "the archives do not print who wrote an item",
        "datePublished": "the day of an item is that of the event; when it was put up is not printed",
        "dateModified": "captures show when a wording was seen, not when it was written",
    },
}


def made(event: str, store: EmbeddedGraph) -> dict[str, dict[str, Any]]:
    """Return the things on the page of an event, by their types."""
    page = event.replace(BASE, f"{BASE}doc/")
    document = news(event, nodes(describe(store, event, page, licences=(BY_SA_4,))), page)
    assert document["@context"] == CONTEXT
    return {thing["@type"]: thing for thing in document["@graph"]}


def at(thing: Any, path: str) -> Any:
    name, _, rest = path.partition(".")
    value = thing.get(name)
    return at(value, rest) if rest and value else value


@pytest.fixture(scope="module")
def things(sample_build: Built) -> dict[str, dict[str, Any]]:
    return made(SEED_EVENT, sample_build.snapshot.open())


@pytest.mark.parametrize(
    ("kind", "path"),
    [(kind, path) for table in (REQUIRED, RECOMMENDED) for kind, paths in table.items() for path in paths],
)
def test_what_search_engines_require_and_recommend_is_there(
    things: dict[str, dict[str, Any]], kind: str, path: str
) -> None:
    assert at(things[kind], path)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in NOT_KNOWN.items() for name in names])
def test_unknown_values_are_left_out(things: dict[str, dict[str, Any]], kind: str, name: str) -> None:
    assert name not in things[kind]


def test_the_seed_event_is_told_as_the_graph_has_it(things: dict[str, dict[str, Any]]) -> None:
    article, event = things["NewsArticle"], things["Event"]
    assert (event["@id"], event["startDate"]) == (SEED_EVENT, "2011-11-08")
    assert event["location"]["address"] == {"@type": "PostalAddress", "addressCountry": "SY"}
    assert event["location"]["geo"] == {"@type": "GeoCoordinates", "latitude": "34.72405", "longitude": "36.72559"}
    assert article["headline"] == event["name"]
    assert article["about"] == {"@id": SEED_EVENT, "name": article["headline"]}
    assert event["subjectOf"] == {"@id": article["@id"]}
    assert article["url"] == f"{BASE}doc/event/2011-11-08/dnucad6lq6"
    assert article["temporalCoverage"] == "2011-11-08"
    assert [one["publisher"][0]["name"] for one in article["citation"]] == ["Al Jazeera", "BBC"]
    assert article["license"].startswith("https://creativecommons.org/")


def test_every_event_of_the_sample_that_is_called_one_has_all_that_is_required(sample_build: Built) -> None:
    store = sample_build.snapshot.open()
    found = [quad.subject.value for quad in store.quads_for_pattern(None, terms.TYPE, terms.EVENT)]
    several = [made(event, store) for event in found[::7]]
    called = [things["Event"] for things in several if "Event" in things]
    assert 0 < len(called) < len(several)
    for event in called:
        places = event["location"] if isinstance(event["location"], list) else [event["location"]]
        assert event["name"]
        assert event["startDate"]
        assert all(place["address"]["addressCountry"] for place in places)
    assert all(things["NewsArticle"]["headline"] for things in several)


def test_an_event_is_only_where_its_sentence_says_that_it_happened(graph: EmbeddedGraph) -> None:
    location = graph.quads_for_pattern(NamedNode(EVENT), terms.LOCATION, None)
    only_named = EmbeddedGraph()
    only_named.extend(set(graph) - set(location))
    assert "Event" in made(EVENT, graph)
    assert set(made(EVENT, only_named)) == {"NewsArticle"}


def test_only_addresses_of_the_web_are_given_as_addresses(graph: EmbeddedGraph) -> None:
    assert "javascript:" not in json.dumps(made(EVENT, graph))


def test_it_is_json_ld_in_terms_of_schema_org_alone(things: dict[str, dict[str, Any]]) -> None:
    # The context at https://schema.org is not fetched; for these terms it gives the same as @vocab.
    (expanded, *_) = jsonld.expand({"@context": {"@vocab": PREFIXES["schema"]}, **things["Event"]})
    assert all(name.startswith(("@", PREFIXES["schema"])) for name in expanded)
