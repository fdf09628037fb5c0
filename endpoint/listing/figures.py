"""The figures of a list, with marks that lead to narrower lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from endpoint.listing.asked import AskedList
from endpoint.listing.title import title
from endpoint.rendering.figures.histogram import histogram
from endpoint.rendering.figures.maps import event_map
from endpoint.rendering.figures.timeline import timeline
from endpoint.rendering.language import gettext
from endpoint.rendering.page_frame import PageFrame
from kg.lookup.listing.filter import BoundingBox
from kg.lookup.listing.listing import EventSummary, MapPoint


def list_histogram(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> Markup:
    """Return bars for the years of a list, or for its months if it covers one or two years."""
    years: dict[str, int] = summary["years"]
    counts: dict[str, int] = years if len(years) > 2 else summary["months"]
    if len(counts) < 2:
        return Markup()

    def href(period: str) -> str:
        return frame.addresses.local(asked.address("events", **{"from": period, "to": period}))

    every = frame.addresses.local(asked.address("events", **{"from": "", "to": ""}))
    by = gettext("%(title)s, by year") if counts is years else gettext("%(title)s, by month")
    return histogram(counts, by.replace("%(title)s", title(asked, summary)), href, every)


def list_timeline(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> Markup:
    """Return the days of the events of a list, each event a dot that leads to it."""
    events = [EventSummary(**one) for one in summary["events"]]
    every = frame.addresses.local(asked.address("events", **{"from": "", "to": ""}))
    return timeline(events, title(asked, summary), lambda one: frame.addresses.href(one.iri) or "", every)


def list_map(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any], *, whole: bool = False) -> Markup:
    """Return the map of where the events of a list happened.

    ``whole`` says that it shows the world, however little of it has events.
    """
    points = [MapPoint(**one) for one in summary["points"]]
    at = asked.addresses("events", "place", relation="", within="", view="", bbox="")

    def place(point: MapPoint) -> str:
        return frame.addresses.local(at(point.iri.removeprefix(frame.addresses.base)))

    def area(box: BoundingBox) -> str:
        corners = ",".join(f"{one:.4f}" for one in (box.west, box.south, box.east, box.north))
        return frame.addresses.local(asked.address("events", bbox=corners))

    return event_map(points, title(asked, summary), place, area, whole=whole) if points else Markup()
