"""The ledger of a store during a build: what it knows before, and what is appended to it after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kg.events import ledger_file
from kg.events.ledger import Ledger
from kg.events.lines import Alias, Line, Name, Text, Unname
from kg.pipeline import earlier
from kg.store import verified
from kg.store.layout import Store

NOT_OF_THE_PAST: Final = (Text, Name, Alias, Unname)


class BuildLedger:
    """``known`` is the ledger of a store with what the copy at ``shipped`` and the current snapshot add to it.

    Raises LedgerError if it cannot be used; see ``kg.store.verified``.
    """

    def __init__(self, store: Store, shipped: str) -> None:
        copy = ledger_file.published(shipped)
        self._store, self._shipped = store, shipped
        self._file = verified.ledger(store, copy)
        self.known = Ledger(self._file.lines)
        self._lacked = ledger_file.missing(copy, self.known)
        self._former = [] if self.known.texts else earlier.texts(store)
        self.known.extend(self._former)

    @contextmanager
    def claimed(self, claims: list[Line], *, is_past: bool) -> Iterator[str]:
        """Append claims, and give the root; take them back if the block fails before its snapshot is current.

        Of a time past, texts and names are left out: the last text of an event is its present one, and what is shown
        now says which names are told.
        """
        before, end = self._store.target, self._file.end
        lasting = [claim for claim in claims if not (is_past and isinstance(claim, NOT_OF_THE_PAST))]
        try:
            self._file.append([*self._lacked, *self._unclaimed(lasting), *lasting])
            yield self._file.root
        except BaseException:
            if self._store.target == before:
                self._file.undo(end)
            raise

    def _unclaimed(self, claims: list[Line]) -> list[Text]:
        """Return the texts of the snapshot before but those that are claimed anew, with what is printed."""
        anew = {(claim.key, claim.revision) for claim in claims if isinstance(claim, Text)}
        return [text for text in self._former if (text.key, text.revision) not in anew]

    def export(self) -> Ledger:
        """Write the copy, if there is to be one, and return what the ledger of the store knows now."""
        ledger_file.export(self._store.ledger, self._shipped)
        return Ledger(self._file.lines) if self._former else self.known
