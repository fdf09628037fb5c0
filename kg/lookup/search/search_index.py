"""The full-text part of a snapshot's index (see kg.lookup.listing.index): titles and names, collected in blocks."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from pyoxigraph import RdfFormat, parse

from kg.entities import labels
from kg.rdf import Literal, NamedNode, terms
from kg.rdf.lines.blocks import Block, is_iri, text, token


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that can be found: a word for it, its IRI, its name, and its classes."""

    word: str
    iri: str
    name: str
    classes: tuple[str, ...] = field(default=())


EVENT: Final = "event"
#: The most telling kinds first. No class says that an entity is a topic, but how events name it does; that one is a
#: person is not said in the archive, but by the data sets that entities are looked up in.
KINDS: Final = (
    Kind(EVENT, terms.EVENT.value, "Event", (terms.EVENT.value,)),
    Kind(
        "person",
        terms.PERSON.value,
        "Person",
        (
            terms.PERSON.value,
            terms.FOAF_PERSON.value,
            "http://schema.org/Person",
            "http://dbpedia.org/ontology/Person",
            "http://www.wikidata.org/entity/Q5",
        ),
    ),
    Kind("place", terms.SCHEMA_PLACE.value, "Place", (terms.SCHEMA_PLACE.value,)),
    Kind("publisher", terms.ORGANIZATION.value, "Publisher", (terms.ORGANIZATION.value,)),
    Kind("category", terms.CONCEPT.value, "Category", (terms.CONCEPT.value,)),
    Kind("story", terms.EVENT_SERIES.value, "Story", (terms.EVENT_SERIES.value,)),
    Kind("topic", terms.TOPIC.value, "Topic"),
    Kind("entity", terms.ENTITY.value, "Entity", (terms.ENTITY.value,)),
)

# Names come first, then the titles of events, each sorted by length, so that the first matches of a very common word
# are those that bm25 ranks first: it prefers short texts. The number of the first title is the user_version. Only the
# full-text index of the text is stored; the label is in the table. A name is also found as a whole, by its core (see
# kg.entities.labels); ``uses`` is how often events name the thing.
SCHEMA: Final = """
    CREATE TABLE named (id INTEGER PRIMARY KEY, iri TEXT, label TEXT, language TEXT, kinds INTEGER, date TEXT,
        uses INTEGER, core TEXT);
    CREATE INDEX whole ON named (core) WHERE core > '';
    CREATE VIRTUAL TABLE words USING fts5
        (text, content = '', tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3');
    CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);"""
FIRST_TITLE: Final = "PRAGMA user_version"
INSERT: Final = "INSERT INTO named VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_WORDS: Final = "INSERT INTO words (rowid, text) VALUES (?, ?)"
OPTIMIZE: Final = "INSERT INTO words (words) VALUES ('optimize')"

_UNSPACED: Final = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Characters of Chinese, Japanese and Korean, where spaces do not separate every word."""


class Row(NamedTuple):
    """A label of something that can be found: kinds as a mask, how often events name it, whether it is rdfs:label."""

    iri: str
    label: str
    language: str
    kinds: int
    date: str
    uses: int
    main: bool

    @property
    def is_title(self) -> bool:
        """Whether it is the title of an event."""
        return bool(self.kinds & EVENTS)


def spaced(text: str) -> str:
    """Return a text as it is indexed and searched for: composed, with each Chinese or Japanese character as a word."""
    composed = unicodedata.normalize("NFC", text).replace("\0", " ").translate(labels.PLAIN)
    return _UNSPACED.sub(lambda match: f" {match[0]} ", composed)


class Names:
    """A collector (see kg.rdf.lines.blocks) of everything that can be found by a name or a title."""

    def __init__(self) -> None:
        self.kinds: dict[bytes, int] = {}
        self._dates: dict[bytes, str] = {}
        self._labels: list[bytes] = []
        self._uses: Counter[bytes] = Counter()

    def add(self, block: Block) -> None:
        """Collect kinds, dates and labels of a block."""
        subject = block.subject
        if not is_iri(subject):
            return
        for name in block.said.keys() & LABELLING:
            self._labels += [b"%b %b %b .\n" % (subject, name, term) for term in block.said[name]]
        for term in block.values(TYPE):
            self._add(subject, CLASSES.get(term, 0))
        for term in filter(is_iri, block.values(TOPIC)):
            self._add(term, TOPICS)
        for name in block.said.keys() & NAMING:
            self._uses.update(block.said[name])
        if START_DATE in block.said:
            self._dates[subject] = max(map(text, block.said[START_DATE]))

    def _add(self, subject: bytes, kinds: int) -> None:
        if kinds:
            self.kinds[subject] = self.kinds.get(subject, 0) | kinds

    def rows(self) -> list[Row]:
        """Return all that can be found, once for each of its labels: names, then titles, each sorted by length."""
        found = (self._row(*one, main=main) for one, main in self._named().items())
        return sorted(found, key=lambda row: (row.is_title, len(row.label), row))

    def _row(self, iri: str, label: str, language: str, *, main: bool) -> Row:
        subject = token(NamedNode(iri))
        told = self.kinds[subject], self._dates.get(subject, ""), self._uses[subject]
        return Row(iri, label, language, *told, main)

    def _named(self) -> dict[tuple[str, str, str], bool]:
        """Return each IRI that can be found, with each label, its language, and whether it is an rdfs:label."""
        lines = b"".join(line for line in self._labels if line.partition(b" ")[0] in self.kinds)
        found: dict[tuple[str, str, str], bool] = {}
        for quad in parse(lines, format=RdfFormat.N_TRIPLES):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                one = quad.subject.value, quad.object.value, quad.object.language or ""
                found[one] = quad.predicate == terms.LABEL or found.get(one, False)
        return found


def write(database: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Write sorted rows into new tables. Raises sqlite3.Error if that fails."""
    database.executescript(SCHEMA)
    database.execute(f"{FIRST_TITLE} = {first_title(rows)}")
    database.executemany(INSERT, ((number, *row[:-1], _whole(row)) for number, row in enumerate(rows)))
    database.executemany(INSERT_WORDS, ((number, spaced(row.label)) for number, row in enumerate(rows)))
    database.execute(OPTIMIZE)


def first_title(rows: Sequence[Row]) -> int:
    """Return the number of the first row that is the title of an event, or the number of rows if there is none."""
    return sum(not row.is_title for row in rows)


def _whole(row: Row) -> str:
    """Return the form by which a name is found as a whole; a title has none."""
    return "" if row.is_title else labels.core(row.label)


def mask(words: Iterable[str]) -> int:
    """Return kinds as one number, a bit for each of them."""
    wanted = set(words)
    return sum(1 << place for place, kind in enumerate(KINDS) if kind.word in wanted)


@cache  # of few numbers
def words_of(kinds: int) -> tuple[str, ...]:
    """Return the words for the kinds in a number, the most specific first."""
    return tuple(kind.word for place, kind in enumerate(KINDS) if kinds & 1 << place)


EVENTS: Final = mask([EVENT])
CLASSES: Final = {token(NamedNode(one)): mask([kind.word]) for kind in KINDS for one in kind.classes}
TOPICS: Final = mask(["topic"])
TYPE: Final = token(terms.TYPE)
TOPIC: Final = token(terms.TOPIC)
NAMING: Final = frozenset(map(token, (terms.TOPIC, terms.ABOUT, terms.PLACE)))
START_DATE: Final = token(terms.START_DATE)
LABELLING: Final = frozenset(map(token, (terms.LABEL, terms.PREF_LABEL, terms.ALT_LABEL)))
