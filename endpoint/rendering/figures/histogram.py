"""How many events there were in each year, month or day, as bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from markupsafe import Markup

from endpoint.rendering.filters import spoken
from endpoint.rendering.page_frame import TEMPLATES

HEIGHT: Final = 112
"""The height of the highest bar, at the most, in pixels."""
MOST: Final = 1000
"""Bars that a histogram can have."""
_ROOM, _LITTLE_ROOM = 14, 6
"""Labels that there is room for, and on a narrow screen."""
_YEAR, _MONTH, _DAY = 4, 7, 10
"""The lengths of a year, a month and a day as ISO 8601 writes them."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its period, where it is from left to right in per cent, its height in pixels, and where it leads.

    ``mark`` is what stands below it, if anything does; it is ``minor`` if it is left out on a narrow screen.
    """

    period: str
    x: float
    width: float
    height: float
    events: int
    href: str
    mark: str = ""
    minor: bool = False

    @property
    def middle(self) -> float:
        """Where its middle is in per cent."""
        return round(self.x + self.width / 2, 3)


def histogram(counts: Mapping[str, int], title: str, href: Callable[[str], str], narrow: str = "") -> Markup:
    """Return bars for how many events there are in each year, month or day; nothing if there is none at all.

    The keys of ``counts`` are all years (2012), all months (2012-02) or all days (2012-02-06), in any order; those
    between them that are missing have no events. ``href`` tells the address for a key. ``narrow`` is the address to
    which a range that is drawn with the help of the script is added as ``from`` and ``to``; without it, none can be.
    Raises ValueError for keys that are no such periods, for keys of several kinds, and for more than MOST bars.
    """
    if not any(counts.values()):
        return Markup()
    periods = _periods(min(counts), max(counts))
    if not counts.keys() <= set(periods):
        raise ValueError("the keys must be all years, all months or all days")
    top, step = scale(max(counts.values()))
    width = 100 / len(periods)
    marks = _marks(periods)
    bars = [
        Bar(
            period,
            round(number * width, 3),
            round(width, 3),
            round(counts.get(period, 0) / top * HEIGHT, 1),
            counts.get(period, 0),
            href(period),
            *marks.get(number, ("", False)),
        )
        for number, period in enumerate(periods)
    ]
    lines = [(value, round(HEIGHT * (1 - value / top), 1)) for value in range(step, top + 1, step)]
    return Markup(  # noqa: S704 - of a template that escapes
        TEMPLATES.get_template("figures/histogram.html").render(
            title=title, bars=bars, lines=lines, height=HEIGHT, narrow=narrow
        )
    )


def scale(most: int) -> tuple[int, int]:
    """Return where a scale from 0 ends that has room for a number, and its step: 1, 2 or 5 times a power of ten."""
    step = next(one for one in _steps() if 4 * one >= most)
    return step * math.ceil(most / step), step


def _steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def _periods(first: str, last: str) -> list[str]:
    """Return all years, months or days from the first to the last."""
    if len(first) != len(last) or len(first) not in (_YEAR, _MONTH, _DAY):
        raise ValueError("a key must be a year, a month or a day as ISO 8601 writes it")
    found = [first]
    while found[-1] < last and len(found) < MOST:
        found.append(_next(found[-1]))
    if found[-1] != last:
        raise ValueError(f"there would be more than {MOST} bars")
    return found


def _next(period: str) -> str:
    if len(period) == _DAY:
        return (date.fromisoformat(period) + timedelta(days=1)).isoformat()
    if len(period) == _YEAR:
        return f"{int(period) + 1:04}"
    year, month = divmod(int(period[:4]) * 12 + int(period[5:]), 12)
    return f"{year:04}-{month + 1:02}"


def _marks(periods: Sequence[str]) -> dict[int, tuple[str, bool]]:
    """Return what stands below some of the bars, by their numbers, and whether it is left out on a narrow screen."""
    begin = [number for number, one in enumerate(periods) if _begins(one, len(periods))]
    step = math.ceil(len(begin) / _ROOM)
    shown = begin[::step]
    often = math.ceil(len(shown) / _LITTLE_ROOM)
    return {
        number: (_short(periods[number], len(periods)), position % often != 0) for position, number in enumerate(shown)
    }


def _begins(period: str, bars: int) -> bool:
    """Return whether a bar may have a label: of many months those of January, of many days the first of a month."""
    if len(period) == _YEAR or bars <= 2 * _ROOM:
        return True
    return period.endswith("-01")


def _short(period: str, bars: int) -> str:
    if len(period) == _YEAR or (len(period) == _MONTH and bars > 2 * _ROOM):
        return period[:_YEAR]
    words = spoken(period).split()
    return " ".join((words[0], words[1][:3])) if len(period) == _DAY else f"{words[0][:3]} {words[1]}"
