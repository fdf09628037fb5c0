"""Archive page -> record: which dialect a page is written in, its text, and the record it parses into."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from kg.dialects.context import page as context
from kg.dialects.context.lines import place_of
from kg.dialects.record import Page, Record, Unread
from kg.dialects.wikitext import page as wikitext
from kg.errors import ArchiveError

# What XML 1.0 (section 2.2, and 2.11 for a carriage return alone) cannot carry, so that RDF/XML could not either.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\r(?!\n)")
UTF_8, LATIN_1 = "utf-8", "iso-8859-1"
FRONT_PAGE = re.compile(r"(?:^|/)(?:README|index)\.md$")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def matches(path: str) -> bool:
    """Whether a file with this path may be a page of some dialect."""
    return wikitext.matches(path) or context.matches(path) or bool(FRONT_PAGE.search(path))


def day_of(path: str) -> date | None:
    """Return the day that a page's path names; None for a front page."""
    place = place_of(path)
    return place.day if place else wikitext.day_of(path)


def charset_of(page: Page) -> str:
    """Return the name of a page's character encoding: utf-8, or else iso-8859-1."""
    try:
        page.content.decode()
    except UnicodeDecodeError:
        return LATIN_1
    return UTF_8


def text_of(page: Page) -> str:
    """Return the page's text.

    It is UTF-8, or else, as some captures are, ISO 8859-1 without control characters. Raises ArchiveError for
    anything else.
    """
    charset = charset_of(page)
    text = page.content.decode(charset)
    if charset != UTF_8 and CONTROL.search(text):
        raise ArchiveError(f"page {page.path} is not text (neither UTF-8 nor Latin-1): remove it")
    if "\x00" in text:
        raise ArchiveError(f"page {page.path} is not text (it holds NUL bytes): remove it")
    return text


def parse(page: Page) -> Record | None:
    """Parse a page whose path ``matches`` accepts; None for prose that only is named like a front page.

    Pure; raises ArchiveError only if the page is not text. Control characters that no XML document can carry
    are replaced by U+FFFD and their lines reported.
    """
    text = text_of(page)
    clean = NOT_IN_XML.sub("\ufffd", text)
    if day_of(page.path) is None and not context.is_front_page(clean):
        return None
    parse_dialect: Callable[[str, str], Record] = wikitext.parse if wikitext.matches(page.path) else context.parse
    record = parse_dialect(page.path, clean)
    if clean == text:
        return record
    return replace(record, unread=record.unread + tuple(_control_characters(text)))


def _control_characters(text: str) -> list[Unread]:
    return [
        Unread(number, NOT_IN_XML.sub("\ufffd", line)[:200], "control character")
        for number, line in enumerate(text.split("\n"), 1)
        if NOT_IN_XML.search(line)
    ]
