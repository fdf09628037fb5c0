"""Pages of the portal as HTML: every list item is an item of a day, or is counted as something else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.item import Item, Tally
from kg.dialects.record import Citation, Link
from kg.dialects.wikitext import inline
from kg.dialects.wikitext.html_dialect import ParsedWikitext

PATH = "1994_October.html"
BOX = """<table class="vevent"><tr><td><span class="summary">October&#160;{day}, 1994
<span style="display:none">(<span class="bday dtstart">1994-10-{day:02}</span>)</span></span></td></tr>
<tr><td class="description">{news}</td></tr></table>"""
NAVIGATION = '<div role="navigation"><ul><li><a href="/wiki/May">May</a></li></ul></div>'


def items(text: str, path: str = PATH, tally: Tally | None = None) -> list[Item]:
    dialect = ParsedWikitext()
    record = dialect.parse(path, text)
    return list(dialect.items(path, record, tally or Tally(), "en")) if record else []


def box(news: str, day: int = 1) -> str:
    return BOX.format(day=day, news=news)


def test_items_are_of_the_day_of_their_box_below_their_heading_and_topic() -> None:
    topic = "<a href='/wiki/World_Cup'>World Cup</a>"
    page = box(f"<dl><dt>Sports</dt></dl><ul><li>{topic}<ul><li>A team wins.</li></ul></li></ul>")
    first, second = items(page + box("<ul><li>Rain falls.</li></ul>", 2))
    assert (first.day, first.category, first.topics, first.title) == (
        date(1994, 10, 1), "Sports", ("World Cup",), "A team wins.",
    )  # fmt: skip
    assert (second.day, second.category) == (date(1994, 10, 2), None)


def test_the_boxes_of_newer_months_are_days_too_and_their_titles_head_nothing() -> None:
    page = """<div class="current-events-main vevent" role="region" aria-label="October 3"><div class="plainlinks">
    <div class="current-events-title" role="heading" aria-level="3"><span class="summary">October 3, 1994
    (<span class="bday dtstart">1994-10-03</span>) (Monday)</span></div>
    <ul class="editlink noprint"><li>edit</li></ul></div>
    <div class="current-events-content description"><ul><li>Rain falls.</li></ul>
    <div class="current-events-content-heading" role="heading">Sports</div><ul><li>A team wins.</li></ul></div></div>"""
    assert [(one.day.day, one.category, one.title) for one in items(page)] == [
        (3, None, "Rain falls."),
        (3, "Sports", "A team wins."),
    ]
    record = ParsedWikitext().parse(PATH, page)
    assert record is not None
    assert record.unread == ()


def test_every_list_item_is_counted_as_what_it_is() -> None:
    tally = Tally()
    references = '<ol class="references"><li id="cite_note-1">X</li></ol>'
    items(f"{NAVIGATION}{box('<ul><li>Rain falls.</li></ul>')}<ul><li>Beside</li></ul>{references}", tally=tally)
    counts = {name: count for name, count in tally.counts.items() if name.startswith("list items")}
    assert counts == {
        "list items": 4,
        "list items of days": 1,
        "list items of navigation": 1,
        "list items of references": 1,
        "list items left": 1,
    }


def test_links_and_sources_are_those_of_wikitext() -> None:
    news = (
        '<ul><li>The <a href="/wiki/AT%26T" title="AT&amp;T">phone firm</a> opens '
        '<a href="/w/index.php?title=Homs_Bridge&amp;action=edit&amp;redlink=1" class="new">a bridge</a>.'
        '<sup class="reference"><a href="#cite_note-a-1">[1]</a></sup>'
        '<sup class="noprint Inline-Template">[<i>citation needed</i>]</sup> '
        '<a rel="nofollow" class="external text" href="https://news.example/1">(News)</a></li></ul>'
    )
    references = (
        '<ol class="references"><li id="cite_note-a-1"><a class="external" href="https://b.example/2">T</a></li></ol>'
    )
    (item,) = items(box(news) + references)
    assert item.title == "The phone firm opens a bridge."
    assert item.mentions == (Link("AT&T", "phone firm"), Link("Homs Bridge", "a bridge"))
    assert item.citations == (Citation("https://b.example/2"), Citation("https://news.example/1", "News"))


def test_months_without_boxes_are_read_by_their_headings() -> None:
    page = (
        '<div class="mw-parser-output" lang="de"><h2>Tagesgeschehen</h2><h3>Montag, 1. Juli 2019</h3>'
        '<ul><li><a href="/wiki/Wien">Wien</a>/<a href="/wiki/%C3%96sterreich">Österreich</a>: Es regnet.</li></ul>'
        "<h2>Siehe auch</h2><ul><li>Anderes</li></ul></div>"
    )
    (item,) = items(page, "de/2019_Juli.html")
    assert (item.language, item.day, item.places[0].names) == ("de", date(2019, 7, 1), ("Wien", "Österreich"))


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (box("<p>Some text.</p><ul><li>Rain falls.</li></ul>"), "text outside a list"),
        ("<ul><li>Rain falls.</li></ul>", "item of no day"),
        (box(f"<ul><li>{'x' * 7_000}</li></ul>"), "item of more than 6,000 characters"),
        (box("<ul><li>a" * 400), "HTML that cannot be read"),
        (
            box("<ul><li>Rain falls.</li></ul>").replace("1994-10-01", "1995-10-01"),
            "a box of no day of the page's month",
        ),
    ],
)
def test_lines_that_are_not_understood_are_reported(page: str, reason: str) -> None:
    record = ParsedWikitext().parse(PATH, page)
    assert record is not None
    assert reason in [one.reason for one in record.unread]


def test_a_page_is_printed_again_as_its_items_headings_and_what_is_left() -> None:
    dialect, text = ParsedWikitext(), box("<dl><dt>Sports</dt></dl><ul><li>A <b>team</b> wins.</li></ul>")
    record = dialect.parse(PATH, text)
    assert record is not None
    printed = dialect.render(PATH, dialect.head(record), tuple(dialect.entries(record)))
    assert printed == dialect.listed(record, text)
    assert sorted(printed.splitlines()) == ["<dt>Sports</dt>", "<li>A <b>team</b> wins.</li>"]


@given(st.text(alphabet="ab*#:;=[]{}|'<>&\"/ \n~-", max_size=40))
def test_an_item_shows_what_its_text_shows(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    record = ParsedWikitext().parse(PATH, box(f"<ul><li>x{escaped}x</li></ul>"))
    assert record is not None
    assert record.bullets[0].text == inline.visible(f"x{text}x")


PARTS = st.sampled_from(
    (
        "<li> </li> <ul> <h3>October&#32;1,&#32;1994</h3> <dl><dt> text <b> </b> <p> <br> <!-- \0 "
        "<a&#32;href='/wiki/x'> <table&#32;class=vevent> <td&#32;class=description> <sup&#32;class=reference> <a&#32;href='http://[::'>"
    )
    .replace("&#32;", "\t")
    .split(" ")
)


@given(st.text(max_size=200) | st.lists(PARTS, max_size=30).map("".join))
def test_no_page_of_any_shape_fails_or_loses_an_item(text: str) -> None:
    tally = Tally()
    items(text, tally=tally)
    parts = sum(count for name, count in tally.counts.items() if name.startswith("list items "))
    assert tally.counts["list items"] == parts
