"""Results as figures, if their columns allow it."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from endpoint.sparql.result_views import BARS, ResultColumns, columns

HOMS = "http://127.0.0.1:8000/entity/en/Homs"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
PLACES = "SELECT * {{ VALUES (?name ?lat ?long) {{ {} }} }}"
HERE = '("Homs" 34.7 36.7) ("Homs" 34.7 36.7) ("Hama" 35.1 36.75) ("Nowhere" 95 400)'


def page(send, query: str, view: str):
    return send("/sparql?" + urlencode({"query": query, "view": view}), "text/html")


def literal(value: str, datatype: str = "") -> dict[str, Any]:
    return {"type": "literal", "value": value} | ({"datatype": datatype} if datatype else {})


@pytest.mark.parametrize(
    ("row", "views"),
    [
        ({"a": literal("x")}, ["table"]),
        ({"a": literal("x"), "n": literal("3", INTEGER)}, ["table", "chart"]),
        ({"year": literal("2012", INTEGER), "n": literal("3", INTEGER)}, ["table", "chart"]),
        ({"lat": literal("3", INTEGER), "long": literal("4", INTEGER)}, ["table", "map"]),
        ({"d": literal("2012-01-01", "http://www.w3.org/2001/XMLSchema#date")}, ["table"]),
        (
            {"d": literal("2012-01-01", "http://www.w3.org/2001/XMLSchema#date"), "e": {"type": "uri", "value": HOMS}},
            ["table", "timeline"],
        ),
        ({"b": {"type": "bnode", "value": "x"}, "n": literal("3", INTEGER)}, ["table"]),
    ],
)
def test_the_columns_tell_which_views_there_are(row: dict[str, Any], views: list[str]) -> None:
    assert list(columns(list(row), [row]).views) == views


def test_a_column_of_mixed_types_is_in_no_chart() -> None:
    rows = [{"n": literal("3", INTEGER), "t": literal("a")}, {"n": literal("three"), "t": literal("b")}]
    assert columns(["n", "t"], rows) == ResultColumns(text="t")
    assert columns(["n"], []) == ResultColumns()


def test_a_map_has_each_point_once_by_the_name_of_the_place(send) -> None:
    text = page(send, PLACES.format(HERE), "map").text
    points = re.findall(r'<li data-latitude="([^"]*)"[^>]*data-events="(\d+)">\s*([^<\s]*)', text)
    assert points == [("34.7", "2", "Homs"), ("35.1", "1", "Hama")]
    assert "event" not in "".join(re.findall(r"<title>[^<]*Homs[^<]*</title>", text))


def test_a_timeline_leads_to_the_things(send) -> None:
    query = f'SELECT * {{ VALUES (?d ?e) {{ ("2012-02-03"^^xsd:date <{HOMS}>) }} }}'
    text = page(send, query, "timeline").text
    assert re.findall(r'<a class="event"[^>]* href="([^"]*)" aria-label="([^"]*)"', text) == [
        ("/entity/en/Homs", "3 February 2012: Homs")
    ]


@pytest.mark.parametrize(("period", "href"), [("2012", "/year/2012"), ("2012-02", "/month/2012-02")])
def test_a_chart_of_periods_leads_to_them(send, period: str, href: str) -> None:
    query = f'SELECT * {{ VALUES (?when ?events) {{ ("{period}" 3) ("{period}" 4) }} }}'
    text = page(send, query, "chart").text
    assert re.findall(r'<a class="bar"[^>]* href="([^"]*)" aria-label="[^"]*: (\d+ events)"', text) == [
        (href, "7 events")
    ]


def test_a_chart_of_other_rows_has_a_bar_for_each_of_the_first(send) -> None:
    many = " ".join(f'("row {number}" {number})' for number in range(40))
    text = page(send, f"SELECT * {{ VALUES (?what ?n) {{ {many} }} }}", "chart").text
    assert len(re.findall(r"<meter ", text)) == BARS
    assert f"The first {BARS} rows are shown." in text


@pytest.mark.parametrize("period", ["2012-13", "0000"])
def test_an_invalid_period_is_not_drawn(send, period: str) -> None:
    reply = page(send, f'SELECT * {{ VALUES (?when ?n) {{ ("{period}" 3) }} }}', "chart")
    assert (reply.status, "nothing to draw" in reply.text) == (200, True)


def test_a_view_that_the_columns_do_not_allow_is_refused_with_those_they_do(send) -> None:
    reply = page(send, PLACES.format(HERE), "timeline")
    assert (reply.status, "table or map" in reply.text) == (400, True)


def test_pages_link_to_views_and_downloads_have_none(send) -> None:
    text = html.unescape(page(send, PLACES.format(HERE), "map").text)
    assert re.search(r'<a href="/sparql\?query=[^"]*&view=table"', text)
    assert re.search(r'<a href="[^"]*&view=map" rel="nofollow" aria-current="page">Map</a>', text)
    assert not re.search(r'view=[^"]*" rel="nofollow">CSV', text)


def test_a_question_has_views_too(send) -> None:
    text = html.unescape(send("/questions/country-by-year?country=SY", "text/html").text)
    assert '<a href="/questions/country-by-year?country=SY&view=chart" rel="nofollow">Chart</a>' in text
    assert '<figure class="figure histogram"' in send("/questions/country-by-year?view=chart", "text/html").text
