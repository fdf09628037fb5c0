"""Converted months kept from one build to the next, so that a build converts only what is new.

A part is a month's quads as sorted lines of N-Triples and its outcome as JSON, kept under a hash of everything they
depend on: the program, the dialects that read its pages, the gazetteer, the publishers, the identity base, the versions
of the pages, and what the ledger knows of their days. The quads also serve as a shard of the snapshot (see
kg.store.shards).
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import vocab
from kg.archive import kept_log
from kg.archive.opening import Archive
from kg.archive.versions import UnreadPage
from kg.dialects import editions, registry
from kg.dialects.item import Reference, StatedPlace, Tally
from kg.dialects.publication import Publication
from kg.dialects.record import Unread
from kg.entities import nodes
from kg.entities.places import gazetteer
from kg.entities.publishers import hosts, publishers
from kg.entities.uses import Use
from kg.events.ledger import Ledger
from kg.mapping.event import NamedThings
from kg.pipeline.outcome import Outcome, Pending, Quarantined
from kg.pipeline.plan import Month
from kg.shapes.shards import CheckedShard
from kg.store.integrity import sidecar, signed
from kg.store.layout import Store
from kg.store.shards import NAMED
from kg.version import HERE, __version__

CODE: Final = ("vocab", "kg/rdf", "kg/dialects", "kg/archive", "kg/events", "kg/entities", "kg/mapping", "kg/pipeline")
"""The packages that a conversion runs, relative to their folder; any change in them changes the name of a part."""


@dataclass(frozen=True, slots=True)
class ConvertedMonth:
    """A converted month: the file with its own quads, and what else the conversion found.

    ``named`` is the file with the quads of things that other months may name too, by range; ``ends`` says where each
    range ends (see kg.pipeline.shards), and aliases are kept there as converted. ``renamed`` are the aliases (IRIs)
    replaced by canonical nodes in ``file``. ``checked`` is what is known about it as a shard, if the shapes are
    unchanged. ``is_new`` says that no earlier build kept it.
    """

    file: Path
    outcome: Outcome
    named: Path
    ends: tuple[int, ...]
    renamed: dict[str, str] = field(default_factory=dict)
    checked: CheckedShard | None = None
    is_new: bool = True


Converted = tuple[Month, ConvertedMonth]


@dataclass(frozen=True, slots=True)
class RangeShard:
    """The file of one range of shared quads, and what is known about it."""

    name: str
    file: Path
    checked: CheckedShard


def name(month: Month, archives: list[Archive], base: str, known: Ledger) -> str:
    """Return the hash under which the conversion of ``month`` is kept, given what the ledger knows now."""
    dialects = {registry.program(reading.version.path) for group in month.groups for reading in group.readings}
    digest = hashlib.sha256("\0".join((program(), base, *sorted(dialects))).encode())
    for group in month.groups:
        digest.update(repr(group.days).encode())
        for reading in group.readings:
            version = reading.version
            content = version.blob or ("" if version.gone else archives[reading.archive].sha256(version.path))
            facts = (
                reading.archive,
                version.path,
                version.commit,
                version.time,
                content,
                version.gone,
                version.address,
            )
            digest.update(repr((*facts, reading.language, reading.newest)).encode())
        claims = known.of(*group.days, ids=group.ids)
        digest.update(repr((group.claims.is_past, sorted(claims.texts.items()))).encode())
        digest.update(repr([(*place, key) for place, key in sorted(claims.known.items())]).encode())
        amended = (claims.merged, claims.withdrawn, claims.hidden)
        digest.update(repr([sorted(one.items()) for one in amended]).encode())
    digest.update(repr(sorted(known.separate)).encode())
    return digest.hexdigest()[:32]


def program_at(root: Path) -> str:
    """Return a hash of the code below ``root`` and of the tables that a conversion depends on."""
    digest = hashlib.sha256(f"{__version__}\0{hosts.public_suffixes()}\0{vocab.categories()}".encode())
    code = chain.from_iterable(sorted((root / package).rglob("*.py")) for package in CODE)
    for file in (*code, *gazetteer.files(), *publishers.files(), nodes.same_file(), editions.file()):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@cache
def program() -> str:
    """Return the hash of what conversions in this process depend on."""
    return program_at(HERE.parent)


def find(store: Store, name: str) -> ConvertedMonth | None:
    """Return the part that is kept under ``name``, or None if there is none or it is damaged."""
    file = store.kept_months / f"{name}.nt"
    try:
        found = signed.parsed(file.with_suffix(".json").read_text(encoding="utf-8"))
        named = file.with_suffix(NAMED)
        if sidecar.digest(file) != found["sha256"] or sidecar.digest(named) != found["named"]:
            return None
        checked = CheckedShard.of(found["checked"])
        known = checked if checked.is_current else None
        outcome, renamed, ends = _outcome(found["outcome"]), dict(found["renamed"]), tuple(found["ends"])
        return ConvertedMonth(file, outcome, named, ends, renamed, known, is_new=False)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_all(
    store: Store,
    archives: list[Archive],
    base: str,
    known: Ledger,
    made: Iterable[Converted],
    ranges: Sequence[RangeShard],
) -> dict[str, str]:
    """Keep ranges, git logs, and months for the next build, under their names given the ledger as it is now.

    Returns the files with their SHA-256, none if they could not be kept.
    """
    parts = {name(month, archives, base, known): part for month, part in made}
    # If there is no space for the parts, the next build just converts them again.
    with suppress(OSError):
        store.kept_months.mkdir(exist_ok=True)
        sums = {f"{key}.nt": keep(store, part, key) for key, part in parts.items()}
        for one in ranges:
            sums[f"{one.name}.nt"] = _keep_file(store, one.file, f"{one.name}.nt", one.checked.sha256)
        logs = {one.repository.head: one.log for one in archives if one.repository and one.log}
        for commit, log_of_commit in logs.items():
            kept_log.keep(store.kept_months, commit, log_of_commit)
        forget(store, {*parts, *(one.name for one in ranges), *logs})
        return sums
    return {}


def keep(store: Store, part: ConvertedMonth, name: str) -> str:
    """Keep a part under the name that it has once its claims are in the ledger, and return the SHA-256 of its file."""
    sha256 = _keep_file(store, part.file, f"{name}.nt", part.checked.sha256 if part.checked else None)
    found = {
        "sha256": sha256,
        "named": _keep_file(store, part.named, f"{name}{NAMED}"),
        "ends": part.ends,
        "renamed": part.renamed,
        "checked": part.checked.plain() if part.checked else {},
        "outcome": _plain(part.outcome),
    }
    (store.kept_months / f"{name}.json").write_text(signed.written(found), encoding="utf-8")
    return sha256


def _keep_file(store: Store, file: Path, name: str, known: str | None = None) -> str:
    """Keep a file under a name, and return its SHA-256, which may already be known."""
    target = store.kept_months / name
    if not (target.exists() and target.samefile(file)):
        target.unlink(missing_ok=True)  # an existing file is damaged, or it would have been used
        os.link(file, target)
    return known or sidecar.digest(target)


def forget(store: Store, wanted: set[str]) -> None:
    """Remove all parts but those with the names in ``wanted``."""
    for file in store.kept_months.glob("*"):
        if file.stem not in wanted:
            file.unlink(missing_ok=True)


def _plain(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as data for JSON, without what is no longer new once it is claimed."""
    named = outcome.named
    return {
        "counts": outcome.tally.counts,
        "excluded": outcome.tally.excluded,
        "unread": [(path, one.line, one.text, one.reason) for path, one in outcome.unread],
        "unread pages": [(one.path, one.reason, one.commit) for one in outcome.unread_pages],
        "quarantined": [(one.iri, one.path, one.cause, one.line, one.commit) for one in outcome.quarantined],
        "prose": outcome.prose,
        "named": [
            sorted(named.entities),
            sorted(named.places),
            sorted(named.categories.items()),
            sorted(named.publishers.items()),
        ],
        "topic words": sorted(named.topic_words),
        "stated places": sorted((language, *_facts(one)) for language, one in named.stated),
        "uses": [(one.event, one.day.isoformat(), *one[2:]) for one in named.uses],
        "sources": sorted(named.sources),
        "revisions": named.revisions,
        "pending": [_plain_pending(one) for one in outcome.pending],
        "days": sorted(day.isoformat() for day in outcome.days),
        "languages": outcome.languages,
        "listed": sorted(outcome.listed),
        "withdrawn": outcome.withdrawn,
        "publications": [(name, asdict(one)) for name, one in sorted(outcome.publications, key=repr)],
    }


