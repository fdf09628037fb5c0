"""The ledger: which event each wording and slug ever seen belongs to, so that no IRI ever moves.

It is an append-only text file, one claim a line, in five columns with tabs between them: day, language, the event's
key, the kind, and the value. A ``wording`` has its hash as value, a ``slug`` itself. ``merged`` has the key of the
event that it is one with; ``withdrawn`` the time (UTC) from which nothing of it is to be shown. The first line says the
format; one without that line, which version 0.1.0 wrote, has the first format, and stays as it is.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from kg.errors import LedgerError
from kg.rdf.iri import event_key

ClaimKind = Literal["wording", "slug", "merged", "withdrawn"]
#: What stands before the hash of a slug that is not to be shown.
HASHED = "sha256:"
KEY = re.compile(r"\d{4}-\d\d-\d\d/[\w-]{1,64}", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z0-9-]{0,64}", re.ASCII)
#: Events of a circle that a message names.
SHOWN = 20
#: How the time of a withdrawal is written: as an xsd:dateTime in UTC.
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
#: The format of the ledgers that this version begins and reads, and what stands before it in the first line.
FORMAT = "1"
HEADING = "#newsgraph-ledger\t"
FIRST_LINE = f"{HEADING}{FORMAT}\n".encode()


class Claim(NamedTuple):
    """One line of the ledger: listed under ``day``, the event ``key`` has or had this wording (hashed) or slug.

    A key is an event's path below ``event/``: the day it was first listed under, and ten characters. Of a claim that
    an event is merged or withdrawn, ``day`` is the one in its key.
    """

    day: date
    language: str
    key: str
    kind: ClaimKind
    value: str


Claimed = tuple[date, str, ClaimKind, str]


@dataclass(slots=True)
class Claims:
    """The claims of some days, and those added to them since they were read.

    One event may have many wordings and slugs; each belongs to one event, the first that claimed it. ``merged`` gives
    the surviving event of those that are merged, ``withdrawn`` since when an event is; both have events of these days
    only. ``hidden`` has the hashes of all wordings and slugs of withdrawn events, of whatever day.
    """

    known: dict[Claimed, str] = field(default_factory=dict)
    added: list[Claim] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    merged: dict[str, str] = field(default_factory=dict)
    withdrawn: dict[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)

    def find(self, day: date, language: str, wordings: Iterable[str], slugs: Iterable[str] = ()) -> str | None:
        """Return the key of the event with one of these wordings, else slugs, on ``day``; the first one wins."""
        claims: list[Claimed] = [(day, language, "wording", hashed(wording)) for wording in wordings]
        claims += [(day, language, "slug", slug) for slug in slugs]
        return next((self.known[claim] for claim in claims if claim in self.known), None)

    def mint(self, day: date, language: str, wording: str) -> str:
        """Return a key that no other event has, made from the day and wording that the event is first known by."""
        attempt = 0
        while (key := f"{day.isoformat()}/{event_key(language, day, wording, attempt)}") in self.keys:
            attempt += 1
        self.keys.add(key)
        return key

    def claim(self, day: date, language: str, key: str, wordings: Iterable[str], slugs: Iterable[str]) -> None:
        """Record wordings and slugs of an event; what another event has claimed already stays with that one."""
        for wording in wordings:
            self._add(Claim(day, language, key, "wording", hashed(wording)))
        for slug in slugs:
            self._add(Claim(day, language, key, "slug", slug))

    def _add(self, claim: Claim) -> None:
        place = (claim.day, claim.language, claim.kind, claim.value)
        if place not in self.known:
            self.known[place] = claim.key
            self.keys.add(claim.key)
            self.added.append(claim)

    def survivor(self, key: str) -> str:
        """Return the key of the event that this one is merged into, else its own."""
        return self.merged.get(key, key)

    def slugs(self) -> dict[str, list[str]]:
        """Return the readable paths, day and slug, that lead to each event, those of merged events to the survivor."""
        paths: dict[str, list[str]] = defaultdict(list)
        for (day, _, kind, value), key in self.known.items():
            if kind == "slug" and not value.startswith(HASHED):
                paths[self.survivor(key)].append(readable(day, value))
        return paths


class Ledger:
    """All claims: wordings and slugs by day, and which events are merged or withdrawn."""

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        self.claims: list[Claim] = []
        self._days: dict[date, list[Claim]] = defaultdict(list)
        self._merged: dict[str, str] = {}
        self._survivors: dict[str, str] = {}
        self._withdrawn: dict[str, str] = {}
        self._hidden: dict[str, str] | None = None
        self.extend(claims)

    def extend(self, claims: Iterable[Claim]) -> None:
        """Add claims; raises LedgerError if an event is merged into two events, or in the end into itself."""
        merged = False
        for claim in claims:
            self.claims.append(claim)
            if claim.kind == "merged":
                merged = True
                if self._merged.setdefault(claim.key, claim.value) != claim.value:
                    raise LedgerError(f"the ledger merges the event {claim.key} into two events")
            elif claim.kind == "withdrawn":
                self._withdrawn.setdefault(claim.key, claim.value)
            else:
                self._days[claim.day].append(claim)
        self._hidden = None
        self._survivors.clear()
        for key in self._merged if merged else ():
            self.survivor(key)

    @property
    def merged(self) -> dict[str, str]:
        """The surviving event of each that is merged."""
        return {key: self.survivor(key) for key in self._merged}

    @property
    def withdrawn(self) -> dict[str, str]:
        """Since when each event is withdrawn, or the one that it is merged into."""
        merged = {key: self._withdrawn[one] for key, one in self.merged.items() if one in self._withdrawn}
        return merged | self._withdrawn

    @property
    def hidden(self) -> dict[str, str]:
        """The hashes of the wordings and slugs of all withdrawn events, with the time of the withdrawal."""
        if self._hidden is None:
            since = self.withdrawn
            self._hidden = {hash_of(claim): since[claim.key] for claim in self._names() if claim.key in since}
        return self._hidden

    def survivor(self, key: str) -> str:
        """Return the event that this one is merged into, else itself; raises LedgerError if that goes in a circle."""
        passed: dict[str, None] = {}
        last = key
        while last in self._merged and last not in self._survivors:
            if last in passed:
                raise LedgerError(
                    f"the ledger merges the event {key} in a circle: {', '.join([*passed, last][:SHOWN])}"
                )
            passed[last] = None
            last = self._merged[last]
        survivor = self._survivors.get(last, last)
        self._survivors.update(dict.fromkeys(passed, survivor))
        return survivor

    def claims_of(self, key: str) -> list[Claim]:
        """Return the wordings and slugs that an event itself has claimed, none if the ledger does not know it."""
        return [claim for claim in self._names() if claim.key == key]

    def slugs(self, keys: Container[str]) -> Iterator[Claim]:
        """Yield the slugs that some events have claimed."""
        return (claim for claim in self.claims if claim.kind == "slug" and claim.key in keys)

    def together(self, groups: Iterable[tuple[date, ...]]) -> list[tuple[date, ...]]:
        """Join groups of days that list events which are merged into one; in the order of their first days."""
        group = {day: one for one in groups for day in one}
        days: dict[str, set[date]] = defaultdict(set)
        merged = self.merged
        survivors = set(merged.values())
        for claim in self._names() if merged else ():
            key = merged.get(claim.key, claim.key)
            if key in survivors and claim.day in group:
                days[key].add(claim.day)
        for some in days.values():
            joined = tuple(sorted({day for one in some for day in group[one]}))
            group.update(dict.fromkeys(joined, joined))
        return sorted(set(group.values()))

    def of(self, *days: date) -> Claims:
        """Return the claims of some days; raises LedgerError if two events claim the same wording or slug."""
        found = Claims(hidden=self.hidden)
        for claim in (claim for day in days for claim in self._days.get(day, ())):
            place = (claim.day, claim.language, claim.kind, claim.value)
            if found.known.setdefault(place, claim.key) != claim.key:
                raise LedgerError(
                    f"two events of {claim.day} claim the same {claim.kind} {claim.value!r} in the ledger"
                )
            found.keys.add(claim.key)
        found.merged = {key: self.survivor(key) for key in found.keys & self._merged.keys()}
        since = self.withdrawn if self._withdrawn else {}
        found.withdrawn = {key: since[key] for key in (found.keys | {*found.merged.values()}) & since.keys()}
        return found

    def check(self) -> None:
        """Raise LedgerError if two events claim the same wording or slug on any day."""
        for day in self._days:
            self.of(day)

    def shipped(self) -> list[Claim]:
        """Return all claims as a published copy has them: slugs that tell words of withdrawn events are hashed."""
        hidden = self.hidden
        telling = {claim.key for claim in self._names() if hash_of(claim) in hidden}
        return [
            one._replace(value=HASHED + hash_of(one)) if one.kind == "slug" and one.key in telling else one
            for one in self.claims
        ]

    def _names(self) -> Iterator[Claim]:
        return (claim for claim in self.claims if claim.kind in ("wording", "slug"))


def hashed(wording: str) -> str:
    """Return the hash under which the ledger keeps a folded wording."""
    return hashlib.sha256(wording.encode()).hexdigest()[:24]


def readable(day: date, slug: str) -> str:
    """Return the readable path of an event below ``event/``."""
    return f"{day.isoformat()}/{slug}"


def hash_of(claim: Claim) -> str:
    """Return the hash of a claimed wording or slug."""
    if claim.kind == "wording" or claim.value.startswith(HASHED):
        return claim.value.removeprefix(HASHED)
    return hashed(claim.value)


def read(path: Path) -> Iterator[Claim]:
    """Yield the claims of a ledger file, none if there is no file.

    A last line without its line break was cut off while it was written, and is not a claim. Raises LedgerError
    for any other line that is not one, and for a ledger of a format that this version does not know.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if number == 1 and line.startswith(HEADING.encode()):
                _check_format(path, line)
            elif line.endswith(b"\n"):
                yield _parse(line, f"{path}:{number}")


