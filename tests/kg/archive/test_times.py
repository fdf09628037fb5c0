"""The times of commits are evidence: an impossible one is bounded by the commits around it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.archive.times import EARLIEST, bounded, read_time

START = datetime(2011, 11, 8, tzinfo=UTC)
NOW = START + timedelta(hours=100)


def bound(*hours: float | None) -> list[float | None]:
    """Bound times; both arguments and results are in hours."""
    found = bounded([None if one is None else START + timedelta(hours=one) for one in hours], NOW)
    return [None if one is None else (one - START) / timedelta(hours=1) for one in found]


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ([], []),
        ([1], [1]),
        ([1, 1, 2, 2], [1, 1, 2, 2]),
        ([1, None, 3], [1, 1, 3]),
        ([1, None, None, 3, None], [1, 1, 1, 3, 3]),
        ([None, 2, 3], [2, 2, 3]),
        ([None, None], [None, None]),
        ([None], [None]),
        ([1, 101, 3], [1, 1, 3]),
        ([101], [None]),
        ([101, 3], [3, 3]),
        ([1, 50, 3, 4], [1, 1, 3, 4]),
        ([50, 2, 3, 4], [2, 2, 3, 4]),
        ([2, 3, -900_000, 4], [2, 3, 3, 4]),
        ([2, 1, 3], [2, 2, 3]),
        ([5, 3], [5, 5]),
        ([5, 3, 4, 6], [3, 3, 4, 6]),
        ([1, 2, 9, 8, 7, 3, 4, 5], [1, 2, 2, 2, 2, 3, 4, 5]),
    ],
)
def test_an_impossible_time_is_bounded_by_its_neighbours(said: list[float | None], taken: list[float | None]) -> None:
    assert bound(*said) == taken


def test_a_clock_that_is_a_little_ahead_is_believed() -> None:
    assert bound(1, 100.2) == [1, 100.2]


@pytest.mark.parametrize("written", ["0", "1", "315532800", "631151999"])
def test_a_time_before_the_web_cannot_be_true(written: str) -> None:
    assert bounded([read_time(written), START], NOW) == [START, START]
    assert bounded([EARLIEST, START], NOW) == [EARLIEST, START]


@pytest.mark.parametrize("written", ["", "x", "99999999999999", "9" * 23, "253402300800", "-62135596801", "1.5"])
def test_an_invalid_time_is_no_time(written: str) -> None:
    assert read_time(written) is None


@given(st.lists(st.none() | st.integers(min_value=-10, max_value=120), max_size=12))
def test_times_never_run_backwards_and_all_are_known_or_none(said: list[int | None]) -> None:
    found = bound(*said)
    known = [one for one in found if one is not None]
    assert len(known) in (0, len(said))
    assert all(one <= other for one, other in pairwise(known))
    assert set(known) <= {one for one in said if one is not None and one <= 100.25}


@given(st.lists(st.integers(min_value=0, max_value=99), max_size=9))
def test_as_few_times_as_possible_are_doubted(said: list[int]) -> None:
    longest: list[int] = []
    for end, one in enumerate(said):
        before = [longest[number] for number in range(end) if said[number] <= one]
        longest.append(1 + max(before, default=0))
    doubted = sum(one != other for one, other in zip(said, bound(*said), strict=True))
    assert doubted <= len(said) - max(longest, default=0)
