"""Record -> items: which of the things a page prints are events, and what each inherits from what it stands below.

A leaf of the bullet tree is an event. Of the others, a bullet that is only links gives its children a topic
for each link; one that cites a source, or is a full sentence, is an event of which its children are part; any
other is a printed label, and what it links is mentioned by its children.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import TypeVar

from kg.dialects.context import page as context
from kg.dialects.context.lines import place_of
from kg.dialects.record import Bullet, Citation, DayIndex, DayPage, EventPage, FrontPage, Link, Record
from kg.rdf.iri import slug

FULL_SENTENCE = re.compile(r"(?:\S+\s+){3,}\S+[.!?][\"”’')]*$")
ONLY_LINKS = re.compile(r"(?:[\W_]|\band\b|\bor\b)*$")
# The Context joins a heading bullet and its child with "::" or with ":" and no space. The colon of an address,
# which broken links leave in titles, joins nothing.
JOINED = re.compile(r"^((?:(?!https?:).){2,120}?):(?::\s*|(?=[^\s\d]))")
COLON = re.compile(r"\s*:\s*(?=\S)")
WORD = re.compile(r"\w")
SLUG_LENGTH = 100
# Accents are marks of their own in NFKD, and no word characters.
NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")


T = TypeVar("T")


class Origin(IntEnum):
    """Where an item stands, the most telling place first: its content wins where several list one event."""

    BULLET = 0
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
    """A related event as a page names it: the day and slug of its page, its title and printed labels."""

    day: date
    slug: str
    title: str
    labels: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Item:
    """One event as one page lists it.

    ``fragment`` names the entry of the page that lists it (empty where the whole page is about it); ``part_of``
    is the fragment of the event that it is part of. ``topics`` are article titles; ``subject`` the linked words
    that the text itself puts before a colon, which are no part of its wording; ``headed_by`` the text of the item
    that it stands below, which *the Context* prints in front of it.
    """

    origin: Origin
    language: str
    day: date
    fragment: str
    title: str
    subject: str = ""
    category: str | None = None
    topics: tuple[str, ...] = ()
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

    @property
    def wording(self) -> str:
        """The normalised wording that the event's key is made from when it is minted."""
        return normalise(self.title[len(self.subject) :] if self.subject else self.title)

    @property
    def wordings(self) -> tuple[str, ...]:
        """The folded forms under which the archives print the event: its title, with and without what heads it."""
        return _wordings(self.title, self.wording, self.headed_by, self.former)


@dataclass(slots=True)
class Tally:
    """How the bullets and pages of an archive became items; the sums are checked when events are counted."""

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
def _wordings(title: str, wording: str, headed_by: tuple[str, ...], former: tuple[Former, ...]) -> tuple[str, ...]:
    forms = (title, wording, *(f"{label} {title}" for label in headed_by), *(one.title for one in former))
    return _distinct(tuple(filter(None, map(fold, forms)))) or (title,)


def readable_slug(title: str) -> str:
    """Return a readable last path segment for an event: at most a hundred characters, cut between words."""
    whole = slug(title)
    return whole if len(whole) <= SLUG_LENGTH else whole[:SLUG_LENGTH].rsplit("-", 1)[0].rsplit("%", 1)[0].strip("-")


def items(record: Record, tally: Tally, language: str = "en") -> Iterator[Item]:
    """Yield the events that a record lists, in printed order, and count in ``tally`` what became of the rest.

    ``language`` is that of a Context page that does not show its own.
    """
    match record:
        case DayPage():
            yield from _bullet_items(record, tally)
        case EventPage():
            tally.counts["event pages"] += 1
            yield _page_item(record, record.language or language)
        case DayIndex():
            tally.counts["day indexes"] += 1
            yield from _index_items(record, record.language or language)
        case FrontPage():
            tally.counts["front pages"] += 1


def _bullet_items(page: DayPage, tally: Tally) -> Iterator[Item]:
    tally.counts["day pages"] += 1
    tally.counts["bullets"] += len(page.bullets)
    tally.counts["citations"] += sum(len(bullet.citations) for bullet in page.bullets)
    parents = {bullet.parent for bullet in page.bullets}
    heritage: dict[int | None, Item] = {None: Item(Origin.BULLET, page.language, page.day, "", "")}
    for bullet in page.bullets:
        role = _role(bullet, bullet.position in parents)
        inherited = heritage[bullet.parent]
        heritage[bullet.position] = _inherit(inherited, bullet, role)
        tally.counts["leaves"] += bullet.position not in parents
        tally.counts[role] += 1
        if role == "excluded":
            tally.excluded["leaf without text"] += 1
        if role in ("leaf event", "parent event"):
            yield _bullet_item(bullet, inherited)


