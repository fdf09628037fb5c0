"""From the bytes of a page to its text, and from its path to its dialect."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects import reading, registry
from kg.dialects.context.record import DayIndex, EventPage, FrontPage
from kg.dialects.record import Page, Record
from kg.dialects.wikitext.record import DayPage
from kg.errors import ArchiveError

WIKITEXT = "2011_November_8.txt"
EVENT = "news/2011/11/8/a-bridge-opens.md"
FRONT = "## [Yesterday](/news/2011/11/07/index.md)\n\n"


def day_page(content: bytes) -> DayPage:
    record = reading.parse(Page(WIKITEXT, content))
    assert isinstance(record, DayPage)
    return record


# ---- Dialects.


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        (WIKITEXT, "* a", DayPage),
        (EVENT, "### [2011-11-8](/news/2011/11/8/index.md)\n\n# a\n", EventPage),
        ("news/2011/11/8/index.md", "", DayIndex),
        ("README.md", FRONT, FrontPage),
        ("en/index.md", FRONT, FrontPage),
    ],
)
def test_the_path_tells_the_dialect(path: str, text: str, kind: type[Record]) -> None:
    assert registry.find(path)
    assert type(reading.parse(Page(path, text.encode()))) is kind


def test_prose_that_is_named_like_a_front_page_is_not_a_record() -> None:
    assert reading.parse(Page("README.md", b"# About\n")) is None


@pytest.mark.parametrize("path", ["a.jpg", "notes.txt", "about.md", ".gitignore", "2011_November_8.txt~"])
def test_other_files_are_not_pages(path: str) -> None:
    assert registry.find(path) is None


def test_the_path_tells_the_days() -> None:
    assert registry.of(WIKITEXT).days_of_path(WIKITEXT) == (date(2011, 11, 8),)
    assert registry.of(EVENT).days_of_path(EVENT) == (date(2011, 11, 8),)
    assert registry.of("README.md").days_of_path("README.md") == ()


def test_a_page_that_no_dialect_reads_is_an_error() -> None:
    with pytest.raises(ArchiveError, match=r"no dialect that is installed reads the page a\.jpg"):
        reading.parse(Page("a.jpg", b""))


# ---- Encodings.


def test_a_page_is_utf_8() -> None:
    assert day_page("* São Paulo, 霍姆斯".encode()).bullets[0].text == "São Paulo, 霍姆斯"


def test_a_page_that_is_not_utf_8_is_latin_1() -> None:
    assert day_page("* São Paulo".encode("iso-8859-1")).bullets[0].text == "São Paulo"


def test_a_byte_order_mark_is_not_text() -> None:
    assert [bullet.text for bullet in day_page(b"\xef\xbb\xbf* a").bullets] == ["a"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        bytes(range(256)),
        b"* a\x00b",
        b"* a \x93quoted\x94",
    ],
    ids=["jpeg", "png", "every byte", "NUL", "Windows-1252"],
)
def test_what_is_not_text_is_refused(content: bytes) -> None:
    with pytest.raises(ArchiveError, match=rf"^page {WIKITEXT} is not text \(.*\): save it as UTF-8$"):
        reading.parse(Page(WIKITEXT, content))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["* a", "霍姆斯"])
def test_utf_16_is_refused_and_named_if_it_has_a_byte_order_mark(encoding: str, text: str) -> None:
    content = f"\ufeff{text}".encode(encoding) if encoding != "utf-16" else text.encode(encoding)
    assert reading.why_unread(Page(WIKITEXT, content)) == "is not text (it is UTF-16): save it as UTF-8"


LFS = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 4711\n"


@pytest.mark.parametrize(
    "content",
    [
        LFS,
        LFS.removesuffix("\n"),
        LFS.replace("\n", "\r\n"),
        LFS.replace("oid", "ext-0-x sha256:1\noid"),
        LFS.replace("git-lfs", "hawser"),
        "/annex/objects/SHA256E-s9--0000.txt\n",
        "../../.git/annex/objects/aa/bb/SHA256E-s9--0000.txt/SHA256E-s9--0000.txt",
    ],
)
def test_a_pointer_to_a_content_elsewhere_is_refused(content: str) -> None:
    with pytest.raises(ArchiveError, match=f"^page {WIKITEXT} is a pointer of Git LFS or git-annex"):
        reading.parse(Page(WIKITEXT, content.encode()))


@pytest.mark.parametrize("content", [f"{LFS}* a bullet\n", f"* about\n{LFS}", "version 1\n", "", "* /annex/objects/a"])
def test_a_page_about_pointer_files_is_read(content: str) -> None:
    assert reading.why_unread(Page(WIKITEXT, content.encode())) is None


@pytest.mark.parametrize("character", ["\x01", "\x0b", "\x0c", "\x1b", "\x1f", "\ufffe", "\uffff"])
def test_a_character_that_xml_cannot_carry_is_replaced_and_reported(character: str) -> None:
    record = day_page(f"* a\n* b{character}c".encode())
    assert [bullet.text for bullet in record.bullets] == ["a", "b\ufffdc"]
    assert [(unread.line, unread.text, unread.reason) for unread in record.unread] == [
        (2, "* b\ufffdc", "control character")
    ]


def test_line_ends_of_windows_are_not_control_characters() -> None:
    record = day_page(b"* a\tb\r\n* c\r\n")
    assert ([bullet.text for bullet in record.bullets], record.unread) == (["a b", "c"], ())


@given(st.sampled_from([WIKITEXT, EVENT, "news/2011/11/8/index.md", "README.md"]), st.binary(max_size=80))
def test_any_bytes_are_a_record_or_refused(path: str, content: bytes) -> None:
    try:
        record = reading.parse(Page(path, content))
    except ArchiveError:
        record = None
    if isinstance(record, DayPage):
        assert not reading.REPLACED.search("".join(bullet.printed + bullet.text for bullet in record.bullets))
