"""Verifies a whole store: which check covers which of its files, and what each check finds.

The quick level examines names, sizes, and what files say about themselves, without reading large files. The full level
reads every byte.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.archive import kept_log
from kg.errors import LedgerError, PatchSyntaxError, StoreBusyError, StoreError
from kg.events.ledger_file import WAY_OUT
from kg.process.lock import claim
from kg.store import snapshot, verified, written
from kg.store.integrity import finding, remedies, sidecar, signed
from kg.store.integrity.finding import ChecksumReader, Finding
from kg.store.layout import Store
from kg.store.shards import NAMED

Search = Callable[[Store, Path, ChecksumReader | None], Iterator[Finding]]
"""A function that looks for damage in a store with its cache in a folder; quickly, without a ChecksumReader."""
WAITING: Final = 5.0
"""Seconds to wait for another process that is writing, to a file of SQLite or to the store."""
_ID: Final = re.compile(r"\d{8}T\d{12}Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Check:
    """A check: the part of a store that it covers, which findings may name, what it does, and the remedy.

    ``is_made_again`` says that damage only costs time.
    """

    part: str
    search: Search
    remedy: str
    is_made_again: bool = False


def _snapshots(store: Store, _: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    for folder in reversed(store.snapshots()):
        yield from _snapshot(folder, reading)


def _past(store: Store, _: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    for folder in store.past_folders():
        yield from _snapshot(folder, reading)


def _snapshot(folder: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    found = list(_damages(folder, reading))
    if snapshot.manifest_file(folder).exists():  # else it was removed meanwhile
        yield from found


def _damages(folder: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    try:
        listed = snapshot.read(folder).manifest.files
    except StoreError as error:
        yield Finding(snapshot.manifest_file(folder), f"cannot be used: {error}")
        return
    yield from finding.changed(folder, listed, reading) if reading else finding.resized(folder, listed)


def _link(store: Store, _: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    if store.target and not store.has_current:
        yield Finding(store.path / store.target, "is the current snapshot, and is missing")
    elif store.has_current and not snapshot.manifest_file(store.path / store.target).exists():
        yield Finding(snapshot.manifest_file(store.path / store.target), finding.MISSING)
    elif not store.has_current and store.snapshots():
        yield Finding(store.path, "has snapshots, but none of them is current")


def _ledger(store: Store, _: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    try:
        if reading and store.ledger.exists():
            reading.sha256(store.ledger)
        problem = verified.whole_problem(store) if reading else verified.problem(store)
    except (StoreError, OSError) as error:
        problem = str(error)
    if problem:
        yield Finding(store.ledger, f"cannot be used: {problem}")


def _writes(store: Store, _: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    try:
        written.check(store, store.current().manifest.writes, whole=bool(reading))
    except (LedgerError, StoreError, PatchSyntaxError, OSError) as error:
        yield Finding(store.writes, f"cannot be used: {error}")
    if reading:
        for file in written.logged(store):
            with suppress(FileNotFoundError):  # it has just been combined with others
                reading.sha256(file)


def _kept_months(store: Store, _: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    for file in sorted(store.kept_months.glob("*")) if reading else ():
        if not _kept_problem(file, reading or ChecksumReader()):
            continue
        with _unchanging(store) as is_certain:  # a build replaces these files one by one
            problem = _kept_problem(file, ChecksumReader()) if is_certain and file.exists() else ""
        if problem:
            yield Finding(file, problem)


@contextmanager
def _unchanging(store: Store) -> Iterator[bool]:
    """Let no other process change a store within the block; provide whether none does after some seconds."""
    with ExitStack() as stack:
        is_free = True
        try:
            claim(stack.enter_context(store.lock.open()).fileno(), StoreBusyError("it is being changed"), WAITING)
        except StoreBusyError:
            is_free = False
        except OSError:  # there is no such file, so that nothing was ever changed, or it may not be read
            pass
        yield is_free


def _kept_problem(file: Path, reading: ChecksumReader) -> str:
    """Return the problem of a file that a build keeps for the next one, "" if there is none."""
    try:
        if file.suffix == kept_log.SUFFIX:
            return "" if kept_log.is_sound(file) else finding.OTHER_BYTES
        if file.suffix in (".nt", NAMED):
            return ""  # the file beside it has its checksum
        said = signed.parsed(file.read_text(encoding="utf-8"))
        of_month = {f"{file.stem}.nt": said.get("sha256"), f"{file.stem}{NAMED}": said.get("named")}
        listed = said.get("shards", of_month)
        wrong = (finding.compared(file.with_name(name), sha256, reading) for name, sha256 in listed.items())
        return next((str(one) for one in wrong if one), "")
    except (OSError, ValueError) as error:
        return f"cannot be read: {error}"


def _changelog(store: Store, _: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    yield from _database(store.changelog, reading)


def _answers(store: Store, _: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    for file in sorted(store.enrichment.glob("*.sqlite3")):
        yield from _database(file, reading)


def _database(file: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    """Look for damage in an SQLite file; one without a checksum is being changed, or the last change was cut short."""
    is_signed = sidecar.beside(file).exists()
    if is_signed and not file.exists():
        yield Finding(file, finding.MISSING)
    if not reading or not file.exists():
        return
    if not is_signed:
        yield from _consistent(file)
    elif (found := _unlike_sidecar(file, reading)) and sidecar.beside(file).exists():
        yield found


def _unlike_sidecar(file: Path, reading: ChecksumReader) -> Finding | None:
    try:
        return finding.compared(file, sidecar.checksum(file), reading)
    except StoreError as error:
        return Finding(file, f"cannot be verified: {error}")


def _consistent(file: Path) -> Iterator[Finding]:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", WAITING, uri=True)) as database:
            said = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        said = "ok" if finding.is_locked(error) else str(error)
    if said != "ok":
        yield Finding(file, f"is damaged: {said}")


def _cache(store: Store, cache: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    for beside in sorted(one for one in finding.files(cache) if one.suffix == sidecar.SUFFIX):
        file = beside.with_name(beside.name.removesuffix(sidecar.SUFFIX))
        found = Finding(file, finding.MISSING) if not file.exists() else reading and _unlike_sidecar(file, reading)
        if found and beside.exists() and not _goes(store, cache, file):
            yield found


def _goes(store: Store, cache: Path, file: Path) -> bool:
    """Return whether a file of the cache belongs to a removed snapshot, so that it is, or will be, removed too."""
    name = file.relative_to(cache).parts[0]
    return bool(_ID.fullmatch(name)) and not store.snapshot(name).exists()


def _notes(store: Store, _: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    if not sidecar.is_sound(store.removals):
        yield Finding(store.removals, finding.OTHER_BYTES)
    odd = next((one for one in store.removed() if not _ID.fullmatch(one)), None)
    if odd:
        yield Finding(store.removals, f"has {odd[:40]!r}, which is not the id of a snapshot")


def _pinned(store: Store, _: Path, reading: ChecksumReader | None) -> Iterator[Finding]:
    kept = {folder.name for folder in store.snapshots()} | {one.name for one in store.past_folders()}
    for name in sorted(set(store.pinned()) - kept):
        yield Finding(store.pins, f"keeps {name[:40]!r}, but there is no such snapshot")


CHECKS: Final = (
    Check("current", _link, remedies.LINK),
    Check("snapshots", _snapshots, remedies.SNAPSHOT),
    Check("ledger", _ledger, WAY_OUT),
    Check("writes", _writes, remedies.WRITES),
    Check("past", _past, remedies.PAST),
    Check("change log", _changelog, remedies.CHANGELOG),
    Check("enrichment", _answers, remedies.ANSWERS),
    Check("removed snapshots", _notes, remedies.NOTES),
    Check("pinned snapshots", _pinned, remedies.PINS),
    Check("kept months", _kept_months, remedies.KEPT_MONTHS, is_made_again=True),
    Check("cache", _cache, remedies.CACHE, is_made_again=True),
)
"""All checks, the worst damage first."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A finding, the part of the store that it is in, and what to do about it."""

    part: str
    path: str
    problem: str
    remedy: str
    is_made_again: bool = False

    def __str__(self) -> str:
        """Return what is wrong and what to do, as one line."""
        return self.told()

    def told(self, count: int = 1) -> str:
        """Return what is wrong and what to do, as one line, for ``count`` files with the same damage."""
        more = f" (and {count - 1:,} more)" if count > 1 else ""
        return f"{self.part}: {self.path}{more} {self.problem}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of verifying a whole store, and how much was read: files, bytes, seconds."""

    damages: tuple[Damage, ...]
    files: int
    size: int

    @property
    def is_sound(self) -> bool:
        """Whether nothing is damaged except what is made again automatically."""
        return all(one.is_made_again for one in self.damages)

    def summary(self) -> Iterator[tuple[Damage, int]]:
        """Yield the first damage of each kind, and how many files have the same."""
        counts = Counter((one.part, one.problem) for one in self.damages)
        for one in self.damages:
            if count := counts.pop((one.part, one.problem), 0):
                yield one, count

    def of_snapshot(self, folder: Path) -> str:
        """Return the first damage in the folder of a snapshot, "" if there is none."""
        inside = (one for one in self.damages if Path(one.path).is_relative_to(folder))
        return next((f"{one.path} {one.problem}" for one in inside), "")


def verify(store: Store, cache: Path, reading: ChecksumReader | None = None) -> Verification:
    """Verify a store with its cache in ``cache``: quickly, or fully with the reader ``reading``."""
    damages = [
        Damage(check.part, str(found.path), found.problem, check.remedy, check.is_made_again)
        for check in CHECKS
        for found in check.search(store, cache, reading)
    ]
    return Verification(tuple(damages), reading.files if reading else 0, reading.size if reading else 0)
