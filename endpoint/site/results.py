"""Answers to queries, kept for those who ask the same of the same snapshot.

Whatever stands before a query still does: the guard, and the limits of its client. Only the work is spared.
"""

from __future__ import annotations

from typing import Final

from endpoint.site.lru import LruCache
from kg.query.evaluate import Answer
from kg.query.syntax import varying

SHARE: Final = 16
"""The largest answer that is kept has this part of the memory for all of them."""
ENTRY: Final = 1_000
"""Bytes that an answer takes beside its body and the text of its query."""

Question = tuple[str, str, int | None, tuple[str, ...], tuple[str, ...]]
"""The text of a query, the name of the format, the limit in bytes, the default graphs and the named ones."""


class ResultCache:
    """Keeps answers by question and snapshot in ``size`` bytes at most, none if that is 0. Many threads may use it."""

    def __init__(self, size: int) -> None:
        self._cache = LruCache(size)

    def find(self, question: Question, snapshot: str) -> Answer | None:
        """Return the answer to a question from a snapshot, None if it is not kept."""
        found: Answer | None = self._cache.get((snapshot, question))
        return found

    def keep(self, question: Question, answer: Answer) -> None:
        """Keep an answer, unless it is too long or might be another one next time."""
        size = len(answer.body) + len(question[0]) + ENTRY
        if size <= self._cache.size // SHARE and not varying(question[0]):
            self._cache.put((answer.snapshot, question), answer, size)
