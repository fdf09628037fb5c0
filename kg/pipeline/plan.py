"""Plans what to read: the versions of pages, grouped by days that must be followed together, in portions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from kg.archive.opening import Archive
from kg.archive.versions import PageVersion, UnreadPage
from kg.dialects import reading as texts
from kg.dialects import registry
from kg.dialects.base import Dialect
from kg.dialects.record import Page
from kg.events.claims import Claims
from kg.events.ledger import Ledger
from kg.events.timeline import connected, joined
from kg.pipeline.convert import ShownPage, Step
from kg.settings import Settings

DAYS_AT_ONCE = 64
PAGES_AT_ONCE = 64
UNDATED: Final = "undated"
"""The name of the month of pages that belong to no day."""

PageName = tuple[int, str]
"""The key of a page: its archive and its path."""
Content = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A version of a page to read: its archive, the version, the language to assume, and whether it is the newest."""

    archive: int
    version: PageVersion
    language: str
    newest: bool


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Days to be followed together: the versions of their pages in order of time, and the ledger's claims.

    A group without days has pages that belong to none. ``ids`` are the slugs of archive ids that the ledger knows only
    on other days.
    """

    days: tuple[date, ...]
    readings: tuple[Reading, ...]
    claims: Claims
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Month:
    """Groups of days that are converted in one go."""

    number: int
    groups: tuple[DayGroup, ...]

    @property
    def name(self) -> str:
        """Its name, such as ``2011-11``, after the first of its days."""
        return next((group.days[0].isoformat()[:7] for group in self.groups if group.days), UNDATED)

    @property
    def days(self) -> int:
        """The number of days in the month."""
        return sum(len(group.days) for group in self.groups)


def months(archives: list[Archive], known: Ledger, settings: Settings) -> list[Month]:
    """Return all days in order, some at a time, each with all versions of its pages from every archive."""
    readings = list(_readings(archives, settings))
    told = _days(archives, readings)
    days: dict[date | None, list[Reading]] = defaultdict(list)
    for reading in readings:
        days[min(told[_page(reading)], default=None)].append(reading)
    past, shown = bool(settings.as_of), _own_ids(archives, readings, told)
    elsewhere = known.elsewhere(shown)
    groups = [_group((), days[None], known, past, ())] if None in days else []
    for one in known.together(_together(archives, days, [*told.values(), *shown.values()], settings.history)):
        some = [reading for day in one for reading in days.get(day, ())]
        groups.append(_group(one, some, known, past, (slug for day in one for slug in elsewhere.get(day, ()))))
    return [Month(number, tuple(some)) for number, some in enumerate(_portions(groups))]


def join(months: Sequence[Month], days: Iterable[tuple[date, ...]], known: Ledger) -> list[Month]:
    """Return some months with some of their days joined, and with fresh claims from the ledger."""
    groups = [group for month in months for group in month.groups]
    fresh = []
    for one in [(), *joined([*(group.days for group in groups if group.days), *days])]:
        some = [group for group in groups if not {*group.days}.isdisjoint(one) or group.days == one]
        readings = [reading for group in some for reading in group.readings]
        if some:
            ids = (slug for group in some for slug in group.ids)
            fresh.append(_group(one, readings, known, some[0].claims.is_past, ids))
    return [Month(months[0].number, tuple(portion)) for portion in _portions(fresh)]


def _together(
    archives: list[Archive], days: dict[date | None, list[Reading]], told: Iterable[set[date]], history: bool
) -> list[tuple[date, ...]]:
    """Group the days that must be followed together: days of one page or id, and days that share a line of news."""
    groups: list[tuple[date, ...]]
    groups = connected(_lines(archives, days)) if history else [(day,) for day in sorted(filter(None, days))]
    several = [tuple(sorted(some)) for some in told if len(some) > 1]
    return joined([*groups, *several]) if several else groups


def _group(days: tuple[date, ...], readings: list[Reading], known: Ledger, past: bool, ids: Iterable[str]) -> DayGroup:
    slugs = tuple(sorted(set(ids)))
    claims = known.of(*days, ids=slugs)
    claims.is_past = past
    ordered = sorted(readings, key=lambda one: (one.version.time is None, one.version.time or 0, one.archive))
    return DayGroup(days, tuple(ordered), claims, slugs)


def _portions(groups: list[DayGroup]) -> Iterator[list[DayGroup]]:
    """Yield the groups of each month, so that news in one month leaves the others as they were."""
    for _, some in groupby(groups, key=lambda group: [(day.year, day.month) for day in group.days[:1]]):
        yield list(some)


def _readings(archives: list[Archive], settings: Settings) -> Iterator[Reading]:
    for number, archive in enumerate(archives):
        languages = _languages(archive.paths)
        newest = {version.path: version for version in archive.versions}
        for version in archive.versions:
            language = settings.language or version.language or languages.get(version.path, "en")
            yield Reading(number, version, language, newest=newest[version.path] is version)


def _page(reading: Reading) -> PageName:
    """Return the key of the page of this version."""
    return reading.archive, reading.version.path


def _days(archives: list[Archive], readings: list[Reading]) -> dict[PageName, set[date]]:
    """Return the days that any version of each page is about; only pages with paths that do not name them are read."""
    found: dict[PageName, set[date]] = {}
    unknown = []
    for reading in readings:
        days = registry.of(reading.version.path).days_of_path(reading.version.path)
        found.setdefault(_page(reading), set()).update(days or ())
        if days is None and not reading.version.gone:
            unknown.append(reading)
    for start in range(0, len(unknown), PAGES_AT_ONCE):
        some = unknown[start : start + PAGES_AT_ONCE]
        read = pages(archives, some)
        for reading in some:
            page = read[content(reading)]
            if texts.why_unread(page):
                continue
            found[_page(reading)].update(registry.of(page.path).days(page.path, texts.clean(texts.text_of(page))))
    return found


def _own_ids(archives: list[Archive], readings: list[Reading], told: dict[PageName, set[date]]) -> dict[str, set[date]]:
    """Return the days on which any version of a page shows each id assigned by an archive."""
    found: dict[str, set[date]] = {}
    some = [one for one in readings if registry.of(one.version.path).gives_ids and not one.version.gone]
    for start in range(0, len(some), PAGES_AT_ONCE):
        portion = some[start : start + PAGES_AT_ONCE]
        read = pages(archives, portion)
        for reading in portion:
            text = read[content(reading)].content.decode(errors="replace")
            for slug in registry.of(reading.version.path).own_ids(text):
                found.setdefault(slug, set()).update(told[_page(reading)])
    return found


def _lines(archives: list[Archive], days: dict[date | None, list[Reading]]) -> Iterator[tuple[date, set[str]]]:
    """Yield each day with the lines of news in any version of its pages, many days read at once."""
    dated = [(day, [one for one in readings if _news_line(one)]) for day, readings in days.items()]
    for start in range(0, len(dated), DAYS_AT_ONCE):
        some = dated[start : start + DAYS_AT_ONCE]
        read = pages(archives, [reading for _, readings in some for reading in readings])
        for day, readings in some:
            if day:
                yield day, {line for reading in readings for line in _news(reading, read)}


def _news_line(reading: Reading) -> re.Pattern[str] | None:
    return registry.of(reading.version.path).news_line


def _news(reading: Reading, read: dict[Content, Page]) -> list[str]:
    pattern = _news_line(reading)
    if pattern is None or reading.version.gone:
        return []
    return pattern.findall(read[content(reading)].content.decode("latin-1"))


def _languages(paths: list[str]) -> dict[str, str]:
    """Return the languages that the dialects assume for the pages of an archive, by path."""
    by_dialect: dict[Dialect[Any], list[str]] = defaultdict(list)
    for path in paths:
        by_dialect[registry.of(path)].append(path)
    return {path: one for dialect, some in by_dialect.items() for path, one in dialect.languages(some).items()}


def readable(groups: Sequence[DayGroup], read: dict[Content, Page]) -> tuple[list[DayGroup], list[UnreadPage]]:
    """Return the groups without unreadable versions, dropping empty groups, and the unreadable pages.

    The content of the version before lasts until a readable one: nothing is known about the time in between.
    """
    reasons = {one: why for one, page in read.items() if (why := texts.why_unread(page))}
    unread = [
        UnreadPage(one.version.path, reasons[content(one)], one.version.commit)
        for group in groups
        for one in group.readings
        if not one.version.gone and content(one) in reasons
    ]
    return without(groups, reasons), unread


def without(groups: Sequence[DayGroup], left_out: Container[Content]) -> list[DayGroup]:
    """Return the groups without the versions that have some contents, dropping empty groups."""
    kept: list[DayGroup] = []
    for group in groups:
        readings = [one for one in group.readings if one.version.gone or content(one) not in left_out]
        if len(readings) < len(group.readings):
            last = {_page(one): one for one in readings}
            readings = [replace(one, newest=last[_page(one)] is one) for one in readings]
        kept += [replace(group, readings=tuple(readings))] if readings else []
    return kept


def steps(group: DayGroup, read: dict[Content, Page]) -> Iterator[Step]:
    """Yield what each commit changed in the pages of a group, or all pages of an archive without history at once."""
    last: dict[PageName, Reading] = {}
    for (_, _, time), some in groupby(group.readings, key=_moment):
        readings = list(some)
        shown = tuple(_shown(reading, last.get(_page(reading)), read) for reading in readings)
        yield Step(time, shown, is_edit=all(_follows(one, last.get(_page(one))) for one in readings))
        last |= {_page(reading): reading for reading in readings}


def _follows(reading: Reading, before: Reading | None) -> bool:
    """Return whether the source proves that a version directly follows the one captured before, or is the first."""
    parent = reading.version.parent
    return parent is not None and parent == (before.version.commit if before else "")


def _moment(reading: Reading) -> tuple[int, str | None, datetime | None]:
    return reading.archive, reading.version.commit, reading.version.time


def _shown(reading: Reading, before: Reading | None, read: dict[Content, Page]) -> ShownPage:
    version = reading.version
    is_next = before is not None and not before.version.gone and _follows(reading, before)
    page = (
        None
        if version.gone
        else replace(read[content(reading)], captured=version.time, commit=version.commit, address=version.address)
    )
    return ShownPage(
        f"{reading.archive}:{version.path}",
        page,
        reading.language,
        newest=reading.newest,
        is_edit=version.parent is not None and version.time is not None,
        before=read[content(before)] if before and is_next else None,
    )


def content(reading: Reading) -> Content:
    """Return the key of the content of a version: its archive, path, and id in git."""
    return reading.archive, reading.version.path, reading.version.blob or ""


def pages(archives: list[Archive], readings: Sequence[Reading]) -> dict[Content, Page]:
    """Read each distinct content once, those of each archive in one go."""
    wanted: dict[int, dict[Content, PageVersion]] = defaultdict(dict)
    for reading in readings:
        if not reading.version.gone:
            wanted[reading.archive][content(reading)] = reading.version
    return {
        one: page
        for number, versions in wanted.items()
        for one, page in zip(versions, archives[number].pages(versions.values()), strict=True)
    }
