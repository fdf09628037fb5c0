"""What a list is of, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from endpoint.listing.asked import AskedList
from endpoint.rendering.filters import language_name, spoken
from kg.lookup.listing.filter import Relation


def title(asked: AskedList, summary: Mapping[str, Any]) -> str:
    """Return what a list is of, as a title says it: Events in Homs, in 2012."""
    return f"Events {', '.join(found)}" if (found := list(_phrases(asked, summary))) else "All events"


def label(asked: AskedList, summary: Mapping[str, Any], name: str) -> str:
    """Return what the thing is called that a parameter names."""
    found = summary["asked"].get(getattr(asked.filter, name), {})
    return str(found.get("label") or asked.given[name])


def _phrases(asked: AskedList, summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a list is of, in the order of a sentence."""
    given, found = asked.given, asked.filter
    if found.place:
        within = f"within {found.km:.0f} km of"
        tie = {Relation.IN: "in", Relation.NEAR: within, Relation.NAMES: "that name"}[found.relation]
        yield f"{tie} {label(asked, summary, 'place')}"
    said = {
        "entity": "that name",
        "topic": "on",
        "story": "of the story",
        "category": "of the category",
        "publisher": "reported by",
    }
    yield from (f"{words} {label(asked, summary, name)}" for name, words in said.items() if name in given)
    if found.words:
        yield f"with “{found.words}”"
    if found.language:
        yield f"in {language_name(found.language)}"
    if found.first or found.last:
        yield period(given.get("from", ""), given.get("to", ""))
    if found.box:
        yield "in one part of the map"


def period(first: str, last: str) -> str:
    """Return the time from one day, month or year to another one in words; either may be empty."""
    if first == last:
        return f"{'on' if len(first) > 7 else 'in'} {spoken(first)}"
    if first and last:
        return f"from {spoken(first)} to {spoken(last)}"
    return f"since {spoken(first)}" if first else f"until {spoken(last)}"
