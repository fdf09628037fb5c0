"""Sitemaps (https://www.sitemaps.org/protocol.html): the documents of a graph by section, and when each changed.

A section is a year, with its days, months and events, or all entities, categories or publishers. A document belongs to
the year in its IRI, which never changes, so that a new event affects the sitemaps of one year only. The archive tells
when a document changed: the last moment at which a revision of an event that it lists began or ceased to be shown.
Everything is in one SQLite file, from which single sitemaps are read.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg.errors import StoreError
from kg.rdf import terms
from kg.rdf.lines.blocks import Block, iri, is_iri, text, token

URLS: Final = 5_000
"""URLs in one sitemap. The protocol allows ten times as many, but a sitemap would then be larger than 1 MB."""
TYPE: Final = token(terms.TYPE)
DEPRECATED: Final = token(terms.DEPRECATED)
SOURCE: Final = token(terms.SOURCE)
OBSERVED: Final = frozenset(map(token, (terms.OBSERVED_FROM, terms.OBSERVED_UNTIL)))
CLASSES: Final = frozenset(
    map(token, (terms.PERIOD_OF_TIME, terms.EVENT, terms.ENTITY, terms.CONCEPT, terms.ORGANIZATION))
)
"""The classes with listed documents."""
_NAMING: Final = {
    "day": (terms.TEMPORAL,),
    "month": (terms.IS_PART_OF,),
    "year": (terms.IS_PART_OF,),
    "entity": (terms.PLACE, terms.ABOUT, terms.TOPIC),
    "category": (terms.CATEGORY,),
    "publisher": (terms.PUBLISHER, terms.AUTHOR),
    "": (terms.SOURCE,),
}
REFERRING: Final = {(kind, token(one)) for kind, names in _NAMING.items() for one in names}
"""The properties that link a thing from events, contained things or publications, by its kind; "" is a source."""
LEADING: Final = frozenset(name for _, name in REFERRING)
_REVISION: Final = "/revision/"
_SECTION: Final = re.compile(r"(?:event|day|month|year)/(\d{4})(?![^/-])|(entity|category|publisher)/")

SCHEMA: Final = """
CREATE TABLE section (name TEXT PRIMARY KEY, documents INTEGER NOT NULL, changed TEXT) WITHOUT ROWID;
CREATE TABLE document (
  section TEXT NOT NULL, number INTEGER NOT NULL, iri TEXT NOT NULL, changed TEXT,
  PRIMARY KEY (section, number)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Section:
    """The documents of one year or kind: how many there are, and when the last of them changed, if known."""

    name: str
    documents: int
    changed: str | None

    @property
    def parts(self) -> int:
        """The number of sitemaps needed to list the section's documents."""
        return -(-self.documents // URLS)


class Documents:
    """A collector (see kg.rdf.lines.blocks) of the documents of a graph with the identity base ``base``."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._listed: dict[str, str] = {}
        self._moments: dict[str, str] = {}
        self._leading: dict[str, list[str]] = {}

    def add(self, block: Block) -> None:
        """Collect from a block whether it has a document, when that was shown, and what it links to."""
        if not is_iri(block.subject):
            return
        subject = iri(block.subject)
        section = _section(self._base, subject)
        if section and _has_document(block):
            self._listed[subject] = section
        event, revision, _ = subject.partition(_REVISION)
        for name in block.said.keys() & OBSERVED:
            moments = filter(terms.is_instant, map(text, block.said[name]))
            self._moments[event] = max((self._moments.get(event, ""), *moments))
        for name in () if revision else block.said.keys() & LEADING:
            self._lead(subject, name, map(iri, filter(is_iri, block.said[name])))

    def _lead(self, subject: str, name: bytes, targets: Iterable[str]) -> None:
        for target in targets:
            kind = target[len(self._base) :].partition("/")[0] if target.startswith(self._base) else ""
            if (kind, name) in REFERRING:
                self._leading.setdefault(target, []).append(subject)

    def sections(self) -> list[Section]:
        """Return the sections that have documents, sorted by name."""
        changed: dict[str, str] = {}
        for event, moment in self._moments.items():
            year = _section(self._base, event)
            changed[year] = max(changed.get(year, ""), moment)
        newest = max(changed.values(), default=None)  # things of no year are named by events of all years
        counted = sorted(Counter(self._listed.values()).items())
        return [Section(name, count, changed.get(name) if name.isdigit() else newest) for name, count in counted]

    def rows(self) -> Iterator[tuple[str, int, str, str | None]]:
        """Yield the documents of each section, numbered from 0 in order of IRI, with when each changed."""
        known = dict(self._moments)
        number = Counter[str]()
        for subject, section in sorted(self._listed.items()):
            yield section, number[section], subject, self._changed(subject, known) or None
            number[section] += 1

    def write(self, output: Path) -> None:
        """Write sections and documents into a new file. Raises StoreError if it cannot be written."""
        try:
            with closing(sqlite3.connect(output)) as database, database:
                database.executescript(SCHEMA)
                rows = ((one.name, one.documents, one.changed) for one in self.sections())
                database.executemany("INSERT INTO section VALUES (?, ?, ?)", rows)
                database.executemany("INSERT INTO document VALUES (?, ?, ?, ?)", self.rows())
        except sqlite3.Error as error:
            raise StoreError(f"the sitemaps cannot be written: {error}") from None

    def _changed(self, subject: str, known: dict[str, str]) -> str:
        """Return when an event, or any event that a document lists, changed; "" if no time is known.

        ``known`` has the times of events, and caches those of things that many documents link to, such as the days of a
        month.
        """
        if subject not in known:
            known[subject] = ""  # circles end here
            leading = self._leading.get(subject, ())
            known[subject] = max((self._changed(one, known) for one in leading), default="")
        return known[subject]


def _has_document(block: Block) -> bool:
    """Return whether a thing is of a listed class, and neither withdrawn nor merged into another one."""
    return DEPRECATED not in block.said and not CLASSES.isdisjoint(block.values(TYPE))


def _section(base: str, subject: str) -> str:
    """Return the year in an IRI, or else its kind; "" for what is in no sitemap."""
    match = _SECTION.match(subject, len(base)) if subject.startswith(base) else None
    return match[1] or match[2] if match else ""


def sections(file: Path) -> list[Section]:
    """Return the sections in a file, sorted by name. Raises StoreError if it cannot be read."""
    return [Section(*row) for row in _read(file, "SELECT name, documents, changed FROM section ORDER BY name")]


def documents(file: Path, section: str, part: int) -> list[tuple[str, str | None]]:
    """Return the IRIs of the things in one sitemap of a section, each with the time of its last change, if known.

    ``part`` counts from 1. The list is empty if there is no such part. Raises StoreError if ``file`` cannot be read.
    """
    query = "SELECT iri, changed FROM document WHERE section = ? AND number >= ? AND number < ? ORDER BY number"
    return _read(file, query, section, (part - 1) * URLS, part * URLS)


def _read(file: Path, query: str, *values: str | int) -> list[tuple[Any, ...]]:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()
    except sqlite3.Error as error:
        raise StoreError(f"the sitemaps cannot be read: {error}") from None
