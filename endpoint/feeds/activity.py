"""Feeds of events as activities (W3C Recommendation ActivityStreams 2.0): a collection and its pages, oldest first."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from kg.derived.changelog import Change
from kg.rdf.formats import Format

CONTEXT: Final = "https://www.w3.org/ns/activitystreams"
ACTIVITY: Final = Format("activity", "application/activity+json", "json", "page", "ActivityStreams 2.0")
ANY_JSON: Final = tuple(
    Format(ACTIVITY.name, name, "json", "page", ACTIVITY.label) for name in ("application/ld+json", "application/json")
)
"""The type that clients without knowledge of ActivityStreams request; they get ActivityStreams too (section 2)."""

Document = dict[str, Any]


def collection(address: str, title: str, total: int, first: str, last: str) -> Document:
    """Return an OrderedCollection: ``first`` is the page of its oldest activities, ``last`` that of its newest."""
    return {
        "@context": CONTEXT,
        "id": address,
        "type": "OrderedCollection",
        "name": title,
        "totalItems": total,
        "first": {"id": first, "type": "OrderedCollectionPage"},
        "last": {"id": last, "type": "OrderedCollectionPage"},
    }


def page(
    address: str, whole: str, start: int, items: list[Document], previous: str | None, following: str | None
) -> Document:
    """Return a page of a collection; ``start`` is the position of its first item in the whole, from 0."""
    found: Document = {
        "@context": CONTEXT,
        "id": address,
        "type": "OrderedCollectionPage",
        "partOf": whole,
        "startIndex": start,
    }
    found |= {name: link for name, link in (("prev", previous), ("next", following)) if link}
    return found | {"orderedItems": items}


def items(changes: Iterable[Change], base: str, thing: str = "") -> list[Document]:
    """Return changes as activities; in the feed of a thing, they may add events to it or remove them."""
    return [activity(change, base, thing) for change in changes]


def activity(change: Change, base: str, thing: str = "") -> Document:
    """Return a change of an event as an activity; a deleted or withdrawn event is a Tombstone."""
    found: Document = {
        "id": f"{base}feed/version/{change.seq}#activity",
        "type": change.kind,
        "published": change.time,
        "object": _object(change),
    }
    return found | ({"target": thing} if change.kind in ("Add", "Remove") else {})


def _object(change: Change) -> Document | str:
    if change.kind == "Remove":
        return change.iri
    if change.title is None:
        gone = {"deleted": change.time} if change.kind == "Delete" else {}
        return {"id": change.iri, "type": "Tombstone", "formerType": "Event", **gone}
    name = {"nameMap": {change.language: change.title}} if change.language else {"name": change.title}
    return {"id": change.iri, "type": "Event", **name}


def render(document: Document) -> bytes:
    """Return a document as JSON."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"
