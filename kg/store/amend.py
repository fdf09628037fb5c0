"""Records decisions of people in the ledger: what is the same, what is not, which events must not be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import islice
from typing import Final

from kg.errors import LedgerError
from kg.events.ledger import Ledger
from kg.events.ledger_file import LedgerFile
from kg.events.lines import INSTANT, Alias, Claim, ClaimKind, Line, Unalias
from kg.rdf import NamedNode
from kg.rdf.iri import respell
from kg.store import verified
from kg.store.layout import Store

KEY: Final = re.compile(r"event/\d{4}-\d\d-\d\d/[a-z2-7]{10}")
THING: Final = re.compile(r"(entity|publisher|category)/.+")
DECIDED: Final = "decided"
"""The reason of an alias that was not made by a rule."""


def merge(store: Store, old: str, new: str) -> None:
    """Record in the ledger of a store that the thing ``old`` (an IRI) is the same as ``new``, which survives.

    Both are events, entities, publishers or categories. Raises LedgerError if one of them is unknown, if they are not
    of the same kind or edition, or if one is already merged or withdrawn; StoreError if another build holds the store.
    """
    with _deciding(store) as ledger:
        gone, survivor = ledger.named(old), ledger.named(new)
        if gone.kind != survivor.kind:
            raise LedgerError(f"<{old}> is of the kind {gone.kind}, <{new}> of the kind {survivor.kind}")
        if ledger.known.survivor(ledger.known.canonical(survivor.name)) == gone.name:
            raise LedgerError(f"<{new}> is <{old}> or merged into it: it cannot be merged into itself")
        for one in (gone, survivor):
            ledger.refuse_amended(one)
        if gone.kind == "event":
            if gone.language != survivor.language:
                raise LedgerError(
                    f"<{old}> is of the {gone.language} edition, <{new}> of the {survivor.language} one, so they stay "
                    f"two: say with kg ledger match that they are the same news"
                )
            ledger.add(gone.claim("merged", survivor.name))
        else:
            ledger.add(Alias(gone.name, survivor.name, DECIDED))


def split(store: Store, old: str) -> None:
    """Record in the ledger of a store that the thing ``old`` (an IRI) is not what it is merged into.

    Raises LedgerError if it is unknown, or not merged; StoreError if another build holds the store.
    """
    with _deciding(store) as ledger:
        one = ledger.named(old)
        into = ledger.known.into(one.name)
        if into is None:
            raise LedgerError(f"<{old}> is not merged into anything")
        ledger.add(one.claim("unmerged", into) if one.kind == "event" else Unalias(one.name, into, DECIDED))


def match(store: Store, event: str, other: str, *, is_same: bool = True) -> None:
    """Record in the ledger of a store that two events of two editions are the same news, or are not.

    Raises LedgerError if one of them is unknown, merged or withdrawn, if they are of the same edition, or if this is
    already recorded; StoreError if another build holds the store.
    """
    with _deciding(store) as ledger:
        one, second = ledger.event(event), ledger.event(other)
        for named in (one, second):
            ledger.refuse_amended(named)
        if one.language == second.language:
            raise LedgerError(f"<{event}> and <{other}> are of one edition: kg ledger merge makes one event of two")
        if ledger.known.reviewed.get(frozenset((one.name, second.name))) is is_same:
            raise LedgerError(f"that <{event}> is {'' if is_same else 'not '}the news of <{other}> is already recorded")
        ledger.add(one.claim("matched" if is_same else "unmatched", second.name))


def withdraw(store: Store, event: str, now: datetime | None = None) -> None:
    """Record in the ledger of a store that an event (its IRI) must not be shown any more.

    Raises LedgerError if the ledger does not know the event, or if it is already merged or withdrawn; StoreError if
    another build holds the store.
    """
    with _deciding(store) as ledger:
        one = ledger.event(event)
        ledger.refuse_amended(one)
        ledger.add(one.claim("withdrawn", (now or datetime.now(UTC)).astimezone(UTC).strftime(INSTANT)))


def restore(store: Store, event: str, now: datetime | None = None) -> None:
    """Record in the ledger of a store that a withdrawn event (its IRI) may be shown again.

    Raises LedgerError if the ledger does not know the event, or if it is not withdrawn itself; StoreError if another
    build holds the store.
    """
    with _deciding(store) as ledger:
        one = ledger.event(event)
        if one.name in ledger.known.merged:
            ledger.refuse_amended(one)
        if one.name not in ledger.known.withdrawn:
            raise LedgerError(f"<{event}> is not withdrawn")
        ledger.add(one.claim("restored", (now or datetime.now(UTC)).astimezone(UTC).strftime(INSTANT)))


def show(store: Store, iri: str) -> list[str]:
    """Return what the ledger of a store says about an event, an entity, a publisher or a category, line by line.

    Raises LedgerError if nothing is known by this IRI.
    """
    ledger = _Decisions(store, verified.ledger(store))
    one, known = ledger.named(iri), ledger.known
    claims = known.claims_of(one.name) if one.kind == "event" else []
    lines = [f"{claim.kind} {claim.day} {claim.language} {claim.value}" for claim in claims]
    lines += [f"text {text.day} {text.language} {text.revision} {text.text}" for text in known.texts.get(one.name, ())]
    if one.name in known.names:
        lines.append(f"name {known.names[one.name]}")
    replaced = known.merged if one.kind == "event" else known.aliases
    if one.name in replaced:
        lines.append(f"merged into {ledger.iri(one.kind, replaced[one.name])}")
    lines += [f"merged from {ledger.iri(one.kind, old)}" for old, last in replaced.items() if last == one.name]
    lines += [f"not {ledger.iri(one.kind, new)}" for old, new in sorted(known.separate) if old == one.name]
    for pair, is_same in known.reviewed.items():
        if one.name in pair:
            lines += [f"{'' if is_same else 'not '}the news of {ledger.iri('event', key)}" for key in pair - {one.name}]
    if one.name in known.withdrawn:
        lines.append(f"withdrawn {known.withdrawn[one.name]}")
    return lines


def verify(store: Store) -> list[str]:
    """Return the root of the ledger of a store and how many lines of each type it has.

    Raises LedgerError if the ledger is damaged, contradicts itself, or is not that of the current snapshot.
    """
    file = verified.ledger(store)
    known = Ledger(file.lines)
    known.check()
    counts: dict[str, int] = {}
    for line in file.lines:
        kind = line.kind if isinstance(line, Claim) else type(line).__name__.lower()
        counts[kind] = counts.get(kind, 0) + 1
    return [f"root {file.root}", *(f"{kind} {count:,}" for kind, count in sorted(counts.items()))]


@dataclass(frozen=True, slots=True)
class _Named:
    """The thing with an IRI: its kind, the key of an event, or else a path, and the edition of an event."""

    kind: str
    name: str
    language: str = ""

    def claim(self, kind: ClaimKind, value: str) -> Claim:
        return Claim(date.fromisoformat(self.name.partition("/")[0]), self.language, self.name, kind, value)


class _Decisions:
    """The ledger of a store, which resolves IRIs, and can be appended to."""

    def __init__(self, store: Store, file: LedgerFile) -> None:
        self.store = store
        self.known = Ledger(file.lines)
        self._file = file

    @cached_property
    def base(self) -> str:
        """The identity base."""
        return self.store.current().manifest.base

    def iri(self, kind: str, name: str) -> str:
        """Return the IRI of the thing with this key or path."""
        return f"{self.base}event/{name}" if kind == "event" else f"{self.base}{name}"

    def add(self, line: Line) -> None:
        """Append a line."""
        self._file.append([line])

    def named(self, iri: str) -> _Named:
        """Return the thing with an IRI. Raises LedgerError if it is nothing that can be merged."""
        path = respell(iri.removeprefix(self.base)) if iri.startswith(self.base) else ""
        if KEY.fullmatch(path):
            return self._event(iri, path.removeprefix("event/"))
        if not (thing := THING.fullmatch(path)):
            raise LedgerError(
                f"<{iri}> is not the IRI of an event, an entity, a publisher or a category of this store: "
                f"they begin with {self.base}event/, and so on"
            )
        if path not in self.known.names and self.known.into(path) is None and not self._is_described(path):
            raise LedgerError(f"{self.store} knows no {thing[1]} <{iri}>")
        return _Named(thing[1], path)

    def event(self, iri: str) -> _Named:
        """Return the event with this IRI."""
        events = f"{self.base}event/"
        if not KEY.fullmatch(iri.removeprefix(self.base)) or not iri.startswith(events):
            raise LedgerError(f"<{iri}> is not the IRI of an event of this store: they begin with {events}")
        return self._event(iri, iri.removeprefix(events))

    def _event(self, iri: str, key: str) -> _Named:
        claims = self.known.claims_of(key)
        if not claims:
            raise LedgerError(f"the ledger of {self.store} knows no event <{iri}>")
        return _Named("event", key, claims[0].language)

    def _is_described(self, path: str) -> bool:
        graph = self.store.current().open()
        return any(islice(graph.quads_for_pattern(NamedNode(self.base + path), None, None), 1))

    def refuse_amended(self, one: _Named) -> None:
        """Raise LedgerError if a thing is already merged or withdrawn."""
        iri, known = self.iri(one.kind, one.name), self.known
        last = known.survivor(known.canonical(one.name))
        if last != one.name:
            raise LedgerError(f"<{iri}> is merged already: name <{self.iri(one.kind, last)}> instead")
        if one.name in known.withdrawn:
            raise LedgerError(f"<{iri}> is withdrawn since {known.withdrawn[one.name]}")


@contextmanager
def _deciding(store: Store) -> Iterator[_Decisions]:
    """Provide the ledger of a store, locked against other writers until the block ends."""
    store.current()
    with store.drafting():
        yield _Decisions(store, verified.ledger(store))
