"""Turns a day page into entries: every line that is an item, a heading, or not understood by any rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.dialects.entry import Entry
from kg.dialects.wikitext.frame import COMMENT
from kg.dialects.wikitext.page import is_item
from kg.dialects.wikitext.record import Bullet, DayPage, PrintedLine
from kg.errors import StoreError

Line = Bullet | PrintedLine


def entries(page: DayPage) -> Iterator[Entry]:
    """Yield the lines of a day page in order: bullets, headings, and those that no rule understands."""
    kinds: tuple[tuple[str, Iterable[Line]], ...] = (
        ("item", page.bullets),
        ("heading", page.headings),
        ("line", page.rest),
    )
    lines = [(line, kind, number) for kind, printed in kinds for number, line in enumerate(printed, 1)]
    for position, (line, kind, number) in enumerate(sorted(lines, key=lambda one: one[0].line), 1):
        bullet = line if isinstance(line, Bullet) else None
        yield Entry(
            f"{kind}-{number}",
            position,
            line.printed,
            depth=bullet.depth if bullet else None,
            line=line.line,
            wording=bullet.text if bullet else line.printed if kind == "line" else None,
        )


def render(entries: tuple[Entry, ...]) -> str:
    """Print the lines again. Raises StoreError if one of them has no text."""
    for entry in entries:
        if entry.text is None:
            raise StoreError(f"the graph lacks the text of the entry {entry.fragment} of a page: build it again")
    return "".join(f"{entry.text}\n" for entry in entries)


def listed(page: DayPage, text: str) -> str | None:
    """Return the lines of a day page that its record has numbered, each exactly as ``text`` has it.

    Returns None if any other line, except a comment, begins like a heading or a bullet.
    """
    lines = text.removeprefix("\ufeff").split("\n")
    said: set[int] = set()
    numbered: tuple[Line, ...] = (*page.bullets, *page.headings, *page.rest)
    for entry in numbered:
        said.update(range(entry.line - 1, entry.line + entry.printed.count("\n")))
    others = "\n".join(line for number, line in enumerate(lines) if number not in said)
    if any(map(is_item, COMMENT.sub("", others).split("\n"))):
        return None
    return "".join(f"{lines[number]}\n" for number in sorted(said))
