"""Proves that nothing is lost: maps every page of archives to quads, rebuilds it from them, and compares."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.archive.opening import Archive, open_archive
from kg.archive.versions import PageVersion
from kg.dialects import reading, registry
from kg.dialects.record import Page, Record
from kg.errors import ArchiveError
from kg.mapping import rebuild as rebuilding
from kg.mapping.page import page_quads
from kg.process.parallel import each
from kg.rdf.iri import Minter
from kg.settings import Settings

VERSIONS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Verified:
    """A compared page, or the list of its entries, and why it differs, if it does."""

    path: str
    is_list: bool
    reason: str | None = None


def verify(roots: Iterable[Path], settings: Settings) -> list[Verified]:
    """Map every page of the archives at ``roots`` to quads, rebuild it from them, and compare it.

    All bytes are compared, or the item list if the dialect is not ``byte_for_byte``; see ``difference``. With
    ``settings.history`` all versions of git archives are read, each content once. Raises ArchiveError if an archive
    cannot be read.
    """
    archives = [
        open_archive(root, settings.page_bytes, history=settings.history, mapping=settings.mapping) for root in roots
    ]
    work = [(archive, some, settings.base) for whole in archives for archive, some in _portions(whole)]
    unread = [Verified(one.path, _is_list(one.path), str(one)) for whole in archives for one in whole.unread]
    return unread + [one for part in each(_verify, work, settings.jobs or os.cpu_count() or 1) for one in part]


def summary(found: list[Verified]) -> str:
    """Return the differences, one on a line, and then how many pages and item lists came out identical."""
    lines = [f"differs: {one.path}: {one.reason}" for one in found if one.reason is not None]
    for is_list, noun in ((False, "pages"), (True, "item lists")):
        some = [one.reason is None for one in found if one.is_list == is_list]
        if some:
            lines.append(f"{sum(some):,} of {len(some):,} {noun} identical")
    return "\n".join(lines)


def _portions(archive: Archive) -> Iterator[tuple[Archive, tuple[PageVersion, ...]]]:
    distinct = {(version.path, version.blob): version for version in archive.versions if not version.gone}
    versions, bare = tuple(distinct.values()), archive.bare
    for start in range(0, len(versions), VERSIONS_AT_ONCE):
        yield bare, versions[start : start + VERSIONS_AT_ONCE]


def _verify(archive: Archive, versions: tuple[PageVersion, ...], base: str) -> list[Verified]:
    return list(filter(None, (_check(page, Minter(base)) for page in archive.pages(versions))))


def _is_list(path: str) -> bool:
    return not registry.of(path).byte_for_byte


def _check(page: Page, minter: Minter) -> Verified | None:
    """Compare one page; return None for prose that is merely named like a page."""
    is_list = _is_list(page.path)
    try:
        record = reading.parse(page)
    except ArchiveError as error:
        return Verified(page.path, is_list, str(error))
    return Verified(page.path, is_list, difference(page, record, minter)) if record else None


def difference(page: Page, record: Record, minter: Minter) -> str | None:
    """Return why a page differs from the one rebuilt from its quads, or None if they are the same.

    An item list is the same if it equals what ``Dialect.listed`` takes from the text of the page.
    """
    try:
        rebuilt = rebuilding.text(page_quads(page, record, minter))
    except ArchiveError as error:
        return next((f"line {one.line}: {one.reason}" for one in record.unread), str(error))
    listed = registry.of(page.path).listed(record, reading.text_of(page))
    if listed is not None and rebuilt == listed.encode(reading.charset_of(page)):
        return None
    return "the list is not made of whole lines of the page, or leaves out an item"
