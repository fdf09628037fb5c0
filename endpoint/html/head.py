"""The head of every document's page: metadata for link previews, search engines, feed readers and programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from endpoint.http.headers import licensed
from endpoint.http.negotiate import PAGE_FORMATS
from endpoint.http.signposting import ReadLink, in_page, signposts
from endpoint.rendering.filters import embedded
from endpoint.rendering.language import gettext
from endpoint.rendering.page_frame import PageFrame
from kg.lookup.describe import paged
from kg.rdf.formats import Format
from kg.rdf.schema_org import page_about
from kg.rdf.serialize import Nodes

FOLLOWED: Final = ("entity/", "category/")
"""The paths of things with a feed of their own."""
FEEDS: Final = (("atom", "application/atom+xml"), ("activity", "application/activity+json"))
DESCRIPTION: Final = 200
"""The most characters of a description; search engines truncate longer ones."""


class FeedLink(NamedTuple):
    """A feed: its media type, its address, and its title."""

    media_type: str
    href: str
    title: str


@dataclass(frozen=True, slots=True)
class PageHead:
    """The head of a page: its title and description, its canonical address, and other links.

    ``formats`` are the same document in other formats; ``data`` is the schema.org metadata for search engines; ``kind``
    its type in the Open Graph protocol.
    """

    title: str
    description: str
    canonical: str
    formats: Sequence[tuple[Format, str]]
    signposts: Sequence[ReadLink] = ()
    feeds: Sequence[FeedLink] = ()
    data: Markup | None = None
    kind: str = "website"


def head(frame: PageFrame, iri: str, nodes: Nodes, title: str, description: str, page: int = 1) -> PageHead:
    """Return the head of a page of the document about a resource."""
    addresses, path = frame.addresses, frame.addresses.document(iri)
    licences = frame.manifest.licences if frame.manifest else ()
    return PageHead(
        title,
        _shortened(description),
        addresses.base + paged(path, page),
        formats(frame, path, page),
        in_page((*signposts(addresses, iri, path), *licensed(licences)), addresses),
        _feeds(frame, iri),
        embedded(page_about(iri, nodes, addresses.base + path)),
        "article" if path.startswith("doc/event/") else "website",
    )


def head_of_past(frame: PageFrame, path: str, title: str, description: str) -> PageHead:
    """Return the head of the page of a past state, at a path below the base."""
    return PageHead(title, _shortened(description), frame.addresses.base + path, formats(frame, path))


def formats(frame: PageFrame, path: str, page: int = 1) -> list[tuple[Format, str]]:
    """Return the formats of the document at a path below the base, with the address of each page in each format."""
    return [(one, frame.addresses.local(paged(f"{path}.{one.suffix}", page))) for one in PAGE_FORMATS]


def _feeds(frame: PageFrame, iri: str) -> list[FeedLink]:
    """Return the feeds of the events that name a thing, or those of all events."""
    path = iri.removeprefix(frame.addresses.base)
    own = f"/{path}" if path.startswith(FOLLOWED) else ""
    title = gettext("Changes of its events") if own else gettext("Changes of all events")
    return [FeedLink(media_type, frame.addresses.local(f"feed/{name}{own}"), title) for name, media_type in FEEDS]


def _shortened(text: str) -> str:
    """Return a text cut between words, if it is too long for a description."""
    if len(text) <= DESCRIPTION:
        return text
    return f"{text[:DESCRIPTION].rpartition(' ')[0] or text[:DESCRIPTION]}…"
