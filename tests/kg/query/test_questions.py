"""The competency questions in data/queries: each is a query that runs, and gives the right answer on the sample."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolution, QuerySolutions

from kg.errors import ConfigurationError, ParameterError
from kg.lookup.parts import of_story
from kg.query.evaluate import answer
from kg.query.guard import TOKEN
from kg.query.questions import TYPES, question, questions, subjects
from kg.rdf import terms
from kg.rdf.prefixes import PREFIXES, expand
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from tests.paths import ROOT

QUERIES = ROOT / "data" / "queries"
NAMES = sorted(file.stem for file in QUERIES.glob("*.rq"))
BASE = "http://127.0.0.1:8000/"
HOMS = NamedNode(f"{BASE}entity/en/Homs")
SEED = f"{BASE}event/2011-11-08/dnucad6lq6"
# Questions that the sample cannot answer: it has one capture of each page, and no event with two printed tolls.
WITHOUT_ANSWER = {"captures-that-disagree", "moving-tolls"}
TWO_CAPTURES = """
<page/a> a ng:Page ; rdfs:label "news/2011/11/8/x.md" ; dcterms:hasPart <page/a#change-1> .
<page/b> a ng:Page ; rdfs:label "news/2011/11/8/x.md" ; dcterms:hasPart <page/b#change-1> .
<page/a#change-1> ng:printedLabel "First version" ; ng:target "/news/2011/11/8/one.md" .
<page/b#change-1> ng:printedLabel "First version" ; ng:target "/news/2011/11/8/other.md" .
"""
TWO_TOLLS = """
<event/e> a ng:Event ; ng:revision <event/e/revision/a> , <event/e/revision/b> , <event/e/revision/c> .
<event/e/revision/a> rdfs:label "A bomb kills 3 people in Homs."@en .
<event/e/revision/b> rdfs:label "A bomb kills 12 people in Homs."@en .
<event/e/revision/c> rdfs:label "A bomb kills 3 people in the city of Homs."@en .
"""


@pytest.fixture(scope="module")
def store(sample_store: Path) -> EmbeddedGraph:
    return Store(sample_store).current().open()


def text(name: str) -> str:
    return (QUERIES / f"{name}.rq").read_text(encoding="utf-8")


def rows(store: EmbeddedGraph, query: str) -> list[QuerySolution]:
    found = store.query(query, base_iri=BASE)
    assert isinstance(found, QuerySolutions)
    return list(found)


def ask(store: EmbeddedGraph, name: str) -> list[QuerySolution]:
    return rows(store, text(name))


def column(solutions: list[QuerySolution], variable: str) -> list[str]:
    return [node.value for solution in solutions if isinstance(node := solution[variable], NamedNode | Literal)]


def events_at(store: EmbeddedGraph, *places: NamedNode, predicate: NamedNode = terms.PLACE) -> set[str]:
    """Return the events that name one of some places, or are located there, found without SPARQL."""
    quads = (quad for place in places for quad in store.quads_for_pattern(None, predicate, place))
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def inside(store: EmbeddedGraph, place: NamedNode) -> set[NamedNode]:
    """Return a place and all places that it contains, found without SPARQL."""
    contained = store.quads_for_pattern(None, NamedNode(expand("schema:containedInPlace")), place)
    return {place} | {quad.subject for quad in contained if isinstance(quad.subject, NamedNode)}


def small(turtle: str) -> EmbeddedGraph:
    store = EmbeddedGraph()
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    store.update(f"{prefixes}INSERT DATA {{ {turtle} }}", base_iri=BASE)
    return store


# ---- Every query.


@pytest.mark.parametrize("name", NAMES)
def test_a_query_says_in_its_first_line_what_it_asks(name: str) -> None:
    title, *rest = text(name).splitlines()
    assert re.fullmatch(r"# [A-Z].+[.]", title)
    assert any(line.startswith("SELECT") for line in rest)
    assert text(name).endswith("}\n") or re.search(r"(?:ORDER|LIMIT) .+\n\Z", text(name))


@pytest.mark.parametrize("name", sorted(set(NAMES) - WITHOUT_ANSWER))
def test_a_query_has_an_answer_in_the_sample_and_always_the_same(name: str, store: EmbeddedGraph) -> None:
    first, again = answer(store, text(name), base=BASE), answer(store, text(name), base=BASE)
    assert first.rows
    assert first.body == again.body


@pytest.mark.parametrize(("name", "turtle"), [("captures-that-disagree", TWO_CAPTURES), ("moving-tolls", TWO_TOLLS)])
def test_a_query_without_answer_in_the_sample_has_one_elsewhere(name: str, turtle: str, store: EmbeddedGraph) -> None:
    assert ask(store, name) == []
    assert ask(small(turtle), name)


def test_each_query_of_the_folder_is_listed_under_one_subject() -> None:
    assert sorted(one.name for subject in subjects() for one in subject.questions) == NAMES
    assert questions()[0].name == "in-a-place", "the most asked is the first"


@pytest.mark.parametrize("listed", [["one"], ["one", "two", "two"], ["one", "two", "three"]])
def test_a_folder_whose_list_is_not_that_of_its_queries_is_refused(listed, tmp_path, monkeypatch) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.rq").write_text("# Everything.\nSELECT * { ?s ?p ?o }\n", "utf-8")
    (tmp_path / "subjects.toml").write_text(f'[[subjects]]\ntitle = "All"\nquestions = {json.dumps(listed)}\n', "utf-8")
    monkeypatch.setattr("kg.query.questions.data_folder", lambda _: tmp_path)
    with pytest.raises(ConfigurationError, match="does not list each question of its folder once: t"):
        subjects.__wrapped__()


@pytest.mark.parametrize("said", [None, "subjects", "other = 1", "subjects = [1]", "[[subjects]]"])
def test_a_list_of_questions_that_cannot_be_read_is_reported(said: str | None, tmp_path, monkeypatch) -> None:
    if said is not None:
        (tmp_path / "subjects.toml").write_text(said, "utf-8")
    monkeypatch.setattr("kg.query.questions.data_folder", lambda _: tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        subjects.__wrapped__()


# ---- Parameters.


def bound(name: str, **values: str) -> str:
    return question(name).bound(values, BASE)


def tokens(query: str) -> list[str]:
    return [match[0] for match in TOKEN.finditer(query) if match.lastgroup not in ("space", "comment")]


def test_every_type_is_that_of_a_parameter() -> None:
    assert {one.type.name for each in questions() for one in each.parameters} == {one.name for one in TYPES}


@pytest.mark.parametrize("asked", questions(), ids=[one.name for one in questions()])
def test_the_default_of_a_parameter_is_a_value_that_it_takes(asked, store: EmbeddedGraph) -> None:
    values = {one.name: one.default for one in asked.parameters}
    assert answer(store, asked.bound(values, BASE), base=BASE).body == answer(store, asked.text, base=BASE).body
    assert asked.bound({}, BASE) == asked.bound(dict.fromkeys(values, " "), BASE) == asked.text


@given(st.text(max_size=60))
def test_no_value_is_more_than_one_term(value: str) -> None:
    texts = [("country-by-year", "country"), ("in-a-place", "place"), ("by-geonames-id", "geonames")]
    for name, parameter in texts:
        try:
            query = bound(name, **{parameter: value})
        except ParameterError:
            continue
        before, after = tokens(text(name)), tokens(query)
        place = before.index("VALUES") + 3
        end = len(before) - before.index("}", place)
        assert after[:place] == before[:place]
        assert after[-end:] == before[-end:]
        assert TOKEN.match(after[place])["iri" if name == "by-geonames-id" else "string"]
        assert len(after) - place - end <= 2  # a string and its language


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [
        ("one-day", "date", "2011-02-30"),
        ("one-day", "date", "yesterday"),
        ("near-a-place", "km", "50) }"),
        ("near-a-place", "km", "1e9"),
        ("near-a-place", "km", "٥"),
        ("by-a-publisher", "publisher", "publisher/bbc> ?x <y:z"),
        ("in-a-place", "place", "Homs\\u0022"),
        ("in-a-place", "place", "Ho\nms"),
        ("in-a-place", "place", "x" * 501),
        ("in-a-place", "city", "Homs"),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(name: str, parameter: str, value: str) -> None:
    with pytest.raises(ParameterError) as caught:
        bound(name, **{parameter: value})
    assert caught.value.parameter == parameter


def test_a_name_may_say_its_language() -> None:
    assert '{ "霍姆斯"@zh }' in bound("in-a-place", place="霍姆斯@zh")
    assert '{ "Port-au-Prince"@en }' in bound("in-a-place", place="Port-au-Prince")


def test_a_path_is_an_iri_below_the_base() -> None:
    assert f"<{BASE}publisher/cnn>" in bound("by-a-publisher", publisher="publisher/cnn")


def test_a_place_is_found_by_any_of_its_titles(store: EmbeddedGraph) -> None:
    found = [column(rows(store, bound("in-a-place", place=name)), "event") for name in ("Daraa", "Deraa")]
    assert found[0] == found[1] != []


def test_a_publisher_has_its_reports_between_two_days(store: EmbeddedGraph) -> None:
    found = rows(store, bound("by-a-publisher", **{"from": "2011-11-08", "to": "2011-11-08"}))
    assert set(column(found, "date")) == {"2011-11-08"}
    assert any("bbc" in source for source in column(found, "source"))


def test_the_years_of_a_category_are_those_of_its_events_in_the_country(store: EmbeddedGraph) -> None:
    syria = inside(store, NamedNode(f"{BASE}entity/en/Syria"))
    category = store.quads_for_pattern(
        None, NamedNode(expand("ng:category")), NamedNode(f"{BASE}category/armed-conflicts-and-attacks")
    )
    events = {quad.subject.value for quad in category} & events_at(store, *syria, predicate=terms.LOCATION)
    assert sum(map(int, column(ask(store, "category-by-year"), "events"))) == len(events) > 0


# ---- Places.


def test_events_in_homs_are_told_from_those_that_name_it_newest_first(store: EmbeddedGraph) -> None:
    found = ask(store, "in-a-place")
    assert set(column(found, "event")) == events_at(store, HOMS)
    inside = {one for one, how in zip(column(found, "event"), column(found, "relation"), strict=True) if how == "in"}
    assert inside == events_at(store, HOMS, predicate=terms.LOCATION)
    assert Counter(column(found, "relation")) == {"in": 42, "names": 10}
    assert column(found, "date") == sorted(column(found, "date"), reverse=True)


def test_the_number_of_homs_finds_the_same_events(store: EmbeddedGraph) -> None:
    found = ask(store, "by-geonames-id")
    assert set(column(found, "event")) == events_at(store, HOMS, predicate=terms.LOCATION)


def test_the_governorate_holds_the_events_of_its_cities(store: EmbeddedGraph) -> None:
    found = ask(store, "in-a-region")
    governorate = NamedNode(f"{BASE}entity/en/Homs_Governorate")
    places = inside(store, governorate)
    assert HOMS in places
    assert set(column(found, "event")) == events_at(store, *places, predicate=terms.LOCATION)
    assert len(found) == 48


def test_what_is_near_homs_is_within_50_km_the_nearest_first(store: EmbeddedGraph) -> None:
    found = ask(store, "near-a-place")
    distances = [float(km) for km in column(found, "distance")]
    assert distances == sorted(distances)
    assert distances[0] == 0
    assert distances[-1] <= 50
    assert events_at(store, HOMS, predicate=terms.LOCATION) <= set(column(found, "event"))
    assert Counter(column(found, "name")) == {"Homs": 42, "Hama": 2}


AREAS_AND_A_MILL = """
<entity/en/Homs> a schema:Place , schema:City ; rdfs:label "Homs"@en ; wgs:lat 34.72405 ; wgs:long 36.72559 .
<x:mill> a ng:Entity ; rdfs:label "Mill"@en ; wgs:lat 34.75 ; wgs:long 36.75 .
<x:district> a schema:Place , schema:AdministrativeArea ; rdfs:label "District"@en ; wgs:lat 34.75 ; wgs:long 36.75 .
<x:land> a schema:Place , schema:Country ; rdfs:label "Land"@en ; wgs:lat 34.75 ; wgs:long 36.75 .
<event/e> a ng:Event ; ng:place <entity/en/Homs> , <x:mill> , <x:district> , <x:land> ; rdfs:label "Rain."@en ;
    schema:location <entity/en/Homs> , <x:mill> , <x:district> , <x:land> ;
    schema:startDate "2011-11-08"^^xsd:date .
