"""A page of rows: a day of one table, or its unreadable records. It is JSON, with a line for each row.

Rows are sorted by what identifies them, so a page does not depend on their order or position in the table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final

from kg.dialects.publication import Publication
from kg.dialects.record import Record, Unread
from kg.dialects.rows.row import TableRow, identifier_of
from kg.errors import ConfigurationError, FormatError

PATH: Final = re.compile(r"(?:^|/)(?:([0-9]{4}-[0-9]{2}-[0-9]{2})(?:-[0-9a-f]{1,2})?|unread)\.rows\.json$")
DATASET: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ROWS: Final = ',"rows":[\n'
_UNREAD: Final = ',"unread":[\n'
_END: Final = "\n]}\n"
_OWN_ID: Final = re.compile(r',"id":("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))+")')
"""Matches the id of a row: a member name never follows an unescaped quote within a text."""
SHOWN: Final = 200
"""How many characters of each unreadable record a page keeps."""


@dataclass(frozen=True, slots=True)
class EventTable:
    """The properties that all rows of a table share: the name of the dataset, its language, and its description."""

    dataset: str
    language: str = ""
    publication: Publication = field(default_factory=Publication)

    @property
    def text(self) -> str:
        """The table as the beginning of a page."""
        said = {"dataset": self.dataset, "language": self.language, "publication": _told(self.publication)}
        told = {name: value for name, value in said.items() if value}
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).removesuffix("}")


@dataclass(frozen=True, slots=True)
class RowLine:
    """A line of a page as printed, and the row in it, None if it is not a row."""

    text: str
    row: TableRow | None = None


@dataclass(frozen=True, slots=True)
class RowsPage(Record):
    """A page: the text before its lines, its table, its lines; ``day`` is None if it has unreadable records."""

    opening: str
    table: EventTable
    day: date | None
    lines: tuple[RowLine, ...]


def path(file: str, day: date | None, part: str = "") -> str:
    """Return the path of the page of a day of the table ``file``, or of its unreadable records.

    ``part`` are up to two hexadecimal digits that distinguish the pages of a day with very many rows.
    """
    name = f"{day.isoformat()}-{part}".rstrip("-") if day else "unread"
    return f"{file}/{name}.rows.json"


def day_of(path: str) -> date | None:
    """Return the day that a path names; None if there is none."""
    found = PATH.search(path)
    try:
        return date.fromisoformat(found[1]) if found and found[1] else None
    except ValueError:
        return None


def written(table: EventTable, rows: Iterable[TableRow]) -> str:
    """Return the page of some rows of one day, each once."""
    lines = {row.identifier(table.dataset): row.text for row in rows}
    return of_lines(table, [text for _, text in sorted(lines.items())])


def of_lines(table: EventTable, lines: Iterable[str]) -> str:
    """Return the page with these rows, given as text and sorted by what identifies them."""
    return render(f"{table.text}{_ROWS}", lines)


def written_unread(table: EventTable, unread: Iterable[Unread]) -> str:
    """Return the page of a table's unreadable records: the line, the text and the reason for each."""
    told = ({"line": one.line, "reason": one.reason, "text": one.text[:SHOWN]} for one in unread)
    lines = (json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for one in told)
    return render(f"{table.text}{_UNREAD}", lines)


def render(opening: str, lines: Iterable[str]) -> str:
    """Return a page again from the text before its lines, and the lines."""
    return f"{opening}{_SEPARATOR.join(lines)}{_END}"


_SEPARATOR: Final = ",\n"


def parse(path: str, text: str) -> RowsPage | None:
    """Parse a page; return None if the text is not one."""
    opening, newline, rest = text.partition("\n")
    opening += newline
    table = _table(opening)
    if table is None or not text.endswith(_END):
        return None
    printed = rest.removesuffix(_END).split(_SEPARATOR) if rest != _END[1:] else []
    if opening.endswith(_UNREAD):
        return RowsPage(opening, table, None, tuple(map(RowLine, printed)), unread=tuple(map(_unread, printed)))
    day = day_of(path)
    read = [_line(one, day) for one in printed]
    unread = tuple(Unread(at, one.text[:SHOWN], why) for at, (one, why) in enumerate(read, 2) if why)
    return RowsPage(opening, table, day, tuple(one for one, _ in read), unread=unread)


def own_ids(text: str) -> Iterator[str]:
    """Yield the identifiers of the rows with ids on a page, without parsing all of it."""
    opening, newline, rest = text.partition("\n")
    table = _table(opening + newline)
    if table and not opening.endswith(_UNREAD.strip()):
        yield from (identifier_of(json.loads(one), table.dataset) for one in _OWN_ID.findall(rest))


def _table(opening: str) -> EventTable | None:
    end = next((one for one in (_ROWS, _UNREAD) if opening.endswith(one)), None)
    try:
        said = json.loads(f"{opening.removesuffix(end)}}}") if end else {}
        dataset, language = said["dataset"], said.get("language", "")
        publication = Publication.of(said.get("publication", {}))
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError, ConfigurationError):
        return None
    table = EventTable(str(dataset), str(language), publication)
    return table if DATASET.fullmatch(table.dataset) and f"{table.text}{end}" == opening else None


def _line(text: str, day: date | None) -> tuple[RowLine, str]:
    """Return a line, and the reason if it is not a row."""
    try:
        row = TableRow.of(text)
    except FormatError as error:
        return RowLine(text), str(error)
    return (RowLine(text, row), "") if row.first == day else (RowLine(text), "a row of another day")


def _unread(text: str) -> Unread:
    try:
        said = json.loads(text)
        return Unread(int(said["line"]), str(said["text"]), str(said["reason"]))
    except (ValueError, RecursionError, KeyError, TypeError):
        return Unread(0, text[:SHOWN], "no JSON of a line that was not read")


def _told(publication: Publication) -> dict[str, Any]:
    said = {one.name: getattr(publication, one.name) for one in fields(publication)}
    return {name: value for name, value in said.items() if value}
