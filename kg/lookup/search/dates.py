"""Dates as people write them: days, months and years, in English and in Chinese."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_MONTHS: Final = {name.casefold(): number for number, name in enumerate(calendar.month_name) if number}
_SHORT: Final = {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_MONTH: Final = rf"(?P<name>{'|'.join(_MONTHS)}|{'|'.join(_SHORT)})\.?"
_YEAR: Final = r"(?P<year>\d{4})"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
FORMS: Final = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"{_YEAR}(?:[-/.](?P<month>\d{{1,2}})(?:[-/.](?P<day>\d{{1,2}}))?)?",
        rf"(?:{_DAY}(?: of)? )?{_MONTH},? {_YEAR}",
        rf"{_MONTH} {_DAY},? {_YEAR}",
        rf"{_YEAR} {_MONTH}(?: {_DAY})?",
        rf"{_YEAR}年(?:(?P<month>\d{{1,2}})月(?:(?P<day>\d{{1,2}})[日号])?)?",
    )
)


@dataclass(frozen=True, slots=True)
class Period:
    """A day, a month or a year: its kind, and its first and last day."""

    unit: str
    first: date
    last: date


def period(text: str) -> Period | None:
    """Parse a text as a day, month or year; return None if it is not one.

    Examples: 2012-02-06, 6 February 2012, February 6, 2012, Feb 2012, 2012-02, 2012 and the Chinese 2012年2月6日.
    """
    plain = " ".join(text.casefold().split())
    for form in FORMS:
        if match := form.fullmatch(plain):
            parts = match.groupdict()
            name = parts.get("name")
            month = _MONTHS.get(name) or _SHORT[name] if name else int(parts.get("month") or 0)
            return _period(int(parts["year"]), month, int(parts.get("day") or 0))
    return None


def _period(year: int, month: int, day: int) -> Period | None:
    """Return a year, or its month, or a day of that, if it exists."""
    try:
        if day:
            return Period("day", date(year, month, day), date(year, month, day))
        if month:
            return Period("month", date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        return Period("year", date(year, 1, 1), date(year, 12, 31))
    except ValueError:  # calendar.IllegalMonthError is a ValueError too
        return None
