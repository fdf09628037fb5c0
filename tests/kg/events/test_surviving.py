"""Merged events become one: its content, when it is gone, and when each wording was shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.item import Item, Origin
from kg.events.claims import Claims
from kg.events.merged import surviving
from kg.events.timeline import Event, Listing, Observed, Span

DAY = date(2011, 11, 8)
OLD, NEW = "2011-11-08/aaaaaaaaaa", "2011-11-08/bbbbbbbbbb"
CLAIMS = Claims(merged={OLD: NEW})


def moment(hour: int) -> datetime:
    return datetime(2011, 11, 8, hour, tzinfo=UTC)


def event(key: str, title: str, gone: int | None = None, *spans: tuple[int, int | None]) -> Event:
    item = Item(Origin.ENTRY, "en", DAY, "item-1", title)
    shown = [Span(moment(start), None if end is None else moment(end)) for start, end in spans]
    observed = Observed(item, {Origin.ENTRY: f"entry of {key}"}, shown)
    found = Event(key, "en", [Listing(item, key)], {title: observed}, title)
    found.gone = None if gone is None else moment(gone)
    return found


def one(*events: Event) -> Event:
    [found] = surviving(events, CLAIMS)
    return found


def test_the_content_is_that_of_the_survivor_whichever_comes_first() -> None:
    for events in ((event(OLD, "old"), event(NEW, "new")), (event(NEW, "new"), event(OLD, "old"))):
        found = one(*events)
        assert (found.key, found.item.title, found.gone) == (NEW, "new", None)
        assert [listing.page for listing in found.listings] == [NEW, OLD]
        assert set(found.revisions) == {"old", "new"}


def test_a_survivor_that_is_gone_has_the_content_of_the_other_while_that_is_listed() -> None:
    found = one(event(OLD, "old"), event(NEW, "new", 3))
    assert (found.key, found.item.title, found.gone) == (NEW, "old", None)
    assert [listing.page for listing in found.listings] == [OLD]


def test_a_survivor_that_is_listed_does_not_list_what_is_gone() -> None:
    found = one(event(OLD, "old", 3), event(NEW, "new"))
    assert (found.item.title, found.gone) == ("new", None)
    assert [listing.page for listing in found.listings] == [NEW]


def test_when_both_are_gone_it_is_gone_since_the_later_time() -> None:
    for old, new in ((3, 5), (5, 3)):
        found = one(event(OLD, "old", old), event(NEW, "new", new))
        assert (found.item.title, found.gone) == ("new", moment(5))
        assert [listing.page for listing in found.listings] == [NEW, OLD]


def test_an_event_whose_survivor_is_not_there_takes_its_key() -> None:
    assert one(event(OLD, "old")).key == NEW


def test_events_that_are_not_merged_stay_as_they_are_in_their_order() -> None:
    events = [event("2011-11-08/cccccccccc", "c"), event(NEW, "new"), event("2011-11-08/dddddddddd", "d")]
    assert surviving(events, CLAIMS) == events


def test_what_the_survivor_says_wins_and_nothing_is_lost() -> None:
    old, new = event(OLD, "same"), event(NEW, "same")
    old.former, new.former = {"x": {"1": None}, "y": {"2": None}}, {"x": {"3": None}}
    old.recorded, new.recorded = {"a": "old", "b": "old"}, {"a": "new"}
    old.renamed, new.renamed = {"a": "old", "b": "old"}, {"a": "new"}
    old.revisions["same"].entries[Origin.PAGE] = "page of the old one"
    found = one(old, new)
    assert found.former == {"x": {"3": None, "1": None}, "y": {"2": None}}
    assert found.recorded == {"a": "new", "b": "old"}
    assert found.renamed == {"a": "new", "b": "old"}
    assert found.revisions["same"].entries == {Origin.ENTRY: f"entry of {NEW}", Origin.PAGE: "page of the old one"}


SPANS = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 3) | st.none()), max_size=5)


@given(SPANS, SPANS)
def test_a_wording_was_shown_whenever_one_of_both_showed_it_in_stretches_that_do_not_touch(
    old: list[tuple[int, int | None]], new: list[tuple[int, int | None]]
) -> None:
    spans = [[(start, None if length is None else start + length) for start, length in some] for some in (old, new)]
    found = one(event(OLD, "same", None, *spans[0]), event(NEW, "same", None, *spans[1]))
    joined = [(one.start.hour, one.until and one.until.hour) for one in found.revisions["same"].spans]
    assert _hours(joined) == _hours([*spans[0], *spans[1]])
    assert all(end is not None and end < start for (_, end), (start, _) in pairwise(joined))


def _hours(spans: list[tuple[int, int | None]]) -> set[int]:
    return {hour for start, end in spans for hour in range(start, 40 if end is None else end)}