def _outcome(plain: dict[str, Any]) -> Outcome:
    entities, places, categories, publishers = plain["named"]
    return Outcome(
        tally=Tally(Counter(plain["counts"]), Counter(plain["excluded"])),
        unread=[(path, Unread(line, text, reason)) for path, line, text, reason in plain["unread"]],
        unread_pages=[UnreadPage(*one) for one in plain["unread pages"]],
        quarantined=[Quarantined(*one) for one in plain["quarantined"]],
        prose=plain["prose"],
        named=NamedThings(
            entities={(language, title) for language, title in entities},
            topic_words={(language, title, words) for language, title, words in plain["topic words"]},
            places=set(places),
            stated={
                (language, StatedPlace(tuple(names), latitude, longitude, int(geonames) if geonames else None, article))
                for language, names, latitude, longitude, geonames, article in plain["stated places"]
            },
            categories=Counter({(language, label): count for (language, label), count in categories}),
            publishers=Counter({(key, label): count for (key, label), count in publishers}),
            uses=[_use(one) for one in plain["uses"]],
            sources=set(plain["sources"]),
            revisions=plain["revisions"],
        ),
        pending=[_pending(one) for one in plain["pending"]],
        days={date.fromisoformat(day) for day in plain["days"]},
        languages=Counter(plain["languages"]),
        listed=set(plain["listed"]),
        withdrawn=plain["withdrawn"],
        publications={(name, Publication.of(said)) for name, said in plain["publications"]},
    )


def _facts(place: StatedPlace) -> tuple[tuple[str, ...], str, str, str, str]:
    return place.names, place.latitude, place.longitude, str(place.geonames or ""), place.article


def _use(plain: list[Any]) -> Use:
    event, day, language, topics, mentions, hosts, *others = plain
    return Use(event, date.fromisoformat(day), language, tuple(topics), tuple(mentions), tuple(hosts), *others)


def _plain_pending(one: Pending) -> list[Any]:
    reference = one.reference
    captured = one.captured.isoformat() if one.captured else None
    named = [reference.day.isoformat(), reference.slug, reference.title, reference.labels, reference.position]
    named += [reference.printed_title, reference.scripts]
    return [one.subject, one.language, one.page, captured, named]


def _pending(plain: list[Any]) -> Pending:
    subject, language, page, captured, (day, slug, title, labels, position, printed, scripts) = plain
    in_scripts = tuple((tag, text) for tag, text in scripts)
    reference = Reference(date.fromisoformat(day), slug, title, tuple(labels), position, printed, in_scripts)
    return Pending(subject, language, reference, page, datetime.fromisoformat(captured) if captured else None)
