"""Reads web documents other than RDF, strictly: malformed ones raise, and all links are found."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import html5lib

from tests.crawl.client import web_links

LINKING = ("href", "src", "action", "formaction", "poster", "data", "cite", "longdesc")
REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list")
SEARCHED = "Homs"
"""What is searched for where a description of a search has a place for the words."""
JSON_TYPES = ("application/json", "application/activity+json", "application/ld+json", "application/problem+json")
_XLINK = "{http://www.w3.org/1999/xlink}href"
_STYLE = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")
_MARKDOWN = re.compile(r"\]\(([^)\s]+)\)")
_FIELD = re.compile(r"^[A-Za-z-]+: *(https?://\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its target, its position, and the type and profile that it promises."""

    address: str
    place: str
    type: str = ""
    profile: str = ""
    relations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """The links and anchors of a well-formed document, and its faults."""

    links: tuple[Link, ...] = ()
    anchors: frozenset[str] = frozenset()
    faults: tuple[str, ...] = ()
    data: tuple[str, ...] = ()


def html(body: bytes, address: str) -> Contents:
    """Read a page by the rules of the HTML standard; raise ValueError for any parse error."""
    try:
        root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(body, transport_encoding="utf-8")
    except html5lib.html5parser.ParseError as error:
        raise ValueError(f"the HTML is not valid: {error}") from None
    elements = list(root.iter())
    named = Counter(one.get("id") for one in elements if one.get("id") is not None)
    data = tuple(one.text or "" for one in elements if one.tag == "script" and one.get("type") == "application/ld+json")
    links = [link for one in elements for link in _element_links(one, address)]
    links += [link for text in data for link in json_links(text.encode(), address)]
    faults = [*_structure(root), *_identifiers(elements, named)]
    return Contents(tuple(links), frozenset(filter(None, named)), tuple(faults), data)


def _element_links(element: Any, address: str) -> Iterator[Link]:
    relations = tuple((element.get("rel") or "").split())
    place = f"{element.tag} {' '.join(relations)}".strip() if isinstance(element.tag, str) else "comment"
    for name in (*LINKING, _XLINK):
        value = element.get(name)
        if value is not None and not (name == "action" and element.get("method", "get").lower() != "get"):
            kind = "" if place == "script" else element.get("type") or ""  # the type of a script may be "module"
            yield Link(urljoin(address, value), place, kind, "", relations)


def _structure(root: Any) -> Iterator[str]:
    """Yield the elements that every page must have exactly once, if this page lacks or repeats them."""
    if not root.get("lang"):
        yield "the page does not say its language"
    for name in ("title", "main", "h1"):
        found = [one for one in root.iter(name) if "".join(one.itertext()).strip()]
        if len(found) != 1:
            yield f"the page has {len(found)} elements {name} with text"
    for picture in root.iter("img"):
        if picture.get("alt") is None:
            yield "a picture has no text for those who do not see it"


def _identifiers(elements: list[Any], named: Counter[str]) -> Iterator[str]:
    for name, number in named.items():
        if number > 1 or not name or re.search(r"\s", name):
            yield f"the id {name!r} is not unique or not valid"
    for element in elements:
        for attribute in REFERRING:
            for name in (element.get(attribute) or "").split():
                if name not in named:
                    yield f"{attribute}={name!r} refers to nothing"


def xml(body: bytes, address: str) -> Contents:
    """Read a feed, a sitemap, a picture or a description of a search; raise ParseError if it is not well-formed."""
    root = ElementTree.fromstring(body)
    found: list[Link] = []
    for element in root.iter():
        values = [value for name, value in element.attrib.items() if name in ("href", "src", "ref", "template", _XLINK)]
        values += [(element.text or "").strip()]
        found += [
            Link(urljoin(address, value.replace("{searchTerms}", SEARCHED)), element.tag.rpartition("}")[2])
            for value in values
            if value.startswith(("http://", "https://", "/"))
        ]
    return Contents(tuple(found))


def plain(body: bytes, address: str) -> Contents:
    """Read Markdown, or lines with a name and an address such as those of robots.txt."""
    text = body.decode()
    found = (*_MARKDOWN.findall(text), *_FIELD.findall(text))
    return Contents(tuple(Link(urljoin(address, one), "text") for one in found))


def style(body: bytes, address: str) -> Contents:
    """Read a style sheet."""
    return Contents(tuple(Link(urljoin(address, one), "style sheet") for one in _STYLE.findall(body.decode())))


def script(body: bytes, address: str) -> Contents:
    """Read a script, which is UTF-8 and has no links that a crawler follows."""
    body.decode()
    return Contents()


def link_format(body: bytes, address: str) -> Contents:
    """Read a list of links (RFC 6690)."""
    found = (Link(urljoin(address, one.target), "link-format") for one in web_links(body.decode()))
    return Contents(tuple(found))


def json_document(body: bytes, address: str) -> Contents:
    """Read JSON; raise ValueError if it is not well-formed."""
    return Contents(tuple(json_links(body, address)))


def json_links(body: bytes, address: str) -> Iterator[Link]:
    """Yield the values that are absolute addresses, without templates of addresses."""
    for value in _texts(json.loads(body)):
        if re.fullmatch(r"https?://[^\s{}]+", value):
            yield Link(urljoin(address, value), "JSON")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name != "@context":
                yield from _texts(one)


READERS: dict[str, Callable[[bytes, str], Contents]] = {
    "text/html": html,
    "application/atom+xml": xml,
    "application/xml": xml,
    "application/opensearchdescription+xml": xml,
    "image/svg+xml": xml,
    "text/css": style,
    "text/javascript": script,
    "text/plain": plain,
    "application/link-format": link_format,
    "application/linkset": link_format,
    "application/linkset+json": json_document,
    "application/x-bibtex": plain,
    "application/x-research-info-systems": plain,
    "text/csv": plain,
    "text/calendar": plain,
    "application/geo+json": json_document,
    "application/x-ndjson": plain,
    "text/tab-separated-values": plain,
    "application/sparql-results+json": json_document,
    "application/sparql-results+xml": plain,
    **dict.fromkeys(JSON_TYPES, json_document),
}
"""What reads the documents of each type; of others there is nothing to read but their bytes."""
