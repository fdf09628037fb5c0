"""The newest days and events."""

from __future__ import annotations

from typing import Any, Final

from endpoint.html.describe import listing
from endpoint.site.site import Site
from kg.rdf import terms
from kg.workers.operations import Newest

EVENTS: Final = 10
"""The number of events after which no further day is shown."""


def newest(here: Site, language: str | None) -> dict[str, Any]:
    """Return the newest days and events, from the cache or from a worker."""
    found: dict[str, Any] = here.cached(
        ("newest", language),
        lambda: here.workers.ask(Newest(EVENTS, language)),
        lambda value: 1_000 * len(value["nodes"]),
    )
    return found


def shown_days(here: Site, language: str | None) -> list[dict[str, Any]]:
    """Return the newest days as pages show them: their dates, addresses, numbers of events, and the first of these."""
    found = newest(here, language)
    days = [_day(here, one, found["nodes"]) for one in found["days"]]
    shown = [len(one["listed"]) for one in days]
    return [one for number, one in enumerate(days) if one["listed"] and sum(shown[:number]) < EVENTS]


def _day(here: Site, day: dict[str, Any], nodes: dict[str, Any]) -> dict[str, Any]:
    property_ = terms.TEMPORAL.value
    names = [
        name for name, said in nodes.items() if any(one.get("iri") == day["iri"] for one in said.get(property_, ()))
    ]
    events = listing(here.addresses, {name: nodes[name] for name in names}, nodes)
    return day | {"href": here.addresses.href(day["iri"]), "listed": events[:EVENTS]}
