"""The page of a list: the request, ways to narrow it, and the events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from endpoint.listing.as_sparql import as_sparql
from endpoint.listing.asked import THINGS, AskedList, ListView
from endpoint.listing.figures import list_histogram, list_map, list_timeline
from endpoint.listing.title import label, period, title
from endpoint.rendering.filters import language_name
from endpoint.rendering.language import gettext, message
from endpoint.rendering.page_frame import PageFrame
from kg.lookup.listing.filter import Relation, Sort
from kg.lookup.listing.listing import POINTS, Extent
from kg.rdf.formats import LIST_FORMATS

ROWS: Final = 20
"""The number of events on an HTML page."""
DOTS: Final = 200
"""The most events on a timeline."""
VALUES: Final = 10
"""The number of values for each facet."""
FACETS: Final = {
    "category": (message("Category"), "category"),
    "in": (message("Where"), "place"),
    "topic": (message("Topic"), "topic"),
    "story": (message("Story"), "story"),
    "publisher": (message("Reported by"), "publisher"),
    "entity": (message("Named"), "entity"),
    "language": (message("Language"), "language"),
}
"""The facets that a page offers: their headings, and the parameters that their values are for."""
RELATIONS: Final = {
    Relation.IN: message("in it"),
    Relation.NEAR: message("near it"),
    Relation.NAMES: message("naming it"),
}

VIEWS: Final = {
    ListView.LIST: message("List"),
    ListView.TABLE: message("Table"),
    ListView.MAP: message("Map"),
    ListView.TIMELINE: message("Timeline"),
    ListView.CHART: message("Chart"),
}


@dataclass(frozen=True, slots=True)
class ListLink:
    """A link from a list to another one: its text, its address, and the number of events there, if known."""

    text: str
    href: str
    events: int | None = None
    chosen: bool = False
    language: str = ""


def extent(asked: AskedList) -> Extent:
    """Return how much of a list its page shows: dots have no place for more than a title, only a map has points."""
    count = _rows(asked.view)
    points = POINTS if asked.view == ListView.MAP else 0
    return Extent(count * ((asked.page or 1) - 1), count, VALUES, points, detailed=asked.view != ListView.TIMELINE)


def _rows(view: ListView) -> int:
    return DOTS if view == ListView.TIMELINE else ROWS


def list_page(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> str:
    """Return the page of a list from the summary that a worker made, see endpoint.listing.summary."""
    return frame.page("list.html", **_shown(frame, asked, summary))


def embedded_page(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> str:
    """Return the same list as a page to embed in another one."""
    return frame.page("embedded_list.html", **_shown(frame, asked, summary))


def _shown(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> dict[str, Any]:
    local, page, total = frame.addresses.local, asked.page or 1, summary["total"]
    here = asked.address("events")
    return {
        "title": title(asked, summary),
        "asked": asked,
        "summary": summary,
        "page": page,
        "first": _rows(asked.view) * (page - 1) + 1,
        "chips": [
            ListLink(text, local(asked.address("events", **without))) for text, without in _chips(asked, summary)
        ],
        "relations": list(_relations(frame, asked, summary)),
        "views": [
            ListLink(
                gettext(VIEWS[one]),
                local(asked.address("events", view="" if one == ListView.LIST else one)),
                None,
                one == asked.view,
            )
            for one in ListView
        ],
        "facets": list(_facets(frame, asked, summary)),
        "histogram": list_histogram(frame, asked, summary),
        "most": POINTS if len(summary["points"]) == POINTS else 0,
        "map": list_map(frame, asked, summary) if asked.view == ListView.MAP else "",
        "timeline": list_timeline(frame, asked, summary) if asked.view == ListView.TIMELINE else "",
        "formats": [(one, local(asked.address(f"events.{one.suffix}", view=""))) for one in LIST_FORMATS],
        "sparql": as_sparql(asked, frame.addresses.base),
        "here": local(here),
        "canonical": frame.addresses.absolute(asked.address("events", page=str(page) if page > 1 else "")),
        "turns": (
            local(asked.address("events", page=str(page - 1) if page > 2 else "")) if page > 1 else "",
            local(asked.address("events", page=str(page + 1))) if _rows(asked.view) * page < total else "",
        ),
        "orders": list(_orders(frame, asked)),
    }


def _chips(asked: AskedList, summary: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each filter of a list in words, with the change that removes it."""
    for name in THINGS:
        if name in asked.given:
            yield label(asked, summary, name), {name: ""}
    if asked.filter.words:
        yield (
            f"“{asked.filter.words}”",
            {"q": "", "sort": "" if asked.sort == Sort.MATCH else asked.given.get("sort", "")},
        )
    if asked.filter.language:
        yield language_name(asked.filter.language), {"language": ""}
    if asked.filter.first or asked.filter.last:
        yield period(asked.given.get("from", ""), asked.given.get("to", "")), {"from": "", "to": ""}
    if asked.filter.box:
        yield gettext("a part of the map"), {"bbox": ""}


def _relations(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> Iterator[ListLink]:
    """Yield the relations that events can have to the place of a list."""
    for relation, text in RELATIONS.items() if asked.filter.place else ():
        if relation == Relation.NEAR and not summary["centre"]:
            continue
        changes = {"relation": "" if relation == Relation.IN else relation}
        changes |= {} if relation == Relation.NEAR else {"within": ""}
        href = frame.addresses.local(asked.address("events", **changes))
        yield ListLink(gettext(text), href, chosen=relation == asked.filter.relation)


def _facets(frame: PageFrame, asked: AskedList, summary: Mapping[str, Any]) -> Iterator[tuple[str, list[ListLink]]]:
    """Yield the facets with values that not all events have."""
    for facet, (heading, name) in FACETS.items():
        narrower = (one for one in summary["facets"][facet] if one["events"] < summary["total"])
        # Replacing another value narrows the list only if the list has all of the value's events.
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


def _orders(frame: PageFrame, asked: AskedList) -> Iterator[ListLink]:
    """Yield the orders that a list can have."""
    texts = {
        Sort.NEWEST: gettext("Newest first"),
        Sort.OLDEST: gettext("Oldest first"),
        Sort.MATCH: gettext("Best match first"),
    }
    for sort, text in texts.items():
        if sort != Sort.MATCH or asked.filter.words:
            href = frame.addresses.local(asked.address("events", sort="" if sort == Sort.NEWEST else sort))
            yield ListLink(text, href, chosen=sort == asked.sort)
