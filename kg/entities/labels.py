"""Compares names as people write them: with or without accents, capitals, an article, a section, a qualifier."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

LONGEST: Final = 200
"""How many characters of a name are compared."""
PLAIN: Final = str.maketrans(
    {"ı": "i", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H"}
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th", "ß": "ss"}
)
"""Latin letters that Unicode does not decompose, and their usual replacements."""
ARTICLES: Final = frozenset({"the", "a", "an"})
_WORD: Final = re.compile(r"[^\W_]+")
_QUALIFIER: Final = re.compile(r"(?<=\S)\s*\([^()]*\)\s*$")


@lru_cache(maxsize=10_000)
def folded(text: str) -> str:
    """Return a text without case, accents and punctuation, for comparing."""
    marked = unicodedata.normalize("NFKD", text[:LONGEST]).translate(PLAIN)
    letters = "".join(one for one in marked if not unicodedata.combining(one))
    return " ".join(_WORD.findall(letters.casefold()))


def title(text: str) -> str:
    """Return a name as a title is shown: with spaces for underscores, without a section."""
    shown = " ".join(text.replace("_", " ").split())
    return shown.partition("#")[0].strip() or shown


def core(text: str) -> str:
    """Return a name folded, without section, final qualifier in parentheses, and articles.

    A part is kept if nothing would be left without it.
    """
    name = title(text)
    return _without_articles(_QUALIFIER.sub("", name)) or folded(name)


def likeness(one: str, other: str) -> int:
    """Return how alike two names with the same core are.

    The result is 3 if they are the same, 2 if case, accents or punctuation differ, 1 if articles differ too, 0 if a
    qualifier differs.
    """
    names = (title(one), title(other))
    forms: tuple[Callable[[str], str], ...] = (title, folded, _without_articles)
    return next((3 - place for place, form in enumerate(forms) if form(names[0]) == form(names[1])), 0)


def _without_articles(text: str) -> str:
    return " ".join(word for word in folded(text).split() if word not in ARTICLES)
