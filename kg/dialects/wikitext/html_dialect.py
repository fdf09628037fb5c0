"""The dialect of pages of the portal as HTML, as MediaWiki's ``action=parse`` returns it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import ClassVar

from kg.dialects import editions
from kg.dialects.base import Dialect
from kg.dialects.entry import Attribution, Entry, Head
from kg.dialects.item import Item, Tally
from kg.dialects.wikitext import entries as lists
from kg.dialects.wikitext import html_lists, page
from kg.dialects.wikitext import items as listing
from kg.dialects.wikitext.dialect import Wikitext, attribution
from kg.dialects.wikitext.record import ParsedPage


class ParsedWikitext(Dialect[ParsedPage]):
    """Pages as HTML. Their items are bullets like those of wikitext, and are counted together with these."""

    publication = Wikitext.publication
    shown_path = "1994_October.html"
    item_counts: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    sums: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "list items": (
            "list items of days",
            "list items of navigation",
            "list items of references",
            "list items left",
        )
    }
    byte_for_byte = False

    def matches(self, path: str) -> bool:
        """Return whether ``path`` names a day or a month, as ``1994_October.html`` does."""
        found = editions.page_path(path)
        return found is not None and found.suffix == editions.HTML

    def days_of_path(self, path: str) -> tuple[date, ...] | None:
        """Return the one day that ``path`` names; the page of a month has to be read for its days."""
        day = page.day_of(path)
        return (day,) if day else None

    def days(self, path: str, text: str) -> tuple[date, ...]:
        """Return the days for which a page lists items."""
        record = self.parse(path, text)
        return record.days if record else ()

    def parse(self, path: str, text: str) -> ParsedPage | None:
        """Parse a page; return None if there is no HTML in it."""
        return html_lists.parse(path, text)

    def items(self, path: str, record: ParsedPage, tally: Tally, language: str) -> Iterator[Item]:
        """Yield the list items that are events, and count all others."""
        tally.counts.update(dict(record.others))
        tally.counts["list items of days"] += len(record.bullets)
        tally.counts["list items"] += len(record.bullets) + sum(count for _, count in record.others)
        return listing.items(record, tally)

    def head(self, record: ParsedPage) -> Head:
        """Return the days and the language of a page."""
        return Head("text/html", days=record.days, language=record.language)

    def entries(self, record: ParsedPage) -> Iterator[Entry]:
        """Yield the list items and headings of a page, and what no rule understands."""
        return lists.entries(record)

    def render(self, path: str, head: Head, entries: tuple[Entry, ...]) -> str:
        """Print the elements of the list, without the elements around them."""
        return lists.render(entries)

    def listed(self, record: ParsedPage, text: str) -> str | None:
        """Return the elements in the record, as printed."""
        return lists.render(tuple(lists.entries(record)))

    def attribution(self, path: str, record: ParsedPage, captured: datetime | None) -> Attribution:
        """Return the licence by the time of the capture, and the page history, which lists the authors."""
        return attribution(record, page.day_of(path), captured)

    def summary(self, counts: Mapping[str, int], excluded: Mapping[str, int]) -> Iterator[str]:
        """Yield what became of the list items."""
        if counts["list items"]:
            names = self.sums["list items"]
            told = " + ".join(f"{name.removeprefix('list items ')} {counts[name]:,}" for name in names)
            yield f"list items of HTML {counts['list items']:,} = {told}"
