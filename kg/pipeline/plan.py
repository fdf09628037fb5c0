"""What there is to read: the versions of pages, grouped by days that must be followed together, in portions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from kg.archive.opening import Archive, Version
from kg.dialects import reading as parse
from kg.dialects.context.lines import place_of
from kg.dialects.context.page import INDEX_NAMES
from kg.dialects.record import Page
from kg.dialects.wikitext import page as wikitext
from kg.events.ledger import Claims, Ledger
from kg.events.timeline import connected
from kg.pipeline.convert import Shown, Step
from kg.settings import Settings

DAYS_AT_ONCE = 64
#: A bullet with a source: a line that is hardly the same on two days by chance.
NEWS = re.compile(r"(?m)^[*:#]+.*://.*$")


Content = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """One version of a page to be read: which archive, which version, the language to assume, if it is the newest."""

    archive: int
    version: Version
    language: str
    newest: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Days to be followed together: the versions of their pages in the order of time, and the ledger's claims.

    A group without days holds pages that belong to none.
    """

    days: tuple[date, ...]
    readings: tuple[Reading, ...]
    claims: Claims


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some groups of days to be converted in one go."""

    number: int
    groups: tuple[Group, ...]

    @property
    def days(self) -> int:
        """How many days there are in the chunk."""
        return sum(len(group.days) for group in self.groups)


def chunks(archives: list[Archive], known: Ledger, settings: Settings) -> list[Chunk]:
    """Return all days in their order, some at a time, each with all versions of its pages from every archive."""
    days: dict[date | None, list[Reading]] = defaultdict(list)
    for reading in _readings(archives, settings):
        days[parse.day_of(reading.version.path)].append(reading)
    dated = [day for day in days if day]
    together = connected(_lines(archives, days)) if settings.history else [(day,) for day in sorted(dated)]
    groups = [Group((), tuple(days[None]), known.of())] if None in days else []
    groups += [
        _group(one, [reading for day in one for reading in days[day]], known) for one in known.together(together)
    ]
    return [Chunk(number, tuple(some)) for number, some in enumerate(_portions(groups))]


def _group(days: tuple[date, ...], readings: list[Reading], known: Ledger) -> Group:
    ordered = sorted(readings, key=lambda one: (one.version.time is None, one.version.time or 0, one.archive))
    return Group(days, tuple(ordered), known.of(*days))


def _portions(groups: list[Group]) -> Iterator[list[Group]]:
    """Yield the groups of each month, so that what is new in one month leaves the others as they were."""
    for _, some in groupby(groups, key=lambda group: [(day.year, day.month) for day in group.days[:1]]):
        yield list(some)


def _readings(archives: list[Archive], settings: Settings) -> Iterator[Reading]:
    for number, archive in enumerate(archives):
        languages = _languages(archive.paths)
        newest = {version.path: version for version in archive.versions}
        for version in archive.versions:
            language = settings.language or languages.get(_edition(version.path), "en")
            yield Reading(number, version, language, newest=newest[version.path] is version)


def _lines(archives: list[Archive], days: dict[date | None, list[Reading]]) -> Iterator[tuple[date, set[str]]]:
    """Yield each day with the bullets that cite a source in any version of its pages, many days read at once."""
    dated = [(day, [one for one in readings if wikitext.matches(one.version.path)]) for day, readings in days.items()]
    for start in range(0, len(dated), DAYS_AT_ONCE):
        some = dated[start : start + DAYS_AT_ONCE]
        read = pages(archives, [reading for _, readings in some for reading in readings])
        for day, readings in some:
            if day:
                contents = (read[content(one)].content for one in readings if not one.version.gone)
                yield day, {line for content in contents for line in NEWS.findall(content.decode("latin-1"))}


def _edition(path: str) -> str:
    """Return the folder that holds one edition of a Context archive: what is before ``news/`` in a path."""
    return path.rpartition("news/")[0]


def _languages(paths: Iterable[str]) -> dict[str, str]:
    """Return the language of each edition: Chinese where most slugs are not ASCII, since English slugs always are."""
    foreign: Counter[str] = Counter()
    for path in paths:
        place = place_of(path)
        if place and place.slug not in INDEX_NAMES:
            foreign[_edition(path)] += -1 if place.slug.isascii() else 1
    return {edition: "zh" if count > 0 else "en" for edition, count in foreign.items()}


def steps(group: Group, read: dict[Content, Page]) -> Iterator[Step]:
    """Yield what each commit changed in the pages of a group, or all of an archive without history at once."""
    for (_, _, time), readings in groupby(group.readings, key=_moment):
        yield Step(time, tuple(_shown(reading, read) for reading in readings))


def _moment(reading: Reading) -> tuple[int, str | None, datetime | None]:
    return reading.archive, reading.version.commit, reading.version.time


def _shown(reading: Reading, read: dict[Content, Page]) -> Shown:
    version = reading.version
    day = parse.day_of(version.path)
    if day is None:
        raise AssertionError(f"{version.path} names no day")
    page = None if version.gone else replace(read[content(reading)], captured=version.time, commit=version.commit)
    return Shown(f"{reading.archive}:{version.path}", day, page, reading.language, newest=reading.newest)


def content(reading: Reading) -> Content:
    """Return what names the content of a version: its archive, path, and id in git."""
    return reading.archive, reading.version.path, reading.version.blob or ""


def pages(archives: list[Archive], readings: list[Reading]) -> dict[Content, Page]:
    """Read each distinct content once, those of each archive in one go."""
    wanted: dict[int, dict[Content, Version]] = defaultdict(dict)
    for reading in readings:
        if not reading.version.gone:
            wanted[reading.archive][content(reading)] = reading.version
    return {
        content: page
        for number, versions in wanted.items()
        for content, page in zip(versions, archives[number].pages(versions.values()), strict=True)
    }
