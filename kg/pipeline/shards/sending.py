"""Loads a folder of shards into a SPARQL service, from a machine that has neither archive nor store.

The graph gets the same name as from ``kg load``, the hash of its triples, so that a store with that graph finds it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from kg.errors import StoreDamagedError, StoreError
from kg.pipeline.shards.folder import FORMAT, MANIFEST
from kg.store.service.client import SparqlService
from kg.store.service.loading import FinishedLoad, Progress, put
from kg.store.service.parts import parts_of_files, plan


def load(folder: Path, service: SparqlService, progress: Progress = lambda done, total: None) -> FinishedLoad:
    """Load the shards in a folder, and verify what the service then has; what it already has is not sent again.

    Raises StoreError if the folder is incomplete, StoreDamagedError if a file is not the one that was written, and
    RemoteStoreError.
    """
    base, files = _listed(folder)
    planned = plan(base, parts_of_files(files, base))
    return put(service, planned, lambda: parts_of_files(files, base), progress)


def _listed(folder: Path) -> tuple[str, list[Path]]:
    """Return the identity base of a folder of shards and its files, after checking these against the manifest."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        found = [(folder / one["file"], one["sha256"]) for one in said["shards"]]
        if said["format"] != FORMAT:
            raise StoreError(f"{folder / MANIFEST} has the format {said['format']!r}; this version reads {FORMAT!r}")
        for file, sha256 in found:
            with file.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
                    raise StoreDamagedError(f"{file} is damaged: write or copy the shards again")
        return str(said["base"]), [file for file, _ in found]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise StoreError(f"{folder} has no complete shards: {error}; kg shards writes them") from None
