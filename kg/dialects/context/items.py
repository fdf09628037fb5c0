"""Pages of *the Context* -> items: an event page is one, and so is each line of a day index."""

from __future__ import annotations

from collections.abc import Iterator

from kg.dialects.context.lines import place_of
from kg.dialects.context.page import labels
from kg.dialects.context.record import ContextPage, DayIndex, EventPage, FrontPage
from kg.dialects.item import Former, Item, Origin, Reference, Tally, distinct


def items(record: ContextPage, tally: Tally, language: str = "en") -> Iterator[Item]:
    """Yield the events that a page lists, in printed order, and count it in ``tally``.

    ``language`` is that of a page that does not show its own.
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
        citations=distinct(page.sources),
        image=page.cover or next((source.image for source in page.sources if source.image), None),
        slugs=(page.slug,),
        former=tuple(former),
        related=tuple(_references(page)),
        printed="\n".join((page.title, *(source.url for source in page.sources))),
    )


def _references(page: EventPage) -> Iterator[Reference]:
    for position, related in enumerate(page.related, 1):
        target = place_of(related.path)
        if target:
            yield Reference(target.day, target.slug, _visible(related.title), labels(related.labels), position)


def _index_items(index: DayIndex, language: str) -> Iterator[Item]:
    for number, item in enumerate(index.items, 1):
        context = ((item.heading.strip(),) if item.heading and item.heading.strip() else ()) + labels(item.labels or "")
        yield Item(
            Origin.INDEX,
            language,
            index.day,
            f"item-{number}",
            _visible(item.title),
            mention_labels=distinct(context),
            slugs=tuple(filter(None, (_slug(item.path),))),
            printed=item.title,
        )


def _slug(path: str) -> str:
    target = place_of(path)
    return target.slug if target else ""


def _visible(title: str) -> str:
    return " ".join(title.split()) or "(no title)"
