"""When each revision was shown: intervals that are disjoint and ordered, whatever the captures are."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kg.events.ledger import Ledger

DAY, NEXT_DAY = "2011_November_8.txt", "2011_November_9.txt"
DAYS = date(2011, 11, 8), date(2011, 11, 9)
FERRY = "*A ferry runs aground near [[Port Example]]; 12 passengers are injured. [https://example.org/f (Example News)]"
TRAMS = "*Two trams collide in [[Exampleton]]; nobody is hurt. [https://example.org/t (Example Daily)]"
BANK = "*The [[Bank of Exampleton]] lowers its key interest rate. [https://example.org/b (Example News)]"

#: Commits to two day pages: the hours since the previous commit, and the lines of the pages.
LINES = st.lists(st.sampled_from([FERRY, FERRY.replace("12", "15"), TRAMS, TRAMS.replace("https", "http"), BANK]))
STEPS = st.lists(st.tuples(st.integers(0, 2), st.dictionaries(st.sampled_from([DAY, NEXT_DAY]), st.none() | LINES)))

Archive = Any
Steps = list[tuple[int, dict[str, list[str] | None]]]


def replay(archive: Archive, steps: Steps) -> Archive:
    hours = 0
    for passed, pages in steps:
        hours += passed
        archive.step(hours, pages)
    return archive


def test_a_wording_that_comes_back_is_the_same_revision(archive: Archive) -> None:
    for hours, number in enumerate([12, 15, 12, 15, 12]):
        archive.day(hours, FERRY.replace("12", str(number)))
    title = "A ferry runs aground near Port Example; {} passengers are injured."
    assert archive.spans(archive.events[0]) == [
        (title.format(12), [(0, 1), (2, 3), (4, None)]),
        (title.format(15), [(1, 2), (3, 4)]),
    ]


def test_a_revision_that_is_replaced_and_restored_at_one_moment_was_shown_all_the_time(archive: Archive) -> None:
    archive.day(0, FERRY)
    archive.day(1, FERRY.replace("12", "15"))
    archive.day(1, FERRY)
    archive.day(1)
    archive.day(1, FERRY)
    (event,) = archive.events
    assert [spans for _, spans in archive.spans(event)] == [[(0, None)], [(1, 1)]]
    assert event.gone is None


def test_captures_without_a_time_give_events_without_intervals(archive: Archive) -> None:
    archive.day(None, FERRY)
    (event,) = archive.events
    assert archive.spans(event) == [("A ferry runs aground near Port Example; 12 passengers are injured.", [])]


def test_captures_without_a_time_after_timed_ones_end_no_interval(archive: Archive) -> None:
    archive.day(0, FERRY)
    archive.step(None, {f"data/{DAY}": [FERRY.replace("12", "15"), TRAMS]})
    spans = [span for event in archive.events for one in event.revisions.values() for span in one.spans]
    assert [span.until for span in spans] == [None]


@given(STEPS)
def test_the_intervals_of_an_event_are_disjoint_and_ordered_and_end_when_it_goes(
    new_archive: type[Archive], steps: Steps
) -> None:
    replay(new_archive(), steps).check_intervals()


@given(STEPS)
def test_each_bullet_that_is_shown_belongs_to_one_event(new_archive: type[Archive], steps: Steps) -> None:
    archive = new_archive()
    for hours, (_, pages) in enumerate(steps):
        archive.step(hours, pages)
        entries = [one.entry for event in archive.events if not event.gone for one in event.listings]
        assert len(entries) == len(set(entries))
        assert all(key == event.key for key, event in archive.timeline.events.items())


@given(STEPS)
def test_the_same_captures_with_their_ledger_give_the_same_events_and_claim_nothing_new(
    new_archive: type[Archive], steps: Steps
) -> None:
    first = replay(new_archive(), steps)
    again = replay(new_archive(Ledger(first.claims.added).of(*DAYS)), steps)
    assert again.claims.added == []
    assert described(again) == described(first)


@given(STEPS, st.integers(0, 9))
def test_a_ledger_that_was_written_after_a_part_of_the_captures_gives_the_same_events(
    new_archive: type[Archive], steps: Steps, part: int
) -> None:
    first = replay(new_archive(), steps[:part])
    again = replay(new_archive(Ledger(first.claims.added).of(*DAYS)), steps)
    assert described(again) == described(replay(new_archive(), steps))


def described(archive: Archive) -> dict[str, Any]:
    return {one.key: (archive.spans(one), one.current, one.gone) for one in archive.events}


def test_history_that_is_added_later_keeps_the_keys_and_goes_on_to_what_the_ledger_knows(
    new_archive: type[Archive],
) -> None:
    newest = ["*Ada Sample wins the first game of the Exampleton Open.", FERRY.replace("12", "15"), BANK]
    before = new_archive()
    before.day(None, *newest)
    after = new_archive(Ledger(before.claims.added).of(*DAYS))
    after.day(0, FERRY, TRAMS)
    after.day(1, BANK, FERRY.replace("12", "13"), TRAMS)
    after.day(2, *newest)
    assert after.shown == before.shown
    assert len(after.events) == 4
    key = before.shown["A ferry runs aground near Port Example; 15 passengers are injured."]
    spans = [spans for _, spans in after.spans(after.timeline.events[key])]
    assert spans == [[(0, 1)], [(1, 2)], [(2, None)]]
    third = new_archive(Ledger([*before.claims.added, *after.claims.added]).of(*DAYS))
    third.day(0, FERRY)
    assert list(third.shown.values()) == [key]


def test_history_that_is_added_later_finds_the_day_that_an_event_came_from(new_archive: type[Archive]) -> None:
    before = new_archive()
    before.step(None, {NEXT_DAY: [FERRY]})
    after = new_archive(Ledger(before.claims.added).of(*DAYS))
    replay(after, [(0, {DAY: [FERRY]}), (1, {DAY: []}), (1, {NEXT_DAY: [FERRY]})])
    (event,) = after.events
    assert after.shown == before.shown
    assert [spans for _, spans in after.spans(event)] == [[(0, 1), (2, None)]]


def test_two_events_that_the_ledger_tells_apart_stay_apart(new_archive: type[Archive]) -> None:
    before = new_archive()
    before.day(None, FERRY, FERRY.replace("12", "15"))
    after = new_archive(Ledger(before.claims.added).of(*DAYS))
    after.day(0, FERRY)
    after.day(1, FERRY.replace("12", "15"))
    assert {one.key for one in after.events} == set(before.shown.values())
