"""The page of a document: events and their revisions have kinds of their own, all else is described."""

from __future__ import annotations

from endpoint.event.page import event_page, past_event_page
from endpoint.event.revision import revision_page
from endpoint.html.describe import document_page
from endpoint.site.site import Site
from kg.lookup.history import EventHistory
from kg.rdf import terms
from kg.rdf.serialize import Nodes
from kg.workers.operations import History, LookAround, PageDescription


def page_of(here: Site, iri: str, found: PageDescription, page: int = 1) -> str:
    """Return a page of the document about a resource, from its description."""
    nodes = found.nodes
    if _is_a(nodes, iri, terms.EVENT.value):
        return event_page(here.frame, iri, nodes, here.workers.ask(LookAround(iri)), told(here, iri))
    for event in nodes[iri].get(terms.SPECIALIZATION_OF.value, ()):
        if _is_a(nodes, event.get("iri", ""), terms.EVENT.value):
            return revision_page(here.frame, iri, nodes, told(here, event["iri"]))
    return document_page(here, iri, nodes, page=page, days=found.days)


def past_page_of(here: Site, iri: str, nodes: Nodes, path: str, instant: str) -> str:
    """Return the page at a path below the base about what was said of an event or a day at an instant."""
    if _is_a(nodes, iri, terms.EVENT.value):
        return past_event_page(here.frame, iri, nodes, path, instant)
    return document_page(here, iri, nodes, path, instant)


def told(here: Site, event: str) -> EventHistory:
    """Return the history of an event, from the cache or from a worker; raises NotFoundError for what is no event."""
    found: EventHistory = here.cached(
        ("history", event), lambda: here.workers.ask(History(event)), lambda one: 1_000 + 3_000 * len(one.wordings)
    )
    return found


def _is_a(nodes: Nodes, iri: str, kind: str) -> bool:
    return any(one.get("iri") == kind for one in nodes.get(iri, {}).get(terms.TYPE.value, ()))
