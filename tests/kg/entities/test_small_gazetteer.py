"""The exact limits in the rules of the gazetteer, on small tables that do not change with the world."""

from __future__ import annotations

from datetime import date

import pytest

from kg.dialects.item import Item, Origin, StatedPlace
from kg.dialects.record import Link
from kg.entities.places import naming
from kg.entities.places.chinese_names import ChineseNames
from kg.entities.places.gazetteer import Gazetteer, load
from kg.entities.places.names import (
    fold,
    is_acronym,
    is_area,
    is_name,
    plain,
    split,
    whole,
    without_genitive,
    without_marks,
)
from kg.entities.places.place import Place, area

FRANCE, AMERICA, UTOPIA, OHIO = 1, 2, 3, 20


def line(
    geonames: int,
    kind: str,
    name: str,
    title: str = "",
    country: str = "FR",
    division: int | str = "",
    population: int = 0,
    lat: str = "",
    aliases: str = "",
    variants: str = "",
) -> str:
    cells = (geonames, kind, name, title, aliases, country, division, lat, lat, population, "", "", variants)
    return "\t".join(map(str, cells)) + "\n"


COUNTRIES = (
    line(FRANCE, "country", "France", "France"),
    line(AMERICA, "country", "United States", "United States", "US", aliases="America|USA"),
    line(UTOPIA, "country", "Utopia", "Utopia", "UT"),
    line(OHIO, "division", "Ohio", "Ohio", "US", AMERICA),
)


def gazetteer(*lines: str, **tables: object) -> Gazetteer:
    return Gazetteer((*COUNTRIES, *lines), **tables)


def found(known: Gazetteer, title: str) -> int | None:
    place = known.by_title(title)
    return place and place.geonames


# ---- Which place owns a bare name.


@pytest.mark.parametrize(("larger", "owner"), [(20_000, 100), (20_001, 100), (19_999, None)])
def test_a_city_that_is_twice_as_large_as_its_namesake_owns_the_name(larger: int, owner: int | None) -> None:
    cities = [
        line(100, "city", "Sample", population=larger),
        line(101, "city", "Sample", country="UT", population=10_000),
    ]
    assert found(gazetteer(*cities), "Sample") == owner
    assert found(gazetteer(*reversed(cities)), "Sample") == owner


@pytest.mark.parametrize(("population", "owner"), [(250_000, 100), (249_999, None)])
def test_an_american_city_owns_its_bare_name_from_a_quarter_of_a_million_on(population: int, owner: int | None) -> None:
    assert found(gazetteer(line(100, "city", "Sample", country="US", population=population)), "Sample") == owner
    assert found(gazetteer(line(100, "city", "Sample", population=population)), "Sample") == 100


@pytest.mark.parametrize(("population", "by_name"), [(15_000, 100), (14_999, None)])
def test_a_city_with_a_title_owns_its_other_names_from_fifteen_thousand_on(
    population: int, by_name: int | None
) -> None:
    known = gazetteer(line(100, "city", "Sample", "Sample, Elsewhere", population=population, variants="Exempel"))
    assert (found(known, "Sample, Elsewhere"), found(known, "Sample"), found(known, "Exempel")) == (
        100,
        by_name,
        by_name,
    )


def test_a_lower_division_with_a_title_is_known_by_that_alone() -> None:
    lower = line(101, "division", "Sample", "Sample County", division=100)
    upper = line(100, "division", "Instance", "Instance Region")
    known = gazetteer(lower, upper)
    assert (found(known, "Sample County"), found(known, "Sample")) == (101, None)
    assert (found(known, "Instance Region"), found(known, "Instance")) == (100, 100)


def test_a_country_comes_before_a_division_and_that_before_a_city_where_states_have_titles() -> None:
    city = line(100, "city", "Sample", country="UT", population=10**6)
    for country, owner in (("FR", 100), ("US", 101), ("MX", 101)):
        assert found(gazetteer(city, line(101, "division", "Sample", country=country)), "Sample") == owner
    assert found(gazetteer(line(101, "division", "Sample")), "Sample") == 101
    assert found(gazetteer(line(101, "division", "Sample"), line(102, "division", "Sample")), "Sample") is None
    assert found(gazetteer(city, line(102, "country", "Sample", country="SA")), "Sample") == 102


def test_a_title_that_is_denied_or_an_acronym_is_not_a_place() -> None:
    known = gazetteer(line(100, "city", "Sample"), line(101, "city", "SAMPLE"), denied=["Sample"])
    assert found(known, "Sample") is None
    assert found(gazetteer(line(100, "city", "Sample")), "") is None
    assert [is_acronym(one) for one in ("SAMPLE", "SAMPLES", "Sample", "UN")] == [True, False, False, True]


