"""Results as figures, where their columns allow it: points on a map, days on a timeline, numbers as bars."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from markupsafe import Markup

from endpoint.http.urls import Addresses
from endpoint.rendering.figures.histogram import histogram
from endpoint.rendering.figures.maps import event_map
from endpoint.rendering.figures.timeline import timeline
from endpoint.rendering.language import gettext
from kg.lookup.listing.listing import EventSummary, MapPoint
from kg.rdf import terms
from kg.rdf.iri import Minter
from kg.rdf.prefixes import compact

Binding = Mapping[str, Any]
Row = Mapping[str, Binding]

FIGURED: Final = 2_000
"""The most rows in a figure."""
BARS: Final = 30
"""The most rows with a bar each if they are not years, months or days."""
_NUMBERS: Final = frozenset({"xsd:integer", "xsd:decimal", "xsd:double", "xsd:float"})
_DATES: Final = frozenset({"xsd:date", "xsd:dateTime"})
_PERIOD: Final = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)


class ResultView(StrEnum):
    """The ways to show the results of a query."""

    TABLE = "table"
    MAP = "map"
    TIMELINE = "timeline"
    CHART = "chart"


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """The names of the columns used in figures; "" for those that the results lack."""

    latitude: str = ""
    longitude: str = ""
    date: str = ""
    thing: str = ""
    text: str = ""
    period: str = ""
    number: str = ""

    @property
    def views(self) -> tuple[ResultView, ...]:
        """The views that these columns allow."""
        allowed = {
            ResultView.TABLE: True,
            ResultView.MAP: bool(self.latitude and self.longitude),
            ResultView.TIMELINE: bool(self.date and self.thing),
            ResultView.CHART: bool(self.number and (self.period or self.text or self.thing)),
        }
        return tuple(view for view, does in allowed.items() if does)


def columns(names: Sequence[str], rows: Sequence[Row]) -> ResultColumns:
    """Return the kinds of the columns of results, if all values agree."""
    kinds = {name: {_kind(row[name]) for row in rows[:FIGURED] if name in row} for name in names}
    of: dict[str, list[str]] = defaultdict(list)
    for name, found in kinds.items():
        if len(found) == 1 or found == {"number", "period"}:
            of[min(found)].append(name)
    latitude = _first(name for name in of["number"] if name.lower().startswith("lat"))
    longitude = _first(name for name in of["number"] if name.lower().startswith("lon"))
    period = _first(of["period"])
    return ResultColumns(
        latitude=latitude,
        longitude=longitude,
        date=_first(of["date"]),
        thing="event" if "event" in of["thing"] else _first(of["thing"]),
        text=_first(of["text"]),
        period=period,
        number=_first(name for name in of["number"] if name not in (latitude, longitude)),
    )


def _first(names: Iterable[str]) -> str:
    return next(iter(names), "")


def _kind(binding: Binding) -> str:
    """Return the kind of a value: a thing, a number, a date, a period such as 2012 or 2012-02, text or other."""
    if binding["type"] == "uri":
        return "thing"
    datatype = compact(binding.get("datatype", ""))
    if datatype in _DATES:
        return "date"
    if datatype == "xsd:integer" and re.fullmatch(r"(?:1[5-9]|20)\d\d", binding["value"]):
        return "period"
    if datatype in _NUMBERS:
        return "number"
    if binding["type"] not in ("literal", "typed-literal") or (datatype and not datatype.startswith("xsd:gYear")):
        return "other"
    return "period" if _PERIOD.fullmatch(binding["value"]) else "text"


def result_map(found: ResultColumns, names: Sequence[str], rows: Sequence[Row], addresses: Addresses) -> Markup:
    """Return a map of the points in the rows, sized by its number of rows."""
    points: dict[tuple[float, float], list[Row]] = defaultdict(list)
    for row in rows:
        point = _point(row, found)
        if point:
            points[point].append(row)
    shown = [
        MapPoint(_shared(names, at, "thing"), _shared(names, at, "text"), *point, len(at))
        for point, at in points.items()
    ]
    return event_map(
        shown, gettext("Map of the rows"), lambda one: addresses.href(one.iri) or "", lambda _: "", unit="row"
    )


def _point(row: Row, found: ResultColumns) -> tuple[float, float] | None:
    try:
        latitude, longitude = float(row[found.latitude]["value"]), float(row[found.longitude]["value"])
    except (KeyError, ValueError):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _shared(names: Sequence[str], rows: Sequence[Row], kind: str) -> str:
    """Return the value of a kind that all rows of a point share: a property of the place, not of what happened."""
    for name in names:
        values = {row[name]["value"] if name in row and _kind(row[name]) == kind else "" for row in rows}
        if len(values) == 1 and values != {""}:
            return str(values.pop())
    return ""


def result_timeline(
    found: ResultColumns, rows: Sequence[Row], addresses: Addresses, titles: Mapping[str, tuple[str, str]]
) -> Markup:
    """Return the days in the rows, each row a dot that leads to its thing."""
    events = [_dated(row, found, titles) for row in rows if found.date in row and found.thing in row]
    return timeline(events, gettext("Timeline of the rows"), lambda one: addresses.href(one.iri) or "", unit="row")


def _dated(row: Row, found: ResultColumns, titles: Mapping[str, tuple[str, str]]) -> EventSummary:
    iri = row[found.thing]["value"]
    label, language = titles.get(iri, ("", ""))
    if not label and found.text in row:
        label, language = row[found.text]["value"], row[found.text].get("xml:lang", "")
    return EventSummary(iri, row[found.date]["value"][:10], label or iri, language)


def result_histogram(found: ResultColumns, rows: Sequence[Row], addresses: Addresses) -> Markup:
    """Return bars for the years, months or days in the rows; "" if they are not all of one kind."""
    counts: Counter[str] = Counter()
    for row in rows:
        if found.period in row and found.number in row:
            counts[row[found.period]["value"]] += terms.whole(row[found.number]["value"])
    minter = Minter(addresses.base)

    def href(period: str) -> str:
        mint = {4: minter.year, 7: minter.month, 10: minter.day}[len(period)]
        return addresses.href(mint(date.fromisoformat(f"{period}-01-01"[:10]))) or ""

    try:
        unit = found.number.removesuffix("s")
        return histogram(
            counts, gettext("%(number)s by %(period)s", number=found.number, period=found.period), href, unit=unit
        )
    except ValueError:
        return Markup()


@dataclass(frozen=True, slots=True)
class ResultBar:
    """A row as a bar: its label, its address, and its number."""

    text: str
    href: str | None
    number: float


def result_bars(
    found: ResultColumns, rows: Sequence[Row], addresses: Addresses, titles: Mapping[str, tuple[str, str]]
) -> list[ResultBar]:
    """Return a bar for each of the first rows."""
    bars = []
    for row in rows[:BARS]:
        if found.number in row:
            iri = row[found.thing]["value"] if found.thing in row else ""
            text = row[found.text]["value"] if found.text in row else titles.get(iri, (iri, ""))[0]
            bars.append(ResultBar(text, addresses.href(iri), float(row[found.number]["value"])))
    return bars
