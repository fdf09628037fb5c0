"""The file of a ledger: reading, which verifies it, appending, and copies to ship.

The file is only ever appended to. Each append ends with the hashes of the changed months (see
``kg.events.month_hashes``) and a ``root``; lines after the last root come from an append that was killed, and are
ignored. A line with the number of a format precedes the lines of that format. A file begun by version 0.1.0 in the
first format stays as it is, and continues in the second.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from copy import copy
from pathlib import Path
from typing import BinaryIO, Final

from kg.errors import LedgerError
from kg.events.ledger import Ledger
from kg.events.lines import (
    CLAIM_KINDS,
    Line,
    MonthHash,
    RootHash,
    columns,
    escape,
    month_of,
    parse,
    paths,
    shipped,
    unescape,
)
from kg.events.month_hashes import MonthHashes

HEADING: Final = b"#newsgraph-ledger\t"
FORMATS: Final = (1, 2)
"""The formats that this version reads; it writes the last."""
FIRST_LINE: Final = HEADING + b"2\n"
KINDS_BEFORE: Final = CLAIM_KINDS - {"unmerged", "matched", "unmatched", "restored"}
"""The types of lines of the first format, where they are in the fourth column and nothing is escaped."""
WAY_OUT: Final = "restore the file from a backup, or build with --ledger and a copy that was published with a dump"


class LedgerFile:
    """A ledger file that was read and verified, and may be appended to; a missing file counts as empty.

    ``lines`` has all its lines, and ``roots`` all roots that it ever had, in order. ``tail`` says that there are lines
    after the last root.
    """

    def __init__(self, path: Path) -> None:
        """Read the file. Raises LedgerError if it is damaged, or was written by a newer version."""
        self.path = path
        self.lines: list[Line] = []
        self.roots: list[str] = []
        self.tail = False
        self._hashes = MonthHashes()
        self._format = 0
        self._end = 0
        self._begin = b""
        if path.exists():
            with path.open("rb") as file:
                self._read(file)

    @property
    def root(self) -> str:
        """The hash of the whole content of the file."""
        return self._hashes.root()

    def append(self, lines: Iterable[Line]) -> None:
        """Append lines, with the hashes of their months and the root, and flush them to disk."""
        added = list(lines)
        if self._is_sealed and not added:
            if self.tail or self._begin:
                self._write(b"")
            return
        text = [] if self._format == FORMATS[-1] else [FIRST_LINE.decode()]
        text += [self._add(columns(line)) for line in added]
        text += [_spell(MonthHash(month, self._hashes.month(month))) for month in sorted(self._hashes.changed)]
        text.append(_spell(RootHash(self.root)))
        self._write("".join(text).encode())
        self.lines += added
        self._seal(self.root)
        self._format = FORMATS[-1]

    @property
    def _is_sealed(self) -> bool:
        """Whether the valid part of the file ends with a root."""
        return bool(self.roots) and not self._hashes.changed

    def at(self, path: Path) -> LedgerFile:
        """Return this file as one that the first append will create at another path, where there is none yet."""
        found = copy(self)
        found._begin = self.path.read_bytes()[: self._end]
        found.path, found._end = path, 0
        return found

    def undo(self, end: int) -> None:
        """Truncate the file to an earlier length; this object cannot append to it afterwards."""
        if end:
            os.truncate(self.path, end)
        else:
            self.path.unlink(missing_ok=True)

    @property
    def end(self) -> int:
        """The length of the valid part in bytes."""
        return self._end

    def raw(self) -> Iterator[tuple[int, bytes]]:
        """Yield the valid lines as they are in the file, each with its format, which is 0 for a heading."""
        form, left = FORMATS[0], self._end
        with self.path.open("rb") as file:
            for line in file:
                left -= len(line)
                if left < 0:
                    return
                if line.startswith(HEADING):
                    form = int(line.removeprefix(HEADING))
                yield 0 if line.startswith(HEADING) else form, line

    def _read(self, file: BinaryIO) -> None:
        pending: list[Line] = []
        position, number = 0, 0
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                break
            position += len(line)
            found = self._line(line, number)
            if not (found is None or isinstance(found, MonthHash | RootHash)):
                pending.append(found)
            if found is None or isinstance(found, RootHash) or self._format < FORMATS[-1]:
                self.lines += pending
                self._end = position
                pending = []
            if found is None or isinstance(found, RootHash):
                self._hashes.keep()
        if self._format == FORMATS[-1]:
            self._hashes.take_back()
        self.tail = file.seek(0, os.SEEK_END) > self._end

    def _line(self, line: bytes, number: int) -> Line | MonthHash | RootHash | None:
        """Read a line and return what it says, None for one that names a format."""
        if line.startswith(HEADING):
            self._switch(line, number)
            return None
        self._format = self._format or FORMATS[0]
        try:
            some = _columns(line, self._format)
            found = parse(some)
        except LookupError as error:
            raise LedgerError(
                f"{self.path}:{number} has the type {error}, which this version of newsgraph does not know: "
                f"use the newer one that wrote it, or {WAY_OUT}"
            ) from None
        except (ValueError, TypeError):
            raise self._no_line(number) from None
        if isinstance(found, MonthHash):
            self._check_month(found, number)
        elif isinstance(found, RootHash):
            self._check_root(found, number)
        else:
            self._hashes.add(month_of(some), "\t".join(shipped(some)))
        return found

    def _no_line(self, number: int) -> LedgerError:
        return LedgerError(f"{self.path}:{number} is not a line of a ledger: {WAY_OUT}")

    def _switch(self, line: bytes, number: int) -> None:
        said = line.removeprefix(HEADING).strip().decode(errors="replace")
        known = {str(one): one for one in FORMATS}
        if said not in known:
            raise LedgerError(
                f"the ledger {self.path} has the format {said}, but this version of newsgraph reads the formats "
                f"{' and '.join(known)}: use the newer one that wrote it"
            )
        if known[said] <= self._format:
            raise self._no_line(number)
        self._format = known[said]

    def _check_month(self, found: MonthHash, number: int) -> None:
        if found.sha256 != self._hashes.month(found.month):
            raise LedgerError(
                f"the ledger {self.path} is damaged: lines of the month {found.month} before line "
                f"{number} are changed, missing, or in another order: {WAY_OUT}"
            )
        self._hashes.changed.discard(found.month)

    def _check_root(self, found: RootHash, number: int) -> None:
        if self._hashes.changed or found.sha256 != self._hashes.root():
            months = ", ".join(sorted(self._hashes.changed)) or "one that is no longer there"
            raise LedgerError(
                f"{self.path}:{number}: the ledger is damaged, lines of the month {months} are not whole: {WAY_OUT}"
            )
        self._seal(found.sha256)

    def _seal(self, root: str) -> None:
        self._hashes.seal()
        if self.roots[-1:] != [root]:
            self.roots.append(root)

    def _add(self, some: list[str]) -> str:
        self._hashes.add(month_of(some), "\t".join(shipped(some)))
        return "\t".join(some) + "\n"

    def _write(self, text: bytes) -> None:
        with self.path.open("ab") as file:
            file.truncate(self._end)
            file.write(self._begin + text)
            file.flush()
            os.fsync(file.fileno())
        self._end += len(self._begin) + len(text)
        self._begin = b""
        self.tail = False


def _spell(line: MonthHash | RootHash) -> str:
    return "\t".join(columns(line)) + "\n"


def _columns(line: bytes, form: int) -> list[str]:
    """Return the columns of a line in the newest format. Raises ValueError if it is invalid in its own format."""
    text = line.decode().removesuffix("\n")
    if form > 1:
        return text.split("\t")
    day, language, key, kind, value = text.split("\t", 4)
    if kind not in KINDS_BEFORE:
        raise ValueError(kind)
    return [kind, day, language, key, escape(value)]


def read(path: Path) -> list[Line]:
    """Return the content of a ledger file, empty if there is no file. Raises LedgerError if it is damaged."""
    return LedgerFile(path).lines


def by_month(file: LedgerFile) -> dict[str, bytes]:
    """Return the lines of a ledger file by month, such as ``2011-11``, in the newest format."""
    found: dict[str, list[str]] = {}
    for line in file.lines:
        some = columns(line)
        found.setdefault(month_of(some), []).append("\t".join(some) + "\n")
    return {month: "".join(lines).encode() for month, lines in found.items()}


def append(path: Path, lines: Iterable[Line]) -> None:
    """Append lines to a ledger file, creating it if needed. Raises LedgerError if it is damaged."""
    LedgerFile(path).append(lines)


def published(path: str) -> LedgerFile | None:
    """Return the ledger file that was shipped to ``path``, None without a path or a file.

    Raises LedgerError if it is damaged or truncated, cannot be read, or is in a folder that does not exist.
    """
    if not path:
        return None
    if not Path(path).absolute().parent.is_dir():
        raise LedgerError(f"the ledger {path} cannot be written: there is no such folder")
    try:
        found = LedgerFile(Path(path))
    except OSError as error:
        raise LedgerError(f"the ledger {path} cannot be read: {error.strerror or error}") from error
    if found.tail:
        raise LedgerError(
            f"the ledger {path} does not end with a root: it is cut off, or the build that wrote it was killed; "
            "take a whole copy"
        )
    return found if found.end else None


def missing(file: LedgerFile | None, known: Ledger) -> list[Line]:
    """Return the lines of a ledger file that ``known`` lacks, and add them to it.

    A line in both counts once, whether its words are shown or hidden. Raises LedgerError if the two
    contradict each other.
    """
    if file is None:
        return []
    has = Counter(map(_hidden, known.lines))
    found = []
    for line in file.lines:
        hidden = _hidden(line)
        if has[hidden]:
            has[hidden] -= 1
        else:
            found.append(line)
    known.extend(found)
    known.check()
    return found


def _hidden(line: Line) -> str:
    return "\t".join(shipped(columns(line)))


def export(path: Path, shipped_as: str) -> None:
    """Copy a ledger file to another, in one step: of withdrawn events, hashes stand for their slugs and texts.

    The copy has the same hashes of months, and the same root. Without a path for the copy, none is made. Raises
    LedgerError if the file cannot be written, or is damaged.
    """
    if not shipped_as:
        return
    target = Path(shipped_as)
    file = LedgerFile(path)
    known = Ledger(file.lines)
    telling, unnamed = known.telling, known.unnamed
    lines = file.raw() if file.end else ()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("wb") as output:
            output.writelines(_copied(line, form, telling, unnamed) for form, line in lines)
            output.flush()
            os.fsync(output.fileno())
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise LedgerError(f"the ledger {target} cannot be written: {error.strerror or error}") from error


def _copied(line: bytes, form: int, telling: frozenset[str], unnamed: Set[str]) -> bytes:
    """Return a line for a copy that must not reveal the words of the events ``telling`` or hashed paths."""
    if not (form and (telling or unnamed)):
        return line
    some = _columns(line, form)
    told = some[3] in telling if some[0] in ("slug", "text") else not unnamed.isdisjoint(paths(some))
    if not told:
        return line
    hidden = shipped(some)
    if form == 1:
        hidden = [*hidden[1:4], hidden[0], unescape(hidden[4])]
    return "\t".join(hidden).encode() + b"\n"


def begins_with(path: Path, said: dict[str, object]) -> bool:
    """Return whether the first ``bytes`` bytes of a file have the SHA-256 ``sha256``."""
    size = said.get("bytes")
    if not isinstance(size, int) or not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.sha256(file.read(size)).hexdigest() == said.get("sha256")
