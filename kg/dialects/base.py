"""The protocol of a dialect: everything known about one page language. Adding one changes nothing else.

A distribution declares its dialects under the entry point group ``newsgraph.dialects``; ``kg.dialects.registry``
finds them.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import ClassVar, Generic, TypeVar

from kg.dialects.entry import Attribution, Entry, Head
from kg.dialects.item import Item, Tally
from kg.dialects.publication import Publication
from kg.dialects.record import Record

R = TypeVar("R", bound=Record)


class Dialect(ABC, Generic[R]):
    """A page language; ``R`` is the class of its records, which are plain data that only the dialect interprets.

    It has no state and is made without arguments. All its methods are pure, and none raises on the text of a page.
    """

    shown_path: ClassVar[str]
    """An example path of a page, for messages, such as ``2011_November_8.txt``."""

    item_counts: ClassVar[Mapping[str, tuple[str, ...]]]
    """Names of the items in the report of a build, each with the counts of the tally that it sums up.

    ``items`` counts every item in one of these counts, and the build checks that none is lost.
    """

    sums: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Counts of the tally that must equal the sums of others."""

    publication: ClassVar[Publication] = Publication()
    """The archive of its pages, and the licences of what is published from it; by default unknown."""

    byte_for_byte: ClassVar[bool] = True
    """Whether ``render`` reproduces the whole page, as its hash proves, or only the list of its entries."""

    keeps_old_captures: ClassVar[bool] = False
    """Whether older captures keep all their entries, or only those that revisions come from."""

    gives_ids: ClassVar[bool] = False
    """Whether items have ids assigned by the archive (``Item.has_own_id``), which identify events on any day."""

    news_line: ClassVar[re.Pattern[str] | None] = None
    """Matches lines that are unlikely to be the same on two days by chance, on pages whose paths name their one day.

    Days that share such a line are followed together through the history of an archive, since an event may have moved.
    """

    @abstractmethod
    def matches(self, path: str) -> bool:
        """Return whether a file with this path, relative to the archive, may be a page of this dialect."""

    def days_of_path(self, path: str) -> tuple[date, ...] | None:
        """Return the days that the page at ``path`` is about, or None if the page has to be read: see ``days``."""
        return None

    def days(self, path: str, text: str) -> Iterable[date]:
        """Return the days that a page is about; called only if ``days_of_path`` returned None."""
        record = self.parse(path, text)
        return {item.day for item in self.items(path, record, Tally(), "en")} if record else ()

    @abstractmethod
    def parse(self, path: str, text: str) -> R | None:
        """Return what the page says, or None if the text is not a page of this dialect."""

    @abstractmethod
    def items(self, path: str, record: R, tally: Tally, language: str) -> Iterator[Item]:
        """Yield the items that a page lists, in printed order, and count in ``tally`` everything else on the page.

        Each has one of the days that ``days_of_path`` or ``days`` returned. ``language`` is assumed if the page does
        not show its own.
        """

    @abstractmethod
    def head(self, record: R) -> Head:
        """Return what the page says as a whole."""

    @abstractmethod
    def entries(self, record: R) -> Iterator[Entry]:
        """Yield the entries of the page; those that list an item have the fragment of that item."""

    @abstractmethod
    def render(self, path: str, head: Head, entries: tuple[Entry, ...]) -> str:
        """Print the page, or its list, from what the graph kept of it, the entries in order.

        Raises StoreError if they do not say enough.
        """

    def listed(self, record: R, text: str) -> str | None:
        """Return the part of the text that ``render`` must return again; None if the record has left out an entry."""
        return text

    def lines(self, record: R, text: str) -> dict[str, int]:
        """Return the line number of each entry, from 1, by its fragment, if it is known.

        An entry without a line number is on the first remaining line that prints its text and target.
        """
        left = dict(enumerate(text.split("\n"), 1))
        found = {}
        for entry in self.entries(record):
            wanted = [printed for printed in (entry.text, entry.target) if printed is not None]
            line = entry.line
            if line is None and wanted:
                line = next((number for number, shown in left.items() if all(one in shown for one in wanted)), None)
                left.pop(line or 0, None)
            if line is not None:
                found[entry.fragment] = line
        return found

    def attribution(self, path: str, record: R, captured: datetime | None) -> Attribution:
        """Return the licence of a capture and the page that names its authors, as far as the dialect knows them.

        ``captured`` is the time of the capture (UTC), if it is known.
        """
        return Attribution()

    def publication_of(self, record: R) -> Publication:
        """Return the publication of the archive of a page, if several archives are in this dialect."""
        return self.publication

    def own_ids(self, text: str) -> Iterable[str]:
        """Return the identifiers of the items of a page with ids from the archive; called only if ``gives_ids``."""
        return ()

    def languages(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Return the language to assume for pages that do not show theirs, by path; ``paths`` are all of an archive."""
        return {}

    def slug_of(self, path: str) -> str | None:
        """Return the readable name of the event that the whole page at ``path`` is about, if the path has one."""
        return None

    def summary(self, counts: Mapping[str, int], excluded: Mapping[str, int]) -> Iterator[str]:
        """Yield lines for the report of a build about what only this dialect counts."""
        yield from ()
