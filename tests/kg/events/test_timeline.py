"""Events and their listings: which one describes an event, and which days must be followed together.

The development of events through captures of real pages is tested in tests/history.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

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


@pytest.mark.parametrize(("days", "connects"), [(1, True), (7, True), (8, False)])
def test_a_line_connects_days_that_are_a_week_apart_at_most(days: int, connects: bool) -> None:
    other = DAY + timedelta(days)
    assert (connected([(DAY, {"a"}), (other, {"a"})]) == [(DAY, other)]) is connects


@pytest.mark.parametrize(("number", "connects"), [(2, True), (3, True), (4, False)])
def test_a_line_on_more_than_three_days_is_a_heading_and_connects_none(number: int, connects: bool) -> None:
    days = tuple(DAY + timedelta(one) for one in range(number))
    assert connected((day, {"a"}) for day in days) == ([days] if connects else [(day,) for day in days])


# ---- From one capture to the next.


def moved(title: str, days: int, **fields: Any) -> Item:
    return replace(ENTRY, title=title, day=DAY + timedelta(days), **fields)


def after(*steps: list[Item], path: str | None = None, edits: bool = False) -> Timeline:
    """Return a timeline that received a page with these items each hour from noon."""
    timeline = Timeline(Claims())
    for hours, items in enumerate(steps):
        listings = tuple(Listing(one, f"page {hours}") for one in items)
        timeline.step([Capture(path or "page", listings)], NOON + timedelta(hours=hours), is_edit=edits)
    return timeline


@pytest.mark.parametrize(("days", "is_one"), [(1, True), (7, True), (8, False), (-7, True), (-8, False)])
def test_an_event_that_vanishes_turns_up_again_within_a_week(days: int, is_one: bool) -> None:
    timeline = after([ENTRY], [moved("Shops close.", days)])
    assert len(timeline.events) == (1 if is_one else 2)
    if is_one:
        [event] = timeline.events.values()
        assert (event.gone, event.item.day) == (None, DAY + timedelta(days))


def test_an_event_that_moved_may_move_on_and_one_that_came_back_did_not_vanish() -> None:
    assert len(after([ENTRY], [], [moved("Shops close.", 5)], [], [moved("Shops close.", 10)]).events) == 1
    assert len(after([ENTRY], [], [ENTRY], [ENTRY, moved("Shops close.", 1)]).events) == 2


def test_a_reworded_event_is_not_one_that_vanished() -> None:
    other = replace(ENTRY, title="Most shops close.")
    timeline = after([ENTRY], [other], [other, moved("Shops close.", 1)])
    assert [one.item.title for one in timeline.events.values()] == ["Most shops close.", "Shops close."]


def spans(event: Event) -> dict[str, list[tuple[int, int | None]]]:
    """Return when captures showed each title, in hours from noon."""

    def hours(time: datetime | None) -> int | None:
        return None if time is None else int((time - NOON) / timedelta(hours=1))

    return {
        one.item.title: [(hours(span.start) or 0, hours(span.until)) for span in one.spans]
        for one in event.revisions.values()
    }


def test_a_wording_is_shown_until_another_one_is_and_from_then_on_if_it_comes_back() -> None:
    other = replace(ENTRY, title="Most shops close.")
    [event] = after([ENTRY], [other], [other], [ENTRY], []).events.values()
    assert spans(event) == {"Shops close.": [(0, 1), (3, 4)], "Most shops close.": [(1, 3)]}
    assert event.gone == NOON + timedelta(hours=4)


def test_an_event_that_comes_back_with_the_same_words_has_two_stretches() -> None:
    [event] = after([ENTRY], [], [ENTRY]).events.values()
    assert spans(event) == {"Shops close.": [(0, 1), (2, None)]}
    assert event.gone is None


def test_a_wording_that_ends_and_begins_at_one_moment_goes_on() -> None:
    timeline = after([ENTRY])
    for items in ([], [ENTRY]):
        timeline.step([Capture("page", tuple(Listing(one, "page 1") for one in items))], NOON + timedelta(hours=1))
    [event] = timeline.events.values()
    assert spans(event) == {"Shops close.": [(0, None)]}


def test_without_times_an_event_has_revisions_but_no_stretches() -> None:
    timeline = Timeline(Claims())
    timeline.step([capture(ENTRY)], None)
    [event] = timeline.events.values()
    assert (spans(event), event.gone) == ({"Shops close.": []}, None)


def test_an_edit_says_when_a_wording_was_written_and_in_place_of_which() -> None:
    other = replace(ENTRY, title="Most shops close.")
    [event] = after([ENTRY], [other], [ENTRY], edits=True).events.values()
    first, second = event.revisions.values()
    assert (first.written, first.before) == (NOON, "")
    assert (second.written, second.before) == (NOON + timedelta(hours=1), next(iter(event.revisions)))
    [event] = after([ENTRY], [other]).events.values()
    assert [(one.written, one.before) for one in event.revisions.values()] == [(None, ""), (None, "")]


def test_former_wordings_are_kept_with_all_entries_that_print_them() -> None:
    page = replace(PAGE, former=(Former(1, "No shop opens.", "no-shop-opens"), Former(2, "A shop closes.", "")))
    timeline = Timeline(Claims())
    timeline.step([capture(page, "a"), capture(replace(page, former=page.former[:1]), "b")], NOON)
    [event] = timeline.events.values()
    entries = [f"http://127.0.0.1:8000/{one}#change-1" for one in ("a", "b")]
    assert {title: list(some) for title, some in event.former.items()} == {
        "No shop opens.": entries,
        "A shop closes.": ["http://127.0.0.1:8000/a#change-2"],
    }


def test_two_entries_of_a_page_with_different_titles_are_two_events_though_a_form_of_both_is_the_same() -> None:
    one, other = (replace(ENTRY, title=title, headed_by=(head,)) for title, head in (("B", "A"), ("A B", "")))
    assert len(after([one, other]).events) == 2
    assert len(after([one, one]).events) == 1


def test_an_identifier_alone_tells_an_event() -> None:
    one = replace(ENTRY, identifier="one", slugs=("one",))
    assert len(after([one, replace(one, identifier="two", slugs=("two",))]).events) == 2
    assert len(after([one], [replace(one, title="Wholly other words")]).events) == 1


def test_an_index_shows_the_current_revision_if_it_has_its_title_and_else_another_one() -> None:
    timeline = Timeline(Claims())
    timeline.step([capture(PAGE)], NOON)
    timeline.step([capture(INDEX), Capture("PAGE", ())], NOON + timedelta(hours=1))
    [event] = timeline.events.values()
    assert len(event.revisions) == 1
    timeline.step([capture(replace(INDEX, title="Shops close today."))], NOON + timedelta(hours=2))
    assert [one.item.title for one in event.revisions.values()] == ["Shops close.", "Shops close today."]


def test_an_index_with_former_words_prints_the_revision_that_has_them() -> None:
    timeline = Timeline(Claims())
    timeline.step([capture(PAGE), capture(INDEX)], NOON)
    timeline.step([capture(replace(PAGE, title="Shops close today."))], NOON + timedelta(hours=1))
    [event] = timeline.events.values()
    assert {one.item.title: set(one.entries) for one in event.revisions.values()} == {
        "Shops close.": {Origin.PAGE, Origin.INDEX},
        "Shops close today.": {Origin.PAGE},
    }


def test_without_times_an_event_that_is_listed_again_is_the_same() -> None:
    timeline = Timeline(Claims())
    for _ in range(2):
        timeline.step([capture(ENTRY)], None)
    [event] = timeline.events.values()
    assert [one.spans for one in event.revisions.values()] == [[]]


def test_every_wording_of_an_event_is_claimed_for_it() -> None:
    claims = Claims()
    timeline = Timeline(claims)
    other = replace(ENTRY, title="Most shops close.")
    for hours, one in enumerate((ENTRY, other)):
        timeline.step([capture(one)], NOON + timedelta(hours=hours))
    [key] = timeline.events
    assert [claims.find(DAY, "en", one.wordings) for one in (ENTRY, other)] == [key, key]


def test_an_event_stays_another_one_when_one_with_similar_words_vanishes() -> None:
    one, other = (replace(ENTRY, title=f"{number} shops close in the north.") for number in ("Ten", "Twelve"))
    first, second = after([one, other], [other]).events.values()
    assert (first.item.title, first.gone) == (one.title, NOON + timedelta(hours=1))
    assert (second.item.title, second.gone) == (other.title, None)


def test_a_new_event_that_takes_a_wording_of_a_known_one_has_been_that_one() -> None:
    claims, other = Claims(), replace(ENTRY, title="Most shops close.")
    key = "2011-11-08/aaaaaaaaaa"
    claims.claim(DAY, "en", key, other.wordings, ())
    timeline = Timeline(claims)
    for hours, item in enumerate((ENTRY, other)):
        timeline.step([capture(item)], NOON + timedelta(hours=hours))
    assert list(timeline.events) == [key]
    assert [one.item.title for one in timeline.events[key].revisions.values()] == ["Shops close.", "Most shops close."]


def test_another_category_makes_another_revision_but_an_index_that_says_less_makes_none() -> None:
    [event] = after([ENTRY], [replace(ENTRY, category="Sports")]).events.values()
    assert [one.item.category for one in event.revisions.values()] == ["Business", "Sports"]
    timeline = Timeline(Claims())
    timeline.step([capture(replace(PAGE, category="Business"))], NOON)
    timeline.step([Capture("PAGE", ()), capture(INDEX)], NOON + timedelta(hours=1))
    [event] = timeline.events.values()
    assert [one.item.category for one in event.revisions.values()] == ["Business"]
