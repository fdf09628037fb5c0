"""Which listing of the next capture continues which event: another order, wording, parent, split or merge."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

DAY, NEXT_DAY, FAR_DAY = date(2011, 11, 8), date(2011, 11, 9), date(2011, 11, 16)
FERRY = "*A ferry runs aground near [[Port Example]]; 12 passengers are injured. [https://example.org/f (Example News)]"
TRAMS = "*Two trams collide in [[Exampleton]]; nobody is hurt. [https://example.org/t (Example Daily)]"
BANK = "*The [[Bank of Exampleton]] lowers its key interest rate. [https://example.org/b (Example News)]"
CHESS = "*[[Ada Sample]] wins the {} game of the Exampleton Open. [https://example.org/{} (Chess Example)]"

Archive = Any


def path_of(day: date) -> str:
    return f"{day.year}_{day:%B}_{day.day}.txt"


# ---- The same event.


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
    (first, _), (second, _) = archive.spans(archive.events[1])
    assert archive.spans(archive.events[1]) == [(first, [(0, 1)]), (second, [(1, None)])]
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
    assert archive.spans(archive.event("A ferry runs aground near Port Example; 12 passengers are injured.")) == [
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
    assert [one[1] for one in archive.spans(archive.events[0])] == [[(0, 1)], [(1, 2)], [(2, 3)], [(3, 4)], [(4, None)]]


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


# ---- Parents and children, splits and merges.


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
    archive.day(
        1, "*A storm cuts power to 4,000 homes in [[Northfield]]. [https://example.org/s (E)]", "*A road is flooded."
    )
    assert archive.shown["A storm cuts power to 4,000 homes in Northfield."] == key
    assert len(archive.events) == 2


def test_of_bullets_that_are_merged_the_leading_one_goes_on_and_the_other_is_gone(archive: Archive) -> None:
    archive.day(
        0, "*A school in [[Exampleton]] reopens after a long fire.", "*The library of [[Northfield]] lends books again."
    )
    key = archive.shown["A school in Exampleton reopens after a long fire."]
    archive.day(1, "*A school in [[Exampleton]] reopens after a long fire, and the library of [[Northfield]] too.")
    assert list(archive.shown.values()) == [key]
    assert archive.event("The library of Northfield lends books again.").gone == archive.at(1)
