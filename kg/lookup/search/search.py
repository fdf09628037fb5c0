"""Finds titles and names in the full-text index of a snapshot (see kg.lookup.search.search_index), ranked by bm25."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from typing import Any, Final

from kg.entities.labels import LONGEST, core, likeness, title
from kg.lookup.listing.columns import columns, marks, opened
from kg.lookup.search.search_index import EVENT, EVENTS, FIRST_TITLE, KINDS, mask, spaced, words_of

WORDS: Final = 24
LAST: Final = 2**62
RANKED: Final = 500
"""How many matches are ranked. If more texts have a word, these are the shortest, which bm25 ranks first anyway."""
KEPT: Final = 16
"""How many texts have their events cached: one byte for each event of an index."""
WORDS_OF_KINDS: Final = tuple(kind.word for kind in KINDS)
NAMES: Final = tuple(kind.word for kind in KINDS if kind.word != EVENT)
"""All kinds but events, whose titles are sentences."""

FIND: Final = """
    SELECT iri, label, language, kinds, date, uses, rank FROM (
        SELECT id AS match, bm25(words) AS rank FROM words CROSS JOIN named ON id = words.rowid
        WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? AND kinds & ? ORDER BY words.rowid LIMIT ?
    ) JOIN named ON id = match ORDER BY rank, uses DESC, id"""
OTHERS: Final = """
    SELECT iri, label, language, kinds, date, uses, 0 FROM words CROSS JOIN named ON id = words.rowid
    WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? AND kinds & ? ORDER BY words.rowid LIMIT -1 OFFSET ?"""
ANY: Final = "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1"
NAMED: Final = """
    SELECT DISTINCT iri, kinds FROM words CROSS JOIN named ON id = words.rowid
    WHERE words MATCH ? AND words.rowid < ?"""
TITLES: Final = "SELECT json_group_array(rowid) FROM words WHERE words MATCH ? AND rowid >= ?"
"""One JSON text takes half the time of separate rows."""
WHOLE: Final = """
    SELECT iri, label, language, kinds, date, uses, 0 FROM named WHERE core > '' AND core = ? AND kinds & ?
    ORDER BY uses DESC, id LIMIT ?"""
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Match:
    """Something found by one of its labels: its kinds, the most specific first, its date, and its score.

    ``uses`` is how often events name it.
    """

    iri: str
    label: str
    language: str
    kinds: tuple[str, ...]
    date: str
    score: float
    uses: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Some of what was found, best first, and the total, also by the words for kinds.

    A thing of several kinds counts for each, so ``total`` may be less than their sum.
    """

    matches: list[Match]
    total: int
    totals: dict[str, int]


def expression(words: Sequence[str], *, operator: str = "AND", prefix: bool = False) -> str:
    """Return the FTS5 expression for texts with all (or, with ``operator`` "OR", any) of ``words`` (see ``split``).

    Each word is a quoted string, in which no character is special to FTS5 (SQLite FTS5, section 3.1); with ``prefix``
    the last one only has to begin a word.
    """
    quoted = ['"{}"'.format(word.replace('"', '""')) for word in words]
    if prefix and quoted:
        quoted[-1] += " *"
    return f" {operator} ".join(quoted)


def split(text: str) -> list[str]:
    """Return the words of a text to search for; a run of Chinese or Japanese characters counts as one, a phrase."""
    parts = " ".join(text.split())[:LONGEST].split()
    return [" ".join(spaced(part).split()) for part in parts if _WORD.search(part)][:WORDS]


def find(index: str, text: str, kinds: Collection[str] = (), limit: int = 20) -> list[Match]:
    """Return the things with all words of ``text`` in their title or a name, best first, each once.

    Things called ``text`` (see ``called``) come first. If nothing has the words, the last one may be the beginning of a
    word. ``kinds`` limits the search. Raises StoreError if the index cannot be read.
    """
    return list(islice(_found(index, text, kinds, _expression(index, text)), limit))


def find_page(index: str, text: str, kinds: Collection[str], first: int, count: int) -> Found:
    """Return ``count`` of what ``find`` finds from the one at ``first`` on, and the total."""
    wanted = _expression(index, text)
    masks = _masks(index, text, wanted)
    totals = {one.word: sum(number for found, number in masks.items() if found & mask([one.word])) for one in KINDS}
    mine = mask(kinds or WORDS_OF_KINDS)
    total = sum(number for found, number in masks.items() if found & mine)
    return Found(list(islice(_found(index, text, kinds, wanted), first, first + count)), total, totals)


