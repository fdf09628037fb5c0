"""Lists of events: the index selects and counts what the graph says."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import NotFoundError, StoreError
from kg.lookup.listing import index
from kg.lookup.listing.columns import SPARSE, chosen, columns, opened
from kg.lookup.listing.days import events_by_day, events_of_parts
from kg.lookup.listing.facet import Facet
from kg.lookup.listing.filter import BoundingBox, Filter, Relation, Sort
from kg.lookup.listing.geography import around, distance
from kg.lookup.listing.listing import POINTS, EventList, Extent, hubs, listing
from kg.lookup.listing.selector import Selector
from kg.lookup.listing.value_counts import ByEvent, ByValue
from kg.pipeline.run import Built
from kg.rdf import Literal, NamedNode
from kg.rdf.lines.blocks import gather
from kg.rdf.prefixes import PREFIXES
from kg.store.embedded import EmbeddedGraph
from tests.examples import most

BASE = "http://127.0.0.1:8000/"
GIVEN = """
<homs> a schema:Place , schema:City ; wgs:lat 34.72 ; wgs:long 36.73 ; schema:containedInPlace <province> , <syria> .
<rastan> a schema:Place , schema:City ; wgs:lat 34.92 ; wgs:long 36.73 ; schema:containedInPlace <province> , <syria> .
<hama> a schema:Place , schema:City ; wgs:lat 35.13 ; wgs:long 36.75 ; rdfs:label "Hama"@en .
<province> a schema:Place , schema:AdministrativeArea ; wgs:lat 34.72 ; wgs:long 36.73 .
<syria> a schema:Place , schema:Country ; wgs:lat 34.72 ; wgs:long 36.73 ; schema:containedInPlace <syria> .
<river> a schema:Place .
<fiji> a schema:Place ; wgs:lat -17.8 ; wgs:long 179.9 .
<samoa> a schema:Place ; wgs:lat -17.8 ; wgs:long -179.9 .
<pole> a schema:Place ; wgs:lat 90.0 ; wgs:long 0 .
<shots> a ng:Event ; schema:startDate "2011-11-08"^^xsd:date ; rdfs:label "Shots in Homs."@en ;
    ng:place <homs> ; schema:location <homs> .
<visit> a ng:Event ; schema:startDate "2011-11-09"^^xsd:date ; rdfs:label "Fire in Rastan, on the way to Homs."@en ;
    ng:place <homs> , <rastan> ; schema:location <rastan> .
<far> a ng:Event ; schema:startDate "2011-12-10"^^xsd:date ; rdfs:label "Shots in Hama."@en ;
    ng:place <hama> ; schema:location <hama> .
<state> a ng:Event ; schema:startDate "2011-12-11"^^xsd:date ; rdfs:label "Rain in the province."@en ;
    ng:place <province> ; schema:location <province> .
