"""The folder of tables in one ZIP file, whose bytes are the same for the same tables."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from kg.publish.tables.export import export
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

NAME: Final = "newsgraph"
"""The folder in the file."""


def write(store: Store, source: Snapshot, file: IO[bytes], scratch: Path) -> None:
    """Write the tables of a snapshot to an open file, by way of files in ``scratch``; raises as ``export`` does."""
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".tables-") as folder, ZipFile(file, "w") as packed:
        export(store, source, Path(folder))
        for path in sorted(Path(folder).iterdir()):
            entry = ZipInfo(f"{NAME}/{path.name}")  # of 1980, as ZIP has it where nothing is said
            entry.compress_type = ZIP_STORED if path.suffix == ".parquet" else ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as content, packed.open(entry, "w") as target:
                shutil.copyfileobj(content, target)
