"""The tables of the directories in an index (see kg.lookup.listing.directory): what they list, and in which order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from kg.entities.labels import folded
from kg.lookup.listing.directory import Directory
from kg.lookup.listing.facet import Facet
from kg.lookup.search.search_index import mask, words_of

SCHEMA: Final = """
    CREATE TABLE directory (kind TEXT, by_count INTEGER, by_name INTEGER NOT NULL, thing INTEGER NOT NULL,
        what TEXT NOT NULL, events INTEGER NOT NULL, named INTEGER NOT NULL,
        PRIMARY KEY (kind, by_count)) WITHOUT ROWID;
    CREATE UNIQUE INDEX directory_by_name ON directory (kind, by_name);
    CREATE UNIQUE INDEX directory_by_thing ON directory (kind, thing);
    CREATE TABLE initial (kind TEXT, letter TEXT, first INTEGER NOT NULL, entries INTEGER NOT NULL,
        PRIMARY KEY (kind, letter)) WITHOUT ROWID;"""
INSERT: Final = "INSERT INTO directory VALUES (?, ?, ?, ?, ?, ?, ?)"
INSERT_INITIAL: Final = "INSERT INTO initial VALUES (?, ?, ?, ?)"
PLACE: Final = mask(["place"])
PERSON: Final = mask(["person"])
WORDS: Final = {"publisher": "organisation", "entity": ""}
"""Words for entities for which the word of their kind is unsuitable, or missing."""


class Known(NamedTuple):
    """What an index knows about a thing: its number, IRI, label, kinds as a mask, and kind of place.

    ``events`` counts its events in each facet.
    """

    thing: int
    iri: str
    label: str
    kinds: int
    place: str
    events: Mapping[Facet, int]


def write(database: sqlite3.Connection, known: Sequence[Known]) -> None:
    """Write the directories into new tables. Raises sqlite3.Error if that fails."""
    database.executescript(SCHEMA)
    for directory in Directory:
        listed = sorted(_listed(directory, known), key=lambda one: (*_counts(directory, one), one.iri))
        names = sorted(range(len(listed)), key=lambda number: _name(listed[number]))
        ranks = {number: rank for rank, number in enumerate(names)}
        rows = ((directory.value, number, ranks[number], *_row(directory, one)) for number, one in enumerate(listed))
        database.executemany(INSERT, rows)
        database.executemany(INSERT_INITIAL, _initials(directory, (listed[number].label for number in names)))


def _listed(directory: Directory, known: Sequence[Known]) -> Iterable[Known]:
    if directory == Directory.PLACES:
        return (one for one in known if one.kinds & PLACE and one.events.keys() & {Facet.IN, Facet.ENTITY})
    found = [one for one in known if directory.facet in one.events]
    if directory == Directory.PEOPLE:
        return [one for one in found if one.kinds & PERSON] or [one for one in found if not _is_elsewhere(one)]
    return found


def _is_elsewhere(one: Known) -> bool:
    """Return whether a thing is a place, or a topic of most events that name it."""
    return bool(one.kinds & PLACE) or 2 * one.events.get(Facet.TOPIC, 0) >= one.events[Facet.ENTITY]


def _counts(directory: Directory, one: Known) -> tuple[int, int]:
    return -one.events.get(directory.facet, 0), -one.events.get(Facet.ENTITY, 0)


def _name(one: Known) -> tuple[str, str, str, str]:
    return initial(one.label), folded(one.label), one.label, one.iri


def _row(directory: Directory, one: Known) -> tuple[int, str, int, int]:
    word = next(iter(words_of(one.kinds)), "")
    what = word if directory == Directory.PUBLISHERS else one.place or WORDS.get(word, word)
    return one.thing, what, one.events.get(directory.facet, 0), one.events.get(Facet.ENTITY, 0)


def _initials(directory: Directory, labels: Iterable[str]) -> Iterator[tuple[str, str, int, int]]:
    """Yield each initial letter of labels, with the position of the first and their number."""
    first = 0
    for letter, group in groupby(map(initial, labels)):
        entries = sum(1 for _ in group)
        yield directory.value, letter, first, entries
        first += entries


def initial(label: str) -> str:
    """Return the letter under which a label is listed: A to Z, "0-9", or "other"."""
    first = folded(label)[:1]
    if "a" <= first <= "z":
        return first.upper()
    return "0-9" if "0" <= first <= "9" else "other"
