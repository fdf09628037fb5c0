"""Pages of several days, each with its first events: a week, and one day in all years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from endpoint.event.clause import clause
from endpoint.listing.page import ListLink
from endpoint.rendering.figures.histogram import histogram
from endpoint.rendering.filters import day_of_year, week
from endpoint.rendering.language import gettext
from endpoint.rendering.page_frame import PageFrame
from kg.lookup.listing.days import ListedDay
from kg.lookup.listing.listing import EventSummary

IN_WEEK: Final = 5
"""How many events a week shows for each day."""
IN_YEAR: Final = 2
"""How many events a day in all years shows for each year."""
LEAP: Final = 2000
"""A leap year, which has all possible days."""


@dataclass(frozen=True, slots=True)
class TitledEvent:
    """An event with the first clause of its title."""

    event: EventSummary
    title: str


def week_page(frame: PageFrame, monday: date, days: Sequence[ListedDay], around: Sequence[date | None]) -> str:
    """Return the page of a week; ``around`` are the Mondays of the weeks before and after, if they have events."""
    local, sunday = frame.addresses.local, monday + timedelta(days=6)
    year, number, _ = monday.isocalendar()
    return _page(
        frame,
        days,
        kind="week",
        first=monday.isoformat(),
        last=sunday.isoformat(),
        week=number,
        year=year,
        years=sorted({one.date[:4] for one in days if one.total}),
        path=f"week/{week(monday.isoformat())}",
        turns=[_turn(frame, one) if one else None for one in around],
        bars=histogram(
            {one.date: one.total for one in days}, gettext("Events by day"), lambda day: local(f"day/{day}")
        ),
    )


def _turn(frame: PageFrame, monday: date) -> ListLink:
    name = week(monday.isoformat())
    return ListLink(name, frame.addresses.local(f"week/{name}"))


def on_this_day_page(frame: PageFrame, day: date, days: Sequence[ListedDay]) -> str:
    """Return the page of a day in all years, given as a ``day`` in the year LEAP."""
    local, by_year = frame.addresses.local, {one.date[:4]: one for one in days}
    beside = [day + timedelta(days=step) for step in (-1, 1)]

    def href(year: str) -> str:
        return local(f"day/{by_year[year].date}") if year in by_year else ""

    return _page(
        frame,
        days,
        kind="day",
        day=_spoken(day),
        path=f"on-this-day/{day:%m-%d}",
        turns=[ListLink(_spoken(one), local(f"on-this-day/{one:%m-%d}")) for one in beside],
        bars=histogram(
            {year: one.total for year, one in by_year.items()},
            gettext("Events on %(day)s by year", day=_spoken(day)),
            href,
        ),
    )


def _spoken(day: date) -> str:
    return day_of_year(day.isoformat())


def _page(frame: PageFrame, days: Sequence[ListedDay], path: str, **shown: object) -> str:
    listed = [(one, [TitledEvent(event, clause(event.title)) for event in one.events]) for one in days]
    total, canonical = sum(one.total for one in days), frame.addresses.absolute(path)
    return frame.page("days.html", days=listed, total=total, canonical=canonical, **shown)
