"""A backup as a file: a tar archive (POSIX.1-2001, pax), gzipped if its name says so, whose first member lists all."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from kg.errors import ConfigurationError, StoreDamagedError, StoreError
from kg.store.backup.contents import FORMAT, LIST, BackupMember, listed, members
from kg.store.integrity import signed
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.version import __version__

PART: Final = 1 << 20
LONGEST_LIST: Final = 100_000_000


def write(store: Store, target: Path) -> Snapshot:
    """Write a backup of a store as it is now, even if it is read or written meanwhile, and read it again to verify it.

    Returns its snapshot. Raises StoreError if something is damaged, ConfigurationError if the file exists, or cannot be
    written.
    """
    if target.exists():
        raise ConfigurationError(f"{target} exists already: a backup replaces nothing")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with ExitStack() as opened:
            current, found = members(store, opened)
            _write(draft, current, found, packed=target.suffix == ".gz")
        verify(draft)
        draft.replace(target)
    except OSError as error:
        raise ConfigurationError(f"the backup {target} cannot be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return current


def _write(draft: Path, current: Snapshot, found: list[BackupMember], *, packed: bool) -> None:
    said = {"format": FORMAT, "tool": f"newsgraph {__version__}", "snapshot": current.id, "files": listed(found)}
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = signed.written({**said, "created": created}, indent=1).encode()
    with draft.open("xb") as file:
        with tarfile.open(fileobj=file, mode="w:gz" if packed else "w", format=tarfile.PAX_FORMAT) as archive:
            _add(archive, LIST, io.BytesIO(text), len(text))
            for one in found:
                one.file.seek(0)
                _add(archive, one.name, one.file, one.size)
        file.flush()
        os.fsync(file.fileno())


def _add(archive: tarfile.TarFile, name: str, file: IO[bytes], size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o644
    archive.addfile(info, file)


def verify(file: Path) -> Mapping[str, Any]:
    """Read a whole backup and return its list. Raises StoreDamagedError if it is damaged."""
    with _opened(file) as archive:
        said = _list(archive, file)
        for name, content in _contents(archive, said, file):
            _copy(content, None, said["files"][name], name, file)
        return said


def restore(file: Path, store: Store) -> str:
    """Restore a store from a backup to a new or empty folder, and return the id of its snapshot.

    The store appears only when it is complete. Raises ConfigurationError if the folder is not empty, or cannot be
    written, StoreDamagedError if the backup is damaged.
    """
    if store.path.exists() and any(store.path.iterdir()):
        raise ConfigurationError(f"{store} is not empty: restore into a new folder, then move it")
    draft = store.path.absolute().with_name(f".{store.path.name}.{os.getpid()}")
    try:
        with _opened(file) as archive:
            said = _list(archive, file)
            for name, content in _contents(archive, said, file):
                _copy(content, draft / name, said["files"][name], name, file)
        made = Store(draft)
        made.switch(made.snapshot(said["snapshot"]))
        made.current().check()
        if store.path.exists():
            store.path.rmdir()
        draft.rename(store.path)
    except OSError as error:
        raise ConfigurationError(f"{store} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return str(said["snapshot"])


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r|*") as archive:
            yield archive
    except (tarfile.TarError, EOFError) as error:
        raise StoreDamagedError(f"{file} is not a backup, or is cut off: {error}") from None
    except FileNotFoundError as error:
        raise ConfigurationError(f"there is no backup {file}") from error


def _list(archive: tarfile.TarFile, file: Path) -> dict[str, Any]:
    first = archive.next()
    content = archive.extractfile(first) if first and first.name == LIST and first.size < LONGEST_LIST else None
    if content is None:
        raise StoreDamagedError(f"{file} is not a backup of a store: it does not begin with {LIST}")
    try:
        said = signed.parsed(content.read().decode())
    except ValueError as error:
        raise StoreDamagedError(f"the list in the backup {file} cannot be read: {error}") from None
    if said.get("format") != FORMAT:
        raise StoreError(
            f"the backup {file} has the format {said.get('format')}, but this version of newsgraph reads format "
            f"{FORMAT}: use the version that wrote it ({said.get('tool')})"
        )
    return said


def _contents(archive: tarfile.TarFile, said: Mapping[str, Any], file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the members of a backup, each once. Raises StoreDamagedError unless they match its list."""
    missing = set(said["files"])
    while info := archive.next():
        path = PurePosixPath(info.name)
        content = archive.extractfile(info) if info.isreg() else None
        if content is None or info.name not in missing or path.is_absolute() or ".." in path.parts:
            raise StoreDamagedError(f"the backup {file} has {info.name[:200]!r}, which it does not list")
        missing.discard(info.name)
        yield info.name, content
    if missing:
        raise StoreDamagedError(f"the backup {file} lacks {min(missing)}")


def _copy(content: IO[bytes], target: Path | None, said: Mapping[str, Any], name: str, file: Path) -> None:
    """Read a member, into a file if one is given. Raises StoreDamagedError if it does not match the list."""
    found, size = hashlib.sha256(), 0
    with ExitStack() as opened:
        if target:
            target.parent.mkdir(parents=True, exist_ok=True)
        output = opened.enter_context(target.open("wb")) if target else None
        while part := content.read(PART):
            found.update(part)
            size += len(part)
            if output:
                output.write(part)
        if output:
            output.flush()
            os.fsync(output.fileno())
    if size != said["bytes"] or found.hexdigest() != said["sha256"]:
        raise StoreDamagedError(f"{name} in the backup {file} has other bytes than were written")
