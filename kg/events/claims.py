"""Claims: what the ledger knows about some days, and what is added about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from kg.events.lines import HASHED, Claim, ClaimKind, Text, hashed
from kg.rdf.iri import event_key

Claimed = tuple[date, str, ClaimKind, str]


@dataclass(slots=True)
class Claims:
    """The claims of some days, and those added to them since they were read.

    One event may have many wordings and slugs; each belongs to one event, the first that claimed it. ``merged`` maps
    merged events to the surviving event, and ``withdrawn`` maps withdrawn events to the time; both only for these days.
    ``identified`` has the events of any day with each slug, by language and slug: ids assigned by an archive are such
    slugs. ``hidden`` has the hashes of all wordings and slugs of withdrawn events, of any day. ``texts`` has the
    revision texts of events last known on one of these days, oldest first. ``is_past`` says that the captures end
    before today, so the ledger may know later revisions than they show.
    """

    known: dict[Claimed, str] = field(default_factory=dict)
    added: list[Claim] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    identified: dict[tuple[str, str], str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    withdrawn: dict[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    texts: dict[str, list[Text]] = field(default_factory=dict)
    is_past: bool = False

    def copy(self) -> Claims:
        """Return a copy that can be added to."""
        copied = (dict(self.known), list(self.added), set(self.keys), dict(self.identified))
        return replace(self, known=copied[0], added=copied[1], keys=copied[2], identified=copied[3])

    def know(self, claim: Claim) -> str:
        """Add what the ledger says; return the event with this wording or slug, the first that claimed it."""
        if claim.kind == "slug":
            self.identified.setdefault((claim.language, claim.value), claim.key)
        self.keys.add(claim.key)
        return self.known.setdefault((claim.day, claim.language, claim.kind, claim.value), claim.key)

    def find(self, day: date, language: str, wordings: Iterable[str], slugs: Iterable[str] = ()) -> str | None:
        """Return the key of the event with one of these wordings, or else slugs, on ``day``; the first one wins."""
        claims: list[Claimed] = [(day, language, "wording", hashed(wording)) for wording in wordings]
        claims += [(day, language, "slug", slug) for slug in slugs]
        return next((self.known[claim] for claim in claims if claim in self.known), None)

    def find_id(self, day: date, language: str, slug: str) -> str | None:
        """Return the key of the event with an id assigned by the archive, as a slug: of this day, or else another."""
        return self.find(day, language, (), (slug,)) or self.identified.get((language, slug))

    def mint(self, day: date, language: str, wording: str) -> str:
        """Return a new unique key, made from the day and wording that the event is first known by."""
        attempt = 0
        while (key := f"{day.isoformat()}/{event_key(language, day, wording, attempt)}") in self.keys:
            attempt += 1
        self.keys.add(key)
        return key

    def claim(self, day: date, language: str, key: str, wordings: Iterable[str], slugs: Iterable[str]) -> None:
        """Record wordings and slugs of an event; those already claimed stay with the other event."""
        for wording in wordings:
            self._add(Claim(day, language, key, "wording", hashed(wording)))
        for slug in slugs:
            self._add(Claim(day, language, key, "slug", slug))

    def _add(self, claim: Claim) -> None:
        place = (claim.day, claim.language, claim.kind, claim.value)
        if place not in self.known:
            self.know(claim)
            self.added.append(claim)

    def rename(self, minted: str, key: str) -> None:
        """Transfer the claims of the event ``minted`` to the event ``key``."""
        self.known.update({claim: key for claim, one in self.known.items() if one == minted})
        self.identified.update({slug: key for slug, one in self.identified.items() if one == minted})
        self.added[:] = [one._replace(key=key) if one.key == minted else one for one in self.added]
        self.keys.discard(minted)

    def survivor(self, key: str) -> str:
        """Return the key of the event that this one is merged into, or its own."""
        return self.merged.get(key, key)

    def slugs(self) -> dict[str, list[str]]:
        """Return the readable paths (day and slug) of each event; those of merged events lead to the survivor."""
        paths: dict[str, list[str]] = defaultdict(list)
        for (day, _, kind, value), key in self.known.items():
            if kind == "slug" and not value.startswith(HASHED):
                paths[self.survivor(key)].append(readable(day, value))
        return paths


def readable(day: date, slug: str) -> str:
    """Return the readable path of an event below ``event/``."""
    return f"{day.isoformat()}/{slug}"
