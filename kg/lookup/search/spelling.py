"""Suggestions for searches without results."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from kg.entities.labels import folded
from kg.lookup.listing.columns import opened
from kg.lookup.search.search import split

SHORTEST: Final = 4
"""The fewest letters of a word that may be misspelt."""
LIKE: Final = 0.75
CANDIDATES: Final = 10_000
"""How many words of the index one is compared with: those with the same first letter and a similar length."""
KNOWN: Final = "SELECT 1 FROM vocabulary WHERE term = ?"
NEAR: Final = """
    SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ? LIMIT ?"""


def meant(index: str, text: str) -> str:
    """Return a text with words missing from the index replaced by the most similar ones; else "".

    Among several similar words, the one in the most labels is taken. "" is returned if a word resembles none, or if the
    index has all of them. Raises StoreError if the index cannot be read.
    """
    words = list(_words(index, text))
    return " ".join(words) if all(words) and words != _plain(text) else ""


def _plain(text: str) -> list[str]:
    return [folded(word) or word for word in split(text)]


def _words(index: str, text: str) -> Iterator[str]:
    """Yield each word of a text, or the most similar one, or "" if there is none."""
    with opened(index) as database:
        for word in _plain(text):
            if " " in word or database.execute(KNOWN, (word,)).fetchone():
                yield word
                continue
            near = (word[0], chr(ord(word[0]) + 1), len(word) - 2, len(word) + 2, CANDIDATES)
            found = dict(database.execute(NEAR, near)) if len(word) >= SHORTEST else {}
            likest = get_close_matches(word, found, n=3, cutoff=LIKE)
            yield max(likest, key=found.__getitem__, default="")
