"""Shards: the default graph of a built snapshot as sorted files, which can be read without asking the engine.

A build loads its graph from one N-Triples file for each month, and one of what only all months together tell. Each has
its lines in the order of their bytes, without repeats, and lies with the kept months until another build is published.
A note beside them says which snapshot they make up, and what their checksums are. There is none where the snapshot has
more than its files: statements of enrichment, or writes made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from kg.rdf.lines import blocks
from kg.rdf.lines.blocks import Collector
from kg.store.layout import Store
from kg.store.snapshot import Snapshot


def note(store: Store, snapshot: Snapshot, shards: Mapping[str, str]) -> None:
    """Note the files, by name with their SHA-256, that make up the default graph of a snapshot."""
    text = json.dumps({"snapshot": snapshot.id, "shards": dict(shards)})
    store.shards.write_text(text, encoding="utf-8")


def gather(store: Store, snapshot: Snapshot, collectors: Iterable[Collector]) -> None:
    """Feed ``collectors`` with the blocks of a snapshot: from its shards if all are there and sound, else from itself.

    Raises StoreError if the snapshot cannot be read.
    """
    with ExitStack() as opened:
        found = sound(store, snapshot, opened)
        if found is None:
            blocks.gather(snapshot.open(), collectors)
        else:
            blocks.feed(blocks.merged(found), collectors)


def sound(store: Store, snapshot: Snapshot, opened: ExitStack) -> list[IO[bytes]] | None:
    """Return the shards of a snapshot, open until ``opened`` closes; None if one is missing or damaged, or it has none.

    Who has them open can read them to the end, also if a build takes them away meanwhile.
    """
    try:
        found = json.loads(store.shards.read_text(encoding="utf-8"))
        if found["snapshot"] != snapshot.id:
            return None
        shards = [_verified(store.kept_months / name, sha256, opened) for name, sha256 in found["shards"].items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return shards


def _verified(file: Path, sha256: str, opened: ExitStack) -> IO[bytes]:
    """Open a file; raises ValueError if its checksum is another one, OSError if it cannot be read."""
    stream = opened.enter_context(file.open("rb"))
    if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
        raise ValueError(f"{file} is damaged")
    stream.seek(0)
    return stream
