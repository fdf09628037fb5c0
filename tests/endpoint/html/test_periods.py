from __future__ import annotations

import re

import pytest

from endpoint.rendering.filters import spoken


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2011-11-08", "8 November 2011"),
        ("2011-11-08T12:30:00Z", "8 November 2011, 12:30 UTC"),
        ("2011-11", "November 2011"),
        ("0900-01", "January 900"),
        ("2011", "2011"),
        ("2011-13", "2011-13"),
        ("Homs", "Homs"),
        ("", ""),
    ],
)
def test_dates_are_written_as_people_write_them(text: str, said: str) -> None:
    assert spoken(text) == said


def test_a_month_page_lists_its_days_and_leads_to_its_year(send) -> None:
    page = send("/doc/month/2011-11", "text/html").text
    assert "<h1>November 2011</h1>" in page
    assert '<a href="/day/2011-11-07">7 November 2011</a> <span class="note">2 events</span>' in page
    assert '<a href="/year/2011">2011</a>' in page
    assert "<h2>Events</h2>" not in page


def test_a_year_page_lists_its_months(send) -> None:
    page = send("/doc/year/2011", "text/html").text
    assert '<a href="/month/2011-11">November 2011</a> <span class="note">3 events</span>' in page
    assert 'rel="prev"' not in page, "the graph has no other year"


def test_a_day_page_leads_to_its_month(send) -> None:
    assert '<a href="/month/2011-11">November 2011</a>' in send("/doc/day/2011-11-08", "text/html").text


@pytest.mark.parametrize(
    "path", ["/month/2011-10", "/month/2011", "/year/2010", "/year/99999", "/month/x", "/year/%00"]
)
def test_a_period_without_events_is_not_found(send, path: str) -> None:
    assert send(path).status == send(f"/doc{path}").status == 404


@pytest.mark.parametrize("path", ["month/2011-11", "year/2011"])
def test_months_and_years_have_no_mementos(send, path: str) -> None:
    assert send(f"/timegate/{path}").status == 404
    assert "timegate" not in send(f"/doc/{path}", "text/turtle").headers["link"]


def test_a_month_page_has_bars_that_lead_to_its_days(send) -> None:
    page = send("/doc/month/2011-11", "text/html").text
    assert 'href="/day/2011-11-07" aria-label="7 November 2011: 2 events"' in page


def test_a_year_page_has_a_calendar_that_counts_as_the_graph_does(send) -> None:
    page = send("/doc/year/2011", "text/html").text
    assert 'href="/month/2011-11" aria-label="November 2011: 3 events"' in page
    assert re.findall(r'class="day-(\d)" href="/day/([\d-]+)" aria-label="([^"]+)"', page) == [
        ("2", "2011-11-07", "7 November 2011: 2 events"),
        ("1", "2011-11-08", "8 November 2011: 1 event"),
    ]
    assert "/month/2011-10" not in page, "it has no events"


def test_the_page_of_a_place_has_a_map_and_that_of_a_topic_none(send) -> None:
    page = send("/doc/entity/en/Homs", "text/html").text
    assert 'aria-label="Map: where Homs is"' in page
    assert "figures." in page.partition("</head>")[0]
    assert "Map: where" not in send("/doc/entity/en/Arab_Spring", "text/html").text
