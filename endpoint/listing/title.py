"""The title of a list, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from endpoint.listing.asked import AskedList
from endpoint.rendering.filters import language_name, spoken
from endpoint.rendering.language import gettext, message
from kg.lookup.listing.filter import Relation

PLACES: Final = {
    Relation.IN: message("in %(name)s"),
    Relation.NEAR: message("within %(km)s km of %(name)s"),
    Relation.NAMES: message("that name %(name)s"),
}
TIES: Final = {
    "entity": message("that name %(name)s"),
    "topic": message("on %(name)s"),
    "story": message("of the story %(name)s"),
    "category": message("of the category %(name)s"),
    "publisher": message("reported by %(name)s"),
}
"""The relation of a list's events to a thing, in words, by the parameter that names it."""


def title(asked: AskedList, summary: Mapping[str, Any]) -> str:
    """Return the title of a list, such as "Events in Homs, in 2012"."""
    found = list(_phrases(asked, summary))
    return gettext("Events %(phrases)s", phrases=gettext(", ").join(found)) if found else gettext("All events")


def label(asked: AskedList, summary: Mapping[str, Any], name: str) -> str:
    """Return the label of the thing that a parameter names."""
    found = summary["asked"].get(getattr(asked.filter, name), {})
    return str(found.get("label") or asked.given[name])


def _phrases(asked: AskedList, summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield the phrases of a title, in the order of a sentence."""
    given, found = asked.given, asked.filter
    if found.place:
        yield gettext(PLACES[found.relation]) % {"km": f"{found.km:.0f}", "name": label(asked, summary, "place")}
    yield from (gettext(TIES[name]) % {"name": label(asked, summary, name)} for name in TIES if name in given)
    if found.words:
        yield gettext("with “%(words)s”", words=found.words)
    if found.language:
        yield gettext("in %(language)s", language=language_name(found.language))
    if found.first or found.last:
        yield period(given.get("from", ""), given.get("to", ""))
    if found.box:
        yield gettext("in one part of the map")


def period(first: str, last: str) -> str:
    """Return the period from one day, month or year to another in words; either may be empty."""
    if first == last and len(first) > len("2012-02"):
        return gettext("on %(day)s", day=spoken(first))
    if first == last:
        return gettext("in %(period)s", period=spoken(first))
    if first and last:
        return gettext("from %(first)s to %(last)s", first=spoken(first), last=spoken(last))
    return gettext("since %(first)s", first=spoken(first)) if first else gettext("until %(last)s", last=spoken(last))
