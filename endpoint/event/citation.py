"""How to cite an event as it is worded now, or one of its revisions."""

from __future__ import annotations

from datetime import date

from endpoint.event.history import name_of
from endpoint.rendering.filters import spoken
from endpoint.rendering.language import ENGLISH, speaking
from kg.errors import NotFoundError
from kg.lookup.history import EventHistory
from kg.publish.reference import LiteratureReference


def reference(told: EventHistory, iri: str, publisher: str, snapshot: str) -> LiteratureReference:
    """Return the reference to a revision of an event, or to the newest one if ``iri`` is the event.

    Its date is the day on which captures first show the wording, or else the event's day. Raises NotFoundError if the
    event has no such revision.
    """
    found = [one for one in told.wordings if one.revision == iri or (iri == told.event and one.current)]
    found = found or (told.wordings[-1:] if iri == told.event else [])
    if not found:
        raise NotFoundError("there is no such revision to cite")
    wording = found[0]
    with speaking(ENGLISH):
        day = spoken(told.day)
    return LiteratureReference(
        f"newsgraph-{told.day}-{name_of(told.event)}-{name_of(wording.revision)}",
        publisher,
        wording.content.title,
        _day(wording.start) or _day(told.day),
        name_of(wording.revision),
        wording.revision,
        f"Event of {day}, as worded in snapshot {snapshot}.",
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
