"""The page of a list: what was asked for, what can be asked for next, and the events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from endpoint.listing.as_sparql import as_sparql
from endpoint.listing.asked import THINGS, AskedList, ListView
from endpoint.rendering.figures.histogram import histogram
from endpoint.rendering.figures.maps import event_map
from endpoint.rendering.figures.timeline import timeline
from endpoint.rendering.filters import language_name, spoken
from endpoint.rendering.page_frame import PageFrame
from kg.lookup.listing.filter import BoundingBox, Relation, Sort
from kg.lookup.listing.listing import EventSummary, MapPoint
from kg.rdf.formats import LIST_FORMATS

ROWS: Final = 20
"""Events on a page for people."""
DOTS: Final = 200
"""Events on a timeline."""
FACETS: Final = {
    "category": ("Category", "category"),
    "in": ("Where", "place"),
    "topic": ("Topic", "topic"),
    "story": ("Story", "story"),
    "publisher": ("Reported by", "publisher"),
    "entity": ("Named", "entity"),
    "language": ("Language", "language"),
}
"""The facets that a page offers: their headings, and the parameters that their values are for."""
RELATIONS: Final = {
    Relation.IN: "in it",
    Relation.NEAR: "near it",
    Relation.NAMES: "naming it",
}


@dataclass(frozen=True, slots=True)
class ListLink:
    """A way from a list to another one: what it is called, where it leads, how many events it has, if that is known."""

    text: str
    href: str
    events: int | None = None
    chosen: bool = False
    language: str = ""


def rows(view: ListView) -> int:
    """Return how many events a page has in a view."""
    return DOTS if view == ListView.TIMELINE else ROWS


def list_page(frame: PageFrame, asked: AskedList, summary: bytes) -> str:
    """Return the page of a list of which a worker told the summary, an EventList in JSON."""
    return frame.page("list.html", **_shown(frame, asked, json.loads(summary)))


def embedded_page(frame: PageFrame, asked: AskedList, summary: bytes) -> str:
    """Return the same list as a page that stands inside of another one."""
    return frame.page("embedded_list.html", **_shown(frame, asked, json.loads(summary)))


def title(asked: AskedList, summary: Mapping[str, Any]) -> str:
    """Return what a list is of, as a title says it: Events in Homs, in 2012."""
    return f"Events {', '.join(found)}" if (found := list(_phrases(asked, summary))) else "All events"


def _shown(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> dict[str, Any]:
    local, page, total = frame.addresses.local, asked.page or 1, summary["total"]
    here = asked.address("events")
    return {
        "title": title(asked, summary),
        "asked": asked,
        "summary": summary,
        "page": page,
        "first": rows(asked.view) * (page - 1) + 1,
        "chips": [
            ListLink(text, local(asked.address("events", **without))) for text, without in _chips(asked, summary)
        ],
        "relations": list(_relations(frame, asked, summary)),
        "views": [
            ListLink(
                one.title(),
                local(asked.address("events", view="" if one == ListView.LIST else one)),
                None,
                one == asked.view,
            )
            for one in ListView
        ],
        "facets": list(_facets(frame, asked, summary)),
        "histogram": _histogram(frame, asked, summary),
        "map": _map(frame, asked, summary) if asked.view == ListView.MAP else "",
        "timeline": _timeline(frame, asked, summary) if asked.view == ListView.TIMELINE else "",
        "formats": [(one, local(asked.address(f"events.{one.suffix}", view=""))) for one in LIST_FORMATS],
        "sparql": as_sparql(asked, frame.addresses.base),
        "here": local(here),
        "canonical": frame.addresses.absolute(asked.address("events", page=str(page) if page > 1 else "")),
        "turns": (
            local(asked.address("events", page=str(page - 1) if page > 2 else "")) if page > 1 else "",
            local(asked.address("events", page=str(page + 1))) if rows(asked.view) * page < total else "",
        ),
        "orders": list(_orders(frame, asked)),
    }


def _label(asked: AskedList, summary: Mapping[str, Any], name: str) -> str:
    """Return what the thing is called that a parameter names."""
    found = summary["asked"].get(getattr(asked.filter, name), {})
    return str(found.get("label") or asked.given[name])


def _phrases(asked: AskedList, summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a list is of, in the order of a sentence."""
    given, found = asked.given, asked.filter
    if found.place:
        within = f"within {found.km:.0f} km of"
        tie = {Relation.IN: "in", Relation.NEAR: within, Relation.NAMES: "that name"}[found.relation]
        yield f"{tie} {_label(asked, summary, 'place')}"
    said = {
        "entity": "that name",
        "topic": "on",
        "story": "of the story",
        "category": "of the category",
        "publisher": "reported by",
    }
    yield from (f"{words} {_label(asked, summary, name)}" for name, words in said.items() if name in given)
    if found.words:
        yield f"with “{found.words}”"
    if found.language:
        yield f"in {language_name(found.language)}"
    if found.first or found.last:
        yield _period(given.get("from", ""), given.get("to", ""))
    if found.box:
        yield "in one part of the map"


