"""Snapshots: immutable folders with a database (``db/``), a manifest and the report of their build."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kg.dialects import wikipedia
from kg.dialects.publication import Publication
from kg.errors import ConfigurationError, StoreDamagedError, StoreError
from kg.store.embedded import EmbeddedGraph
from kg.store.integrity import finding, remedies, signed
from kg.store.integrity.finding import ChecksumReader

FORMAT: Final = 2
"""The format of the manifests that this version writes."""
FORMATS: Final = (1, FORMAT)
"""The formats that it reads. A manifest in the second one has its own checksum."""


@dataclass(frozen=True)
class Manifest:
    """The description of a snapshot, stored in it.

    ``created`` is an ISO 8601 time in UTC; ``counts`` has pages, events, triples and so on; ``languages`` says how
    many events there are in each, ``archives`` what was read; ``ledger`` and ``files`` have sizes in bytes and SHA-256
    sums. ``ledger_root`` is the hash of all lines of the ledger (see kg.events.month_hashes), which it must keep;
    older manifests have none. ``shapes`` says whether the build conforms to the vocabulary's shapes,
    and how often it breaks them, as only a forced build may; it is empty if that was not checked. ``writes`` is
    the number of the last logged write that the snapshot has. A snapshot made by a write has all counts except that of
    triples from the build before it, which has the id ``build``. ``as_of`` is the time that a snapshot of the past
    shows, empty for one that shows the present. ``vocabulary`` is the IRI of the version of the vocabulary, empty in
    older manifests. ``public_suffixes`` names the list by which the domains of publishers are found, empty
    in older manifests. ``publications`` are what the dialects of the pages say about
    their archives, an empty one if a dialect says nothing; older manifests mean Wikipedia's
    portal. ``mirror`` is empty except in a mirror (see kg.pipeline.mirror): there it has the address of the ``origin``,
    the ``root`` of the hash tree of its snapshot, the time of the last change in its feeds (``changed``), and
    when it was ``fetched``.
    ``format`` is the format of the file; version 0.1.0, which wrote the first format, does not state it.
    """

    id: str
    created: str
    base: str
    tool: str
    counts: dict[str, int]
    languages: dict[str, int] = field(default_factory=dict)
    archives: list[dict[str, Any]] = field(default_factory=list)
    ledger: dict[str, Any] = field(default_factory=dict)
    ledger_root: str = ""
    shapes: dict[str, Any] = field(default_factory=dict)
    build: str = ""
    writes: int = 0
    as_of: str = ""
    vocabulary: str = ""
    public_suffixes: str = ""
    publications: tuple[Publication, ...] = (wikipedia.PORTAL,)
    mirror: dict[str, str] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def licences(self) -> tuple[str, ...]:
        """The IRIs of the licences of what is published, each once; none if none is known."""
        return tuple(dict.fromkeys(iri for one in self.publications for iri in one.licences))

    @property
    def doubts(self) -> tuple[str, ...]:
        """A sentence for each archive whose licence is not stated."""
        silent = (one.title or "an archive" for one in self.publications if not one.licences)
        return tuple(
            f"no licence is known for the text of {name}, and none is claimed: who publishes it needs one"
            for name in dict.fromkeys(silent)
        )


_NAMES = {one.name for one in fields(Manifest)}


@dataclass(frozen=True)
class Snapshot:
    """A finished snapshot: its folder and manifest."""

    folder: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """The snapshot's id, which sorts by time."""
        return self.manifest.id

    @property
    def database(self) -> Path:
        """Folder of the RocksDB database."""
        return database(self.folder)

    @property
    def is_kept(self) -> bool:
        """Whether no build or write has removed it since."""
        return manifest_file(self.folder).exists()

    def open(self) -> EmbeddedGraph:
        """Open the database read-only. Raises StoreDamagedError if a quick check of its files shows damage."""
        self.check()
        try:
            return EmbeddedGraph.read_only(self.database)
        except (OSError, RuntimeError) as error:  # RuntimeError is what pyoxigraph raises for a damaged block
            raise StoreDamagedError(
                f"the database of snapshot {self.id} cannot be opened: {error}; {remedies.SNAPSHOT}"
            ) from error

    def check(self) -> None:
        """Check that all files exist with their sizes. Raises StoreDamagedError for the first that does not."""
        for found in finding.resized(self.folder, self.manifest.files):
            raise StoreDamagedError(f"snapshot {self.id} is damaged: {found}; {remedies.SNAPSHOT}")

    def verify(self, reading: ChecksumReader | None = None) -> None:
        """Read all files. Raises StoreDamagedError for the first that has other bytes than were written."""
        for found in finding.changed(self.folder, self.manifest.files, reading or ChecksumReader()):
            raise StoreDamagedError(f"snapshot {self.id} is damaged: {found}; {remedies.SNAPSHOT}")


