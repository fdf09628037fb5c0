"""Turns pages of *the Context* into items: an event page is one item, and so is each line of a day index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from kg.dialects.context import scripts
from kg.dialects.context.lines import place_of
from kg.dialects.context.page import labels
from kg.dialects.context.record import ContextPage, DayIndex, EventPage, FrontPage
from kg.dialects.item import Former, Item, Origin, Reference, Scripts, Tally, distinct
from kg.dialects.visible import visible

NO_TITLE: Final = "(no title)"


def items(record: ContextPage, tally: Tally, language: str = "en") -> Iterator[Item]:
    """Yield the events that a page lists, in printed order, and count them in ``tally``.

    ``language`` is assumed if the page does not show its own.
    """
    match record:
        case EventPage():
            tally.counts["event pages"] += 1
            yield _page_item(record, record.language or language)
        case DayIndex():
            tally.counts["day indexes"] += 1
            tally.counts["index items"] += len(record.items)
            yield from _index_items(record, record.language or language)
        case FrontPage():
            tally.counts["front pages"] += 1


def _page_item(page: EventPage, language: str) -> Item:
    former = [
        Former(number, _printed(change.title), _slug(change.path))
        for number, change in enumerate(page.changes, 1)
        if change.kind != "Current version"
    ]
    title = _title(page.title, language)
    return Item(
        Origin.PAGE,
        language,
        page.day,
        "",
        title.read,
        mention_labels=distinct(tuple(_labels((page.heading or "",), language))),
        citations=distinct(page.sources),
        image=page.cover or next((source.image for source in page.sources if source.image), None),
        slugs=(page.slug,),
        former=tuple(former),
        related=tuple(_references(page, language)),
        printed="\n".join((page.title, *(source.url for source in page.sources))),
        printed_title=title.printed,
        scripts=title.scripts,
    )


def _references(page: EventPage, language: str) -> Iterator[Reference]:
    for position, related in enumerate(page.related, 1):
        target = place_of(related.path)
        if target:
            title, words = _title(related.title, language), labels(related.labels)
            yield Reference(target.day, target.slug, title.read, words, position, title.printed, title.scripts)


def _index_items(index: DayIndex, language: str) -> Iterator[Item]:
    for number, item in enumerate(index.items, 1):
        title = _title(item.title, language)
        context = (item.heading or "", *labels(item.labels or ""))
        yield Item(
            Origin.INDEX,
            language,
            index.day,
            f"item-{number}",
            title.read,
            mention_labels=distinct(tuple(_labels(context, language))),
            slugs=tuple(filter(None, (_slug(item.path),))),
            printed=item.title,
            printed_title=title.printed,
            scripts=title.scripts,
        )


def _labels(printed: Iterable[str], language: str) -> Iterator[str]:
    """Yield printed labels as a reader sees them, in both scripts if they are printed in two."""
    for label in printed:
        named = scripts.in_scripts(label) if language.startswith("zh") else ()
        texts = [text for _, text in named] or [scripts.readable(label) if language.startswith("zh") else label]
        yield from filter(None, map(visible, texts))


def _slug(path: str) -> str:
    target = place_of(path)
    return target.slug if target else ""


class _Title(NamedTuple):
    """A title as a reader sees it, as printed if that differs, and in each script."""

    read: str
    printed: str = ""
    scripts: Scripts = ()


@lru_cache(maxsize=4_096)
def _title(text: str, language: str) -> _Title:
    printed, converted = _printed(text), text
    named: Scripts = ()
    if language.startswith("zh"):
        converted, named = scripts.readable(text), scripts.in_scripts(visible(text))
    read = visible(converted) or NO_TITLE
    return _Title(read, printed if printed != read else "", named)


def _printed(text: str) -> str:
    return " ".join(text.split()) or NO_TITLE
