"""The dialect of Wikipedia's Current Events Portal, for ``kg.dialects.registry`` to find."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import ClassVar

from kg.dialects import editions, wikipedia
from kg.dialects.base import Dialect
from kg.dialects.entry import Attribution, Entry, Head
from kg.dialects.item import Item, Tally
from kg.dialects.wikitext import entries as lists
from kg.dialects.wikitext import items as listing
from kg.dialects.wikitext import page
from kg.dialects.wikitext.record import DayPage
from kg.rdf.iri import spell


class Wikitext(Dialect[DayPage]):
    """Pages in wikitext. Each edit captures all bullets of a page again, so old captures are not kept whole."""

    publication = wikipedia.PORTAL
    shown_path = "2011_November_8.txt"
    item_counts: ClassVar[Mapping[str, tuple[str, ...]]] = {"bullet events": ("leaf event", "parent event")}
    sums: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "bullets": ("leaves", "topic", "topic label", "parent event"),
        "leaves": ("leaf event", "excluded"),
    }
    byte_for_byte = False
    # A bullet with a source.
    news_line = re.compile(r"(?m)^[*:#]+.*://.*$")

    def matches(self, path: str) -> bool:
        """Return whether ``path`` names a day or a month, as ``data/2011_November_8.txt`` does."""
        return page.matches(path)

    def days_of_path(self, path: str) -> tuple[date, ...] | None:
        """Return the one day that ``path`` names; the page of a month has to be read for its days."""
        day = page.day_of(path)
        return (day,) if day else None

    def parse(self, path: str, text: str) -> DayPage:
        """Parse the page of a day or of a month."""
        return page.parse(path, text)

    def items(self, path: str, record: DayPage, tally: Tally, language: str) -> Iterator[Item]:
        """Yield the bullets that are events."""
        return listing.items(record, tally)

    def head(self, record: DayPage) -> Head:
        """Return the days and the language of a page; it says nothing else about itself."""
        return Head("text/x-wiki", days=record.days, language=record.language)

    def entries(self, record: DayPage) -> Iterator[Entry]:
        """Yield the lines of a page: bullets, headings, and those that no rule understands."""
        return lists.entries(record)

    def render(self, path: str, head: Head, entries: tuple[Entry, ...]) -> str:
        """Print the list of a page: without its frame, standalone comments and blank lines."""
        return lists.render(entries)

    def listed(self, record: DayPage, text: str) -> str | None:
        """Return the lines of a page that its record has numbered; None if the record lacks a bullet or a heading."""
        return lists.listed(record, text)

    def attribution(self, path: str, record: DayPage, captured: datetime | None) -> Attribution:
        """Return the licence by the time of the capture, and the page history, which lists the authors."""
        return attribution(record, page.day_of(path), captured)

    def summary(self, counts: Mapping[str, int], excluded: Mapping[str, int]) -> Iterator[str]:
        """Yield what became of the bullets."""
        n = counts
        why = ", ".join(f"{count:,} {reason}" for reason, count in excluded.items()) or "none"
        parents = n["topic"] + n["topic label"] + n["parent event"]
        yield f"bullets {n['bullets']:,} = leaves {n['leaves']:,} + parents {parents:,}"
        yield f"  leaves {n['leaves']:,} = events {n['leaf event']:,} + excluded {n['excluded']:,} ({why})"
        yield (
            f"  parents {parents:,} = topics {n['topic']:,} + topic labels {n['topic label']:,}"
            f" + events {n['parent event']:,}"
        )
        yield f"bullet-to-link citations {n['citations']:,}"


def attribution(page: DayPage, day: date | None, captured: datetime | None) -> Attribution:
    """Return the licence of a page by the time of its capture, and its history in the wiki, which lists the authors.

    ``day`` is None for the page of a month.
    """
    licence = wikipedia.licence(captured)
    edition = editions.load()[page.language]
    title = edition.title(page.day.year, page.day.month, day.day if day else None).replace(" ", "_")
    history = f"{edition.wiki}/w/index.php?title={spell(title)}&action=history"
    return Attribution(licence, history) if licence else Attribution()
