"""Prints a record of the Context Markdown dialect as the page that it was read from, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kg.dialects.context.record import ContextPage, DayIndex, EventPage, FrontPage, IndexItem, PrintedChange, Related
from kg.dialects.record import Citation

PREVIOUS_DAY = {"en": "Previous Day...", "zh": "前一天..."}
SECTIONS = {
    "Source": "sources",
    "Sources": "sources",
    "信息来源": "sources",
    "Changes": "changes",
    "Related": "related",
    "有关": "related",
}


def render(record: ContextPage) -> str:
    """Return the text of the page that ``record`` describes.

    Args:
        record: what ``kg.dialects.context.page.parse`` returns. If it has no unread lines, the text is the original;
            unread lines are left out.

    Returns:
        The page, with LF at the end of each line.

    """
    match record:
        case EventPage():
            return "".join(_event_page(record))
        case DayIndex():
            return "".join(_day_index(record))
        case FrontPage():
            return "".join(_front_page(record))


def _event_page(page: EventPage) -> Iterator[str]:
    yield _formats(f"/{_folder(page.day)}/{page.slug}") if page.formats else ""
    yield f"### [{_label(page.day)}]({page.prefix}{index_path(page.day)})\n\n"
    yield _heading(page)
    yield f"# {page.title}\n\n{page.description or ''}\n\n"
    for section in page.sections:
        yield f"\n### {section}:\n\n"
        yield from _entries(page, section)


def _entries(page: EventPage, section: str) -> Iterator[str]:
    match SECTIONS.get(section):
        case "sources":
            yield from _sources(page.sources, page.cover)
        case "changes":
            yield from _changes(page.changes)
        case "related":
            yield from _related(page.related)


def _sources(sources: tuple[Citation, ...], cover: str | None) -> Iterator[str]:
    for number, source in enumerate(sources, 1):
        image = "" if source.image is None else f" [IMG]({source.image})"
        yield f"{number}. [{source.publisher or ''}]({source.url}){image}\n"
    if cover is not None:
        yield f"{max(len(sources), 1)}. [Cover Image]({cover})\n"


def _changes(changes: tuple[PrintedChange, ...]) -> Iterator[str]:
    for number, change in enumerate(changes, 1):
        # the current version repeats the number of the line before
        shown = number - 1 if change.kind == "Current version" and number > 1 else number
        time = f"{change.written.isoformat(' ')[:19]} " if change.written else ""
        yield f"{shown}. [{change.title}]({change.prefix}{change.path}) _{time}({change.kind})_\n"


def _related(related: tuple[Related, ...]) -> Iterator[str]:
    for number, event in enumerate(related, 1):
        link = f"[{event.title}]({event.prefix}{event.path})"
        yield f"{number}. {link} _{event.marker}: {event.labels}_\n"


def _day_index(index: DayIndex) -> Iterator[str]:
    yield _formats(f"{_folder(index.day).removeprefix('news/')}/index") if index.formats else ""
    yield f"## [{_label(index.day)}]({index.prefix}{index_path(index.day)})\n\n"
    yield from map(_item, index.items)
    if index.previous is not None:
        yield f"## [{PREVIOUS_DAY[index.language or 'en']}]({index.prefix}{index.previous})\n\n"


def _front_page(page: FrontPage) -> Iterator[str]:
    yield _formats("/index") if page.formats else "\n" * page.blank_lines
    start = 0
    for position, (name, link, count) in enumerate(page.sections):
        yield f"## {name}\n" if link is None else f"## [{name}]({link})\n\n"
        yield from map(_item, page.items[start : start + count])
        start += count
        # a section without a link belongs to the day before it, with no rule between them
        if position + 1 == len(page.sections) or page.sections[position + 1][1] is not None:
            yield "---\n\n"


def _item(item: IndexItem) -> str:
    head = f"{_heading(item)}### [{item.title}]({item.prefix}{item.path})\n"
    if item.description is not None:
        return f"{head}{item.description}\n\n"
    if item.labels is not None:
        return f"{head}_{item.marker}: {item.labels}_\n\n"
    return head


def _heading(record: EventPage | IndexItem) -> str:
    if record.heading is not None:
        return f"##### {record.heading}\n"
    return "##### \n" if record.empty_heading else ""


def _formats(path: str) -> str:
    return f"\nFormats: [HTML]({path}.html)  [JSON]({path}.json)  [XML]({path}.xml)  \n\n"


def index_path(day: date) -> str:
    """Return the path of a day's index as pages link to it."""
    return f"{_folder(day)}/index.md"


def _folder(day: date) -> str:
    return f"news/{day.year:04}/{day.month:02}/{day.day}"


def _label(day: date) -> str:
    return f"{day.year:04}-{day.month:02}-{day.day}"
