"""The README of a folder of tables: what they are, each column, and questions in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kg.publish.tables import dictionary
from kg.publish.tables.questions import questions
from kg.publish.tables.schema import TABLES
from kg.publish.tables.table import TableSchema
from kg.publish.tables.writing import WrittenFile
from kg.store.snapshot import Manifest

BEGIN: Final = """# News events as tables

Snapshot {id} of {base}, made at {created} by newsgraph {tool}. Each table is there as Parquet and as CSV; `SHA256SUMS`
has the checksums, `datapackage.json` describes the CSV files (Frictionless), `croissant.json` the Parquet files
(Croissant). An IRI, such as that of an event, is an address at which there is more.

{rights}
## Tables
"""


def readme(manifest: Manifest, files: Mapping[str, WrittenFile]) -> str:
    """Return the README in Markdown; ``files`` are those of the tables, by name."""
    rights = "".join(f"{one}\n\n" for one in _rights(manifest))
    lines = [
        BEGIN.format(
            id=manifest.id, base=manifest.base, created=manifest.created, tool=manifest.tool, rights=rights
        ).rstrip()
    ]
    for table in TABLES:
        lines += ["", *_table(table, files[f"{table.name}.csv"].rows or 0)]
    lines += ["", "## Questions in SQL", "", "With [DuckDB](https://duckdb.org/), in this folder:"]
    for question in questions():
        lines += ["", f"{question.question}", "", "```sql", question.sql, "```"]
    return "\n".join(lines) + "\n"


def _rights(manifest: Manifest) -> Iterator[str]:
    if manifest.licences:
        yield f"Licence: {', '.join(manifest.licences)}."
    for one in manifest.publications:
        yield from filter(None, (one.rights, one.reserved))


def _table(table: TableSchema, rows: int) -> Iterator[str]:
    yield f"### {table.name}: {table.title} ({rows:,})"
    yield ""
    yield "| column | type | what it is |"
    yield "|---|---|---|"
    for column in table.columns:
        refers = f" First column of `{column.refers}`." if column.refers else ""
        yield f"| {column.name} | {column.kind.value.sql} | {dictionary.description(table, column)}{refers} |"
