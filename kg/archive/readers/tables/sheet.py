"""The reader of sheets: CSV (RFC 4180), or with another delimiter."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final, cast

from kg.archive.readers.base import Beside, CaptureReader, PageCapture, Remark
from kg.archive.readers.tables import mapping as mappings
from kg.archive.readers.tables.cells import Headings, row
from kg.archive.readers.tables.days import DayRows
from kg.archive.readers.tables.mapping import TableMapping
from kg.archive.versions import UnreadPage
from kg.errors import ArchiveError

DELIMITERS: Final = (",", ";", "\t", "|")
BYTE_ORDER_MARKS: Final = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}


class Sheet(CaptureReader):
    """Tables with a line for each event, and a mapping beside them."""

    shown_path = "events.csv"

    def matches(self, path: str) -> bool:
        """Return whether ``path`` ends as sheets do."""
        return path.lower().endswith((".csv", ".tsv"))

    def captures(
        self, file: BinaryIO, path: str, beside: Beside, page_bytes: int
    ) -> Iterator[PageCapture | UnreadPage | Remark]:
        """Yield a page for each day of the sheet, and one for the records that are not rows."""
        try:
            known = mappings.of(path, beside)
            with open_sheet(file, path, known) as opened, DayRows.gathered(opened.mapping.table(path)) as rows:
                opened.gather(rows)
                yield from rows.captures(path, page_bytes)
                yield from opened.mapping.unread(opened.names)
        except ArchiveError as error:
            yield UnreadPage(path, str(error))


class OpenSheet:
    """A sheet with its header read: its mapping, the names of its columns, and its records."""

    def __init__(self, mapping: TableMapping, names: list[str], text: io.TextIOWrapper, delimiter: str) -> None:
        self.mapping = mapping
        self.names = names
        self._delimiter = delimiter
        self._text = text

    def gather(self, rows: DayRows) -> None:
        """Add all rows of the sheet, and note the records that are not rows."""
        headings = Headings(self.mapping)
        for line, record in self.records(rows):
            try:
                found = headings.below(
                    row(dict(zip(self.names, ((one,) for one in record), strict=True)), self.mapping)
                )
            except ValueError as error:
                rows.leave(line, self._delimiter.join(record), self._reason(record, error))
                continue
            if found:
                rows.add(found, line)

    def _reason(self, record: list[str], error: ValueError) -> str:
        if len(record) != len(self.names):
            return f"{len(record):,} columns instead of {len(self.names):,}"
        return str(error)

    def records(self, rows: DayRows) -> Iterator[tuple[int, list[str]]]:
        """Yield the records that are not empty, each with the line on which it begins, from 1."""
        reader = csv.reader(self._text, delimiter=self._delimiter, strict=True)
        before = 0 if self.mapping.file.header else 1
        while True:
            try:
                record = next(reader, None)
            except csv.Error as error:
                rows.leave(before + 1, "", f"no record: {error}")
                record = []
            except UnicodeDecodeError as error:
                rows.leave(before + 1, "", f"what follows is not in {error.encoding}: say file.encoding in the mapping")
                return
            if record is None:
                return
            if any(record):
                yield before + 1, record
            before = reader.line_num + (0 if self.mapping.file.header else 1)


@contextmanager
def open_sheet(file: BinaryIO, path: str, known: TableMapping | None) -> Iterator[OpenSheet]:
    """Read the header of a sheet and detect its delimiter; the file stays open.

    Raises ArchiveError if it is not in the encoding that its mapping names, lacks columns that the mapping names, or
    has neither a mapping nor columns named like the keys of one.
    """
    stream = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast("Any", file))
    text = io.TextIOWrapper(stream, _encoding(stream, known), newline="")
    try:
        yield _opened(text, path, known)
    finally:
        text.detach()


def _opened(text: io.TextIOWrapper, path: str, known: TableMapping | None) -> OpenSheet:
    if known and known.file.header:
        names, delimiter = list(known.file.header), known.file.delimiter or _by_path(path)
    else:
        first = _first_line(text)
        delimiter, names = _columns(first, path, known)
    known = known or _by_names(names, path)
    _check(names, known, path)
    return OpenSheet(known, names, text, delimiter)


def _encoding(file: io.BufferedReader, known: TableMapping | None) -> str:
    said = known.file.encoding if known else ""
    if said:
        try:
            return codecs.lookup(said).name
        except LookupError:
            raise ArchiveError(f"there is no encoding {said!r}: correct file.encoding in the mapping") from None
    start = file.peek(4)
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if start.startswith(mark)), "utf-8")


def _first_line(text: io.TextIOWrapper) -> str:
    try:
        return text.readline(1_000_000)
    except UnicodeDecodeError as error:
        raise ArchiveError(f"is not in {error.encoding}: say file.encoding in its mapping") from error


def _by_path(path: str) -> str:
    return "\t" if path.lower().endswith(".tsv") else ","


def _columns(line: str, path: str, known: TableMapping | None) -> tuple[str, list[str]]:
    """Return the delimiter and the column names: those of the only reading with all columns of the mapping."""
    said = known.file.delimiter if known else ""
    if said:
        if len(said) != 1:
            raise ArchiveError("file.delimiter in the mapping must be one character")
        return said, _split(line, said)
    readings = {one: _split(line, one) for one in DELIMITERS}
    fitting = [one for one, names in readings.items() if _fits(names, known)]
    if len(fitting) == 1:
        return fitting[0], readings[fitting[0]]
    likely = max(readings, key=lambda one: (len(readings[one]), one == _by_path(path)))
    return likely, readings[likely]


def _fits(names: list[str], known: TableMapping | None) -> bool:
    if known:
        return {name for _, name in known.columns.named()} <= set(names)
    found = mappings.identity(names).columns
    return bool(found.date and found.title)


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [one.strip() for one in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _by_names(names: list[str], path: str) -> TableMapping:
    if not _fits(names, None):
        raise ArchiveError(
            f"has no mapping, and no columns date and title: say in {path.rpartition('/')[2].partition('.')[0]}.toml "
            "beside it, or with --mapping, what its columns mean"
        )
    return mappings.identity(names)


def _check(names: list[str], known: TableMapping, path: str) -> None:
    """Raise ArchiveError if a sheet has a name twice, or lacks columns that its mapping names."""
    twice = sorted({one for one in names if names.count(one) > 1 and one})
    absent = [f"{name!r} (columns.{key})" for key, name in known.columns.named() if name not in names]
    if absent:
        raise ArchiveError(f"has no column {', '.join(absent)}: its columns are {', '.join(filter(None, names))[:500]}")
    if twice:
        raise ArchiveError(f"has several columns {', '.join(twice)}: name each once")
    if not (known.columns.date and known.columns.title):
        raise ArchiveError("columns.date and columns.title must be in the mapping")
