"""Exports a snapshot to a folder of tables: Parquet and CSV, descriptions, and checksums."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.errors import StoreError
from kg.publish.dump import SUMS
from kg.publish.tables import writing
from kg.publish.tables.croissant import croissant
from kg.publish.tables.data_package import data_package
from kg.publish.tables.readme import readme
from kg.publish.tables.schema import TABLES
from kg.publish.tables.writing import WrittenFile, written
from kg.store import shards
from kg.store.layout import Store
from kg.store.snapshot import Snapshot


def export(store: Store, snapshot: Snapshot, folder: Path) -> list[WrittenFile]:
    """Write the tables of a snapshot to ``folder``, which is created; return the files sorted by name.

    The same snapshot gives the same bytes with the same version of DuckDB. Raises NotSupportedError if DuckDB is not
    installed, StoreError if the snapshot cannot be read or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".rows-") as scratch:
            tables = {one.name: one for one in _tables(store, snapshot, Path(scratch), folder)}
        texts = {
            "datapackage.json": _json(data_package(snapshot.manifest, tables)),
            "croissant.json": _json(croissant(snapshot.manifest, tables)),
            "README.md": readme(snapshot.manifest, tables),
        }
        made = sorted([*tables.values(), *(_text(folder / name, text) for name, text in texts.items())], key=_name)
        _text(folder / SUMS, "".join(f"{one.sha256}  {one.name}\n" for one in made))
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
    return made


def _tables(store: Store, snapshot: Snapshot, scratch: Path, folder: Path) -> list[WrittenFile]:
    with writing.connect(scratch) as database:
        with writing.Rows(TABLES, scratch) as rows:
            shards.gather(store, snapshot, [rows])
        return [
            file
            for table in TABLES
            for file in writing.write(database, table, writing.unsorted(scratch, table), folder)
        ]


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _text(path: Path, text: str) -> WrittenFile:
    path.write_text(text, encoding="utf-8")
    return written(path)


def _name(file: WrittenFile) -> str:
    return file.name
