"""From a day page to items: a test for each rule about which bullets are events, and what they inherit."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.item import Item, Origin, Tally, normalise
from kg.dialects.record import Citation, Link
from kg.dialects.wikitext import page
from kg.dialects.wikitext.items import items
from kg.pipeline.report import check_sums

DAY = date(2011, 11, 8)
SOURCE = "[http://a.example (A)]"


def listed(text: str) -> list[Item]:
    return list(items(page.parse("2011_November_8.txt", text), Tally()))


def only(text: str) -> Item:
    [item] = listed(text)
    return item


def counted(text: str) -> dict[str, int]:
    tally = Tally()
    list(items(page.parse("2011_November_8.txt", text), tally))
    return {name: count for name, count in tally.counts.items() if count}


# --- which bullets are events


def test_a_leaf_is_an_event() -> None:
    item = only(f";Law\n* [[Homs]] falls. {SOURCE}")
    assert (item.origin, item.language, item.day, item.fragment) == (Origin.ENTRY, "en", DAY, "item-1")
    assert (item.title, item.category) == ("Homs falls.", "Law")
    assert item.mentions == (Link("Homs", "Homs"),)
    assert item.citations == (Citation("http://a.example", "A"),)


@pytest.mark.parametrize("text", ["*", "* ...", f"* {SOURCE}", "* [[File:a.jpg]]"])
def test_a_leaf_without_text_is_excluded_and_counted(text: str) -> None:
    tally = Tally()
    assert list(items(page.parse("2011_November_8.txt", text), tally)) == []
    assert tally.excluded == {"leaf without text": 1}


@pytest.mark.parametrize(
    "parent", ["[[A]]", "[[A]]:", "''[[A|b]]'' –", "[[A]], [[B]] and [[C]]:", "[[A]] ([[B]])", "[[A]] or [[B]]"]
)
def test_a_parent_that_is_only_links_is_a_topic(parent: str) -> None:
    assert counted(f"* {parent}\n** b")["topic"] == 1


@pytest.mark.parametrize("parent", ["Resignation of [[A]]:", "Elsewhere", "[[A]] falls", "In [[A]].", "", "..."])
def test_a_parent_of_other_text_is_a_topic_label(parent: str) -> None:
    assert counted(f"* {parent}\n** b")["topic label"] == 1


@pytest.mark.parametrize(
    "parent", [f"[[A]] {SOURCE}", f"Fall of [[A]]. {SOURCE}", "The city of [[A]] falls.", "Is it so, or is it not?"]
)
def test_a_parent_with_a_source_or_a_full_sentence_is_an_event(parent: str) -> None:
    assert counted(f"* {parent}\n** b")["parent event"] == 1


def test_one_bullet_alone_that_is_only_a_link_is_an_event() -> None:
    assert only("* [[Syrian war]]").title == "Syrian war"


# --- what children inherit


def test_children_inherit_a_topic_for_each_link_through_all_depths() -> None:
    first, second = listed("* [[A]], [[B]]:\n** [[C]]\n*** [[D]] d\n** e")
    assert (first.topics, first.mentions) == (("A", "B", "C"), (Link("D", "D"),))
    assert second.topics == ("A", "B")


def test_children_inherit_a_topic_label_and_its_links_as_mentions() -> None:
    item = only("* Resignation of [[A]]:\n** [[B]] b")
    assert (item.topics, item.topic_labels) == ((), ("Resignation of A",))
    assert item.mentions == (Link("B", "B"), Link("A", "A"))


def test_an_empty_parent_gives_its_children_no_label() -> None:
    assert only("* \n** b").topic_labels == ()


@pytest.mark.parametrize("parent", [f"The city of [[A]] falls. {SOURCE}", "The city of [[A]] falls."])
def test_children_of_an_event_are_part_of_it_and_inherit_nothing_of_its_own(parent: str) -> None:
    _, child, grandchild, other = listed(f"* {parent}\n** b\n** [[T]]\n*** c\n* d")
    assert [child.part_of, grandchild.part_of, other.part_of] == ["item-1", "item-1", None]
    assert (child.title, child.citations, child.mentions, child.topics) == ("b", (), (), ())
    assert grandchild.topics == ("T",)


@pytest.mark.parametrize("parent", ["[[A]]", "Fall of [[A]]", f"Fall of [[A]]. {SOURCE}"])
def test_no_child_inherits_text_or_sources(parent: str) -> None:
    child = listed(f"* {parent}\n** b")[-1]
    assert (child.title, child.citations) == ("b", ())


def test_a_category_is_that_of_the_bullet_itself() -> None:
    assert [item.category for item in listed("* a\n;Law\n* b")] == [None, "Law"]


def test_a_source_cited_twice_is_listed_once() -> None:
    assert only(f"* a {SOURCE} {SOURCE}").citations == (Citation("http://a.example", "A"),)


# --- subject before a colon


@pytest.mark.parametrize("colon", [":", " :", ": "])
def test_a_link_before_a_colon_is_the_subject_and_a_topic(colon: str) -> None:
    item = only(f"* [[Arab Spring|The Spring]]{colon} a city falls")
    assert item.subject.rstrip(" :") == "The Spring"
    assert (item.topics, item.wording) == (("Arab Spring",), "a city falls")


@pytest.mark.parametrize("text", ["* [[A]] b: c", "* In [[A]]: b", "* A: b", "* [[A]]:"])
def test_any_other_colon_names_no_subject(text: str) -> None:
    item = only(text)
    assert (item.subject, item.topics) == ("", ())


def test_a_subject_that_is_the_topic_already_is_one_topic() -> None:
    assert only("* [[A]]\n** [[A]]: b").topics == ("A",)


def test_a_bullet_and_the_page_made_from_it_have_one_wording() -> None:
    bullet = only("* [[Uprising]]: The city falls.").wording
    assert bullet == normalise("Uprising::The city falls.") == normalise("Uprising:The city falls.")


# --- sums

texts = st.sampled_from(["", "[[A]]", "[[A]]: b", "c", f"d {SOURCE}", "The city of [[A]] falls.", SOURCE, "..."])
trees = st.lists(st.tuples(st.integers(1, 4), texts), max_size=12)


@given(trees)
def test_bullets_leaves_and_parents_always_add_up(tree: list[tuple[int, str]]) -> None:
    tally = Tally()
    text = "\n".join("*" * depth + " " + content for depth, content in tree)
    found = list(items(page.parse("2011_November_8.txt", text), tally))
    counts = tally.counts
    assert counts["bullets"] == len(tree)
    assert counts["bullets"] == counts["leaves"] + counts["topic"] + counts["topic label"] + counts["parent event"]
    assert (
        counts["leaves"] == counts["leaf event"] + counts["excluded"] == counts["leaf event"] + tally.excluded.total()
    )
    tally.counts["events"] = len(found)
    assert check_sums(tally)["items"] == len(found)
    assert {item.part_of for item in found} <= {None, *(item.fragment for item in found)}


def test_sums_that_are_off_are_noticed() -> None:
    for name in ("bullets", "leaves", "leaf event", "excluded", "topic", "events", "merged", "index items"):
        with pytest.raises(AssertionError, match="do not add up"):
            check_sums(Tally(Counter({name: 1})))
