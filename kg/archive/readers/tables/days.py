"""Gathers the rows of a file by day on disk, since a file may be large and have its days in any order."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import Final

from kg.archive.readers.base import PageCapture
from kg.dialects.record import Unread
from kg.dialects.rows import page
from kg.dialects.rows.page import EventTable
from kg.dialects.rows.row import TableRow

MOST_UNREAD: Final = 10_000
"""How many unreadable records are reported one by one."""
_TABLES: Final = """
CREATE TABLE row (name TEXT PRIMARY KEY, identifier TEXT, day TEXT, part TEXT, text TEXT);
CREATE INDEX day ON row (day, part);
"""


class DayRows:
    """The rows of one table, and the records that could not be read, by line."""

    def __init__(self, table: EventTable, database: sqlite3.Connection) -> None:
        self.table = table
        self.unread: list[Unread] = []
        self._database = database
        self._untold = 0

    @classmethod
    @contextmanager
    def gathered(cls, table: EventTable) -> Iterator[DayRows]:
        """Provide an empty table that keeps its rows in a temporary file."""
        with closing(sqlite3.connect("")) as database:
            database.executescript(_TABLES)
            yield cls(table, database)

    def add(self, row: TableRow, line: int) -> None:
        """Add a row; if the table has it twice, ``line`` is reported."""
        identifier, day, text = row.identifier(self.table.dataset), row.first.isoformat(), row.text
        name = identifier if row.id else f"{day} {identifier}"
        part = hashlib.sha256(identifier.encode()).hexdigest()[:2]
        inserted = self._database.execute(
            "INSERT OR IGNORE INTO row VALUES (?, ?, ?, ?, ?)", (name, identifier, day, part, text)
        )
        if not inserted.rowcount:
            [known] = self._database.execute("SELECT text FROM row WHERE name = ?", (name,)).fetchone()
            same = "the same row stands in the table before" if known == text else "another row has its id or words"
            self.leave(line, row.title, f"{same}, which counts")

    def leave(self, line: int, text: str, reason: str) -> None:
        """Note that a record could not be read."""
        if len(self.unread) < MOST_UNREAD:
            self.unread.append(Unread(line, text[: page.SHOWN], reason))
        else:
            self._untold += 1

    def captures(self, path: str, page_bytes: int) -> Iterator[PageCapture]:
        """Yield the pages of the days, several for a large day, then that of the unreadable records."""
        days = self._database.execute("SELECT day, SUM(LENGTH(CAST(text AS BLOB)) + 2) FROM row GROUP BY day")
        for day, size in days.fetchall():
            digits = next(one for one in (0, 1, 2) if one == 2 or size < page_bytes // 2 * 16**one)
            yield from self._day(path, date.fromisoformat(day), digits)
        if self._untold:
            self.unread.append(Unread(0, "", f"{self._untold:,} more records that could not be read"))
        if self.unread:
            yield self._capture(page.path(path, None), page.written_unread(self.table, self.unread))

    def _day(self, path: str, day: date, digits: int) -> Iterator[PageCapture]:
        parts = self._database.execute(
            "SELECT DISTINCT SUBSTR(part, 1, ?) FROM row WHERE day = ? ORDER BY 1", (digits, day.isoformat())
        )
        for [part] in parts.fetchall():
            found = self._database.execute(
                "SELECT text FROM row WHERE day = ? AND SUBSTR(part, 1, ?) = ? ORDER BY identifier",
                (day.isoformat(), digits, part),
            )
            yield self._capture(page.path(path, day, part), page.of_lines(self.table, (text for [text] in found)))

    def _capture(self, path: str, text: str) -> PageCapture:
        return PageCapture(path, text.encode(), language=self.table.language or None)
