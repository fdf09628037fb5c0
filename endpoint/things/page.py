"""The page of a thing: its kind and place, its years, its events, and what else these have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from endpoint.event.clause import clause
from endpoint.html.describe import facts
from endpoint.html.head import head
from endpoint.html.place import shown as shown_place
from endpoint.html.reader import Reader
from endpoint.listing.asked import AskedList, asked_list
from endpoint.listing.figures import list_histogram
from endpoint.listing.page import FACETS, ListLink
from endpoint.rendering.filters import counted, language_name
from endpoint.rendering.language import gettext, message
from endpoint.rendering.page_frame import PageFrame
from endpoint.things.elsewhere import elsewhere
from endpoint.things.kinds import kind, mostly
from kg.lookup.listing.filter import Relation, Sort
from kg.lookup.thing import DescribedThing

ROWS: Final = 20
"""The number of events on the page of a thing."""
VALUES: Final = 8
"""How many values of each facet are requested; those that all events have are not shown."""
SHOWN: Final = 5
TIES: Final = (
    ("in", message("In it, or at a place that it contains"), (("place", None), ("relation", "in"))),
    ("names", message("All that name it"), (("place", None), ("relation", "names"))),
    ("story", message("Its story"), (("story", None),)),
    ("topic", message("Listed under it as a topic"), (("topic", None),)),
    ("entity", message("All that name it in any way"), (("entity", None),)),
)
"""The facets that relate events to a thing, the titles of their lists, and their parameters."""
NAMED_WITH: Final = ("category", "in", "topic", "entity", "publisher", "language")


def own_list(base: str, iri: str, described: DescribedThing) -> AskedList:
    """Return the list of a thing: the events in a place, the parts of a story, or else the events that name it."""
    events = described.events
    if "in" in events:
        given = {"place": iri}
    elif "names" in events:
        given = {"place": iri, "relation": Relation.NAMES}
    elif "story" in events and mostly(events, "story"):
        given = {"story": iri, "sort": Sort.OLDEST}
    else:
        given = {next((name for name in ("publisher", "category") if name in events), "entity"): iri}
    return asked_list(given, base, {})


def thing_page(
    frame: PageFrame, iri: str, described: DescribedThing, own: AskedList, summary: Mapping[str, Any] | None
) -> str:
    """Return the page of a thing; ``summary`` is its list, an EventList for JSON, None if it has no events."""
    nodes = described.nodes
    reader = Reader(nodes, frame.addresses)
    title, what, place = reader.resource(iri), kind(reader, iri, described.events), shown_place(reader, iri)
    total = summary["total"] if summary else 0
    told = {"name": title.text, "kind": gettext(what).lower(), "events": counted(total, "event")}
    return frame.page(
        "thing.html",
        iri=iri,
        path=iri.removeprefix(frame.addresses.base),
        title=title,
        kind=what,
        head=head(frame, iri, nodes, title.text, gettext("%(name)s: %(kind)s, %(events)s.", **told)),
        within=list(_within(frame, reader, described)),
        events=described.events,
        days=described.days if own.filter.story else 0,
        summary=summary,
        listed=[one | {"title": clause(one["title"])} for one in summary["events"]] if summary else [],
        relation=own.filter.relation if own.filter.place else "",
        all_events=frame.addresses.local(own.address("events")),
        ties=list(_ties(frame, iri, described, near=bool(place and not place.wide))),
        histogram=list_histogram(frame, own, summary) if summary else Markup(),
        named_with=list(_named_with(frame, iri, own, described, summary)) if summary else [],
        place=place,
        elsewhere=elsewhere(reader, iri),
        related=[reader.resource(one) for one in reader.iris(iri, "dcterms:relation")],
        statements=facts(reader, iri),
    )


def _within(frame: PageFrame, reader: Reader, described: DescribedThing) -> Iterator[ListLink]:
    """Yield the containers of a place, from the world on, with the number of events in each."""
    if "in" in described.events or described.within:
        yield ListLink(gettext("World"), frame.addresses.local("places"), described.total)
    for one in described.within:
        term = reader.resource(one.iri)
        yield ListLink(term.text, term.href or "", one.events, language=term.language or "")


def _ties(frame: PageFrame, iri: str, described: DescribedThing, *, near: bool) -> Iterator[ListLink]:
    """Yield the lists of a thing's events by facet, with their lengths; of two equally long ones only the first."""
    path, events, told = iri.removeprefix(frame.addresses.base), described.events, set[int]()
    for name, text, given in TIES:
        number = events.get(name)
        if number and number not in told:
            told.add(number)
            yield ListLink(
                gettext(text), _list(frame, **{one: path if value is None else value for one, value in given}), number
            )
        if name == "in" and near:
            yield ListLink(gettext("Near it, within 50 km"), _list(frame, place=path, relation="near"))


def _list(frame: PageFrame, **given: str) -> str:
    return frame.addresses.local(f"events?{urlencode(given, safe='/')}")


def _named_with(
    frame: PageFrame, iri: str, own: AskedList, described: DescribedThing, summary: Mapping[str, Any]
) -> Iterator[tuple[str, list[tuple[ListLink, str]]]]:
    """Yield what else the events have: headings, each with values and the lists of events with both."""
    around = {iri, *(one.iri for one in described.within)}
    told: set[str] = set()
    for facet in NAMED_WITH:
        heading, name = FACETS[facet]
        values = [
            one for one in summary["facets"][facet] if one["value"] not in around | told and name not in own.given
        ]
        values = values if facet != "language" or len(values) > 1 else []
        told |= {one["value"] for one in values}
        if values:
            yield heading, [_value(frame, own, name, one) for one in values[:SHOWN]]


def _value(frame: PageFrame, own: AskedList, name: str, value: Mapping[str, Any]) -> tuple[ListLink, str]:
    """Return a link to a value itself, with the number of its events, and the address of their list."""
    path = value["value"].removeprefix(frame.addresses.base)
    both = frame.addresses.local(own.address("events", **{name: path}))
    if name == "language":
        return ListLink(language_name(path), both, value["events"]), both
    href = frame.addresses.href(value["value"]) or ""
    return ListLink(value["label"] or path, href, value["events"], language=value["language"]), both