# ---- Titles that say more.


def test_a_city_is_found_in_what_its_title_says_that_it_is_in() -> None:
    cities = [
        line(100, "city", "Sample", country="US", division=OHIO, population=5),
        line(101, "city", "Sample", country="US", population=9),
        line(102, "city", "Sample", country="UT", population=7),
    ]
    known = gazetteer(*cities)
    assert found(known, "Sample, Ohio") == found(known, "Sample (Ohio)") == found(known, "Sample Ohio") == 100
    assert found(known, "Sample, United States") == 101
    assert found(known, "Sample, Utopia") == 102
    assert found(known, "Sample, France") is None
    assert found(known, "Sample, Nowhere") is None
    assert found(known, "Sample Utopia") is None


def test_a_state_of_two_or_of_three_words_may_run_on_after_a_city() -> None:
    states = [
        line(21, "division", "New Sample", "New Sample", "US", AMERICA),
        line(22, "division", "Far New Sample", "Far New Sample", "US", AMERICA),
    ]
    cities = [line(100 + one, "city", "Town", country="US", division=one, population=1) for one in (21, 22)]
    known = gazetteer(*states, *cities)
    assert found(known, "Town New Sample") == 121
    assert found(known, "Town Far New Sample") is None


def test_a_qualifier_says_the_kind() -> None:
    known = gazetteer(
        line(100, "city", "Sample", population=9),
        line(101, "city", "Sample", country="UT", population=8),
        line(102, "division", "Sample"),
    )
    assert (found(known, "Sample (city)"), found(known, "Sample (province)")) == (100, 102)
    assert (found(known, "Sample Province"), found(known, "Sample Palace")) == (102, None)
    assert found(known, "Sample (country)") is None


def test_the_short_name_of_an_american_university_is_not_a_state_and_that_of_another_one_is() -> None:
    known = gazetteer(line(100, "division", "Sample", country="UT"))
    assert (found(known, "Ohio State"), found(known, "Sample State")) == (None, 100)


def test_a_word_of_a_city_behind_its_name_is_a_club_in_some_countries() -> None:
    known = gazetteer(
        line(100, "city", "Sample", country="UT", population=9), line(101, "city", "Other", country="GB", population=9)
    )
    assert (found(known, "Sample City"), found(known, "Other City")) == (100, None)


def test_a_listed_area_is_a_place_and_one_that_is_apart_is_another() -> None:
    known = gazetteer(
        line(100, "city", "Sample", population=9),
        areas=["The Wild"],
        apart=["Sample\t-\twhy", "Sample (band)\t\twhy", "Old Sample\t1\twhy"],
    )
    wild = known.by_title("The Wild")
    assert wild == area("The Wild")
    assert (known.by_title("Sample"), known.by_label("Sample")) == (None, None)
    assert known.by_title("Sample (band)") == area("Sample (band)")
    assert known.by_title("Old Sample") == area("Old Sample", known.by_id(FRANCE))
    assert (known.is_name("Sample", 100), gazetteer(line(100, "city", "Sample")).is_name("Sample", 100)) == (
        False,
        True,
    )
    assert not known.is_name("France", 100)


def test_a_part_of_a_place_is_an_area_in_it() -> None:
    known = gazetteer()
    for title in ("Northern France", "South-East France", "Greater Ohio"):
        place = known.by_title(title)
        assert place is not None
        assert (place.kind, place.title, place.country) == ("area", title, "US" if "Ohio" in title else "FR")
    america = known.by_title("North America")
    assert america is None or america.country == ""
    assert known.by_title("Northern Nowhere") is None


def test_a_state_of_the_past_is_in_the_country_of_its_name() -> None:
    known = gazetteer()
    kingdom = known.by_title("Kingdom of Utopia")
    assert kingdom == area("Kingdom of Utopia", known.by_id(UTOPIA))
    assert kingdom is not None
    assert (kingdom.country, kingdom.division) == ("UT", UTOPIA)
    assert known.by_title("Kingdom of Ohio") is None


def test_the_containers_of_a_place_come_smallest_first() -> None:
    known = gazetteer(
        line(30, "division", "Upper", division="", country="FR"),
        line(31, "division", "Lower", division=30),
        line(100, "city", "Sample", division=31),
    )
    sample, france = known.by_id(100), known.by_id(FRANCE)
    assert sample is not None
    assert france is not None
    assert [one.geonames for one in known.containers(sample)] == [31, 30, FRANCE]
    assert known.containers(france) == ()
    assert known.containers(Place(None, "area", "x", "x", country="XX")) == ()
    assert [one.geonames for one in known][:4] == [FRANCE, AMERICA, UTOPIA, OHIO]
    assert known.by_id(999) is None


