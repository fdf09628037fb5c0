"""The reader of feeds: RSS, RDF Site Summary and Atom (RFC 4287), read from saved files; nothing is fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from lxml import etree, html

from kg.archive.readers.base import Beside, CaptureReader, PageCapture
from kg.archive.readers.tables import mapping as mappings
from kg.archive.readers.tables.cells import Cells, row
from kg.archive.readers.tables.days import DayRows
from kg.archive.readers.tables.mapping import TableMapping
from kg.archive.versions import UnreadPage
from kg.dialects.publication import Publication
from kg.dialects.rows.page import EventTable
from kg.errors import ConfigurationError

ROOTS: Final = re.compile(rb"<(?:\w+:)?(?:rss|feed|RDF)[\s>]")
TAG: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
MAPPING: Final = mappings.identity()
MISSING: Final = "is a feed, which needs an extra: pip install 'newsgraph[readers]'"


class Feeds(CaptureReader):
    """News feeds: each entry is an event of the day on which it was published."""

    shown_path = "news.rss"

    def matches(self, path: str) -> bool:
        """Return whether ``path`` ends as feeds do."""
        return path.lower().endswith((".rss", ".atom", ".xml", ".rdf"))

    def recognises(self, start: bytes) -> bool:
        """Return whether a file begins with the root element of a feed."""
        return bool(ROOTS.search(start))

    def captures(
        self, file: BinaryIO, path: str, beside: Beside, page_bytes: int
    ) -> Iterator[PageCapture | UnreadPage]:
        """Yield a page for each day with entries, and one for the entries without a date or title."""
        known = mappings.of(path, beside)
        content = file.read(page_bytes + 1)
        if len(content) > page_bytes:
            raise ValueError(f"it has more than the {page_bytes:,} bytes allowed: raise KG_PAGE_BYTES to read it")
        feed = _parsed(content)
        if feed is None:
            yield UnreadPage(path, MISSING)
            return
        table = known.table(path) if known else _table(feed, path)
        with DayRows.gathered(table) as rows:
            for number, entry in enumerate(feed.get("entries", ()), 1):
                try:
                    rows.add(row(_cells(entry, feed), MAPPING), number)
                except ValueError as error:
                    rows.leave(number, str(entry.get("title", "")), str(error))
            yield from rows.captures(path, page_bytes)


def _parsed(content: bytes) -> Any:
    """Return what feedparser finds in a feed, None if it is not installed; a stream is never taken for a URL."""
    try:
        import feedparser
    except ImportError:
        return None
    return feedparser.parse(io.BytesIO(content), resolve_relative_uris=False, sanitize_html=False)


def _table(feed: Any, path: str) -> EventTable:
    """Return what a feed says about itself: its language, its title and address, and its licence (RFC 4946)."""
    about = feed.get("feed", {})
    links = [one.get("href", "") for one in about.get("links", ()) if one.get("rel") == "license"]
    language = str(about.get("language", ""))
    table = TableMapping().table(path)
    try:
        publication = Publication(
            title=str(about.get("title", "")),
            source=_address(about.get("link")),
            source_licences=tuple(links),
            licences=tuple(links),
            rights=str(about.get("rights", "")),
        )
    except ConfigurationError:
        publication = Publication(title=str(about.get("title", "")))
    return EventTable(table.dataset, language if TAG.fullmatch(language) else "", publication)


def _address(value: object) -> str:
    text = str(value or "")
    return text if re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", text) else ""


def _cells(entry: Any, feed: Any) -> Cells:
    """Return the values of an entry by column."""
    point = entry.get("where") or {}
    at: list[Any] = list(point.get("coordinates", ())) if point.get("type") == "Point" else []
    moment = entry.get("published_parsed") or dict.get(entry, "updated_parsed")
    day = f"{moment.tm_year:04}-{moment.tm_mon:02}-{moment.tm_mday:02}" if moment else ""
    pictures = [one.get("url", "") for one in entry.get("media_thumbnail", entry.get("media_content", ()))]
    said = {
        "date": [day],
        "title": [_plain(entry.get("title"))],
        "id": [entry.get("id")],
        "description": [_plain(entry.get("summary"))],
        "categories": [one.get("term") for one in entry.get("tags", ())],
        "sources": [entry.get("link")],
        "publishers": [(entry.get("source") or feed.get("feed", {})).get("title")],
        "latitude": [f"{at[1]}"] if len(at) == 2 else [],
        "longitude": [f"{at[0]}"] if len(at) == 2 else [],
        "image": pictures[:1],
    }
    return {name: tuple(str(one) for one in values if one) for name, values in said.items()}


def _plain(text: object) -> str:
    """Return a text stripped of markup."""
    printed = str(text or "")
    if "<" not in printed and "&" not in printed:
        return printed
    try:
        return " ".join(html.fromstring(f"<div>{printed}</div>").text_content().split())
    except (etree.LxmlError, ValueError):
        return printed
