"""Turns a page of an archive into a record: decodes its text, and parses that by its dialect."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import replace

from kg.dialects import registry
from kg.dialects.record import Page, Record, Unread
from kg.errors import ArchiveError
from kg.rdf.formats import NOT_IN_XML

REPLACED = re.compile(rf"{NOT_IN_XML.pattern}|\r(?!\n)")
"""The characters that are replaced: those that XML does not allow, and a lone CR, read as a line feed (2.11)."""
UTF_8, LATIN_1 = "utf-8", "iso-8859-1"
POINTER = re.compile(
    rb"version https?://(?:git-lfs\.github\.com|hawser\.github\.com|git-media\.io)/[^\s]{1,99}\r?\n"
    rb"(?:[a-z0-9.-]{1,99} [^\s]{1,999}\r?\n?){1,20}"
    rb"|(?:\.\./){0,99}(?:\.git)?/annex/objects/[^\s]{1,999}\s*"
)
"""The beginnings of pointer files of Git LFS (docs/spec.md there) and git-annex, whose contents lie elsewhere."""
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def charset_of(page: Page) -> str:
    """Return the name of a page's character encoding: utf-8, or else iso-8859-1."""
    return _decoded(page)[1]


def text_of(page: Page) -> str:
    """Return the page's text.

    It is UTF-8, or else, as some captures are, ISO 8859-1 without control characters. Raises ArchiveError for
    anything else.
    """
    text, charset = _decoded(page)
    if reason := _why_unread(page, text, charset):
        raise ArchiveError(f"page {page.path} {reason}")
    return text


def why_unread(page: Page) -> str | None:
    """Return in words why a page cannot be read, or None if it can: it may not be text, or be a pointer file."""
    return _why_unread(page, *_decoded(page))


def _decoded(page: Page) -> tuple[str, str]:
    """Return a page's content as text, and the character encoding."""
    try:
        return page.content.decode(), UTF_8
    except UnicodeDecodeError:
        return page.content.decode(LATIN_1), LATIN_1


def _why_unread(page: Page, text: str, charset: str) -> str | None:
    if POINTER.fullmatch(page.content):
        return "is a pointer of Git LFS or git-annex, and its content is elsewhere: get it (git lfs migrate export)"
    if page.content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "is not text (it is UTF-16): save it as UTF-8"
    if b"\x00" in page.content:
        return "is not text (it holds NUL bytes): save it as UTF-8"
    if charset != UTF_8 and CONTROL.search(text):
        return "is not text (neither UTF-8 nor Latin-1): save it as UTF-8"
    return None


def clean(text: str) -> str:
    """Return a page's text with U+FFFD for each control character that XML does not allow."""
    return REPLACED.sub("\ufffd", text)


def parse(page: Page) -> Record | None:
    """Parse a page that some dialect matches; return None if the dialect rejects it, such as prose named like a page.

    Pure; raises ArchiveError only if the page is not text, or no dialect matches its path. Lines with replaced control
    characters are reported.
    """
    text = text_of(page)
    cleaned = clean(text)
    record: Record | None = registry.of(page.path).parse(page.path, cleaned)
    if record is None or cleaned == text:
        return record
    return replace(record, unread=record.unread + tuple(_control_characters(text)))


def _control_characters(text: str) -> list[Unread]:
    return [
        Unread(number, clean(line)[:200], "control character")
        for number, line in enumerate(text.split("\n"), 1)
        if REPLACED.search(line)
    ]
