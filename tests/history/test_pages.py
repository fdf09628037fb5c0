"""Pages of the Context: which changes of a page create a revision, and which event a page shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from kg.dialects.item import Origin

DAY = "2011_November_8.txt"
CONTEXT = "news/2011/11/8/{}.md"

Archive = Any


def context(title: str, *, heading: str = "", changes: Iterable[str] = (), rest: str = "", text: str = "") -> str:
    """Return an event page; ``changes`` are its former titles, their slugs made of their last words."""
    lines = [
        f"{number}. [{former}](/{CONTEXT.format(former.split()[-1])}) _2011-11-0{number} 10:00:00 (Update)_"
        for number, former in enumerate(changes, 1)
    ]
    changed = "### Changes:\n\n" + "\n".join(lines) + "\n\n" if lines else ""
    head = f"##### {heading}\n" if heading else ""
    return (
        f"### [2011-11-8](/news/2011/11/8/index.md)\n\n{head}# {title}\n\n{text}\n\n\n"
        f"### Source:\n\n1. [Example News](https://example.org/a)\n\n{changed}{rest}"
    )


RELATED = "### Related:\n\n1. [Banks close. ](/news/2011/11/9/banks-close.md) _Context: {}_\n\n"


@pytest.mark.parametrize(
    "other",
    [
        context("Shops close. ", heading="Exampleton"),
        context("Shops close. ", rest=RELATED.format("Homs")),
        context("Shops close. ", text="A description."),
        context("Shops close. ").replace("org/a)\n", "org/a) [IMG](https://example.org/a.jpg)\n"),
        context("Shops close. ").replace("org/a)\n", "org/a)\n1. [Cover Image](https://example.org/a.jpg)\n"),
        context("Shops close. ").replace("Example News", "The Example News"),
        context("Shops close. ", changes=["No shop opens. "]),
        context("  Shops  close. "),
    ],
    ids=["label", "related", "description", "picture", "cover", "publisher", "changes", "white space"],
)
def test_labels_related_events_descriptions_and_images_make_no_revision_of_a_page(archive: Archive, other: str) -> None:
    path = CONTEXT.format("shops-close")
    archive.step(0, {path: context("Shops close. ")})
    archive.step(1, {path: other})
    assert [archive.spans(one) for one in archive.events] == [[("Shops close.", [(0, None)])]]


def test_a_page_with_another_title_or_source_is_another_revision_of_the_same_event(archive: Archive) -> None:
    path = CONTEXT.format("shops-close")
    archive.step(0, {path: context("Shops close. ")})
    archive.step(1, {path: context("Shops close for a week. ")})
    archive.step(2, {path: context("Shops close for a week. ").replace("org/a", "org/b")})
    (event,) = archive.events
    assert [one[1] for one in archive.spans(event)] == [[(0, 1)], [(1, 2)], [(2, None)]]


def test_a_page_is_the_event_that_it_says_it_was_under_another_title_and_path(archive: Archive) -> None:
    archive.step(0, {CONTEXT.format("close"): context("All shops close ")})
    archive.step(
        5, {CONTEXT.format("close"): None, CONTEXT.format("strike"): context("Strike. ", changes=["All shops close "])}
    )
    (event,) = archive.events
    assert archive.spans(event) == [("All shops close", [(0, 5)]), ("Strike.", [(5, None)])]


def test_a_page_with_the_wording_of_a_bullet_is_the_same_event_and_the_bullet_goes_before(archive: Archive) -> None:
    path = CONTEXT.format("shops-close")
    archive.day(0, ";Business", "*Shops close. [https://example.org/s (Example News)]")
    archive.step(1, {path: context("Shops close. ")})
    (event,) = archive.events
    assert [one.item.origin for one in event.listings] == [Origin.ENTRY, Origin.PAGE]
    assert archive.spans(event) == [("Shops close.", [(0, None)])]
    assert set(event.revisions[event.current].entries) == {Origin.ENTRY, Origin.PAGE}


def test_an_event_whose_bullet_goes_stays_while_a_page_shows_it(archive: Archive) -> None:
    path = CONTEXT.format("shops-close")
    archive.step(0, {DAY: [";Business", "*Shops close."], path: context("Shops close. ")})
    archive.step(1, {DAY: []})
    (event,) = archive.events
    assert (event.gone, archive.spans(event)[0][1], event.item.category) == (None, [(0, None)], "Business")
    archive.step(2, {path: None})
    assert event.gone == archive.at(2)


def test_a_page_that_keeps_an_earlier_wording_of_a_bullet_is_an_entry_of_that_revision(archive: Archive) -> None:
    path = CONTEXT.format("shops-close")
    archive.step(0, {DAY: ["*Shops close in Exampleton."], path: context("Shops close in Exampleton. ")})
    archive.step(1, {DAY: ["*Shops close in Exampleton and Northfield."]})
    (event,) = archive.events
    assert [one[1] for one in archive.spans(event)] == [[(0, 1)], [(1, None)]]
    first, second = event.revisions.values()
    assert (set(first.entries), set(second.entries)) == ({Origin.ENTRY, Origin.PAGE}, {Origin.ENTRY})


def test_an_index_adds_no_revision_to_the_page_that_it_lists(archive: Archive) -> None:
    path = CONTEXT.format("shops-close")
    index = f"## [2011-11-8](/news/2011/11/8/index.md)\n\n### [Shops close. ](/{path})\n_Context: {{}}_\n\n"
    archive.step(0, {path: context("Shops close. "), CONTEXT.format("index"): index.format("Homs")})
    archive.step(1, {CONTEXT.format("index"): index.format("Homs, shops")})
    archive.step(2, {CONTEXT.format("README"): index.format("Homs, shops")})
    (event,) = archive.events
    assert archive.spans(event) == [("Shops close.", [(0, None)])]


def test_captures_whose_lists_of_changes_disagree_all_count(archive: Archive) -> None:
    path = CONTEXT.format("shops-close")
    archive.step(0, {path: context("Shops close. ", changes=["No shop opens. ", "Most shops close. "])})
    archive.step(1, {path: context("Shops close. ", changes=["Most shops close. "])})
    (event,) = archive.events
    entries = {title: [entry.rpartition("#")[2] for entry in printed] for title, printed in event.former.items()}
    assert entries == {"No shop opens.": ["change-1"], "Most shops close.": ["change-2", "change-1"]}
