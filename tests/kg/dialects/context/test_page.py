"""The Markdown dialect of the Context: a test for each rule of its grammar."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kg.dialects.context.page import is_front_page, labels, matches, parse, render
from kg.dialects.context.record import DayIndex, EventPage, FrontPage, IndexItem, PrintedChange, Related
from kg.dialects.record import Citation

EVENT = "news/2011/11/8/a-bridge-opens.md"
INDEX = "news/2011/11/8/index.md"
DATE = "### [2011-11-8](/news/2011/11/8/index.md)\n\n"
FORMATS = (
    "\nFormats: [HTML](/news/2011/11/8/a-bridge-opens.html)  [JSON](/news/2011/11/8/a-bridge-opens.json)"
    "  [XML](/news/2011/11/8/a-bridge-opens.xml)  \n\n"
)


def event(text: str, path: str = EVENT) -> EventPage:
    """Parse an event page, and check that all of it is understood."""
    page = parse(path, text)
    assert isinstance(page, EventPage)
    assert page.unread == ()
    assert render(page) == text
    return page


def index(text: str, path: str = INDEX) -> DayIndex:
    """Parse a day index, and check that all of it is understood."""
    page = parse(path, text)
    assert isinstance(page, DayIndex)
    assert page.unread == ()
    assert render(page) == text
    return page


# ---- Paths.


@pytest.mark.parametrize(
    "path",
    [
        EVENT,
        INDEX,
        "news/2011/11/8/README.md",
        "zh/news/2019/03/23/马里.md",
        "copy/of/news/1999/01/8/x@0123456789.md",
    ],
)
def test_pages_below_a_day_belong_to_the_dialect(path: str) -> None:
    assert matches(path)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "api/README.md",
        "faq/README.md",
        "opinion/2017/04/4/x/README.md",
        "news/2011/11/8.md",
        "news/2011/13/8/x.md",
        "news/2011/11/8/x.html",
        "oldnews/2011/11/8/x.md",
        "news/2011/11/8/x/y.md",
    ],
)
def test_other_paths_do_not(path: str) -> None:
    assert not matches(path)


def test_the_slug_is_what_stands_before_the_commit() -> None:
    assert event(f"{DATE}# A\n\n\n\n", "news/2011/11/8/a-b@960f3e7f2c.md").slug == "a-b"
    assert event(f"{DATE}# A\n\n\n\n", "news/2011/11/8/a@b.md").slug == "a@b"


def test_an_index_saved_with_its_commit_is_an_index() -> None:
    assert index("## [2011-11-8](/news/2011/11/8/index.md)\n\n", "news/2011/11/8/index@960f3e7f2c.md").items == ()


# ---- The head of an event page.


def test_a_page_may_be_a_date_and_a_title() -> None:
    page = event(f"{DATE}#  A bridge opens. \n\n\n\n")
    assert (page.day, page.slug, page.title) == (date(2011, 11, 8), "a-bridge-opens", " A bridge opens. ")
    assert (page.heading, page.description, page.language) == (None, None, None)


def test_a_page_may_open_with_its_formats() -> None:
    assert event(f"{FORMATS}{DATE}# A\n\n\n\n").formats


def test_formats_of_another_page_are_reported() -> None:
    page = parse("news/2011/11/8/another.md", f"{FORMATS}{DATE}# A\n\n\n\n")
    assert [unread.line for unread in page.unread] == [2]


@pytest.mark.parametrize(("line", "heading", "empty"), [("##### Homs\n", "Homs", False), ("##### \n", None, True)])
def test_a_heading_may_be_empty(line: str, heading: str | None, empty: bool) -> None:
    page = event(f"{DATE}{line}# A\n\n\n\n")
    assert (page.heading, page.empty_heading) == (heading, empty)


def test_the_printed_date_counts_and_a_contradiction_is_reported() -> None:
    page = parse("news/2018/11/8/a.md", f"{DATE}# A\n\n\n\n")
    assert isinstance(page, EventPage)
    assert page.day == date(2011, 11, 8)
    assert [unread.line for unread in page.unread] == [1]


@pytest.mark.parametrize("head", ["", "### [2011-02-31](/news/2011/02/31/index.md)\n\n"])
def test_the_path_gives_the_date_when_the_page_prints_none(head: str) -> None:
    page = parse(EVENT, f"{head}# A\n\n\n\n")
    assert isinstance(page, EventPage)
    assert page.day == date(2011, 11, 8)
    assert page.unread


def test_the_date_may_link_to_the_chinese_edition() -> None:
    page = event("### [2011-11-8](/zh/news/2011/11/8/index.md)\n\n# A\n\n\n\n")
    assert (page.prefix, page.language) == ("/zh/", "zh")


@pytest.mark.parametrize("text", ["It cost $5 &amp; more.", "One line.\nAnother.\n\nA paragraph."])
def test_a_description_is_kept_as_printed(text: str) -> None:
    assert event(f"{DATE}# A\n\n{text}\n\n").description == text


# ---- The sections of an event page.


@pytest.mark.parametrize("word", ["Source", "Sources"])
def test_sources_are_read_under_either_word(word: str) -> None:
    page = event(f"{DATE}# A\n\n\n\n\n### {word}:\n\n1. [The [Daily]](http://a.example/b_(c))\n2. [](u)\n")
    assert page.sources == (Citation("http://a.example/b_(c)", "The [Daily]"), Citation("u"))
    assert (page.sections, page.cover, page.language) == ((word,), None, "en")


def test_the_cover_image_repeats_the_number_of_the_last_source() -> None:
    entries = "1. [A](http://a.example/)\n2. [B](http://b.example/)\n2. [Cover Image](http://c.example/d.jpg)\n"
    page = event(f"{DATE}# A\n\n\n\n\n### Sources:\n\n{entries}")
    assert (len(page.sources), page.cover) == (2, "http://c.example/d.jpg")


def test_a_source_named_cover_image_has_a_number_of_its_own() -> None:
    page = event(f"{DATE}# A\n\n\n\n\n### Sources:\n\n1. [A](http://a.example/)\n2. [Cover Image](http://c.example/)\n")
    assert (len(page.sources), page.cover) == (2, None)


def test_a_chinese_source_may_have_an_image() -> None:
    entry = "1. [甲](http://a.example/(b)) [IMG](/c_(d).jpg)\n"
    page = event(f"{DATE}# A\n\n\n\n\n### 信息来源:\n\n{entry}")
    assert page.sources == (Citation("http://a.example/(b)", "甲", "/c_(d).jpg"),)
    assert page.language == "zh"


def test_changes_are_kept_in_order_with_times_in_utc() -> None:
    entries = (
        "1. [ A ](/news/2011/11/8/a.md) _2018-02-06 13:49:23 (First version)_\n"
        "2. [B](/news/2011/11/8/b.md) _2018-02-06 13:49:23 (Update)_\n"
        "2. [C](/news/2011/11/8/c.md) _(Current version)_\n"
    )
    page = event(f"{DATE}# C\n\n\n\n\n### Changes:\n\n{entries}")
    at = datetime(2018, 2, 6, 13, 49, 23, tzinfo=UTC)
    assert page.changes == (
        PrintedChange(" A ", "news/2011/11/8/a.md", "First version", at),
        PrintedChange("B", "news/2011/11/8/b.md", "Update", at),
        PrintedChange("C", "news/2011/11/8/c.md", "Current version"),
    )


def test_the_only_change_has_the_number_one() -> None:
    assert event(f"{DATE}# C\n\n\n\n\n### Changes:\n\n1. [C](/news/2011/11/8/c.md) _(Current version)_\n").changes


def test_an_impossible_time_is_reported() -> None:
    entry = "1. [C](/news/2011/11/8/c.md) _2018-02-31 13:49:23 (Update)_"
    page = parse(EVENT, f"{DATE}# C\n\n\n\n\n### Changes:\n\n{entry}\n")
    assert [unread.text for unread in page.unread] == [entry]


@pytest.mark.parametrize(
    ("section", "marker", "prefix", "language"),
    [
        ("Related", "Context", "/", "en"),
        ("有关", "上下文", "/", "zh"),
        ("有关", "消息", "/zh/", "zh"),
    ],
)
def test_related_events_have_labels(section: str, marker: str, prefix: str, language: str) -> None:
    entry = f"1. [A (b)]({prefix}news/2011/11/7/a.md) _{marker}:  Los Angeles, California_\n"
    page = event(f"{DATE}# A\n\n\n\n\n### {section}:\n\n{entry}")
    assert page.related == (Related("A (b)", "news/2011/11/7/a.md", " Los Angeles, California", prefix, marker),)
    assert page.language == language


def test_the_last_address_of_a_line_is_its_link() -> None:
    title = "A [b](http://c.example/), [d](/news/2001/01/1/d.md) _Context: e_ and"
    page = event(f"{DATE}# A\n\n\n\n\n### Related:\n\n1. [{title}](/news/2011/11/7/a.md) _Context: f_\n")
    assert page.related[0].title == title


def test_sections_follow_each_other_in_the_printed_order() -> None:
    sources = "\n### Sources:\n\n1. [A](http://a.example/)\n"
    changes = "\n### Changes:\n\n1. [A](/news/2011/11/8/a.md) _(Current version)_\n"
    related = "\n### Related:\n\n1. [A](/news/2011/11/8/a.md) _Context: b_\n"
    page = event(f"{DATE}# A\n\nText.\n\n{sources}{changes}{related}")
    assert page.sections == ("Sources", "Changes", "Related")


@pytest.mark.parametrize("entry", ["2. [A](http://a.example/)", "01. [A](http://a.example/)", "1) A", "1. [A](b"])
def test_an_entry_that_breaks_the_rules_is_reported(entry: str) -> None:
    page = parse(EVENT, f"{DATE}# A\n\n\n\n\n### Sources:\n\n{entry}\n")
    assert [(unread.line, unread.text) for unread in page.unread] == [(10, entry)]


def test_an_unknown_section_is_reported() -> None:
    page = parse(EVENT, f"{DATE}# A\n\n\n\n\n### Comments:\n\n")
    assert [unread.text for unread in page.unread] == ["### Comments:"]


def test_a_lost_blank_line_is_reported_where_it_is_missing() -> None:
    page = parse(EVENT, f"{DATE}# A\n\n\n\n### Related:\n\n")
    assert [unread.line for unread in page.unread] == [7]


def test_windows_line_ends_are_read_and_reported_once() -> None:
    page = parse(EVENT, f"{DATE}# A\n\n\n\n".replace("\n", "\r\n"))
    assert isinstance(page, EventPage)
    assert (page.title, [unread.line for unread in page.unread]) == ("A", [1])


def test_only_the_start_of_a_long_unread_line_is_shown() -> None:
    page = parse(EVENT, f"{'x' * 1000}\n{DATE}# A\n\n\n\n")
    assert [len(unread.text) for unread in page.unread] == [200]


def test_a_page_without_a_title_is_reported() -> None:
    assert parse(EVENT, "").unread
    assert parse(EVENT, DATE).unread


# ---- Day indexes.


def test_an_index_lists_events_with_a_description_or_labels() -> None:
    page = index(
        "\nFormats: [HTML](2011/11/8/index.html)  [JSON](2011/11/8/index.json)"
        "  [XML](2011/11/8/index.xml)  \n\n"
        "## [2011-11-8](/news/2011/11/8/index.md)\n\n"
        "##### Homs\n### [A ](/news/2011/11/8/a.md)\nText _here_.\n\n"
        "### [B](/news/2011/11/8/b.md)\n_Context: C, D_\n\n"
        "## [Previous Day...](/news/2011/11/7/index.md)\n\n"
    )
    assert page.items == (
        IndexItem("A ", "news/2011/11/8/a.md", "Homs", "Text _here_."),
        IndexItem("B", "news/2011/11/8/b.md", labels="C, D"),
    )
    assert (page.day, page.previous) == (date(2011, 11, 8), "news/2011/11/7/index.md")
    assert (page.formats, page.language) == (True, "en")


def test_events_with_nothing_behind_them_are_not_parted_by_blank_lines() -> None:
    page = index(
        "## [2011-11-8](/zh/news/2011/11/8/index.md)\n\n"
        "##### \n### [甲](/zh/news/2011/11/8/甲.md)\n##### 乙\n### [丙](/zh/news/2011/11/8/丙.md)\n"
        "## [前一天...](/zh/news/2011/11/7/index.md)\n\n"
    )
    assert [(item.heading, item.empty_heading) for item in page.items] == [(None, True), ("乙", False)]
    assert (page.prefix, page.items[0].prefix, page.language) == ("/zh/", "/zh/", "zh")


def test_an_index_may_have_no_previous_day() -> None:
    page = index("## [2011-11-8](/news/2011/11/8/index.md)\n\n### [A](/news/2011/11/8/a.md)\n")
    assert (page.previous, page.language) == (None, None)


def test_slugs_of_another_script_show_the_chinese_edition() -> None:
    assert index("## [2011-11-8](/news/2011/11/8/index.md)\n\n### [A](/news/2011/11/8/Ab.md)\n").language == "zh"


@pytest.mark.parametrize(
    "line", ["##### alone", "### [A](http://a.example/)", "## Other", "stray", "## [2011-11-7](x)"]
)
def test_anything_that_is_not_an_event_of_an_index_is_reported(line: str) -> None:
    page = parse(INDEX, f"## [2011-11-8](/news/2011/11/8/index.md)\n\n{line}\n")
    assert [unread.text for unread in page.unread] == [line]


# ---- Front pages.

FRONT = (
    "## [News](/news/2011/11/8/index.md)\n\n### [A](/news/2011/11/8/a.md)\n_Context: B_\n\n"
    "## Opinion\n### [C](/opinion/2011/11/4/c/index.md)\nText.\n\n---\n\n"
    "## [Yesterday](/news/2011/11/7/index.md)\n\n### [D](/news/2011/11/7/d.md)\nText.\n\n---\n\n"
    "## [Previous Day...](/news/2011/11/6/index.md)\n\n---\n\n"
)
CHINESE_FRONT = (
    "\n\n## [今天](/news/2011/11/8/index.md)\n\n##### 乙\n### [甲](/zh/news/2011/11/8/甲.md)\n---\n\n"
    "## [前一天...](/news/2011/11/7/index.md)\n\n---\n\n"
)
FRONT_FORMATS = "\nFormats: [HTML](/index.html)  [JSON](/index.json)  [XML](/index.xml)  \n\n"


@pytest.mark.parametrize(("text", "language"), [(FRONT, "en"), (FRONT_FORMATS + FRONT, "en"), (CHINESE_FRONT, "zh")])
def test_a_front_page_lists_the_last_days(text: str, language: str) -> None:
    page = parse("README.md", text)
    assert isinstance(page, FrontPage)
    assert (page.unread, page.language, render(page)) == ((), language, text)
    assert is_front_page(text)


def test_the_sections_of_a_front_page_count_their_events() -> None:
    page = parse("index.md", FRONT)
    assert isinstance(page, FrontPage)
    assert [(name, count) for name, _, count in page.sections] == [
        ("News", 1),
        ("Opinion", 1),
        ("Yesterday", 1),
        ("Previous Day...", 0),
    ]
    assert page.items[1].path == "opinion/2011/11/4/c/index.md"


def test_prose_and_day_indexes_are_not_front_pages() -> None:
    assert not is_front_page("# News\n\nRead [News](/news/2011/11/8/index.md).\n")
    assert not is_front_page("## [2011-11-8](/news/2011/11/8/index.md)\n\n")


def test_an_unknown_section_of_a_front_page_is_reported() -> None:
    assert [unread.text for unread in parse("README.md", f"{FRONT}## About\n").unread] == ["## About"]


def test_labels_are_split_and_trimmed() -> None:
    assert labels(" Georgian, NATO ,") == ("Georgian", "NATO ,")
    assert labels("Los Angeles, , California") == ("Los Angeles", "California")
    assert labels("") == ()
