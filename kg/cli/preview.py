"""What ``kg check --preview`` prints: how the first events of archives will be read, and what will be lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.archive.opening import Archive
from kg.dialects import reading, registry
from kg.dialects.item import Item, StatedPlace, Tally
from kg.dialects.publication import Publication
from kg.dialects.record import Unread
from kg.entities.places import gazetteer, naming
from kg.errors import ArchiveError

NAMED = 8
"""Number of lines printed for each kind of problem."""


@dataclass
class Preview:
    """How an archive will be read; ``first`` are its first events."""

    first: list[Item] = field(default_factory=list)
    events: int = 0
    unread: list[tuple[str, Unread]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    unplaced: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)
    publications: set[Publication] = field(default_factory=set)


def preview(archive: Archive, count: int) -> Iterator[str]:
    """Yield lines for people: the first ``count`` events of an archive, and what would be lost."""
    found = _read(archive, count)
    yield f"{archive.root}: {len(archive.paths):,} pages, {found.events:,} events; the first:"
    for item in found.first:
        yield from _event(item)
    yield from _lost(archive, found)


def _read(archive: Archive, count: int) -> Preview:
    found = Preview(faults=[str(one) for one in archive.unread])
    newest = {one.path: one for one in archive.versions}
    for page in archive.pages(one for one in newest.values() if not one.gone):
        dialect = registry.of(page.path)
        try:
            record = reading.parse(page)
        except ArchiveError as error:
            found.faults.append(str(error))
            continue
        if record is None:
            continue
        found.publications.add(dialect.publication_of(record))
        found.unread += ((page.path, one) for one in record.unread)
        for item in dialect.items(page.path, record, found.tally, "en"):
            found.events += 1
            found.unplaced.update(", ".join(place.names) for place in item.places if _where(place) is None)
            found.first = sorted([*found.first, item], key=lambda one: one.day)[:count]
    return found


def _event(item: Item) -> Iterator[str]:
    until = f" to {item.until}" if item.until else ""
    yield f"  {item.day}{until}  {item.title}"
    for name, values in (
        ("id", [item.identifier] if item.has_own_id else []),
        ("place", [_place(place) for place in item.places]),
        ("category", [item.category] if item.category else []),
        ("topics", [*item.topics, *item.topic_labels]),
        ("sources", [f"{one.url} ({one.publisher})" if one.publisher else one.url for one in item.citations]),
        ("language", [item.language]),
    ):
        if values:
            yield f"      {name}: {'; '.join(values)}"


def _place(place: StatedPlace) -> str:
    point = f" at {place.latitude}, {place.longitude}" if place.latitude else ""
    return f"{', '.join(place.names) or 'a point'}{point}, {_where(place) or 'not known, a label only'}"


def _where(place: StatedPlace) -> str | None:
    """Return what a stated place will become in the graph, None if it will only be a label."""
    known = gazetteer.load()
    if found := naming.stated(place, known):
        return f"GeoNames {found.geonames}" if found.geonames else f"the area {found.name}"
    if place.geonames:
        return f"GeoNames {place.geonames}"
    if not place.latitude:
        return None
    holder = naming.around(place, known)
    return f"a point in {holder.name}" if holder else "a point"


def _lost(archive: Archive, found: Preview) -> Iterator[str]:
    yield from archive.remarks
    told = [f"{path.removesuffix('/unread.rows.json')}, line {one.line}: {one.reason}" for path, one in found.unread]
    yield from _some("records and lines that are not understood", told)
    yield from _some("pages that cannot be read", found.faults)
    unplaced = [f"{name} ({count:,})" if count > 1 else name for name, count in found.unplaced.most_common()]
    yield from _some("places that are not known, and stay labels", unplaced)
    if bare := found.tally.counts["sources without an address"]:
        yield f"sources without an address, kept in the rows as printed: {bare:,}"
    for one in found.publications:
        if not one.licences:
            yield f"no licence is stated for {one.title or 'the archive'}, and none will be claimed"


def _some(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{title}: {len(lines):,}"
        yield from (f"    {line}" for line in lines[:NAMED])
        if len(lines) > NAMED:
            yield f"    and {len(lines) - NAMED:,} more"
