"""Finds titles and names in the full-text index of a snapshot (see kg.lookup.search.search_index), ranked by bm25."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from kg.entities.labels import LONGEST, core, likeness, title
from kg.errors import StoreError
from kg.lookup.search.search_index import EVENT, FIRST_TITLE, KINDS, mask, spaced, words_of

WORDS: Final = 24
LAST: Final = 2**62
RANKED: Final = 500
"""Matches that are ranked. Of a word that more texts have, those are the shortest, which bm25 ranks first anyway."""
WORDS_OF_KINDS: Final = tuple(kind.word for kind in KINDS)
NAMES: Final = tuple(kind.word for kind in KINDS if kind.word != EVENT)
"""All kinds but events, whose titles are sentences."""

FIND: Final = """
    SELECT iri, label, language, kinds, date, uses, rank FROM (
        SELECT id AS match, bm25(words) AS rank FROM words CROSS JOIN named ON id = words.rowid
        WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? AND kinds & ? ORDER BY words.rowid LIMIT ?
    ) JOIN named ON id = match ORDER BY rank, uses DESC, id"""
WHOLE: Final = """
    SELECT iri, label, language, kinds, date, uses, 0 FROM named WHERE core > '' AND core = ? AND kinds & ?
    ORDER BY uses DESC, id LIMIT ?"""
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Match:
    """Something that was found by one of its labels: its kinds, the most telling first, its date, and how well.

    ``uses`` is how often events name it.
    """

    iri: str
    label: str
    language: str
    kinds: tuple[str, ...]
    date: str
    score: float
    uses: int = 0


def expression(words: Sequence[str], *, operator: str = "AND", prefix: bool = False) -> str:
    """Return the FTS5 expression for texts with all (or, with ``operator`` "OR", any) of ``words`` (see ``split``).

    Each word is a quoted string, in which nothing has a meaning to FTS5 (SQLite FTS5, section 3.1); with ``prefix`` the
    last one only has to begin a word.
    """
    quoted = ['"{}"'.format(word.replace('"', '""')) for word in words]
    if prefix and quoted:
        quoted[-1] += " *"
    return f" {operator} ".join(quoted)


def split(text: str) -> list[str]:
    """Return the words of a text to search for; a run of Chinese or Japanese characters is one, a phrase."""
    parts = " ".join(text.split())[:LONGEST].split()
    return [" ".join(spaced(part).split()) for part in parts if _WORD.search(part)][:WORDS]


def find(index: str, text: str, kinds: Collection[str] = (), limit: int = 20) -> list[Match]:
    """Return what has all words of ``text`` in its title or a name, best first, each thing once.

    What is called ``text`` (see ``called``) comes before all else. If nothing has the words, the last one may be the
    beginning of one. ``kinds`` limits what is searched for. Raises StoreError if the index cannot be read.
    """
    words, names = split(text), called(index, text, kinds, limit)
    found = matches(index, words, kinds, limit)
    if not (found or names):
        return matches(index, words, kinds, limit, prefix=True)
    best = max((one.score for one in found), default=0.0)
    return _each_once([*(replace(one, score=best) for one in names), *found], limit)


def called(index: str, text: str, kinds: Collection[str] = (), limit: int = 20) -> list[Match]:
    """Return what is called ``text``, best first: with these letters, or but for case, accents and punctuation.

    Last come names that also differ in an article, in a qualifier in parentheses, or in a section behind ``#``. Of
    names that fit equally well, those come first that more events name. The scores are 0. Raises StoreError if the
    index cannot be read.
    """
    name = title(text[:LONGEST])
    found = _rows(index, WHOLE, (core(name), mask(kinds or WORDS_OF_KINDS), RANKED))
    return _each_once(sorted(found, key=lambda one: -likeness(name, one.label)), limit)


def matches(
    index: str,
    words: Sequence[str],
    kinds: Collection[str] = (),
    limit: int = 20,
    *,
    operator: str = "AND",
    prefix: bool = False,
) -> list[Match]:
    """Return the best matches of one expression, each thing once; none if there is no word."""
    if not words:
        return []
    wanted = expression(words, operator=operator, prefix=prefix)
    found = _rows(index, FIND, (wanted, *_range(index, kinds), mask(kinds or WORDS_OF_KINDS), RANKED))
    return _each_once(found, limit)


def _each_once(found: Iterable[Match], limit: int) -> list[Match]:
    """Return the first ``limit`` things among matches, each with its first one."""
    kept: dict[str, Match] = {}
    for one in found:
        kept.setdefault(one.iri, one)
    return list(kept.values())[:limit]


def _rows(index: str, query: str, values: tuple[str | int, ...]) -> list[Match]:
    return [
        Match(iri, label, language, words_of(kinds), date, round(-rank, 3), uses)
        for iri, label, language, kinds, date, uses, rank in _fetched(index, query, values)
    ]


def _fetched(index: str, query: str, values: tuple[str | int, ...] = ()) -> list[tuple[Any, ...]]:
    try:
        with closing(_open(index)) as opened:
            return opened.execute(query, values).fetchall()
    except sqlite3.Error as error:
        raise StoreError(f"the search index cannot be read: {error}") from None


def _range(index: str, kinds: Collection[str]) -> tuple[int, int]:
    """Return the first row that may be of these kinds, and the first after them: titles come after names."""
    [(titles,)] = _fetched(index, FIRST_TITLE)
    return titles if kinds and set(kinds) == {EVENT} else 0, LAST if not kinds or EVENT in kinds else titles


def _open(index: str) -> sqlite3.Connection:
    """Open an index, which no longer changes once it has its name, so that it needs no locks."""
    return sqlite3.connect(f"file:{_escaped(index)}?mode=ro&immutable=1", uri=True)


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def plain(found: Iterable[Match]) -> list[dict[str, Any]]:
    """Return what was found as JSON can hold it."""
    return [asdict(one) for one in found]
