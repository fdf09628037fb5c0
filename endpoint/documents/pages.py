"""The page of a document: events, revisions and their values get pages of their own kind, the rest a description."""

from __future__ import annotations

import json
from typing import Final

from endpoint.event.page import event_page, past_event_page
from endpoint.event.revision import revision_page
from endpoint.html.describe import document_page
from endpoint.site.site import Site
from endpoint.things.page import ROWS, VALUES, own_list, thing_page
from kg.derived.kinds import SEARCH
from kg.errors import ServiceBusyError, StoreError
from kg.lookup.history import EventHistory
from kg.lookup.listing.listing import Extent
from kg.rdf import terms
from kg.rdf.serialize import Nodes
from kg.workers.list_operations import DescribeThing, ListEvents
from kg.workers.operations import History, LookAround, PageDescription

THINGS: Final = ("entity/", "publisher/", "category/")
"""The paths of things with pages of their own kind."""
PATIENCE: Final = 2.0
"""How many seconds a page waits for the index."""


def page_of(here: Site, iri: str, found: PageDescription, page: int = 1) -> str:
    """Return a page of the document about a resource, from its description."""
    nodes = found.nodes
    if _is_a(nodes, iri, terms.EVENT.value):
        return event_page(here.frame, iri, nodes, here.workers.ask(LookAround(iri)), told(here, iri))
    for event in nodes[iri].get(terms.SPECIALIZATION_OF.value, ()):
        if _is_a(nodes, event.get("iri", ""), terms.EVENT.value):
            return revision_page(here.frame, iri, nodes, told(here, event["iri"]))
    return document_page(here, iri, nodes, page=page, days=found.days)


def page_of_thing(here: Site, iri: str) -> str | None:
    """Return the page of a thing that is a value of events; None for anything else, or while there is no index."""
    if not iri.removeprefix(here.addresses.base).startswith(THINGS):
        return None
    try:
        index = here.artefacts.obtain(SEARCH, here.snapshot, PATIENCE)
    except (ServiceBusyError, StoreError):
        return None

    def make() -> str:
        described = here.workers.ask(DescribeThing(index, iri))
        own = own_list(here.addresses.base, iri, described)
        asked = ListEvents(index, own.filter, own.sort, Extent(0, ROWS, VALUES))
        summary = json.loads(here.workers.ask(asked)) if described.events else None
        return thing_page(here.frame, iri, described, own, summary)

    found: str = here.cached(("thing", iri, *here.seen()), make, len)
    return found


def past_page_of(here: Site, iri: str, nodes: Nodes, path: str, instant: str) -> str:
    """Return the page at a path below the base about what was said about an event or a day at an instant."""
    if _is_a(nodes, iri, terms.EVENT.value):
        return past_event_page(here.frame, iri, nodes, path, instant)
    return document_page(here, iri, nodes, path, instant)


def told(here: Site, event: str) -> EventHistory:
    """Return the history of an event, from the cache or from a worker. Raises NotFoundError for anything else."""
    found: EventHistory = here.cached(
        ("history", event), lambda: here.workers.ask(History(event)), lambda one: 1_000 + 3_000 * len(one.wordings)
    )
    return found


def _is_a(nodes: Nodes, iri: str, kind: str) -> bool:
    return any(one.get("iri") == kind for one in nodes.get(iri, {}).get(terms.TYPE.value, ()))
