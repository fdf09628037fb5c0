"""Feeds and documents with schema.org: their events are read, and nothing is fetched."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kg.archive.readers import conformance
from kg.archive.readers.base import CaptureReader, PageCapture
from kg.archive.readers.feeds import Feeds
from kg.archive.readers.schema_org import SchemaOrg
from kg.dialects.rows import page
from kg.dialects.rows.page import RowsPage
from kg.pipeline.run import build
from kg.settings import Settings

RSS = b"""<?xml version="1.0"?>
<rss version="2.0" xmlns:georss="http://www.georss.org/georss"><channel>
<title>Example News</title><link>https://news.example.org/</link><language>en-GB</language>
<copyright>Example Press</copyright>
<item><title>Shops &amp;amp; stalls open in Homs</title><link>https://news.example.org/1</link>
<guid>https://news.example.org/1</guid><pubDate>Sat, 07 Dec 2024 09:00:00 GMT</pubDate>
<category>Trade</category><description>&lt;p&gt;All of them.&lt;/p&gt;</description>
<georss:point>34.7 36.7</georss:point></item>
<item><title>No day</title><link>https://news.example.org/2</link></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Example</title><id>urn:example</id>
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/"/>
<entry><id>urn:example:1</id><title>A bridge opens</title><updated>2024-12-07T10:00:00Z</updated>
<link href="https://news.example.org/3"/></entry></feed>"""
EVENT: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "MusicEvent",
    "@id": "https://concerts.example.org/7",
    "name": "A concert in the park",
    "startDate": "2024-12-07T19:00:00+02:00",
    "endDate": "2024-12-08",
    "url": "https://concerts.example.org/7",
    "inLanguage": "en",
    "location": {
        "@type": "Place",
        "name": "Example Park",
        "address": {"@type": "PostalAddress", "addressLocality": "Homs", "addressCountry": "Syria"},
        "geo": {"@type": "GeoCoordinates", "latitude": 34.73, "longitude": 36.70},
        "sameAs": "https://sws.geonames.org/169577/",
    },
}
ARTICLE: dict[str, Any] = {
    "@context": {"@vocab": "http://schema.org/"},
    "@type": ["NewsArticle"],
    "headline": "Bakers ask for cheaper flour",
    "datePublished": "2024-12-07",
    "url": "https://news.example.org/9",
    "publisher": {"@type": "Organization", "name": "Example Daily"},
    "articleSection": "Economy",
    "keywords": "flour, bakers",
    "contentLocation": "Hama",
}


def pages(reader: CaptureReader, path: str, content: bytes, **beside: bytes) -> Iterator[RowsPage]:
    files = {f"{name}.toml": text for name, text in beside.items()}
    for one in reader.captures(io.BytesIO(content), path, files.get, 1_000_000):
        assert isinstance(one, PageCapture), one
        record = page.parse(one.path, one.content.decode())
        assert record is not None
        yield record


def test_a_feed_in_rss_is_read_with_its_points() -> None:
    day, left = pages(Feeds(), "news.rss", RSS)
    assert (day.table.dataset, day.table.language, day.table.publication.title) == ("news", "en-GB", "Example News")
    assert day.table.publication.licences == ()
    [row] = [line.row for line in day.lines]
    assert row is not None
    assert (row.title, row.first, row.id) == (
        "Shops & stalls open in Homs",
        date(2024, 12, 7),
        "https://news.example.org/1",
    )
    assert (row.latitude, row.longitude, row.description) == ("34.7", "36.7", "All of them.")
    assert row.sources == (("https://news.example.org/1", "Example News"),)
    assert [one.reason for one in left.unread] == ["no date: ''"]


def test_a_feed_in_atom_says_its_licence_and_a_mapping_says_it_instead() -> None:
    [day] = pages(Feeds(), "news.atom", ATOM)
    assert day.table.publication.licences == ("https://creativecommons.org/licenses/by/4.0/",)
    said = b"dataset = 'mine'\n[publication]\ntitle = 'Mine'"
    [day] = pages(Feeds(), "news.atom", ATOM, mapping=said)
    assert (day.table.dataset, day.table.publication.licences) == ("mine", ())


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.jsonld", json.dumps(EVENT)),
        ("a.json", json.dumps({"@context": "http://schema.org/", "@graph": [EVENT]})),
        ("a.jsonl", "\n" + json.dumps(EVENT) + "\n"),
        ("a.html", f"<p>A page.<script type='application/ld+json'>{json.dumps([EVENT])}</script>"),
    ],
)
def test_events_are_read_in_every_form(path: str, content: str) -> None:
    [day] = pages(SchemaOrg(), path, content.encode())
    [row] = [line.row for line in day.lines]
    assert row is not None
    assert (row.title, row.id) == ("A concert in the park", "https://concerts.example.org/7")
    assert (row.first, row.last) == (date(2024, 12, 7), date(2024, 12, 8))
    assert row.places == ("Example Park", "Homs", "Syria")
    assert (row.latitude, row.longitude, row.geonames) == ("34.73", "36.7", 169577)
    assert row.sources == (("https://concerts.example.org/7", ""),)


def test_articles_are_events_of_the_day_on_which_they_were_published() -> None:
    [day] = pages(SchemaOrg(), "a.json", json.dumps(ARTICLE).encode())
    [row] = [line.row for line in day.lines]
    assert row is not None
    assert (row.title, row.categories, row.topics) == (
        "Bakers ask for cheaper flour",
        ("Economy",),
        ("flour", "bakers"),
    )
    assert (row.sources, row.places) == ((("https://news.example.org/9", "Example Daily"),), ("Hama",))


@pytest.mark.parametrize(
    "context", ["https://evil.example/context", ["https://www.w3.org/ns/activitystreams"], {"a": "b"}]
)
def test_a_foreign_context_is_reported_and_never_fetched(context: object) -> None:
    [left] = pages(SchemaOrg(), "a.json", json.dumps({**EVENT, "@context": context}).encode())
    assert "a context that is not schema.org's, which is not fetched" in left.unread[0].reason


def test_a_page_without_such_data_is_ignored() -> None:
    assert list(pages(SchemaOrg(), "a.html", b"<p>Prose.</p><script>1</script>")) == []


@pytest.mark.parametrize(
    ("reader", "path", "content"),
    [
        (Feeds(), "news.rss", RSS),
        (Feeds(), "news.atom", ATOM),
        (SchemaOrg(), "a.jsonld", json.dumps([EVENT, ARTICLE]).encode()),
        (SchemaOrg(), "a.html", f"<script type='application/ld+json'>{json.dumps(EVENT)}</script>".encode()),
    ],
)
def test_readers_of_feeds_and_schema_org_conform(reader: CaptureReader, path: str, content: bytes) -> None:
    assert conformance.check(reader, path, content)


def test_a_folder_of_both_is_built(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "news.rss").write_bytes(RSS)
    (folder / "concert.jsonld").write_text(json.dumps(EVENT))
    made = build([folder], Settings(store=str(tmp_path / "store"), jobs=1))
    assert made.report["counts"]["events"] == 2
    assert {one.title for one in made.snapshot.manifest.publications} == {"schema-org", "Example News"}
