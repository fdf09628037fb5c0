"""An independent program reads each format of a list, and finds what the table contains."""

from __future__ import annotations

import io
import json
import warnings
from pathlib import Path
from typing import Any

import feedparser
import geopandas
import icalendar
import pandas
import pytest
import rdflib
import rdflib.compare
from pyld import jsonld

LIST = "/events.%s?from=2011-11-08"
EVENT = "http://127.0.0.1:8000/event/2011-11-08/abcdefghij"


@pytest.fixture(scope="module")
def rows(send) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [json.loads(line) for line in send(LIST % "ndjson").text.splitlines()]
    assert [one["iri"] for one in found] == [EVENT]
    return found


def test_pandas_reads_the_table(send, rows: list[dict[str, Any]]) -> None:
    table = pandas.read_csv(io.BytesIO(send(LIST % "csv").body), parse_dates=["date"])
    assert list(table["event"]) == [one["iri"] for one in rows]
    assert list(table["title"]) == [one["title"] for one in rows]
    assert table["date"].dtype.kind == "M"
    assert (table["location"][0], round(table["latitude"][0]), round(table["longitude"][0])) == ("Homs", 35, 37)
    assert table["sources"][0].split() == rows[0]["sources"]


def test_geopandas_reads_the_features(send, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "events.geojson").write_bytes(send(LIST % "geojson").body)
    frame = geopandas.read_file(tmp_path / "events.geojson")
    assert list(frame["title"]) == [one["title"] for one in rows]
    assert frame.geometry[0].geom_type == "Point"
    assert (round(frame.geometry[0].y), round(frame.geometry[0].x)) == (35, 37)


def test_icalendar_reads_the_calendar(send, rows: list[dict[str, Any]]) -> None:
    body = send(LIST % "ics").body
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(body)
    assert not calendar.errors
    [event] = calendar.walk("VEVENT")
    assert not event.errors
    assert (str(event["summary"]), event["dtstart"].dt.isoformat()) == (rows[0]["title"], rows[0]["date"])
    assert str(event["uid"]) == rows[0]["iri"]


def test_feedparser_reads_the_feed(send, rows: list[dict[str, Any]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a warning of feedparser itself
        feed = feedparser.parse(send(LIST % "atom").body)
    assert not feed.bozo
    assert [(one.id, one.title) for one in feed.entries] == [(one["iri"], one["title"]) for one in rows]
    assert feed.feed.updated_parsed
    assert feed.entries[0].updated_parsed


def test_rdflib_and_pyld_read_the_same_statements(send) -> None:
    turtle = rdflib.Graph().parse(data=send(LIST % "ttl").text, format="turtle")
    document = json.loads(send(LIST % "jsonld").body)
    statements = rdflib.Graph().parse(data=jsonld.to_rdf(document, {"format": "application/n-quads"}), format="nt")
    assert len(turtle) > 10
    assert rdflib.compare.isomorphic(turtle, statements)
    assert (rdflib.URIRef(EVENT), rdflib.RDFS.label, None) in turtle


def test_the_json_has_the_same_events_beside_what_all_of_them_have(send, rows: list[dict[str, Any]]) -> None:
    told = json.loads(send(LIST % "json").body)
    assert told["events"] == rows
    assert (told["total"], told["years"]) == (1, {"2011": 1})
