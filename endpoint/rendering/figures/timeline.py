"""Events on their days along an axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from markupsafe import Markup

from endpoint.rendering.figures.periods import day_ticks
from endpoint.rendering.page_frame import TEMPLATES
from kg.lookup.listing.listing import EventSummary
from kg.rdf import terms

COLUMNS: Final = 60
"""The most dots side by side: 14 pixels for each on a wide screen."""
ROWS: Final = 8
"""The most dots above each other."""
ROW: Final = 14
"""The height of a row in pixels."""


@dataclass(frozen=True, slots=True)
class Dot:
    """An event on an axis: its day (counted from the first), its position in per cent, its row, its address."""

    event: EventSummary
    day: int
    x: float
    row: int
    href: str


def timeline(
    events: Sequence[EventSummary],
    title: str,
    href: Callable[[EventSummary], str],
    narrow: str = "",
    unit: str = "event",
) -> Markup:
    """Return dots for events, in any order, above the axis of their days; "" if no event has a day.

    If more events are close to each other than there is room for, only the first of them are shown; the figure says how
    many are not shown, including those without a day. ``href`` returns the address for an event. ``narrow`` is the
    address to which the script adds a selected range as ``from`` and ``to``; without it, no range can be selected.
    ``unit`` is the word for what is shown.
    """
    dated = sorted((one for one in events if terms.is_day(one.date)), key=lambda one: one.date)
    if not dated:
        return Markup()
    first, last = date.fromisoformat(dated[0].date), date.fromisoformat(dated[-1].date)
    dots = list(_dots(dated, first, (last - first).days + 1, href))
    return Markup(  # noqa: S704 - of a template that escapes
        TEMPLATES.get_template("figures/timeline.html").render(
            title=title,
            dots=dots,
            ticks=day_ticks(first, last),
            first=first.isoformat(),
            days=(last - first).days + 1,
            height=ROW * (max(one.row for one in dots) + 1) + ROW // 2,
            row=ROW,
            left_out=len(events) - len(dots),
            narrow=narrow,
            unit=unit,
        )
    )


def _dots(dated: Sequence[EventSummary], first: date, days: int, href: Callable[[EventSummary], str]) -> Iterator[Dot]:
    """Yield the dots: a column has the events of some days, with as many columns as there is room for."""
    columns = min(days, COLUMNS)
    beside = COLUMNS // columns
    for column, found in groupby(dated, lambda one: _day(one, first) * columns // days):
        shown = list(found)[: beside * ROWS]
        across = min(beside, -(-len(shown) // ROWS) if len(shown) > ROWS else 1)
        for number, event in enumerate(shown):
            row, place = divmod(number, across)
            middle = column + 0.5 + (place - (across - 1) / 2) / beside
            yield Dot(event, _day(event, first), round(middle * 100 / columns, 3), row, href(event))


def _day(event: EventSummary, first: date) -> int:
    return (date.fromisoformat(event.date) - first).days
