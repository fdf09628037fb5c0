"""The rules by which a title, a label or an anchor is a place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import gazetteer
from kg.errors import ConfigurationError
from kg.gazetteer import Gazetteer, Place, load, names_place

HOMS, HOMS_GOVERNORATE, SYRIA = 169577, 169575, 163843


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return load()


def found(place: Place | None) -> tuple[str, str] | None:
    return (place.country, place.kind) if place else None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Homs", ("SY", "city")),
        ("Homs Governorate", ("SY", "division")),
        ("Aleppo", ("SY", "city")),
        ("Georgia (country)", ("GE", "country")),
        ("Georgia (U.S. state)", ("US", "division")),
        ("Tucson, Arizona", ("US", "city")),
        ("Van, Turkey", ("TR", "city")),
        ("Tripoli, Lebanon", ("LB", "city")),
        ("Tripoli", ("LY", "city")),
        ("Valencia", ("ES", "city")),
        ("Republic of Ireland", ("IE", "country")),
        ("Republic of Ecuador", ("EC", "country")),
        ("People's Republic of China", ("CN", "country")),
        ("Republic of China", ("TW", "country")),
        ("New York City", ("US", "city")),
        ("Washington, D.C.", ("US", "city")),
        ("Gaza Strip", ("PS", "division")),
        ("West Bank", ("PS", "division")),
        ("Sana'a", ("YE", "city")),
        ("Rio de Janeiro", ("BR", "city")),
        ("Ada County, Idaho", ("US", "division")),
    ],
)
def test_a_title_denotes_its_place(places: Gazetteer, title: str, expected: tuple[str, str]) -> None:
    assert found(places.by_title(title)) == expected


@pytest.mark.parametrize("title", ["Police", "Honda", "Nokia", "March", "Van", "God", "Highbury"])
def test_a_word_or_a_firm_with_the_name_of_a_town_is_no_place(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


@pytest.mark.parametrize(
    "title",
    ["Barack Obama", "United Nations", "Syrian civil war", "Prime Minister of Italy", "Real Madrid C.F."],
)
def test_persons_organisations_and_events_are_no_places(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


@pytest.mark.parametrize("title", ["Ohio State", "Michigan State"])
def test_the_short_name_of_an_american_university_is_no_state(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


@pytest.mark.parametrize("title", ["Independence", "Hollywood", "Suffolk, Nowhere", "Temple"])
def test_the_bare_name_of_a_small_american_town_is_mostly_another_thing(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


@pytest.mark.parametrize("title", ["Arizona", "Florida", "Virginia", "Puebla", "Ontario"])
def test_a_state_owns_the_name_it_shares_with_a_town(places: Gazetteer, title: str) -> None:
    place = places.by_title(title)
    assert place is not None
    assert place.kind == "division"


def test_a_name_shared_by_two_provinces_is_ambiguous(places: Gazetteer) -> None:
    assert places.by_title("Punjab") is None
    assert found(places.by_title("Punjab, India")) == ("IN", "division")
    assert found(places.by_title("Punjab, Pakistan")) == ("PK", "division")


@pytest.mark.parametrize("spelling", ["Medellín", "Medellin"])
def test_accents_do_not_matter(places: Gazetteer, spelling: str) -> None:
    assert found(places.by_title(spelling)) == ("CO", "city")


@pytest.mark.parametrize(
    ("label", "country"),
    [
        ("Syria", "SY"),
        ("Syria's", "SY"),
        ("Homs'", "SY"),
        ("the Netherlands", "NL"),
        ("The Hague", "NL"),
        ("Republic of Ireland", "IE"),
        ("Paris, France", "FR"),
        ("U.S.", "US"),
        ("US", "US"),
        ("UK", "GB"),
    ],
)
def test_a_label_names_its_place(places: Gazetteer, label: str, country: str) -> None:
    place = places.by_label(label)
    assert place is not None
    assert place.country == country


@pytest.mark.parametrize("label", ["ocean", "train", "key", "split", "nice"])
def test_a_label_in_lower_case_is_a_common_noun(places: Gazetteer, label: str) -> None:
    assert places.by_label(label) is None


@pytest.mark.parametrize("label", ["UN", "MP", "PKK", "SARS", "NASA"])
def test_a_short_label_in_capitals_is_an_acronym(places: Gazetteer, label: str) -> None:
    assert places.by_label(label) is None


@pytest.mark.parametrize(
    ("title", "anchor"),
    [
        ("Homs", "Homs"),
        ("Homs", "city of Homs"),
        ("Homs", "Homs'"),
        ("Homs", "Homs's"),
        ("Homs", "''Homs''"),
        ("Homs Governorate", "Homs province"),
        ("Tucson, Arizona", "Tucson"),
        ("Tucson, Arizona", "Tucson, Arizona"),
        ("United States", "U.S."),
        ("United States", "the United States"),
        ("United Kingdom", "Britain"),
        ("Baghdad", "Baghdad, Iraq"),
        ("Hadhramaut Governorate", "Hadhramaut"),
    ],
)
def test_an_anchor_names_the_place(places: Gazetteer, title: str, anchor: str) -> None:
    place = places.by_title(title)
    assert place is not None
    assert names_place(place, anchor)


@pytest.mark.parametrize(
    ("title", "anchor", "trail"),
    [
        ("India", "Indian", ""),
        ("India", "India", "n"),
        ("Iraq", "Iraq", "is"),
        ("United States", "American", ""),
        ("United Kingdom", "British", ""),
        ("France", "French", ""),
        ("Homs", "Homsi", ""),
    ],
)
def test_a_demonym_does_not_name_the_place(places: Gazetteer, title: str, anchor: str, trail: str) -> None:
    place = places.by_title(title)
    assert place is not None
    assert not names_place(place, anchor, trail)


@pytest.mark.parametrize("anchor", ["Prime Minister of Italy", "his country", "Italy national team", ""])
def test_an_anchor_that_says_another_thing_does_not_name_the_place(places: Gazetteer, anchor: str) -> None:
    italy = places.by_title("Italy")
    assert italy is not None
    assert not names_place(italy, anchor)


def test_a_city_is_in_its_division_and_its_country(places: Gazetteer) -> None:
    homs = places.by_id(HOMS)
    assert homs is not None
    assert [place.geonames for place in places.containers(homs)] == [HOMS_GOVERNORATE, SYRIA]


def test_a_country_is_in_nothing(places: Gazetteer) -> None:
    syria = places.by_id(SYRIA)
    assert syria is not None
    assert places.containers(syria) == ()


def test_an_unknown_id_is_no_place(places: Gazetteer) -> None:
    assert places.by_id(0) is None


def test_homs_is_what_the_sources_say(places: Gazetteer) -> None:
    homs = places.by_title("Homs")
    assert homs is not None
    assert (homs.geonames, homs.wikidata) == (HOMS, "Q131301")
    assert (homs.lat, homs.long) == ("34.72405", "36.72559")


def test_only_reviewed_places_have_a_wikidata_id(places: Gazetteer) -> None:
    ids = {place.geonames: place.wikidata for place in places if place.wikidata}
    assert ids == {HOMS: "Q131301", HOMS_GOVERNORATE: "Q1747689"}


def test_coordinates_are_canonical_decimals(places: Gazetteer) -> None:
    canonical = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?")
    for place in places:
        if place.kind == "city":
            assert canonical.fullmatch(place.lat), place
            assert canonical.fullmatch(place.long), place


def test_every_city_is_in_a_known_country(places: Gazetteer) -> None:
    assert all(places.containers(place) for place in places if place.kind != "country")


def test_a_missing_table_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gazetteer, "DIRECTORIES", ())
    with pytest.raises(ConfigurationError, match=r"places\.tsv"):
        load.__wrapped__()


@given(st.text())
def test_any_text_is_a_place_or_none(text: str) -> None:
    for place in (load().by_title(text), load().by_label(text)):
        assert place is None or isinstance(place, Place)


@given(anchor=st.text(), trail=st.text(max_size=5))
def test_any_anchor_names_the_place_or_not(anchor: str, trail: str) -> None:
    homs = load().by_id(HOMS)
    assert homs is not None
    assert names_place(homs, anchor, trail) in {True, False}
