"""The first clause of a sentence, short enough for a title.

A title has at most about ``LENGTH`` characters; Chinese and Japanese ones are twice as wide, so half as many. A longer
text is cut where its first sentence ends, else at the last boundary between clauses that is near enough, else between
two words, with an ellipsis. No cut is within a name, brackets, quotation marks or dashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

LENGTH: Final = 90
SLACK: Final = 10
"""How many more characters a title may have if a clause ends there."""
SHORTEST: Final = 24
"""The fewest characters of a clause: shorter ones say too little."""
ELLIPSIS: Final = "…"
WIDE: Final = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60]")
ABBREVIATED: Final = re.compile(
    r"(?:^|[\s(\"“])(?:[A-Z]|(?:[A-Z]\.)+[A-Z]?|Mr|Mrs|Ms|Dr|St|Sgt|Lt|Gen|Col|Capt|Maj|Gov|Sen|Rep|Rev|Prof|Hon|Jr|Sr"
    r"|No|Nos|vs?|Inc|Co|Corp|Ltd|Bros|approx|ca?|est|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)$"
)
SENTENCE_END: Final = re.compile(r"[.!?]+[\"”’')\]]*(?=\s|$)|[。！？]+[」』”’）]*")
CONNECTIVES: Final = (
    "after|although|amid|and|as|because|before|but|causing|despite|due to|during|following|forcing|from where"
    "|in order to|in response to|in which|injuring|killing|leaving|making|on which|or|over|prompting|saying"
    "|since|so|though|unless|until|when|where|whereas|which|while|who|whom|whose|with|without|wounding|yet"
)
CLAUSE_END: Final = re.compile(
    rf";(?=\s)|\s+[–—-](?=\s)|—|,(?=\s+(?:{CONNECTIVES})\b)|,(?=\s+[a-z]+(?:ing|ed)\b)"
    r"|(?=\s+(?:after|although|because|before|in which|though|until|when|whereas|which|while|who)\s)|[，；：](?!\d)|——"
)
WORD_END: Final = re.compile(r"(?<=\S)(?=\s)")
NAME: Final = re.compile(
    r"(?:(?:[A-Z0-9][\w.'’&-]*|\b(?:al|bin|da|de|del|der|di|du|el|ibn|la|le|of the|of|the|van|von))\s+)+(?=[A-Z0-9(])"
)
WIDE_NAME: Final = re.compile(r"\w{1,6}(?:[·・]\w{1,6})+|[A-Za-z0-9.%]+")
"""Matches a name in several parts of limited length, or a word or number in Latin letters."""
WEAK: Final = re.compile(
    r"(?:[\s,]+(?:a|an|and|as|at|been?|by|for|from|has|have|had|his|her|in|into|is|its?|more|near|of|on|or|over|that|the"
    r"|their|to|was|were|which|who|with))+$",
    re.IGNORECASE,
)
PAIRS: Final = {"(": ")", "[": "]", "“": "”", "「": "」", "『": "』", "《": "》", "（": "）", "【": "】"}
QUOTATION_MARK: Final = re.compile('"')
DASH: Final = re.compile(r"\s[–—-](?=\s)")


def clause(sentence: str, names: Iterable[str] = ()) -> str:
    """Return the first clause of a sentence in the form of a title, without the full stop; ``names`` are kept whole."""
    text = " ".join(sentence.split())
    length, shortest = LENGTH, SHORTEST
    if len(WIDE.findall(text)) * 2 > len(text):
        length, shortest = LENGTH // 2, SHORTEST // 2
    end = next((one for one in _sentence_ends(text) if one >= shortest), len(text))
    first = _without_stop(text[:end])
    whole = length + SLACK * length // LENGTH
    if len(first) <= whole:
        return first
    kept = _kept(first, names)
    found = [one for one in _boundaries(first, CLAUSE_END) if shortest <= one <= whole and one not in kept]
    if found:
        return first[: found[-1]].rstrip(" ,;:–—-，；：")
    return _between_words(first, length, kept)


def _sentence_ends(text: str) -> Iterator[int]:
    """Yield where sentences end: not after an abbreviation, an initial or a number with a point."""
    for match in SENTENCE_END.finditer(text):
        if match[0] != "." or not ABBREVIATED.search(text[: match.start()]):
            yield match.end()


def _without_stop(text: str) -> str:
    """Return a text without the final full stop, which titles do not have, unless it ends an abbreviation."""
    bare = text.rstrip()
    if bare.endswith("。"):
        return bare.rstrip("。")
    return bare[:-1] if bare.endswith(".") and not bare.endswith("..") and not ABBREVIATED.search(bare[:-1]) else bare


def _boundaries(text: str, kind: re.Pattern[str]) -> list[int]:
    return [match.start() for match in kind.finditer(text)]


def _between_words(text: str, length: int, kept: set[int]) -> str:
    """Return the longest beginning that ends between words, or characters if there are no words, with an ellipsis."""
    room = length - len(ELLIPSIS)
    ends = [one for one in _boundaries(text, WORD_END) if SHORTEST <= one <= room and one not in kept]
    if not ends:  # a language without spaces, or one long name
        ends = [one for one in range(SHORTEST, room + 1) if one not in kept] or [room]
    beginning = text[: ends[-1]].rstrip(" ,;:，、；：")
    shorter = WEAK.sub("", beginning)
    return (shorter if len(shorter) >= SHORTEST else beginning) + ELLIPSIS


def _kept(text: str, names: Iterable[str]) -> set[int]:
    """Return the positions where text must not be cut: within names, numbers, brackets and quotation marks."""
    spans = [match.span() for pattern in (NAME, WIDE_NAME) for match in pattern.finditer(text)]
    spans = [(start, end + (text[end - 1].isspace())) for start, end in spans]
    spans += (span for name in names for span in _places(text, name))
    spans += _bracketed(text)
    return {place for start, end in spans for place in range(start + 1, end)}


def _places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield the positions of a name in a text."""
    at = text.find(name) if name else -1
    while at >= 0:
        yield at, at + len(name)
        at = text.find(name, at + len(name))


def _bracketed(text: str) -> Iterator[tuple[int, int]]:
    """Yield where text in brackets, quotation marks or dashes begins and ends; unclosed ones are ignored."""
    for opening, closing in PAIRS.items():
        start = text.find(opening)
        while start >= 0:
            end = text.find(closing, start)
            if end < 0:
                break
            yield start, end + 1
            start = text.find(opening, end)
    for mark in (QUOTATION_MARK, DASH):
        places = _boundaries(text, mark)
        yield from ((start - 1, end + 3) for start, end in zip(places[::2], places[1::2], strict=False))
