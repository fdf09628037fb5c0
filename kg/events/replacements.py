"""Replacements: names, each replaced by another, and the last name of a chain."""

from __future__ import annotations

from kg.errors import LedgerError

SHOWN = 20
"""How many names of a circle a message lists."""


class Replacements:
    """Names with what replaces them; ``what`` says what they name and ``how`` they are replaced, for messages."""

    def __init__(self, what: str, how: str) -> None:
        self._what, self._how = what, how
        self.direct: dict[str, str] = {}
        self._last: dict[str, str] = {}

    def add(self, old: str, new: str) -> None:
        """Let ``new`` replace ``old``. Raises LedgerError if another name already does."""
        if self.direct.setdefault(old, new) != new:
            raise LedgerError(f"the ledger {self._how} the {self._what} {old} into two {self._what}s")
        self._last.clear()

    def remove(self, old: str, new: str) -> None:
        """Undo that ``new`` replaces ``old``. Raises LedgerError if it does not."""
        if self.direct.get(old) != new:
            raise LedgerError(f"the ledger undoes that it {self._how} the {self._what} {old} into {new}, and never did")
        del self.direct[old]
        self._last.clear()

    def check(self) -> None:
        """Raise LedgerError if a chain of replacements is circular."""
        for old in self.direct:
            self.last(old)

    @property
    def all(self) -> dict[str, str]:
        """The final replacement of each name."""
        return {old: self.last(old) for old in self.direct}

    def last(self, name: str) -> str:
        """Return the final replacement of a name, or itself. Raises LedgerError if the chain is circular."""
        passed: dict[str, None] = {}
        last = name
        while last in self.direct and last not in self._last:
            if last in passed:
                raise LedgerError(
                    f"the ledger {self._how} the {self._what} {name} in a circle: {', '.join([*passed, last][:SHOWN])}"
                )
            passed[last] = None
            last = self.direct[last]
        survivor = self._last.get(last, last)
        self._last.update(dict.fromkeys(passed, survivor))
        return survivor
