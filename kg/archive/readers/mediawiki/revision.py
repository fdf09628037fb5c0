"""A revision of a page of a wiki -> a capture: its path by its title, its time, and its permanent address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from kg.archive.readers.base import PageCapture
from kg.archive.versions import PageVersion, UnreadPage
from kg.dialects import editions

WIKITEXT: Final = "wikitext"
REDIRECT: Final = re.compile(r"\s*#\s*[^\W\d_]+\s*:?\s*\[\[:?\s*([^\]|#\[]+)")
"""How a page begins that only leads to another; each language has its own word for it."""
HIDDEN: Final = "is a revision whose text the wiki hides"
SUPPRESSED: Final = "is a revision whose text the wiki suppresses, which hides it from administrators too"


@dataclass(frozen=True, slots=True)
class Wiki:
    """The wiki that pages are of: its language, and the address before the id of a revision; "" where not known."""

    language: str = ""
    permanent: str = ""

    @classmethod
    def of(cls, language: str, address: str) -> Wiki:
        """Return a site by its language and the address of one of its pages."""
        parts = urlsplit(address)
        known = parts.scheme in ("http", "https") and parts.hostname
        return cls(language, f"{parts.scheme}://{parts.netloc}/w/index.php?oldid=" if known else "")

    def path(self, title: str, suffix: str = "txt") -> tuple[str, Wiki]:
        """Return the path of a page by its title, and the site as far as that tells it; the title if it has none.

        Where the language is not known, the first edition that has such a title counts.
        """
        known = editions.load()
        for one in [known[self.language]] if self.language in known else known.values():
            if found := one.path(title, suffix):
                return found, self if self.permanent else Wiki.of(one.code, one.wiki)
        return title, self


@dataclass(frozen=True, slots=True)
class Revision:
    """What a wiki says about one revision: ``text`` is None where it hides it, ``parent`` where it does not say.

    ``user`` and ``summary`` are None where they are hidden, or not told; ``is_suppressed`` says that what is hidden is
    hidden from all but a few.
    """

    title: str
    id: str
    parent: str | None
    timestamp: str
    text: str | None
    model: str = WIKITEXT
    user: str | None = None
    summary: str | None = None
    is_suppressed: bool = False

    def version(self, site: Wiki, suffix: str = "txt") -> PageVersion:
        """Return what is known about it but for its content."""
        path, site = site.path(self.title, suffix)
        if self.model != WIKITEXT:
            path = self.title  # a page of data or code with the title of news is no news
        parent = self.parent if self.parent != "0" else ""
        address = f"{site.permanent}{self.id}" if site.permanent and self.id else None
        time, language = time_of(self.timestamp), site.language or None
        return PageVersion(path, self.id or None, time, None, False, parent, address, language)

    def captured(self, site: Wiki, suffix: str = "txt") -> PageCapture | UnreadPage:
        """Return the capture that it is, or why it is none."""
        one, text = self.version(site, suffix), self.text or ""
        is_other = one.path == self.title
        if self.text is None and not is_other:
            return UnreadPage(one.path, SUPPRESSED if self.is_suppressed else HIDDEN, one.commit)
        if (target := redirected(text)) and not is_other:
            return UnreadPage(one.path, f"only leads to {target!r}: what was there before lasts", one.commit)
        content = text.encode("utf-8", errors="replace")
        return PageCapture(one.path, content, one.time, one.commit, one.parent, one.address, one.language)


def redirected(text: str) -> str:
    """Return the title to which the text of a page only leads, "" if it is a page of its own."""
    found = REDIRECT.match(text)
    return found[1].strip()[:255] if found else ""


def time_of(timestamp: str) -> datetime | None:
    """Return a time as MediaWiki writes it (ISO 8601, UTC), None if it is none."""
    try:
        found = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    return found if found.tzinfo else None


def text_of(said: Mapping[str, object], *names: str) -> str:
    """Return the first of the members with these names that is there, as text; "" if none is."""
    found = next((said[name] for name in names if name in said), "")
    return "" if found is None or isinstance(found, bool) else str(found)
