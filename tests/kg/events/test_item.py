"""From records to items: a test for each rule of what is an event, and of what it inherits."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kg.dialects.context import page as context
from kg.dialects.record import Change, Citation, DayIndex, EventPage, FrontPage, IndexItem, Link, Related
from kg.dialects.wikitext import page as wikitext
from kg.events.item import Former, Item, Origin, Tally, items, normalise, readable_slug
from kg.pipeline.convert import check_sums

DAY = date(2011, 11, 8)
SOURCE = "[http://a.example (A)]"


def listed(text: str) -> list[Item]:
    return list(items(wikitext.parse("2011_November_8.txt", text), Tally()))


def only(text: str) -> Item:
    [item] = listed(text)
    return item


def counted(text: str) -> dict[str, int]:
    tally = Tally()
    list(items(wikitext.parse("2011_November_8.txt", text), tally))
    return {name: count for name, count in tally.counts.items() if count}


# --- which bullets are events


def test_a_leaf_is_an_event() -> None:
    item = only(f";Law\n* [[Homs]] falls. {SOURCE}")
    assert (item.origin, item.language, item.day, item.fragment) == (Origin.BULLET, "en", DAY, "item-1")
    assert (item.title, item.category) == ("Homs falls.", "Law")
    assert item.mentions == (Link("Homs", "Homs"),)
    assert item.citations == (Citation("http://a.example", "A"),)


@pytest.mark.parametrize("text", ["*", "* ...", f"* {SOURCE}", "* [[File:a.jpg]]"])
def test_a_leaf_without_text_is_excluded_and_counted(text: str) -> None:
    tally = Tally()
    assert list(items(wikitext.parse("2011_November_8.txt", text), tally)) == []
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


# --- wordings and slugs


@pytest.mark.parametrize(
    ("title", "wording"),
    [
        (" A  City\tFalls ", "a city falls"),
        ("Cafe\u0301", "café"),
        ("STRASSE straße", "strasse strasse"),
        ("Uprising::The city falls", "the city falls"),
        ("Uprising:: The city falls", "the city falls"),
        ("Uprising:The city falls", "the city falls"),
        ("Uprising: The city falls", "uprising: the city falls"),
        ("At 12:30 a city falls", "at 12:30 a city falls"),
        (": – a city falls", "a city falls"),
        ("Uprising::", "uprising::"),
        ("::", "::"),
        ("", ""),
        ("See http://a.example/b", "see http://a.example/b"),
        ('A city falls [https:--a.example-b "(A)"]', 'a city falls [https:--a.example-b "(a)"]'),
    ],
)
def test_a_wording_is_the_title_without_what_is_put_before_it(title: str, wording: str) -> None:
    assert normalise(title) == wording


def test_a_bullet_and_the_page_made_from_it_have_one_wording() -> None:
    bullet = only("* [[Uprising]]: The city falls.").wording
    assert bullet == normalise("Uprising::The city falls.") == normalise("Uprising:The city falls.")


@given(st.text())
def test_a_title_with_any_text_has_a_wording(title: str) -> None:
    assert bool(normalise(title)) == bool(title.strip())


def test_every_item_has_a_form_to_be_found_by() -> None:
    assert all(Item(Origin.PAGE, "en", DAY, "", title).wordings for title in ("—", "a", "霍姆斯"))


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The city of Homs falls.", "the-city-of-homs-falls"),
        ("São Paulo", "s%C3%A3o-paulo"),
        ("snake_case & more", "snake-case-more"),
    ],
)
def test_a_slug_is_readable(title: str, slug: str) -> None:
    assert readable_slug(title) == slug


@given(st.text(max_size=150) | st.lists(st.text("aé霍 "), max_size=80).map(" ".join))
def test_a_slug_is_short_and_can_stand_in_an_iri(title: str) -> None:
    slug = readable_slug(title)
    assert 0 < len(slug) <= 100
    assert "/" not in slug
    NamedNode(f"http://a.example/{slug}")


# --- pages of the Context


def page(**fields: object) -> Item:
    record = EventPage(None, DAY, "a-city-falls", " A  city\nfalls ", **fields)  # type: ignore[arg-type]
    [item] = items(record, Tally(), "en")
    return item


def test_a_page_of_the_context_is_an_event() -> None:
    item = page()
    assert (item.origin, item.language, item.fragment) == (Origin.PAGE, "en", "")
    assert (item.title, item.slugs) == ("A city falls", ("a-city-falls",))


def test_the_language_that_a_page_shows_comes_before_the_one_assumed() -> None:
    assert [item.language for item in items(EventPage("zh", DAY, "a", "a"), Tally(), "en")] == ["zh"]


def test_a_page_without_a_title_says_so() -> None:
    assert [item.title for item in items(EventPage("en", DAY, "a", " "), Tally())] == ["(no title)"]


@pytest.mark.parametrize(("heading", "labels"), [(" Homs ", ("Homs",)), (" ", ()), (None, ())])
def test_a_heading_is_a_label_and_no_entity(heading: str | None, labels: tuple[str, ...]) -> None:
    item = page(heading=heading)
    assert (item.mention_labels, item.mentions, item.topics) == (labels, (), ())


def test_the_sources_of_a_page_are_those_it_lists() -> None:
    source = Citation("http://a.example", "A", "http://a.example/a.jpg")
    assert page(sources=(source, source)).citations == (source,)


def test_the_image_of_a_page_is_its_cover_or_else_the_first_of_a_source() -> None:
    sources = (Citation("http://a.example"), Citation("http://b.example", None, "http://b.example/b.jpg"))
    assert page(sources=sources, cover="http://c.example/c.jpg").image == "http://c.example/c.jpg"
    assert page(sources=sources).image == "http://b.example/b.jpg"
    assert page().image is None


def test_former_wordings_are_kept_in_printed_order_and_the_current_one_is_none() -> None:
    changes = (
        Change(" B ", "news/2011/11/8/b.md", "First version"),
        Change("C", "news/2011/11/8/c.md", "Update"),
        Change("A", "news/2011/11/8/a.md", "Current version"),
    )
    assert page(changes=changes).former == (Former(1, "B", "b"), Former(2, "C", "c"))


def test_related_events_name_the_day_and_slug_of_their_page() -> None:
    related = (Related("B", "news/2011/11/9/b.md", "Homs, Syria"), Related("C", "opinion/c.md", ""))
    [reference] = page(related=related).related
    assert (reference.day, reference.slug, reference.title) == (date(2011, 11, 9), "b", "B")
    assert (reference.labels, reference.position) == (("Homs", "Syria"), 1)


def test_each_line_of_a_day_index_is_an_item() -> None:
    lines = (
        IndexItem(" B ", "news/2011/11/8/b.md", heading="Homs", labels="Syria, Homs"),
        IndexItem("C", "elsewhere.md", description="d"),
    )
    first, second = items(DayIndex(None, DAY, lines), Tally(), "zh")
    assert (first.origin, first.language, first.fragment, first.title) == (Origin.INDEX, "zh", "item-1", "B")
    assert (first.mention_labels, first.slugs) == (("Homs", "Syria"), ("b",))
    assert (second.fragment, second.mention_labels, second.slugs) == ("item-2", (), ())


def test_a_front_page_lists_no_events_of_its_own() -> None:
    tally = Tally()
    front = FrontPage("en", (IndexItem("B", "news/2011/11/8/b.md"),))
    assert (list(items(front, tally)), tally.counts) == ([], {"front pages": 1})


def test_a_page_that_is_parsed_is_counted() -> None:
    tally = Tally()
    record = context.parse("news/2011/11/8/a.md", "### [2011-11-8](/news/2011/11/8/index.md)\n\n# a\n")
    assert len(list(items(record, tally))) == tally.counts["event pages"] == 1


# --- sums

texts = st.sampled_from(["", "[[A]]", "[[A]]: b", "c", f"d {SOURCE}", "The city of [[A]] falls.", SOURCE, "..."])
trees = st.lists(st.tuples(st.integers(1, 4), texts), max_size=12)


@given(trees)
def test_bullets_leaves_and_parents_always_add_up(tree: list[tuple[int, str]]) -> None:
    tally = Tally()
    text = "\n".join("*" * depth + " " + content for depth, content in tree)
    found = list(items(wikitext.parse("2011_November_8.txt", text), tally))
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
