"""Quotations of events among IRIs, from the snapshot of a call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from endpoint.agents.replies import QuotedEvent
from endpoint.agents.tool import ToolContext
from kg.lookup.exports.quotation import Quotation
from kg.rdf.graph import named_node
from kg.workers.list_operations import QuoteEvents

QUOTED: Final = 2_000
"""How many IRIs are looked up for one answer."""


def quoted(context: ToolContext, iris: Iterable[str]) -> dict[str, QuotedEvent]:
    """Return the quotations of those IRIs that are events or revisions, by IRI."""
    asked = [one for one in dict.fromkeys(iris) if named_node(one)][:QUOTED]
    found = context.workers.ask(QuoteEvents(tuple(asked))) if asked else []
    return {one.iri: _quoted(one, context.snapshot.id) for one in found}


def _quoted(one: Quotation, snapshot: str) -> QuotedEvent:
    return QuotedEvent(one.event, one.revision, one.date, one.sentence, one.language, list(one.sources), snapshot)
