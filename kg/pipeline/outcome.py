"""What a conversion found besides quads; outcomes of parts add up to that of the whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from kg.archive.versions import UnreadPage, in_words
from kg.dialects.item import Reference, Tally
from kg.dialects.publication import Publication
from kg.dialects.record import Unread
from kg.entities.aliases import Aliases
from kg.events.lines import Line
from kg.mapping.event import NamedThings


@dataclass(frozen=True, slots=True)
class Pending:
    """A related event that a page of one day names, to be looked up once all days are known."""

    subject: str
    language: str
    reference: Reference
    page: str
    captured: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A capture of a page that is left out because it breaks the mapping or a shape, with the reason.

    ``iri`` names the capture; ``line`` counts from 1, if known; ``commit`` is the git commit, or the wiki revision,
    that has it.
    """

    iri: str
    path: str
    cause: str
    line: int | None = None
    commit: str | None = None

    def __str__(self) -> str:
        """Return the place and the fault in words."""
        line = f", line {self.line}" if self.line else ""
        return f"page {self.path}{line}{in_words(self.commit)}: {self.cause}"


@dataclass(slots=True)
class Outcome:
    """What a conversion found besides quads; outcomes of parts add up to that of the whole.

    ``claims`` are to be added to the ledger. ``minted`` are the keys of new events, ``reworded`` those of events that
    the ledger knew in other words. ``publications`` has what the dialects, by name, say about the archives of the pages
    that they read; rejected pages do not count.
    """

    tally: Tally = field(default_factory=Tally)
    unread: list[tuple[str, Unread]] = field(default_factory=list)
    unread_pages: list[UnreadPage] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    named: NamedThings = field(default_factory=NamedThings)
    pending: list[Pending] = field(default_factory=list)
    claims: list[Line] = field(default_factory=list)
    minted: set[str] = field(default_factory=set)
    reworded: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    languages: Counter[str] = field(default_factory=Counter)
    listed: set[str] = field(default_factory=set)
    withdrawn: dict[str, str] = field(default_factory=dict)
    publications: set[tuple[str, Publication]] = field(default_factory=set)
    aliases: Aliases = field(default_factory=Aliases)

    def add(self, other: Outcome) -> None:
        """Add the outcome of another part."""
        self.tally.add(other.tally)
        self.unread += other.unread
        self.unread_pages += other.unread_pages
        self.quarantined += other.quarantined
        self.prose += other.prose
        self.named.update(other.named)
        self.pending += other.pending
        self.claims += other.claims
        self.minted |= other.minted
        self.reworded |= other.reworded
        self.days |= other.days
        self.languages.update(other.languages)
        self.listed |= other.listed
        self.withdrawn |= other.withdrawn
        self.publications |= other.publications
