"""Events that disappear, return or move to another day keep their keys, and so do events of pages that are renamed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kg.dialects.item import Origin
from kg.events.timeline import NEAR

DAY, NEXT_DAY, FAR_DAY = date(2011, 11, 8), date(2011, 11, 9), date(2011, 11, 16)
FERRY = "*A ferry runs aground near [[Port Example]]; 12 passengers are injured. [https://example.org/f (Example News)]"
TRAMS = "*Two trams collide in [[Exampleton]]; nobody is hurt. [https://example.org/t (Example Daily)]"
BANK = "*The [[Bank of Exampleton]] lowers its key interest rate. [https://example.org/b (Example News)]"

Archive = Any


def path_of(day: date) -> str:
    return f"{day.year}_{day:%B}_{day.day}.txt"


# ---- Events that disappear, return or move.


def test_an_event_that_goes_keeps_its_revisions_and_the_time_it_was_last_shown(archive: Archive) -> None:
    archive.day(0, FERRY, TRAMS)
    archive.day(1, FERRY.replace("12", "15"), TRAMS)
    archive.day(2, TRAMS)
    event = archive.events[0]
    assert event.gone == archive.at(2)
    assert [one[1] for one in archive.spans(event)] == [[(0, 1)], [(1, 2)]]
    assert event.item.title == "A ferry runs aground near Port Example; 15 passengers are injured."
    assert [one.entry for one in event.listings] == [event.revisions[event.current].entries[Origin.ENTRY]]


@pytest.mark.parametrize("back", [FERRY, FERRY.replace("12", "15")], ids=["as it was", "as it was earlier"])
def test_an_event_that_comes_back_is_the_same_and_was_not_shown_in_between(archive: Archive, back: str) -> None:
    archive.day(0, FERRY.replace("12", "15"))
    archive.day(1, FERRY)
    archive.day(2)
    archive.day(3, back)
    (event,) = archive.events
    assert event.gone is None
    shown = sorted(span for _, some in archive.spans(event) for span in some)
    assert shown == [(0, 1), (1, 2), (3, None)]


@pytest.mark.parametrize("away", [0, 1, 30], ids=["in one step", "in two steps", "a day later"])
def test_an_event_that_moves_to_the_next_day_stays_the_same(archive: Archive, away: int) -> None:
    archive.day(0, FERRY, TRAMS)
    key = archive.shown["A ferry runs aground near Port Example; 12 passengers are injured."]
    if away:
        archive.day(1, TRAMS)
        archive.day(1 + away, FERRY, day=NEXT_DAY)
    else:
        archive.step(1, {path_of(DAY): [TRAMS], path_of(NEXT_DAY): [FERRY]})
    event = archive.timeline.events[key]
    assert (event.gone, event.item.day, event.listings[0].item.day) == (None, NEXT_DAY, NEXT_DAY)
    assert [one[1] for one in archive.spans(event)] == [[(0, 1), (1 + away, None)] if away else [(0, None)]]
    assert len(archive.events) == 2


def test_an_event_that_turns_up_too_far_away_is_another_one(archive: Archive) -> None:
    assert FAR_DAY - DAY > NEAR
    archive.day(0, FERRY)
    archive.step(1, {path_of(DAY): [], path_of(FAR_DAY): [FERRY]})
    assert [bool(one.gone) for one in archive.events] == [True, False]


def test_the_same_line_on_two_days_at_once_is_two_events(archive: Archive) -> None:
    archive.day(0, FERRY)
    archive.day(1, FERRY, day=NEXT_DAY)
    assert [(one.item.day, one.gone) for one in archive.events] == [(DAY, None), (NEXT_DAY, None)]


def test_an_event_that_came_back_to_its_day_does_not_take_the_same_line_of_another_day(archive: Archive) -> None:
    archive.day(0, FERRY)
    archive.day(1)
    archive.day(2, FERRY)
    archive.day(3, FERRY, day=NEXT_DAY)
    assert [(one.item.day, one.gone) for one in archive.events] == [(DAY, None), (NEXT_DAY, None)]


def test_a_line_that_turns_up_on_two_other_days_carries_on_an_event_once(archive: Archive) -> None:
    archive.day(0, FERRY)
    (key,) = archive.shown.values()
    archive.step(1, {path_of(DAY): [], path_of(NEXT_DAY): [FERRY], path_of(DAY + timedelta(2)): [FERRY]})
    assert [one.key for one in archive.events if not one.gone].count(key) == 1
    assert len(archive.events) == 2


def test_a_bullet_that_goes_is_not_carried_on_by_a_like_one_of_another_day(archive: Archive) -> None:
    archive.step(0, {path_of(DAY): [FERRY, TRAMS], path_of(NEXT_DAY): [BANK]})
    archive.step(1, {path_of(DAY): [TRAMS], path_of(NEXT_DAY): [BANK, FERRY.replace("12", "9")]})
    assert len(archive.events) == 4
    assert archive.events[0].gone == archive.at(1)


def test_a_day_page_that_is_deleted_ends_its_events_and_they_return_with_it(archive: Archive) -> None:
    archive.day(0, FERRY, TRAMS)
    keys = archive.shown
    archive.step(1, {path_of(DAY): None})
    assert [one.gone for one in archive.events] == [archive.at(1), archive.at(1)]
    archive.day(2, TRAMS, FERRY)
    assert archive.shown == keys


# ---- Pages at other paths.


def test_a_page_that_moves_to_another_folder_changes_nothing(archive: Archive) -> None:
    archive.day(0, FERRY, TRAMS)
    before = archive.shown
    archive.step(1, {path_of(DAY): None, f"data/{path_of(DAY)}": [FERRY, TRAMS]})
    assert archive.shown == before
    assert [one[1] for event in archive.events for one in archive.spans(event)] == [[(0, None)], [(0, None)]]


def test_the_same_page_at_two_paths_lists_the_same_events_twice(archive: Archive) -> None:
    archive.day(0, FERRY)
    archive.step(1, {f"data/{path_of(DAY)}": [FERRY]})
    (event,) = archive.events
    assert len(event.listings) == 2
    archive.step(2, {path_of(DAY): None})
    assert (event.gone, len(event.listings), archive.spans(event)[0][1]) == (None, 1, [(0, None)])
    archive.step(3, {f"data/{path_of(DAY)}": None})
    assert event.gone == archive.at(3)


def test_a_bullet_moved_to_a_page_of_another_folder_in_a_later_capture_is_the_same_event(archive: Archive) -> None:
    archive.day(0, FERRY)
    archive.step(1, {path_of(DAY): None})
    archive.step(2, {f"data/{path_of(DAY)}": [FERRY]})
    (event,) = archive.events
    assert archive.spans(event)[0][1] == [(0, 1), (2, None)]


def test_a_rewording_that_two_pages_print_at_once_is_one_event(archive: Archive) -> None:
    archive.step(0, {path_of(DAY): [FERRY], f"data/{path_of(DAY)}": [FERRY]})
    archive.step(1, {path_of(DAY): [FERRY.replace("12", "15")], f"data/{path_of(DAY)}": [FERRY.replace("12", "15")]})
    (event,) = archive.events
    assert [one[1] for one in archive.spans(event)] == [[(0, 1)], [(1, None)]]


def test_a_line_that_moves_and_is_printed_twice_carries_on_one_event(archive: Archive) -> None:
    archive.step(0, {path_of(DAY): [FERRY], path_of(NEXT_DAY): [FERRY.replace("12", "15")]})
    key = archive.shown["A ferry runs aground near Port Example; 12 passengers are injured."]
    archive.step(1, {path_of(DAY): [], path_of(NEXT_DAY): [FERRY, FERRY]})
    assert archive.shown == {"A ferry runs aground near Port Example; 12 passengers are injured.": key}


def test_a_former_wording_of_an_event_that_is_still_shown_is_another_event_on_another_day(archive: Archive) -> None:
    archive.day(0, FERRY)
    archive.day(1, FERRY.replace("12", "15"))
    archive.day(2, FERRY, day=NEXT_DAY)
    assert [(one.item.day, one.gone) for one in archive.events] == [(DAY, None), (NEXT_DAY, None)]
