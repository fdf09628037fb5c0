"""The list of events: one address for all filters, which are its parameters."""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from flask import Response, request

from endpoint.http.negotiate import JSON
from endpoint.http.routes import IN_JSON, Parameter, Routes
from endpoint.http.urls import Addresses
from endpoint.site.site import Site, site, tagged
from kg.derived.kinds import SEARCH
from kg.errors import ParameterError
from kg.lookup.listing.filter import KM, BoundingBox, Filter, Relation, Sort
from kg.workers.operations import ListEvents

blueprint = Routes("events", __name__)

PAGE: Final = 100
VALUES: Final = 10
LENGTH: Final = 200
THINGS: Final = {
    "place": "a place, such as entity/en/Homs",
    "category": "the heading that events stand below, such as category/law-and-crime",
    "topic": "what events stand below, such as entity/en/Arab_Spring",
    "entity": "what events name in any way, as topic, place or mention",
    "story": "a story that events are part of",
    "publisher": "who publishes what events cite, such as publisher/bbc",
}
"""The parameters that are IRIs, and of what."""
LISTING: Final = replace(
    IN_JSON,
    parameters=(
        Parameter("q", "Words of a title, all of which it has."),
        *(Parameter(name, f"IRI, or its path, of {what}.") for name, what in THINGS.items()),
        Parameter("relation", "What ties the events to the place: in (what is not said otherwise), near or names."),
        Parameter("within", "Of near: within how many kilometres, 50 if it is not said."),
        Parameter("km", "The same as within, as older links have it."),
        Parameter("language", "Language of the events, such as en."),
        Parameter("from", "The first day, as 2012-02-06; of a month, 2012-02, or a year, 2012, its first."),
        Parameter("to", "The last day, as 2012-02-06; of a month, 2012-02, or a year, 2012, its last."),
        Parameter("bbox", "Where they happened: west, south, east and north in degrees, with commas (RFC 7946, 5)."),
        Parameter("sort", "newest (what is not said otherwise), oldest, or match: the best match of q first."),
        Parameter("page", "Number of the page of a hundred events, from 1."),
    ),
)
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,15})?", re.ASCII)


@blueprint.get("/events", described=LISTING)
def events() -> Response:
    """List the events that have all that is asked for: words, a place, a category, a time, and so on.

    It says how many there are, how many in each year and month, and which values of each facet most of them have; for a
    place that they name, ``names`` has the places that are named with it. ``points`` are where most of them happened.
    Of ``relation`` ``in``, the sentence tells that they happened there or at a place that it contains; of ``near``, at
    a town within so many kilometres; ``names`` is every event that names it.
    """
    here = site()
    index = here.artefacts.obtain(SEARCH, here.snapshot)
    page, sort = _page(request.args.get("page", "1")), Sort.from_name(request.args.get("sort", Sort.NEWEST))
    asked, told = _filter(here, request.args)
    if sort == Sort.MATCH and not asked.words:
        raise ParameterError("sort=match is for what is searched for: give q", "sort")
    operation = ListEvents(index, asked, sort, PAGE * (page - 1), PAGE, VALUES)
    found = here.cached(operation, lambda: here.workers.ask(operation), len)
    head = json.dumps(told | {"snapshot": here.snapshot.id, "sort": sort, "page": page}, ensure_ascii=False).encode()
    body = head[:-1] + b", " + found[1:]
    return tagged(Response(body, content_type=JSON.content_type), here.snapshot, "events")


def _filter(here: Site, given: Mapping[str, str]) -> tuple[Filter, dict[str, Any]]:
    """Return the filter that parameters make, and what is told of it: the parameters, with the IRIs of things."""
    things = {name: _iri(here.addresses, given[name]) for name in THINGS if given.get(name)}
    told: dict[str, Any] = {name: given[name] for name in ("q", "language", "from", "to", "bbox") if given.get(name)}
    told |= things
    relation, km = Relation.from_name(given.get("relation", Relation.IN)), _km(given)
    if "place" in things:
        told |= {"relation": relation} | ({"km": km} if relation == Relation.NEAR else {})
    elif "relation" in given:
        raise ParameterError("relation is for a place: give place, such as entity/en/Homs", "relation")
    found = Filter(
        words=_words(given.get("q", "")),
        relation=relation,
        km=float(km),
        language=_language(given.get("language", ""), here.snapshot.manifest.languages),
        first=_day("from", given.get("from", ""), last=False),
        last=_day("to", given.get("to", ""), last=True),
        box=_box(given["bbox"]) if given.get("bbox") else None,
        **things,
    )
    if found.first and found.last and found.first > found.last:
        raise ParameterError(f"from is later than to: {found.first}, {found.last}", "from")
    return found, told


def _iri(addresses: Addresses, text: str) -> str:
    return text if text.startswith(addresses.base) else f"{addresses.base}{text.lstrip('/')}"


def _words(text: str) -> str:
    if len(text) > LENGTH:
        raise ParameterError(f"q may have {LENGTH} characters", "q")
    return " ".join(text.split())


def _km(given: Mapping[str, str]) -> int:
    name = next((one for one in ("within", "km") if one in given), "")
    if name and given.get("relation") != Relation.NEAR:
        raise ParameterError(f"{name} is for the relation near alone", name)
    if "within" in given and "km" in given:
        raise ParameterError("give within or km, which are the same", "km", ("within", "km"))
    text = given.get(name, f"{KM:.0f}")
    if not re.fullmatch(r"[0-9]{1,3}", text, re.ASCII):
        raise ParameterError(f"{name} must be a number of kilometres up to 999", name)
    return int(text)


def _language(tag: str, known: Mapping[str, int]) -> str:
    if tag and tag not in known:
        raise ParameterError(f"language must be one of {', '.join(known)}", "language", tuple(known))
    return tag


def _day(name: str, text: str, *, last: bool) -> str:
    """Return the first or the last day of a day, a month or a year, as an ISO date; nothing of nothing."""
    match = _DATE.fullmatch(text)
    try:
        if match:
            year, month, day = (int(one) if one else None for one in match.groups())
            assert year is not None  # noqa: S101 - every match has it
            month = month or (12 if last else 1)
            return date(year, month, day or (calendar.monthrange(year, month)[1] if last else 1)).isoformat()
    except ValueError:  # there is no such day; calendar.IllegalMonthError is one too
        match = None
    if text:
        raise ParameterError(f"{name} must be a day, a month or a year, such as 2012-02-06, 2012-02 or 2012", name)
    return ""


def _box(text: str) -> BoundingBox:
    """Return a box of four numbers in degrees (RFC 7946, section 5)."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 4 and all(map(_NUMBER.fullmatch, parts)):
        west, south, east, north = map(float, parts)
        if max(abs(west), abs(east)) <= 180 and -90 <= south <= north <= 90:
            return BoundingBox(west, south, east, north)
    raise ParameterError("bbox must be west, south, east and north in degrees, such as 35.5,33,39,37", "bbox")


def _page(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,4}", text, re.ASCII):
        raise ParameterError("page must be a number from 1 on", "page")
    return int(text)
