"""The full-text index of one snapshot: a SQLite file with its titles and names, collected block by block."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, parse

from kg.entities import labels
from kg.errors import StoreError
from kg.rdf import Literal, NamedNode, terms
from kg.rdf.lines.blocks import Block, is_iri, text, token


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that can be found: a word for it, its IRI, its name, and the classes whose members are such."""

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

# First are the names, then the titles of events, each in the order of their lengths, so that the first matches of a
# word that very many texts have are those that bm25 ranks first: it prefers short texts. The number of the first title
# is the user_version. Of the text only the index is kept, the label is in the table. A name is also found
# as a whole, by its core (see kg.entities.labels); ``uses`` is how often events name the thing.
SCHEMA: Final = """
    PRAGMA journal_mode = off;
    PRAGMA synchronous = off;
    CREATE TABLE named (id INTEGER PRIMARY KEY, iri TEXT, label TEXT, language TEXT, kinds INTEGER, date TEXT,
        uses INTEGER, core TEXT);
    CREATE INDEX whole ON named (core) WHERE core > '';
    CREATE VIRTUAL TABLE words USING fts5
        (text, content = '', tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3');"""
FIRST_TITLE: Final = "PRAGMA user_version"
INSERT: Final = "INSERT INTO named VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_WORDS: Final = "INSERT INTO words (rowid, text) VALUES (?, ?)"
OPTIMIZE: Final = "INSERT INTO words (words) VALUES ('optimize')"

_UNSPACED: Final = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Characters of Chinese, Japanese and Korean, which put no space, or not one around each word, between words."""

Row = tuple[str, str, str, int, str, int]


def spaced(text: str) -> str:
    """Return a text as it is indexed and searched for: composed, each Chinese or Japanese character a word."""
    composed = unicodedata.normalize("NFC", text).replace("\0", " ").translate(labels.PLAIN)
    return _UNSPACED.sub(lambda match: f" {match[0]} ", composed)


class Names:
    """A collector (see kg.rdf.lines.blocks) of everything that can be found by a name or a title."""

    def __init__(self) -> None:
        self._kinds: dict[bytes, int] = {}
        self._dates: dict[bytes, str] = {}
        self._labels: list[bytes] = []
        self._uses: Counter[bytes] = Counter()

    def add(self, block: Block) -> None:
        """Take kinds, dates and labels of a block."""
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
            self._kinds[subject] = self._kinds.get(subject, 0) | kinds

    def rows(self) -> Iterator[Row]:
        """Yield IRI, label, language, kinds, date and uses of all that can be found, once for each of its labels."""
        for iri, label, language in self._named():
            subject = token(NamedNode(iri))
            yield iri, label, language, self._kinds[subject], self._dates.get(subject, ""), self._uses[subject]

    def write(self, output: Path) -> None:
        """Write the index into a new file.

        Raises StoreError if the file cannot be written, or if SQLite has no FTS5 here.
        """
        rows = sorted(self.rows(), key=lambda row: (_is_title(row), len(row[1]), row))
        try:
            with closing(sqlite3.connect(output)) as database, database:
                database.executescript(SCHEMA)
                database.execute(f"{FIRST_TITLE} = {sum(not _is_title(row) for row in rows)}")
                database.executemany(INSERT, ((number, *row, _whole(row)) for number, row in enumerate(rows)))
                database.executemany(INSERT_WORDS, ((number, spaced(row[1])) for number, row in enumerate(rows)))
                database.execute(OPTIMIZE)
        except sqlite3.Error as error:
            raise StoreError(f"the search index cannot be written: {error}") from None

    def _named(self) -> set[tuple[str, str, str]]:
        """Return each IRI that can be found with each of its labels and the label's language."""
        lines = b"".join(line for line in self._labels if line.partition(b" ")[0] in self._kinds)
        return {
            (quad.subject.value, quad.object.value, quad.object.language or "")
            for quad in parse(lines, format=RdfFormat.N_TRIPLES)
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
        }


def _is_title(row: Row) -> bool:
    return bool(row[3] & mask([EVENT]))


def _whole(row: Row) -> str:
    """Return what a name is found by as a whole; a title is not."""
    return "" if _is_title(row) else labels.core(row[1])


def mask(words: Iterable[str]) -> int:
    """Return kinds as one number, a bit for each of them."""
    wanted = set(words)
    return sum(1 << place for place, kind in enumerate(KINDS) if kind.word in wanted)


def words_of(kinds: int) -> tuple[str, ...]:
    """Return the words for the kinds in a number, the most telling first."""
    return tuple(kind.word for place, kind in enumerate(KINDS) if kinds & 1 << place)


CLASSES: Final = {token(NamedNode(one)): mask([kind.word]) for kind in KINDS for one in kind.classes}
TOPICS: Final = mask(["topic"])
TYPE: Final = token(terms.TYPE)
TOPIC: Final = token(terms.TOPIC)
NAMING: Final = frozenset(map(token, (terms.TOPIC, terms.ABOUT, terms.PLACE)))
START_DATE: Final = token(terms.START_DATE)
LABELLING: Final = frozenset(map(token, (terms.LABEL, terms.PREF_LABEL, terms.ALT_LABEL)))
