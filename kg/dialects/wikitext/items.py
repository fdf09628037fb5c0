"""Turns a day page into items: decides which bullets are events, and what each inherits from those above it.

A leaf of the bullet tree is an event. Of the others, a bullet that consists of links only gives its children a topic
for each link; one that cites a source, or is a full sentence, is an event of which its children are part; any other is
a printed label, and its children mention what it links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from kg.dialects import editions
from kg.dialects.item import Item, Origin, StatedPlace, Tally, distinct, readable_slug
from kg.dialects.record import Link
from kg.dialects.wikitext.record import Bullet, DayPage

FULL_SENTENCE = re.compile(r"(?:\S+\s+){3,}\S+[.!?][\"”’')]*$")
ONLY_LINKS = re.compile(r"(?:[\W_]|\band\b|\bor\b)*$")
COLON = re.compile(r"\s*:\s*(?=\S)")
WORD = re.compile(r"\w")
BETWEEN_PLACES = re.compile(r"[\s/,;–-]*(?:\w{1,4}\s+)?")
NOTE = re.compile(r"\([^()]*\)[.]?")


def items(page: DayPage, tally: Tally) -> Iterator[Item]:
    """Yield the events that a day page lists, in printed order, and count what became of the rest in ``tally``."""
    tally.counts["day pages"] += 1
    tally.counts["bullets"] += len(page.bullets)
    tally.counts["citations"] += sum(len(bullet.citations) for bullet in page.bullets)
    parents = {bullet.parent for bullet in page.bullets}
    heritage: dict[int | None, Item] = {None: Item(Origin.ENTRY, page.language, page.day, "", "")}
    for bullet in page.bullets:
        role = _role(bullet, bullet.position in parents)
        inherited = replace(heritage[bullet.parent], day=bullet.day or page.day)
        heritage[bullet.position] = _inherit(inherited, bullet, role)
        tally.counts["leaves"] += bullet.position not in parents
        tally.counts[role] += 1
        if role == "excluded":
            tally.excluded["note in brackets" if _is_note(bullet) else "leaf without text"] += 1
        if role in ("leaf event", "parent event"):
            yield _bullet_item(bullet, inherited)


def _role(bullet: Bullet, is_parent: bool) -> str:
    if not is_parent:
        return "leaf event" if WORD.search(bullet.text) and not _is_note(bullet) else "excluded"
    if (bullet.citations and WORD.search(bullet.text)) or FULL_SENTENCE.match(bullet.text):
        return "parent event"
    return "topic" if bullet.links and ONLY_LINKS.match(bullet.linked) else "topic label"


def _is_note(bullet: Bullet) -> bool:
    """Return whether a bullet is only a note to readers, such as "(see below)"."""
    return (
        bool(NOTE.fullmatch(bullet.text)) and not (bullet.links or bullet.citations) and bool(WORD.search(bullet.text))
    )


def _inherit(inherited: Item, bullet: Bullet, role: str) -> Item:
    """Return what the children of ``bullet`` inherit: never its text or its sources."""
    topics, labels, mentions = inherited.topics, inherited.topic_labels, inherited.mentions
    links = inherited.topic_links
    if role == "topic":
        topics += tuple(link.title for link in bullet.links)
        links += _in_other_words(bullet.links)
    elif role == "topic label" and bullet.text:
        labels += (bullet.text.rstrip(" :;,–-"),)
        mentions += bullet.links
    part_of = fragment(bullet) if role == "parent event" else inherited.part_of
    return Item(
        Origin.ENTRY, inherited.language, inherited.day, "", "",
        topics=topics, topic_links=links, topic_labels=labels, mentions=mentions, part_of=part_of,
        headed_by=(bullet.text,), printed=f"{inherited.printed}{bullet.printed}\n",
    )  # fmt: skip


def _in_other_words(links: tuple[Link, ...]) -> tuple[Link, ...]:
    return tuple(link for link in links if link.anchor not in ("", link.title))


def fragment(bullet: Bullet) -> str:
    """Return the name of a bullet's entry within its page."""
    return f"item-{bullet.position + 1}"


def _bullet_item(bullet: Bullet, inherited: Item) -> Item:
    printed_before = _stated_before(bullet) if editions.load()[inherited.language].place_first else None
    subject = printed_before.text if printed_before else _subject(bullet)
    own = bullet.links[:1] if subject and not printed_before else ()
    return Item(
        Origin.ENTRY,
        inherited.language,
        inherited.day,
        fragment(bullet),
        bullet.text,
        subject=subject,
        category=bullet.category,
        topics=distinct(inherited.topics + tuple(link.title for link in own)),
        topic_links=distinct(inherited.topic_links + _in_other_words(own)),
        topic_labels=inherited.topic_labels,
        mentions=distinct(bullet.links + inherited.mentions),
        citations=distinct(bullet.citations),
        part_of=inherited.part_of,
        slugs=(readable_slug(bullet.text),),
        headed_by=inherited.headed_by,
        printed=f"{bullet.category or ''}\n{inherited.printed}{bullet.printed}",
        places=printed_before.places if printed_before else (),
    )


class _Before(NamedTuple):
    """What a bullet prints before its first colon, and the places stated there."""

    text: str
    places: tuple[StatedPlace, ...]


def _stated_before(bullet: Bullet) -> _Before | None:
    """Return the places before the colon, as in ``[[Wien]]/[[Österreich]]: what happened``; None if it is not a place.

    A place is one link or several, separated by slashes, the smallest place first; a comma or a word begins another.
    """
    text, colon, _ = bullet.text.partition(": ")
    groups: list[list[Link]] = []
    at = 0
    for link in bullet.links:
        start = text.find(link.anchor, at)
        between = text[at:start] if start >= 0 else ""
        if start < 0 or not BETWEEN_PLACES.fullmatch(between):
            break
        if not groups or "/" not in between:
            groups.append([])
        groups[-1].append(link)
        at = start + len(link.anchor)
    if not colon or not groups or WORD.search(text[at:]):
        return None
    return _Before(f"{text}{colon}", tuple(map(_stated_place, groups)))


def _stated_place(links: list[Link]) -> StatedPlace:
    """Return the stated place; a single link gives no article, since it may lead to anything."""
    article = links[0].title if len(links) > 1 else ""
    return StatedPlace(tuple(link.anchor for link in links), article=article)


def _subject(bullet: Bullet) -> str:
    """Return the text up to its colon if a bullet begins with a link and a colon, as in ``[[X]]: what happened``."""
    if not bullet.links or not bullet.text.startswith(bullet.links[0].anchor):
        return ""
    match = COLON.match(bullet.text[len(bullet.links[0].anchor) :])
    return bullet.text[: len(bullet.links[0].anchor) + match.end()] if match else ""
