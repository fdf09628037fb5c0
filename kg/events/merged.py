"""Turns events that the ledger merges into one event: the survivor, with what captures show of all of them."""

from __future__ import annotations

from collections.abc import Iterable

from kg.events.claims import Claims
from kg.events.timeline import Event, Observed, Span


def surviving(events: Iterable[Event], claims: Claims) -> list[Event]:
    """Return the events; those that ``claims`` merges become one with the survivor's key, at the place of the first.

    Each event was followed through the captures on its own before, so a merge changes no revisions. The content is that
    of the survivor, unless only another one is still listed.
    """
    found: dict[str, Event] = {}
    for event in sorted(events, key=lambda one: one.key in claims.merged):
        key = claims.survivor(event.key)
        if key in found:
            _join(found[key], event)
        else:
            event.key = key
            found[key] = event
    return list(found.values())


def _join(event: Event, other: Event) -> None:
    for title, entries in other.former.items():
        event.former.setdefault(title, {}).update(entries)
    event.recorded = other.recorded | event.recorded
    event.renamed = other.renamed | event.renamed
    for name, observed in other.revisions.items():
        known = event.revisions.setdefault(name, observed)
        if known is not observed:
            _join_revision(known, observed)
    if event.gone and not other.gone:
        event.listings, event.current, event.gone = other.listings, other.current, None
    elif event.gone and other.gone:
        event.gone = max(event.gone, other.gone)
        event.listings = [*event.listings, *other.listings]
    elif not other.gone:
        event.listings = [*event.listings, *other.listings]


def _join_revision(known: Observed, other: Observed) -> None:
    known.entries = other.entries | known.entries
    known.spans = _disjoint([*known.spans, *other.spans])


def _disjoint(spans: list[Span]) -> list[Span]:
    """Return the intervals, earliest first, with those that overlap or touch joined."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start):
        last = found[-1] if found else None
        if last is None or (last.until is not None and last.until < span.start):
            found.append(span)
        elif last.until is not None:
            last.until = None if span.until is None else max(last.until, span.until)
    return found
