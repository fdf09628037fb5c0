"""Reads pages of current events in the HTML that MediaWiki renders: every list item, converted to wikitext.

Each item becomes the wikitext of a bullet, so its words, links and sources are read by the same rules.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from lxml import etree, html

from kg.dialects import editions
from kg.dialects.editions import Edition, PortalPath
from kg.dialects.record import Unread
from kg.dialects.wikitext import inline
from kg.dialects.wikitext.record import Bullet, ParsedPage, PrintedLine

Element = Any  # lxml has no types of its own
LISTS: Final = ("ul", "ol", "dl")
HEADINGS: Final = ("h2", "h3", "h4", "h5", "h6")
NAVIGATION: Final = frozenset({"navbox", "vertical-navbox", "toc", "events-by-month", "catlinks", "sidebar", "hlist"})
UNSEEN: Final = frozenset({"noprint", "Inline-Template", "mw-editsection", "editlink", "mw-empty-elt"})
SILENT: Final = ("style", "script", "link", "meta", "img", "figure", "audio", "video")
MARKUP: Final = {ord(one): f"&#{ord(one)};" for one in "[]{}|<>=&~"} | {ord("\n"): " "}
MAX_DEPTH: Final = 60
MAX_LENGTH: Final = 6_000
"""Limits on the nesting of elements and the length of an item, both as in wikitext."""
HIDDEN: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
FIRST_SIGN: Final = re.compile(r"\s*[*#:;!-]")
PARSER: Final = {"encoding": "utf-8", "no_network": True, "remove_comments": True, "remove_pis": True}


@dataclass(slots=True)
class _Reading:
    """The state of reading a page.

    ``has_boxes`` says that the page shows each day in a box of the portal: then items beside the boxes, such as lists
    of ongoing events and deaths, belong to no day. ``counts`` counts the items of no day, by kind.
    """

    edition: Edition
    page: PortalPath
    references: dict[str, list[str]]
    has_boxes: bool
    day: date | None = None
    category: str | None = None
    is_closed: bool = False
    bullets: list[Bullet] = field(default_factory=list)
    headings: list[PrintedLine] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    rest: list[PrintedLine] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    places: dict[Element, int] = field(default_factory=dict)


def parse(path: str, text: str) -> ParsedPage | None:
    """Parse a page; None if it holds no element. Never raises on any text."""
    page = editions.page_path(path)
    if page is None:
        raise ValueError(f"{path} is not the path of a page of current events")
    parser = html.HTMLParser(**PARSER)
    try:
        root = html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, ValueError):
        return None
    has_boxes = any("vevent" in _classes(one) for one in root.iter("table", "div"))
    reading = _Reading(_edition(root, page), page, _references(root), has_boxes, page.day)
    # The parser leaves out what is nested too deep.
    fatal = parser.error_log.filter_from_level(etree.ErrorLevels.FATAL)
    reading.unread += (Unread(one.line, one.message[:200], "HTML that cannot be read") for one in fatal)
    for element in root.iter(*HEADINGS, "li", "dt", "div", "table", "p"):
        _read(element, reading)
    return ParsedPage(
        reading.edition.code,
        page.first,
        tuple(reading.bullets),
        tuple(reading.headings),
        tuple(reading.rest),
        page.day is None,
        tuple(sorted(reading.counts.items())),
        unread=tuple(reading.unread),
    )


def _edition(root: Element, page: PortalPath) -> Edition:
    told = {element.get("lang") for element in root.iter("div") if "mw-parser-output" in _classes(element)}
    return next((one for one in page.editions if one.code in told), page.editions[0])


def _references(root: Element) -> dict[str, list[str]]:
    """Return the addresses that each reference links to, by its name on the page."""
    noted = (one for one in root.iter("li") if (one.get("id") or "").startswith("cite_note"))
    return {one.get("id"): [link.get("href") for link in one.iter("a") if _is_external(link)] for one in noted}


def _read(element: Element, reading: _Reading) -> None:
    tag, classes = element.tag, _classes(element)
    if tag == "li":
        _read_item(element, reading)
    elif "vevent" in classes:
        _enter_day(element, reading)
    elif tag in HEADINGS:
        _enter_section(element, reading)
    elif (tag == "dt" or _is_heading(element)) and _is_in_day(element, reading) and not _is_navigation(element):
        reading.headings.append(_printed(element))
        reading.category = _visible(element, reading) or None
    elif tag == "p" and _is_in_day(element, reading) and (text := _visible(element, reading)):
        reading.rest.append(_printed(element))
        reading.unread.append(Unread(element.sourceline or 0, text[:200], "text outside a list"))


def _enter_day(element: Element, reading: _Reading) -> None:
    """Begin the day that a box of the portal shows (hCalendar: ``dtstart`` in a ``vevent``)."""
    shown = next((one for one in element.iter("span") if "bday" in _classes(one)), None)
    try:
        day = date.fromisoformat((shown.text or "").strip()) if shown is not None else None
    except ValueError:
        day = None
    reading.category = None
    reading.day = day if day and reading.page.has(day) else None
    if reading.day is None:
        reading.unread.append(Unread(element.sourceline or 0, str(day), "a box of no day of the page's month"))


def _enter_section(element: Element, reading: _Reading) -> None:
    text = _visible(element, reading)
    reading.headings.append(_printed(element))
    day = reading.edition.day_of_heading(text, reading.page.year)
    if day or element.tag == HEADINGS[0]:
        reading.category, reading.day = None, reading.page.day
        reading.is_closed = reading.edition.is_closing(text)
        if day and reading.page.has(day) and not reading.page.day:
            reading.day = day
    else:
        reading.category = text or None


def _read_item(element: Element, reading: _Reading) -> None:
    if any((one.get("id") or "").startswith("cite_note") for one in (element, *element.iterancestors("li"))):
        reading.counts["list items of references"] += 1
    elif _is_navigation(element):
        reading.counts["list items of navigation"] += 1
    elif reading.is_closed or not _is_in_day(element, reading):
        is_understood = reading.is_closed or reading.has_boxes
        _leave(element, "" if is_understood else "item of no day", reading)
    elif len(source := _source(element, reading)) > MAX_LENGTH:
        _leave(element, f"item of more than {MAX_LENGTH:,} characters", reading)
    else:
        _read_bullet(element, source, reading)


def _leave(element: Element, reason: str, reading: _Reading) -> None:
    """Keep a list item of no day, and report it if there is a reason."""
    reading.counts["list items left"] += 1
    reading.rest.append(_printed(element))
    if reason:
        reading.unread.append(Unread(element.sourceline or 0, _visible(element, reading)[:200], reason))


def _read_bullet(element: Element, source: str, reading: _Reading) -> None:
    above = list(element.iterancestors("li"))
    parent = next((reading.places[one] for one in above if one in reading.places), None)
    found = inline.read(source)
    reading.places[element] = len(reading.bullets)
    reading.bullets.append(
        Bullet(
            position=len(reading.bullets),
            line=element.sourceline or 0,
            depth=len(above) + 1,
            parent=parent,
            category=reading.category,
            printed=_printed(element).printed,
            text=found.text,
            linked=found.linked,
            links=found.links,
            citations=found.citations,
            day=reading.day,
        )
    )


def _is_in_day(element: Element, reading: _Reading) -> bool:
    """Return whether an element belongs to the current day: if that is a box, only its contents do."""
    box = next((one for one in element.iterancestors("table", "div") if "vevent" in _classes(one)), None)
    if box is None:
        return reading.day is not None and not reading.has_boxes
    return reading.day is not None and any("description" in _classes(one) for one in element.iterancestors())


def _is_navigation(element: Element) -> bool:
    around = (element, *element.iterancestors())
    return any(one.get("role") == "navigation" or not NAVIGATION.isdisjoint(_classes(one)) for one in around)


def _is_heading(element: Element) -> bool:
    """Return whether an element is a heading by its role, or a paragraph with only bold words."""
    if element.get("role") == "heading":
        return True
    bold = [one for one in element if one.tag in ("b", "strong")]
    others = [one for one in element if one.tag not in ("b", "strong", "br")]
    texts = (element.text, *(one.tail for one in element))
    return element.tag == "p" and bool(bold) and not others and not any((one or "").strip(" :\n") for one in texts)


def _classes(element: Element) -> frozenset[str]:
    return frozenset((element.get("class") or "").split())


def _is_external(link: Element) -> bool:
    return (link.get("href") or "").startswith(("http://", "https://", "//")) and "extiw" not in _classes(link)


def _visible(element: Element, reading: _Reading) -> str:
    return inline.plain(_source(element, reading)[:MAX_LENGTH]).strip(" :")


def _printed(element: Element) -> PrintedLine:
    """Return the HTML of an element without the lists within it."""
    one = deepcopy(element)
    for nested in [*one.iter(*LISTS)]:
        if nested.getparent() is not None:
            nested.drop_tree()
    text = etree.tostring(one, encoding="unicode", method="html", with_tail=False)
    return PrintedLine(element.sourceline or 0, text)


def _source(element: Element, reading: _Reading) -> str:
    """Return the wikitext of what an element shows, without lists within it."""
    text = "".join(_pieces(element, reading, 0)).strip()
    return f"<nowiki/>{text}" if FIRST_SIGN.match(text) else text


def _pieces(element: Element, reading: _Reading, depth: int) -> Iterator[str]:
    yield _escaped(element.text)
    for child in element:
        if isinstance(child.tag, str) and child.tag not in (*LISTS, *SILENT) and depth < MAX_DEPTH:
            yield from _child(child, reading, depth)
        yield _escaped(child.tail)


def _child(child: Element, reading: _Reading, depth: int) -> Iterator[str]:
    if "reference" in _classes(child):
        names = [(link.get("href") or "").partition("#")[2] for link in child.iter("a")]
        yield from (f"<ref>[{_address(one)}]</ref>" for name in names for one in reading.references.get(name, ()))
    elif not UNSEEN.isdisjoint(_classes(child)) or HIDDEN.search(child.get("style") or ""):
        return
    elif child.tag == "br":
        yield " "
    elif child.tag == "a" and (target := _target(child)):
        yield f"[[{target}|{''.join(_pieces(child, reading, depth + 1))}]]"
    elif child.tag == "a" and _is_external(child):
        yield f"[{_address(child.get('href'))} {''.join(_pieces(child, reading, depth + 1))}]"
    else:
        yield from _pieces(child, reading, depth + 1)


def _target(link: Element) -> str:
    """Return the percent-encoded title of the article of the same wiki that a link leads to, "" if there is none."""
    try:
        parts = urlsplit(link.get("href") or "")
    except ValueError:
        return ""
    if parts.netloc or parts.scheme:
        return ""
    if parts.path.startswith("/wiki/"):
        return parts.path.removeprefix("/wiki/").translate(MARKUP)
    missing = parse_qs(parts.query).get("title", [""])
    return missing[0].translate(MARKUP) if parts.path.endswith("/index.php") else ""


def _address(href: str) -> str:
    quoted = "".join(f"%{ord(one):02X}" if one in ' []<>"{}|\t\r\n' else one for one in href)
    return f"https:{quoted}" if quoted.startswith("//") else quoted


def _escaped(text: str | None) -> str:
    """Return text, escaped so that wikitext shows it unchanged."""
    return (text or "").translate(MARKUP).replace("''", "&#39;&#39;").replace("://", "&#58;//")
