"""Credit lines: the label printed after a source, such as ``AP via The Washington Post``, split into names."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from kg.entities.places import gazetteer
from kg.version import data_folder

VIA: Final = re.compile(
    r"^via\s+|,?\s+(?:via|vis|through|thru)\s+|\s+via(?=[A-Z])|\s*(?:[(（]經|經由|经由|轉引自|转引自|轉自|转自)\s*",
    re.IGNORECASE,
)
BETWEEN: Final = re.compile(r"\s*[/\\|／、;]\s*|\s+[-–—]\s+|,\s+|\s+(?:and|with|&)\s+", re.IGNORECASE)
MARKUP: Final = re.compile(r"'{2,}|</?\w[^>]*>")
#: Marks that distinguish several links of one publisher, or name a format: (1), [2], #3, ², (PDF).
NUMBERING: Final = re.compile(r"\s*(?:[(\[#＃]\s*(?:\d{1,3}|pdf|video|audio)\s*[)\]]?|[¹²³⁴-⁹]+)$", re.IGNORECASE)
OUTER: Final = " \t\n'\"“”‘’«»《》〈〉「」『』*•·,;:."
BRACKETS: Final = ("()", "[]", "（）", "【】", "[[]]")

LONGEST: Final = 60
MOST_WORDS: Final = 8
LONGEST_CHINESE: Final = 16
IDEOGRAPH: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LETTER: Final = re.compile(r"[^\W\d_]")
NO_NAME: Final = re.compile(
    r"://|\d:\d|[={}<>\\@?？。，！…\"“”]|:\s|：|^www\d*\.|\.\w+\.\w{2,3}\.\w{2}$|\.html?\b|\.pdf\b", re.IGNORECASE
)
BALANCED: Final = re.compile(r"[^()\[\]（）]*(?:[(\[（][^()\[\]（）]+[)\]）][^()\[\]（）]*)*")
DATED: Final = re.compile(
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s*\d|\d\s*(?:年|月|日)"
    r"|\b\d{4}[-/.]\d|^\d+\s+(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)|^\d+(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)
PARTICLES: Final = frozenset(
    {"a", "al", "an", "and", "at", "da", "das", "de", "del", "della", "den", "der", "des", "di", "die", "do", "du", "e"}
    | {"el", "et", "for", "i", "il", "in", "la", "las", "le", "les", "lo", "los", "och", "of", "og", "on", "the", "to"}
    | {"und", "van", "von", "y"}
)
#: Words that may follow a name with a small letter.
SMALL: Final = frozenset(
    {"agency", "daily", "english", "live", "magazine", "news", "online", "press", "radio", "sport", "sports", "times"}
    | {"today", "world"}
)
#: Words that name nobody alone, but do in combination: The News, Daily Press.
BARE: Final = (PARTICLES | SMALL | {"national", "new", "san"}) - {"times"}
#: A language alone is that of the article; with another word it is a name: Arabic, but Arabic News.
LANGUAGES: Final = frozenset(
    {"arabic", "chinese", "danish", "dutch", "english", "farsi", "finnish", "french", "german", "greek", "hebrew"}
    | {"hindi", "italian", "japanese", "korean", "norwegian", "persian", "polish", "portuguese", "russian", "spanish"}
    | {"swedish", "turkish", "ukrainian"}
)
#: Words that the name of a document ends with.
DOCUMENTS: Final = frozenset(
    {"article", "coverage", "decision", "interview", "letter", "map", "obituary", "page", "pdf", "photos", "pictures"}
    | {"profile", "release", "resolution", "results", "ruling", "speech", "statement", "story", "summary", "text"}
    | {"timeline", "transcript", "verdict", "video", "videos", "website"}
)
LISTS: Final = "generic.txt"


class CreditLine(NamedTuple):
    """The names in a credit line: whose text is relayed, and who prints it (possibly several)."""

    relayed: tuple[str, ...]
    printing: tuple[str, ...]


@lru_cache(maxsize=32_768)
def read(label: str) -> CreditLine:
    """Split a printed label: what precedes "via" or "through" is relayed by what follows it."""
    *relayed, last = [tidy(part) for part in VIA.split(MARKUP.sub("", html.unescape(label)))]
    return CreditLine(tuple(filter(None, relayed)), (last,) if last else ())


def parts(name: str) -> tuple[str, ...]:
    """Return the names that a text joins by a slash, dash, comma or "and", which may also be part of a single name."""
    return tuple(filter(None, map(tidy, BETWEEN.split(name))))


def tidy(text: str) -> str:
    """Return a printed text without surrounding white space, quotes, brackets and numbers."""
    now, before = " ".join(unicodedata.normalize("NFC", text).split()), None
    while now != before:
        before = now
        now = NUMBERING.sub("", now).strip(OUTER) if NUMBERING.sub("", now) else now.strip(OUTER)
        for pair in BRACKETS:
            half = len(pair) // 2
            if now.startswith(pair[:half]) and now.endswith(pair[half:]) and now.count(pair[0]) == half:
                now = now[half:-half]
    return now


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """Return what all spellings of a name share: its letters and digits, without accents, case and "the"."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))
    bare = plain.replace("&", " and ").strip().removeprefix("the ")
    return "".join(filter(str.isalnum, bare)) or "".join(filter(str.isalnum, plain))


@lru_cache(maxsize=32_768)
def is_name(text: str) -> bool:
    """Return whether a text may name an organisation: no number, date, address, headline or word like "video"."""
    if not (1 < len(text) <= LONGEST and LETTER.search(text)):
        return False
    if NO_NAME.search(text) or DATED.search(text) or not is_whole(text):
        return False
    words = text.split()
    if _is_generic([word.casefold().strip(".,!()") for word in words]):
        return False
    if IDEOGRAPH.search(text):
        return len(text) <= LONGEST_CHINESE
    return len(words) <= MOST_WORDS and words[-1].casefold() not in DOCUMENTS and not _is_phrase(words)


def _is_generic(words: list[str]) -> bool:
    if set(words) <= PARTICLES | LANGUAGES:
        return True
    telling = [word for word in words if not (word in _generic() or word.isdigit())]
    return set(telling) <= BARE and (len(telling) < len(words) or len(words) == 1)


def is_whole(text: str) -> bool:
    """Return whether each bracket in a text is closed."""
    return BALANCED.fullmatch(text) is not None


def _is_phrase(words: list[str]) -> bool:
    """Return whether words form a sentence: one after the first that is not a particle begins with a small letter."""
    first, *others = words
    small = any(word[0].islower() and word not in PARTICLES | SMALL for word in others)
    return small or (bool(others) and first.islower() and first not in PARTICLES)


@cache
def _generic() -> frozenset[str]:
    return frozenset(gazetteer.entries(file()))


def file() -> Path:
    """Return the list of words that name nobody. Raises ConfigurationError if it is not installed."""
    return data_folder("publishers") / LISTS
