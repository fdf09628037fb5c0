"""The wikitext dialect of Current Events day pages: a test for each rule, then properties of any text."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.dialects.reading import REPLACED
from kg.dialects.record import Page
from kg.dialects.wikitext import frame
from kg.dialects.wikitext.page import MAX_LINE_LENGTH, day_of, matches, parse
from kg.dialects.wikitext.record import Bullet, DayPage
from kg.pipeline.verify import difference
from kg.rdf.iri import Minter

PATH = "data/2011_November_8.txt"
ABOVE = "<!-- All news items below this line -->"
HEADER = "{{Current events header|2011|11|08}}"
FOOTER = "<!-- All news items above this line -->{{Current events footer}}"


def page(text: str) -> DayPage:
    """Parse a page, and check that all of it is understood."""
    found = parse(PATH, text)
    assert found.unread == ()
    return found


def bullets(text: str) -> tuple[Bullet, ...]:
    return page(text).bullets


def only(text: str) -> Bullet:
    [bullet] = bullets(text)
    return bullet


def reasons(text: str) -> list[tuple[int, str]]:
    return [(unread.line, unread.reason) for unread in parse(PATH, text).unread]


# --- paths


@pytest.mark.parametrize("path", [PATH, "2011_November_8.txt", "a b/1999_December_31.txt", "2012_February_29.txt"])
def test_a_file_named_for_a_day_is_a_day_page(path: str) -> None:
    assert matches(path)


@pytest.mark.parametrize(
    "path",
    [
        "2011_November_31.txt",
        "2011_February_29.txt",
        "2011_Brumaire_8.txt",
        "2011_11_8.txt",
        "2011_November_8.md",
        "x2011_November_8.txt",
        "2011_November_8.txt.bak",
        "2011_November_8.txt\n",
        "0000_May_1.txt",
    ],
)
def test_any_other_file_is_not(path: str) -> None:
    assert not matches(path)


def test_the_path_names_the_day() -> None:
    assert day_of(PATH) == date(2011, 11, 8)
    assert page("* a").day == date(2011, 11, 8)


def test_another_path_is_refused() -> None:
    with pytest.raises(ValueError, match="not the path"):
        parse("README.md", "")


# --- frame


@pytest.mark.parametrize(
    "text",
    [
        f"{ABOVE}{HEADER}\n* a\n{FOOTER}",
        f"{HEADER}{ABOVE}\n* a\n{FOOTER}",
        f"{HEADER}\n{ABOVE}\n\n* a\n\n{FOOTER}\n|}}",
        "{{Current events|year=2011|month=11|day=8|content=\n* a\n}}",
        "{{Current events|year=2011|month=11|day=8|content=<!-- below -->\n* a\n<!-- above -->|}",
        "{{ current events header | 2011 | 11 | 8 }}\n* a\n{{current events footer}}|} ",
        f"<noinclude>{HEADER}</noinclude>\n* a\n<includeonly></includeonly>",
        "{{pp-semi-indef}}\n__NOTOC__\n* a",
        "\ufeff* a\r\n|}\r\n",
        "\n\n* a\n\n",
    ],
)
def test_the_frame_around_a_list_is_not_part_of_it(text: str) -> None:
    assert only(text).text == "a"


@pytest.mark.parametrize("text", ["", "\n", f"{ABOVE}{HEADER}\n\n{FOOTER}"])
def test_a_day_without_events_is_empty(text: str) -> None:
    assert bullets(text) == ()


@pytest.mark.parametrize(
    "header", ["{{Current events header|2011|11|09}}", "{{Current events|year=2010|month=11|day=8|content="]
)
def test_a_header_of_another_day_is_reported_and_the_path_holds(header: str) -> None:
    found = parse(PATH, f"\n{header}\n* a")
    assert reasons(f"\n{header}\n* a") == [(2, "the header names another day than the page's path")]
    assert found.day == date(2011, 11, 8)


def test_a_header_with_an_endless_number_is_not_a_header() -> None:
    assert bullets(f"{{{{Current events header|{'1' * 5_000}|1|1}}}}\n* a")[0].text == "a"


# --- headings


@pytest.mark.parametrize(
    "heading",
    [
        ";Law and crime",
        "; Law and crime ",
        "*;Law and crime",
        ":; Law and crime:",
        "==Law and crime==",
        "=== Law and crime ===",
        "'''Law and crime'''",
        "'''Law and crime''':",
        ";[[Law]] and <!-- x -->crime",
        ";'''Law and crime'''",
    ],
)
def test_a_heading_is_the_category_of_the_bullets_below_it(heading: str) -> None:
    assert [bullet.category for bullet in bullets(f"* a\n{heading}\n* b\n** c")] == [
        None,
        "Law and crime",
        "Law and crime",
    ]


def test_an_empty_heading_is_not_a_category() -> None:
    assert [bullet.category for bullet in bullets(";Law\n* a\n;\n* b")] == ["Law", None]


def test_a_category_ends_the_open_list() -> None:
    assert [bullet.parent for bullet in bullets("* a\n;Law\n** b")] == [None, None]


# --- bullets


@pytest.mark.parametrize(
    ("markers", "depth"),
    [("*", 1), ("**", 2), ("*****", 5), ("#", 1), ("*#", 2), (":", 1), (":*", 2), ("**:", 3), ("*:*", 3)],
)
def test_each_marker_is_one_level(markers: str, depth: int) -> None:
    bullet = only(f"{markers} a")
    assert (bullet.depth, bullet.text, bullet.printed) == (depth, "a", f"{markers} a")


def test_a_bullet_stands_below_the_last_one_that_is_less_deep() -> None:
    found = bullets("* a\n** b\n*** c\n** d\n* e\n** f")
    assert [bullet.parent for bullet in found] == [None, 0, 1, 0, None, 4]
    assert [bullet.position for bullet in found] == [0, 1, 2, 3, 4, 5]


def test_depth_may_jump() -> None:
    assert [bullet.parent for bullet in bullets("*** a\n* b\n**** c\n** d")] == [None, None, 1, 1]


def test_a_blank_line_does_not_end_the_list() -> None:
    assert [bullet.parent for bullet in bullets("* a\n\n** b")] == [None, 0]


def test_a_bullet_without_text_is_kept() -> None:
    assert only("*").text == ""


def test_a_bullet_knows_its_line() -> None:
    assert [bullet.line for bullet in bullets(f"{HEADER}\n\n* a\n<!-- b\nc -->\n* d")] == [3, 6]


# --- logical lines


@pytest.mark.parametrize(
    "text",
    [
        "* a<ref>b\nc</ref> d",
        "* a<ref name='x'>{{cite web\n|url=http://a.example\n|publisher=B\n}}</ref> d",
        "* a {{nowrap\n|d}}",
        "* a <!-- * no\n* bullet --> d",
    ],
)
def test_markup_over_several_lines_is_one_line(text: str) -> None:
    found = bullets(f"{text}\n* e")
    assert [bullet.text for bullet in found] == ["a d", "e"]


@pytest.mark.parametrize("opening", ["<ref>", "{{nowrap|", "<!--"])
def test_unclosed_markup_does_not_swallow_other_lines(opening: str) -> None:
    found = parse(PATH, f"* a {opening} b\n" + "* c\n" * 50)
    assert [bullet.text for bullet in found.bullets[1:]] == ["c"] * 50


def test_an_empty_reference_does_not_open_one() -> None:
    assert len(bullets('* a<ref name="x"/>\n* b')) == 2


# --- reports


def test_a_picture_outside_a_list_is_reported() -> None:
    assert reasons("\n[[File:a.jpg|thumb|b]]\n[[image:c.png]]") == [(2, "picture"), (3, "picture")]


def test_text_outside_a_list_is_reported() -> None:
    found = parse(PATH, "* a\nstray\n[http://a.example (B)]")
    assert [(unread.line, unread.text) for unread in found.unread] == [(2, "stray"), (3, "[http://a.example (B)]")]
    assert {unread.reason for unread in found.unread} == {"text outside a list"}


def test_each_template_that_is_not_known_is_reported() -> None:
    assert reasons("* a\n* {{b|c}} d {{e f}}") == [(2, "template {{b}}"), (2, "template {{e f}}")]


REDIRECTS = [
    "#REDIRECT [[Portal:Current events/2011 November 8]]",
    "#redirect[[A]]",
    "#Redirect: [[A|b]]",
    "#REDIRECT\n[[A]]",
    "\ufeff\n #ReDirect :[[:Category:A]]",
    "#重定向 [[A]]",
    "#重新導向:[[A]]",
]


@pytest.mark.parametrize("text", REDIRECTS)
def test_a_redirect_lists_nothing_and_is_reported(text: str) -> None:
    found = parse(PATH, text)
    assert (found.bullets, found.headings) == ((), ())
    assert found.unread[0].reason == "redirect"


def test_what_stands_behind_a_redirect_is_reported_and_not_read() -> None:
    text = "#REDIRECT [[A]]\n\n;Law\n* [[Homs]] falls. [http://a.example (A)]\n"
    assert reasons(text) == [(1, "redirect"), (3, "line behind a redirect"), (4, "line behind a redirect")]
    assert parse(PATH, text).bullets == ()


@pytest.mark.parametrize("text", [*REDIRECTS, "#REDIRECT [[A]]\n* b\n{{R from move}}\n"])
def test_a_redirect_is_made_again_from_its_triples(text: str) -> None:
    assert difference(Page(PATH, text.encode()), parse(PATH, text), Minter("http://127.0.0.1:8000/")) is None


@pytest.mark.parametrize("text", ["#REDIRECT A", "* #REDIRECT [[A]]", "#REDIRECTED [[A]]", "# redirected by [[A]]"])
def test_anything_else_with_the_word_is_not_a_redirect(text: str) -> None:
    assert len(parse(PATH, text).bullets) == 1


@pytest.mark.parametrize(
    "line", ["#REDIRECT [[A]]", "# Redirect: [[A|b]]", "#redirect [[A", "#重定向 [[A]]", "#REDIRECT Portal:A"]
)
def test_a_redirect_that_leads_nowhere_since_it_is_not_the_first_is_not_an_event(line: str) -> None:
    found = parse(PATH, f";Law\n{line}\n* [[Homs]] falls.\n")
    assert [(bullet.text, bullet.category) for bullet in found.bullets] == [("Homs falls.", "Law")]
    assert [(unread.line, unread.reason) for unread in found.unread] == [(2, "redirect that leads nowhere")]
    assert difference(Page(PATH, line.encode()), parse(PATH, line), Minter("http://127.0.0.1:8000/")) is None


@pytest.mark.parametrize(
    "line",
    [
        "'''Health'''<br>",
        "'''Health'''<BR />",
        "<br/>'''Health'''",
        "'''Health'''&nbsp;",
        "'''Health''' :<br>",
        "'''''Health'''''",
        "<big>'''Health'''</big>",
        "<b>Health</b><br>",
        "<strong>[[Health]]</strong>",
        "<h3>Health</h3>",
        "<div class=\"x\">'''Health'''</div>",
        "'''Health'''<!-- a --><br>",
        "==Health==<br>",
        ";'''Health'''<br>",
    ],
)
def test_decoration_of_a_heading_is_not_part_of_it(line: str) -> None:
    found = parse(PATH, f"{line}\n* [[Homs]] falls.\n")
    assert [bullet.category for bullet in found.bullets] == ["Health"]
    assert [(one.line, one.printed) for one in found.headings] == [(1, line)]
    assert found.unread == ()


def test_a_line_that_no_person_wrote_is_reported_and_not_read() -> None:
    found = parse(PATH, f"* a\n* {'b' * MAX_LINE_LENGTH}\n* c")
    assert [bullet.text for bullet in found.bullets] == ["a", "c"]
    assert [(unread.line, len(unread.text)) for unread in found.unread] == [(2, 200)]


# --- any text

PIECES = (
    "*|**|:|#|;|==|'''|[[|]]|{{|}}|<ref>|</ref>|<ref/>|<!--|-->|[http://a.example |]|(|)|a|b c|.|é|\r|\t| |&amp;|&|<b>|"
    "{{Current events header/2011/11/08}}|{{Current events footer}}|<noinclude>|[[File:a|[[India]]n|'|/|{|}|__NOTOC__|"
    "#REDIRECT [[A]]"
)
pieces = st.sampled_from([piece.replace("/20", "|20").replace("/11/08", "|11|08") for piece in PIECES.split("|")])
lines = st.lists(pieces | st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=3), max_size=6)
texts = st.lists(lines.map("".join), max_size=8).map("\n".join)


def without_frame(text: str) -> list[str]:
    return [frame.without_frame(frame.without_frame(line)).strip() for line in text.split("\n")]


@given(texts)
@example("<b>*<b>")
def test_no_line_of_any_text_is_lost(text: str) -> None:
    found = parse(PATH, text)
    kept = [one.printed for one in (*found.bullets, *found.headings)] + [unread.text for unread in found.unread]
    kept_lines = "\n".join(without_frame("\n".join(kept)))
    for line in without_frame(text.removeprefix("\ufeff")):
        assert line in kept_lines or "<!--" in text


@given(texts.filter(lambda text: "\r" not in text and not REPLACED.search(text)))
def test_the_lists_of_any_text_are_made_again_from_the_triples_of_its_page(text: str) -> None:
    captured = Page(PATH, text.encode())
    assert difference(captured, parse(PATH, text), Minter("http://127.0.0.1:8000/")) is None


@given(texts)
def test_parents_come_before_their_children_and_are_less_deep(text: str) -> None:
    found = parse(PATH, text).bullets
    assert [bullet.position for bullet in found] == list(range(len(found)))
    for bullet in found:
        if bullet.parent is not None:
            assert bullet.parent < bullet.position
            assert found[bullet.parent].depth < bullet.depth


HOSTILE = ["[[", "{{", "<ref>", "<!--", "''", "[http://", "* ", "*", "=", ". ", " ", "[[a|", "{{a|", "<b>", "&"]


@pytest.mark.parametrize("opening", ["* ", "; ", "==", "'''", "* [http://a.example (", ""])
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_line_is_parsed_in_bounded_time(opening: str, piece: str) -> None:
    start = time.process_time()
    parse(PATH, "#redirect" + piece * (100_000 // len(piece)))
    parse(PATH, opening + piece * (100_000 // len(piece)))
    parse(PATH, (opening + piece * MAX_LINE_LENGTH)[:MAX_LINE_LENGTH])
    assert time.process_time() - start < 4


@pytest.mark.parametrize("line", ["{{", "* {{", "<ref>", "* <ref>", "<!--", "* <!--", "* a\n** b", "[[a", "#redirect"])
def test_time_stays_linear_in_the_number_of_hostile_lines(line: str) -> None:
    start = time.process_time()
    parse(PATH, f"{line}\n" * (20_000 // len(line)))
    assert time.process_time() - start < 6