def test_a_label_comes_with_articles_and_genitives_and_is_not_a_common_noun() -> None:
    known = gazetteer(line(100, "city", "Sample", population=9), chinese=["样本\t100", "法国\tFrance"])
    for label in ("Sample", "the Sample", "The Sample", "Sample's", "Sample’", " Sample "):
        place = known.by_label(label)
        assert place is not None, label
        assert place.geonames == 100
    assert (known.by_label("sample"), known.by_label("")) == (None, None)
    assert [one and one.geonames for one in map(known.by_label, ("样本", " 法国 ", "样"))] == [100, FRANCE, None]


def test_a_place_is_read_from_its_line_cell_by_cell() -> None:
    text = "\t".join(["7", "city", "Ñame", "Title", "A|B", "FR", "30", "1.5", "-2.5", "1234", "Q1", "town", "C"]) + "\n"
    assert gazetteer(text).by_id(7) == Place(
        7, "city", "Ñame", "Title", (), "FR", 30, "1.5", "-2.5", 1_234, "Q1", "town"
    )
    place = gazetteer(text).by_id(7)
    assert place is not None
    assert (place.aliases, place.names) == (("A", "B", "C"), ("Title", "Ñame", "A", "B", "C"))


def test_of_an_area_only_the_title_is_known_and_what_holds_it() -> None:
    assert area("Wild") == Place(None, "area", "Wild", "Wild", (), "", None, "", "", 0, None, None)
    held = area("Wild", Place(7, "city", "Sample", None, country="FR", division=30))
    assert (held.country, held.division) == ("FR", 7)
    assert area("Wild", area("Held", Place(7, "city", "Sample", None, country="FR"))).division == 7


def test_a_town_without_an_id_is_an_area_under_the_name_that_led_to_it() -> None:
    town = Place.from_town(["9", "", "", "FR", "30", "1", "2", ""], "Name")
    assert (town.geonames, town.kind, town.name, town.title, town.division, town.population) == (
        *(9, "area", "Name", None),
        *(30, 0),
    )
    several = Place.from_town(["", "", "", "FR", "", "", "", ""], "Name")
    assert (several.geonames, several.title, several.division, several.aliases) == (None, "Name", None, ("Name",))


def test_the_headers_of_the_tables_are_not_places() -> None:
    assert [load().by_title(one) for one in ("title", "Title", "name")] == [None, None, None]


# ---- Names.


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Hyde Park, London", ("Hyde Park", "London")),
        ("Jindo (island)", ("Jindo", "island")),
        ("A, B, C", ("A, B", "C")),
        ("A (b) (c)", ("A (b)", "c")),
        ("Plain", ("Plain", None)),
        ("(odd)", ("(odd)", None)),
        ("Odd (", ("Odd (", None)),
    ],
)
def test_a_title_is_parted_from_what_qualifies_it(title: str, parts: tuple[str, str | None]) -> None:
    assert split(title) == parts


def test_words_that_call_a_place_by_its_kind() -> None:
    assert [is_area(one) for one in ("island", "South African province", "electoral district", "head of state")] == [
        *(True, True),
        *(False, False),
    ]


def test_usual_forms_of_titles() -> None:
    assert [plain(one) for one in ("Bahamas, The", "St Lucia", "St. Lucia", "St lucia", "Homs")] == [
        *("The Bahamas", "Saint Lucia", "Saint Lucia"),
        *(None, None),
    ]
    assert [whole(one) for one in ("Northern Italy", "Greater Cairo", "Italy")] == ["Italy", "Cairo", None]
    assert [without_genitive(one) for one in ("Homs's", "Homs’s", "Homs'", "Homs’", "Homs")] == ["Homs"] * 5
    assert [without_marks(one) for one in ("Uttarākhand", "Ḩamāh", "São Paulo", "Homs")] == [
        *("Uttarakhand", "Hamah"),
        *("São Paulo", "Homs"),
    ]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Homs", True),
        ("city of Homs", True),
        ("Homs City", True),
        ("Homs, Syria", True),
        ("''Homs'''s", True),
        ("Homsi", False),
        ("Homs, Syria, school", False),
        ("", False),
    ],
)
def test_a_link_shows_a_name_of_its_place_with_generic_words_at_most(text: str, is_one: bool) -> None:
    assert is_name(text, ("Homs",)) is is_one


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        *(("saint-denis", "Saint denis"), ("Saint  Denis", "Saint Denis"), ("O'Hara", "OHara"), ("Łódź", "Lodz")),
        *(("Köln", "Koln"), ("police", "Police"), ("", "")),
    ],
)
def test_the_common_part_of_spellings(name: str, folded: str) -> None:
    assert fold(name) == folded


