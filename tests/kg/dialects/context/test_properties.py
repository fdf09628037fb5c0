"""The Markdown dialect of the Context: properties of every page of its grammar, and of any text."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kg.dialects import reading as dialects
from kg.dialects.context import entries
from kg.dialects.context.page import matches, parse, render
from kg.dialects.context.record import DayIndex, EventPage, FrontPage, IndexItem, PrintedChange, Related
from kg.dialects.record import Citation, Page
from kg.errors import ArchiveError
from kg.mapping import rebuild as rebuilding
from kg.mapping.page import page_quads
from kg.rdf.iri import Minter
from tests.paths import CORPUS

EVENT = "news/2011/11/8/a-bridge-opens.md"
INDEX = "news/2011/11/8/index.md"

# Pages of the grammar, as records.
NOT_IN_XML = "".join(filter(dialects.REPLACED.search, map(chr, range(0x10000)))).replace("\r", "")
characters = st.characters(exclude_categories=["Cs"], exclude_characters=f"\r\n{NOT_IN_XML}")
words = st.text(characters, min_size=1).filter(str.strip)
titles = st.one_of(words, st.sampled_from([" a ", "[b](http://c.example/) d", "](/news/2001/01/1/e.md", "{{f|g}}"]))
printed_labels = words.filter(lambda text: ".md) _" not in text)
slugs = st.from_regex(r"[a-z0-9\u4e00-\u4fff-]{1,20}", fullmatch=True).filter(lambda slug: slug != "index")
days = st.dates(date(1000, 1, 1))
paths = st.builds("news/{0:%Y/%m}/{0.day}/{1}.md".format, days, slugs)
prefixes = st.sampled_from(["/", "/zh/"])
markers = st.sampled_from(["Context", "上下文", "消息"])
times = st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0))
urls = words.filter(lambda text: ") [IMG](" not in text)
names = words.filter(lambda text: "](" not in text and text != "Cover Image")
images = st.none() | urls
descriptions = st.none() | st.lists(words, min_size=1).map("\n".join).filter(lambda text: "\n### " not in f"\n{text}")
headings = st.none() | words
sources = st.builds(Citation, urls, st.none() | names, images)
changes = st.builds(PrintedChange, titles, paths, st.sampled_from(["First version", "Update"]), times, prefixes)
current = st.builds(PrintedChange, titles, paths, st.just("Current version"), st.none(), prefixes)
related = st.builds(Related, titles, paths, printed_labels, prefixes, markers)


@st.composite
def event_pages(draw: st.DrawFn) -> EventPage:
    page = EventPage(
        language=None,
        day=draw(days),
        slug=draw(slugs),
        title=draw(titles),
        heading=draw(headings),
        description=draw(descriptions),
        formats=draw(st.booleans()),
        prefix=draw(prefixes),
    )
    if draw(st.booleans()):
        cited = tuple(draw(st.lists(sources, min_size=1, max_size=4)))
        word = draw(st.sampled_from(["Source", "Sources", "信息来源"]))
        page = replace(page, sources=cited, cover=draw(images), sections=(word,))
    if draw(st.booleans()):
        wordings = (*draw(st.lists(changes, max_size=4)), draw(current))
        page = replace(page, changes=wordings, sections=(*page.sections, "Changes"))
    if draw(st.booleans()):
        word = draw(st.sampled_from(["Related", "有关"]))
        page = replace(page, related=tuple(draw(st.lists(related, max_size=4))), sections=(*page.sections, word))
    return page


def path_of(page: EventPage) -> str:
    return f"news/{page.day:%Y/%m}/{page.day.day}/{page.slug}.md"


@given(event_pages())
def test_an_event_page_is_read_as_it_was_printed(page: EventPage) -> None:
    assert replace(parse(path_of(page), render(page)), language=None) == page


@given(st.text(st.sampled_from(f"a{NOT_IN_XML}"), min_size=1).filter(str.strip))
def test_a_title_that_xml_cannot_hold_is_read_as_it_was_printed(title: str) -> None:
    page = EventPage("en", date(2011, 11, 8), "a", title)
    assert replace(parse(path_of(page), render(page)), language="en") == page


def fits_a_list(text: str | None) -> bool:
    return text is None or not any(line.startswith(("_", "#", "-")) for line in text.split("\n"))


listed = descriptions.filter(fits_a_list)
items = st.builds(IndexItem, titles, paths, headings, listed, prefix=prefixes)
labelled = st.builds(IndexItem, titles, paths, headings, labels=printed_labels, prefix=prefixes, marker=markers)


@given(days, st.lists(items | labelled, max_size=4), prefixes, st.booleans())
def test_a_day_index_is_read_as_it_was_printed(day: date, events: list[IndexItem], prefix: str, formats: bool) -> None:
    page = DayIndex("zh", day, tuple(events), "news/2011/11/7/index.md", prefix=prefix, formats=formats)
    assert parse(f"news/{day:%Y/%m}/{day.day}/README.md", render(page)) == page


@st.composite
def front_pages(draw: st.DrawFn) -> FrontPage:
    page = FrontPage(language="en", formats=draw(st.booleans()))
    names = [
        "News",
        *draw(st.lists(st.sampled_from(["Yesterday", "Day Before Yesterday", "Previous Day...", "今天"]), max_size=3)),
    ]
    lists = [draw(st.lists(items | labelled, max_size=3)) for _ in names]
    sections = [
        (name, f"/{draw(days):news/%Y/%m/%d}/index.md", len(some)) for name, some in zip(names, lists, strict=True)
    ]
    listed = tuple(item for some in lists for item in some)
    return replace(page, items=listed, sections=(*sections, ("Opinion", None, 0)))


# ---- From the triples of a page.


def captured(path: str, text: str, charset: str = "utf-8") -> Page:
    return Page(path, text.encode(charset))


def assert_is_made_again(page: Page) -> None:
    record = dialects.parse(page)
    assert record
    quads = list(page_quads(page, record, Minter("http://127.0.0.1:8000/")))
    assert rebuilding.text(reversed(quads)) == page.content
    again = entries.record(page.path, entries.head(record), tuple(entries.entries(record)))
    assert again == replace(record, unread=())


def carried(text: str) -> bool:
    return not dialects.REPLACED.search(text)


@given(event_pages().map(lambda page: (path_of(page), render(page))).filter(lambda page: carried(page[1])))
def test_an_event_page_is_made_again_from_its_triples(page: tuple[str, str]) -> None:
    assert_is_made_again(captured(*page))


@given(days, st.lists(items | labelled, max_size=4), prefixes, st.booleans())
def test_a_day_index_is_made_again_from_its_triples(
    day: date, events: list[IndexItem], prefix: str, formats: bool
) -> None:
    page = DayIndex("zh", day, tuple(events), "news/2011/11/7/index.md", prefix=prefix, formats=formats)
    assume(carried(text := render(page)))
    assert_is_made_again(captured(f"news/{day:%Y/%m}/{day.day}/README.md", text))


@given(front_pages(), st.integers(0, 3))
def test_a_front_page_is_made_again_from_its_triples(page: FrontPage, blank_lines: int) -> None:
    text = render(replace(page, blank_lines=blank_lines))
    assume(carried(text))
    assert_is_made_again(captured("README.md", text))


latin = st.text(st.characters(min_codepoint=0xA0, max_codepoint=0xFF), min_size=1)


@given(latin, latin)
def test_a_page_in_latin_1_is_made_again_in_latin_1(title: str, publisher: str) -> None:
    source = Citation("https://example.org/a", publisher)
    page = EventPage("en", date(2011, 11, 8), "a", title, sources=(source,), sections=("Sources",))
    assert_is_made_again(captured(path_of(page), render(page), "iso-8859-1"))


# ---- Any text.


FRAGMENTS = (
    "|#|# |##### |### [|## [|](/news/2011/11/8/a.md)|1. [A](b)|---| _Context: a_|### Sources:|### Related:"
    "|### Changes:|2. [B](/news/2011/11/8/b.md) _Context: c_|Formats: "
    "|### [2011-11-8](/news/2011/11/8/index.md)|\r"
)
fragments = st.sampled_from(FRAGMENTS.split("|"))
texts = st.lists(st.lists(fragments | st.text(max_size=5), max_size=3).map("".join)).map("\n".join)


@given(st.sampled_from([EVENT, INDEX, "README.md", "", "news/x.md"]), texts)
def test_every_line_of_any_text_is_printed_again_or_reported(path: str, text: str) -> None:
    page = parse(path, text)
    lines = text.replace("\r\n", "\n").split("\n")
    lost = Counter(filter(None, lines)) - Counter(render(page).split("\n"))
    reported = Counter(lines[unread.line - 1] for unread in page.unread)
    assert lost <= reported
    assert page.unread or render(page) == text


@given(st.sampled_from([EVENT, INDEX, "README.md", "zh/news/2011/11/8/a.md"]), texts)
def test_any_text_is_made_again_from_its_triples_or_refused(path: str, text: str) -> None:
    page = captured(path, text.replace("\x00", ""))
    if (record := dialects.parse(page)) is None:
        return
    try:
        assert rebuilding.text(page_quads(page, record, Minter("http://127.0.0.1:8000/"))) == page.content
    except ArchiveError:
        assert record.unread


OPENINGS = ("", "# ", "## [", "### [", "##### ", "1. [", "_Context: ", "### Related:\n\n1. [")
PIECES = (
    "[",
    "](",
    "](/",
    "_Context",
    "](/news/2011/11/8/a.md) _Context: ",
    ") [IMG](",
    "### Related:\n",
    "\n",
    "0",
)


@pytest.mark.parametrize(
    ("path", "opening", "piece"),
    [  # a third of all triples is fast: these have each opening, and each piece, on each path, and each pair of the two
        pytest.param(path, opening, piece, marks=[pytest.mark.slow] if (one + two + three) % 3 else [])
        for one, path in enumerate((EVENT, INDEX, "README.md"))
        for two, opening in enumerate(OPENINGS)
        for three, piece in enumerate(PIECES)
    ],
)
def test_time_stays_linear_in_hostile_pages(path: str, opening: str, piece: str) -> None:
    start = time.process_time()
    parse(path, opening + piece * (100_000 // len(piece)))
    assert time.process_time() - start < 2


@pytest.mark.parametrize("folder", ["the-context-en", "the-context-en-revisions"])
def test_every_page_of_the_archive_is_read_whole_and_prints_as_it_was(folder: str) -> None:
    if not (CORPUS / folder).is_dir():
        pytest.skip(f"no archive at {CORPUS / folder}: set NEWSGRAPH_CORPUS")
    pages = {path.relative_to(CORPUS / folder).as_posix(): path for path in (CORPUS / folder).rglob("*.md")}
    texts = {name: path.read_bytes().decode() for name, path in pages.items() if matches(name)}
    assert texts
    assert [name for name, text in texts.items() if parse(name, text).unread] == []
    assert [name for name, text in texts.items() if render(parse(name, text)) != text] == []
