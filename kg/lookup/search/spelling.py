"""Suggestions for searches whose words nothing has."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from kg.entities.labels import folded
from kg.lookup.listing.columns import opened
from kg.lookup.search.search import split

SHORTEST: Final = 4
"""Letters of the shortest word that is taken for misspelt."""
LIKE: Final = 0.75
CANDIDATES: Final = 10_000
"""Words of the index that one is compared with: those with the same first letter and about as many letters."""
KNOWN: Final = "SELECT 1 FROM vocabulary WHERE term = ?"
NEAR: Final = """
    SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ? LIMIT ?"""


def meant(index: str, text: str) -> str:
    """Return a text with those words replaced by the likest ones of the index that it does not have; else nothing.

    Of several that are alike, the one that most labels have is taken. Nothing is returned if a word is like none, or if
    the index has all of them. Raises StoreError if the index cannot be read.
    """
    words = list(_words(index, text))
    return " ".join(words) if all(words) and words != _plain(text) else ""


def _plain(text: str) -> list[str]:
    return [folded(word) or word for word in split(text)]


def _words(index: str, text: str) -> Iterator[str]:
    """Yield for each word of a text itself or the likest one, an empty one if there is none."""
    with opened(index) as database:
        for word in _plain(text):
            if " " in word or database.execute(KNOWN, (word,)).fetchone():
                yield word
                continue
            near = (word[0], chr(ord(word[0]) + 1), len(word) - 2, len(word) + 2, CANDIDATES)
            found = dict(database.execute(NEAR, near)) if len(word) >= SHORTEST else {}
            likest = get_close_matches(word, found, n=3, cutoff=LIKE)
            yield max(likest, key=found.__getitem__, default="")
