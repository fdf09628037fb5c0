"""The dialect of *the Context*, for ``kg.dialects.registry`` to find."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar

from kg.dialects import wikipedia
from kg.dialects.base import Dialect
from kg.dialects.context import entries as lists
from kg.dialects.context import items as listing
from kg.dialects.context import page
from kg.dialects.context.lines import place_of
from kg.dialects.context.printing import render
from kg.dialects.context.record import ContextPage
from kg.dialects.entry import Attribution, Entry, Head
from kg.dialects.item import Item, Tally

_FRONT_PAGE_PATH = re.compile(r"(?:^|/)(?:README|index)\.md$")


class Context(Dialect[ContextPage]):
    """Event pages, day indexes and front pages in Markdown. A page is about one event, so old captures stay whole."""

    publication = wikipedia.PORTAL
    shown_path = "news/2011/11/8/<slug>.md"
    item_counts: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "event pages": ("event pages",),
        "index items": ("index items",),
    }
    keeps_old_captures = True

    def matches(self, path: str) -> bool:
        """Return whether ``path`` names a day, as ``news/2011/11/8/a.md`` does, or may be a front page."""
        return page.matches(path) or bool(_FRONT_PAGE_PATH.search(path))

    def days_of_path(self, path: str) -> tuple[date, ...]:
        """Return the one day that ``path`` names; a front page has none."""
        place = place_of(path)
        return (place.day,) if place else ()

    def parse(self, path: str, text: str) -> ContextPage | None:
        """Parse a page; return None for prose that is merely named like a front page."""
        if place_of(path) is None and not page.is_front_page(text):
            return None
        return page.parse(path, text)

    def items(self, path: str, record: ContextPage, tally: Tally, language: str) -> Iterator[Item]:
        """Yield the event of an event page or those of a day index, on the day in the path, whatever day is printed."""
        place = place_of(path)
        for item in listing.items(record, tally, language):
            yield replace(item, day=place.day) if place and item.day != place.day else item

    def head(self, record: ContextPage) -> Head:
        """Return what stands above the lists of a page."""
        return lists.head(record)

    def entries(self, record: ContextPage) -> Iterator[Entry]:
        """Yield the lines of the lists of a page."""
        return lists.entries(record)

    def render(self, path: str, head: Head, entries: tuple[Entry, ...]) -> str:
        """Print a page."""
        return render(lists.record(path, head, entries))

    def attribution(self, path: str, record: ContextPage, captured: datetime | None) -> Attribution:
        """Return the licence of the portal, the source of these pages, at the time of the capture."""
        return Attribution(wikipedia.licence(captured))

    def languages(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the language of each edition: Chinese where most slugs are not ASCII, since English slugs always are.

        An edition is everything in one folder ``news``.
        """
        foreign: Counter[str] = Counter()
        edition = {path: path.rpartition("news/")[0] for path in paths}
        for path in edition:
            place = place_of(path)
            if place and place.slug not in page.INDEX_NAMES:
                foreign[edition[path]] += -1 if place.slug.isascii() else 1
        return {path: "zh" if foreign[one] > 0 else "en" for path, one in edition.items()}

    def slug_of(self, path: str) -> str | None:
        """Return the file name of a page without its ending."""
        place = place_of(path)
        return place.slug if place else None
