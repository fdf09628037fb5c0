"""What an archive states about an event: its places, its last day; and places in text without links."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kg.dialects.item import Item, Origin, StatedPlace
from kg.dialects.publication import Publication
from kg.dialects.rows import page
from kg.dialects.rows.page import EventTable
from kg.dialects.rows.row import TableRow
from kg.entities.places import gazetteer, naming
from kg.pipeline.run import build
from kg.rdf import Literal, NamedNode, terms
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"
DAY = date(2024, 12, 7)
HOMS = f"{BASE}entity/en/Homs"
POINT = f"{BASE}entity/point/34.5,36.5"


@pytest.fixture
def built(tmp_path: Path) -> EmbeddedGraph:
    """A graph of five rows, built twice, so that the second build uses the months kept by the first one."""
    rows = [
        TableRow("", DAY, "One", places=("Homs", "Syria"), last=date(2024, 12, 9)),
        TableRow("", DAY, "Two", places=("A farm", "Homs", "Syria"), latitude="34.5", longitude="36.5"),
        TableRow("", DAY, "Three", geonames=170063),
        TableRow("", DAY, "Four", geonames=999999999999, places=("Elsewhere",)),
        TableRow("", DAY, "Five", places=("Nowhereville", "Syria")),
        TableRow("", DAY, "Soldiers enter the city of Homs, says Aleppo Radio."),
    ]
    file = tmp_path / "tables" / page.path("a.csv", DAY)
    file.parent.mkdir(parents=True)
    file.write_text(page.written(EventTable("a", "en", Publication()), rows), "utf-8")
    settings = Settings(store=str(tmp_path / "store"), jobs=1)
    first = build([tmp_path / "tables"], settings)
    second = build([tmp_path / "tables"], settings)
    assert second.report["months"]["new"] == 0
    graph = second.snapshot.open()
    assert set(graph.engine) == set(first.snapshot.open().engine)
    return graph


def values(graph: EmbeddedGraph, subject: str, predicate: NamedNode) -> set[str]:
    return {str(quad.object.value) for quad in graph.quads_for_pattern(NamedNode(subject), predicate, None)}


def event(graph: EmbeddedGraph, title: str) -> str:
    found = graph.quads_for_pattern(None, terms.NAME, Literal(title, language="en"))
    [iri] = {str(quad.subject.value) for quad in found if "/revision/" not in str(quad.subject)}
    return iri


def test_stated_places_are_in_the_graph(built: EmbeddedGraph) -> None:
    one = event(built, "One")
    assert values(built, one, terms.LOCATION) == values(built, one, terms.PLACE) == {HOMS}
    assert values(built, one, terms.END_DATE) == {"2024-12-09"}
    assert values(built, event(built, "Two"), terms.LOCATION) == {POINT}
    assert values(built, POINT, terms.LABEL) == {"A farm"}
    assert values(built, POINT, terms.LATITUDE) == {"34.5"}
    assert values(built, POINT, terms.CONTAINED_IN_PLACE) == {HOMS}
    assert values(built, event(built, "Three"), terms.LOCATION) == {f"{BASE}entity/en/Aleppo"}
    unknown = f"{BASE}entity/geonames/999999999999"
    assert values(built, event(built, "Four"), terms.LOCATION) == {unknown}
    assert values(built, unknown, terms.LABEL) == {"Elsewhere"}
    assert values(built, unknown, terms.EXACT_MATCH) == {"https://sws.geonames.org/999999999999/"}


def test_a_name_that_nobody_knows_stays_a_label(built: EmbeddedGraph) -> None:
    five = event(built, "Five")
    assert values(built, five, terms.LOCATION) == set()
    assert values(built, five, terms.MENTION_LABEL) == {"Nowhereville, Syria"}


def test_text_without_links_names_the_places_at_which_it_says_that_it_happened(built: EmbeddedGraph) -> None:
    assert values(built, event(built, "Soldiers enter the city of Homs, says Aleppo Radio."), terms.LOCATION) == {HOMS}


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("In Homs, shops open.", ["Homs"]),
        ("Shops open in Homs Governorate, Syria.", ["Homs Governorate", "Syria"]),
        ("Homs beats Aleppo in the cup.", []),
        ("Paris Hilton opens a shop.", []),
        ("Nothing happens anywhere.", []),
    ],
)
def test_only_whole_names_count_and_only_where_it_happened(title: str, names: list[str]) -> None:
    item = Item(Origin.ENTRY, "en", DAY, "", title, is_plain=True)
    found = [one.anchor for one in naming.named_by_text(item, gazetteer.load())]
    assert [name for name in names if name in found] == names
    assert names or not found


def test_text_that_is_not_english_or_has_links_names_none_so() -> None:
    for language, is_plain in (("de", True), ("en", False)):
        item = Item(Origin.ENTRY, language, DAY, "", "Shops open in Homs.", is_plain=is_plain)
        assert naming.named_by_text(item, gazetteer.load()) == []


@pytest.mark.parametrize(
    ("names", "geonames"),
    [
        (("Homs", "Syria"), 169577),
        (("Syria",), 163843),
        (("Paris", "Texas", "United States"), 4717560),
        (("Homs", "Japan"), None),
    ],
)
def test_names_resolve_where_the_country_agrees(names: tuple[str, ...], geonames: int | None) -> None:
    found = naming.stated(StatedPlace(names), gazetteer.load())
    assert (found.geonames if found else None) == geonames


def test_a_point_is_not_within_a_city_of_that_name_far_away() -> None:
    found = naming.around(StatedPlace(("Homs", "Syria"), "35.9", "39.0"), gazetteer.load())
    assert found is not None
    assert found.name == "Syria"
