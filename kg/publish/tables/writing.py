"""Writes tables: a collector writes their rows, and DuckDB sorts these into Parquet and CSV."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from kg.errors import NotSupportedError
from kg.publish.tables.cells import Cell
from kg.publish.tables.table import TableSchema
from kg.rdf import terms
from kg.rdf.lines.blocks import Block, token

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BUFFER: Final = 1 << 18
MEDIA_TYPES: Final = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}
"""The formats of tables, by the suffixes of their files."""
TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
ROW_GROUP: Final = 122_880
"""The rows in a row group, DuckDB's default."""
READING: Final[Mapping[str, Any]] = {
    "header": False,
    "auto_detect": False,
    "na_values": "",
    "allow_quoted_nulls": False,
    "max_line_size": 100_000_000,
}


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A written file: its name, its size in bytes, its SHA-256 in hex, and its rows, if it is a table."""

    name: str
    size: int
    sha256: str
    rows: int | None = None


class Rows:
    """A collector that writes the rows of each table to a file in ``folder``, unsorted."""

    def __init__(self, tables: Iterable[TableSchema], folder: Path) -> None:
        self._by_class: dict[bytes, list[TableSchema]] = defaultdict(list)
        self._opened = ExitStack()
        self._files = {}
        for table in tables:
            self._by_class[token(table.of)].append(table)
            file = unsorted(folder, table).open("w", encoding="utf-8", newline="", buffering=BUFFER)
            self._files[table.name] = self._opened.enter_context(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._opened.close()

    def add(self, block: Block) -> None:
        """Write the rows of a resource in the tables of its classes."""
        for class_ in block.values(token(terms.TYPE)):
            for table in self._by_class.get(class_, ()):
                file = self._files[table.name]
                for row in table.rows(block):
                    file.write(_line(row))


def unsorted(folder: Path, table: TableSchema) -> Path:
    """Return the file that ``Rows`` writes for a table."""
    return folder / f"{table.name}.rows"


def _line(row: Sequence[Cell]) -> str:
    return ",".join(map(_cell, row)) + "\n"


def _cell(value: Cell) -> str:
    """Return a cell in DuckDB's input format: "" for none, and texts in quotation marks, since they may be empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return repr(value)


def is_possible() -> bool:
    """Return whether DuckDB, which writes the tables, is installed."""
    return find_spec("duckdb") is not None


def connect(folder: Path) -> DuckDBPyConnection:
    """Return a DuckDB that works in memory, spills to ``folder``, and can access nothing else.

    Raises NotSupportedError if DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise NotSupportedError("tables are written by DuckDB: pip install 'newsgraph[tables]'") from None
    return duckdb.connect(
        config={
            "threads": 1,  # the order of rows, and so the bytes, must not depend on thread timing
            "temp_directory": str(folder / "spilled"),
            "memory_limit": "1GB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def write(database: DuckDBPyConnection, table: TableSchema, rows: Path, output: Path) -> list[WrittenFile]:
    """Write the rows of a table, sorted and each once, to a Parquet and a CSV file in ``output``, and return these."""
    columns = {column.name: column.kind.value.sql for column in table.columns}
    database.read_csv(str(rows), columns=columns, **READING).distinct().sort(*columns).create(table.name)
    made = database.table(table.name)
    parquet, csv = (output / f"{table.name}.{suffix}" for suffix in MEDIA_TYPES)
    made.to_parquet(str(parquet), compression="zstd", row_group_size=ROW_GROUP)
    made.to_csv(str(csv), header=True, timestamp_format=TIME_FORMAT)
    return [written(path, len(made)) for path in (parquet, csv)]


def written(path: Path, rows: int | None = None) -> WrittenFile:
    """Return the data of a written file."""
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return WrittenFile(path.name, path.stat().st_size, sha256, rows)
