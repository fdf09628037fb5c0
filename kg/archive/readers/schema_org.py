"""The reader of schema.org in JSON-LD: events and news articles, in JSON, JSON Lines and pages of HTML.

Documents are read as their authors mean them: names without a prefix are schema.org names, whatever else the context
says. No context is fetched; a document with that of another vocabulary is reported and skipped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO, Final

from lxml import etree, html

from kg.archive.readers.base import Beside, CaptureReader, PageCapture
from kg.archive.readers.tables import mapping as mappings
from kg.archive.readers.tables.cells import Cells, row
from kg.archive.readers.tables.days import DayRows
from kg.archive.readers.tables.mapping import TableMapping
from kg.archive.versions import UnreadPage

PAGES: Final = (".html", ".htm")
LINES: Final = (".jsonl", ".ndjson")
DEEPEST: Final = 50
VOCABULARY: Final = re.compile(r"https?://(?:www\.)?schema\.org(?:/.*)?")
EVENTS: Final = re.compile(
    r"(?:https?://schema\.org/|schema:)?(\w*Event|EventSeries|Festival|Hackathon|CourseInstance)"
)
ARTICLES: Final = re.compile(r"(?:https?://schema\.org/|schema:)?(\w*NewsArticle)")
MAPPING: Final = replace(mappings.identity(), split={"topics": ","})
GEONAMES: Final = re.compile(r"https?://(?:sws|www)\.geonames\.org/[0-9]+")
Node = dict[str, Any]


class SchemaOrg(CaptureReader):
    """Events and news articles of schema.org."""

    shown_path = "events.jsonld"

    def matches(self, path: str) -> bool:
        """Return whether ``path`` ends as JSON or HTML does."""
        return path.lower().endswith((".jsonld", ".json", *LINES, *PAGES))

    def recognises(self, start: bytes) -> bool:
        """Return whether a file names schema.org, or is a page, which may do so further down."""
        return b"schema.org" in start or start.lstrip().startswith(b"<")

    def captures(
        self, file: BinaryIO, path: str, beside: Beside, page_bytes: int
    ) -> Iterator[PageCapture | UnreadPage]:
        """Yield a page for each day with events or articles, and one for the nodes that are not rows."""
        known = mappings.of(path, beside) or TableMapping(dataset="schema-org")
        with DayRows.gathered(known.table(path)) as rows:
            for number, node in _nodes(file, path, page_bytes, rows):
                try:
                    rows.add(row(_cells(node), MAPPING), number)
                except ValueError as error:
                    rows.leave(number, str(node.get("name") or node.get("headline") or ""), str(error))
            yield from rows.captures(path, page_bytes)


def _nodes(file: BinaryIO, path: str, page_bytes: int, rows: DayRows) -> Iterator[tuple[int, Node]]:
    """Yield the events and articles of a file, each with the number of its document or line, from 1."""
    for number, text in _documents(file, path, page_bytes):
        try:
            document = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            rows.leave(number, text, f"no JSON: {error}")
            continue
        if reason := _foreign(document):
            rows.leave(number, text, reason)
            continue
        for node in _found(document, DEEPEST):
            yield number, node


def _documents(file: BinaryIO, path: str, page_bytes: int) -> Iterator[tuple[int, str]]:
    if path.lower().endswith(LINES):
        yield from ((number, line.decode()) for number, line in enumerate(file, 1) if line.strip())
        return
    content = file.read(page_bytes + 1)
    if len(content) > page_bytes:
        raise ValueError(f"it has more than the {page_bytes:,} bytes allowed: raise KG_PAGE_BYTES to read it")
    if not path.lower().endswith(PAGES):
        yield 1, content.decode("utf-8-sig")
        return
    try:
        page = html.document_fromstring(content) if content.strip() else None
    except (etree.LxmlError, ValueError):
        return
    scripts = page.iter("script") if page is not None else ()
    for script in scripts:
        if str(script.get("type", "")).partition(";")[0].strip().lower() == "application/ld+json":
            yield script.sourceline or 0, script.text or ""


def _foreign(document: Any) -> str | None:
    """Return why a document does not use schema.org, or None; one without a context may be part of another."""
    if not isinstance(document, dict):
        return None
    contexts = document.get("@context", [])
    said = contexts if isinstance(contexts, list) else [contexts]
    vocabularies = [one.get("@vocab") if isinstance(one, dict) else one for one in said]
    if not said or any(isinstance(one, str) and VOCABULARY.fullmatch(one) for one in vocabularies):
        return None
    return f"a context that is not schema.org's, which is not fetched: {str(contexts)[:80]}"


def _found(value: Any, left: int) -> Iterator[Node]:
    """Yield the events and articles in a document, outer ones first; those inside an event belong to it."""
    if left and isinstance(value, list):
        for one in value:
            yield from _found(one, left - 1)
    elif left and isinstance(value, dict):
        if _is(value, EVENTS) or _is(value, ARTICLES):
            yield value
        else:
            yield from _found(list(value.values()), left - 1)


def _is(node: Node, kinds: re.Pattern[str]) -> bool:
    return any(kinds.fullmatch(one) for one in _texts(node.get("@type")))


def _cells(node: Node) -> Cells:
    """Return the values of an event or an article by column."""
    place = _first(node.get("location") or node.get("contentLocation"))
    geo = _first(place.get("geo"))
    is_event = _is(node, EVENTS)
    return {
        "date": _texts(node.get("startDate" if is_event else "datePublished"))[:1],
        "last": _texts(node.get("endDate"))[:1] if is_event else (),
        "title": _texts(node.get("name") if is_event else node.get("headline") or node.get("name"))[:1],
        "id": (_texts(node.get("@id")) or _texts(node.get("identifier")) or _texts(node.get("url")))[:1],
        "description": _texts(node.get("description"))[:1],
        "places": _names_of(place),
        "latitude": _texts(geo.get("latitude") or place.get("latitude"))[:1],
        "longitude": _texts(geo.get("longitude") or place.get("longitude"))[:1],
        "geonames": tuple(one for one in _texts(place.get("sameAs")) if GEONAMES.match(one))[:1],
        "categories": _texts(node.get("articleSection")),
        "topics": _texts(node.get("keywords")),
        "sources": (*_texts(node.get("url"))[:1], *_texts(node.get("citation"))),
        "publishers": _texts(_first(node.get("publisher")).get("name"))[:1],
        "language": _texts(node.get("inLanguage"))[:1],
        "image": _texts(node.get("image"))[:1],
    }


def _names_of(place: Node) -> tuple[str, ...]:
    address = _first(place.get("address"))
    members = ("addressLocality", "addressRegion", "addressCountry")
    within = tuple(name for member in members for name in _texts(address.get(member)))
    return (*_texts(place.get("name")), *within)


def _first(value: Any) -> Node:
    """Return the first node of a value; a plain text is taken as the name of one."""
    one = value[0] if isinstance(value, list) and value else value
    return one if isinstance(one, dict) else {"name": one} if isinstance(one, str) else {}


def _texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a value, or the names of its nodes."""
    if isinstance(value, list):
        return tuple(text for one in value if not isinstance(one, list) for text in _texts(one))
    if isinstance(value, dict):
        named = next((value[name] for name in ("@value", "url", "@id", "name", "alternateName") if name in value), None)
        return _texts(named) if not isinstance(named, dict | list) else ()
    return (str(value).strip(),) if value not in (None, "", True, False) else ()