def _role(bullet: Bullet, is_parent: bool) -> str:
    if not is_parent:
        return "leaf event" if WORD.search(bullet.text) else "excluded"
    if bullet.citations or FULL_SENTENCE.match(bullet.text):
        return "parent event"
    return "topic" if bullet.links and ONLY_LINKS.match(bullet.linked) else "topic label"


def _inherit(inherited: Item, bullet: Bullet, role: str) -> Item:
    """Return what the children of ``bullet`` inherit: never its text as their own, nor its sources."""
    topics, labels, mentions = inherited.topics, inherited.topic_labels, inherited.mentions
    if role == "topic":
        topics += tuple(link.title for link in bullet.links)
    elif role == "topic label" and bullet.text:
        labels += (bullet.text.rstrip(" :;,–-"),)
        mentions += bullet.links
    part_of = _fragment(bullet) if role == "parent event" else inherited.part_of
    return Item(
        Origin.BULLET, inherited.language, inherited.day, "", "",
        topics=topics, topic_labels=labels, mentions=mentions, part_of=part_of, headed_by=(bullet.text,),
    )  # fmt: skip


def _fragment(bullet: Bullet) -> str:
    return f"item-{bullet.position + 1}"


def _bullet_item(bullet: Bullet, inherited: Item) -> Item:
    subject = _subject(bullet)
    own_topics = (bullet.links[0].title,) if subject else ()
    return Item(
        Origin.BULLET,
        inherited.language,
        inherited.day,
        _fragment(bullet),
        bullet.text,
        subject=subject,
        category=bullet.category,
        topics=_distinct(inherited.topics + own_topics),
        topic_labels=inherited.topic_labels,
        mentions=_distinct(bullet.links + inherited.mentions),
        citations=_distinct(bullet.citations),
        part_of=inherited.part_of,
        slugs=(readable_slug(bullet.text),),
        headed_by=inherited.headed_by,
    )


def _subject(bullet: Bullet) -> str:
    """Return the text up to its colon where a bullet begins with a link and a colon, as in ``[[X]]: what happened``."""
    if not bullet.links or not bullet.text.startswith(bullet.links[0].anchor):
        return ""
    match = COLON.match(bullet.text[len(bullet.links[0].anchor) :])
    return bullet.text[: len(bullet.links[0].anchor) + match.end()] if match else ""


def _page_item(page: EventPage, language: str) -> Item:
    former = [
        Former(number, _visible(change.title), _slug(change.path))
        for number, change in enumerate(page.changes, 1)
        if change.kind != "Current version"
    ]
    return Item(
        Origin.PAGE,
        language,
        page.day,
        "",
        _visible(page.title),
        mention_labels=(page.heading.strip(),) if page.heading and page.heading.strip() else (),
        citations=_distinct(page.sources),
        image=page.cover or next((source.image for source in page.sources if source.image), None),
        slugs=(page.slug,),
        former=tuple(former),
        related=tuple(_references(page)),
    )


def _references(page: EventPage) -> Iterator[Reference]:
    for position, related in enumerate(page.related, 1):
        target = place_of(related.path)
        if target:
            yield Reference(target.day, target.slug, _visible(related.title), context.labels(related.labels), position)


def _index_items(index: DayIndex, language: str) -> Iterator[Item]:
    for number, item in enumerate(index.items, 1):
        labels = ((item.heading.strip(),) if item.heading and item.heading.strip() else ()) + context.labels(
            item.labels or ""
        )
        yield Item(
            Origin.INDEX,
            language,
            index.day,
            f"item-{number}",
            _visible(item.title),
            mention_labels=_distinct(labels),
            slugs=tuple(filter(None, (_slug(item.path),))),
        )


def _slug(path: str) -> str:
    target = place_of(path)
    return target.slug if target else ""


def _visible(title: str) -> str:
    return " ".join(title.split()) or "(no title)"


def _distinct(values: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def content(item: Item) -> str:
    """Return the canonical text of what makes a revision: the same content is the same revision.

    Labels, images and lists of related events are no part of it, nor is the order of anything.
    """
    parts = [
        ("title", item.title),
        ("category", item.category or ""),
        *(("topic", title) for title in sorted(item.topics)),
        *(("topicLabel", label) for label in sorted(item.topic_labels)),
        *(("about", title) for title in sorted({link.title for link in item.mentions})),
        *(("source", url) for url in sorted({citation.url for citation in item.citations})),
    ]
    return "\n".join(f"{name} {value}" for name, value in parts)
