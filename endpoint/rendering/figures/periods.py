"""Years, months and days along an axis."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from endpoint.rendering.filters import spoken

_YEAR, _MONTH, _DAY = 4, 7, 10
"""The lengths of a year, a month and a day as ISO 8601 writes them."""
_PERIOD: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-\d\d)?)?", re.ASCII)
_ALL: Final = 28
"""Periods of which each may have a label; of more only those that begin a year, or a month."""
_MONTHS: Final = 800
"""Days up to which an axis has labels for months; above for years."""
_MANY: Final = 10_000
_WIDE, _NARROW = 880, 340
"""The widths of an axis, on a wide and on a narrow screen, in pixels."""
_LETTER, _SPACE = 7, 14
"""The widths of a letter and of the space between two labels in pixels."""


class Tick(NamedTuple):
    """A label of an axis: where its middle is in per cent, and whether a narrow screen has no room for it."""

    x: float
    label: str
    minor: bool

    @property
    def side(self) -> str:
        """Whether it is so close to an end of the axis that it begins there (first) or ends there (last)."""
        half = self._width / 2 / _NARROW
        return "first" if self.x < half else "last" if self.x > 100 - half else ""

    @property
    def anchor(self) -> float:
        """Where its text is anchored, by its begin, its end or its middle, in per cent."""
        half = self._width / 2 / _WIDE
        return {"first": max(0, self.x - half), "last": min(100, self.x + half)}.get(self.side, self.x)

    @property
    def _width(self) -> float:
        """A hundred times its width in pixels."""
        return 100 * _LETTER * len(self.label)


def periods(first: str, last: str, most: int) -> list[str]:
    """Return all years, months or days from the first to the last; of very many the last ``most``.

    Raises ValueError for what is none of these.
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
    """Return the labels of an axis on which periods have the same room, as far as there is room for labels."""
    short = len(shown) <= _ALL
    return _thinned(
        [
            ((number + 0.5) * 100 / len(shown), _label(one, short))
            for number, one in enumerate(shown)
            if short or len(one) == _YEAR or one.endswith("-01")
        ]
    )


def day_ticks(first: date, last: date) -> list[Tick]:
    """Return labels of an axis of days where days, months or years begin."""
    days = (last - first).days + 1
    if days <= _ALL:
        return ticks(periods(first.isoformat(), last.isoformat(), days))
    length = _MONTH if days <= _MONTHS else _YEAR
    shown = periods(first.isoformat()[:length], last.isoformat()[:length], _MANY)
    begins = [(date.fromisoformat(f"{one}-01-01"[:_DAY]), _label(one, short=True)) for one in shown]
    return _thinned([((day - first).days * 100 / days, label) for day, label in begins if day >= first])


def _thinned(found: Sequence[tuple[float, str]]) -> list[Tick]:
    """Return as many labels of an axis as it has room for."""
    width = _LETTER * max((len(label) for _, label in found), default=0) + _SPACE
    wide = found[:: math.ceil(len(found) * width / _WIDE) or 1]
    step = math.ceil(len(wide) * width / _NARROW)
    return [Tick(x, label, number % step != 0) for number, (x, label) in enumerate(wide)]


def _label(period: str, short: bool) -> str:
    if len(period) == _YEAR or (len(period) == _MONTH and not short):
        return period[:_YEAR]
    first, second = spoken(period).split()[:2]
    return f"{first} {second[:3]}" if len(period) == _DAY else f"{first[:3]} {second}"