# ---- Chinese names.


def test_the_longest_chinese_name_at_a_place_in_a_text_is_found() -> None:
    twelve, thirteen = "十" * 12, "百" * 13
    known = ChineseNames(["印度\t1", "印度尼西亚\t2", "天竺\t1", f"{twelve}\t3", f"{thirteen}\t4"])
    assert (known.longest_at("印度尼西亚", 0), known.longest_at("在印度", 1), known.longest_at("在印度", 0)) == (
        *("印度尼西亚", "印度"),
        "",
    )
    assert (known.longest_at(twelve, 0), known.longest_at(thirteen, 0)) == (twelve, "")
    assert (known.same("天竺"), known.same("其他"), known.meaning("其他")) == (("印度", "天竺"), ("其他",), None)


@pytest.mark.parametrize(("population", "is_named"), [(1_000_001, True), (1_000_000, False)])
def test_a_short_chinese_name_of_a_small_town_is_part_of_other_words(population: int, is_named: bool) -> None:
    known = gazetteer(
        line(100, "city", "Short", population=population, division=OHIO), chinese=["样本\t100", "样本市\t20"]
    )
    text = [
        (start, end, one.geonames) for start, end, one in naming._chinese_names(known.by_id(OHIO), "在样本地", known)
    ]
    assert text == ([(1, 3, 100)] if is_named else [])


# ---- Where it happened.


@pytest.mark.parametrize(("latitude", "is_near"), [("11", True), ("11.5", False), ("9", True), ("8.5", False)])
def test_a_point_is_in_a_city_of_that_name_a_degree_away_at_most(latitude: str, is_near: bool) -> None:
    known = gazetteer(line(100, "city", "Sample", lat="10", population=9))
    for place in (StatedPlace(("Sample",), latitude, "10"), StatedPlace(("Sample",), "10", latitude)):
        around = naming.around(place, known)
        assert (around is not None) is is_near


def test_a_place_that_is_stated_by_names_is_in_the_country_that_they_end_with() -> None:
    known = gazetteer(
        line(100, "city", "Sample", population=9), line(101, "city", "Sample", country="UT", population=1)
    )
    assert [naming.stated(StatedPlace(names), known) for names in (("Sample", "France"), ("Sample", "Utopia"), ())] == [
        *(known.by_id(100), known.by_id(101)),
        None,
    ]
    assert naming.stated(StatedPlace(("Sample", "France"), "1", "2"), known) is None
    assert naming.stated(StatedPlace(("x",), geonames=101), known) == known.by_id(101)


def item(title: str, *links: str, language: str = "en") -> Item:
    mentions = tuple(Link(link, link, "") for link in links)
    return Item(Origin.ENTRY, language, date(2011, 11, 8), "item-1", title, mentions=mentions)


@pytest.mark.parametrize(
    ("title", "is_named"),
    [
        ("A France-flagged ship sinks.", False),
        ("An anti-France rally.", False),
        ("The trans-France train.", False),
        ("France-Utopia talks begin.", True),
        ("A France-flagged ship sinks off France.", True),
        ("Talks in France.", True),
        ("The Utopia-France line opens.", True),
    ],
)
def test_a_name_that_a_hyphen_joins_to_another_word_names_no_place(title: str, is_named: bool) -> None:
    found = naming.named_by(item(title, "France"), gazetteer())
    assert [one.title for one in found] == (["France"] if is_named else [])


def test_a_name_within_the_name_of_another_link_says_nothing_of_where_it_happened() -> None:
    known = gazetteer(line(100, "country", "South Utopia", "South Utopia", "SU"))
    for title, expected in (
        ("Shops close in South Utopia.", False),
        ("Shops close in South Utopia, and in Utopia.", True),
    ):
        one = item(title, "South Utopia", "Utopia")
        named = next(found for found in naming.named_by(one, known) if found.title == "Utopia")
        assert naming.is_location(named, one, known) is expected
    unnamed = naming.NamedPlace(named.place, "Utopia")
    assert not naming.is_location(unnamed, one, known)
    assert not naming.is_location(named, item("In Utopia", "Utopia", language="de"), known)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A ship sinks in France.", True),
        ("A ship sinks in France Telecom case.", False),
        ("A bomb explodes near France embassy.", False),
        ("A bomb explodes near France.", True),
    ],
)
def test_the_words_after_a_name_decide_whether_it_happened_there(title: str, expected: bool) -> None:
    known, one = gazetteer(), item(title, "France")
    [named] = naming.named_by(one, known)
    assert naming.is_location(named, one, known) is expected
