"""Decides which IRIs are our own, and where this server has them."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

import vocab

PERSISTENT = {vocab.ONTOLOGY: "/vocab", vocab.CONTEXT: "/context.jsonld"}
"""The addresses of the vocabulary, which are the same everywhere, and served by every server."""
SCHEMES = ("http://", "https://", "ftp://", "mailto:", "urn:", "geo:", "data:", "tel:")


@dataclass(frozen=True, slots=True)
class Addresses:
    """The root of a server and the identity base of what it serves; both end with a slash."""

    root: str
    base: str

    def target(self, iri: str) -> str | None:
        """Return the path and query that an IRI of our own has here, without its fragment; None for any other."""
        for prefix, path in ((self.root, "/"), (self.base, "/"), *PERSISTENT.items()):
            rest = iri.removeprefix(prefix)
            if rest != iri and (prefix.endswith("/") or rest[:1] in ("", "#", "/")):
                return (path + rest).partition("#")[0]
        return None

    def local(self, iri: str) -> str:
        """Return the address here of an IRI of our own, with its fragment."""
        target = self.target(iri)
        assert target is not None
        return target + iri[len(iri.partition("#")[0]) :]


def fault(iri: str) -> str | None:
    """Return what is wrong with the syntax of an absolute IRI (RFC 3987), if anything is."""
    try:
        NamedNode(iri)
    except ValueError as error:
        return str(error)
    return None if iri.startswith(SCHEMES) else "its scheme is none that leads anywhere"
