"""Turns records of a table into rows, by the mapping of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import zip_longest
from typing import Final

from kg.archive.readers.tables import dates
from kg.archive.readers.tables.mapping import TableMapping
from kg.dialects.item import distinct
from kg.dialects.rows.row import TableRow
from kg.rdf.formats import NOT_IN_XML

Cells = Mapping[str, tuple[str, ...]]
"""The values of a record by column; a cell of a sheet has one, a list in JSON has several."""

_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{0,17}0*)?")
_GEONAMES: Final = re.compile(r"(?:https?://(?:sws|www)\.geonames\.org/)?([1-9][0-9]{0,11})(?:/.*)?")
_TAG: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_CREDIT: Final = re.compile(r"\s*\(([^()]{1,100})\)\.?\s*\Z")
_SENTENCE_END: Final = re.compile(r"[.!?…。！？][\"'”’)]*\Z")


def row(cells: Cells, mapping: TableMapping) -> TableRow:
    """Return a record as a row. Raises ValueError with the reason if it cannot be one."""
    values = _Values(cells, mapping)
    columns = mapping.columns
    printed = values.one(columns.date)
    first, last = dates.read(printed, mapping.formats)
    if until := values.one(columns.last):
        last = dates.read(until, mapping.formats)[1]
        printed = f"{printed}/{until}" if until != printed else printed
    title, credited = _title(values.joined(columns.title), mapping)
    if not title:
        raise ValueError("no title")
    latitude, longitude = _point(values.one(columns.latitude), values.one(columns.longitude))
    made = TableRow(
        printed=printed,
        first=first,
        title=title,
        last=last if last > first else None,
        id=values.one(columns.id),
        description=values.one(columns.description),
        places=values.several("places"),
        latitude=latitude,
        longitude=longitude,
        geonames=_geonames(values.one(columns.geonames)),
        categories=values.several("categories"),
        topics=values.several("topics"),
        articles=values.several("articles"),
        sources=(*_sources(values), *(("", name) for name in credited)),
        language=_language(values.one(columns.language)),
        image=values.one(columns.image),
    )
    if last < first:
        raise ValueError(f"a last day before the first: {printed!r}")
    if NOT_IN_XML.search("\n".join((title, made.description, made.id, *made.places, *made.categories, *made.topics))):
        raise ValueError("a character that no XML document can carry")
    return made


class Headings:
    """Titles that are not events but topics of the events after them, within one category."""

    def __init__(self, mapping: TableMapping) -> None:
        self._mapping = mapping
        self._pending: list[str] = []
        self._category: tuple[str, ...] = ()
        self._used = False

    def below(self, found: TableRow) -> TableRow | None:
        """Return a row with the topics that it stands under, or None if it is a heading itself."""
        if not self._mapping.headings:
            return found
        if found.categories != self._category:
            self._pending, self._category, self._used = [], found.categories, False
        if _is_heading(found):
            self._pending = [*([] if self._used else self._pending), found.title]
            self._used = False
            return None
        self._used = True
        return replace(found, topics=distinct((*self._pending, *found.topics)))


def _is_heading(found: TableRow) -> bool:
    return not found.sources and not _SENTENCE_END.search(found.title)


def _title(text: str, mapping: TableMapping) -> tuple[str, list[str]]:
    """Split a title into the text and the publishers at its end."""
    title, found = " ".join(text.split()), list[str]()
    while mapping.publishers_in_title and (credit := _CREDIT.search(title)) and credit.start():
        title = title[: credit.start()]
        found.insert(0, credit[1].strip())
    return title, found


def _sources(values: _Values) -> Iterator[tuple[str, str]]:
    addresses, publishers = values.several("sources"), values.several("publishers")
    if addresses and len(publishers) > len(addresses):
        publishers = (", ".join(publishers),)
    yield from zip_longest(addresses, publishers, fillvalue="")


class _Values:
    """The values of one record."""

    def __init__(self, cells: Cells, mapping: TableMapping) -> None:
        self._cells = cells
        self._mapping = mapping

    def one(self, column: str) -> str:
        """Return the text of a column, "" if it is empty or the mapping names none."""
        return " ".join(self._worded(column)).strip()

    def joined(self, columns: tuple[str, ...]) -> str:
        return self._mapping.joiner.join(filter(None, map(self.one, columns)))

    def several(self, key: str) -> tuple[str, ...]:
        """Return the values of all columns of a key, with cells split as the mapping says."""
        separator = self._mapping.split.get(key)
        texts = (text for column in getattr(self._mapping.columns, key) for text in self._worded(column))
        pieces = (piece for text in texts for piece in (text.split(separator) if separator else [text]))
        return distinct(tuple(piece for one in pieces if (piece := " ".join(one.split()))))

    def _worded(self, column: str) -> list[str]:
        words = self._mapping.words.get(column, {})
        return [words.get(text.strip(), text) for text in self._cells.get(column, ())]


def _point(latitude: str, longitude: str) -> tuple[str, str]:
    if not latitude and not longitude:
        return "", ""
    found = [_degrees(latitude, 90, "latitude"), _degrees(longitude, 180, "longitude")]
    return found[0], found[1]


def _degrees(text: str, most: int, name: str) -> str:
    if not _DEGREES.fullmatch(text) or abs(Decimal(text)) > most:
        raise ValueError(f"no {name}: {text[:40]!r}")
    plain = f"{Decimal(text):f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def _geonames(text: str) -> int | None:
    found = _GEONAMES.fullmatch(text)
    if text and not found:
        raise ValueError(f"no GeoNames id: {text[:40]!r}")
    return int(found[1]) if found else None


def _language(text: str) -> str:
    if text and not _TAG.fullmatch(text):
        raise ValueError(f"no language tag: {text[:40]!r}")
    return text
