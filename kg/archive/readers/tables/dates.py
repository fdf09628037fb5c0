"""Turns dates as tables print them into a range of days.

Of EDTF (ISO 8601-2:2019, https://www.loc.gov/standards/datetime/) it reads level 0 without open ends, and from level 1
the qualifiers, unspecified final digits and seasons.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

LONGEST: Final = 100
_DATE: Final = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX)(?:-(?P<month>[0-9]{2}|XX)(?:-(?P<day>[0-9]{2}|XX)(?:T[0-9:.,]+(?:Z|[+-][0-9:]+)?)?)?)?[?~%]?"
)
_SEASONS: Final = {"21": 3, "22": 6, "23": 9, "24": 12}
"""The first months of spring, summer, autumn and winter in the northern hemisphere, which most sources mean."""
Days = tuple[date, date]


def read(text: str, formats: Iterable[str] = ()) -> Days:
    """Return the first and the last day that a date may be.

    Args:
        text: the date as printed, in one of ``formats`` or in EDTF.
        formats: forms with a day, a month and a year, as in ``datetime.strptime``, tried in order.

    Raises:
        ValueError: if it is neither; the message quotes it.

    """
    for form in formats:
        try:
            day = datetime.strptime(text, form).date()
        except ValueError:
            continue
        return day, day
    return _edtf(text)


def _edtf(text: str) -> Days:
    first, slash, last = text.partition("/")
    known = (_DATE.fullmatch(first), _DATE.fullmatch(last) if slash else None)
    if len(text) > LONGEST or known[0] is None or (slash and known[1] is None):
        raise ValueError(f"no date: {text[:LONGEST]!r}")
    begin, end = _days(known[0], text)
    if known[1]:
        end = _days(known[1], text)[1]
    if end < begin:
        raise ValueError(f"a date that ends before it begins: {text!r}")
    return begin, end


def _days(found: re.Match[str], text: str) -> Days:
    """Return the days that one date, not a range, may be."""
    year, month, day = found["year"], found["month"], found["day"]
    try:
        if month in _SEASONS and day is None:
            return _months(int(year), _SEASONS[month], 3)
        if month in (None, "XX"):
            return date(int(year.replace("X", "0")), 1, 1), date(int(year.replace("X", "9")), 12, 31)
        if day in (None, "XX"):
            return _months(int(year), int(month), 1)
        one = date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(f"no date of the calendar: {text!r}") from None
    return one, one


def _months(year: int, month: int, count: int) -> Days:
    first = date(year, month, 1)
    last = first
    for _ in range(count - 1):
        last = (last + timedelta(days=31)).replace(day=1)
    return first, last.replace(day=monthrange(last.year, last.month)[1])
