from __future__ import annotations

from calendar import isleap
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoint.rendering.figures.year_calendar import CELL, CLASSES, year_calendar
from tests.endpoint.rendering.reading import HOSTILE, links, of_class, parsed
from tests.examples import most


def address(period: str) -> str:
    return f"/{'day' if len(period) > 7 else 'month'}/{period}"


def test_each_day_and_each_month_with_events_is_a_link() -> None:
    figure = parsed(year_calendar(2012, {"2012-02-29": 3}, "2012", address))
    found = links(figure)
    assert found["29 February 2012: 3 events"] == "/day/2012-02-29"
    assert found["February 2012: 3 events"] == "/month/2012-02"
    assert len(found) == 2, "nothing else has a page"


def test_a_calendar_can_have_one_month() -> None:
    figure = parsed(year_calendar(2012, {"2012-02-29": 3, "2012-03-01": 2}, "", address, months=range(2, 3)))
    assert list(links(figure).values()) == ["/month/2012-02", "/day/2012-02-29"]


@pytest.mark.parametrize(
    ("most", "legend"),
    [
        (1, ["1"]),
        (5, ["1", "2", "3", "4", "5"]),
        (6, ["1 to 2", "3 to 4", "5 to 6"]),
        (9_999, ["1 to 2,000", "2,001 to 4,000", "4,001 to 6,000", "6,001 to 8,000", "8,001 to 10,000"]),
    ],
)
def test_the_legend_tells_which_counts_have_a_colour(most: int, legend: list[str]) -> None:
    figure = parsed(year_calendar(2012, {"2012-02-06": most}, "", address))
    assert ["".join(one.itertext()).strip() for one in figure.iter("span")] == legend


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_day_with_most_events_has_the_last_colour_and_no_day_has_another(one: int, other: int) -> None:
    figure = parsed(year_calendar(2012, {"2012-02-06": one, "2012-02-07": other}, "", address))
    colours = [int((link.get("class") or "").partition("-")[2] or 0) for link in figure.iter("a")]
    shown = [colour for colour in colours if colour]
    assert (shown[0] > shown[1]) <= (one > other)
    assert max(shown) == len(list(figure.iter("span"))) <= CLASSES


@settings(max_examples=most(40))
@given(st.integers(1, 9999))
def test_the_days_of_every_year_stand_below_their_weekdays(year: int) -> None:
    counts = dict.fromkeys((date(year, month, 1).isoformat() for month in range(1, 13)), 1)
    figure = parsed(year_calendar(year, counts, "", address))
    columns = [int(one[1].get("x", "")) // CELL for one in of_class(figure, "day-1") if one.tag == "a"]
    assert columns == [date(year, month, 1).weekday() for month in range(1, 13)]
    numbers = [one for one in figure.iter("text") if (one.text or "").isdigit()]
    assert len(numbers) == 365 + isleap(year)
    for drawing in figure.iter("svg"):
        width, height = (int(drawing.get(name, "")) for name in ("width", "height"))
        for one in drawing.iter("rect"):
            assert int(one.get("x", "0")) + int(one.get("width", "")) <= width
            assert int(one.get("y", "0")) + int(one.get("height", "")) <= height


@settings(max_examples=most(30))
@given(HOSTILE, HOSTILE)
def test_hostile_titles_and_addresses_are_escaped(title: str, href: str) -> None:
    figure = parsed(year_calendar(2012, {"2012-02-06": 1}, title, lambda _: href))
    assert figure.get("aria-label") == title
    assert {one.get("href") for one in figure.iter("a")} == {href}
