"""Weeks, and one day in all years: their pages have the days with their events."""

from __future__ import annotations

import re

import pytest


def test_a_week_has_its_days_with_their_events(send) -> None:
    page = send("/week/2011-W45", "text/html").text
    assert "<h1>Week 45 of 2011</h1>" in page
    days = re.findall(r'<h2 class="day"><a href="/day/([\d-]+)">.*?<span>(\d) event', page)
    assert days == [("2011-11-07", "2"), ("2011-11-08", "1")]
    assert 'href="/event/2011-11-08/abcdefghij"' in page
    assert 'href="/events?from=2011-11-07&amp;to=2011-11-13"' in page
    assert 'rel="prev"' not in page


def test_a_day_in_all_years_has_each_year_with_its_events(send) -> None:
    page = send("/on-this-day/11-07", "text/html").text
    assert "<h1>7 November in all years</h1>" in page
    assert "2 events in 1 year." in page
    assert 'rel="next" href="/on-this-day/11-08"' in page
    assert "No event of this day is known" in send("/on-this-day/02-29", "text/html").text


def test_a_day_page_has_its_week(send) -> None:
    page = send("/doc/day/2011-11-08", "text/html").text
    assert '>Mon 07<small><span aria-hidden="true">2</span><span class="hidden">: 2 events</span>' in page
    assert 'href="/week/2011-W45"' in page
    assert 'href="/on-this-day/11-08"' in page


NOWHERE = (
    *("week/2011-W54", "week/2011-45", "week/0001-W01", "week/9999-W52", "week/2010-W01"),
    *("on-this-day/02-30", "on-this-day/2-6", "on-this-day/2011-11-08"),
)


@pytest.mark.parametrize("path", NOWHERE)
def test_an_invalid_or_empty_week_or_day_is_not_found(path: str, send) -> None:
    assert send(f"/{path}", "text/html").status == 404
