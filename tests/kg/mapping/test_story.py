"""Which topics are stories, and the statements about them."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kg.entities.uses import Use
from kg.mapping.story import Story, stories, story_quads
from kg.rdf import Literal, NamedNode, terms
from kg.rdf.iri import Minter
from kg.store.embedded import EmbeddedGraph
from tests.conftest import BASE
from tests.paths import ROOT

FIRST = date(2011, 11, 8)
TITLES = ("Siege of Homs", "Arab Spring", "Syria", "Basketball")


def entity(language: str, title: str) -> str:
    return f"{language}/{title}"


def use(event: str, day: int, *topics: str, current: bool = True) -> Use:
    return Use(event, FIRST + timedelta(day), "en", topics, (), (), current)


def found(*uses: Use) -> dict[str, Story]:
    return stories(uses, entity)


uses = st.lists(
    st.tuples(st.integers(0, 9), st.lists(st.sampled_from(TITLES), unique=True, max_size=3), st.booleans()), max_size=12
).map(lambda drawn: [use(f"e{n}", day, *titles, current=now) for n, (day, titles, now) in enumerate(drawn)])


@given(uses)
def test_a_story_has_the_current_events_of_its_topic_from_the_first_day_to_the_last(drawn: list[Use]) -> None:
    days: defaultdict[str, dict[str, date]] = defaultdict(dict)
    for one in drawn:
        for title in one.topics if one.current else ():
            days[entity("en", title)][one.event] = one.day
    told = stories(drawn, entity)
    assert {iri: story.days for iri, story in told.items()} == {
        iri: events for iri, events in days.items() if len(set(events.values())) > 1
    }
    assert all((one.first, one.last) == (min(one.days.values()), max(one.days.values())) for one in told.values())
    assert all(one.first < one.last for one in told.values())


@given(uses, st.randoms(use_true_random=False))
def test_stories_do_not_depend_on_the_order_in_which_events_come(drawn: list[Use], random) -> None:
    mixed = random.sample(drawn, len(drawn))
    assert stories(mixed, entity) == stories(drawn, entity)


@given(uses)
def test_neighbours_have_an_event_in_common_and_are_neighbours_of_each_other(drawn: list[Use]) -> None:
    told = stories(drawn, entity)
    for iri, story in told.items():
        for other in story.neighbours:
            assert other != iri
            assert story.days.keys() & told[other].days.keys()
            assert iri in told[other].neighbours


def test_a_topic_of_one_day_is_not_a_story() -> None:
    assert found(use("a", 0, "Siege of Homs"), use("b", 0, "Siege of Homs")) == {}


def test_a_topic_becomes_a_story_with_its_second_day() -> None:
    assert list(found(use("a", 0, "Siege of Homs"), use("b", 1, "Siege of Homs"))) == ["en/Siege of Homs"]


def test_a_former_wording_makes_no_part() -> None:
    assert found(use("a", 0, "Siege of Homs"), use("b", 1, "Siege of Homs", current=False)) == {}


def test_titles_with_one_iri_are_one_story() -> None:
    told = stories([use("a", 0, "Syrian Civil War"), use("b", 1, "Syrian civil war")], lambda _, title: title.lower())
    assert list(told) == ["syrian civil war"]
    assert list(told["syrian civil war"].days) == ["a", "b"]


def test_the_neighbours_are_those_with_most_events_in_common_ten_at_most() -> None:
    titles = [f"Topic {number:02}" for number in range(15)]
    many = [use(f"{title}-{day}", day, "Hub", title) for title in titles for day in (0, 1)]
    more = [use("more", 2, "Hub", titles[-1])]
    neighbours = found(*many, *more)["en/Hub"].neighbours
    assert neighbours == tuple(entity("en", one) for one in (titles[-1], *titles[:9]))


def test_neighbours_are_ranked_alike_before_and_after_a_story_in_the_order_of_iris() -> None:
    before = [use(f"b{number}", number, "M", "A") for number in range(3)]
    after = [use(f"a{number}", number, "M", "Z") for number in range(2)]
    told = found(*before, *after)
    assert told["en/M"].neighbours == ("en/A", "en/Z")
    before = [use(f"b{number}", number, "M", "A") for number in range(2)]
    after = [use(f"a{number}", number, "M", "Z") for number in range(3)]
    assert found(*before, *after)["en/M"].neighbours == ("en/Z", "en/A")


def test_a_story_says_its_days_its_parts_and_its_neighbours() -> None:
    minter = Minter(BASE)
    drawn = [use(f"2011-11-08/{name}", day, "M", *more) for name, day, more in (("a", 0, ("A",)), ("b", 2, ("A",)))]
    found = set(story_quads(drawn, minter, lambda language, title: f"{BASE}entity/{language}/{title}"))
    story, other = (NamedNode(f"{BASE}entity/en/{title}") for title in "MA")
    assert {(quad.predicate, quad.object) for quad in found if quad.subject == story} == {
        (terms.TYPE, terms.EVENT_SERIES),
        (terms.START_DATE, Literal("2011-11-08", datatype=terms.DATE)),
        (terms.END_DATE, Literal("2011-11-10", datatype=terms.DATE)),
        (terms.SUB_EVENT, NamedNode(minter.event("2011-11-08/a"))),
        (terms.SUB_EVENT, NamedNode(minter.event("2011-11-08/b"))),
        (terms.RELATION, other),
    }


def test_the_sample_has_stories_and_none_is_an_event(sample_graph: EmbeddedGraph) -> None:
    query = (
        "SELECT ?story (COUNT(DISTINCT ?day) AS ?days) { ?story schema:subEvent/schema:startDate ?day } GROUP BY ?story"
    )
    days = {story: int(count.value) for story, count in sample_graph.select(query)}
    series = {quad.subject for quad in sample_graph.quads_for_pattern(None, terms.TYPE, terms.EVENT_SERIES)}
    assert days.keys() == series
    assert min(days.values()) >= 2
    assert days[NamedNode(f"{BASE}entity/en/2011_Syrian_uprising")] >= 3
    for other in (terms.EVENT, terms.SCHEMA_EVENT):
        assert series.isdisjoint(quad.subject for quad in sample_graph.quads_for_pattern(None, terms.TYPE, other))


def test_an_event_is_part_of_a_story_exactly_if_it_stands_below_its_topic(sample_graph: EmbeddedGraph) -> None:
    query = """SELECT ?event ?story {{ ?story a schema:EventSeries {} FILTER NOT EXISTS {{ {} }} }}"""
    below, part = "?event a ng:Event ; ng:topic ?story", "?story schema:subEvent ?event"
    assert list(sample_graph.select(query.format(f". {below}", part))) == []
    assert list(sample_graph.select(query.format("; schema:subEvent ?event", below))) == []


def test_the_query_of_the_document_tells_the_parts_of_a_story_in_their_order(sample_graph: EmbeddedGraph) -> None:
    text = (ROOT / "docs" / "stories.md").read_text(encoding="utf-8")
    [query] = re.findall(r"```sparql\n(.+?)```", text, re.DOTALL)
    dates = [date.value for date, *_ in sample_graph.select(query)]
    assert len(dates) >= 3
    assert dates == sorted(dates)


def test_stories_with_an_event_in_common_are_said_to_be_related() -> None:
    uses = [use("2011-11-08/aaaaaaaaaa", 0, "One", "Other"), use("2011-11-09/bbbbbbbbbb", 1, "One", "Other")]
    quads = story_quads(uses, Minter(BASE), lambda language, title: f"{BASE}entity/{language}/{title}")
    one, other = (NamedNode(f"{BASE}entity/en/{title}") for title in ("One", "Other"))
    related = {(quad.subject, quad.object) for quad in quads if quad.predicate == terms.RELATION}
    assert related == {(one, other), (other, one)}
