"""Following events through captures: which listing carries on which event, and when each revision was shown."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import parse
from kg.item import Origin, Tally, items
from kg.ledger import Claims, Ledger
from kg.record import Page
from kg.timeline import NEAR, Capture, Event, Listing, Timeline, connected

BASE = "http://127.0.0.1:8000/"
NOON = datetime(2011, 11, 8, 12, tzinfo=UTC)
DAY, NEXT_DAY, FAR_DAY = date(2011, 11, 8), date(2011, 11, 9), date(2011, 11, 16)
FERRY = "*A ferry runs aground near [[Port Example]]; 12 passengers are injured. [https://example.org/f (Example News)]"
TRAMS = "*Two trams collide in [[Exampleton]]; nobody is hurt. [https://example.org/t (Example Daily)]"
BANK = "*The [[Bank of Exampleton]] lowers its key interest rate. [https://example.org/b (Example News)]"
CHESS = "*[[Ada Sample]] wins the {} game of the Exampleton Open. [https://example.org/{} (Chess Example)]"
CONTEXT = "news/2011/11/8/{}.md"

Pages = dict[str, list[str] | str | None]


def path_of(day: date) -> str:
    return f"{day.year}_{day:%B}_{day.day}.txt"


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def capture(path: str, text: str | None, time: datetime | None = None) -> Capture:
    day = parse.day_of(path)
    assert day
    if text is None:
        return Capture(path, day, ())
    page = Page(path, text.encode(), time)
    record = parse.parse(page)
    assert record
    listed = (replace(item, day=day) for item in items(record, Tally()))
    return Capture(path, day, tuple(Listing(item, f"{BASE}page/{path}/{page.sha256[:16]}", time) for item in listed))


class Archive:
    """A timeline, and the captures that a test gives it: lines of a day page, the text of another one, or None."""

    def __init__(self, claims: Claims | None = None) -> None:
        self.claims = claims or Claims()
        self.timeline = Timeline(self.claims)

    def step(self, hours: float | None, pages: Pages) -> None:
        time = None if hours is None else at(hours)
        captures = []
        for path, content in pages.items():
            text = "\n".join(content) if isinstance(content, list) else content
            captures.append(capture(path, text, time))
        self.timeline.step(captures, time)

    def day(self, hours: float | None, *lines: str, day: date = DAY) -> None:
        self.step(hours, {path_of(day): list(lines)})

    @property
    def events(self) -> list[Event]:
        return list(self.timeline.events.values())

    @property
    def shown(self) -> dict[str, str]:
        """The keys of the events that the newest captures list, by title."""
        return {one.item.title: one.key for one in self.events if not one.gone}

    def event(self, title: str) -> Event:
        """Return the event that has or had a title."""
        (found,) = [one for one in self.events if title in {known.item.title for known in one.revisions.values()}]
        return found


def spans(event: Event) -> list[tuple[str, list[tuple[float, float | None]]]]:
    """Return the title and intervals, in hours, of each revision."""

    def hours(moment: datetime) -> float:
        return (moment - NOON) / timedelta(hours=1)

    return [
        (one.item.title, [(hours(span.start), hours(span.until) if span.until else None) for span in one.spans])
        for one in event.revisions.values()
    ]


@pytest.fixture
def archive() -> Archive:
    return Archive()


# --- the same event


def test_a_bullet_above_the_others_and_another_order_change_no_event(archive: Archive) -> None:
    archive.day(0, FERRY, TRAMS)
    before = archive.shown
    archive.day(1, BANK, TRAMS, FERRY)
    assert before.items() < archive.shown.items()
    assert [len(one.revisions) for one in archive.events] == [1, 1, 1]


@pytest.mark.parametrize(
    "other",
    [
        FERRY.replace("12 passengers", "15 passengers"),
        FERRY.replace("12 passengers are injured", "12 passengers are injured and taken to two hospitals on shore"),
        FERRY.replace(" (Example News)]", " (Example News)] [https://example.org/g (Example Daily)]"),
        FERRY.replace("https://", "http://"),
        FERRY.rpartition(" [")[0],
        FERRY.replace("12 passengers", "12 [[passenger]]s"),
        FERRY.replace("[[Port Example]]", "Port Example"),
        FERRY.replace("[[Port Example]]", "[[Port Example Bay|Port Example]]"),
        f";Disasters and accidents\n{FERRY}",
        f"*[[2011 ferry accident]]\n*{FERRY}",
        f"*After the storm:\n*{FERRY}",
    ],
    ids=["toll", "longer", "source added", "http", "source removed", "link added", "link removed", "link changed",
         "category", "topic", "topic label"],
)  # fmt: skip
def test_wording_source_link_category_or_topic_make_another_revision_of_the_same_event(
    archive: Archive, other: str
) -> None:
    archive.day(0, TRAMS, FERRY)
    archive.day(1, TRAMS, *other.split("\n"))
    assert len(archive.events) == 2
    (first, _), (second, _) = spans(archive.events[1])
    assert spans(archive.events[1]) == [(first, [(0, 1)]), (second, [(1, None)])]
    assert len(archive.events[0].revisions) == 1


@pytest.mark.parametrize(
    "other",
    [
        FERRY.replace("Example News", "The Example News"),
        FERRY.replace("[[Port Example]]", "''[[Port Example]]''"),
        FERRY.replace("[[Port Example]]", "[[port_Example|Port Example]]"),
        FERRY.replace("runs aground", "runs  aground"),
        FERRY.replace("*A", "* A"),
        f"{FERRY}<!-- to be checked -->",
        f"*{FERRY}",
        f"{FERRY}\n{FERRY}",
        f"{FERRY}\n{BANK}",
        f"{FERRY} [https://example.org/f (Example News)]",
    ],
    ids=["publisher", "italics", "spelling of a link", "white space", "space after the mark", "comment", "depth",
         "printed twice", "a bullet below", "source twice"],
)  # fmt: skip
def test_nothing_else_makes_a_revision_of_a_bullet(archive: Archive, other: str) -> None:
    archive.day(0, FERRY)
    archive.day(1, *other.split("\n"))
    assert spans(archive.event("A ferry runs aground near Port Example; 12 passengers are injured.")) == [
        ("A ferry runs aground near Port Example; 12 passengers are injured.", [(0, None)])
    ]


def test_the_order_of_sources_and_links_makes_no_revision(archive: Archive) -> None:
    archive.day(0, "*[[A]] and [[B]] close. [https://example.org/1 (E)] [https://example.org/2 (E)]")
    archive.day(1, "*[[A]] and [[B]] close. [https://example.org/2 (E)] [https://example.org/1 (E)]")
    assert [len(one.revisions) for one in archive.events] == [1]


def test_two_bullets_that_are_nearly_the_same_are_not_mixed_up_when_one_is_reworded(archive: Archive) -> None:
    archive.day(0, CHESS.format("first", 1), CHESS.format("second", 2))
    first, second = archive.shown.values()
    archive.day(1, CHESS.format("first", 1), CHESS.format("second", 2).replace("Open.", "Open after 71 moves."))
    assert list(archive.shown.values()) == [first, second]


def test_a_rewording_that_may_carry_on_two_events_is_a_new_one(archive: Archive) -> None:
    archive.day(0, CHESS.format("first", 1), CHESS.format("second", 2))
    before = set(archive.shown.values())
    archive.day(1, CHESS.format("third", 3))
    assert len(archive.shown) == 1
    assert before.isdisjoint(archive.shown.values())


def test_a_shared_source_tells_which_of_two_events_a_rewording_carries_on(archive: Archive) -> None:
    archive.day(0, CHESS.format("first", 1), CHESS.format("second", 2))
    second = archive.shown["Ada Sample wins the second game of the Exampleton Open."]
    archive.day(1, CHESS.format("third", 2))
    assert list(archive.shown.values()) == [second]


def test_another_bullet_in_the_place_of_one_that_goes_is_another_event(archive: Archive) -> None:
    archive.day(0, FERRY)
    archive.day(1, TRAMS)
    assert [bool(one.gone) for one in archive.events] == [True, False]


def test_an_event_that_is_reworded_step_by_step_into_something_else_stays_one(archive: Archive) -> None:
    wordings = ["one two three four five six", "one two three four five ten", "one two three nine five ten",
                "one eight three nine five ten", "one eight seven nine five ten"]  # fmt: skip
    for hours, wording in enumerate(wordings):
        archive.day(hours, f"*{wording}")
    assert [one[1] for one in spans(archive.events[0])] == [[(0, 1)], [(1, 2)], [(2, 3)], [(3, 4)], [(4, None)]]


def test_a_new_bullet_with_a_former_wording_of_another_one_does_not_take_its_place(archive: Archive) -> None:
    archive.day(0, FERRY)
    (key,) = archive.shown.values()
    reworded = FERRY.replace("12", "15")
    archive.day(1, reworded)
    archive.day(2, FERRY, reworded)
    assert archive.shown["A ferry runs aground near Port Example; 15 passengers are injured."] == key
    assert len(archive.shown) == 2
    before = archive.shown
    archive.day(3, TRAMS, FERRY, reworded)
    assert before.items() < archive.shown.items()


def test_a_wording_that_comes_back_is_the_same_revision(archive: Archive) -> None:
    for hours, number in enumerate([12, 15, 12, 15, 12]):
        archive.day(hours, FERRY.replace("12", str(number)))
    title = "A ferry runs aground near Port Example; {} passengers are injured."
    assert spans(archive.events[0]) == [
        (title.format(12), [(0, 1), (2, 3), (4, None)]),
        (title.format(15), [(1, 2), (3, 4)]),
    ]


# --- parents and children, splits and merges


def test_a_bullet_that_gets_a_topic_above_it_stays_the_same_event(archive: Archive) -> None:
    archive.day(0, FERRY, TRAMS)
    before = archive.shown
    archive.day(1, "*[[2011 ferry accident]]", f"*{FERRY}", TRAMS)
    assert archive.shown == before
    assert archive.events[0].item.topics == ("2011 ferry accident",)


def test_an_event_that_gains_children_stays_an_event_and_gets_no_revision(archive: Archive) -> None:
    archive.day(0, FERRY)
    (key,) = archive.shown.values()
    archive.day(1, FERRY, "**The captain is questioned by the police. [https://example.org/c (Example News)]")
    child = archive.event("The captain is questioned by the police.")
    assert child.item.part_of == archive.timeline.events[key].item.fragment
    assert len(archive.timeline.events[key].revisions) == 1
    assert len(archive.shown) == 2


def test_of_a_bullet_that_is_split_the_part_with_its_statement_carries_it_on(archive: Archive) -> None:
    whole = "*A storm cuts power to 4,000 homes in [[Northfield]] and floods a road. [https://example.org/s (E)]"
    archive.day(0, whole)
    (key,) = archive.shown.values()
    archive.day(1, "*A storm cuts power to 4,000 homes in [[Northfield]]. [https://example.org/s (E)]", "*A road is flooded.")
    assert archive.shown["A storm cuts power to 4,000 homes in Northfield."] == key
    assert len(archive.events) == 2


def test_of_bullets_that_are_merged_the_leading_one_goes_on_and_the_other_is_gone(archive: Archive) -> None:
    archive.day(0, "*A school in [[Exampleton]] reopens after a long fire.", "*The library of [[Northfield]] lends books again.")
    key = archive.shown["A school in Exampleton reopens after a long fire."]
    archive.day(1, "*A school in [[Exampleton]] reopens after a long fire, and the library of [[Northfield]] too.")
    assert list(archive.shown.values()) == [key]
    assert archive.event("The library of Northfield lends books again.").gone == at(1)


# --- events that go, come back, or move


def test_an_event_that_goes_keeps_its_revisions_and_the_time_it_was_last_shown(archive: Archive) -> None:
    archive.day(0, FERRY, TRAMS)
    archive.day(1, FERRY.replace("12", "15"), TRAMS)
    archive.day(2, TRAMS)
    event = archive.events[0]
    assert event.gone == at(2)
    assert [one[1] for one in spans(event)] == [[(0, 1)], [(1, 2)]]
    assert event.item.title == "A ferry runs aground near Port Example; 15 passengers are injured."
    assert [one.entry for one in event.listings] == [event.revisions[event.current].entries[Origin.BULLET]]


@pytest.mark.parametrize("back", [FERRY, FERRY.replace("12", "15")], ids=["as it was", "as it was earlier"])
def test_an_event_that_comes_back_is_the_same_and_was_not_shown_in_between(archive: Archive, back: str) -> None:
    archive.day(0, FERRY.replace("12", "15"))
    archive.day(1, FERRY)
    archive.day(2)
    archive.day(3, back)
    (event,) = archive.events
    assert event.gone is None
    shown = sorted(span for _, some in spans(event) for span in some)
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
    assert (event.gone, event.item.day, event.listings[0].item.day) == (None, DAY, NEXT_DAY)
    assert [one[1] for one in spans(event)] == [[(0, 1), (1 + away, None)] if away else [(0, None)]]
    assert len(archive.events) == 2
