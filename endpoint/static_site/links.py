"""Links: those on pages are rewritten to files, and each of them may name a document to write next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from typing import Final

from endpoint.static_site.addresses import StaticAddresses
from endpoint.static_site.inline import StaticResponse

_FORM: Final = re.compile(r"<form\b.*?</form>\s*", re.DOTALL)
_LINK: Final = re.compile(r'<link\b[^>]*?\bhref="(/[^"]*)"[^>]*>\s*')
_ANCHOR: Final = re.compile(r'<a\b([^>]*?)\s*\bhref="(/[^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
_SOURCE: Final = re.compile(r'(<(?:script|img)\b[^>]*?\bsrc=")(/[^"]*)"')
_TARGET: Final = re.compile(r"<([^<>\s]+)>")
_WHOLE: Final = re.compile(r"""["'<>\s](https?://[^"<>\s]+)""")
FOLLOWED: Final = ("feed/", "sitemap", "timemap/")
"""Resources that contain whole addresses of other files of the site, by the beginning of their paths."""
REMEMBERED: Final = 50_000
"""How many links are cached with their targets: some occur on all pages, and most on several pages of one day."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a link leads: the document, None if the site has none; the address to use for it; whether it is unfit.

    See StaticAddresses for each of them.
    """

    document: str | None
    href: str | None
    is_unfit: bool


NOWHERE: Final = Lead(None, None, is_unfit=False)


@lru_cache(maxsize=REMEMBERED)
def lead(addresses: StaticAddresses, link: str) -> Lead:
    """Return the target of a link on a site."""
    document = addresses.document(link)
    return Lead(document, addresses.href(link), is_unfit=document is None and addresses.is_unfit(link))


@dataclass(slots=True)
class Leading:
    """Rewrites the links of pages to files; ``documents`` are the linked documents, which the site must have.

    ``unfit`` are links that no file name can represent. ``has`` says whether the site has a document that it could
    have (see PastDocuments).
    """

    addresses: StaticAddresses
    root: str
    has: Callable[[str], bool] = lambda _: True
    documents: set[str] = field(default_factory=set)
    unfit: set[str] = field(default_factory=set)

    def page(self, text: str) -> str:
        """Return a page with links rewritten to files; forms, which need a server, are left out.

        A link to something missing in the site leads to its alternative, or becomes plain text.
        """
        text = _LINK.sub(self._element, _FORM.sub("", text))
        return _SOURCE.sub(self._source, _ANCHOR.sub(self._anchor, text))

    def _element(self, match: re.Match[str]) -> str:
        found = self._noted(unescape(match[1]))
        return match[0].replace(match[1], escape(found.href or ""), 1) if found.document else ""

    def _anchor(self, match: re.Match[str]) -> str:
        href = self._noted(unescape(match[2])).href
        if href is None:
            return f'<span class="absent">{match[4]}</span>'
        return f'<a{match[1]} href="{escape(href)}"{match[3]}>{match[4]}</a>'

    def _source(self, match: re.Match[str]) -> str:
        link = unescape(match[2])
        return f'{match[1]}{escape(self._noted(link).href or link)}"'

    def _noted(self, link: str) -> Lead:
        """Note the document that a link leads to; return whether it is one."""
        found = lead(self.addresses, link)
        if found.document is not None and not self.has(found.document):
            return NOWHERE
        if found.document is not None:
            self.documents.add(found.document)
        elif found.is_unfit:
            self.unfit.add(link)
        return found

    def follow(self, target: str, answer: StaticResponse) -> None:
        """Note the links in the headers of an answer and, for feeds, sitemaps and TimeMaps, in its body."""
        links = list(_TARGET.findall(answer.headers.get("link", "")))
        if target[1:].startswith(FOLLOWED):
            links += addresses(answer.body.decode(errors="replace"))
        for link in links:
            self._noted(self._below(link))

    def _below(self, link: str) -> str:
        """Return an absolute address of the site as a path on its host, anything else unchanged."""
        return f"{self.addresses.mount}/{link[len(self.root) :]}" if link.startswith(self.root) else link


def addresses(text: str) -> Iterator[str]:
    """Yield the whole addresses in a feed, a sitemap or a TimeMap; they may have apostrophes, as names of things do."""
    return (unescape(one) for one in _WHOLE.findall(text))