def _period(first: str, last: str) -> str:
    if first == last:
        return f"{'on' if len(first) > 7 else 'in'} {spoken(first)}"
    if first and last:
        return f"from {spoken(first)} to {spoken(last)}"
    return f"since {spoken(first)}" if first else f"until {spoken(last)}"


def _chips(asked: AskedList, summary: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each filter of a list as people read it, with what is to be changed for the list without it."""
    for name in THINGS:
        if name in asked.given:
            yield _label(asked, summary, name), {name: ""}
    if asked.filter.words:
        yield (
            f"“{asked.filter.words}”",
            {"q": "", "sort": "" if asked.sort == Sort.MATCH else asked.given.get("sort", "")},
        )
    if asked.filter.language:
        yield language_name(asked.filter.language), {"language": ""}
    if asked.filter.first or asked.filter.last:
        yield _period(asked.given.get("from", ""), asked.given.get("to", "")), {"from": "", "to": ""}
    if asked.filter.box:
        yield "a part of the map", {"bbox": ""}


def _relations(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> Iterator[ListLink]:
    """Yield the ways in which events can be tied to the place of a list."""
    for relation, text in RELATIONS.items() if asked.filter.place else ():
        if relation == Relation.NEAR and not summary["centre"]:
            continue
        changes = {"relation": "" if relation == Relation.IN else relation}
        changes |= {} if relation == Relation.NEAR else {"within": ""}
        href = frame.addresses.local(asked.address("events", **changes))
        yield ListLink(text, href, chosen=relation == asked.filter.relation)


def _facets(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> Iterator[tuple[str, list[ListLink]]]:
    """Yield the facets that have values that not all of the events have."""
    for facet, (heading, name) in FACETS.items():
        narrower = (one for one in summary["facets"][facet] if one["events"] < summary["total"])
        # What takes the place of another value leads to fewer events only if the list has all of its events.
        found = [
            _link(frame, asked, name, one)
            for one in narrower
            if name not in asked.given or one["events"] == one["total"]
        ]
        if found:
            yield heading, found


def _link(frame: PageFrame, asked: AskedList, name: str, value: Mapping[str, Any]) -> ListLink:
    path = value["value"].removeprefix(frame.addresses.base)
    text = language_name(path) if name == "language" else value["label"] or path
    changes = {name: path} | ({"relation": "", "within": ""} if name == "place" else {})
    href = frame.addresses.local(asked.address("events", **changes))
    return ListLink(text, href, value["events"], language=value["language"])


def _histogram(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> Markup:
    """Return bars for the years of a list, or for its months where they are of one or two years."""
    years: dict[str, int] = summary["years"]
    counts: dict[str, int] = years if len(years) > 2 else summary["months"]
    if len(counts) < 2:
        return Markup()

    def href(period: str) -> str:
        return frame.addresses.local(asked.address("events", **{"from": period, "to": period}))

    every = frame.addresses.local(asked.address("events", **{"from": "", "to": ""}))
    try:
        return histogram(counts, f"{title(asked, summary)}, by {'year' if counts is years else 'month'}", href, every)
    except ValueError:  # one is thousands of years after another one
        return Markup()


def _timeline(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> Markup:
    """Return the days of the events of a list, each event a dot that leads to it."""
    events = [EventSummary(**one) for one in summary["events"]]
    every = frame.addresses.local(asked.address("events", **{"from": "", "to": ""}))
    return timeline(events, title(asked, summary), lambda one: frame.addresses.href(one.iri) or "", every)


def _map(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> Markup:
    """Return the map of where the events of a list happened."""
    points = [MapPoint(**one) for one in summary["points"]]

    def place(point: MapPoint) -> str:
        path = point.iri.removeprefix(frame.addresses.base)
        return frame.addresses.local(asked.address("events", place=path, relation="", within="", view="", bbox=""))

    def area(box: BoundingBox) -> str:
        corners = ",".join(f"{one:.4f}" for one in (box.west, box.south, box.east, box.north))
        return frame.addresses.local(asked.address("events", bbox=corners))

    return event_map(points, title(asked, summary), place, area) if points else Markup()


def _orders(frame: PageFrame, asked: AskedList) -> Iterator[ListLink]:
    """Yield the orders that a list can have."""
    texts = {Sort.NEWEST: "Newest first", Sort.OLDEST: "Oldest first", Sort.MATCH: "Best match first"}
    for sort, text in texts.items():
        if sort != Sort.MATCH or asked.filter.words:
            href = frame.addresses.local(asked.address("events", sort="" if sort == Sort.NEWEST else sort))
            yield ListLink(text, href, chosen=sort == asked.sort)
