"""Answers on disk: nothing is asked twice, and a run that was stopped can continue."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from kg.enrich.answer import AnswerRow
from kg.errors import StoreError
from kg.process.lock import claim
from kg.store.integrity import remedies, sidecar

FILE: Final = "answers.sqlite3"

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS answers (
  endpoint TEXT NOT NULL, question TEXT NOT NULL, entity TEXT NOT NULL,
  asked TEXT NOT NULL, stale INTEGER NOT NULL, rows BLOB NOT NULL,
  PRIMARY KEY (endpoint, question, entity)
) WITHOUT ROWID
"""


class Answered(NamedTuple):
    """What an endpoint said about an entity, and when it was asked."""

    entity: str
    asked: datetime
    rows: list[AnswerRow]


class Cache:
    """The answers of one endpoint to one question, by entity."""

    def __init__(self, connection: sqlite3.Connection, endpoint: str, question: str) -> None:
        self._connection = connection
        self._key = (endpoint, question)

    def missing(self, entities: Iterable[str]) -> list[str]:
        """Return those of ``entities`` without an answer, or with an expired one, in order."""
        answered = self._connection.execute(
            "SELECT entity FROM answers WHERE endpoint = ? AND question = ? AND NOT stale", self._key
        )
        known = {entity for (entity,) in answered}
        return [entity for entity in entities if entity not in known]

    def put(self, answers: Mapping[str, list[AnswerRow]], asked: datetime) -> None:
        """Save the answers about some entities, all or none; an empty answer is an answer too."""
        kept = [(*self._key, entity, asked.isoformat(), _packed(rows)) for entity, rows in answers.items()]
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, 0, ?)", kept)

    def expire(self) -> None:
        """Mark all answers as due to be asked for again; until then they stay valid."""
        with self._connection:
            self._connection.execute("UPDATE answers SET stale = 1 WHERE endpoint = ? AND question = ?", self._key)

    def answers(self, entities: Iterable[str]) -> Iterator[Answered]:
        """Yield the existing answers about ``entities``, in order."""
        for entity in entities:
            found = self._connection.execute(
                "SELECT asked, rows FROM answers WHERE endpoint = ? AND question = ? AND entity = ?",
                (*self._key, entity),
            ).fetchone()
            if found:
                yield Answered(entity, datetime.fromisoformat(found[0]), _unpacked(found[1]))


@contextmanager
def opened(folder: Path, endpoint: str, question: str) -> Iterator[Cache]:
    """Provide the cache in ``folder``, locked against other processes.

    Raises StoreError if another process is asking, or if the cache cannot be read or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("a") as lock:
            _lock(lock.fileno(), folder)
            changing = sidecar.changing(folder / FILE, remedies.ANSWERS)
            with changing, closing(sqlite3.connect(folder / FILE)) as connection:
                connection.execute(_SCHEMA)
                yield Cache(connection, endpoint, question)
    except (sqlite3.Error, zlib.error, OSError) as error:
        raise StoreError(f"the answers in {folder} cannot be read or written: {error}") from error


def _packed(rows: list[AnswerRow]) -> bytes:
    return zlib.compress(json.dumps(rows, ensure_ascii=True).encode())


def _unpacked(packed: bytes) -> list[AnswerRow]:
    return [AnswerRow(*row) for row in json.loads(zlib.decompress(packed))]


def _lock(descriptor: int, folder: Path) -> None:
    claim(descriptor, StoreError(f"another kg enrich is keeping answers in {folder}: wait until it ends"))
