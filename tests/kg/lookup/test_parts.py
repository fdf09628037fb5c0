"""The lists in the descriptions of months, years and stories."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from kg.errors import NotFoundError
from kg.lookup import parts
from kg.lookup.describe import NEWEST, describe, total_of
from kg.lookup.listing.index import Index
from kg.rdf import terms
from kg.rdf.formats import by_name
from kg.rdf.lines.blocks import gather
from kg.rdf.serialize import represent
from kg.store.embedded import EmbeddedGraph
from kg.workers.operations import DescribePage
from tests.conftest import BASE

MONTH, YEAR = f"{BASE}month/2011-11", f"{BASE}year/2011"


def counts(graph: EmbeddedGraph, iri: str) -> dict[str, int]:
    """How many events each part of a month or a year has, as its description says."""
    found = describe(graph, iri, f"{BASE}doc/{iri.removeprefix(BASE)}")
    totals = {quad.subject: quad.object for quad in found if quad.predicate == terms.TOTAL_ITEMS}
    topics = {quad.object: quad.subject for quad in found if quad.predicate == terms.PRIMARY_TOPIC}
    parts = [quad.subject for quad in found if quad.predicate == terms.IS_PART_OF and quad.object == NamedNode(iri)]
    return {part.value.removeprefix(BASE): int(totals[topics[part]].value) for part in parts}


def test_a_month_lists_its_days_and_a_year_its_months_with_how_many_events_there_are(graph: EmbeddedGraph) -> None:
    assert counts(graph, MONTH) == {"day/2011-11-07": 2, "day/2011-11-08": 1, "day/2011-11-09": 0}
    assert counts(graph, YEAR) == {"month/2011-11": 3}


def test_the_counts_are_those_that_the_documents_of_the_days_say_of_themselves(graph: EmbeddedGraph) -> None:
    for path, count in counts(graph, MONTH).items():
        document = f"{BASE}doc/{path}"
        assert total_of(describe(graph, f"{BASE}{path}", document), document) == count


def test_without_a_document_only_the_parts_are_listed(graph: EmbeddedGraph) -> None:
    found = describe(graph, YEAR)
    assert Quad(NamedNode(MONTH), terms.IS_PART_OF, NamedNode(YEAR)) in found
    assert not [quad for quad in found if quad.predicate == terms.TOTAL_ITEMS]


def test_a_month_has_no_pages(graph: EmbeddedGraph) -> None:
    assert total_of(describe(graph, MONTH, f"{BASE}doc/month/2011-11"), f"{BASE}doc/month/2011-11") == 0


def test_a_day_names_its_month(graph: EmbeddedGraph) -> None:
    found = describe(graph, f"{BASE}day/2011-11-08")
    assert Quad(NamedNode(MONTH), terms.LABEL, Literal("2011-11")) in found


def test_a_thing_that_is_part_of_itself_is_still_described(graph: EmbeddedGraph) -> None:
    store = EmbeddedGraph()
    store.extend(graph)
    store.add(Quad(NamedNode(YEAR), terms.IS_PART_OF, NamedNode(YEAR)))
    assert counts(store, YEAR) == {"month/2011-11": 3, "year/2011": 0}


def test_no_more_than_a_hundred_parts_are_listed(graph: EmbeddedGraph) -> None:
    store = EmbeddedGraph()
    store.extend(graph)
    store.extend(Quad(NamedNode(f"{BASE}x/{one}"), terms.IS_PART_OF, NamedNode(YEAR)) for one in range(500))
    assert len(counts(store, YEAR)) == parts.MOST


@pytest.mark.parametrize(("iri", "parts"), [(MONTH, 3), (YEAR, 1)])
def test_the_framed_document_nests_the_parts(graph: EmbeddedGraph, iri: str, parts: int) -> None:
    document = json.loads(represent(describe(graph, iri, f"{BASE}doc/{iri.removeprefix(BASE)}"), by_name("jsonld")))
    assert (document["id"], document["type"], len(document["parts"])) == (iri, ["Period"], parts)
    assert all("totalItems" in one["document"] for one in document["parts"])
    assert "included" not in document


# ---- The events of a story.

STORY = NamedNode(f"{BASE}entity/en/Siege_of_Homs")
DAYS = st.lists(st.tuples(st.integers(1, 4), st.lists(st.integers(0, 3), max_size=2)), min_size=1, max_size=8)


def story_of(drawn: list[tuple[int, list[int]]]) -> tuple[EmbeddedGraph, list[NamedNode]]:
    """Return a graph with a story, its events on some days at some positions of pages, and these events."""
    store, events = EmbeddedGraph(), []
    store.add(Quad(STORY, terms.TYPE, terms.EVENT_SERIES))
    for number, (day, positions) in enumerate(drawn):
        event, revision = NamedNode(f"{BASE}event/{number}"), NamedNode(f"{BASE}event/{number}/revision/1")
        events.append(event)
        date = Literal(f"2011-11-{day:02}", datatype=terms.DATE)
        store.add(Quad(STORY, terms.SUB_EVENT, event))
        store.extend([Quad(event, terms.START_DATE, date), Quad(event, terms.CURRENT_REVISION, revision)])
        for position in positions:
            entry = NamedNode(f"{BASE}page/{number}#item-{position}")
            store.add(Quad(revision, terms.DERIVED_FROM, entry))
            store.add(Quad(entry, terms.POSITION, Literal(position)))
    return store, events


@given(DAYS)
def test_the_events_of_a_story_are_in_order_by_their_days_then_by_their_positions(
    drawn: list[tuple[int, list[int]]],
) -> None:
    store, events = story_of(drawn)
    told = parts.of_story(store, STORY)
    places = {
        event: (day, min(positions, default=parts.NOWHERE), event.value)
        for event, (day, positions) in zip(events, drawn, strict=True)
    }
    assert [one.event for one in told] == sorted(events, key=lambda event: places[event])
    assert [int(one.day[-2:]) for one in told] == sorted(day for day, _ in drawn)


@given(DAYS)
def test_an_event_is_between_the_one_before_it_and_the_one_after_it(drawn: list[tuple[int, list[int]]]) -> None:
    store, _ = story_of(drawn)
    told = parts.of_story(store, STORY)
    for place, one in enumerate(told):
        around = parts.around(store, STORY, one.event)
        assert around == ([other.event for other in told[max(0, place - 1) : place + 2]], len(told))
    assert parts.around(store, STORY, STORY) == ([], len(told))


def test_the_pages_of_a_story_have_its_parts_in_order_and_then_the_other_events_that_name_it() -> None:
    store, events = story_of([(1 + number % 4, [number]) for number in range(NEWEST + 20)])
    other = NamedNode(f"{BASE}event/other")
    store.extend([Quad(other, terms.START_DATE, Literal("2011-11-30", datatype=terms.DATE))])
    store.extend(Quad(event, terms.TOPIC, STORY) for event in events)
    store.add(Quad(other, terms.ABOUT, STORY))
    document = f"{BASE}doc/entity/en/Siege_of_Homs"
    pages = [describe(store, STORY.value, document, page) for page in (1, 2)]
    shown = [[quad.object for quad in page if quad.predicate == terms.SUB_EVENT] for page in pages]
    assert [*shown[0], *shown[1]] == [part.event for part in parts.of_story(store, STORY)]
    assert [len(one) for one in shown] == [NEWEST, 20]
    assert [Quad(other, terms.ABOUT, STORY) in page for page in pages] == [False, True]
    for page in pages:
        assert Quad(STORY, terms.TOTAL_ITEMS, Literal(NEWEST + 20)) in page
        assert total_of(page, document) == NEWEST + 21
    with pytest.raises(NotFoundError):
        describe(store, STORY.value, document, 3)


def test_an_event_comes_with_its_story_and_the_parts_beside_it() -> None:
    store, events = story_of([(1, [2]), (1, [1]), (2, [1]), (3, [])])
    found = describe(store, events[0].value, f"{BASE}doc/event/0")
    told = [quad.object for quad in found if (quad.subject, quad.predicate) == (STORY, terms.SUB_EVENT)]
    assert told == [events[1], events[0], events[2]]
    assert Quad(STORY, terms.TOTAL_ITEMS, Literal(4)) in found
    assert Quad(events[2], terms.START_DATE, Literal("2011-11-02", datatype=terms.DATE)) in found


def test_a_story_that_is_part_of_itself_is_still_described() -> None:
    store, events = story_of([(1, []), (2, [])])
    store.add(Quad(STORY, terms.SUB_EVENT, STORY))
    found = describe(store, STORY.value)
    assert {quad.object for quad in found if quad.predicate == terms.SUB_EVENT} == {*events, STORY}


@pytest.mark.parametrize("iri", [MONTH, YEAR])
def test_the_page_of_a_period_says_the_same_with_an_index_and_without(
    graph: EmbeddedGraph, iri: str, tmp_path: Path
) -> None:
    collector = Index()
    gather(graph, [collector])
    collector.write(tmp_path / "index.sqlite")
    store = EmbeddedGraph()
    store.extend(graph)
    asked = DescribePage(iri, 1_000_000, f"{BASE}doc/{iri.removeprefix(BASE)}")
    with_index = replace(asked, index=tmp_path / "index.sqlite")
    assert asked.answer(store) == with_index.answer(store)
    store.add(Quad(NamedNode(f"{BASE}x/autumn"), terms.IS_PART_OF, NamedNode(iri)))  # which the index cannot know
    assert asked.answer(store) == with_index.answer(store)