<wave> a ng:Event ; schema:startDate "2012-01-01"^^xsd:date ; rdfs:label "A wave."@en ; schema:location <fiji> .
<sometime> a ng:Event ; schema:startDate "once"^^xsd:date ; rdfs:label "Nobody knows when."@en .
<untold> a ng:Event ; schema:startDate "2011-11-08"^^xsd:date .
"""


def indexed(graph: EmbeddedGraph, file: Path) -> str:
    collector = index.Index()
    gather(graph, [collector])
    collector.write(file)
    return str(file)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = EmbeddedGraph()
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    made.update(f"{prefixes}INSERT DATA {{ {GIVEN} }}", base_iri=BASE)
    return indexed(made, tmp_path_factory.mktemp("index") / "a?b#c%20.sqlite")


def names(index: str, place: str, relation: Relation, km: float = 30) -> list[str]:
    found = listed(index, Filter(place=f"{BASE}{place}", relation=relation, km=km))
    return [one.iri.removeprefix(BASE) for one in found.events]


def listed(index: str, asked: Filter, sort: Sort = Sort.NEWEST) -> EventList:
    return listing(index, asked, sort, Extent(0, 1_000, 5, POINTS))


@pytest.mark.parametrize(
    ("place", "relation", "expected"),
    [
        ("homs", Relation.IN, ["shots"]),
        ("homs", Relation.NEAR, ["visit", "shots"]),
        ("homs", Relation.NAMES, ["visit", "shots"]),
        ("province", Relation.IN, ["state", "visit", "shots"]),
        ("province", Relation.NAMES, ["state"]),
        ("syria", Relation.IN, ["visit", "shots"]),
        ("river", Relation.IN, []),
    ],
)
def test_each_relation_has_its_events_the_newest_first(
    place: str, relation: Relation, expected: list[str], small: str
) -> None:
    assert names(small, place, relation) == expected


def test_what_is_near_depends_on_the_distance(small: str) -> None:
    assert names(small, "homs", Relation.NEAR, 0) == ["shots"]
    assert names(small, "homs", Relation.NEAR, 100) == ["far", "visit", "shots"]
    assert names(small, "pole", Relation.NEAR, 20_020) == ["wave", "far", "visit", "shots"]


def test_what_is_near_may_lie_across_the_antimeridian(small: str) -> None:
    assert names(small, "samoa", Relation.NEAR, 30) == ["wave"]
    assert listed(small, Filter(box=BoundingBox(179, -20, -179, -10))).total == 1
    assert listed(small, Filter(box=BoundingBox(-179, -20, 179, -10))).total == 0


@pytest.mark.parametrize(
    ("west", "east"), [(-180, -170), (170, 180), (180, 180), (-180, -180), (180, -180), (170, -170)]
)
def test_the_antimeridian_is_in_a_box_that_ends_there_by_both_of_its_longitudes(west: float, east: float) -> None:
    box = BoundingBox(west, -1, east, 1)
    assert box.has(0, 180)
    assert box.has(0, -180)


@pytest.mark.parametrize("place", ["province", "syria", "river"])
def test_nothing_is_near_an_invalid_point(place: str, small: str) -> None:
    with pytest.raises(NotFoundError, match="no point"):
        names(small, place, Relation.NEAR)


@pytest.mark.parametrize("place", ["shots", "nowhere", "a b"])
def test_anything_that_is_not_a_place_is_not_found(place: str, small: str) -> None:
    with pytest.raises(NotFoundError, match="no place"):
        names(small, place, Relation.IN)


def test_a_value_that_no_event_has_is_an_error_that_names_the_most_frequent_ones(small: str) -> None:
    with pytest.raises(NotFoundError, match=f"no event has the entity <x>; most events have <{BASE}homs>"):
        listed(small, Filter(entity="x"))


def test_events_without_a_day_come_last_and_belong_to_no_time(small: str) -> None:
    found = listed(small, Filter())
    assert (found.total, found.events[-1].iri, found.events[-1].date) == (6, f"{BASE}sometime", "")
    assert (found.years, found.months) == ({"2011": 4, "2012": 1}, {"2011-11": 2, "2011-12": 2, "2012-01": 1})
    assert listed(small, Filter(first="0001-01-01")).total == 5
    assert listed(small, Filter(first="2011-11-09", last="2011-12-10")).total == 2
    assert listed(small, Filter(first="2012-01-02", last="2012-01-01")).total == 0


def test_points_are_not_areas_and_tell_what_is_located(small: str) -> None:
    found = listed(small, Filter(place=f"{BASE}province"))
    assert [(one.iri.removeprefix(BASE), one.latitude, one.events) for one in found.points] == [
        ("homs", 34.72, 1),
        ("rastan", 34.92, 1),
    ]
    assert (found.total, found.located) == (3, 2)


def test_the_oldest_may_come_first_or_the_best_match(small: str) -> None:
    oldest = [one.iri.removeprefix(BASE) for one in listed(small, Filter(words="homs"), Sort.OLDEST).events]
    assert oldest == ["shots", "visit"]
    best = [one.iri.removeprefix(BASE) for one in listed(small, Filter(words="homs"), Sort.MATCH).events]
    assert best == ["shots", "visit"]
    assert listed(small, Filter(words="hom")).total == 2
    assert listed(small, Filter(words="---")).total == 0


def test_a_list_is_written_as_json_with_its_fields(small: str) -> None:
    found = json.loads(listing(small, Filter(place=f"{BASE}hama"), Sort.NEWEST, Extent(0, 1, 1, POINTS)).json())
    [event] = found["events"]
    places = [{"iri": f"{BASE}hama", "label": "Hama", "language": "en"}]
    assert (event.pop("places"), event.pop("categories"), event.pop("publishers")) == (places, [], [])
    assert event == {"iri": f"{BASE}far", "date": "2011-12-10", "title": "Shots in Hama.", "language": "en"}
    value = {"value": f"{BASE}hama", "label": "Hama", "language": "en", "kind": "place", "events": 1, "total": 1}
    assert found["facets"]["names"] == [value]


def test_a_file_that_is_not_an_index_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no index" * 100)
    for name in ("x", "not there"):
        with pytest.raises(StoreError, match="index"):
            listed(str(tmp_path / name), Filter())


def test_a_degree_of_latitude_is_111_km() -> None:
    assert distance((34.0, 36.0), (35.0, 36.0)) == pytest.approx(111.2, abs=0.1)


LONGITUDES = st.floats(-180, 180)
DEGREES = st.tuples(st.floats(-90, 90), LONGITUDES)


@given(DEGREES, DEGREES)
def test_a_box_around_a_point_has_all_that_is_near(centre: tuple[float, float], other: tuple[float, float]) -> None:
    assert around(centre, distance(centre, other)).has(*other)


# ---- The same questions, asked of the graph in SPARQL.

HAS = {
    Facet.CATEGORY: "?event ng:category ?value",
    Facet.TOPIC: "?event ng:topic ?value",
    Facet.NAMES: "?event ng:place ?value",
    Facet.IN: "?event schema:location ?inner . ?inner schema:containedInPlace* ?value",
    Facet.POINT: """?event schema:location ?value . ?value a schema:Place ; wgs:lat ?lat ; wgs:long ?long
        FILTER NOT EXISTS { ?value a schema:AdministrativeArea } FILTER NOT EXISTS { ?value a schema:Country }""",
    Facet.ENTITY: "?event ng:place|ng:topic|schema:about ?value",
    Facet.STORY: "?value schema:subEvent ?event",
    Facet.PUBLISHER: "?event ng:source ?source . ?source dcterms:publisher ?value",
    Facet.LANGUAGE: "?event dcterms:language ?value",
}
EVENT = "?event a ng:Event ; rdfs:label ?title ; schema:startDate ?date"


class Oracle:
    """The events of the sample according to SPARQL, and the index of the sample."""

    def __init__(self, graph: EmbeddedGraph, file: str) -> None:
        self.graph = graph
        self.index = file
        self.days: dict[str, str] = dict(self.rows(f"SELECT ?event ?date WHERE {{ {EVENT} }}"))
        self.pairs: dict[Facet, set[tuple[str, str]]] = {
            facet: {*self.rows(f"SELECT ?event ?value WHERE {{ {EVENT} . {pattern} }}")}
            for facet, pattern in HAS.items()
        }
        self.words = sorted(
            {
                word
                for (title,) in self.rows(f"SELECT ?title WHERE {{ {EVENT} }}")
                for word in re.findall(r"\b[a-z]+\b", title)
            }
        )

    def rows(self, query: str, **bindings: NamedNode | Literal) -> Iterator[tuple[str, ...]]:
        for row in self.graph.select(query, bindings):
            yield tuple(str(term.value) for term in row if isinstance(term, NamedNode | Literal))

    def values(self, facet: Facet) -> list[str]:
        return sorted({value for _, value in self.pairs[facet]})

    def selected(self, asked: Filter) -> set[str]:
        """Return the events that a filter selects, by one query for each of its parts."""
        found = set(self.days)
        if asked.words:
            pattern = Literal(f"\\b{asked.words}\\b")
            query = f'SELECT ?event ?word WHERE {{ {EVENT} FILTER(REGEX(?title, ?word, "i")) }}'
            found &= {event for event, _ in self.rows(query, word=pattern)}
        for facet, value in self.wanted(asked):
            term = Literal(value) if facet == Facet.LANGUAGE else NamedNode(value)
            query = f"SELECT ?event ?value WHERE {{ {EVENT} . {HAS[facet]} }}"
            found &= {event for event, _ in self.rows(query, value=term)}
        if asked.box:
            found &= self.located(lambda place: asked.box is not None and asked.box.has(*place))
        if asked.place and asked.relation == Relation.NEAR:
            centre = self.points()[asked.place]
            found &= self.located(lambda place: distance(centre, place) <= asked.km)
        return {event for event in found if (asked.first or "0") <= self.days[event] <= (asked.last or "9")}

    def wanted(self, asked: Filter) -> Iterator[tuple[Facet, str]]:
        if asked.place and asked.relation != Relation.NEAR:
            yield Facet.IN if asked.relation == Relation.IN else Facet.NAMES, asked.place
        for facet in (Facet.CATEGORY, Facet.TOPIC, Facet.ENTITY, Facet.STORY, Facet.PUBLISHER, Facet.LANGUAGE):
            if value := getattr(asked, facet.name.lower()):
                yield facet, value

    def points(self) -> dict[str, tuple[float, float]]:
        found = self.rows(f"SELECT ?value ?lat ?long WHERE {{ {HAS[Facet.POINT]} }}")
        return {place: (float(lat), float(long)) for place, lat, long in found}

    def located(self, fits) -> set[str]:
        places = {place for place, point in self.points().items() if fits(point)}
        return {event for event, place in self.pairs[Facet.POINT] if place in places}


@pytest.fixture(scope="module")
def oracle(sample_build: Built, tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    graph = sample_build.snapshot.open()
    assert isinstance(graph, EmbeddedGraph)
    return Oracle(graph, indexed(graph, tmp_path_factory.mktemp("sample") / "index"))


@st.composite
def filters(draw: st.DrawFn, oracle: Oracle) -> Filter:
    """Draw a filter of up to three parts, from values in the sample."""
    values = {facet.name.lower(): st.sampled_from(oracle.values(facet)) for facet in Facet}
    days = st.sampled_from(sorted(oracle.days.values()))
    kinds = {
        "words": st.sampled_from(oracle.words),
        "first": days,
        "last": days,
        "box": st.builds(
            BoundingBox, st.floats(-180, 180), st.floats(-90, 30), st.floats(-180, 180), st.floats(30, 90)
        ),
        **{name: values[name] for name in ("category", "topic", "entity", "story", "publisher", "language")},
    }
    chosen = draw(st.lists(st.sampled_from(sorted(kinds)), max_size=2, unique=True))
    parts = {name: draw(kinds[name]) for name in chosen}
    if draw(st.booleans()):
        relation = draw(st.sampled_from(Relation))
        places = {Relation.IN: "in", Relation.NAMES: "names", Relation.NEAR: "point"}
        parts |= {"relation": relation, "place": draw(values[places[relation]]), "km": draw(st.floats(0, 3_000))}
    return Filter(**parts)


@settings(max_examples=most(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_filter_selects_what_the_same_question_selects_in_sparql(data: st.DataObject, oracle: Oracle) -> None:
    asked = data.draw(filters(oracle))
    found = listing(oracle.index, asked, Sort.NEWEST, Extent(0, 1_000, 10, POINTS))
    expected = oracle.selected(asked)
    assert {one.iri for one in found.events} == expected
    assert found.total == len(found.events) == len(expected)
    assert [(one.date, one.iri) for one in found.events] == sorted(
        ((oracle.days[one], one) for one in expected), reverse=True
    )
    assert found.months == dict(sorted(Counter(oracle.days[one][:7] for one in expected).items()))
    assert found.located == len({event for event, _ in oracle.pairs[Facet.POINT] if event in expected})
    counted = {
        facet: Counter(value for event, value in pairs if event in expected) for facet, pairs in oracle.pairs.items()
    }
    assert {one.iri: one.events for one in found.points} == counted.pop(Facet.POINT)
    for facet, counts in counted.items():
        told = [(one.value, one.events) for one in found.facets[facet.name.lower()]]
        assert [events for _, events in told] == sorted(counts.values(), reverse=True)[:10]
        assert all(counts[value] == events for value, events in told)


@given(data=st.data())
def test_values_are_counted_alike_by_event_and_by_value(data: st.DataObject, oracle: Oracle) -> None:
    known = columns(oracle.index)
    with opened(oracle.index) as database:
        marks = Selector(oracle.index, database, known).marks(data.draw(filters(oracle)))
    for facet in Facet:
        values, number = known.values_of(facet), data.draw(st.integers(0, 30))
        assert ByEvent(known, marks).most(values, number) == ByValue(known, marks).most(values, number)


@pytest.mark.parametrize("sort", Sort)
def test_pages_have_all_events_each_once(sort: Sort, oracle: Oracle) -> None:
    asked = Filter(words="the")
    whole = [one.iri for one in listed(oracle.index, asked, sort).events]
    pages = [listing(oracle.index, asked, sort, Extent(first, 7, 0)) for first in range(0, len(whole) + 7, 7)]
    assert [one.iri for page in pages for one in page.events] == whole
    assert {page.total for page in pages} == {len(set(whole))} == {len(whole)}


def test_hubs_are_what_most_events_have(oracle: Oracle) -> None:
    kinds = (Facet.NAMES, Facet.CATEGORY, Facet.PUBLISHER)
    counted = Counter(value for facet in kinds for _, value in oracle.pairs[facet])
    found = hubs(oracle.index, 40)
    assert [counted[one] for one in found] == sorted(counted.values(), reverse=True)[:40]
    assert len(set(found)) == 40


def test_days_have_as_many_events_as_are_listed_on_them(small: str) -> None:
    assert events_by_day(small, Filter()) == {
        "2011-11-08": 1,
        "2011-11-09": 1,
        "2011-12-10": 1,
        "2011-12-11": 1,
        "2012-01-01": 1,
    }
    assert events_by_day(small, Filter(place=f"{BASE}homs", first="2011-11-09")) == {}


def test_the_events_of_days_and_months_are_counted_by_their_iris(small: str) -> None:
    asked = {"day/2011-11-08": 1, "day/2011-11-10": 0, "month/2011-11": 2, "month/2011-12": 2, "month/2012-02": 0}
    parts = [NamedNode(f"{BASE}{one}") for one in asked]
    assert events_of_parts(small, parts) == {f"{BASE}{one}": events for one, events in asked.items()}


def test_an_iri_without_a_date_at_its_end_is_not_counted(small: str) -> None:
    with pytest.raises(ValueError, match="autumn"):
        events_of_parts(small, [NamedNode(f"{BASE}month/autumn")])


@pytest.mark.parametrize("step", [1, 2, SPARSE - 1, SPARSE, SPARSE + 1, 7 * SPARSE, 10_000])
@pytest.mark.parametrize("first", [0, 3])
def test_events_with_a_mark_are_chosen_in_order_whether_they_are_few_or_many(step: int, first: int) -> None:
    marks = bytes(one % step == first % step for one in range(1_000))
    expected = [one for one, mark in enumerate(marks) if mark]
    assert list(chosen(marks)) == expected
    assert list(chosen(marks, newest=True)) == expected[::-1]


def test_an_empty_list_of_events_gives_no_choice() -> None:
    assert (list(chosen(b"")), list(chosen(bytes(100))), list(chosen(bytes(100), newest=True))) == ([], [], [])
