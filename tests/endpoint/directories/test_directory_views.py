"""Directories over HTTP: pages, tables and JSON of the things that events name, filtered by parameters."""

from __future__ import annotations

import csv
import html
import io
import json

import html5lib
import pytest

from kg.lookup.listing.directory import Directory

BASE = "http://127.0.0.1:8000/"
EMPTY = "stories"
"""The directory of which the small graph that is served has nothing."""


@pytest.mark.parametrize("name", list(Directory))
def test_a_directory_is_the_same_as_a_page_a_table_and_json(name: str, send) -> None:
    told = json.loads(send(f"/{name}.json").body)
    rows = list(csv.DictReader(io.StringIO(send(f"/{name}.csv").text)))
    page = html.unescape(send(f"/{name}", "text/html").text)
    assert [one["iri"] for one in rows] == [one["iri"] for one in told["entries"]]
    assert len(rows) == told["total"]
    assert rows or name == EMPTY
    for one in told["entries"]:
        assert f'href="{one["iri"].removeprefix(BASE[:-1])}"' in page
        assert one["label"] in page


@pytest.mark.parametrize("name", list(Directory))
def test_each_count_leads_to_a_list_of_as_many_events(name: str, send) -> None:
    tree = html5lib.parse(send(f"/{name}", "text/html").body, namespaceHTMLElements=False)
    counts = [one for one in tree.iter("a") if one.get("class") == "count" and one.text.isdigit()]
    for one in counts:
        assert json.loads(send(one.get("href"), "application/json").body)["total"] == int(one.text)
    assert counts or name == EMPTY


def test_a_directory_is_narrowed_by_words_and_letters(send) -> None:
    assert [one["label"] for one in json.loads(send("/places.json?q=hom").body)["entries"]] == [
        "Homs",
        "Homs Governorate",
    ]
    assert [one["label"] for one in json.loads(send("/places.json?letter=S").body)["entries"]] == ["Syria"]
    assert "Nothing here" in send("/places?q=xyzzy", "text/html").text


@pytest.mark.parametrize(
    "query", ["letter=h", "sort=size", "page=0", "page=x", "q=" + "a" * 201, "place=entity/en/Homs"]
)
def test_unknown_parameters_of_a_directory_are_refused(query: str, send) -> None:
    assert send(f"/places?{query}").status == 400


def test_an_unknown_type_in_a_directory_is_refused_with_the_known_ones(send) -> None:
    reply = send("/places", "image/png")
    assert (reply.status, "/places.csv" in reply.text) == (406, True)
    assert send("/places.ttl").status == 404
