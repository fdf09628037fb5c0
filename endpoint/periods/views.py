"""The views of weeks, and of one day in all years."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from flask import Response

from endpoint.http.routes import PAGE, Routes
from endpoint.periods.page import IN_WEEK, IN_YEAR, LEAP, on_this_day_page, week_page
from endpoint.site.site import Site, site, tagged
from kg.derived.kinds import SEARCH
from kg.errors import NotFoundError
from kg.lookup.listing.days import ListedDay
from kg.workers.list_operations import ListDays

blueprint = Routes("periods", __name__)


@blueprint.get("/week/<week>", described=PAGE)
def week(week: str) -> Response:
    """Show the events of a week, day by day; it is written as ISO 8601 does, such as 2012-W06."""
    monday = _monday(week)
    here, days = site(), [monday + timedelta(days=number) for number in range(-7, 14)]
    found = _days(here, tuple(one.isoformat() for one in days), IN_WEEK)
    own = found[7:14]
    if not any(one.total for one in own):
        raise NotFoundError(f"there are no events in the week {week}")
    sides = (found[:7], found[14:])
    around = [date.fromisoformat(one[0].date) if any(day.total for day in one) else None for one in sides]
    return _response(here, ("week", week), lambda: week_page(here.frame, monday, own, around))


@blueprint.get("/on-this-day/<day>", described=PAGE)
def on_this_day(day: str) -> Response:
    """Show the events of a day in all years that have any on it; it is a month and a day, such as 02-06."""
    try:
        found = date.fromisoformat(f"{LEAP}-{day}") if re.fullmatch(r"\d\d-\d\d", day, re.ASCII) else None
    except ValueError:
        found = None
    if found is None:
        raise NotFoundError(f"{day[:20]} is not a day of a year, such as 02-06")
    here = site()
    years = _days(here, (f"--{day}",), IN_YEAR)
    return _response(here, ("on-this-day", day), lambda: on_this_day_page(here.frame, found, years))


def _monday(text: str) -> date:
    """Return the first day of a week. Raises NotFoundError for anything else, or for days outside the calendar."""
    found = re.fullmatch(r"(\d{4})-W(\d\d)", text, re.ASCII)
    try:
        if found:
            monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            _ = monday - timedelta(days=7), monday + timedelta(days=13)
            return monday
    except (ValueError, OverflowError):
        pass
    raise NotFoundError(f"{text[:20]} is not a week of a year, such as 2012-W06")


def _days(here: Site, days: tuple[str, ...], each: int) -> list[ListedDay]:
    index = here.artefacts.obtain(SEARCH, here.snapshot)
    asked = ListDays(index, days, each)
    found: list[ListedDay] = here.cached(
        asked, lambda: here.workers.ask(asked), lambda told: 500 + sum(400 * len(one.events) for one in told)
    )
    return found


def _response(here: Site, key: tuple[str, str], make: Callable[[], str]) -> Response:
    return tagged(Response(make()), here.snapshot, "-".join(key))