def read(folder: Path) -> Snapshot:
    """Return the snapshot in ``folder``.

    Raises StoreDamagedError if its manifest cannot be read, StoreError if it has a format that this version does not
    read.
    """
    try:
        said = {"format": FORMATS[0]} | signed.checked(manifest_file(folder).read_text(encoding="utf-8"))
        if said["format"] in FORMATS:
            if said["format"] == FORMAT and signed.CHECKSUM not in said:
                raise ValueError("it has no checksum")
            return Snapshot(folder, manifest_of(said))
    except (OSError, ValueError, TypeError, ConfigurationError) as error:
        raise StoreDamagedError(
            f"the manifest of snapshot {folder} cannot be read: {error}; {remedies.SNAPSHOT}"
        ) from error
    raise StoreError(
        f"snapshot {folder} has the format {said['format']}, but this version of newsgraph reads format "
        f"{' and '.join(map(str, FORMATS))}: use the version that wrote it "
        f"({said.get('tool', 'it does not say which')}), or build a new store with the ledger of this one"
    )


def manifest_of(said: dict[str, Any]) -> Manifest:
    """Return a JSON object as a manifest. Raises TypeError or ConfigurationError if it is not one."""
    known = {name: said[name] for name in _NAMES & said.keys()}
    if "publications" in known:
        known["publications"] = tuple(map(Publication.of, known["publications"]))
    return Manifest(**known)


@contextmanager
def scratch(draft: Path) -> Iterator[Path]:
    """Provide a folder beside the draft for files that are not part of the snapshot; removed after the block."""
    folder = draft.with_name(f"{draft.name}-scratch")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_id(moment: datetime) -> str:
    """Return an id for a snapshot made at ``moment``; ids sort by time."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")


def database(folder: Path) -> Path:
    """Return the folder of the database of a snapshot, or of a draft of one."""
    return folder / "db"


def report(folder: Path) -> Path:
    """Return the file of the build report of a snapshot, or of a draft of one."""
    return folder / "report.json"


def manifest_file(folder: Path) -> Path:
    """Return the file that marks a folder as a finished snapshot."""
    return folder / "manifest.json"


def seal(draft: Path, manifest: Manifest) -> None:
    """Write the manifest of a draft, whose database is finished, and make its folder readable."""
    _write_durably(manifest_file(draft), signed.written({**asdict(manifest), "format": FORMAT}, indent=1))
    draft.chmod(0o755)


def checksums(folder: Path, known: Snapshot | None = None) -> dict[str, dict[str, Any]]:
    """Return size and SHA-256 of every file below ``folder``, by its path from there.

    For a hard link to a file of the snapshot ``known``, the sum is taken from that manifest.
    """
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file != manifest_file(folder))
    sums = _sums_by_inode(known) if known else {}
    return {file.relative_to(folder).as_posix(): sums.get(_inode(file)) or checksum(file) for file in files}


def _sums_by_inode(known: Snapshot) -> dict[tuple[int, int], dict[str, Any]]:
    files = {known.folder / name: found for name, found in known.manifest.files.items()}
    return {_inode(file): found for file, found in files.items() if file.exists()}


def _inode(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_dev, status.st_ino


def checksum(file: Path) -> dict[str, Any]:
    """Return the size in bytes and the SHA-256 of a file."""
    with file.open("rb") as stream:
        return {"bytes": file.stat().st_size, "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}


def _write_durably(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def sync(folder: Path) -> None:
    """Flush a folder's entries to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
