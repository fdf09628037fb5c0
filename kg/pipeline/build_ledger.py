"""The ledger of a store during a build: what it knows before, and what is appended afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from kg.events import ledger_file
from kg.events.ledger import Ledger
from kg.events.ledger_file import LedgerFile
from kg.events.lines import Alias, Line, Name, Text, Unname
from kg.events.recognise import short_hash
from kg.rdf import Literal, NamedNode, terms
from kg.rdf.graph import Graph
from kg.store import verified
from kg.store.layout import Store

NOT_OF_THE_PAST: Final = (Text, Name, Alias, Unname)


class BuildLedger:
    """The ledger of a build.

    ``known`` is the ledger of a store, with the additions from the copy at ``shipped`` and the current snapshot.

    Raises LedgerError if it cannot be used; see ``kg.store.verified``.
    """

    def __init__(self, store: Store, shipped: str) -> None:
        copy = ledger_file.published(shipped)
        self._store, self._shipped = store, shipped
        self._file = verified.ledger(store, copy)
        self.known = Ledger(self._file.lines)
        self._lacked = ledger_file.missing(copy, self.known)
        self._former = [] if self.known.texts else _former_texts(store)
        self.known.extend(self._former)

    @contextmanager
    def claimed(self, claims: list[Line], *, is_past: bool) -> Iterator[str]:
        """Append claims and provide the root; undo this if the block fails before its snapshot is current.

        For a past time, texts and names are left out: the last text of an event must be its present one, and present
        content decides which names are shown.
        """
        before, end = self._store.target, self._file.end
        try:
            self._file.append(self._fresh(claims, is_past=is_past))
            yield self._file.root
        except BaseException:
            if self._store.target == before:
                self._file.undo(end)
            raise

    def shipped(self, claims: list[Line], folder: Path) -> LedgerFile:
        """Write the ledger with claims to a folder as a copy, and return it; the store's ledger is not changed.

        Raises LedgerError if it cannot be written.
        """
        draft, copy = folder / "ledger.draft", folder / "ledger.txt"
        written = self._file.at(draft) if self._file.end else LedgerFile(draft)
        written.append(self._fresh(claims, is_past=False))
        ledger_file.export(draft, str(copy))
        draft.unlink()
        return LedgerFile(copy)

    def _fresh(self, claims: list[Line], *, is_past: bool) -> list[Line]:
        lasting = [claim for claim in claims if not (is_past and isinstance(claim, NOT_OF_THE_PAST))]
        return [*self._lacked, *self._unclaimed(lasting), *lasting]

    def _unclaimed(self, claims: list[Line]) -> list[Text]:
        """Return the texts of the previous snapshot, except those claimed again with what is printed."""
        anew = {(claim.key, claim.revision) for claim in claims if isinstance(claim, Text)}
        return [text for text in self._former if (text.key, text.revision) not in anew]

    @property
    def known_now(self) -> Ledger:
        """The ledger of the store including the new claims."""
        return Ledger(self._file.lines) if self._former else self.known

    def export(self) -> None:
        """Write the copy, if one is wanted."""
        ledger_file.export(self._store.ledger, self._shipped)


def _former_texts(store: Store) -> list[Text]:
    """Return the revisions of the current snapshot, the current one of each event last; none if its ledger has them.

    A revision is identified by its entry: what the same page prints at the same place is the same.
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
    """Return the values of a predicate by subject IRI."""
    found: dict[str, list[str]] = defaultdict(list)
    for quad in graph.quads_for_pattern(None, predicate, None):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            found[quad.subject.value].append(quad.object.value)
    return found