def _expression(index: str, text: str) -> str:
    """Return the expression for all words of a text; with the last one as a prefix, if nothing has the words."""
    words = split(text)
    whole = expression(words)
    if not words or called(index, text, limit=1) or _fetched(index, ANY, (whole,)):
        return whole
    return expression(words, prefix=True)


def _found(index: str, text: str, kinds: Collection[str], wanted: str) -> Iterator[Match]:
    """Yield the things called ``text``, the best matches, then all others, shorter labels first; each thing once."""
    names, ranked = called(index, text, kinds, RANKED), _ranked(index, wanted, kinds)
    best = max((one.score for one in ranked), default=0.0)
    seen: set[str] = set()
    for one in chain((replace(one, score=best) for one in names), ranked, _others(index, wanted, kinds)):
        if one.iri not in seen:
            seen.add(one.iri)
            yield one


def _masks(index: str, text: str, wanted: str) -> Counter[int]:
    """Return how many of the things found have each mask of kinds."""
    known = columns(index)
    rows = _fetched(index, NAMED, (wanted, known.first_title)) if wanted else []
    kinds = {**dict(rows), **{one.iri: mask(one.kinds) for one in called(index, text, limit=RANKED)}}
    counted = Counter(kinds.values())
    events = _titled(index, wanted)
    counted[EVENTS] += len(set(events) - {known.total}) + events.count(known.total)
    return counted


@lru_cache(maxsize=KEPT)
def titled(index: str, text: str) -> bytes:
    """Return the marks of the events (see kg.lookup.listing.columns.marks) whose titles ``find`` finds.

    They are cached, since readers of a list usually narrow it down next, and common words take 10 milliseconds.
    """
    return marks(columns(index).total, _titled(index, _expression(index, text)))


def _titled(index: str, wanted: str) -> list[int]:
    if not wanted:
        return []
    known = columns(index)
    [(rows,)] = _fetched(index, TITLES, (wanted, known.first_title))
    return [known.events[row - known.first_title] for row in json.loads(rows)]


def called(index: str, text: str, kinds: Collection[str] = (), limit: int = 20) -> list[Match]:
    """Return the things called ``text``, best first: exactly, or apart from case, accents and punctuation.

    Names that also differ in an article, in a qualifier in parentheses, or in a section after ``#`` come last. Among
    equally good names, those named by more events come first. The scores are 0. Raises StoreError if the index cannot
    be read.
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
    return _each_once(_ranked(index, wanted, kinds), limit)


def _ranked(index: str, wanted: str, kinds: Collection[str]) -> list[Match]:
    """Return the matches of an expression with the shortest labels, best first."""
    return _rows(index, FIND, _values(index, wanted, kinds)) if wanted else []


def _others(index: str, wanted: str, kinds: Collection[str]) -> Iterator[Match]:
    """Yield the unranked matches, reading them on demand."""
    if wanted:
        with opened(index) as database:
            yield from map(_match, database.execute(OTHERS, _values(index, wanted, kinds)))


def _values(index: str, wanted: str, kinds: Collection[str]) -> tuple[str | int, ...]:
    return wanted, *_range(index, kinds), mask(kinds or WORDS_OF_KINDS), RANKED


def _each_once(found: Iterable[Match], limit: int) -> list[Match]:
    """Return the first ``limit`` things among matches, each with its first match."""
    kept: dict[str, Match] = {}
    for one in found:
        kept.setdefault(one.iri, one)
    return list(kept.values())[:limit]


def _rows(index: str, query: str, values: tuple[str | int, ...]) -> list[Match]:
    return list(map(_match, _fetched(index, query, values)))


def _match(row: tuple[Any, ...]) -> Match:
    iri, label, language, kinds, date, uses, rank = row
    return Match(iri, label, language, words_of(kinds), date, round(-rank, 3), uses)


def _fetched(index: str, query: str, values: tuple[str | int, ...] = ()) -> list[tuple[Any, ...]]:
    with opened(index) as database:
        return database.execute(query, values).fetchall()


def _range(index: str, kinds: Collection[str]) -> tuple[int, int]:
    """Return the range of rows that may be of these kinds: titles come after names."""
    [(titles,)] = _fetched(index, FIRST_TITLE)
    return titles if kinds and set(kinds) == {EVENT} else 0, LAST if not kinds or EVENT in kinds else titles


def plain(found: Iterable[Match]) -> list[dict[str, Any]]:
    """Return the result as data for JSON."""
    return [asdict(one) for one in found]
