"""Hashes over the lines of a ledger: one for each month, which changes with any of its lines, and one root."""

from __future__ import annotations

import hashlib


class MonthHashes:
    """The hash of each month: the SHA-256 of the month's lines in order, each with its line break.

    A line counts in the form that copies have, so that a copy that must not reveal words has the same hashes. What was
    added since the last ``keep`` can be taken back. ``changed`` are the months with hashes not yet written.
    """

    def __init__(self) -> None:
        self._months: dict[str, hashlib._Hash] = {}
        self._before: dict[str, hashlib._Hash | None] = {}
        self.changed: set[str] = set()
        self._changed_before: set[str] = set()

    def add(self, month: str, line: str) -> None:
        """Add a line, in the form that copies have, to its month."""
        if month not in self._before:
            self._change(month)
        self._months[month].update(f"{line}\n".encode())

    def _change(self, month: str) -> None:
        known = self._months.get(month)
        self._before[month] = known and known.copy()
        self._months.setdefault(month, hashlib.sha256())
        self.changed.add(month)

    def month(self, month: str) -> str:
        """Return the hash of a month, as 64 hex digits; "" if it has no lines."""
        known = self._months.get(month)
        return known.hexdigest() if known else ""

    def root(self) -> str:
        """Return the hash of all months, as 64 hex digits: over a line for each, with its hash after a tab."""
        pairs = "".join(f"{month}\t{known.hexdigest()}\n" for month, known in sorted(self._months.items()))
        return hashlib.sha256(pairs.encode()).hexdigest()

    def keep(self) -> None:
        """Keep what was added so far."""
        self._before.clear()
        self._changed_before = set(self.changed)

    def seal(self) -> None:
        """Keep what was added so far, and note that all month hashes have been written."""
        self.changed.clear()
        self.keep()

    def take_back(self) -> None:
        """Take back what was added since the last ``keep``."""
        for month, known in self._before.items():
            if known is None:
                del self._months[month]
            else:
                self._months[month] = known
        self.changed = set(self._changed_before)
        self._before.clear()
