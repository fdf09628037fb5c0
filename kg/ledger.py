"""The ledger: which event each wording and slug ever seen belongs to, so that no IRI ever moves.

It is an append-only text file, one claim a line: day, language, the event's key, ``wording`` or ``slug``, and
the hash of the wording or the slug itself, separated by tabs.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from kg.errors import LedgerError
from kg.iri import event_key

ClaimKind = Literal["wording", "slug"]


class Claim(NamedTuple):
    """One line of the ledger: listed under ``day``, the event ``key`` has or had this wording (hashed) or slug.

    A key is an event's path below ``event/``: the day it was first listed under, and ten characters.
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

    One event may have many wordings and slugs; each belongs to one event, the first that claimed it.
    """

    known: dict[Claimed, str] = field(default_factory=dict)
    added: list[Claim] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

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

    def slugs(self) -> dict[str, list[str]]:
        """Return the readable paths, day and slug, that lead to each event."""
        paths: dict[str, list[str]] = defaultdict(list)
        for (day, _, kind, value), key in self.known.items():
            if kind == "slug":
                paths[key].append(f"{day.isoformat()}/{value}")
        return paths


class Ledger:
    """All claims, by day."""

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        self._days: dict[date, list[Claim]] = defaultdict(list)
        self.extend(claims)

    def extend(self, claims: Iterable[Claim]) -> None:
        """Add claims."""
        for claim in claims:
            self._days[claim.day].append(claim)

    def of(self, *days: date) -> Claims:
        """Return the claims of some days; raises LedgerError if two events claim the same wording or slug."""
        found = Claims()
        for claim in (claim for day in days for claim in self._days.get(day, ())):
            place = (claim.day, claim.language, claim.kind, claim.value)
            if found.known.setdefault(place, claim.key) != claim.key:
                raise LedgerError(
                    f"two events of {claim.day} claim the same {claim.kind} {claim.value!r} in the ledger"
                )
            found.keys.add(claim.key)
        return found


def hashed(wording: str) -> str:
    """Return the hash under which the ledger keeps a folded wording."""
    return hashlib.sha256(wording.encode()).hexdigest()[:24]


def read(path: Path) -> Iterator[Claim]:
    """Yield the claims of a ledger file, none if there is no file.

    A last line without its line break was cut off while it was written, and is not a claim. Raises LedgerError
    for any other line that is not one.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.endswith(b"\n"):
                yield _parse(line, f"{path}:{number}")


def _parse(line: bytes, where: str) -> Claim:
    try:
        # The slug is what a page prints, and may hold a tab.
        match line.decode().removesuffix("\n").split("\t", 4):
            case [day, language, key, "wording" | "slug" as kind, value]:
                return Claim(date.fromisoformat(day), language, key, kind, value)
    except ValueError:
        pass
    raise LedgerError(f"{where} is not a line of a ledger: restore the file from a backup or a dump")


def append(path: Path, claims: Iterable[Claim]) -> None:
    """Append claims to a ledger file and make sure that they are on disk."""
    lines = "".join(f"{c.day.isoformat()}\t{c.language}\t{c.key}\t{c.kind}\t{c.value}\n" for c in claims)
    with path.open("ab") as file:
        file.truncate(_whole_lines(path))
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())


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
