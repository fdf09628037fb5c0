"""Dialect of Wikipedia's Current Events Portal: one wikitext page a day, nested bullets under category headings."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from kg.dialects.record import Unread
from kg.dialects.wikitext import inline, references
from kg.dialects.wikitext.record import Bullet, DayPage, PrintedLine

PATH = re.compile(r"(?:^|/)(\d{4})_([A-Z][a-z]+)_(\d{1,2})\.txt\Z")
MONTHS = {name: number for number, name in enumerate(month_name) if number}
LANGUAGE = "en"
MAX_JOINED_LINES = 40
# Three times the longest bullet of the archive. The inline parser takes quadratic time on markup that never ends.
MAX_LINE_LENGTH = 6_000

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
HEADER = re.compile(
    r"\{\{\s*Current\s+events\s+header\s*\|\s*(\d{1,9})\s*\|\s*(\d{1,9})\s*\|\s*(\d{1,9})[^{}]*\}\}", re.IGNORECASE
)
CONTENT_HEADER = re.compile(
    r"\{\{\s*Current\s+events\s*\|\s*year\s*=\s*(\d{1,9})\s*\|\s*month\s*=\s*(\d{1,9})\s*\|\s*day\s*=\s*(\d{1,9})\s*\|\s*content\s*=",
    re.IGNORECASE,
)
FRAME = re.compile(
    r"\{\{\s*Current\s+events\s+footer\s*\}\}|</?noinclude>|</?includeonly>|\{\{pp-[^{}]*\}\}|^\s*\}\}\s*$|\|\}\s*$"
    r"|__NO(?:TOC|INDEX|GALLERY|EDITSECTION)__|\{\{\s*Current\s+events\s+header[^{}]*\}\}",
    re.IGNORECASE,
)
MARKERS = re.compile(r"[*:#]*[*#:]")
HEADING = re.compile(
    r"(?:[*:]?;(?P<semicolon>.*)|={2,6}(?P<title>.*?[^=])=+|'''(?:'')?(?P<bold>[^'].*?)(?:'')?'''\s*:?)$"
)
# What may stand around a heading in bold and is none of it.
DECORATION = re.compile(r"</?(?:br|big|small|center|u|i|p|div|span|font)\b[^<>]*>|&nbsp;", re.IGNORECASE)
STRONG = re.compile(r"</?(?:b|strong|h[1-6])\b[^<>]*>", re.IGNORECASE)
PICTURE = re.compile(r"\[\[\s*(?:File|Image)\s*:", re.IGNORECASE)
# The words of English and Chinese wikis (the magic word "redirect" of MediaWiki), and the link behind them.
REDIRECT = re.compile(r"\s*#(?:REDIRECT|重定向|重新導向)\s*(?::\s*)?\[\[.*?\]\]", re.IGNORECASE)
# What looks like one, but stands behind something else, or has no whole link: it leads nowhere, and is no news.
VAIN_REDIRECT = re.compile(r"#+\s*(?:REDIRECT|重定向|重新導向)\s*(?::\s*)?(?:\[|\w+:\w)", re.IGNORECASE)


@dataclass(slots=True)
class _Reading:
    """Where the reading of a page stands."""

    bullets: list[Bullet] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    headings: list[PrintedLine] = field(default_factory=list)
    rest: list[PrintedLine] = field(default_factory=list)
    category: str | None = None
    open: list[Bullet] = field(default_factory=list)


def matches(path: str) -> bool:
    """Whether the page at ``path`` is a Current Events day page, such as ``data/2011_November_8.txt``."""
    return day_of(path) is not None


def parse(path: str, text: str) -> DayPage:
    """Parse a day page. Never raises on any text; what no rule understands is in ``unread``.

    ``path`` must be one that ``matches`` accepts: it gives the day, which the page's header only repeats. A page that
    is a redirect lists nothing, whatever stands behind the redirect.
    """
    day = day_of(path)
    if day is None:
        raise ValueError(f"{path} is not the path of a day page")
    reading = _Reading()
    text = text.removeprefix("\ufeff")
    redirect = REDIRECT.match(text)
    for number, line in _logical_lines(text):
        if redirect:
            _leave_redirect(number, line, reading)
        else:
            _read_line(number, line, day, reading)
    return DayPage(
        LANGUAGE,
        day,
        tuple(reading.bullets),
        unread=tuple(reading.unread),
        headings=tuple(reading.headings),
        rest=tuple(reading.rest),
    )


def is_item(line: str) -> bool:
    """Whether a line begins like a heading or a bullet."""
    return bool(_heading(line) or MARKERS.match(line))


def _heading(line: str) -> re.Match[str] | None:
    """Return what a line prints as a heading; tags around it, and a line break behind it, are none of it."""
    text = line.strip()
    if "<" in text or "&nbsp;" in text:
        text = STRONG.sub("'''", DECORATION.sub(" ", text)).strip()
    return HEADING.match(text)


def day_of(path: str) -> date | None:
    """Return the day that the path of a day page names, or None if it is no such path."""
    match = PATH.search(path)
    if not match:
        return None
    try:
        return date(int(match[1]), MONTHS[match[2]], int(match[3]))
    except (KeyError, ValueError):
        return None


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield line numbers (from 1) and lines, with a line continued while a comment, ref or template is open."""
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
    """Whether a comment, a reference or a template begins on ``line`` and does not end there."""
    if len(line) > MAX_LINE_LENGTH or not ("<" in line or "{{" in line):
        return False
    bare = CONTENT_HEADER.sub("", _without_comments(line))
    return bare.count("{{") > bare.count("}}") or references.is_open(bare)


