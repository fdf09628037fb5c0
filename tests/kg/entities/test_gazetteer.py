"""The rules by which a title, a label or an anchor names a place."""

from __future__ import annotations

import csv
import gzip
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import version
from kg.entities.places import gazetteer
from kg.entities.places.gazetteer import Gazetteer, load
from kg.entities.places.names import fold
from kg.entities.places.place import Place, names_place
from kg.entities.places.towns import CELLS, Towns
from kg.errors import ConfigurationError
from tests.judged.measure import general
from tests.paths import ROOT, TESTS

HOMS, HOMS_GOVERNORATE, SYRIA = 169577, 169575, 163843
DATA = ROOT / "data" / "gazetteer"
JUDGED = TESTS / "judged" / "places"


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
def test_a_word_or_a_firm_with_the_name_of_a_town_is_not_a_place(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


@pytest.mark.parametrize(
    "title",
    ["Barack Obama", "United Nations", "Syrian civil war", "Prime Minister of Italy", "Real Madrid C.F."],
)
def test_persons_organisations_and_events_are_not_places(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


@pytest.mark.parametrize("title", ["Ohio State", "Michigan State"])
def test_the_short_name_of_an_american_university_is_not_a_state(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


@pytest.mark.parametrize("title", ["Independence", "Hollywood", "Suffolk, Nowhere", "Temple"])
def test_the_bare_name_of_a_small_american_town_is_mostly_another_thing(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


@pytest.mark.parametrize("title", ["Arizona", "Florida", "Virginia", "Puebla", "Ontario"])
def test_a_state_owns_the_name_it_shares_with_a_town(places: Gazetteer, title: str) -> None:
    place = places.by_title(title)
    assert place is not None
    assert place.kind == "division"


def test_a_name_shared_by_two_provinces_is_neither(places: Gazetteer) -> None:
    assert found(places.by_title("Punjab")) == ("", "area")
    assert found(places.by_title("Punjab, India")) == ("IN", "division")
    assert found(places.by_title("Punjab, Pakistan")) == ("PK", "division")


@pytest.mark.parametrize(
    ("title", "within"),
    [
        ("Gulf of Aden", []),
        ("Congo River", []),
        ("Mount Kenya", []),
        ("Korean Peninsula", []),
        ("Kajaki district", ["Afghanistan"]),
        ("Bear Island (Norway)", ["Norway"]),
        ("Example Village, Syria", ["Syria"]),
        ("Example Hill, London", ["London", "England", "United Kingdom"]),
        ("Northern Iraq", ["Iraq"]),
        ("Andes", []),
        ("Middle East", []),
    ],
)
def test_a_title_whose_words_or_the_list_say_so_is_an_area(places: Gazetteer, title: str, within: list[str]) -> None:
    place = places.by_title(title)
    assert place is not None
    assert [container.title or container.name for container in places.containers(place)][-len(within) :] == within or (
        not within and not places.containers(place)
    )


@pytest.mark.parametrize(
    "title",
    [
        "Embassy of Ecuador, London",
        "University of California, Los Angeles",
        "List of mayors of Dallas, Texas",
        "Constitution of Georgia (country)",
        "Prime Minister of the Cook Islands",
        "Piracy in the Sulu Sea",
        "Mystic River (film)",
        "Joan Rivers",
        "Canadian province",
        "Isle of Man TT",
        "Loch Ness Monster",
        "The Pirate Bay",
        "Boston Police Department",
        "Islamic State of Iraq and the Levant – Sinai Province",
        "2014 Harris County, Texas shooting",
    ],
)
def test_a_building_or_an_event_at_a_place_is_not_the_place(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


def test_a_container_that_may_be_two_places_is_neither(places: Gazetteer) -> None:
    place = places.by_title("Example Village, Georgia")
    assert place is not None
    assert places.containers(place) == ()


@pytest.mark.parametrize("title", ["Atlanta, Georgia", "Austin, TX", "Bendigo, Victoria", "Keswick, Cumbria"])
def test_a_city_is_found_in_any_place_that_its_container_may_be(places: Gazetteer, title: str) -> None:
    place = places.by_title(title)
    assert place is not None
    assert place.kind == "city"


def test_a_label_is_a_place_only_if_a_table_has_it(places: Gazetteer) -> None:
    assert places.by_label("Example Valley") is None
    assert found(places.by_label("the Middle East")) == ("", "area")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Portovelo", ("EC", "city")),
        ("Landi Kotal", ("PK", "city")),
        ("Akhalgori", ("GE", "city")),
        ("Masuriya (India)", None),
        ("Selas (Spain)", ("ES", "city")),
        ("Selas, Spain", ("ES", "city")),
        ("Selas (Peru)", None),
    ],
)
def test_a_name_that_only_a_small_town_has_denotes_it(
    places: Gazetteer, title: str, expected: tuple[str, str] | None
) -> None:
    place = places.by_title(title)
    assert found(place) == expected
    if place:
        assert names_place(place, title)
        assert place.kind == "division" or place.lat
        assert places.containers(place)


def test_another_name_of_a_city_denotes_the_city(places: Gazetteer) -> None:
    place = places.by_title("A Habana")
    assert place == places.by_title("Havana")
    assert place is not None
    assert names_place(place, "A Habana")


def test_a_name_of_several_towns_in_one_country_is_a_place_there(places: Gazetteer) -> None:
    place = places.by_title("Sieniawa")
    assert place is not None
    assert (place.geonames, place.kind, place.country) == (None, "area", "PL")
    assert [one.name for one in places.containers(place)] == ["Poland"]


@pytest.mark.parametrize("label", ["Masuriya", "Sieniawa", "Selas"])
def test_a_label_that_only_the_table_of_towns_has_is_not_a_place(places: Gazetteer, label: str) -> None:
    assert places.by_label(label) is None


@pytest.mark.parametrize("title", ["Kingdom of Nepal", "State of Israel", "Russian Empire", "Kibbutz Revadim"])
def test_a_title_that_names_the_form_of_a_state_or_of_a_village_is_an_area(places: Gazetteer, title: str) -> None:
    assert found(places.by_title(title)) is not None
    assert places.by_title(title).kind == "area"


@pytest.mark.parametrize("title", ["Evil Empire", "State of Decay", "Republic of Letters", "Kingdom of Heaven"])
def test_the_form_of_a_state_without_a_country_is_none(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


@pytest.mark.parametrize(("title", "country"), [("Harbin City", "CN"), ("Olongapo City", "PH"), ("Gujrat city", "PK")])
def test_a_city_may_have_the_word_behind_its_name(places: Gazetteer, title: str, country: str) -> None:
    assert found(places.by_title(title)) == (country, "city")


@pytest.mark.parametrize("title", ["Manchester City", "Leicester City", "Melbourne City"])
def test_a_football_club_is_not_a_city(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


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
        ("State of Palestine", "Palestinian", ""),
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


@pytest.mark.parametrize(
    ("label", "geonames"),
    [
        ("叙利亚", SYRIA),
        ("敘利亞", SYRIA),
        ("霍姆斯", HOMS),
        ("俄羅斯", 2017370),
        ("北京市", 1816670),
        ("雲南省", 1785694),
        ("吉林省", 2036500),
        ("悉尼", 2147714),
    ],
)
def test_a_chinese_label_names_a_place_in_either_script(places: Gazetteer, label: str, geonames: int) -> None:
    place = places.by_label(label)
    assert place is not None
    assert place.geonames == geonames


@pytest.mark.parametrize(
    ("label", "title"), [("地中海", "Mediterranean Sea"), ("東海", "East China Sea"), ("非洲", "Africa")]
)
def test_a_chinese_label_names_an_area_by_its_english_title(places: Gazetteer, label: str, title: str) -> None:
    place = places.by_label(label)
    assert place is not None
    assert (place.kind, place.title) == ("area", title)


@pytest.mark.parametrize("label", ["民主", "联合国", "诺基亚", "美国总统", "汉城之战", "海", ""])
def test_part_of_a_chinese_name_is_not_a_place(places: Gazetteer, label: str) -> None:
    assert places.by_label(label) is None


def test_every_chinese_name_means_a_place(places: Gazetteer) -> None:
    lines = (DATA / "chinese.tsv").read_text(encoding="utf-8").splitlines()
    assert lines == sorted(set(lines))
    assert all(places.by_label(line.partition("\t")[0]) for line in lines)


@pytest.mark.parametrize("title", ["North America", "South America", "Central America"])
def test_a_part_of_what_is_called_like_a_country_is_in_no_country(places: Gazetteer, title: str) -> None:
    place = places.by_title(title)
    assert place is not None
    assert (place.country, places.containers(place)) == ("", ())


@pytest.mark.parametrize(
    "title", ["Maritime Union of Australia", "Football Union of Russia", "Islamic State of Iraq", "Pontiac", "Al-Alam"]
)
def test_an_organisation_is_not_a_place(places: Gazetteer, title: str) -> None:
    assert places.by_title(title) is None


@pytest.mark.parametrize(
    ("title", "geonames"),
    [("Ta'izz", 70225), ("Taiz Governorate", 70222), ("Waterford (city)", 2960992), ("San Sebastián", 3110044)],
)
def test_a_title_that_several_places_have_means_that_of_its_article(
    places: Gazetteer, title: str, geonames: int
) -> None:
    place = places.by_title(title)
    assert place is not None
    assert place.geonames == geonames


def test_a_country_is_in_nothing(places: Gazetteer) -> None:
    syria = places.by_id(SYRIA)
    assert syria is not None
    assert places.containers(syria) == ()


def test_an_unknown_id_is_not_a_place(places: Gazetteer) -> None:
    assert places.by_id(0) is None


def test_homs_has_the_values_of_the_sources(places: Gazetteer) -> None:
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
        assert bool(place.lat) == bool(place.long), place
        if place.lat:
            assert canonical.fullmatch(place.lat), place
            assert canonical.fullmatch(place.long), place
            assert abs(float(place.lat)) <= 90, place
            assert abs(float(place.long)) <= 180, place


def test_as_many_places_have_coordinates_as_is_said(places: Gazetteer) -> None:
    said = (DATA / "README.md").read_text(encoding="utf-8")
    assert all(place.lat for place in places if place.kind in ("country", "city"))
    divisions = [place for place in places if place.kind == "division"]
    first = [place for place in divisions if place.division is None]
    assert f"{sum(bool(place.lat) for place in divisions):,} of {len(divisions):,} divisions" in said
    assert f"{sum(bool(place.lat) for place in first):,} of {len(first):,} first-level ones" in said
    assert f"all countries, {sum(place.point == 'outline' for place in divisions):,} divisions" in said
    assert f"{sum(place.point == 'town' for place in divisions):,} divisions without an outline" in said
    assert f"Without coordinates: {sum(not place.lat for place in divisions):,} divisions" in said


def test_the_table_says_what_the_point_of_an_area_is_of(places: Gazetteer) -> None:
    assert {place.point for place in places if place.kind == "city"} == {None}
    assert {place.point for place in places if place.kind == "country"} == {"outline"}
    divisions = [place for place in places if place.kind == "division"]
    assert {(place.point, bool(place.lat)) for place in divisions} == {("outline", True), ("town", True), (None, False)}


def test_the_middle_of_an_outline_is_not_where_a_city_is(places: Gazetteer) -> None:
    cities = {(place.lat, place.long) for place in places if place.kind == "city"}
    assert not [one for one in places if one.point == "outline" and (one.lat, one.long) in cities]


@pytest.mark.parametrize(
    ("title", "lat", "long"),
    [
        ("Syria", (32.4, 37.3), (35.8, 42.3)),
        ("Homs Governorate", (33, 35.3), (36.4, 40.3)),
        ("Ukraine", (46, 51), (29, 34)),
        ("Crimea", (44.5, 46), (33, 36)),
        ("Northern Ireland", (54.1, 55.2), (-7.9, -5.7)),
        ("United States", (37, 42), (-105, -92)),
        ("Alaska", (60, 68), (-160, -145)),
        ("Kosovo", (42.1, 43), (20.3, 21.5)),
        ("French Guiana", (2.5, 5.2), (-54, -52)),
        ("Lombardy", (45, 46.3), (9, 11)),
    ],
)
def test_coordinates_of_an_area_are_in_its_middle(
    places: Gazetteer, title: str, lat: tuple[float, float], long: tuple[float, float]
) -> None:
    place = places.by_title(title)
    assert place is not None
    assert lat[0] < float(place.lat) < lat[1]
    assert long[0] < float(place.long) < long[1]


def test_what_was_redrawn_since_the_outlines_were_made_has_the_point_of_a_town(places: Gazetteer) -> None:
    papua = places.by_id(1643012)
    assert papua is not None
    assert (papua.name, papua.point) == ("Papua", "town")
    assert -4 < float(papua.lat) < -1
    assert 137 < float(papua.long) < 141


def test_a_town_that_stands_for_a_division_is_in_it(places: Gazetteer) -> None:
    at = {(city.lat, city.long): city for city in places if city.kind == "city"}
    divisions = [place for place in places if place.point == "town" and place.division is None]
    known = [(at[one.lat, one.long], one) for one in divisions if (one.lat, one.long) in at]
    assert len(known) > 100
    assert all(city.country == one.country for city, one in known)
    assert sum(city.division == one.geonames for city, one in known) > len(known) / 2


def test_every_listed_area_is_one_and_listed_once(places: Gazetteer) -> None:
    titles = [line for line in (DATA / "areas.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert titles == sorted(set(titles))
    assert all((place := places.by_title(title)) and place.kind == "area" for title in titles)


def test_every_area_of_wordnet_is_a_place_and_listed_once(places: Gazetteer) -> None:
    titles = list(gazetteer.entries(DATA / "wordnet.txt"))
    assert titles == sorted(set(titles))
    assert all(map(places.by_title, titles))


def test_every_region_of_cldr_is_a_place_and_listed_once(places: Gazetteer) -> None:
    titles = list(gazetteer.entries(DATA / "regions.txt"))
    assert titles == sorted(set(titles))
    assert all(map(places.by_title, titles))


@pytest.mark.parametrize(
    "title",
    ["Khyber Pass", "Port Hills", "Nevado del Ruiz", "Wadi Khaled", "Isla Margarita",
     "Free State (South African province)",
     "Phoenix Arizona", "Bahamas, The", "St Lucia",
     "East coast of the United States", "Upstate New York", "South Asia"],
)  # fmt: skip
def test_the_words_of_a_title_tell_further_places(title: str) -> None:
    assert general().by_title(title)


@pytest.mark.parametrize(
    "title",
    ["Monty's Pass", "Emmelie de Forest", "In the Heights", "Denzel Washington", "Hannah Montana", "St Patrick's Day",
     "Audience (head of state)", "Outremont (federal electoral district)", "Cape Wind"],
)  # fmt: skip
def test_a_title_that_only_sounds_like_a_place_is_none(title: str, places: Gazetteer) -> None:
    assert places.by_title(title) is None


def test_the_table_of_towns_is_sorted_and_every_name_leads_to_a_place(places: Gazetteer) -> None:
    table = gzip.decompress((DATA / "towns.tsv.gz").read_bytes())
    rows = [line.split("\t") for line in table.decode().splitlines()]
    names = [row[0] for row in rows]
    assert [f"{name}\t".encode() for name in names] == sorted({f"{name}\t".encode() for name in names})
    assert all(name == fold(name) for name in names)
    canonical = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?")
    towns = Towns(table)
    for name, *cells in rows[::100]:
        assert towns.cells(name) == cells + [""] * (CELLS - len(cells))
        assert len(cells) > 1 or not cells[0] or places.by_id(int(cells[0]))
        assert all(canonical.fullmatch(number) for number in cells[5:7])


@given(st.text(st.characters(exclude_characters="\t\n")), st.lists(st.text("abc ", min_size=1), unique=True))
def test_a_name_is_found_if_and_only_if_it_is_in_the_table(name: str, names: list[str]) -> None:
    lines = sorted(f"{one}\t1\tcity\n".encode() for one in names)
    towns = Towns(b"".join(lines))
    assert (towns.cells(name) is not None) == (name in names)
    assert all((towns.cells(one) or [])[:2] == ["1", "city"] for one in names)


def test_every_linked_title_leads_to_its_id(places: Gazetteer) -> None:
    with (DATA / "linked.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader((line for line in file if line[:1] != "#"), delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    wrong = [title for key, title in rows if (place := places.by_title(title)) is None or str(place.geonames) != key]
    assert wrong == []


def test_no_denied_title_is_a_place(places: Gazetteer) -> None:
    lines = (DATA / "denied.txt").read_text(encoding="utf-8").splitlines()
    denied = [line for line in lines if line and line[:1] != "#"]
    assert [title for title in denied if places.by_title(title)] == []


def judged(name: str) -> dict[str, bool]:
    return {one["target"]: one["place"] for one in json.loads((JUDGED / name).read_text(encoding="utf-8"))}


@pytest.mark.parametrize("count", [300, 1_200])
def test_the_judged_link_targets_are_typed_as_well_as_is_said(places: Gazetteer, count: int) -> None:
    targets = dict(list(judged("judgements.json").items())[:count])
    typed = {target for target in targets if places.by_title(target)}
    wanted = {target for target, place in targets.items() if place}
    assert len(targets) == count
    assert len(typed & wanted) >= 0.98 * len(typed)
    assert len(typed & wanted) >= 0.90 * len(wanted)


def test_an_archive_that_nobody_has_read_has_its_places_typed_as_well_as_is_said() -> None:
    places, targets = general(), judged("judgements.json")
    typed = {target for target in targets if places.by_title(target)}
    wanted = {target for target, place in targets.items() if place}
    said = (JUDGED / "README.md").read_text(encoding="utf-8")
    assert f"1.000 ({len(typed & wanted)} of {len(typed)}, " in said
    assert f"({len(typed & wanted)} of {len(wanted)}, " in said


def test_targets_that_were_drawn_anew_are_typed_as_well_as_is_said(places: Gazetteer) -> None:
    targets = judged("third.json")
    typed = {target for target in targets if places.by_title(target)}
    wanted = {target for target, place in targets.items() if place}
    assert (len(targets), len(typed), len(typed & wanted), len(wanted)) == (300, 43, 43, 44)


def test_a_fifth_of_the_targets_was_judged_twice() -> None:
    first, second = judged("judgements.json"), judged("second.json")
    assert len(second) == len(first) // 5
    assert second.items() <= first.items()


def test_the_anchors_that_were_judged_name_their_places_or_not(places: Gazetteer) -> None:
    named = right = 0
    for one in json.loads((JUDGED / "anchors.json").read_text(encoding="utf-8")):
        place = places.by_title(one["target"])
        if place and names_place(place, one["anchor"]):
            named, right = named + 1, right + one["names"]
    assert right >= 0.98 * named > 0


def test_every_city_is_in_a_known_country(places: Gazetteer) -> None:
    assert all(places.containers(place) for place in places if place.kind != "country")


def test_a_missing_table_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "ROOTS", ())
    with pytest.raises(ConfigurationError, match="gazetteer"):
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