def _check_format(path: Path, line: bytes) -> None:
    if line.endswith(b"\n") and line != FIRST_LINE:
        found = line.decode(errors="replace").removeprefix(HEADING).strip()
        raise LedgerError(
            f"the ledger {path} has the format {found}, but this version of newsgraph reads format {FORMAT}: "
            "use the version that wrote it"
        )


def _parse(line: bytes, where: str) -> Claim:
    try:
        # The slug is what a page prints, and may hold a tab.
        match line.decode().removesuffix("\n").split("\t", 4):
            case [_, language, key, *_] if not (LANGUAGE.fullmatch(language) and KEY.fullmatch(key)):
                pass
            case [day, language, key, "wording" | "slug" as kind, value]:
                return Claim(date.fromisoformat(day), language, key, kind, value)
            case [day, language, key, "merged" as kind, value] if KEY.fullmatch(value):
                return Claim(date.fromisoformat(day), language, key, kind, value)
            case [day, language, key, "withdrawn" as kind, value] if datetime.strptime(value, INSTANT):
                return Claim(date.fromisoformat(day), language, key, kind, value)
    except ValueError:
        pass
    raise LedgerError(f"{where} is not a line of a ledger: restore the file from a backup or a dump")


def append(path: Path, claims: Iterable[Claim]) -> None:
    """Append claims to a ledger file, which is begun if there is none, and make sure that they are on disk."""
    lines = _lines(claims)
    with path.open("ab") as file:
        whole = _whole_lines(path)
        file.truncate(whole)
        file.write(b"" if whole else FIRST_LINE)
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())


