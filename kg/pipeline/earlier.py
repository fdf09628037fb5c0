"""Snapshot -> the texts of its revisions, for a ledger that was written before ledgers kept texts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from kg.events.lines import Text
from kg.events.recognise import short_hash
from kg.rdf import Literal, NamedNode, terms
from kg.rdf.graph import Graph
from kg.store.layout import Store


def texts(store: Store) -> list[Text]:
    """Return the revisions of the current snapshot, the current one of each event last; none if its ledger has them.

    A revision is known by the entry that it comes from: what the same page prints at the same place is the same.
    """
    if not store.has_current or store.current().manifest.ledger_root:
        return []
    graph = store.current().open()
    events = f"{store.current().manifest.base}event/"
    event_of = _first(graph, terms.SPECIALIZATION_OF)
    entries, sources = _all(graph, terms.DERIVED_FROM), _all(graph, terms.SOURCE)
    days, current = _first(graph, terms.START_DATE), _first(graph, terms.CURRENT_REVISION)
    found = []
    for quad in graph.quads_for_pattern(None, terms.LABEL, None):
        revision = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
        event = event_of.get(revision, "")
        told = [entry for entry in entries.get(revision, ()) if "#related-" not in entry]
        if event in days and told and isinstance(quad.object, Literal):
            found.append(
                Text(
                    date.fromisoformat(days[event]),
                    quad.object.language or "",
                    event.removeprefix(events),
                    revision.rpartition("/")[2],
                    short_hash(min(told), 12),
                    tuple(sorted(short_hash(url, 8) for url in sources.get(revision, ()))),
                    quad.object.value,
                )
            )
    return sorted(found, key=lambda one: (one.key, current[f"{events}{one.key}"].endswith(one.revision), one.revision))


def _first(graph: Graph, predicate: NamedNode) -> dict[str, str]:
    return {subject: values[0] for subject, values in _all(graph, predicate).items()}


def _all(graph: Graph, predicate: NamedNode) -> dict[str, list[str]]:
    """Return the values that a predicate has, by the IRIs of their subjects."""
    found: dict[str, list[str]] = defaultdict(list)
    for quad in graph.quads_for_pattern(None, predicate, None):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            found[quad.subject.value].append(quad.object.value)
    return found
