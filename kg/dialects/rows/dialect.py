"""The dialect of rows, for ``kg.dialects.registry`` to find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar

from kg.dialects.base import Dialect
from kg.dialects.entry import Attribution, Entry, Head
from kg.dialects.item import Item, Origin, StatedPlace, Tally
from kg.dialects.publication import Publication
from kg.dialects.record import Citation
from kg.dialects.rows import page
from kg.dialects.rows.page import RowsPage
from kg.dialects.rows.row import TableRow


class TableRows(Dialect[RowsPage]):
    """A day of a table, as readers of tables write it.

    Each capture lists all rows of its day again, so old ones are not kept.
    """

    shown_path = "events.csv/2011-11-08.rows.json"
    gives_ids = True
    item_counts: ClassVar[Mapping[str, tuple[str, ...]]] = {"table rows": ("table rows",)}

    def matches(self, path: str) -> bool:
        """Return whether ``path`` names a day, or the unreadable records of a table."""
        return bool(page.PATH.search(path))

    def days_of_path(self, path: str) -> tuple[date, ...]:
        """Return the one day that ``path`` names; a page of unreadable records has none."""
        day = page.day_of(path)
        return (day,) if day else ()

    def parse(self, path: str, text: str) -> RowsPage | None:
        """Parse a page; return None if the text is not one."""
        return page.parse(path, text)

    def items(self, path: str, record: RowsPage, tally: Tally, language: str) -> Iterator[Item]:
        """Yield the rows, each as one event."""
        for number, row in enumerate((line.row for line in record.lines), 1):
            if row is None:
                continue
            tally.counts["table rows"] += 1
            tally.counts["sources without an address"] += sum(not address for address, _ in row.sources)
            own = row.language or record.table.language or language
            yield _item(row, f"row-{number}", record.table.dataset, own)

    def own_ids(self, text: str) -> Iterator[str]:
        """Return the identifiers of the rows that have ids."""
        return page.own_ids(text)

    def head(self, record: RowsPage) -> Head:
        """Return the day of a page, and the text before its rows."""
        return Head("application/json", days=(record.day,) if record.day else (), text=record.opening)

    def entries(self, record: RowsPage) -> Iterator[Entry]:
        """Yield the rows as printed."""
        for number, line in enumerate(record.lines, 1):
            entry = Entry(f"row-{number}", number, line.text, line=number + 1)
            yield replace(entry, **_named(line.row, record.table.dataset)) if line.row else entry

    def render(self, path: str, head: Head, entries: tuple[Entry, ...]) -> str:
        """Print a page."""
        return page.render(head.text or "", (entry.text or "" for entry in entries))

    def attribution(self, path: str, record: RowsPage, captured: datetime | None) -> Attribution:
        """Return the licence of the table, if it has one, and its address."""
        said = record.table.publication
        licence = said.source_licences or said.licences
        return Attribution(licence[0] if len(licence) == 1 else None)

    def publication_of(self, record: RowsPage) -> Publication:
        """Return what the mapping of the table says about it."""
        return record.table.publication

    def summary(self, counts: Mapping[str, int], excluded: Mapping[str, int]) -> Iterator[str]:
        """Yield how many sources are only names."""
        if bare := counts["sources without an address"]:
            yield f"sources without an address {bare:,}: kept in the rows as printed"


def _named(row: TableRow, dataset: str) -> dict[str, Any]:
    """Return what an entry says about a row besides its text: the date as printed, and what may identify its event."""
    return {"label": row.printed or None, "wording": row.title, "slug": row.identifier(dataset)}


def _item(row: TableRow, fragment: str, dataset: str, language: str) -> Item:
    identifier = row.identifier(dataset)
    is_stated = bool(row.places or row.latitude or row.geonames)
    return Item(
        Origin.ENTRY,
        language,
        row.first,
        fragment,
        row.title,
        category=row.categories[0] if row.categories else None,
        topics=row.articles,
        topic_labels=(*row.categories[1:], *row.topics),
        citations=tuple(Citation(address, publisher or None) for address, publisher in row.sources if address),
        image=row.image or None,
        slugs=(identifier,),
        until=row.last,
        places=(StatedPlace(row.places, row.latitude, row.longitude, row.geonames),) if is_stated else (),
        is_plain=not is_stated,
        identifier=identifier,
        has_own_id=bool(row.id),
    )