def missing(path: str, known: Ledger) -> list[Claim]:
    """Return the claims of a ledger file that ``known`` lacks, and add them to it; none without a path or a file.

    Raises LedgerError if the file cannot be read, or written later, or if the two contradict each other.
    """
    if not path:
        return []
    if not Path(path).absolute().parent.is_dir():
        raise LedgerError(f"the ledger {path} cannot be written: there is no such folder")
    has = {*known.claims, *known.shipped()}
    try:
        found = [claim for claim in read(Path(path)) if claim not in has]
    except OSError as error:
        raise LedgerError(f"the ledger {path} cannot be read: {error.strerror or error}") from error
    known.extend(found)
    known.check()
    return found


def export(path: Path, shipped_as: str) -> None:
    """Copy a ledger file to another, in one step: of withdrawn events, hashes stand for their slugs.

    Without a path for the copy there is none. Raises LedgerError if the file cannot be written.
    """
    if not shipped_as:
        return
    target = Path(shipped_as)
    shipped = _first_line(path) + _lines(dict.fromkeys(Ledger(read(path)).shipped())).encode()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(shipped)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise LedgerError(f"the ledger {target} cannot be written: {error.strerror or error}") from error


def _first_line(path: Path) -> bytes:
    """Return the line of a ledger file that says its format, if there is one."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        return FIRST_LINE if file.readline() == FIRST_LINE else b""


def _lines(claims: Iterable[Claim]) -> str:
    return "".join(f"{c.day.isoformat()}\t{c.language}\t{c.key}\t{c.kind}\t{c.value}\n" for c in claims)


def _whole_lines(path: Path) -> int:
    """Return the length in bytes of a file up to and including its last line break."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        while size > 0:
            start = max(0, size - 4_096)
            file.seek(start)
            found = file.read(size - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            size = start
    return 0
