"""Search: titles and names with the words, the day that they name, and suggestions."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request

from endpoint.html.periods import PeriodLink
from endpoint.http.negotiate import HTML, JSON, choose
from endpoint.http.routes import Description, Parameter, Routes, media_types
from endpoint.http.urls import Addresses
from endpoint.listing.asked import asked_list
from endpoint.listing.figures import list_histogram
from endpoint.listing.summary import summary
from endpoint.listing.title import title
from endpoint.rendering.filters import spoken
from endpoint.site.problems import RETRY_SECONDS
from endpoint.site.site import Site, site, tagged
from kg.derived.kinds import SEARCH
from kg.entities.labels import core
from kg.errors import NotAcceptableError, ParameterError, ServiceBusyError, StoreError
from kg.lookup.listing.filter import Relation
from kg.lookup.listing.listing import Extent
from kg.lookup.search.dates import Period, period
from kg.lookup.search.search import NAMES, WORDS_OF_KINDS
from kg.lookup.search.search_index import EVENT
from kg.rdf.iri import Minter
from kg.workers.operations import Search

blueprint = Routes("search", __name__)

LENGTH: Final = 200
FOUND: Final = 20
NEWEST: Final = 5
"""How many events are shown of the place that has the searched name."""
MOST: Final = 100
PATIENCE: Final = 2.0
"""How many seconds a page waits for the index."""
SEARCHING: Final = Description(
    media_types((HTML, JSON)),
    parameters=(
        Parameter("q", "Words of a title, or of the name of a place, a person or a topic; or a date."),
        Parameter("page", "Number of the page of results, from 1."),
        Parameter("type", "In JSON: only what is of this kind, such as event, place, person or topic."),
        Parameter("limit", "In JSON: how many to list on a page."),
    ),
)


@blueprint.get("/search", described=SEARCHING)
def search() -> Response:
    """Find events, places, people and topics by the words in a title or name, days by their dates.

    ``q`` are the words, or a date such as 6 February 2012, 2012-02 or 2012; ``type`` and ``limit`` are for JSON, which
    lists the results, best first, with the number of each kind. If nothing is found, ``meant`` has the words
    that may be meant.
    """
    here = site()
    name = " ".join(request.args.get("q", "").split())
    if len(name) > LENGTH:
        raise ParameterError(f"q may have {LENGTH} characters", "q")
    chosen = choose((HTML, JSON), request.headers.get("Accept"))
    if chosen is None:
        raise NotAcceptableError([(one.media_type, here.addresses.local("search")) for one in (HTML, JSON)])
    for_json = next((one for one in ("type", "limit") if one in request.args), "")
    if chosen == HTML and for_json:
        raise ParameterError(f"{for_json} is for JSON: send Accept: {JSON.media_type}", for_json)
    page = request.args.get("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,4}", page, re.ASCII):
        raise ParameterError("page must be a number from 1 on", "page")
    response = _results(here, name, int(page)) if chosen == JSON else _page(here, name, int(page))
    response.headers["Vary"] = "Accept"
    return response


def _results(here: Site, name: str, page: int) -> Response:
    """Return the things with these words in a title or name, with type and score; a better match scores higher.

    Raises ServiceBusyError while the index is being made.
    """
    kind, limit = request.args.get("type"), request.args.get("limit", str(FOUND))
    if kind and kind not in WORDS_OF_KINDS:
        raise ParameterError(f"type must be one of {', '.join(WORDS_OF_KINDS)}", "type", tuple(WORDS_OF_KINDS))
    if not re.fullmatch(r"[1-9][0-9]{0,2}", limit, re.ASCII):
        raise ParameterError("limit must be a number from 1 to 999, of which 100 are shown at most", "limit")
    count = min(int(limit), MOST)
    index = here.artefacts.obtain(SEARCH, here.snapshot)
    found = _found(here, Search(index, name, (kind,) if kind else (), count * (page - 1), count))
    told = {"query": name, "snapshot": here.snapshot.id, "page": page, "total": found["total"]}
    told |= {"totals": {kind: number for kind, number in found["totals"].items() if number}}
    told |= {"dates": _dates(here.addresses, name, found["events"])} if found["events"] else {}
    told |= {"meant": found["meant"]} if found["meant"] else {}
    body = json.dumps(told | {"results": list(map(_result, found["matches"]))}, ensure_ascii=False)
    return tagged(Response(body, content_type=JSON.content_type), here.snapshot, "search-json")


def _result(one: dict[str, Any]) -> dict[str, Any]:
    names = {"id": "iri", "label": "label", "language": "language", "date": "date", "score": "score"}
    told = {name: one[field] for name, field in names.items()} | {"type": one["kinds"][0]}
    return {name: value for name, value in told.items() if value != ""}


def _found(here: Site, asked: Search) -> dict[str, Any]:
    key = replace(asked, text=asked.text.casefold())
    found: dict[str, Any] = here.cached(
        key, lambda: here.workers.ask(asked), lambda value: 1_000 * (1 + len(value["matches"]))
    )
    return found


def _dates(addresses: Addresses, name: str, events: int) -> list[dict[str, Any]]:
    """Return the requested day, month or year, with its number of events."""
    asked = period(name)
    return [{"id": _iri(addresses, asked), "date": _iso(asked), "events": events}] if asked else []


def _iri(addresses: Addresses, asked: Period) -> str:
    minter = Minter(addresses.base)
    mint = {"day": minter.day, "month": minter.month, "year": minter.year}[asked.unit]
    return mint(asked.first)


def _iso(asked: Period) -> str:
    length = {"day": len("2012-02-06"), "month": len("2012-02"), "year": len("2012")}[asked.unit]
    return asked.first.isoformat()[:length]


def _page(here: Site, name: str, page: int) -> Response:
    """Show the things with these words in their name or title, and the newest events of the place with this name.

    While there is no index, the answer is to come again (503), not that there is nothing.
    """
    try:
        index = here.artefacts.obtain(SEARCH, here.snapshot, PATIENCE)
    except (ServiceBusyError, StoreError) as error:
        return _later(here, name, str(error))
    first = FOUND * (page - 1)
    titles, names = (_found(here, Search(index, name, kinds, first, FOUND)) for kinds in ((EVENT,), NAMES))
    called = (one for one in names["matches"] if "place" in one["kinds"] and core(one["label"]) == core(name))
    place = next(called, None) if page == 1 else None
    shown = here.frame.page(
        "search.html",
        name=name,
        page=page,
        titles=titles | {"matches": _linked(here, titles)},
        names=names | {"matches": _linked(here, names)},
        meant=names["meant"] if not titles["total"] else "",
        dates=_links(here.addresses, name, titles["events"]),
        place=_described(here, place) if place else None,
        turns=_turns(here, name, page, max(titles["total"], names["total"])),
        all_events=here.addresses.local(f"events?{urlencode({'q': name})}"),
    )
    return tagged(Response(shown), here.snapshot, "search")


def _later(here: Site, name: str, trouble: str) -> Response:
    page = here.frame.page("search.html", name=name, trouble=trouble)
    response = Response(page, 503 if name else 200)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _linked(here: Site, found: dict[str, Any]) -> list[dict[str, Any]]:
    return [one | {"href": here.addresses.href(one["iri"])} for one in found["matches"]]


def _links(addresses: Addresses, name: str, events: int) -> list[PeriodLink]:
    """Return a link to the requested day, month or year, if it has events."""
    found = _dates(addresses, name, events) if events else []
    return [PeriodLink(spoken(one["date"]), addresses.href(one["id"]) or "", events) for one in found]


def _described(here: Site, place: dict[str, Any]) -> dict[str, Any]:
    """Return a place with the newest events in it, or else those that name it, and the bars of their years."""
    path = place["iri"].removeprefix(here.addresses.base)
    for relation in (Relation.IN, Relation.NAMES):
        asked = asked_list({"place": path, "relation": relation}, here.addresses.base, {})
        found = summary(here, asked.filter, extent=Extent(count=NEWEST))
        if found["total"]:
            break
    return place | {
        "href": here.addresses.href(place["iri"]),
        "title": title(asked, found),
        "list": here.addresses.local(asked.address("events")),
        "years": list_histogram(here.frame, asked, found),
        "found": found,
    }


def _turns(here: Site, name: str, page: int, total: int) -> tuple[str, str]:
    """Return the addresses of the page before and the page after, "" if there is none."""
    numbers = (page - 1 if page > 1 else 0, page + 1 if FOUND * page < total else 0)
    before, after = (
        here.addresses.local(f"search?{urlencode({'q': name, 'page': one})}") if one else "" for one in numbers
    )
    return before, after
