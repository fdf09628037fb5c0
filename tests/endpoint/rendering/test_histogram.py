from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.rendering.figures.histogram import HEIGHT, MOST, histogram, scale
from endpoint.rendering.figures.periods import periods, ticks
from tests.endpoint.rendering.reading import HOSTILE, links, of_class, parsed

YEARS = {"2011": 40, "2013": 10}


def address(period: str) -> str:
    return f"/events?from={period}&to={period}"


def test_each_bar_is_a_link_that_says_how_many_there_are() -> None:
    figure = parsed(histogram(YEARS, "Events by year", address))
    assert links(figure) == {"2011: 40 events": address("2011"), "2013: 10 events": address("2013")}
    assert [one.text for one in figure.iter("title")] == ["2011: 40 events", "2013: 10 events"]


def test_bars_are_as_high_as_their_counts_from_zero_and_have_the_same_width() -> None:
    found = of_class(parsed(histogram(YEARS, "", address)), "value")
    heights = [float(one.get("height", "")) for one in found]
    assert heights == [HEIGHT, HEIGHT / 4]
    assert [float(one.get("y", "")) + height for one, height in zip(found, heights, strict=True)] == [HEIGHT] * 2
    assert len({one.get("width") for one in found}) == 1


def test_a_year_without_events_keeps_its_room() -> None:
    left = [float(one.get("x", "").rstrip("%")) for one in of_class(parsed(histogram(YEARS, "", address)), "hit")]
    assert left == pytest.approx([0, 200 / 3], abs=0.01)


@pytest.mark.parametrize(
    ("first", "last", "number"),
    [("1999", "2017", 19), ("2011-11", "2012-02", 4), ("2012-02-28", "2012-03-01", 3), ("0001-01-01", "0001-01-02", 2)],
)
def test_no_year_month_or_day_between_is_missing(first: str, last: str, number: int) -> None:
    found = periods(first, last, 100)
    assert (found[0], found[-1], len(found)) == (first, last, number)


@pytest.mark.parametrize("keys", [("2011", "2012-01"), ("2012-01", "2012-01-03"), ("12", "13"), ("2012-01", "2012-13")])
def test_other_keys_are_refused(keys: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="a year, a month or a day"):
        histogram(dict.fromkeys(keys, 1), "", address)


def test_without_data_nothing_is_drawn() -> None:
    assert histogram({}, "", address) == histogram({"2011": 0}, "", address) == ""


def test_omitted_periods_are_counted() -> None:
    figure = parsed(histogram({"0003-02": 7, "2011-12": 2}, "", address))
    assert len(links(figure)) == 1
    assert [one.text for one in figure.iter("figcaption")] == ["7 events before January 1962 are not shown."]
    assert len(periods("0003-02", "2011-12", MOST)) == MOST


@given(st.integers(1, 10**7))
def test_a_scale_ends_close_above_the_largest_number(most: int) -> None:
    top, step = scale(most)
    assert most <= top < most + step
    assert 1 <= top // step <= 4
    assert str(step).rstrip("0") in ("1", "2", "5")


@given(st.integers(1, MOST), st.sampled_from(["2017", "2017-12", "2017-12-31"]))
def test_labels_of_an_axis_have_room_on_wide_and_on_narrow_screens(number: int, last: str) -> None:
    found = ticks(periods({4: "0001", 7: "0001-01", 10: "0001-01-01"}[len(last)], last, number))
    for width, shown in ((660, found), (310, [one for one in found if not one.minor])):
        starts = [one.x / 100 * width for one in shown]
        room = max((6 * len(one.label) for one in shown), default=0)
        assert all(after - before >= room for before, after in pairwise(starts))


@given(HOSTILE, HOSTILE)
def test_hostile_titles_and_addresses_are_escaped(title: str, href: str) -> None:
    figure = parsed(histogram(YEARS, title, lambda _: href, narrow=href))
    assert next(figure.iter("svg")).get("aria-label") == title
    assert set(links(figure).values()) == {href}
    assert figure.get("data-narrow", "") == href
    assert not list(figure.iter("script"))


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        ("2011-11", "2012-02", ["Nov", "Dec", "2012", "Feb"]),
        ("2012-02", "2012-04", ["Feb 2012", "Mar", "Apr"]),
        (
            "2010-11",
            "2013-01",
            ["Nov", *("2011", "Mar", "May", "Jul", "Sep", "Nov"), *("2012", "Mar", "May", "Jul", "Sep", "Nov"), "2013"],
        ),
        ("2010-01", "2013-12", ["2010", "2011", "2012", "2013"]),
        ("2012-02-28", "2012-03-01", ["28 Feb", "29 Feb", "1 Mar"]),
    ],
)
def test_labels_are_those_of_a_calendar(first: str, last: str, labels: list[str]) -> None:
    assert [one.label for one in ticks(periods(first, last, MOST))] == labels
