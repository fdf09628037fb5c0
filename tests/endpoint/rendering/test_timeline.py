from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from endpoint.rendering.figures.timeline import COLUMNS, ROWS, timeline
from kg.lookup.listing.listing import EventSummary
from tests.endpoint.rendering.reading import HOSTILE, links, of_class, parsed
from tests.examples import most


def address(event: EventSummary) -> str:
    return f"/event/{event.iri}"


def events(days: list[date]) -> list[EventSummary]:
    return [EventSummary(f"{number}", day.isoformat(), f"Event {number}", "en") for number, day in enumerate(days)]


def test_each_event_is_a_link_with_its_day_and_title() -> None:
    figure = parsed(timeline(events([date(2011, 11, 7), date(2011, 11, 8)]), "Events", address))
    assert links(figure) == {"7 November 2011: Event 0": "/event/0", "8 November 2011: Event 1": "/event/1"}
    assert [one.get("cx") for one in of_class(figure, "value")] == ["25.0%", "75.0%"]


@settings(max_examples=most(50))
@given(st.lists(st.dates(), min_size=1, max_size=200))
def test_events_stand_in_their_order_and_inside(days: list[date]) -> None:
    figure = parsed(timeline(events(days), "Events", address))
    across = [float((one.get("cx") or "").rstrip("%")) for one in of_class(figure, "value")]
    down = [float(one.get("cy", "")) for one in of_class(figure, "value")]
    height = float(next(figure.iter("svg")).get("height", ""))
    assert len(set(zip(across, down, strict=True))) == len(across), "no dot is on another"
    assert 0 < min(across) <= max(across) < 100
    assert 0 < min(down) <= max(down) < height
    shown = [days[int(one.rpartition("/")[2])] for one in links(figure).values()]
    assert shown == sorted(shown)


def test_items_without_room_are_counted() -> None:
    found = [*events([date(2011, 11, 7)] * (COLUMNS * ROWS + 7)), EventSummary("x", "", "Some time", "en")]
    figure = parsed(timeline(found, "Events", address))
    assert len(links(figure)) == COLUMNS * ROWS
    assert [one.text for one in figure.iter("figcaption")] == ["480 events of 488: there is no room for the others."]


def test_events_without_days_are_not_drawn() -> None:
    assert timeline([EventSummary("x", "", "Some time", "en")], "Events", address) == ""


def test_some_hundred_events_of_many_years_have_labels_for_years() -> None:
    figure = parsed(timeline(events([date(2000, 1, 1) + timedelta(21 * n) for n in range(300)]), "Events", address))
    labels = [one.text for one in of_class(figure, "tick")]
    assert labels[:2] in (["2000", "2001"], ["2000", "2002"])


@settings(max_examples=most(50))
@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_titles_are_escaped(title: str, language: str, href: str) -> None:
    figure = parsed(timeline([EventSummary("", "2011-11-08", title, language)], title, lambda _: href))
    link = next(figure.iter("a"))
    assert (link.get("aria-label"), link.get("href")) == (f"8 November 2011: {title}", href)
    assert link.get("lang", "") == language
    assert not list(figure.iter("script"))
