"""Histograms: the number of events in each year, month or day, as bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from endpoint.rendering.figures.periods import periods, ticks
from endpoint.rendering.page_frame import TEMPLATES

HEIGHT: Final = 112
"""The largest height of a bar in pixels."""
MOST: Final = 600
"""The most bars in a histogram."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its period, its horizontal position in per cent, its height in pixels, and its address."""

    period: str
    x: float
    width: float
    height: float
    events: int
    href: str


def histogram(
    counts: Mapping[str, int], title: str, href: Callable[[str], str], narrow: str = "", unit: str = "event"
) -> Markup:
    """Return bars for the number of events in each year, month or day; "" if there are none.

    The keys of ``counts`` are all years (2012), all months (2012-02) or all days (2012-02-06), in any order; missing
    ones between them have no events. If there are too many, the last MOST are shown, with the number of events left
    out. ``href`` returns the address for a key. ``narrow`` is the address to which the script adds a selected range as
    ``from`` and ``to``; without it, no range can be selected. ``unit`` is the word for what is counted. Raises
    ValueError for invalid keys.
    """
    if not any(counts.values()):
        return Markup()
    shown = periods(min(counts), max(counts), MOST)
    if counts.keys() - set(shown) and len(shown) < MOST:
        raise ValueError("the keys must be all years, all months or all days")
    top, step = scale(max(counts.get(one, 0) for one in shown))
    width = 100 / len(shown)
    bars = [
        Bar(one, number * width, width, counts.get(one, 0) / top * HEIGHT, counts.get(one, 0), href(one))
        for number, one in enumerate(shown)
    ]
    return Markup(  # noqa: S704 - of a template that escapes
        TEMPLATES.get_template("figures/histogram.html").render(
            title=title,
            bars=bars,
            ticks=ticks(shown),
            lines=[(value, HEIGHT * (1 - value / top)) for value in range(step, top + 1, step)],
            height=HEIGHT,
            left_out=sum(counts.values()) - sum(one.events for one in bars),
            narrow=narrow,
            unit=unit,
        )
    )


def scale(most: int) -> tuple[int, int]:
    """Return the end of a scale from 0 with room for a number, and its step: 1, 2 or 5 times a power of ten."""
    step = next(one for one in _steps() if 4 * one >= most)
    return step * max(1, math.ceil(most / step)), step


def _steps() -> Iterator[int]:
    """Yield the possible steps of a scale: 1, 2, 5, 10, 20, 50 and so on."""
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10
