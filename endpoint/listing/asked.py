"""Requests for a list: the parameters of its address, read and written."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from endpoint.http.routes import Parameter
from kg.errors import ParameterError
from kg.lookup.listing.filter import KM, BoundingBox, Choice, Filter, Relation, Sort
from kg.rdf.iri import respell

LENGTH: Final = 200
"""The most characters of words, or of an IRI's path, in an address."""
THINGS: Final = {
    "place": "a place, such as entity/en/Homs",
    "category": "the heading above events, such as category/law-and-crime",
    "topic": "the topic of events, such as entity/en/Arab_Spring",
    "entity": "what events name in any way, as topic, place or mention",
    "story": "a story that events are part of",
    "publisher": "who publishes what events cite, such as publisher/bbc",
}
"""The parameters that are IRIs, and the kinds of their things."""
PARAMETERS: Final = (
    Parameter("q", "Words of a title, all of which it has."),
    *(Parameter(name, f"IRI, or its path, of {what}.") for name, what in THINGS.items()),
    Parameter("relation", "How the events relate to the place: in (the default), near or names."),
    Parameter("within", "With near, the distance in kilometres; 50 by default."),
    Parameter("km", "The same as within, as older links have it."),
    Parameter("language", "Language of the events, such as en."),
    Parameter("from", "The first day, such as 2012-02-06; a month, 2012-02, or a year, 2012, means its first day."),
    Parameter("to", "The last day, such as 2012-02-06; a month, 2012-02, or a year, 2012, means its last day."),
    Parameter("bbox", "Where they happened: west, south, east and north in degrees, with commas (RFC 7946, 5)."),
    Parameter("sort", "newest (the default), oldest, or match: the best match of q first."),
    Parameter("page", "Number of a page, from 1; of data, a page of a hundred events instead of all of them."),
)
"""The parameters of every representation of a list."""
SAFE: Final = "/,:"
"""The reserved characters that stay readable in addresses of lists."""
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,15})?", re.ASCII)


class ListView(Choice):
    """How a page shows a list."""

    LIST = "list"
    TABLE = "table"
    MAP = "map"
    TIMELINE = "timeline"
    CHART = "chart"


@dataclass(frozen=True, slots=True)
class AskedList:
    """A requested list.

    ``given`` are its parameters without empty ones, with IRIs below the base as paths; ``page`` is None for the whole
    list, or for the first page if the whole list is not offered.
    """

    given: Mapping[str, str]
    filter: Filter
    sort: Sort
    page: int | None
    view: ListView

    def address(self, path: str, **changes: str) -> str:
        """Return a path with the parameters of this list, some of them changed, or left out if they are empty.

        The page belongs to the unchanged list, so it is left out unless given.
        """
        found = {name: value for name, value in self.given.items() if name != "page"} | changes
        if not found.get("place"):
            found = {name: value for name, value in found.items() if name not in ("relation", "within")}
        query = urlencode({name: value for name, value in found.items() if value}, safe=SAFE)
        return f"{path}?{query}" if query else path

    def addresses(self, path: str, name: str, **changes: str) -> Callable[[str], str]:
        """Return what gives the address (see ``address``) for each value of one more parameter; no value is empty."""
        before, _, after = self.address(path, **changes, **{name: "\0"}).partition(f"{name}=%00")
        return lambda value: f"{before}{name}={quote_plus(value, safe=SAFE)}{after}"

    def told(self, base: str) -> dict[str, Any]:
        """Return the description of the request for JSON: the parameters, with the IRIs of things."""
        kept = ("q", "language", "from", "to", "bbox")
        told: dict[str, Any] = {name: self.given[name] for name in kept if name in self.given}
        told |= {name: iri(base, self.given[name]) for name in THINGS if name in self.given}
        if self.filter.place:
            near = {"km": round(self.filter.km)} if self.filter.relation == Relation.NEAR else {}
            told |= {"relation": self.filter.relation} | near
        return told | {"sort": self.sort}


def asked_list(given: Mapping[str, str], base: str, languages: Mapping[str, int]) -> AskedList:
    """Return the list that parameters request. Raises ParameterError for an invalid value.

    ``languages`` are those of the data set, by tag.
    """
    spelled = {name: value for name, value in given.items() if value and name in NAMES}
    spelled |= {name: respell(spelled[name].removeprefix(base).lstrip("/")) for name in THINGS if name in spelled}
    if "km" in spelled:
        if "within" in spelled:
            raise ParameterError("give within or km, which are the same", "km", ("within", "km"))
        spelled["within"] = spelled.pop("km")
    sort = Sort.from_name(spelled.get("sort", Sort.NEWEST))
    found = _filter(spelled, base, languages)
    if sort == Sort.MATCH and not found.words:
        raise ParameterError("sort=match needs a search: give q", "sort")
    page, view = spelled.get("page"), ListView.from_name(spelled.get("view", ListView.LIST))
    defaults = {"sort": Sort.NEWEST, "relation": Relation.IN, "view": ListView.LIST}
    kept = {name: value for name, value in spelled.items() if defaults.get(name) != value}
    return AskedList(kept, found, sort, _page(page) if page else None, view)


NAMES: Final = frozenset((*(one.name for one in PARAMETERS), "view"))


def iri(base: str, text: str) -> str:
    """Return the IRI in a parameter, given in full or as a path below the base."""
    return text if text.startswith(base) else f"{base}{text.lstrip('/')}"


def _filter(given: Mapping[str, str], base: str, languages: Mapping[str, int]) -> Filter:
    things = {name: iri(base, given[name]) for name in THINGS if name in given}
    relation = Relation.from_name(given.get("relation", Relation.IN))
    if "relation" in given and "place" not in things:
        raise ParameterError("relation is for a place: give place, such as entity/en/Homs", "relation")
    found = Filter(
        words=_words(given.get("q", "")),
        relation=relation,
        km=_km(given),
        language=_language(given.get("language", ""), languages),
        first=_day("from", given.get("from", ""), last=False),
        last=_day("to", given.get("to", ""), last=True),
        box=_box(given["bbox"]) if "bbox" in given else None,
        **things,
    )
    if found.first and found.last and found.first > found.last:
        raise ParameterError(f"from is later than to: {found.first}, {found.last}", "from")
    return found


def _words(text: str) -> str:
    if len(text) > LENGTH:
        raise ParameterError(f"q may have {LENGTH} characters", "q")
    return " ".join(text.split())


def _km(given: Mapping[str, str]) -> float:
    text = given.get("within", "")
    if text and given.get("relation") != Relation.NEAR:
        raise ParameterError("within is only for the relation near", "within")
    if text and not re.fullmatch(r"[0-9]{1,3}", text, re.ASCII):
        raise ParameterError("within must be a number of kilometres up to 999", "within")
    return float(text or KM)


def _language(tag: str, known: Mapping[str, int]) -> str:
    if tag and tag not in known:
        raise ParameterError(f"language must be one of {', '.join(known)}", "language", tuple(known))
    return tag


def _day(name: str, text: str, *, last: bool) -> str:
    """Return the first or the last day of a day, a month or a year, as an ISO date; "" for ""."""
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
