"""What a reader sees of a line of text: no format characters, and white space as one space."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# The format characters of Unicode 16 (DerivedGeneralCategory, Cf), and some unassigned ones between them.
_MAY_BE_FORMAT: Final = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001d17a\U000e0001-\U000e007f]"
)
_ZERO_WIDTH_JOINERS: Final = "\u200c\u200d"
_PRINTED: Final = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Format characters that print a sign, such as the Arabic year sign (Prepended_Concatenation_Mark)."""
_VIRAMA: Final = 9
"""The combining class of the viramas, which join consonants in Indic scripts."""


@lru_cache(maxsize=4_096)
def visible(text: str) -> str:
    """Return a line of text without invisible characters (general category Cf), and with single spaces.

    A zero-width joiner or non-joiner stays where it changes how its neighbours are written: after a virama, between
    letters of Arabic and related scripts, and in an emoji sequence (RFC 5892, appendix A; UTS 51, section 2.3).
    """
    if not text.isascii() and _MAY_BE_FORMAT.search(text):
        text = "".join(one for at, one in enumerate(text) if not _is_invisible(text, at))
    return " ".join(text.split())


def _is_invisible(text: str, at: int) -> bool:
    one = text[at]
    if unicodedata.category(one) != "Cf" or one in _PRINTED:
        return False
    return one not in _ZERO_WIDTH_JOINERS or not _joins(text[at - 1 : at], text[at + 1 : at + 2])


def _joins(before: str, after: str) -> bool:
    """Return whether a joiner between two characters changes how they are written."""
    if not before or not after:
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return True
    kinds = {unicodedata.bidirectional(before), unicodedata.bidirectional(after)}
    return kinds <= {"AL", "NSM"} or (_is_pictured(before) and _is_pictured(after))


def _is_pictured(one: str) -> bool:
    """Return whether a character is a picture, or a modifier of the one before it."""
    return unicodedata.category(one) in ("So", "Sk") or one == "\ufe0f"
