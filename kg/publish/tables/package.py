"""The folder of tables as one ZIP file, with the same bytes for the same tables."""

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
    """Write the tables of a snapshot to an open file, using files in ``scratch``. Raises the errors of ``export``."""
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".tables-") as folder, ZipFile(file, "w") as packed:
        export(store, source, Path(folder))
        for path in sorted(Path(folder).iterdir()):
            entry = ZipInfo(f"{NAME}/{path.name}")  # the default date of ZIP, in 1980
            entry.compress_type = ZIP_STORED if path.suffix == ".parquet" else ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as content, packed.open(entry, "w") as target:
                shutil.copyfileobj(content, target)
