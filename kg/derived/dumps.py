"""The dumps of a store that are made, beside its snapshots: ``dumps/<snapshot>/<file>``, each with its SHA-256.

Each is made in a process of its own, ``python -m kg.derived.dumps``, and never in the one that speaks HTTP.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from shutil import rmtree
from typing import Final

from kg.errors import NewsgraphError, NotFoundError, ServiceBusyError, StoreError
from kg.process import parallel, sandbox
from kg.publish import dump_files
from kg.publish.dump import replacing
from kg.publish.dump_files import WHOLE, DumpFile, Made
from kg.store import snapshot
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

log = logging.getLogger(__name__)

FOLDER: Final = "dumps"
SIDECAR: Final = ".sha256"
WAITING: Final = 3
UNHURRIED: Final = 10
NOTHING: Final = 4
"""Exit status of the process that makes a dump, if the snapshot has nothing of the part or the year."""
_making = threading.Lock()
_waiting = threading.BoundedSemaphore(WAITING)
_starting = threading.Lock()
_started: set[Path] = set()


def folder(store: Path, source: Snapshot) -> Path:
    """Return the folder for what is made of a snapshot."""
    return (store / FOLDER / source.id).absolute()


def made(store: Path, source: Snapshot) -> list[Made]:
    """Return the files that are made of a snapshot, by name."""
    found = []
    for sidecar in sorted(folder(store, source).glob(f"*{SIDECAR}")):
        path = sidecar.with_suffix("")
        file = dump_files.named(path.name)
        if file and path.exists():
            found.append(Made(file, path.stat().st_size, checksum(path)))
    return found


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file that is made, as its sidecar says it; raises StoreError if there is none."""
    try:
        return Path(f"{path}{SIDECAR}").read_text(encoding="ascii").partition(" ")[0]
    except OSError as error:
        raise StoreError(f"the checksum of {path.name} cannot be read: {error.strerror}") from None


def obtain(store: Path, source: Snapshot, file: DumpFile) -> Path:
    """Return the path of a file, made now if nobody has asked for it before.

    Raises NotFoundError if the snapshot has nothing of the part or the year, ServiceBusyError if too many wait for
    files already, StoreError if the file cannot be made.
    """
    path = folder(store, source) / file.name
    if _there(path):
        return path
    # Making one takes long, and those who wait for it must not take up every thread of the server.
    if not _waiting.acquire(blocking=False):
        raise ServiceBusyError("other dumps are being made; try again in a minute")
    try:
        _make(store, source, file)
    finally:
        _waiting.release()
    return path


def prepare(store: Path, source: Snapshot, files: Iterable[DumpFile]) -> None:
    """Have files made, one after the other, in the background; the second call for a snapshot does nothing."""
    with _starting:
        if folder(store, source) in _started:
            return
        _started.add(folder(store, source))
    threading.Thread(target=_prepare, args=(store, source, tuple(files)), name="dumps", daemon=True).start()


def _prepare(store: Path, source: Snapshot, files: Iterable[DumpFile]) -> None:
    try:
        for file in files:
            _make(store, source, file, nice=UNHURRIED)
    except NewsgraphError as error:
        log.warning("the dumps of snapshot %s are not made: %s", source.id, error)


def _there(path: Path) -> bool:
    return path.exists() and Path(f"{path}{SIDECAR}").exists()


def _make(store: Path, source: Snapshot, file: DumpFile, nice: int = 0) -> None:
    path = folder(store, source) / file.name
    with _making:
        if _there(path):
            return
        _forget(store)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the dump cannot be written: {error.strerror}") from None
        done = parallel.run(__name__, str(store.absolute()), str(path), str(os.getpid()), str(nice))
        if done.returncode == NOTHING:
            raise NotFoundError(done.stderr.decode().strip())
        if done.returncode or not _there(path):
            log.error("the dump %s could not be made: %s", path.name, done.stderr.decode(errors="replace")[-2_000:])
            raise StoreError("the dump could not be made; look for room on the disk and try again")


def _forget(store: Path) -> None:
    """Remove the dumps of snapshots that are gone."""
    for one in (store / FOLDER).glob("*"):
        if not Store(store).snapshot(one.name).exists():
            rmtree(one, ignore_errors=True)


def main(arguments: list[str]) -> None:
    """Write one file and then its checksum: store, path, process to end with, niceness."""
    store, path, parent, nice = arguments
    sandbox.end_with(int(parent))
    os.nice(int(nice))
    output = Path(path)
    file = dump_files.named(output.name)
    if file is None:
        raise StoreError(f"no dump is called {output.name}")
    whole = output.parent / WHOLE.name
    source = snapshot.read(Store(Path(store)).snapshot(output.parent.name))
    try:
        written = dump_files.make(Store(Path(store)), source, file, output.parent, whole if _there(whole) else None)
    except NotFoundError as error:
        sys.stderr.write(str(error))
        raise SystemExit(NOTHING) from None
    with replacing(Path(f"{path}{SIDECAR}")) as sidecar:
        sidecar.write(dump_files.sums([written]).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
