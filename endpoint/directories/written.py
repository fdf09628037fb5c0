"""A directory as CSV (RFC 4180) and as JSON."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from endpoint.directories.asked import AskedDirectory
from kg.lookup.listing.directory import DirectoryEntry, DirectoryPage

COLUMNS: Final = tuple(one.name for one in fields(DirectoryEntry))
CELLS: Final = attrgetter(*COLUMNS)


def csv_of(found: DirectoryPage) -> str:
    """Return a table with a header line, and a line for each entry."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([COLUMNS, *map(CELLS, found.entries)])
    return buffer.getvalue()


def json_of(asked: AskedDirectory, found: DirectoryPage, snapshot: str) -> str:
    """Return an object with the request, the number of entries, and the entries."""
    told: dict[str, Any] = {
        "directory": asked.directory.value,
        "snapshot": snapshot,
        "q": asked.words,
        "letter": asked.letter,
    }
    told = {name: value for name, value in told.items() if value}
    told |= {"sort": "name" if asked.by_name else "count", "total": found.total, "letters": found.letters}
    entries = [dict(zip(COLUMNS, CELLS(one), strict=True)) for one in found.entries]
    return json.dumps({**told, "entries": entries}, ensure_ascii=False) + "\n"
