"""Years, months and days along an axis."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from endpoint.rendering.filters import short_day, short_month

_YEAR, _MONTH, _DAY = 4, 7, 10
"""The lengths of a year, a month and a day in ISO 8601."""
_PERIOD: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-\d\d)?)?", re.ASCII)
_ALL: Final = 31
"""How many periods may each have a label; if there are more, only those that begin a year or a month."""
_MONTHS: Final = 800
"""The number of days up to which an axis has labels for months; above that, for years."""
_MANY: Final = 10_000
_WIDE, _NARROW = 660, 310
"""The widths of an axis, on wide and narrow screens, in pixels."""
_LETTER, _SPACE = 7, 14
"""The widths of a letter and of the space between two labels in pixels."""


class Tick(NamedTuple):
    """A label of an axis: the position of its middle in per cent, and whether narrow screens have no room for it."""

    x: float
    label: str
    minor: bool

    @property
    def side(self) -> str:
        """Whether it is so close to an end of the axis that it is aligned to it ("first" or "last")."""
        half = self._width / 2 / _NARROW
        return "first" if self.x < half else "last" if self.x > 100 - half else ""

    @property
    def anchor(self) -> float:
        """The position of its text's start, end or middle, in per cent."""
        half = self._width / 2 / _WIDE
        return {"first": max(0, self.x - half), "last": min(100, self.x + half)}.get(self.side, self.x)

    @property
    def _width(self) -> float:
        """A hundred times its width in pixels."""
        return 100 * _LETTER * len(self.label)


def periods(first: str, last: str, most: int) -> list[str]:
    """Return all years, months or days from the first to the last; if there are too many, the last ``most``.

    Raises ValueError for anything else.
    """
    if len(first) != len(last) or not all(map(_PERIOD.fullmatch, (first, last))):
        raise ValueError("a period must be a year, a month or a day as ISO 8601 writes it")
    found = [last]
    while found[-1] > first and len(found) < most:
        found.append(_before(found[-1]))
    return found[::-1]


def _before(period: str) -> str:
    if len(period) == _DAY:
        return (date.fromisoformat(period) - timedelta(days=1)).isoformat()
    if len(period) == _YEAR:
        return f"{int(period) - 1:04}"
    year, month = divmod(int(period[:4]) * 12 + int(period[5:]) - 2, 12)
    return f"{year:04}-{month + 1:02}"


def ticks(shown: Sequence[str]) -> list[Tick]:
    """Return the labels of an axis with periods of equal width, as far as there is room for labels."""
    middles = [((number + 0.5) * 100 / len(shown), one) for number, one in enumerate(shown)]
    if len(shown) <= _ALL:
        return _thinned(middles)
    length = _DAY if len(shown[0]) == _DAY else _YEAR
    return _thinned([(x, one[:length]) for x, one in middles if len(one) == _YEAR or one.endswith("-01")])


def day_ticks(first: date, last: date) -> list[Tick]:
    """Return labels of an axis of days where days, months or years begin."""
    days = (last - first).days + 1
    if days <= _ALL:
        return ticks(periods(first.isoformat(), last.isoformat(), days))
    length = _MONTH if days <= _MONTHS else _YEAR
    shown = periods(first.isoformat()[:length], last.isoformat()[:length], _MANY)
    begins = ((date.fromisoformat(f"{one}-01-01"[:_DAY]), one) for one in shown)
    return _thinned([((day - first).days * 100 / days, one) for day, one in begins if day >= first])


def _thinned(found: Sequence[tuple[float, str]]) -> list[Tick]:
    """Return as many labels as an axis has room for, including those of January, or of the first day of a month.

    The distance is computed for the longest label.
    """
    months = any(len(one) == _MONTH for _, one in found)
    labels = [_label(one) for _, one in found]
    if months and not any(one.isdigit() for one in labels):
        labels[0] += f" {found[0][1][:_YEAR]}"
    width = _LETTER * max(map(len, labels), default=0) + _SPACE
    start = next((number for number, (_, one) in enumerate(found) if one.endswith("-01")), 0)
    wide = _step(len(found) * width / _WIDE, months)
    narrow = wide * _step(len(found) * width / _NARROW / wide, months and wide == 1)
    return [
        Tick(x, labels[number], (number - start) % narrow != 0)
        for number, (x, _) in enumerate(found)
        if (number - start) % wide == 0
    ]


def _step(least: float, months: bool) -> int:
    """Return how many periods there are from one label to the next; for months, a divisor of twelve."""
    return next((one for one in (1, 2, 3, 4, 6, 12) if one >= least), 0) if months else math.ceil(least) or 1


def _label(period: str) -> str:
    """Return the label of a period; January has the label of its year."""
    if len(period) == _YEAR or (len(period) == _MONTH and period.endswith("-01")):
        return period[:_YEAR]
    return short_day(period) if len(period) == _DAY else short_month(period)