"""


@pytest.mark.parametrize("name", ["near-a-place", "bounding-box"])
def test_the_middle_of_a_country_or_a_division_is_near_nothing(name: str) -> None:
    assert set(column(ask(small(AREAS_AND_A_MILL), name), "name")) == {"Homs", "Mill"}


def test_the_months_of_syria_count_each_event_once(store: EmbeddedGraph) -> None:
    found = ask(store, "place-by-month")
    syria = inside(store, NamedNode(f"{BASE}entity/en/Syria"))
    assert sum(map(int, column(found, "events"))) == len(events_at(store, *syria))
    assert column(found, "month") == sorted(set(column(found, "month")))
    assert "2011-11" in column(found, "month")


def test_the_years_of_a_country_add_up_to_its_months(store: EmbeddedGraph) -> None:
    years = dict(zip(*(column(ask(store, "country-by-year"), name) for name in ("year", "events")), strict=True))
    months: Counter[str] = Counter()
    for one in ask(store, "place-by-month"):
        months[one["month"].value[:4]] += int(one["events"].value)
    assert {year: int(count) for year, count in years.items()} == months


def test_a_box_contains_the_places_in_it(store: EmbeddedGraph) -> None:
    names = set(column(ask(store, "bounding-box"), "name"))
    assert {"Homs", "Damascus", "Haifa"} <= names
    assert names.isdisjoint({"Cairo", "London", "Baghdad"})


def test_titles_of_one_place_stand_together(store: EmbeddedGraph) -> None:
    labels = column(ask(store, "labels-of-a-place"), "labels")
    assert any(set(one.split(" | ")) == {"Daraa", "Deraa"} for one in labels)


def test_the_pictures_of_a_place_are_those_of_its_events(store: EmbeddedGraph) -> None:
    found = ask(store, "images-of-a-place")
    assert set(column(found, "event")) <= events_at(store, HOMS)
    assert SEED in column(found, "event")


def test_homs_is_not_among_the_places_named_with_homs(store: EmbeddedGraph) -> None:
    labels = column(ask(store, "named-with-a-place"), "label")
    assert "Syria" in labels
    assert "Homs" not in labels


def test_anything_else_is_not_a_place(store: EmbeddedGraph) -> None:
    assert "United Nations" in column(ask(store, "no-place"), "label")
    assert "Syria" not in column(ask(store, "no-place"), "label")


# ---- Time and topics.


def test_a_day_has_all_its_events(store: EmbeddedGraph) -> None:
    day = Literal("2011-11-08", datatype=NamedNode(expand("xsd:date")))
    listed = {quad.subject.value for quad in store.quads_for_pattern(None, NamedNode(expand("schema:startDate")), day)}
    assert set(column(ask(store, "one-day"), "event")) == {iri for iri in listed if "/event/" in iri}


def test_a_timeline_runs_forward(store: EmbeddedGraph) -> None:
    dates = column(ask(store, "timeline-of-a-topic"), "date")
    assert dates == sorted(dates)


def test_the_stories_of_a_month_have_events_in_it(store: EmbeddedGraph) -> None:
    found = ask(store, "stories-of-a-month")
    assert dict(zip(column(found, "label"), column(found, "events"), strict=True))["2011 Syrian uprising"] == "5"
    assert all(
        first < "2011-12" and last >= "2011-11"
        for first, last in zip(column(found, "first"), column(found, "last"), strict=True)
    )


def test_the_parts_of_a_story_come_in_the_order_of_its_document(store: EmbeddedGraph) -> None:
    found = column(ask(store, "parts-of-a-story"), "event")
    story = NamedNode(f"{BASE}entity/en/2011_Syrian_uprising")
    assert found == [part.event.value for part in of_story(store, story)]
    assert len(found) == 10


def test_beside_a_story_stand_those_that_have_events_in_common_with_it(store: EmbeddedGraph) -> None:
    found = ask(store, "beside-a-story")
    assert dict(zip(column(found, "label"), column(found, "shared"), strict=True)) == {
        "2011–2012 Syrian uprising": "5",
        "2011 Libyan civil war": "1",
    }


def test_neighbours_share_something_and_are_elsewhere(store: EmbeddedGraph) -> None:
    found = ask(store, "neighbours")
    assert set(column(found, "other")).isdisjoint(events_at(store, HOMS))
    assert min(map(int, column(found, "shared"))) >= 1


# ---- Wordings, and where they come from.


def test_wordings_come_in_the_order_of_their_page(store: EmbeddedGraph) -> None:
    found = ask(store, "wordings")
    assert column(found, "position") == ["1", "2"]
    assert column(found, "label") == ["First version", "Update"]
    assert column(found, "lastWritten") == ["2017-08-25T03:34:27Z", "2017-08-27T03:34:36Z"]


def test_the_most_reworded_event_comes_first(store: EmbeddedGraph) -> None:
    counts = [int(count) for count in column(ask(store, "most-reworded"), "revisions")]
    assert counts == sorted(counts, reverse=True)
    assert SEED in column(ask(store, "most-reworded"), "event")


def test_a_dead_slug_leads_to_the_event(store: EmbeddedGraph) -> None:
    assert set(column(ask(store, "dead-slug"), "event")) == {SEED}
    assert len(ask(store, "dead-slug")) == 3


def test_both_numbers_of_a_changed_death_toll_are_shown() -> None:
    found = ask(small(TWO_TOLLS), "moving-tolls")
    pairs = zip(column(found, "first"), column(found, "second"), strict=True)
    assert {frozenset(pair) for pair in pairs} == {frozenset({"3", "12"})}
    assert len(found) == 2


def test_captures_that_disagree_name_both_first_versions() -> None:
    [found] = ask(small(TWO_CAPTURES), "captures-that-disagree")
    assert {column([found], "one")[0], column([found], "other")[0]} == {
        "/news/2011/11/8/one.md",
        "/news/2011/11/8/other.md",
    }


def test_every_event_in_homs_comes_from_somewhere(store: EmbeddedGraph) -> None:
    found = ask(store, "where-from")
    only_related = rows(
        store, "SELECT ?e { ?e ng:revision/prov:wasDerivedFrom ?x . FILTER (CONTAINS(STR(?x), '#related')) }"
    )
    assert events_at(store, HOMS) - set(column(found, "event")) <= set(column(only_related, "e"))
    assert all(value.startswith("sha256:") for value in column(found, "hash"))


def test_a_list_says_why_events_are_related(store: EmbeddedGraph) -> None:
    assert any("Homs" in labels for labels in column(ask(store, "why-related"), "labels"))


def test_a_one_way_relation_is_not_answered(store: EmbeddedGraph) -> None:
    pairs = list(zip(*(column(ask(store, "one-way-related"), name) for name in ("event", "related")), strict=True))
    relation = NamedNode(expand("dcterms:relation"))
    for event, related in pairs:
        assert any(store.quads_for_pattern(NamedNode(event), relation, NamedNode(related)))
        assert not any(store.quads_for_pattern(NamedNode(related), relation, NamedNode(event)))


# ---- Sources.


def test_the_most_cited_publisher_comes_first_and_has_one_name(store: EmbeddedGraph) -> None:
    found = ask(store, "most-cited-publishers")
    counts = [int(count) for count in column(found, "events")]
    assert counts == sorted(counts, reverse=True)
    assert column(found, "name")[0] == "BBC"
    assert len(set(column(found, "publisher"))) == len(found)


def test_one_publisher_is_one(store: EmbeddedGraph) -> None:
    for one in ask(store, "one-publisher"):
        sources = store.quads_for_pattern(one["event"], NamedNode(expand("ng:source")), None)
        assert len(list(sources)) == int(one["articles"].value) > 1


def test_publishers_cited_together_are_two(store: EmbeddedGraph) -> None:
    found = ask(store, "publishers-cited-together")
    assert all(one["one"] != one["other"] for one in found)


def test_events_without_a_source_are_all_others(store: EmbeddedGraph) -> None:
    without = sum(map(int, column(ask(store, "without-a-source"), "events")))
    [all_events] = column(rows(store, "SELECT (COUNT(?e) AS ?n) { ?e a ng:Event }"), "n")
    [with_source] = column(rows(store, "SELECT (COUNT(DISTINCT ?e) AS ?n) { ?e a ng:Event ; ng:source ?s }"), "n")
    assert without == int(all_events) - int(with_source)


def test_a_shared_article_is_cited_by_so_many_events(store: EmbeddedGraph) -> None:
    source = NamedNode(expand("ng:source"))
    events = {
        quad.subject
        for quad in store.quads_for_pattern(None, NamedNode(expand("rdf:type")), NamedNode(expand("ng:Event")))
    }
    for one in ask(store, "shared-articles"):
        citing = {quad.subject for quad in store.quads_for_pattern(None, source, one["source"])}
        assert len(citing & events) == int(one["events"].value) > 1


def test_a_client_that_knows_schema_org_alone_sees_where_and_when(store: EmbeddedGraph) -> None:
    assert SEED in column(ask(store, "schema-org-only"), "event")
    assert "ng:" not in text("schema-org-only")
