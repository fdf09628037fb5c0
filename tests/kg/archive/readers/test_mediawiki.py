"""Data from MediaWiki: exports of several versions, answers in both JSON formats, and their faults."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.archive.readers.base import CaptureReader, PageCapture
from kg.archive.readers.mediawiki.answers import ApiAnswers
from kg.archive.readers.mediawiki.export import XmlExport
from kg.archive.versions import UnreadPage
from kg.errors import ArchiveError

TIME = datetime(2019, 7, 1, 10, tzinfo=UTC)
SITE = {"lang": "de", "base": "https://de.wikipedia.org/wiki/Wikipedia:Hauptseite"}
HEAD = (
    '<mediawiki xmlns="http://www.mediawiki.org/xml/export-{version}/" xml:lang="de">'
    "<siteinfo><base>{base}</base></siteinfo>"
)
REVISION_HEAD = "<revision><id>12</id><parentid>11</parentid><timestamp>2019-07-01T10:00:00Z</timestamp>"


def captures(
    reader: CaptureReader, content: bytes, path: str = "a/b", page_bytes: int = 1_000
) -> list[PageCapture | UnreadPage]:
    return list(reader.captures(io.BytesIO(content), path, lambda _: None, page_bytes))


def answer(said: Any, path: str = "a/b.json") -> list[PageCapture | UnreadPage]:
    return captures(ApiAnswers(), json.dumps(said).encode(), path)


def export(inner: str, version: str = "0.11") -> bytes:
    return f"{HEAD.format(version=version, base=SITE['base'])}{inner}</mediawiki>".encode()


def revision(text: str, **attributes: str) -> str:
    told = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"{REVISION_HEAD}<text{told}>{text}</text></revision>"


EXPECTED = PageCapture(
    "de/2019_Juli.txt",
    "* Ein Schiff läuft ein.".encode(),
    TIME,
    "12",
    "11",
    "https://de.wikipedia.org/w/index.php?oldid=12",
    "de",
)


@pytest.mark.parametrize("version", ["0.3", "0.10", "0.11"])
def test_a_revision_of_an_export_is_a_capture_with_its_address_and_parent(version: str) -> None:
    page = f"<page><title>Juli 2019</title>{revision('* Ein Schiff läuft ein.')}</page>"
    assert captures(XmlExport(), export(page, version)) == [EXPECTED]


def test_other_elements_of_an_export_change_nothing() -> None:
    inner = (
        "<siteinfo><namespaces><namespace key='0'/></namespaces></siteinfo><page><title>Juli 2019</title><ns>0</ns>"
        "<revision><id>12</id><parentid>11</parentid><timestamp>2019-07-01T10:00:00Z</timestamp><contributor>"
        "<username>A</username><id>7</id></contributor><comment>&lt;b&gt;</comment><model>wikitext</model>"
        "<text>* Ein Schiff läuft ein.</text><sha1>x</sha1></revision><upload><text>no</text></upload></page>"
    )
    assert captures(XmlExport(), export(inner)) == [EXPECTED]


@pytest.mark.parametrize(
    ("inner", "reason"),
    [(revision("", deleted="deleted"), "hides"), (revision("x" * 1_001), "more than the 1,000 bytes")],
)
def test_a_revision_without_readable_text_is_reported_and_the_others_are_read(inner: str, reason: str) -> None:
    both = f"<page><title>Juli 2019</title>{inner}{revision('* Ein Schiff läuft ein.')}</page>"
    unread, read = captures(XmlExport(), export(both))
    assert isinstance(unread, UnreadPage)
    assert reason in unread.reason
    assert read == EXPECTED


def test_the_first_revision_of_a_page_has_no_parent_and_is_known_to_have_none() -> None:
    first = revision("a").replace("<parentid>11</parentid>", "")
    (found,) = captures(XmlExport(), export(f"<page><title>Juli 2019</title>{first}</page>"))
    assert isinstance(found, PageCapture)
    assert found.parent == ""


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE mediawiki [<!ENTITY a "aaaa">]><mediawiki>&a;</mediawiki>',
        b'<!DOCTYPE mediawiki SYSTEM "file:///etc/passwd"><mediawiki/>',
        b"<mediawiki>&other;</mediawiki>",
        b"<mediawiki>" + b"<a>" * 100_000,
        b"<mediawiki a='" + b"x" * 9_000_000,
        b"<mediawiki><!--" + b"x" * 9_000_000,
    ],
)
def test_an_export_that_is_made_to_exhaust_or_to_lead_elsewhere_is_refused(content: bytes) -> None:
    with pytest.raises(ArchiveError):
        captures(XmlExport(), content)


def test_an_export_in_pieces_is_the_same() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(7)

    content = export(f"<page><title>Juli 2019</title>{revision('* Ein Schiff läuft ein.')}</page>")
    assert list(XmlExport().captures(Slow(content), "a", lambda _: None, 1_000)) == [EXPECTED]


REVISION = {"revid": 12, "parentid": 11, "timestamp": "2019-07-01T10:00:00Z"}
TEXT = "* Ein Schiff läuft ein."


@pytest.mark.parametrize(
    "pages",
    [
        [{"title": "Juli 2019", "revisions": [{**REVISION, "slots": {"main": {"content": TEXT}}}]}],
        {"5": {"title": "Juli 2019", "revisions": [{**REVISION, "slots": {"main": {"*": TEXT}}}]}},
        {"5": {"title": "Juli 2019", "revisions": [{**REVISION, "*": TEXT}]}},
    ],
)
def test_revisions_of_an_answer_are_captures_in_every_format(pages: Any) -> None:
    assert answer({"batchcomplete": "", "query": {"general": SITE, "pages": pages}}) == [EXPECTED]


def test_a_page_that_is_missing_is_gone_when_the_answer_was_given() -> None:
    said = {"curtimestamp": "2019-07-01T10:00:00Z", "query": {"pages": [{"title": "Juli 2019", "missing": True}]}}
    (found,) = answer(said, "de/x.json")
    assert isinstance(found, PageCapture)
    assert (found.path, found.time, found.gone) == ("de/2019_Juli.txt", TIME, True)


@pytest.mark.parametrize("text", ["<ul><li>A</li></ul>", {"*": "<ul><li>A</li></ul>"}])
def test_a_parsed_page_is_html_of_no_known_time(text: Any) -> None:
    said = {"parse": {"title": "Portal:Current events/October 1994", "pageid": 5, "revid": 12, "text": text}}
    (found,) = answer(said)
    assert isinstance(found, PageCapture)
    assert (found.path, found.content, found.time) == ("1994_October.html", b"<ul><li>A</li></ul>", None)
    assert found.address == "https://en.wikipedia.org/w/index.php?oldid=12"


def test_a_page_of_data_with_the_title_of_a_news_page_is_not_news() -> None:
    slot = {"content": "{}", "contentmodel": "json"}
    page = {"title": "Juli 2019", "revisions": [{**REVISION, "slots": {"main": slot}}]}
    (found,) = answer({"query": {"general": SITE, "pages": [page]}})
    assert isinstance(found, PageCapture)
    assert found.path == "Juli 2019"


NAMES = st.sampled_from(
    ["parse", "query", "pages", "revisions", "slots", "main", "content", "*", "title", "missing", "general", "text"]
)
JSON: st.SearchStrategy[Any] = st.deferred(
    lambda: (
        st.none() | st.booleans() | st.integers() | st.text(max_size=5)
        | st.lists(JSON, max_size=3) | st.dictionaries(NAMES, JSON, max_size=4)
    )
)  # fmt: skip


@given(st.dictionaries(NAMES, JSON, max_size=4))
def test_no_malformed_answer_causes_a_crash(said: dict[str, Any]) -> None:
    answer(said)


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b'{"query": \xff}'])
def test_text_that_is_not_json_is_an_error_with_a_clear_message(content: bytes) -> None:
    with pytest.raises((ArchiveError, ValueError)):
        captures(ApiAnswers(), content)


@pytest.mark.parametrize(
    ("start", "is_answer"),
    [
        (b'{"parse":{', True),
        (b' {\n "batchcomplete": true', True),
        (b'{"curtimestamp":"', True),
        (b'{"@context":', False),
        (b"[1]", False),
    ],
)
def test_an_answer_is_recognised_by_how_it_begins(start: bytes, is_answer: bool) -> None:
    assert ApiAnswers().recognises(start) == is_answer


@pytest.mark.parametrize(
    ("path", "matches"),
    [("a/export.xml", True), ("enwiki-20260101-pages-articles1.xml-p1p41242", True), ("a.xmlx", False)],
)
def test_dumps_are_exports_too(path: str, matches: bool) -> None:
    assert XmlExport().matches(path) == matches
