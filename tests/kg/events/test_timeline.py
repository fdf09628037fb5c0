"""Events and their listings: which one says what an event is, and which days must be followed together.

What becomes of events through the captures of real pages is tested in tests/history.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.item import Former, Item, Origin
from kg.events.claims import Claims
from kg.events.timeline import DAYS_OF_A_LINE, NEAR, Capture, Event, Listing, Timeline, connected, joined

DAY, FAR_DAY = date(2011, 11, 8), date(2011, 11, 16)
NOON = datetime(2011, 11, 8, 12, tzinfo=UTC)
ENTRY = Item(Origin.ENTRY, "en", DAY, "item-1", "Shops close.", category="Business")
PAGE = Item(Origin.PAGE, "en", DAY, "", "Shops close.", slugs=("shops-close",))
INDEX = Item(Origin.INDEX, "en", DAY, "item-1", "Shops close.", slugs=("shops-close",))


def capture(item: Item, path: str | None = None) -> Capture:
    page = path or item.origin.name
    return Capture(page, (Listing(item, f"http://127.0.0.1:8000/{page}"),))


def events(*captures: Capture) -> list[Event]:
    timeline = Timeline(Claims())
    timeline.step(captures, NOON)
    return list(timeline.events.values())


@pytest.mark.parametrize("items", [[ENTRY, PAGE, INDEX], [INDEX, PAGE, ENTRY], [PAGE, ENTRY, INDEX]])
def test_an_entry_says_what_an_event_is_before_a_page_and_a_page_before_an_index(items: list[Item]) -> None:
    (event,) = events(*map(capture, items))
    assert [one.item for one in event.listings] == [ENTRY, PAGE, INDEX]
    assert event.item == ENTRY
    (revision,) = event.revisions.values()
    assert set(revision.entries) == {Origin.ENTRY, Origin.PAGE, Origin.INDEX}


def test_of_two_pages_the_one_that_names_earlier_wordings_comes_first() -> None:
    other = replace(PAGE, former=(Former(1, "No shop opens.", "no-shop-opens"),))
    (event,) = events(capture(PAGE, "a"), capture(other, "b"))
    assert [one.item for one in event.listings] == [other, PAGE]


def test_an_entry_is_the_part_of_a_page_that_lists_an_event_or_all_of_it() -> None:
    assert Listing(ENTRY, "http://127.0.0.1:8000/page").entry == "http://127.0.0.1:8000/page#item-1"
    assert Listing(PAGE, "http://127.0.0.1:8000/page").entry == "http://127.0.0.1:8000/page"


def test_the_same_capture_in_two_archives_lists_an_event_once() -> None:
    one = capture(ENTRY)
    (event,) = events(one, replace(one, path="another archive"))
    assert event.listings == list(one.listings)


def test_events_of_two_languages_are_never_one() -> None:
    other = replace(ENTRY, language="zh")
    timeline = Timeline(Claims())
    timeline.step([capture(ENTRY)], NOON)
    timeline.step([capture(other)], NOON + timedelta(hours=1))
    assert [(one.language, bool(one.gone)) for one in timeline.events.values()] == [("en", True), ("zh", False)]


def test_days_are_connected_by_a_line_that_stands_on_few_of_them_all_near() -> None:
    days = [DAY + timedelta(number) for number in range(4)]
    lines = [{"a", "x", "y"}, {"x", "y"}, {"y", "z"}, {"y"}]
    assert len(days) > DAYS_OF_A_LINE
    assert connected(zip(days, lines, strict=True)) == [(days[0], days[1]), (days[2],), (days[3],)]


def test_days_are_connected_through_others_and_come_in_order() -> None:
    days = [DAY + timedelta(6 * number) for number in range(3)]
    found = connected([(days[2], {"b"}), (days[0], {"a"}), (days[1], {"a", "b"}), (DAY + timedelta(1), set())])
    assert found == [tuple(days), (DAY + timedelta(1),)]


def test_a_line_that_stands_on_days_far_apart_connects_none() -> None:
    assert FAR_DAY - DAY > NEAR
    assert connected([(DAY, {"a"}), (FAR_DAY, {"a"})]) == [(DAY,), (FAR_DAY,)]


@given(st.dictionaries(st.dates(DAY, FAR_DAY), st.sets(st.sampled_from("abcdef"))))
def test_every_day_is_in_one_group_whatever_order_the_days_come_in(days: dict[date, set[str]]) -> None:
    groups = connected(days.items())
    assert sorted(day for group in groups for day in group) == sorted(days)
    assert connected(reversed(days.items())) == groups


def test_groups_with_a_day_in_common_are_one_group() -> None:
    days = [DAY + timedelta(number) for number in range(6)]
    found = joined([(days[5],), (days[0],), (days[1], days[4]), (days[2],), (days[3], days[4]), (days[1],)])
    assert found == [(days[0],), (days[1], days[3], days[4]), (days[2],), (days[5],)]


@given(st.lists(st.lists(st.dates(DAY, FAR_DAY), min_size=1).map(tuple)))
def test_joined_groups_have_every_day_once_and_no_group_is_torn(groups: list[tuple[date, ...]]) -> None:
    found = joined(groups)
    assert sorted(day for group in found for day in group) == sorted({day for group in groups for day in group})
    assert all(any(set(group) <= set(one) for one in found) for group in groups)
    assert joined(reversed(groups)) == found
