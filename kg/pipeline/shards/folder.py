"""Writes shards to a folder that anybody can load: N-Triples files, a description of each, and one manifest."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import vocab
from kg.archive.opening import Archive
from kg.errors import StoreBusyError, StoreError
from kg.events import ledger_file
from kg.events.ledger_file import LedgerFile
from kg.pipeline import quarantine, run
from kg.pipeline.build_ledger import BuildLedger
from kg.pipeline.plan import UNDATED
from kg.pipeline.shards.cluster import scheduling
from kg.pipeline.shards.drawing import Progress, ShardedGraph
from kg.process.lock import locked
from kg.settings import Settings
from kg.shapes import shards as shapes
from kg.shapes.shards import CheckedShard
from kg.store.layout import Store
from kg.version import __version__

MANIFEST: Final = "shards.json"
FORMAT: Final = "newsgraph shards 1"
MONTHS, NAMED, LEDGER = "months", "named", "ledger.txt"
WORKING: Final = ".making-"


def write(
    roots: Iterable[Path], settings: Settings, folder: Path, progress: Progress = lambda done, total: None
) -> dict[str, Any]:
    """Write the shards of the graph that a build of the archives at ``roots`` loads, and return their manifest.

    The ledger and the kept months are those of the store, if there is one, which is not changed. The content of
    ``folder`` is replaced once everything is made; the manifest is written last, and without it the folder is
    incomplete. Raises ArchiveError, ConfigurationError, LedgerError or ValidationError as ``kg.pipeline.run.build``
    does, and StoreError if the folder has other files, or cannot be written.
    """
    store = Store(settings.folder)
    archives = run.opened(roots, settings)
    run.check_base(store, settings.base)
    with _writing(folder) as scratch, scheduling(settings) as scheduler:
        ledger = BuildLedger(store, settings.ledger)
        graph = run.drawing(archives, settings, ledger, scratch, scheduler, progress=progress).shards()
        quarantine.check(graph.outcome)
        places = dict(_places(graph))
        shipped = ledger.shipped(graph.outcome.claims, scratch)
        _clear(folder)
        for place, (file, checked) in places.items():
            _place(file, folder / place, scratch)
            (folder / place).with_suffix(".json").write_bytes(_spelt(_described(place, checked)))
        _place_ledger(shipped, folder, scratch)
        rows = [_row(place, checked) for place, (_, checked) in places.items()]
        manifest = _manifest(archives, settings, graph, rows, shipped)
        (folder / MANIFEST).write_bytes(_spelt(manifest))
    return manifest


def _places(graph: ShardedGraph) -> Iterator[tuple[str, tuple[Path, CheckedShard]]]:
    """Yield the target path of each shard, its present path, and what is known about it."""
    seen = Counter[str]()
    for month, part in graph.months:
        seen[month.name] += 1
        again = f"-part-{seen[month.name]}" if seen[month.name] > 1 else ""
        if part.checked:
            yield f"{MONTHS}/{month.name}{again}.nt", (part.file, part.checked)
    for one in graph.ranges:
        yield f"{NAMED}/{one.name.removeprefix('named-')}.nt", (one.file, one.checked)


def _row(place: str, checked: CheckedShard) -> dict[str, Any]:
    """Return what the manifest says about a shard."""
    return {"file": place, "triples": checked.lines, "bytes": checked.bytes, "sha256": checked.sha256}


def _described(place: str, checked: CheckedShard) -> dict[str, Any]:
    """Return the description of a shard, for the file beside it."""
    doubted = shapes.messages(checked.doubted - shapes.not_local())
    return {**_row(place, checked), "classes": checked.classes, "shapes": {"doubted": doubted}}


def _manifest(
    archives: list[Archive], settings: Settings, graph: ShardedGraph, shards: list[dict[str, Any]], ledger: LedgerFile
) -> dict[str, Any]:
    proved = graph.proved
    return {
        "format": FORMAT,
        "tool": f"newsgraph {__version__}",
        "base": settings.base,
        "vocabulary": f"{vocab.ONTOLOGY}/{vocab.VERSION}",
        "archives": run.archive_rows(archives),
        "triples": proved.triples,
        "shapes": {
            "doubted": shapes.messages(proved.doubted - shapes.not_local()),
            "to be asked of an engine": shapes.messages(shapes.not_local()),
        },
        "ledger": {"file": LEDGER, "root": ledger.root},
        "shards": shards,
    }


def _place_ledger(shipped: LedgerFile, folder: Path, scratch: Path) -> None:
    """Write the ledger, and the lines of each month beside the month's shard; lines of no month go with the ranges."""
    for month, lines in ledger_file.by_month(shipped).items():
        (folder / (MONTHS if month[:1].isdigit() else NAMED) / f"{month or UNDATED}.ledger").write_bytes(lines)
    _place(shipped.path, folder / LEDGER, scratch)


def _spelt(said: Mapping[str, Any]) -> bytes:
    return (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()


@contextmanager
def _writing(folder: Path) -> Iterator[Path]:
    """Provide a temporary folder to work in. Raises StoreError if ``folder`` may not be written into."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder, StoreBusyError(f"another process writes shards to {folder}: wait until it ends")):
            found = {one.name for one in folder.iterdir() if not one.name.startswith(WORKING)}
            if found and not (found <= {MANIFEST, MONTHS, NAMED, LEDGER} and MONTHS in found):
                raise StoreError(f"{folder} has other files than shards: give a folder that is new or empty")
            for left in folder.glob(f"{WORKING}*"):
                shutil.rmtree(left)  # by a process that was killed, since no other has the lock
            scratch = Path(tempfile.mkdtemp(prefix=WORKING, dir=folder))
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise StoreError(f"the shards cannot be written to {folder}: {error.strerror or error}") from error


def _clear(folder: Path) -> None:
    """Remove what was written before, the manifest first."""
    (folder / MANIFEST).unlink(missing_ok=True)
    for name in (MONTHS, NAMED):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir()


def _place(file: Path, target: Path, scratch: Path) -> None:
    """Move a temporary file, or copy one that is kept for the next build."""
    if file.is_relative_to(scratch):
        file.replace(target)
    else:
        shutil.copyfile(file, target)
