"""The reader of records in JSON (RFC 8259), JSON Lines and YAML 1.1: day files and lists, by a mapping beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from kg.archive.readers.base import Beside, CaptureReader, PageCapture, Remark
from kg.archive.readers.tables import mapping as mappings
from kg.archive.readers.tables import yaml_text
from kg.archive.readers.tables.cells import Cells, Headings, row
from kg.archive.readers.tables.days import DayRows
from kg.archive.readers.tables.mapping import TableMapping
from kg.archive.versions import UnreadPage
from kg.errors import ArchiveError

LINES: Final = (".jsonl", ".ndjson")
YAML: Final = (".yaml", ".yml")
MOST_VALUES: Final = 1_000_000
"""How many values a document may have: YAML aliases can multiply a few into many."""
EACH: Final = "*"


class Records(CaptureReader):
    """Documents with a record for each event. Those without a mapping are not read."""

    shown_path = "events.json"

    def matches(self, path: str) -> bool:
        """Return whether ``path`` ends as such documents do."""
        return path.lower().endswith((".json", *LINES, *YAML))

    def captures(
        self, file: BinaryIO, path: str, beside: Beside, page_bytes: int
    ) -> Iterator[PageCapture | UnreadPage | Remark]:
        """Yield a page for each day with records, and one for the records that are not rows."""
        try:
            known = mappings.of(path, beside)
            if known is None:
                return
            found = list(records(file, path, known, page_bytes))
        except ArchiveError as error:
            yield UnreadPage(path, str(error))
            return
        with DayRows.gathered(known.table(path)) as rows:
            gather(found, known, rows)
            yield from rows.captures(path, page_bytes)
            yield from known.unread(dict.fromkeys(name for _, cells in found for name in cells))


def gather(found: Iterable[tuple[int, Cells]], known: TableMapping, rows: DayRows) -> None:
    """Add the records as rows, each with its line or number."""
    headings = Headings(known)
    for number, cells in found:
        try:
            made = headings.below(row(cells, known))
        except ValueError as error:
            rows.leave(number, " ".join(text for texts in cells.values() for text in texts), str(error))
            continue
        if made:
            rows.add(made, number)


def records(file: BinaryIO, path: str, known: TableMapping, page_bytes: int) -> Iterator[tuple[int, Cells]]:
    """Yield the records of a document, each with its number or line number, from 1.

    Raises ArchiveError if it is not such a document, is larger than ``page_bytes``, or has too many values.
    """
    if path.lower().endswith(LINES):
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _members(_json(line.decode(), f"line {number}"))
        return
    content = file.read(page_bytes + 1)
    if len(content) > page_bytes:
        raise ArchiveError(f"has more than the {page_bytes:,} bytes allowed: raise KG_PAGE_BYTES to read it")
    text = _decoded(content)
    document = yaml_text.read(text) if path.lower().endswith(YAML) else _json(text, "it")
    way = known.file.records or ((EACH,) if isinstance(document, list) else ())
    yield from enumerate(_walk(document, way, _members(document), [MOST_VALUES]), 1)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ArchiveError("is not UTF-8") from None


def _json(text: str, where: str) -> Any:
    try:
        # Numbers stay as written: an id may have any number of digits.
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"is not JSON: {where}: {error}") from error


def _walk(value: Any, way: tuple[str, ...], cells: Cells, left: list[int]) -> Iterator[Cells]:
    """Yield the records at the end of a path, each with the columns of everything on the path."""
    left[0] -= 1
    if left[0] < 0:
        raise ArchiveError(f"has more than {MOST_VALUES:,} values")
    if not way:
        yield {**cells, **_members(value)}
        return
    step, *rest = way
    if not step.startswith(EACH):
        if isinstance(value, dict) and step in value:
            yield from _walk(value[step], tuple(rest), {**cells, **_members(value[step])}, left)
        return
    name = step.removeprefix(EACH)
    pairs = (
        value.items() if isinstance(value, dict) else [("", one) for one in value] if isinstance(value, list) else ()
    )
    for key, one in pairs:
        own = (
            {name: _texts(one if not isinstance(one, dict | list) and isinstance(value, list) else key)} if name else {}
        )
        yield from _walk(one, tuple(rest), {**cells, **own}, left)


def _members(value: Any) -> Cells:
    """Return the members of an object that are texts or lists of texts as columns."""
    if not isinstance(value, dict):
        return {}
    return {str(name): texts for name, one in value.items() if (texts := _texts(one))}


def _texts(value: Any) -> tuple[str, ...]:
    match value:
        case None | "":
            return ()
        case bool():
            return (str(value).lower(),)
        case list():
            return tuple(text for one in value if not isinstance(one, list | dict) for text in _texts(one))
        case dict():
            return ()
    return (str(value),)
