"""The Chinese names of places: what each means, which mean the same, and which occurs at a position in a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

LONGEST: Final = 12
"""The length of the longest name in characters."""


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
        """Return the names that mean the same as one, including itself; or else only the name."""
        return self._same.get(self._meanings.get(name, ""), (name,))

    def longest_at(self, text: str, start: int) -> str:
        """Return the longest name in a text at ``start``, "" if there is none."""
        longest = (text[start : start + length] for length in range(LONGEST, 0, -1))
        return next((name for name in longest if name in self._meanings), "")
