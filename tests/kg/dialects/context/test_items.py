"""From pages of *the Context* to items."""

from __future__ import annotations

from datetime import date

import pytest

from kg.dialects.context.dialect import Context
from kg.dialects.context.items import items
from kg.dialects.context.page import parse
from kg.dialects.context.record import DayIndex, EventPage, FrontPage, IndexItem, PrintedChange, Related
from kg.dialects.item import Former, Item, Origin, Tally
from kg.dialects.record import Citation

DAY = date(2011, 11, 8)


def page(**fields: object) -> Item:
    record = EventPage(None, DAY, "a-city-falls", " A  city\nfalls ", **fields)
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
        PrintedChange(" B ", "news/2011/11/8/b.md", "First version"),
        PrintedChange("C", "news/2011/11/8/c.md", "Update"),
        PrintedChange("A", "news/2011/11/8/a.md", "Current version"),
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
    record = parse("news/2011/11/8/a.md", "### [2011-11-8](/news/2011/11/8/index.md)\n\n# a\n")
    assert len(list(items(record, tally))) == tally.counts["event pages"] == 1


def test_the_day_of_an_item_is_that_of_the_path_whatever_the_page_prints() -> None:
    path = "news/2011/11/9/a.md"
    record = parse(path, "### [2011-11-8](/news/2011/11/8/index.md)\n\n# a\n")
    assert isinstance(record, EventPage)
    assert record.day == DAY
    assert [item.day for item in Context().items(path, record, Tally(), "en")] == [date(2011, 11, 9)]