def _without_comments(line: str) -> str:
    end = line.rfind("-->") + 3
    return COMMENT.sub("", line[:end]) + line[end:]


def _read_line(number: int, line: str, day: date, reading: _Reading) -> None:
    if len(line) > MAX_LINE_LENGTH:
        _leave(number, line, f"line of more than {MAX_LINE_LENGTH:,} characters", reading)
        return
    _check_header(number, line, day, reading)
    framed = "{{" in line or "<" in line or "__NO" in line or line.rstrip().endswith("}")
    content = _without_frame(line) if framed else line
    if not content.strip():
        return
    heading = _heading(content)
    if heading:
        reading.headings.append(PrintedLine(number, line))
        reading.category = (
            inline.plain(heading["semicolon"] or heading["title"] or heading["bold"] or "").strip(" :") or None
        )
        reading.open.clear()
        return
    markers = MARKERS.match(content)
    if markers and VAIN_REDIRECT.match(content):
        _leave(number, line, "redirect that leads nowhere", reading)
    elif markers:
        _read_bullet(number, line, content, len(markers[0]), reading)
    else:
        _leave(number, line, "picture" if PICTURE.match(content) else "text outside a list", reading)


def _leave(number: int, line: str, reason: str, reading: _Reading) -> None:
    """Keep a line that no rule understands as it is printed, and report it."""
    reading.rest.append(PrintedLine(number, line))
    reading.unread.append(Unread(number, line[:200], reason))


def _leave_redirect(number: int, line: str, reading: _Reading) -> None:
    """Keep a line of a redirect: the first is reported as that, those behind it as lines that no reader sees."""
    if line.strip():
        _leave(number, line, "line behind a redirect" if reading.rest else "redirect", reading)


def _check_header(number: int, line: str, day: date, reading: _Reading) -> None:
    header = HEADER.search(line) or CONTENT_HEADER.search(line)
    if header and (int(header[1]), int(header[2]), int(header[3])) != (day.year, day.month, day.day):
        reading.unread.append(Unread(number, header[0], "the header names another day than the page's path"))


def _without_frame(line: str) -> str:
    """Take away what frames the list and is no part of it: comments, header, footer."""
    return FRAME.sub("", CONTENT_HEADER.sub("", HEADER.sub("", _without_comments(line)))).rstrip()


def _read_bullet(number: int, line: str, content: str, depth: int, reading: _Reading) -> None:
    """Read the bullet that is printed as ``line``; ``content`` is the line without comments and the page's frame."""
    while reading.open and reading.open[-1].depth >= depth:
        reading.open.pop()
    found = inline.read(content[depth:])
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
    )
    reading.bullets.append(bullet)
    reading.open.append(bullet)
