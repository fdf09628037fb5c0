"""Days, months and years as pages show them: their names, their parts, and their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from markupsafe import Markup

from endpoint.html.reader import Reader
from endpoint.rendering.figures.histogram import histogram
from endpoint.rendering.figures.year_calendar import year_calendar
from endpoint.rendering.filters import spoken
from endpoint.rendering.language import gettext, message
from endpoint.site.site import Site
from kg.derived.kinds import SEARCH
from kg.errors import ServiceBusyError, StoreError
from kg.lookup.listing.filter import Filter
from kg.rdf.iri import Minter
from kg.rdf.terms import is_day
from kg.workers.list_operations import CountDays, ListDays
from kg.workers.operations import Locate

PATIENCE: Final = 2.0
"""How many seconds the page of a day waits for the index."""
KINDS: Final = {"day": message("Day"), "month": message("Month"), "year": message("Year")}


class PeriodLink(NamedTuple):
    """A link to a day, month or year on this server, with its number of events, if that should be shown."""

    text: str
    href: str
    events: int | None = None
    period: str = ""
    """The period in ISO 8601."""


def kind(path: str) -> str | None:
    """Return the word for a path below the base of a day, a month or a year; None for any other."""
    return KINDS.get(path.partition("/")[0])


def parts(reader: Reader, iri: str) -> list[PeriodLink]:
    """Return the days of a month or the months of a year, in order, each with its number of events."""
    within = [one for one in reader.nodes if iri in reader.iris(one, "dcterms:isPartOf")]
    events = {
        about: reader.number(document, "hydra:totalItems")
        for document in reader.nodes
        for about in reader.iris(document, "foaf:primaryTopic")
    }
    return [link(reader, one, events.get(one, 0)) for one in sorted(within)]


def whole(reader: Reader, iri: str) -> PeriodLink | None:
    """Return the month that a day is part of, or the year of a month."""
    found = reader.iris(iri, "dcterms:isPartOf")
    return link(reader, found[0]) if found else None


def link(reader: Reader, iri: str, events: int | None = None) -> PeriodLink:
    """Return a link to a day, a month or a year of a description."""
    text, period = spoken(reader.value(iri, "rdfs:label") or iri), iri.rpartition("/")[2]
    return PeriodLink(text, reader.addresses.href(iri) or "", events, period)


def bars(kind: str, found: Sequence[PeriodLink]) -> Markup:
    """Return the bars of the days of a month or of the months of a year; empty if there are no such periods."""
    links = {one.period: one for one in found if one.events}
    try:
        title = gettext("Events by day") if kind == "Month" else gettext("Events by month")
        return histogram(
            {period: one.events or 0 for period, one in links.items()},
            title,
            lambda period: links[period].href if period in links else "",
        )
    except ValueError:
        return Markup()


def days_of_year(site: Site, iri: str) -> Markup:
    """Return the calendar of a year; empty if it has no events, or if there is no index to count them with.

    Raises ServiceBusyError while the index is being made.
    """
    year = iri.rpartition("/")[2]
    try:
        first, last = date.fromisoformat(f"{year}-01-01"), date.fromisoformat(f"{year}-12-31")
        index = site.artefacts.obtain(SEARCH, site.snapshot)
        counts = site.workers.ask(CountDays(index, Filter(first=first.isoformat(), last=last.isoformat())))
    except (ValueError, StoreError):
        return Markup()

    local = site.addresses.local

    def href(period: str) -> str:
        return local(f"{'day' if len(period) == 10 else 'month'}/{period}")

    return year_calendar(first.year, counts, gettext("Days of %(year)s", year=year), href) if counts else Markup()


def week(site: Site, iri: str) -> list[PeriodLink]:
    """Return the days of the week of a day, each with its number of events; empty while there is no index.

    The IRI says which day it is, as its label may be any text.
    """
    text = iri.rpartition("/")[2]
    if not is_day(text):
        return []
    try:
        day = date.fromisoformat(text)
        days = [(day + timedelta(days=number - day.weekday())).isoformat() for number in range(7)]
        index = site.artefacts.obtain(SEARCH, site.snapshot, PATIENCE)
    except (ValueError, OverflowError, StoreError, ServiceBusyError):
        return []
    found = site.workers.ask(ListDays(index, tuple(days), 0))
    return [PeriodLink(spoken(one.date), site.addresses.local(f"day/{one.date}"), one.total, one.date) for one in found]


def index(site: Site, iri: str) -> Path | None:
    """Return the index for counting the events of the days of a month or the months of a year; None without one."""
    if kind(iri.removeprefix(site.addresses.base)) not in ("Month", "Year"):
        return None
    try:
        return site.artefacts.obtain(SEARCH, site.snapshot, 0.0)
    except (StoreError, ServiceBusyError):
        return None


def neighbours(site: Site, iri: str) -> Sequence[PeriodLink | None]:
    """Return the periods before and after a day, a month or a year, if the graph has them."""
    sort, _, text = iri.removeprefix(site.addresses.base).partition("/")
    return [_found(site, _beside(sort, text, step, Minter(site.addresses.base))) for step in (-1, 1)]


def _beside(sort: str, text: str, step: int, minter: Minter) -> str | None:
    """Return the IRI of the day, month or year that is a step away from the one with this date."""
    try:
        first = date.fromisoformat(f"{text}-01-01"[:10])
        if sort == "day":
            return minter.day(first + timedelta(days=step))
        if sort == "month":
            return minter.month(first + timedelta(days=-1 if step < 0 else 31))
        return minter.year(first.replace(year=first.year + step))
    except (ValueError, OverflowError):
        return None


def _found(site: Site, iri: str | None) -> PeriodLink | None:
    found = site.workers.ask(Locate((iri,))) if iri else None
    return PeriodLink(spoken(found.iri.rpartition("/")[2]), site.addresses.href(found.iri) or "") if found else None
