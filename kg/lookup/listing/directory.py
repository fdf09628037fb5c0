"""The directories: all places, people, stories, topics, publishers and categories of events, in two orders."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from kg.lookup.listing.columns import columns, opened
from kg.lookup.listing.facet import Facet
from kg.lookup.listing.filter import Choice
from kg.lookup.listing.listing import MapPoint, map_points
from kg.lookup.search.search import expression, split
from kg.lookup.search.search_index import FIRST_TITLE

SHOWN: Final = 200
"""The most points in a directory page."""


class Directory(Choice):
    """The kinds of directory; each lists things with the number of their events in a facet."""

    PLACES = "places"
    """Where events happened, or what they name."""
    PEOPLE = "people"
    """Persons, if data sets tell which these are; else what events name, is not a place, and is rarely a topic."""
    STORIES = "stories"
    TOPICS = "topics"
    PUBLISHERS = "publishers"
    CATEGORIES = "categories"

    @property
    def facet(self) -> Facet:
        """The relation of its things to the events that are counted."""
        return {
            "places": Facet.IN,
            "people": Facet.ENTITY,
            "stories": Facet.STORY,
            "topics": Facet.TOPIC,
            "publishers": Facet.PUBLISHER,
            "categories": Facet.CATEGORY,
        }[self]


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A thing of a directory: its IRI, its label with its language, and its kind, "" if not known.

    ``events`` counts its events in the facet of the directory, ``named`` those that name it in any way.
    """

    iri: str
    label: str
    language: str
    what: str
    events: int
    named: int


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """Some entries of a directory, and the total number.

    ``letters`` counts the entries under each letter of the whole directory; ``points`` are the places where most events
    happened.
    """

    total: int
    entries: list[DirectoryEntry]
    letters: dict[str, int]
    points: list[MapPoint]


FIELDS: Final = """
    SELECT term, label, language, what, events, often FROM
    (SELECT {order} AS place, thing AS listed, what, events, named AS often FROM directory WHERE {where})
    JOIN thing ON thing.id = listed LEFT JOIN named ON named.id = thing.name ORDER BY place"""
RANGE: Final = "kind = ? AND {order} >= ? AND {order} < ?"
# Few names have the words, so the query begins with these: a plus keeps SQLite from using a condition for an index
# (SQLite, "The SQLite Query Optimizer Overview", section 2).
FOUND: Final = """kind = ? AND +{order} >= ? AND +{order} < ? AND thing IN (
    SELECT thing.id FROM words CROSS JOIN named ON named.id = words.rowid CROSS JOIN thing ON thing.term = named.iri
    WHERE words MATCH ? AND words.rowid < ?)"""
TOTAL: Final = "SELECT count(*) FROM directory WHERE {where}"
LETTERS: Final = "SELECT letter, entries, first FROM initial WHERE kind = ? ORDER BY first"


def directory(
    index: str, asked: Directory, words: str = "", letter: str = "", *, by_name: bool = False, first: int, count: int
) -> DirectoryPage:
    """Return ``count`` entries of a directory from the one at ``first`` on, sorted by number of events or by name.

    ``words`` are those that names have, the last one perhaps only its beginning; ``letter`` is one that names begin
    with. Raises StoreError if the index cannot be read.
    """
    with opened(index) as database:
        rows = database.execute(LETTERS, (asked.value,)).fetchall()
        begin, end = _span(rows, letter)
        order = "by_name" if by_name or letter else "by_count"
        if words:
            total, found = _found(database, order, (asked.value, begin, end), words, first, count)
        else:
            total, span = end - begin, (asked.value, begin + first, min(end, begin + first + count))
            found = database.execute(FIELDS.format(order=order, where=RANGE.format(order=order)), span).fetchall()
        points = list(_points(database, index)) if asked == Directory.PLACES else []
    return DirectoryPage(total, list(map(_entry, found)), {name: entries for name, entries, _ in rows}, points)


def _span(letters: Iterable[tuple[str, int, int]], letter: str) -> tuple[int, int]:
    """Return the positions of the first entry with a letter and the first one after these; of all without a letter."""
    spans = [(first, first + entries) for name, entries, first in letters if letter in (name, "")]
    return (spans[0][0], spans[-1][1]) if spans else (0, 0)


def _found(
    database: sqlite3.Connection, order: str, span: tuple[str, int, int], words: str, first: int, count: int
) -> tuple[int, list[tuple[Any, ...]]]:
    """Return how many entries have all the words, and a range of these."""
    wanted = split(words)
    if not wanted:
        return 0, []
    [(titles,)] = database.execute(FIRST_TITLE)
    where, values = FOUND.format(order=order), (*span, expression(wanted, prefix=True), titles)
    [(total,)] = database.execute(TOTAL.format(where=where), values)
    part = f"{where} ORDER BY {order} LIMIT ? OFFSET ?"
    return total, database.execute(FIELDS.format(order=order, where=part), (*values, count, first)).fetchall()


def _entry(row: tuple[Any, ...]) -> DirectoryEntry:
    iri, label, language, what, events, named = row
    return DirectoryEntry(iri, label or "", language or "", what, events, named)


def _points(database: sqlite3.Connection, index: str) -> Iterator[MapPoint]:
    known = columns(index)
    values = known.values_of(Facet.POINT)[:SHOWN]
    return map_points(database, known, [(known.things[value], known.count(value)) for value in values])
