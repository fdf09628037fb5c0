"""Shards: the graph of a snapshot as sorted files, which can be read without the engine.

A build loads its graph from one N-Triples file for each month, and one for each range of what many months name. Each
has its lines sorted by bytes, without repeats, and is kept with the kept months until another build is published. No
line is in two of them. A note beside them says which snapshot they make up, with their checksums. Later writes, and
those repeated by that build, are in the log of writes, and are merged in while the shards are read. There is no note if
the snapshot has enrichment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final

from kg.rdf.lines import blocks, statements
from kg.rdf.lines.blocks import Block, Collector
from kg.store import written
from kg.store.integrity import signed
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.store.written import WrittenLines

NAMED: Final = ".named"
"""The suffix of files beside kept months, with what each month says about things that other months may name too."""


def note(store: Store, snapshot: Snapshot, shards: Mapping[str, str]) -> None:
    """Record the files, by name with their SHA-256, that make up the built part of a snapshot."""
    store.shards.write_text(signed.written({"snapshot": snapshot.id, "shards": dict(shards)}), encoding="utf-8")


def gather(store: Store, snapshot: Snapshot, collectors: Iterable[Collector]) -> None:
    """Feed ``collectors`` with the default graph of a snapshot: from its shards if it has any, or else directly.

    Raises StoreError if the snapshot cannot be read.
    """
    with ExitStack() as opened:
        found = read(store, snapshot, opened, default_graph=True)
        if found is None:
            blocks.gather(snapshot.open(), collectors)
        else:
            blocks.feed(found, collectors)


def read(store: Store, snapshot: Snapshot, opened: ExitStack, *, default_graph: bool = False) -> Iterator[Block] | None:
    """Return the blocks of a snapshot in order, from its shards; None if one is missing or damaged, or it has none.

    With ``default_graph``, the N-Quads of named graphs are left out. The shards stay open until ``opened`` closes, so
    they can be read to the end even if a build removes them meanwhile.
    """
    found, changed = _sound(store, snapshot, opened), written.since_build(store, snapshot)
    if found is None or changed is None:
        return None
    return _changed(found, changed.default_graph if default_graph else changed)


def _changed(shards: list[IO[bytes]], changed: WrittenLines) -> Iterator[Block]:
    """Yield the blocks of shards with the changes of writes."""
    gone = {statements.subject(line) for line in changed.gone}
    for block in blocks.merged([*shards, changed.fresh] if changed.fresh else shards):
        if block.subject in gone:
            block.lines = [line for line in block.lines if line not in changed.gone]
        if block.lines:
            yield block


def _sound(store: Store, snapshot: Snapshot, opened: ExitStack) -> list[IO[bytes]] | None:
    try:
        found = signed.parsed(store.shards.read_text(encoding="utf-8"))
        if found["snapshot"] != (snapshot.manifest.build or snapshot.id):
            return None
        return [_verified(store.kept_months / name, sha256, opened) for name, sha256 in found["shards"].items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _verified(file: Path, sha256: str, opened: ExitStack) -> IO[bytes]:
    """Open a file. Raises ValueError if it does not match its checksum, OSError if it cannot be read."""
    stream = opened.enter_context(file.open("rb"))
    if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
        raise ValueError(f"{file} is damaged")
    stream.seek(0)
    return stream
