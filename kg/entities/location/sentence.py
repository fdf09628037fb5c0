"""Splits the text around the name of a place into words and marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# Initials; a number; a word with its apostrophes and hyphenated parts; a genitive ending; any other mark.
TOKEN: Final = re.compile(
    r"(?:[A-Za-z]\.){2,}|\d+(?:[.,]\d+)+|\w+(?:['\u2019](?!s\b)\w+)*(?:[-\u2010\u2011\u2013/]\w+)*|['\u2019]s?\b|[^\w\s]"
)
ABBREVIATIONS: Final = frozenset(
    ("st", "mt", "ft", "dr", "mr", "mrs", "gen", "gov", "col", "sgt", "lt", "capt", "sen", "rep", "rev", "prof")
)
ENDS: Final = frozenset({".", "!", "?", ";"})
SHORTEST_LAST_WORD: Final = 2
"""The fewest letters of the last word of a sentence: a full stop after an initial does not end it."""
FURTHER: Final = 120
"""How many characters are read after the name."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The tokens around a name: as written and in lower case.

    The name is from ``first`` to before ``last``; its sentence begins at ``begin``.
    """

    tokens: tuple[str, ...]
    lower: tuple[str, ...]
    begin: int
    first: int
    last: int

    def word(self, place: int) -> str:
        """Return a token in lower case; an empty string outside the text."""
        return self.lower[place] if 0 <= place < len(self.lower) else ""

    def is_name(self, place: int) -> bool:
        """Return whether a token begins with a capital letter, possibly after an Arabic article: "al-Zahra"."""
        if not 0 <= place < len(self.tokens):
            return False
        token = self.tokens[place]
        return token[0].isupper() or (token[2:3] == "-" and token[3:4].isupper())


def around(text: str, start: int, end: int) -> Sentence:
    """Return the tokens of a text around the name from ``start`` to ``end``."""
    before, name = TOKEN.findall(text[:start]), TOKEN.findall(text[start:end])
    tokens = (*before, *name, *TOKEN.findall(text[end : end + FURTHER]))
    first = len(before)
    return Sentence(tokens, tuple(map(str.lower, tokens)), _begin(tokens, first), first, first + len(name))


def _begin(tokens: tuple[str, ...], first: int) -> int:
    """Return where the sentence of the token at ``first`` begins."""
    for place in range(first - 1, -1, -1):
        if tokens[place] in ENDS and (tokens[place] != "." or _ends(tokens, place)):
            return place + 1
    return 0


def _ends(tokens: tuple[str, ...], place: int) -> bool:
    """Return whether a full stop ends a sentence: a word precedes it, and a capital letter follows."""
    word = tokens[place - 1]
    if word.lower() in ABBREVIATIONS:
        return False
    return len(word) >= SHORTEST_LAST_WORD and not tokens[place + 1][0].islower()
