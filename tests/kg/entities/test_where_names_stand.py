"""Where names of places occur in a sentence, in the table of towns, and among other words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.item import Item, Origin, StatedPlace
from kg.dialects.record import Link
from kg.entities.places import naming
from kg.entities.places.gazetteer import Gazetteer
from kg.entities.places.place import Place
from kg.entities.places.towns import Towns
from kg.rdf.iri import Minter

MINTER = Minter("http://127.0.0.1:8000/")
LINES = (
    "1\tcountry\tUtopia\tUtopia\t\tUT\t\t1\t2\t9\t\t\t\n",
    "2\tcountry\tNusa\tNusa\t\tNU\t\t1\t2\t9\t\t\t\n",
    "20\tdivision\tEast\tEast Province\t\tUT\t1\t1\t2\t9\t\t\t\n",
    "300\tcity\tSample\tSample\t\tUT\t20\t1\t2\t20000\t\t\t\n",
    "400\tcity\tḨamāh\t\t\tUT\t20\t1\t2\t20000\t\t\t\n",
    "500\tcity\tKōbu\t\t\tJP\t\t1\t2\t20000\t\t\t\n",
)
CHINESE = ("乌托邦\t1", "努萨\t2", "努萨东部\tEast Province", "样子城\t300", "东省\t20")
TOWNS = b"Khar\t\t\t\tUT\nKhor\t9\tcity\tOwn\tUT\t20\t1\t2\t7\nSampel\t300\n"
KNOWN = Gazetteer(LINES, towns=Towns(TOWNS), chinese=CHINESE)


def item(title: str, *links: Link, language: str = "en", is_plain: bool = False, topics: tuple[str, ...] = ()) -> Item:
    return Item(
        *(Origin.ENTRY, language, date(2011, 11, 8), "item-1", title),
        mentions=links,
        is_plain=is_plain,
        topics=topics,
    )


def place(geonames: int) -> Place:
    found = KNOWN.by_id(geonames)
    assert found is not None
    return found


# --- the table of towns


def test_a_town_is_found_by_its_name_and_in_what_its_title_says_that_it_is_in() -> None:
    khor = KNOWN.by_title("Khor")
    assert khor is not None
    assert (khor.geonames, khor.name, khor.population, khor.aliases) == (9, "Own", 7, ("Khor",))
    assert KNOWN.by_title("Khor (Utopia)") == KNOWN.by_title("Khor, East Province") == khor
    assert KNOWN.by_title("Khor (Nusa)") is None
    several = KNOWN.by_title("Khar")
    assert several is not None
    assert (several.geonames, several.kind, several.country, several.title) == (None, "area", "UT", "Khar")
    sample = KNOWN.by_title("Sampel")
    assert sample is not None
    assert (sample.geonames, sample.aliases) == (300, ("Sampel",))
    assert KNOWN.by_label("Khor") is None


@given(st.lists(st.text("abcé", min_size=1, max_size=40), unique=True, max_size=150), st.text("abcé", max_size=4))
def test_every_name_of_a_table_is_found_and_no_other(names: list[str], other: str) -> None:
    rows = sorted(f"{name}\t{number}\tcity\n".encode() for number, name in enumerate(names))
    towns = Towns(b"".join(rows))
    for number, name in enumerate(names):
        assert towns.cells(name) == [str(number), "city", *[""] * 6]
    assert (towns.cells(other) is None) is (other not in names)


def test_a_table_of_many_blocks_is_searched_to_its_first_and_last_rows() -> None:
    names = [f"n{number:05}" for number in range(2_000)]
    towns = Towns("".join(f"{name}\t{name}\n" for name in names).encode())
    assert all(towns.cells(name) == [name, *[""] * 7] for name in names)
    assert [towns.cells(name) for name in ("a", "n", "n000001", "n02000", "z", "")] == [None] * 6


# --- names of places


def test_a_title_of_a_place_is_that_of_the_table_else_its_name_without_marks_if_that_leads_back() -> None:
    assert naming.title_of(place(20), KNOWN) == "East Province"
    assert naming.title_of(place(400), KNOWN) == "Hamah"
    assert naming.title_of(place(500), KNOWN) == "Kōbu"
    shadowed = Gazetteer([*LINES, "600\tcity\tSample\t\t\tNU\t\t1\t2\t7\t\t\t\n"])
    small = shadowed.by_id(600)
    assert small is not None
    assert naming.title_of(small, shadowed) is None
    assert naming.iri(small, MINTER, shadowed) == MINTER.geonames(600)
    assert naming.iri(place(400), MINTER, KNOWN) == MINTER.entity("en", "Hamah")
    assert naming.iri(Place(None, "area", "Wild", None), MINTER, KNOWN) == MINTER.entity("en", "Wild")


def test_links_topics_and_labels_name_places_each_with_its_title_and_words() -> None:
    links = (Link("Sample", "city of Sample", ""), Link("Utopia", "Utopia", "n"), Link("Ada", "Ada", ""))
    found = naming.named_by(item("x", *links, topics=("East Province", "Trade")), KNOWN)
    assert [(one.title, one.anchor) for one in found] == [("Sample", "city of Sample"), ("East Province", "")]
    labels = naming.named_by_labels(["the Sample", "Nowhere", "乌托邦"], KNOWN)
    assert [(one.title, one.anchor) for one in labels] == [("Sample", "the Sample"), ("Utopia", "乌托邦")]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("In Sample, shops close.", ["Sample"]),
        ("Shops close in Sample.", ["Sample"]),
        ("Shops close in Hamah and in Sample.", ["Hamah", "Sample"]),
        ("Sample wins.", []),
        ("Shops close in Nowhere.", []),
    ],
)
def test_plain_english_text_names_places_where_it_says_that_it_happened(title: str, names: list[str]) -> None:
    for language in ("en", "en-GB"):
        found = naming.named_by_text(item(title, is_plain=True, language=language), KNOWN)
        assert [one.anchor for one in found] == names
    assert naming.named_by_text(item(title), KNOWN) == []
    assert naming.named_by_text(item(title, is_plain=True, language="de"), KNOWN) == []


# --- stated places


def test_a_stated_place_that_is_not_in_the_gazetteer_has_the_iri_of_its_id_or_its_point() -> None:
    assert naming.stated_iri(StatedPlace(geonames=7), MINTER) == MINTER.geonames(7)
    assert naming.stated_iri(StatedPlace(latitude="1", longitude="2"), MINTER) == MINTER.point("1", "2")
    assert naming.stated_iri(StatedPlace(("Sample",)), MINTER) is None


def test_what_is_around_a_point_is_the_smallest_place_that_its_names_tell_of() -> None:
    names = ("Harbour", "Sample", "Utopia")
    assert naming.around(StatedPlace(names, "1", "2"), KNOWN) == place(300)
    assert naming.around(StatedPlace(names, "9", "2"), KNOWN) == place(1)
    assert naming.around(StatedPlace(("Harbour", "Utopia"), "9", "2"), KNOWN) == place(1)
    assert naming.around(StatedPlace(("Harbour",), "1", "2"), KNOWN) is None
    assert naming.around(StatedPlace((), "1", "2"), KNOWN) is None


@pytest.mark.parametrize(
    ("names", "geonames"),
    [
        (("Sample", "Utopia"), 300),
        (("Sample", "Nusa"), None),
        (("Sample", "East Province"), 300),
        (("Sample", "Nowhere"), 300),
        (("Nowhere", "Utopia"), None),
        (("Sample",), 300),
    ],
)
def test_a_name_is_resolved_where_the_country_that_is_stated_agrees(
    names: tuple[str, ...], geonames: int | None
) -> None:
    found = naming.stated(StatedPlace(names), KNOWN)
    assert (found and found.geonames) == geonames


# --- Chinese sentences


def located(title: str, geonames: int, language: str = "zh") -> bool:
    named = naming.NamedPlace(place(geonames), None, "name")
    return naming.is_location(named, item(title, language=language), KNOWN)


def test_a_chinese_sentence_says_that_it_happened_at_a_place_or_at_a_part_of_it() -> None:
    for language in ("zh", "zh-Hans"):
        assert located("商店在样子城关门。", 300, language)
    assert located("商店在样子城关门。", 20)
    assert located("商店在样子城关门。", 1)
    assert not located("商店在样子城关门。", 2)
    assert not located("样子城的商店关门。", 2)
    assert located("商店在乌托邦样子城关门。", 300)
    assert not located("商店在样子城关门。", 300, "ja")


def test_a_longer_name_does_not_count_as_a_shorter_one_within_it() -> None:
    assert not located("商店在努萨东部关门。", 2)
    assert located("商店在努萨关门。", 2)
    assert located("在努萨东部，商店在努萨关门。", 2)
