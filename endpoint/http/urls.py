"""Between IRIs of the graph and paths of this server.

IRIs are minted under the identity base, which may be another host than the one that serves them. So RDF has only IRIs
of the identity base, and links and redirects only paths relative to the mount point of this server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from endpoint.http.negotiate import DOCUMENT_FORMATS
from kg.rdf.formats import Format
from kg.rdf.iri import spell

THINGS: Final = ("event", "entity", "category", "publisher", "day", "month", "year")
_REVISION = re.compile(r"event/[^/]+/[^/]+/revision/[^/]+")
_SUFFIXES: Final = {one.suffix: one for one in sorted(DOCUMENT_FORMATS, key=lambda one: -len(one.suffix))}
"""The formats by their suffixes, longest first: ``expanded.jsonld`` is not ``jsonld``."""
_SOURCE: Final = "source/"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Translates for one identity base and one mount point (the WSGI SCRIPT_NAME, with no slash at its end).

    ``root`` is the address of this server as its client knows it, with a final slash; "" if that is the base.
    """

    base: str
    mount: str = ""
    root: str = ""

    def iri(self, path: str) -> str:
        """Return the IRI for a decoded request path, in the spelling of the graph."""
        return self.base + spell(path)

    def href(self, iri: str) -> str | None:
        """Return the address of an IRI for a browser: on this server if below the base; None unless it is http(s)."""
        if iri.startswith(self.base):
            return f"{self.mount}/{iri[len(self.base) :]}"
        return iri if iri.startswith(("http://", "https://")) else None

    def here(self, iri: str) -> str:
        """Return the address of an IRI on this server; for a foreign IRI, that of the document about it."""
        ours = iri.startswith(self.base)
        return self.local(iri[len(self.base) :] if ours else self.document(iri))

    def local(self, path: str) -> str:
        """Return the address on this server of a path below the base."""
        return f"{self.mount}/{path}"

    def absolute(self, path: str) -> str:
        """Return the absolute address on this server of a path below the base."""
        return (self.root or self.base) + path

    def document(self, iri: str) -> str:
        """Return the path, below the base, of the generic document about ``iri``.

        A thing has ``doc/`` before its path, a document is its own generic document, and a foreign IRI is described
        under ``source/`` and its IRI, percent-encoded as a whole.
        """
        if not iri.startswith(self.base):
            return _SOURCE + quote(iri, safe="")
        path = iri[len(self.base) :]
        return path if is_document(path) else f"doc/{path}"


def is_document(path: str) -> bool:
    """Return whether the path below the base names a document (a page, a revision, a source) rather than a thing."""
    return path.startswith(("page/", "enrichment/")) or bool(_REVISION.fullmatch(path))


def without_suffix(path: str) -> tuple[str, Format | None]:
    """Return the path without the suffix of a format, and that format; None if it has no such suffix."""
    for suffix, found in _SUFFIXES.items():
        stem = path.removesuffix(f".{suffix}")
        if stem and stem != path:
            return stem, found
    return path, None


def readable(path: str) -> list[str]:
    """Return the event identifiers that a readable path may stand for.

    ``event/2011-11-08/slug`` and ``news/2011/11/8/slug`` with or without ``.md`` stand for "2011-11-08/slug".
    """
    match = re.fullmatch(r"event/(\d{4}-\d\d-\d\d)/([^/]+)", path)
    if match:
        return _identifiers(match[1], match[2])
    match = re.fullmatch(r"news/(\d{4})/(\d\d?)/(\d\d?)/([^/]+?)(?:\.md)?", path)
    if match:
        return _identifiers(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}", match[4])
    return []


def _identifiers(day: str, slug: str) -> list[str]:
    return list(dict.fromkeys((f"{day}/{slug}", f"{day}/{spell(slug)}", f"{day}/{quote(slug)}")))
