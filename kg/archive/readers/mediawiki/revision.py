"""Turns a revision of a wiki page into a capture: its path by its title, its time, and its permanent address."""

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
"""The beginning of a redirect; each language has its own word for it."""
HIDDEN: Final = "is a revision whose text the wiki hides"
SUPPRESSED: Final = "is a revision whose text the wiki suppresses, which hides it from administrators too"


@dataclass(frozen=True, slots=True)
class Wiki:
    """The wiki of a page: its language, and the address that precedes a revision id; "" where not known."""

    language: str = ""
    permanent: str = ""

    @classmethod
    def of(cls, language: str, address: str) -> Wiki:
        """Return a site by its language and the address of one of its pages."""
        parts = urlsplit(address)
        known = parts.scheme in ("http", "https") and parts.hostname
        return cls(language, f"{parts.scheme}://{parts.netloc}/w/index.php?oldid=" if known else "")

    def path(self, title: str, suffix: str = "txt") -> tuple[str, Wiki]:
        """Return the path for a page title, or the title if there is none, and the site as far as the title tells it.

        If the language is not known, the first edition with such titles counts.
        """
        known = editions.load()
        for one in [known[self.language]] if self.language in known else known.values():
            if found := one.path(title, suffix):
                return found, self if self.permanent else Wiki.of(one.code, one.wiki)
        return title, self


@dataclass(frozen=True, slots=True)
class Revision:
    """What a wiki says about one revision: ``text`` is None where the wiki hides it, ``parent`` where it does not say.

    ``user`` and ``summary`` are None where they are hidden or missing; ``is_suppressed`` says that only a few people
    may see what is hidden.
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
        """Return everything known about it except its content."""
        path, site = site.path(self.title, suffix)
        if self.model != WIKITEXT:
            path = self.title  # a page of data or code is not news, whatever its title
        parent = self.parent if self.parent != "0" else ""
        address = f"{site.permanent}{self.id}" if site.permanent and self.id else None
        time, language = time_of(self.timestamp), site.language or None
        return PageVersion(path, self.id or None, time, None, False, parent, address, language)

    def captured(self, site: Wiki, suffix: str = "txt") -> PageCapture | UnreadPage:
        """Return it as a capture, or the reason why it is not one."""
        one, text = self.version(site, suffix), self.text or ""
        is_other = one.path == self.title
        if self.text is None and not is_other:
            return UnreadPage(one.path, SUPPRESSED if self.is_suppressed else HIDDEN, one.commit)
        if (target := redirected(text)) and not is_other:
            return UnreadPage(one.path, f"only leads to {target!r}: what was there before lasts", one.commit)
        content = text.encode("utf-8", errors="replace")
        return PageCapture(one.path, content, one.time, one.commit, one.parent, one.address, one.language)


def redirected(text: str) -> str:
    """Return the title that a page redirects to, "" if it is not a redirect."""
    found = REDIRECT.match(text)
    return found[1].strip()[:255] if found else ""


def time_of(timestamp: str) -> datetime | None:
    """Parse a time as MediaWiki writes it (ISO 8601, UTC); return None if it is not one."""
    try:
        found = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    return found if found.tzinfo else None


def text_of(said: Mapping[str, object], *names: str) -> str:
    """Return the first of these members that is present, as text; "" if none is."""
    found = next((said[name] for name in names if name in said), "")
    return "" if found is None or isinstance(found, bool) else str(found)
