"""The index of one snapshot: one SQLite file, gathered in one pass, for searching and for lists of events.

Besides titles and names (see kg.lookup.search.search_index), it has the events by each of their values. Events are
numbered from 0 by day and IRI, so that days are ranges of numbers; values are numbered by facet, number of events and
term, so that the first values of a facet are the most frequent. Each value has the numbers of its events, and each
event those of its values, as arrays of integers, which are read whole, since that is smaller than one row for each. The
directories list the values by count and by name (see kg.lookup.listing.directory_table).
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from itertools import accumulate, chain
from math import nan
from pathlib import Path
from typing import Any, Final

from kg.errors import StoreError
from kg.lookup.listing import directory_table
from kg.lookup.listing.directory_table import Known
from kg.lookup.listing.facet import Facet
from kg.lookup.listing.gather import Events, Gathered, Point, Value, unpacked
from kg.lookup.search import search_index
from kg.lookup.search.search_index import EVENTS, Names, Row
from kg.rdf.lines.blocks import Block

PRAGMAS: Final = "PRAGMA journal_mode = off; PRAGMA synchronous = off;"
SCHEMA: Final = """
    CREATE TABLE thing (id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE, kinds INTEGER NOT NULL, name INTEGER);
    CREATE TABLE value (facet INTEGER, thing INTEGER, id INTEGER NOT NULL, PRIMARY KEY (facet, thing)) WITHOUT ROWID;
    CREATE VIRTUAL TABLE point USING rtree (thing, south, north, west, east);
    CREATE TABLE columns (name TEXT PRIMARY KEY, numbers BLOB NOT NULL) WITHOUT ROWID;"""
NOWHERE: Final = Point(nan, nan)
LANGUAGES: Final = ("en", "")
"""The languages preferred for the labels of things."""


class Index:
    """A collector (see kg.rdf.lines.blocks) of everything in the index."""

    def __init__(self) -> None:
        self.names = Names()
        self.events = Events()

    def add(self, block: Block) -> None:
        """Collect names and events of a block."""
        self.names.add(block)
        self.events.add(block)

    def write(self, output: Path) -> None:
        """Write the index into a new file.

        Raises StoreError if the file cannot be written, or if SQLite has no FTS5 or R-trees here.
        """
        rows = self.names.rows()
        try:
            with closing(sqlite3.connect(output)) as database:
                database.executescript(PRAGMAS)
                with database:
                    search_index.write(database, rows)
                    _write(database, self.events, rows, self.names.kinds)
        except sqlite3.Error as error:
            raise StoreError(f"the index cannot be written: {error}") from None


def _write(database: sqlite3.Connection, events: Events, rows: Sequence[Row], kinds: Mapping[bytes, int]) -> None:
    """Write the tables other than those of titles and names. Raises sqlite3.Error if that fails."""
    for term in kinds:
        if not kinds[term] & EVENTS:
            events.thing(term)
    things = [term.decode().strip("<>") for term in events.things]
    listed = _Listed(list(events.gathered()), things)
    labelled = _labelled(rows)
    database.executescript(SCHEMA)
    known = (kinds.get(term, 0) for term in events.things)
    named = (
        (number, thing, kind, labelled.get(thing))
        for number, (thing, kind) in enumerate(zip(things, known, strict=True))
    )
    database.executemany("INSERT INTO thing VALUES (?, ?, ?, ?)", named)
    keys = sorted((*unpacked(value), number) for number, value in enumerate(listed.values))
    database.executemany("INSERT INTO value VALUES (?, ?, ?)", keys)
    boxes = ((thing, lat, lat, long, long) for thing, (lat, long) in sorted(events.points.items()))
    database.executemany("INSERT INTO point VALUES (?, ?, ?, ?, ?)", boxes)
    points = chain.from_iterable(events.points.get(thing, NOWHERE) for thing in range(len(things)))
    columns: dict[str, array[Any]] = {
        **listed.columns(),
        "titles": array("I", (labelled[iri] for iri in listed.iris)),
        "events": array(
            "I", (listed.iris.get(row.iri, len(listed.iris)) for row in rows[search_index.first_title(rows) :])
        ),
        "points": array("d", points),
    }
    numbers = ((name, column.tobytes()) for name, column in columns.items())
    database.executemany("INSERT INTO columns VALUES (?, ?)", numbers)
    directory_table.write(database, list(_known(events, listed, rows, labelled, kinds)))


def _known(
    events: Events, listed: _Listed, rows: Sequence[Row], labelled: Mapping[str, int], kinds: Mapping[bytes, int]
) -> Iterator[Known]:
    """Yield what is known about each value of events."""
    counts = defaultdict[int, dict[Facet, int]](dict)
    for value, postings in listed.postings.items():
        facet, thing = unpacked(value)
        counts[thing][Facet(facet)] = len(postings)
    for number, term in enumerate(events.things):
        if number in counts:
            iri = term.decode().strip("<>")
            label = rows[labelled[iri]].label if iri in labelled else iri
            yield Known(number, iri, label, kinds.get(term, 0), events.places.get(number, ""), counts[number])


class _Listed:
    """Numbered events and numbered values; ``things`` are the terms of all things."""

    def __init__(self, gathered: Sequence[Gathered], things: Sequence[str]) -> None:
        self.iris = {one.iri: number for number, one in enumerate(gathered)}
        self.days = array("I", (date.fromisoformat(one.day).toordinal() if one.day else 0 for one in gathered))
        self.postings: defaultdict[Value, array[int]] = defaultdict(lambda: array("I"))
        for number, one in enumerate(gathered):
            for value in one.values:
                self.postings[value].append(number)
        self.values = sorted(self.postings, key=lambda value: self._rank(value, things))
        self.said, self.ends = array("I"), array("I", [0])
        numbers = {value: number for number, value in enumerate(self.values)}
        for one in gathered:
            self.said.extend(sorted(numbers[value] for value in one.values))
            self.ends.append(len(self.said))

    def _rank(self, value: Value, things: Sequence[str]) -> tuple[int, int, str]:
        facet, thing = unpacked(value)
        return facet, -len(self.postings[value]), things[thing]

    def columns(self) -> dict[str, array[Any]]:
        """Return the columns (see kg.lookup.listing.columns) that are computed from events and values alone."""
        facets = [unpacked(value)[0] for value in self.values]
        return {
            "days": self.days,
            "ends": self.ends,
            "values": self.said,
            "facets": array("I", (bisect_left(facets, facet) for facet in range(len(Facet) + 1))),
            "things": array("I", (unpacked(value)[1] for value in self.values)),
            "starts": array("I", accumulate((len(self.postings[value]) for value in self.values), initial=0)),
            "postings": array("I", chain.from_iterable(self.postings[value] for value in self.values)),
        }


def _labelled(rows: Sequence[Row]) -> dict[str, int]:
    """Return the row of the display label of each thing, by IRI."""
    found: dict[str, int] = {}
    for number, row in enumerate(rows):
        if row.iri not in found or _rank(row) < _rank(rows[found[row.iri]]):
            found[row.iri] = number
    return found


def _rank(row: Row) -> tuple[bool, bool]:
    return not row.main, row.language not in LANGUAGES
