"""Pages of current events in wikitext: nested bullets under headings, with one day on a page or in a section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from kg.dialects import editions
from kg.dialects.editions import Edition
from kg.dialects.record import Unread
from kg.dialects.wikitext import frame, inline, references
from kg.dialects.wikitext.record import Bullet, DayPage, PrintedLine

MAX_JOINED_LINES = 40
# Three times the longest bullet of the archive. The inline parser takes quadratic time on unclosed markup.
MAX_LINE_LENGTH = 6_000

MARKERS = re.compile(r"[ \t]*(?P<markers>[*:#]*[*#:])")
HEADING = re.compile(
    r"(?:[*:]?;(?P<semicolon>.*)|={2,6}(?P<title>.*?[^=])=+|'''(?:'')?(?P<bold>[^'].*?)(?:'')?'''\s*:?)$"
)
TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
SECTION = 2
"""The level of headings that divide the page of a month into parts, such as its events and its deaths."""
# What may surround a bold heading without being part of it.
DECORATION = re.compile(r"</?(?:br|big|small|center|u|i|p|div|span|font)\b[^<>]*>|&nbsp;", re.IGNORECASE)
ROLE = re.compile(r"<div\b[^<>]*\brole\s*=\s*[\"']?heading\b[^<>]*>(.*?)(?:</div>|\Z)", re.IGNORECASE | re.DOTALL)
STRONG = re.compile(r"</?(?:b|strong|h[1-6])\b[^<>]*>", re.IGNORECASE)
PICTURE = re.compile(r"\[\[\s*(?:File|Image)\s*:", re.IGNORECASE)
# The words of English and Chinese wikis (the magic word "redirect" of MediaWiki), and the link after them.
REDIRECT = re.compile(r"\s*#(?:REDIRECT|重定向|重新導向)\s*(?::\s*)?\[\[.*?\]\]", re.IGNORECASE)
# Looks like a redirect, but follows other text or has no complete link: it leads nowhere, and is not news.
VAIN_REDIRECT = re.compile(r"#+\s*(?:REDIRECT|重定向|重新導向)\s*(?::\s*)?(?:\[|\w+:\w)", re.IGNORECASE)


@dataclass(slots=True)
class _Reading:
    """The state of reading a page: ``day`` is that of the section, None above the first and in closing sections."""

    edition: Edition
    page: editions.PortalPath
    day: date | None
    is_closed: bool = False
    bullets: list[Bullet] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    headings: list[PrintedLine] = field(default_factory=list)
    rest: list[PrintedLine] = field(default_factory=list)
    category: str | None = None
    open: list[Bullet] = field(default_factory=list)


def matches(path: str) -> bool:
    """Return whether the page at ``path`` is about a day or a month, as ``data/2011_November_8.txt`` is."""
    found = editions.page_path(path)
    return found is not None and found.suffix != editions.HTML


def day_of(path: str) -> date | None:
    """Return the day that the path of a page names, None if there is none."""
    found = editions.page_path(path)
    return found.day if found else None


def parse(path: str, text: str) -> DayPage:
    """Parse a page. Never raises on any text; lines that no rule understands are in ``unread``.

    ``path`` must be one that ``matches`` accepts: it gives the day or the month, which the page only repeats. A page
    that is a redirect lists nothing, whatever comes after it.
    """
    page = editions.page_path(path)
    if page is None:
        raise ValueError(f"{path} is not the path of a page of current events")
    text = text.removeprefix("\ufeff")
    reading = _Reading(_edition(page, text), page, page.day)
    redirect = REDIRECT.match(text)
    for number, line in _logical_lines(text):
        if redirect:
            _leave_redirect(number, line, reading)
        else:
            _read_line(number, line, reading)
    return DayPage(
        reading.edition.code,
        page.first,
        tuple(reading.bullets),
        is_month=page.day is None,
        unread=tuple(reading.unread),
        headings=tuple(reading.headings),
        rest=tuple(reading.rest),
    )


def _edition(page: editions.PortalPath, text: str) -> Edition:
    """Return the edition of a page: among those with a month of this name, the one that prints days this way."""
    if len(page.editions) == 1 or page.day:
        return page.editions[0]
    lines = [line for line in text.split("\n") if line.startswith("=") and len(line) <= MAX_LINE_LENGTH]
    found = [_titles(heading["title"]) for line in lines if (heading := _heading(line)) and heading["title"]]
    titles = [title for some in found for title in some]
    known = (one for one in page.editions if any(one.day_of_heading(title, page.year) for title in titles))
    return next(known, page.editions[0])


def is_item(line: str) -> bool:
    """Return whether a line begins like a heading or bullet."""
    return bool(_heading(line) or MARKERS.match(line))


def _heading(line: str) -> re.Match[str] | None:
    """Return the heading on a line; tags around it, and a line break after it, are not part of it."""
    text = ROLE.sub(_as_bold, line).strip() if "role" in line else line.strip()
    if "<" in text or "&nbsp;" in text:
        text = STRONG.sub("'''", DECORATION.sub(" ", text)).strip()
    return HEADING.match(text)


def _as_bold(heading: re.Match[str]) -> str:
    """Return a heading made by a tag as one in bold."""
    text = heading[1].replace("'''", "").strip()
    return f"'''{text}'''"


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield line numbers (from 1) and lines, joining lines while a comment, reference or template is open."""
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        end = at + 1
        joined = lines[at]
        while end < min(len(lines), at + MAX_JOINED_LINES) and _is_open(joined):
            joined += "\n" + lines[end]
            end += 1
        if _is_open(joined) or len(joined) > MAX_LINE_LENGTH:
            joined, end = lines[at], at + 1
        yield at + 1, joined
        at = end


