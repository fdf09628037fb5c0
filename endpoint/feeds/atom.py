"""Feeds of events in Atom (RFC 4287), with archives (RFC 5005, section 4) and deleted entries (RFC 6721)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from endpoint.http.negotiate import HTML
from endpoint.rendering.filters import spoken
from endpoint.rendering.language import ENGLISH, speaking
from kg.derived.changelog import Change
from kg.rdf.formats import ATOM, Format, xml_text

ANY_XML: Final = tuple(Format(ATOM.name, name, "xml", "page", "Atom") for name in ("application/xml", "text/xml"))
"""The type that older feed readers request; they also get Atom."""

_NAMESPACES: Final = {
    "": "http://www.w3.org/2005/Atom",
    "fh": "http://purl.org/syndication/history/1.0",
    "at": "http://purl.org/atompub/tombstones/1.0",
}
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"

for _prefix, _namespace in _NAMESPACES.items():
    register_namespace(_prefix, _namespace)


@dataclass(frozen=True, slots=True)
class Document:
    """A feed document: the IRI, title, HTML page, publisher and licences of the whole feed, and its own address.

    ``archive`` says that it never changes, ``previous`` is the address of the archive before it, if there is one.
    """

    id: str
    title: str
    page: str
    author: str
    address: str
    updated: str
    licences: tuple[str, ...]
    archive: bool = False
    previous: str | None = None


def render(document: Document, entries: list[Change]) -> bytes:
    """Return a feed document; the entries, given oldest first, are written newest first."""
    feed = Element(_name("feed"))
    _text(feed, "id", document.id)
    _text(feed, "title", document.title)
    _text(feed, "updated", document.updated)
    _text(SubElement(feed, _name("author")), "name", document.author)
    _link(feed, "self", document.address, ATOM.media_type)
    _link(feed, "alternate", document.page, HTML.media_type)
    for licence in document.licences:
        _link(feed, "license", licence)
    if document.archive:
        SubElement(feed, _name("fh:archive"))
        _link(feed, "current", document.id, ATOM.media_type)
    if document.previous:
        _link(feed, "prev-archive", document.previous, ATOM.media_type)
    for change in reversed(entries):
        _entry(feed, change)
    body: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _entry(feed: Element, change: Change) -> None:
    if change.title is None or change.kind in ("Delete", "Remove"):
        SubElement(feed, _name("at:deleted-entry"), {"ref": change.iri, "when": change.time})
        return
    entry = SubElement(feed, _name("entry"))
    if change.language:
        entry.set(_XML_LANG, change.language)
    _text(entry, "id", change.iri)
    _text(entry, "title", change.title)
    _text(entry, "updated", change.time)
    _link(entry, "alternate", change.iri, HTML.media_type)
    with speaking(ENGLISH):
        facts = [spoken(change.date or "")]
    if change.category:
        SubElement(entry, _name("category"), {"term": xml_text(change.category)})
        facts.append(change.category)
    _text(entry, "summary", ": ".join(filter(None, facts)))


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, _name(name)).text = xml_text(text)


def _link(parent: Element, rel: str, target: str, media_type: str = "") -> None:
    SubElement(parent, _name("link"), {"rel": rel, "href": target} | ({"type": media_type} if media_type else {}))


def _name(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"
