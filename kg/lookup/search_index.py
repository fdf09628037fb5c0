"""The full-text index of one snapshot: a SQLite file with its titles and names, made in a process of its own.

It is derived from the snapshot and can be deleted at any time: ``python -m kg.lookup.search_index DATABASE FILE
PARENT`` makes it again.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kg.errors import StoreError
from kg.process import sandbox
from kg.rdf import DefaultGraph, Literal, NamedNode, terms
from kg.rdf.graph import Graph
from kg.rdf.prefixes import expand
from kg.store.embedded import EmbeddedGraph

NICENESS: Final = 5
DEFAULT: Final = DefaultGraph()


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
    Kind(EVENT, expand("ng:Event"), "Event", (expand("ng:Event"),)),
    Kind(
        "person",
        expand("schema:Person"),
        "Person",
        (
            expand("schema:Person"),
            expand("foaf:Person"),
            "http://schema.org/Person",
            "http://dbpedia.org/ontology/Person",
            "http://www.wikidata.org/entity/Q5",
        ),
    ),
    Kind("place", expand("schema:Place"), "Place", (expand("schema:Place"),)),
    Kind("publisher", expand("schema:Organization"), "Publisher", (expand("schema:Organization"),)),
    Kind("category", expand("skos:Concept"), "Category", (expand("skos:Concept"),)),
    Kind("topic", expand("ng:topic"), "Topic"),
    Kind("entity", expand("ng:Entity"), "Entity", (expand("ng:Entity"),)),
)

# First are the names, then the titles of events, each in the order of their lengths, so that the first matches of a
# word that very many texts have are those that bm25 ranks first: it prefers short texts. The number of the first title
# is the user_version. Of the text only the index is kept, the label is in the table.
SCHEMA: Final = """
    PRAGMA journal_mode = off;
    PRAGMA synchronous = off;
    CREATE TABLE named (id INTEGER PRIMARY KEY, iri TEXT, label TEXT, language TEXT, kinds INTEGER, date TEXT);
    CREATE VIRTUAL TABLE words USING fts5
        (text, content = '', tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3');"""
FIRST_TITLE: Final = "PRAGMA user_version"
INSERT: Final = "INSERT INTO named VALUES (?, ?, ?, ?, ?, ?)"
INSERT_WORDS: Final = "INSERT INTO words (rowid, text) VALUES (?, ?)"
OPTIMIZE: Final = "INSERT INTO words (words) VALUES ('optimize')"

_UNSPACED: Final = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Characters of Chinese, Japanese and Korean, which put no space, or not one around each word, between words."""

Row = tuple[str, str, str, int, str]


def spaced(text: str) -> str:
    """Return a text as it is indexed and searched for: composed, each Chinese or Japanese character a word."""
    composed = unicodedata.normalize("NFC", text).replace("\0", " ")
    return _UNSPACED.sub(lambda match: f" {match[0]} ", composed)


def write(graph: Graph, output: Path) -> int:
    """Write the index of a graph into a new file and return how many names and titles it has.

    Raises StoreError if the file cannot be written, or if SQLite has no FTS5 here.
    """
    rows = sorted(_rows(graph), key=lambda row: (_is_title(row), len(row[1]), row))
    try:
        with closing(sqlite3.connect(output)) as database, database:
            database.executescript(SCHEMA)
            database.execute(f"{FIRST_TITLE} = {sum(not _is_title(row) for row in rows)}")
            database.executemany(INSERT, ((number, *row) for number, row in enumerate(rows)))
            database.executemany(INSERT_WORDS, ((number, spaced(row[1])) for number, row in enumerate(rows)))
            database.execute(OPTIMIZE)
    except sqlite3.Error as error:
        raise StoreError(f"the search index cannot be written: {error}") from None
    return len(rows)


def _is_title(row: Row) -> bool:
    return bool(row[3] & mask([EVENT]))


def mask(words: Iterable[str]) -> int:
    """Return kinds as one number, a bit for each of them."""
    wanted = set(words)
    return sum(1 << place for place, kind in enumerate(KINDS) if kind.word in wanted)


def words_of(kinds: int) -> tuple[str, ...]:
    """Return the words for the kinds in a number, the most telling first."""
    return tuple(kind.word for place, kind in enumerate(KINDS) if kinds & 1 << place)


def _rows(graph: Graph) -> Iterator[Row]:
    """Yield IRI, label, language, kinds and date of everything that can be found, once for each of its labels."""
    kinds = _kinds(graph)
    dates = _dates(graph)
    for iri, label, language in _labels(graph):
        if iri in kinds:
            yield iri, label, language, kinds[iri], dates.get(iri, "")


def _kinds(graph: Graph) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind in KINDS:
        for iri in _members(graph, kind):
            found[iri] = found.get(iri, 0) | mask([kind.word])
    return found


def _members(graph: Graph, kind: Kind) -> set[str]:
    if not kind.classes:
        named = graph.quads_for_pattern(None, NamedNode(kind.iri), None, DEFAULT)
        return {quad.object.value for quad in named if isinstance(quad.object, NamedNode)}
    return {
        quad.subject.value
        for class_ in kind.classes
        for quad in graph.quads_for_pattern(None, terms.TYPE, NamedNode(class_), DEFAULT)
        if isinstance(quad.subject, NamedNode)
    }


def _dates(graph: Graph) -> dict[str, str]:
    dated = graph.quads_for_pattern(None, terms.START_DATE, None, DEFAULT)
    return {quad.subject.value: quad.object.value for quad in dated if isinstance(quad.subject, NamedNode)}  # type: ignore[union-attr]


def _labels(graph: Graph) -> set[tuple[str, str, str]]:
    """Return each IRI with each of its labels and the label's language."""
    return {
        (quad.subject.value, quad.object.value, quad.object.language or "")
        for predicate in (terms.LABEL, terms.PREF_LABEL, terms.ALT_LABEL)
        for quad in graph.quads_for_pattern(None, predicate, None, DEFAULT)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
    }


def main(arguments: list[str]) -> None:
    """Write the index of a database into a file, unhurried: database, file, process to end with."""
    database, output, parent = arguments
    sandbox.end_with(int(parent))
    os.nice(NICENESS)
    draft = Path(f"{output}.{os.getpid()}")
    try:
        write(EmbeddedGraph.read_only(database), draft)
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