def _is_open(line: str) -> bool:
    """Return whether a comment, a reference or a template begins on ``line`` and does not end there."""
    if len(line) > MAX_LINE_LENGTH or not ("<" in line or "{{" in line):
        return False
    bare = frame.without_opening(frame.without_comments(line))
    return bare.count("{{") > bare.count("}}") or references.is_open(bare)


def _read_line(number: int, line: str, reading: _Reading) -> None:
    if len(line) > MAX_LINE_LENGTH:
        _leave(number, line, f"line of more than {MAX_LINE_LENGTH:,} characters", reading)
        return
    _check_header(number, line, reading)
    framed = "{{" in line or "<" in line or "__NO" in line or line.rstrip().endswith("}")
    content = frame.without_frame(line) if framed else line
    if not content.strip():
        return
    heading = _heading(content)
    if heading:
        _read_heading(number, line, heading, reading)
    elif reading.is_closed or (reading.day is None and not MARKERS.match(content)):
        reading.rest.append(PrintedLine(number, line))  # what comes before the first day and after the last
    else:
        _read_content(number, line, content, reading)


def _read_heading(number: int, line: str, heading: re.Match[str], reading: _Reading) -> None:
    reading.headings.append(PrintedLine(number, line))
    reading.open.clear()
    printed = heading["semicolon"] or heading["title"] or heading["bold"] or ""
    reading.category = inline.plain(printed).strip(" :") or None
    if reading.page.day is None and heading["title"]:
        _enter_section(number, line, printed, reading)


def _enter_section(number: int, line: str, printed: str, reading: _Reading) -> None:
    """Read a heading on the page of a month: of a day, of a category within it, or of a section that is not news."""
    edition, titles = reading.edition, _titles(printed)
    level = len(line.strip()) - len(line.strip().lstrip("="))
    reading.is_closed = any(map(edition.is_closing, titles))
    days = [day for title in titles if (day := edition.day_of_heading(title, reading.page.year))]
    if days or reading.is_closed or level <= SECTION:
        reading.category = None
        reading.day = next((day for day in days if reading.page.has(day)), None)
        if days and reading.day is None:
            reading.unread.append(Unread(number, line[:200], "a day of another month than the page's path"))


def _titles(printed: str) -> tuple[str, ...]:
    """Return what a heading shows, with and without its templates, which may only be anchors."""
    return tuple(inline.plain(one).strip(" :") for one in (printed, TEMPLATE.sub(" ", printed)))


def _read_content(number: int, line: str, content: str, reading: _Reading) -> None:
    markers = MARKERS.match(content)
    if markers and VAIN_REDIRECT.match(content):
        _leave(number, line, "redirect that leads nowhere", reading)
    elif markers and reading.day is None:
        _leave(number, line, "item of no day", reading)
    elif markers:
        _read_bullet(number, line, content[markers.end() :], len(markers["markers"]), reading)
    else:
        _leave(number, line, "picture" if _is_picture(content) else "text outside a list", reading)


def _leave(number: int, line: str, reason: str, reading: _Reading) -> None:
    """Keep a line that no rule understands as printed, and report it."""
    reading.rest.append(PrintedLine(number, line))
    reading.unread.append(Unread(number, line[:200], reason))


def _leave_redirect(number: int, line: str, reading: _Reading) -> None:
    """Keep a line of a redirect: the first is reported as that, later ones as lines that readers never see."""
    if line.strip():
        _leave(number, line, "line behind a redirect" if reading.rest else "redirect", reading)


def _is_picture(content: str) -> bool:
    return bool(PICTURE.match(content)) or (content.startswith("[[") and editions.is_hidden(content[2:]))


def _check_header(number: int, line: str, reading: _Reading) -> None:
    day = reading.page.day
    if day and "{{" in line and (header := frame.other_day(line, (day.year, day.month, day.day))):
        reading.unread.append(Unread(number, header, "the header names another day than the page's path"))


def _read_bullet(number: int, line: str, content: str, depth: int, reading: _Reading) -> None:
    """Read the bullet printed as ``line``; ``content`` is its content without comments and frame."""
    while reading.open and reading.open[-1].depth >= depth:
        reading.open.pop()
    found = inline.read(content)
    reading.unread.extend(Unread(number, line[:200], f"template {{{{{name}}}}}") for name in found.unknown)
    bullet = Bullet(
        position=len(reading.bullets),
        line=number,
        depth=depth,
        parent=reading.open[-1].position if reading.open else None,
        category=reading.category,
        printed=line,
        text=found.text,
        linked=found.linked,
        links=found.links,
        citations=found.citations,
        day=reading.day,
    )
    reading.bullets.append(bullet)
    reading.open.append(bullet)
