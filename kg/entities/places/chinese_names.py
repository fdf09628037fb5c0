"""The Chinese names of places: what each means, which mean the same, and which stands somewhere in a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

LONGEST: Final = 12
"""Characters of the longest name."""


class ChineseNames:
    """Names, in both scripts, with their meaning: a GeoNames id, or an English title."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        """Index the lines of chinese.tsv."""
        self._meanings = dict(line.split("\t") for line in lines)
        self._same: dict[str, tuple[str, ...]] = {}
        for name, meaning in self._meanings.items():
            self._same[meaning] = (*self._same.get(meaning, ()), name)

    def meaning(self, name: str) -> str | None:
        """Return what a name means, None if it is not known."""
        return self._meanings.get(name)

    def same(self, name: str) -> tuple[str, ...]:
        """Return the names that mean the same as one, itself included; else the name alone."""
        return self._same.get(self._meanings.get(name, ""), (name,))

    def longest_at(self, text: str, start: int) -> str:
        """Return the longest name that stands in a text at ``start``; an empty one where none does."""
        longest = (text[start : start + length] for length in range(LONGEST, 0, -1))
        return next((name for name in longest if name in self._meanings), "")
