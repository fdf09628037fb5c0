"""What people decide about events, and the ledger keeps: that two are one, or that one must not be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from kg.errors import LedgerError
from kg.events import ledger
from kg.events.ledger import INSTANT, Claim, ClaimKind, Ledger
from kg.store.layout import Store

KEY = re.compile(r"\d{4}-\d\d-\d\d/[a-z2-7]{10}")


def merge(store: Store, old: str, new: str) -> None:
    """Add to the ledger of a store that the event ``old`` (an IRI) is one with the event ``new``, which survives.

    Raises LedgerError if the ledger does not know both, if one is merged already or withdrawn, or if they are of
    two editions; StoreError if another build has the store.
    """
    with _ledger(store) as known:
        gone, survivor = _event(store, known, old), _event(store, known, new)
        if known.survivor(survivor.key) == gone.key:
            raise LedgerError(f"<{new}> is <{old}> or merged into it: an event cannot be merged into itself")
        for claim in (gone, survivor):
            _refuse_amended(store, known, claim.key)
        if gone.language != survivor.language:
            raise LedgerError(f"<{old}> is of the {gone.language} edition, <{new}> of the {survivor.language} one")
        _add(store, gone, "merged", survivor.key)


def withdraw(store: Store, event: str, now: datetime | None = None) -> None:
    """Add to the ledger of a store that nothing of an event (its IRI) is to be shown from now on.

    Raises LedgerError if the ledger does not know the event, or if it is merged or withdrawn already; StoreError if
    another build has the store.
    """
    with _ledger(store) as known:
        claim = _event(store, known, event)
        _refuse_amended(store, known, claim.key)
        _add(store, claim, "withdrawn", (now or datetime.now(UTC)).astimezone(UTC).strftime(INSTANT))


def show(store: Store, event: str) -> list[str]:
    """Return what the ledger of a store says about an event (its IRI), a line for each claim.

    Raises LedgerError if the ledger does not know the event.
    """
    known = Ledger(ledger.read(store.ledger))
    key = _event(store, known, event).key
    lines = [f"{one.kind} {one.day} {one.language} {one.value}" for one in known.claims_of(key)]
    if key in known.merged:
        lines.append(f"merged into {_events(store)}{known.survivor(key)}")
    lines += [f"merged from {_events(store)}{old}" for old, survivor in known.merged.items() if survivor == key]
    if key in known.withdrawn:
        lines.append(f"withdrawn {known.withdrawn[key]}")
    return lines


@contextmanager
def _ledger(store: Store) -> Iterator[Ledger]:
    """Give the ledger of a store, which nobody else writes to until the block ends."""
    store.current()
    with store.drafting():
        yield Ledger(ledger.read(store.ledger))


def _events(store: Store) -> str:
    return f"{store.current().manifest.base}event/"


def _event(store: Store, known: Ledger, iri: str) -> Claim:
    """Return the first claim of the event with this IRI."""
    events = _events(store)
    key = iri.removeprefix(events)
    if not iri.startswith(events) or not KEY.fullmatch(key):
        raise LedgerError(f"<{iri}> is not the IRI of an event of this store: they begin with {events}")
    claims = known.claims_of(key)
    if not claims:
        raise LedgerError(f"the ledger of {store} knows no event <{iri}>")
    return claims[0]


def _refuse_amended(store: Store, known: Ledger, key: str) -> None:
    events = _events(store)
    if key in known.merged:
        raise LedgerError(f"<{events}{key}> is merged already: name <{events}{known.survivor(key)}> instead")
    if key in known.withdrawn:
        raise LedgerError(f"<{events}{key}> is withdrawn since {known.withdrawn[key]}")


def _add(store: Store, claim: Claim, kind: ClaimKind, value: str) -> None:
    day = date.fromisoformat(claim.key.partition("/")[0])
    ledger.append(store.ledger, [Claim(day, claim.language, claim.key, kind, value)])
