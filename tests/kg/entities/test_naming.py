"""Places: which of an item's links and labels name one, and whether its sentence says that the event happened there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kg.dialects.item import Item, Tally
from kg.dialects.record import Link
from kg.dialects.wikitext import page
from kg.dialects.wikitext.items import items
from kg.entities.places import gazetteer
from kg.entities.places.gazetteer import Gazetteer
from kg.entities.places.naming import (
    NamedPlace,
    iri,
    is_location,
    named_by,
    named_by_labels,
    of_label,
    of_title,
    title_of,
)
from kg.entities.places.place import Place
from kg.rdf.iri import Minter

MINTER = Minter("http://127.0.0.1:8000/")
HOMS = 169577


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return gazetteer.load()


def listed(text: str) -> Item:
    *_, item = items(page.parse("2011_November_8.txt", text), Tally())
    return item


def titles(found: list[NamedPlace]) -> list[str | None]:
    return [named.title for named in found]


def homs(places: Gazetteer) -> Place:
    place = of_title("Homs", places)
    assert place is not None
    assert place.geonames == HOMS
    return place


# ---- Links.


@pytest.mark.parametrize(
    "link", ["[[Homs]]", "[[Homs|city of Homs]]", "[[Homs|Homs']]", "[[homs]]", "[[Homs#History|Homs]]", "''[[Homs]]''"]
)
def test_a_link_whose_anchor_names_its_target_names_the_place(link: str, places: Gazetteer) -> None:
    assert titles(named_by(listed(f"* Shots in {link}."), places)) == ["Homs"]


@pytest.mark.parametrize(
    "link",
    ["[[India]]n", "[[India|Indian]]", "[[Syria|Syrian]]", "[[Homs|the dead]]", "[[Italy|Prime Minister of Italy]]"],
)
def test_a_demonym_or_other_words_name_no_place(link: str, places: Gazetteer) -> None:
    assert named_by(listed(f"* Shots hit a {link} bus."), places) == []


@pytest.mark.parametrize("title", ["Barack Obama", "United Nations", "Syrian civil war", "Carbon tax"])
def test_anything_else_names_no_place(title: str, places: Gazetteer) -> None:
    assert named_by(listed(f"* [[{title}]] it is."), places) == []


def test_a_topic_that_is_a_place_is_named_by_its_children(places: Gazetteer) -> None:
    item = listed("* [[Syria]]:\n** Shots fall.")
    [named] = named_by(item, places)
    assert (named.title, named.anchor, is_location(named, item, places)) == ("Syria", "", False)


def test_the_links_of_a_topic_label_name_their_places(places: Gazetteer) -> None:
    assert titles(named_by(listed("* Unrest in [[Syria]]:\n** Shots fall."), places)) == ["Syria"]


# ---- Labels.


@pytest.mark.parametrize("label", ["Homs", "Homs'", "the Netherlands", "Syria"])
def test_a_label_that_surely_names_a_place_does(label: str, places: Gazetteer) -> None:
    [named] = named_by_labels([label], places)
    assert (named.anchor, named.place) == (label, of_label(label, places))
    assert named.title


@pytest.mark.parametrize("label", ["ocean", "UN", "Russian", "police", "", "Vladimir Putin"])
def test_any_other_label_names_none(label: str, places: Gazetteer) -> None:
    assert named_by_labels([label], places) == []


def test_a_label_and_a_link_lead_to_one_entity(places: Gazetteer) -> None:
    [linked], [labelled] = named_by(listed("* [[Homs|Homs']] a."), places), named_by_labels(["Homs"], places)
    assert linked == labelled
    assert iri(linked.place, MINTER, places) == f"{MINTER.base}entity/en/Homs"


# ---- Titles.


def test_the_title_of_a_place_is_the_one_in_the_table(places: Gazetteer) -> None:
    assert title_of(replace(homs(places), title="Homs, Syria"), places) == "Homs, Syria"


def test_otherwise_the_name_is_used_if_it_leads_back(places: Gazetteer) -> None:
    assert title_of(replace(homs(places), title=None, name="Nowhere at all"), places) is None
    untitled = [place for place in places if place.title is None][:2_000]
    for place in untitled:
        title = title_of(place, places)
        assert title is None or places.by_title(title) == place


def test_the_marks_of_a_transliteration_are_not_part_of_a_title(places: Gazetteer) -> None:
    unlinked = next(place for place in places if place.name == "Al Miqdādīyah")
    assert title_of(replace(unlinked, title=None), places) == "Al Miqdadiyah"


def test_what_contains_a_place_is_the_entity_that_links_lead_to(places: Gazetteer) -> None:
    haridwar = of_title("Haridwar", places)
    assert haridwar is not None
    [state, country] = places.containers(haridwar)
    linked = of_title("Uttarakhand", places)
    assert linked == state
    assert iri(state, MINTER, places) == f"{MINTER.base}entity/en/Uttarakhand"
    assert iri(country, MINTER, places) == f"{MINTER.base}entity/en/India"


def test_a_place_without_a_title_is_named_by_its_number(places: Gazetteer) -> None:
    nowhere = replace(homs(places), title=None, name="Nowhere at all")
    assert iri(nowhere, MINTER, places) == f"{MINTER.base}entity/geonames/{HOMS}"


# ---- Locations; the rules of sentences are tested in location/test_english.py and location/test_chinese.py.


def test_any_mention_of_the_name_may_be_the_location(places: Gazetteer) -> None:
    item = listed("* [[Homs]] mourns: shots in Homs.")
    [named] = named_by(item, places)
    assert is_location(named, item, places)


def test_the_start_of_another_name_is_not_the_place(places: Gazetteer) -> None:
    item = listed("* Shots in Nigeria; [[Niger]] protests.")
    [named] = named_by(item, places)
    assert (named.title, is_location(named, item, places)) == ("Niger", False)


def test_the_end_of_another_links_name_is_not_the_place(places: Gazetteer) -> None:
    item = listed("* [[Sudan]] protests: shots in [[South Sudan]].")
    by_title = {named.title: named for named in named_by(item, places)}
    assert [title for title, named in by_title.items() if is_location(named, item, places)] == ["South Sudan"]


@pytest.mark.parametrize(
    "text",
    [
        "A [[Togo]]-flagged ship sinks.",
        "A [[London]]-based firm fails.",
        "An anti-[[Syria]] bloc wins.",
        "[[France]]-born, he wins.",
    ],
)
def test_a_name_that_a_hyphen_joins_to_a_word_names_no_place(text: str, places: Gazetteer) -> None:
    assert named_by(listed(f"* {text}"), places) == []


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("The [[Syria]]-[[Turkey]] border shuts.", ["Syria", "Turkey"]),
        ("A [[London]]-based firm leaves [[London]].", ["London"]),
    ],
)
def test_a_hyphen_between_two_names_joins_neither(text: str, titles: list[str], places: Gazetteer) -> None:
    assert list(dict.fromkeys(named.title for named in named_by(listed(f"* {text}"), places))) == titles


def test_nothing_is_known_about_a_language_without_rules(places: Gazetteer) -> None:
    item = replace(listed("* Shots in [[Homs]]."), language="de")
    [named] = named_by(item, places)
    assert not is_location(named, item, places)


def test_a_chinese_sentence_may_write_the_name_in_the_other_script(places: Gazetteer) -> None:
    item = replace(listed("* a"), language="zh", title="\u5728\u53d9\u5229\u4e9a\u53d1\u751f\u7206\u70b8\u3002")
    [named] = named_by_labels(["\u6558\u5229\u4e9e"], places)
    assert is_location(named, item, places)


def test_the_start_of_a_longer_chinese_name_is_not_the_place(places: Gazetteer) -> None:
    item = replace(
        listed("* a"), language="zh", title="\u5728\u5370\u5ea6\u5c3c\u897f\u4e9a\u53d1\u751f\u5730\u9707\u3002"
    )
    [named] = named_by_labels(["\u5370\u5ea6"], places)
    assert not is_location(named, item, places)


def chinese(text: str, label: str, places: Gazetteer) -> bool:
    [named] = named_by_labels([label], places)
    return is_location(named, replace(listed("* a"), language="zh", title=text), places)


def test_what_happens_in_a_part_of_a_chinese_place_happens_in_the_whole(places: Gazetteer) -> None:
    assert chinese("中国科学家在云南发现化石。", "中国", places)
    assert not chinese("中国科学家在美国发现化石。", "中国", places)


def test_a_short_chinese_name_of_a_town_is_not_found_inside_longer_words(places: Gazetteer) -> None:
    assert not chinese("中国代表在联合国发言。", "中国", places)


def test_a_named_place_is_the_same_under_any_anchor(places: Gazetteer) -> None:
    assert NamedPlace(homs(places), "Homs", "a") == NamedPlace(homs(places), "Homs", "b")


def test_the_mentions_of_an_item_come_before_its_topics(places: Gazetteer) -> None:
    item = replace(listed("* [[Homs]] a."), topics=("Syria",), mentions=(Link("Homs", "Homs"), Link("Iraq", "Iraqi")))
    assert titles(named_by(item, places)) == ["Homs", "Syria"]
    assert item.day == date(2011, 11, 8)
