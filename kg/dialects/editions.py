"""The language editions of Wikipedia's pages of current events: the titles of their pages, and how these are printed.

Each edition is a table in ``data/portal/editions.toml``; adding another one needs no code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from kg.errors import ConfigurationError
from kg.version import data_folder

FILE: Final = "editions.toml"
HTML: Final = "html"
MONTHS: Final = 12
_YEAR: Final = 4
PATH: Final = re.compile(
    r"(?:^|/)(?:(?P<code>[a-z][a-z-]{1,11})/)?(?P<year>\d{4})_(?P<month>[^\W\d_]+)(?:_(?P<day>\d{1,2}))?"
    r"\.(?P<suffix>txt|wikitext|html)\Z"
)
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")


class _Named(NamedTuple):
    """A day as a title or a heading names it; 0 for each part that it does not name."""

    year: int
    month: int
    day: int


@dataclass(frozen=True)
class Edition:
    """One edition: its language code, the address of its wiki, and the names of the months.

    ``day_title`` and ``month_title`` are the titles of its pages, "" if it has no such pages; ``day_headings`` are the
    headings of days on the page of a month, ``weekdays`` and ``first_day`` the other words in them. ``place_first``
    says that it prints the place of an event before a colon. The sections named in ``closing`` hold no news. Links to
    pages of ``hidden_namespaces`` show nothing, and those of ``other_namespaces`` do not lead to articles.
    ``citations`` are the templates of sources, with their parameters ``addresses`` and ``publishers``; ``silent`` are
    templates that show nothing (all in lower case). ``categories`` maps headings to concepts of the category scheme.
    """

    code: str
    wiki: str
    months: tuple[str, ...]
    day_title: str = ""
    month_title: str = ""
    day_headings: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    first_day: tuple[str, ...] = ()
    place_first: bool = False
    closing: tuple[str, ...] = ()
    hidden_namespaces: tuple[str, ...] = ()
    other_namespaces: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    categories: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.months) != MONTHS:
            raise ConfigurationError(f"{FILE}: the edition {self.code} must name twelve months")

    def month(self, name: str) -> int | None:
        """Return the number of a month, from 1, by its name in any case; None if it is not one."""
        return self._numbers.get(name.casefold())

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name.casefold(): number for number, name in enumerate(self.months, 1)}

    def title(self, year: int, month: int, day: int | None = None) -> str:
        """Return the title of the page of a day, or of a month; "" if the edition has none."""
        pattern = self.month_title if day is None else self.day_title
        filled = pattern.format(year=year, month=self.months[month - 1], day=day)
        return filled[:1].upper() + filled[1:]

    def path(self, title: str, suffix: str = "txt") -> str | None:
        """Return the path of the page with this title in an archive, None if it is not a page of current events."""
        printed = title.replace("_", " ")
        for pattern in filter(None, (self.day_title, self.month_title)):
            if found := self._match(pattern, printed):
                name = "_".join(
                    (f"{found.year:04}", self.months[found.month - 1], *([str(found.day)] if found.day else []))
                )
                return f"{name}.{suffix}" if self is first() else f"{self.code}/{name}.{suffix}"
        return None

    def _match(self, pattern: str, text: str) -> _Named | None:
        """Return the year, month and day in a text, if printing them by the pattern gives that text."""
        words = _WORD.findall(text)
        month = next((word for word in words if self.month(word)), None)
        year = next((word for word in words if len(word) == _YEAR and word.isdecimal()), "")
        day = next((word for word in words if len(word) < _YEAR - 1 and word.isdecimal()), "")
        if month is None or pattern.format(year=year, month=month, day=day).casefold() != text.casefold():
            return None
        return _Named(int(year or 0), self.month(month) or 0, int(day or 0))

    def day_of_heading(self, heading: str, year: int) -> date | None:
        """Return the day that a heading names, as readers see it; of ``year``, unless the heading names another."""
        words = [word for word in heading.split() if word.strip(",.").casefold() not in self._weekdays]
        printed = " ".join("1" if word in self.first_day else word for word in words)
        for pattern in self.day_headings:
            if found := self._match(pattern, printed):
                return _date(found.year or year, found.month, found.day)
        return None

    @cached_property
    def _weekdays(self) -> frozenset[str]:
        return frozenset(map(str.casefold, self.weekdays))

    def is_closing(self, heading: str) -> bool:
        """Return whether a section with this heading holds no news."""
        return heading.casefold() in {one.casefold() for one in self.closing}


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def file() -> Path:
    """Return the file with the table."""
    return data_folder("portal") / FILE


@cache
def load() -> dict[str, Edition]:
    """Return the editions by their codes, in the order of the table. Raises ConfigurationError if it is invalid."""
    try:
        tables = tomllib.loads(file().read_text(encoding="utf-8"))
        return {code: Edition(code=code, **_plain(table)) for code, table in tables.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{file()} cannot be read: {error}") from error


def _plain(table: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}


@cache
def _namespaces(*fields: str) -> frozenset[str]:
    known = (getattr(edition, one) for edition in load().values() for one in fields)
    return frozenset(name.casefold() for names in known for name in names)


def is_hidden(target: str) -> bool:
    """Return whether a link to this title shows nothing, in any edition, such as a link to a picture or a category."""
    namespace, colon, _ = target.partition(":")
    return bool(colon) and namespace.strip().casefold() in _namespaces("hidden_namespaces")


def is_no_article(title: str) -> bool:
    """Return whether a title is that of a page other than an article, in any edition."""
    namespace, colon, _ = title.partition(":")
    return bool(colon) and namespace.strip().casefold() in _namespaces("hidden_namespaces", "other_namespaces")


def first() -> Edition:
    """Return the first edition, the only one with pages outside a folder of its own."""
    return next(iter(load().values()))


@dataclass(frozen=True, slots=True)
class PortalPath:
    """What the path of a page says: year, month, day (None for the page of a month) and kind of file.

    ``editions`` are those that have a month of this name, at least one.
    """

    year: int
    month: int
    day: date | None
    suffix: str
    editions: tuple[Edition, ...]

    @property
    def first(self) -> date:
        """The day, or the first day of the month."""
        return self.day or date(self.year, self.month, 1)

    def has(self, day: date) -> bool:
        """Return whether a day is in the month."""
        return (day.year, day.month) == (self.year, self.month)


@lru_cache(maxsize=65_536)
def page_path(path: str) -> PortalPath | None:
    """Parse a path such as ``data/2011_November_8.txt`` or ``de/2019_Juli.txt``; return None for any other."""
    found = PATH.search(path)
    known = tuple(of_month(found["month"], found["code"] or "")) if found else ()
    if not found or not known or not (year := int(found["year"])):
        return None
    month = known[0].month(found["month"]) or 0
    same = tuple(one for one in known if one.month(found["month"]) == month)
    day = _date(year, month, int(found["day"])) if found["day"] else None
    return None if found["day"] and not day else PortalPath(year, month, day, found["suffix"], same)


def of_month(name: str, code: str = "") -> Iterator[Edition]:
    """Yield the editions with a month of this name; only that of ``code`` if it is one of them."""
    editions = load()
    some = [editions[code]] if code in editions else editions.values()
    yield from (one for one in some if one.month(name))
