"""Lists as feeds in Atom (RFC 4287), in pages (RFC 5005, section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from kg.lookup.exports.row import EventRow, EventRows
from kg.lookup.exports.writer import ListHead, ListWriter, labels
from kg.rdf.formats import ATOM, FORMATS, xml_text


class AtomWriter(ListWriter):
    """Writes a feed; the date of an entry is when the archive was first seen to have its present wording."""

    def begin(self) -> str:
        """Return the feed up to its first entry."""
        return "".join((*_head(self.head), "\n"))

    def events(self, found: EventRows, *, first: bool) -> str:
        """Return an entry for each event."""
        return "".join(f"{''.join(self._entry(one))}\n" for one in found.rows)

    def end(self) -> str:
        """Return the end of the feed."""
        return "</feed>\n"

    def _entry(self, row: EventRow) -> Iterator[str]:
        yield f"<entry xml:lang={_quoted(row.language)}>" if row.language else "<entry>"
        yield from (_element("id", row.iri), _element("title", row.title))
        yield _element("updated", row.seen or (f"{row.date}T00:00:00Z" if row.date else self.head.created))
        yield _link("alternate", row.iri, FORMATS[0].media_type)
        yield from (f"<category term={_quoted(one.label)}/>" for one in row.categories)
        yield from (_link("via", one) for one in row.sources)
        told = (row.date, labels(row.locations or row.places), labels(row.publishers))
        yield _element("summary", " · ".join(filter(None, told)))
        yield "</entry>"


def _head(head: ListHead) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
    yield from (_element("id", head.page), _element("title", head.title), _element("updated", head.created))
    yield f"<author>{_element('name', head.publisher)}</author>"
    yield _link("self", head.address, ATOM.media_type)
    yield _link("alternate", head.page, FORMATS[0].media_type)
    beside = {"previous": head.previous, "next": head.next}
    yield from (_link(name, address, ATOM.media_type) for name, address in beside.items() if address)
    yield from (_link("license", one) for one in head.licences)


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(xml_text(text))}</{name}>"


def _link(relation: str, target: str, media_type: str = "") -> str:
    kind = f" type={_quoted(media_type)}" if media_type else ""
    return f"<link rel={_quoted(relation)}{kind} href={_quoted(target)}/>"


def _quoted(text: str) -> str:
    return quoteattr(xml_text(text))
