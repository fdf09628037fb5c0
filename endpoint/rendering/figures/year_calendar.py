"""The days of a year, coloured by their number of events."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from endpoint.rendering.page_frame import TEMPLATES

CLASSES: Final = 5
"""The colours, from few to many."""
CELL: Final = 24
"""The width and height of a day in pixels."""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day in the calendar of a month: the position of its square in pixels, its events, and their class."""

    date: str
    number: int
    x: int
    y: int
    events: int
    class_: int
    href: str


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month of the calendar (2012-02), with its days and its address."""

    period: str
    days: list[CalendarDay]
    href: str

    @property
    def events(self) -> int:
        """The number of its events."""
        return sum(one.events for one in self.days)

    @property
    def rows(self) -> int:
        """The number of weeks that it touches."""
        return self.days[-1].y // CELL


def year_calendar(
    year: int, counts: Mapping[str, int], title: str, href: Callable[[str], str], months: range = range(1, 13)
) -> Markup:
    """Return a calendar of a year, or of some of its months, with each day in one of five colours, or none.

    ``counts`` has the numbers of events by day (2012-02-06); each class has about the same number of days, and the
    legend shows its range. ``href`` returns the address for a day, or a month (2012-02), with events. Raises ValueError
    for a year outside the calendar.
    """
    most = max((events for day, events in counts.items() if day.startswith(f"{year:04}-")), default=0)
    size = max(1, -(-most // CLASSES))
    periods = ((month, f"{year:04}-{month:02}") for month in months)
    found = [CalendarMonth(one, list(_days(year, month, counts, size, href)), href(one)) for month, one in periods]
    return Markup(  # noqa: S704 - of a template that escapes
        TEMPLATES.get_template("figures/calendar.html").render(
            title=title,
            months=found,
            classes=[(number, size * (number - 1) + 1, size * number) for number in range(1, -(-most // size) + 1)],
            cell=CELL,
        )
    )


def _days(
    year: int, month: int, counts: Mapping[str, int], size: int, href: Callable[[str], str]
) -> Iterator[CalendarDay]:
    first, length = monthrange(year, month)
    for number in range(1, length + 1):
        day = date(year, month, number).isoformat()
        row, column = divmod(first + number - 1, 7)
        events = counts.get(day, 0)
        yield CalendarDay(day, number, CELL * column, CELL * (row + 1), events, -(-events // size), href(day))
