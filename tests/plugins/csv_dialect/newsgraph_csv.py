"""A dialect for newsgraph: tables of events in CSV (RFC 4180), a row for each event, many days in one table.

The columns are named in the first row; ``date`` and ``title`` must be among them. ``places``, ``topics`` and
``sources`` have several values, separated by semicolons. A table whose rows all name one ``licence`` has that licence.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from kg.dialects.base import Dialect
from kg.dialects.entry import Attribution, Entry, Head
from kg.dialects.item import Item, Origin, Tally, readable_slug
from kg.dialects.publication import Publication
from kg.dialects.record import Citation, Link, Record, Unread


@dataclass(frozen=True, slots=True)
class Row:
    """A row as printed, the line on which it begins, its values by column; ``day`` is None if it is not an event."""

    line: int
    printed: str
    values: Mapping[str, str]
    day: date | None

    def several(self, column: str) -> tuple[str, ...]:
        return tuple(filter(None, (one.strip() for one in self.values.get(column, "").split(";"))))


@dataclass(frozen=True, slots=True)
class Table(Record):
    """A table: its first row as printed, the others, and how its lines end."""

    columns: str
    rows: tuple[Row, ...]
    windows: bool = False


class Csv(Dialect[Table]):
    """Tables of events."""

    publication = Publication(
        title="Tables of events",
        source="https://example.org/tables",
        licences=("https://opendatacommons.org/licenses/by/1-0/",),
        rights="Tables by the clerks of Example Town.",
        credit="Tables of events by the clerks of Example Town",
    )
    shown_path = "events.csv"
    item_counts: ClassVar[Mapping[str, tuple[str, ...]]] = {"rows": ("rows",)}

    def matches(self, path: str) -> bool:
        return path.endswith(".csv")

    def parse(self, path: str, text: str) -> Table | None:
        windows = "\r\n" in text
        pieces = _pieces(text.replace("\r\n", "\n"))
        names = next(csv.reader([pieces[0][1]]), []) if pieces else []
        if not {"date", "title"} <= set(names):
            return None
        rows = tuple(_row(line, printed, names) for line, printed in pieces[1:])
        unread = [Unread(row.line, row.printed[:200], "no date and title") for row in rows if row.day is None]
        if not text.endswith("\n"):
            unread.append(Unread(pieces[-1][0], "", "the last line does not end"))
        return Table(pieces[0][1], rows, windows, unread=tuple(unread))

    def items(self, path: str, record: Table, tally: Tally, language: str) -> Iterator[Item]:
        for number, row in enumerate(record.rows, 1):
            if row.day is None:
                continue
            tally.counts["rows"] += 1
            title = row.values["title"].strip()
            yield Item(
                Origin.ENTRY,
                language,
                row.day,
                f"row-{number}",
                title,
                category=row.values.get("category") or None,
                topics=row.several("topics"),
                mentions=tuple(Link(place, place) for place in row.several("places")),
                citations=tuple(Citation(url, row.values.get("publisher") or None) for url in row.several("sources")),
                slugs=(readable_slug(title),),
            )

    def head(self, record: Table) -> Head:
        parameters = {"header": "present", **({"lineends": "crlf"} if record.windows else {})}
        return Head("text/csv", parameters, days=tuple(sorted({row.day for row in record.rows if row.day})))

    def entries(self, record: Table) -> Iterator[Entry]:
        yield Entry("columns", 1, record.columns, line=1)
        for number, row in enumerate(record.rows, 1):
            title = row.values.get("title", row.printed)
            yield Entry(f"row-{number}", number + 1, row.printed, line=row.line, wording=title)

    def render(self, path: str, head: Head, entries: tuple[Entry, ...]) -> str:
        end = "\r\n" if "lineends" in head.parameters else "\n"
        return "".join(f"{entry.text}\n" for entry in entries).replace("\n", end)

    def attribution(self, path: str, record: Table, captured: datetime | None) -> Attribution:
        licences = {row.values.get("licence", "").strip() for row in record.rows}
        return Attribution(licence=min(licences) or None if len(licences) == 1 else None)


def _pieces(text: str) -> list[tuple[int, str]]:
    """Return the rows as printed, each with the number of its first line: a quoted value may contain line ends."""
    lines = text.removesuffix("\n").split("\n") if text else []
    reader = csv.reader(f"{line}\n" for line in lines)
    found, before = [], 0
    for _ in reader:
        found.append((before + 1, "\n".join(lines[before : reader.line_num])))
        before = reader.line_num
    return found


def _row(line: int, printed: str, names: list[str]) -> Row:
    values = dict(zip(names, next(csv.reader(f"{one}\n" for one in printed.split("\n")), []), strict=False))
    try:
        day = date.fromisoformat(values.get("date", "")) if values.get("title", "").strip() else None
    except ValueError:
        day = None
    return Row(line, printed, values, day)
