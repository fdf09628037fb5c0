"""What a page lists, in the same words for all dialects: items, the events that they name, and how they are counted."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import TypeVar

from kg.dialects.record import Citation, Link
from kg.rdf.iri import slug

# The Context joins a heading bullet and its child with "::" or with ":" and no space. The colon of an address,
# which broken links leave in titles, joins nothing.
JOINED = re.compile(r"^((?:(?!https?:).){2,120}?):(?::\s*|(?=[^\s\d]))")
SLUG_LENGTH = 100
# In NFKD, accents are separate marks, which are not word characters.
NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")


T = TypeVar("T")
Scripts = tuple[tuple[str, str], ...]
"""A title in several scripts: language tags (RFC 5646) and texts."""


class Origin(IntEnum):
    """Where an item was found, the most informative place first: its content wins if several items list one event.

    ``ENTRY`` is an entry that describes the event itself; two with different titles on one page are two events, and the
    slug is only derived from the title. ``PAGE`` is a page about the event alone, ``INDEX`` an entry that links to such
    a page, and ``RELATED`` an entry that names the event as related to another.
    """

    ENTRY = 0
    PAGE = 1
    INDEX = 2
    RELATED = 3


@dataclass(frozen=True, slots=True)
class Former:
    """An earlier wording of an event: its position in the page's list of changes, and the slug that its page had."""

    position: int
    title: str
    slug: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A related event as a page names it: the day and slug of its page, its title and printed labels.

    ``printed_title`` and ``scripts`` are those of ``Item``.
    """

    day: date
    slug: str
    title: str
    labels: tuple[str, ...]
    position: int
    printed_title: str = ""
    scripts: Scripts = ()


@dataclass(frozen=True, slots=True)
class StatedPlace:
    """The place at which an archive itself says that an event happened.

    ``names`` are printed, the smallest place first, such as Homs and Syria; ``latitude`` and ``longitude`` (WGS84) are
    canonical decimals, both empty if they are not stated; ``geonames`` is a GeoNames id, ``article`` the title of the
    article that the archive links, in the language of the item.
    """

    names: tuple[str, ...] = ()
    latitude: str = ""
    longitude: str = ""
    geonames: int | None = None
    article: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One event as one page lists it.

    ``fragment`` names the entry of the page that lists it (empty if the whole page is about it); ``part_of`` is the
    fragment of the event that it is part of. ``topics`` are article titles, ``topic_links`` the links that they come
    from, if their visible words differ; ``subject`` the linked words that the text itself puts before a colon, which
    are not part of its wording; ``headed_by`` the text of the item above it, which *the Context* prints before it.
    ``printed`` is everything that the page prints about it and about what it inherits from, exactly as printed, or ""
    if the dialect does not provide it: a change in reading the same printed text is not an edit. If the printed title
    contains invisible characters, ``printed_title`` is the title as printed: the IRIs of the event and its revision are
    made from it, so they do not change when the reading of ``title`` improves. ``scripts`` has the title in each script
    in which the page prints it.

    ``until`` is the last day of an event of several days, ``places`` are stated by the archive, and ``is_plain`` says
    that the text has no links, so places must be found by name. ``identifier`` is a slug that distinguishes the event
    from all others of its day; if ``has_own_id``, the archive assigned it, and similar wording does not count.
    """

    origin: Origin
    language: str
    day: date
    fragment: str
    title: str
    subject: str = ""
    category: str | None = None
    topics: tuple[str, ...] = ()
    topic_links: tuple[Link, ...] = ()
    topic_labels: tuple[str, ...] = ()
    mentions: tuple[Link, ...] = ()
    mention_labels: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    image: str | None = None
    part_of: str | None = None
    slugs: tuple[str, ...] = ()
    former: tuple[Former, ...] = ()
    related: tuple[Reference, ...] = ()
    headed_by: tuple[str, ...] = ()
    printed: str = ""
    printed_title: str = ""
    scripts: Scripts = ()
    until: date | None = None
    places: tuple[StatedPlace, ...] = ()
    is_plain: bool = False
    identifier: str = ""
    has_own_id: bool = False

    @property
    def name(self) -> str:
        """The name that two listings of one day share if they certainly list the same event."""
        return self.identifier or fold(self.title)

    @property
    def wording(self) -> str:
        """The normalised wording that the event's key is made from when it is minted."""
        return normalise(self.title[len(self.subject) :] if self.subject else self.printed_title or self.title)

    @property
    def wordings(self) -> tuple[str, ...]:
        """The folded forms in which archives print the event: its title, with and without its heading."""
        return _wordings(self.title, self.wording, self.headed_by, self.former, self.printed_title)


@dataclass(slots=True)
class Tally:
    """Counts of what became of the things that pages print; the sums (see ``Dialect.sums``) are checked later."""

    counts: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add the counts of other pages."""
        self.counts.update(other.counts)
        self.excluded.update(other.excluded)


@lru_cache(maxsize=65_536)
def normalise(title: str) -> str:
    """Return the wording of a title: NFC, heading and outer space stripped, white space collapsed, casefolded."""
    text = " ".join(unicodedata.normalize("NFC", title).split())
    joined = JOINED.match(text)
    return (text[joined.end() :] if joined and joined.end() < len(text) else text).lstrip(
        ":;,–- "
    ).casefold() or text.casefold()


@lru_cache(maxsize=65_536)
def fold(title: str) -> str:
    """Return only the letters and digits of a title, without accents and case: what all its printed forms share."""
    return NO_LETTER_OR_DIGIT.sub("", unicodedata.normalize("NFKD", title)).casefold()


@lru_cache(maxsize=4_096)
def _wordings(
    title: str, wording: str, headed_by: tuple[str, ...], former: tuple[Former, ...], printed: str
) -> tuple[str, ...]:
    forms = (title, wording, *(f"{label} {title}" for label in headed_by), *(one.title for one in former), printed)
    return distinct(tuple(filter(None, map(fold, forms)))) or (title,)


def readable_slug(title: str) -> str:
    """Return a readable last path segment for an event: at most a hundred characters, cut between words."""
    whole = slug(title)
    return whole if len(whole) <= SLUG_LENGTH else whole[:SLUG_LENGTH].rsplit("-", 1)[0].rsplit("%", 1)[0].strip("-")


def distinct(values: tuple[T, ...]) -> tuple[T, ...]:
    """Return the values, each once, in the order of the first."""
    return tuple(dict.fromkeys(values))


def content(item: Item) -> str:
    """Return the canonical text of what makes a revision: the same content is the same revision.

    Labels, images, lists of related events and the order of things are not part of it.
    """
    parts = [
        ("title", item.printed_title or item.title),
        ("category", item.category or ""),
        *(("topic", title) for title in sorted(item.topics)),
        *(("topicLabel", label) for label in sorted(item.topic_labels)),
        *(("about", title) for title in sorted({link.title for link in item.mentions})),
        *(("source", url) for url in sorted({citation.url for citation in item.citations})),
        *(("place", repr(place)) for place in sorted(item.places, key=repr)),
        *([("until", item.until.isoformat())] if item.until else []),
    ]
    return "\n".join(f"{name} {value}" for name, value in parts)
