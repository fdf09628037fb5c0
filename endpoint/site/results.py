"""Caches answers to queries, by query and snapshot.

The guard and the limits of the client still apply; only the work is saved.
"""

from __future__ import annotations

from typing import Final

from endpoint.site.lru import LruCache
from kg.query.evaluate import Answer
from kg.query.syntax import varying

SHARE: Final = 16
"""The largest cached answer, as a fraction of the memory for all."""
ENTRY: Final = 1_000
"""Bytes that an answer takes besides its body and the text of its query."""

Question = tuple[str, str, int | None, tuple[str, ...], tuple[str, ...]]
"""The text of a query, the name of the format, the limit in bytes, the default graphs and the named ones."""


class ResultCache:
    """Caches answers by question and snapshot in at most ``size`` bytes, none if that is 0. Thread-safe."""

    def __init__(self, size: int) -> None:
        self._cache = LruCache(size)

    def find(self, question: Question, snapshot: str) -> Answer | None:
        """Return the answer to a question from a snapshot, None if it is not cached."""
        found: Answer | None = self._cache.get((snapshot, question))
        return found

    def keep(self, question: Question, answer: Answer) -> None:
        """Cache an answer, unless it is too long or might differ next time."""
        size = len(answer.body) + len(question[0]) + ENTRY
        if size <= self._cache.size // SHARE and not varying(question[0]):
            self._cache.put((answer.snapshot, question), answer, size)
