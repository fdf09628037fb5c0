"""Decides which documents about the past a site has: only those that differ from a document about the present.

An event with one wording, shown since one moment, has no history, and a memento would only repeat its document.
Most events of an archive that is read once are like that, so the site would have twice as many files.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from endpoint.http.urls import Addresses
from endpoint.static_site.reads import WatchedGraph, remembered
from kg.errors import NotFoundError
from kg.workers.operations import History, Mementos

REMEMBERED: Final = 20_000
_HISTORY: Final = re.compile(r"/(event/[^/?]+/[^/?]+)/history(?:\.json)?")
_MEMENTOS: Final = re.compile(r"/(?:timemap/(?:link|json)|memento/\d+)/((?:event|day)/[^?]+)")
_REVISION: Final = re.compile(r"/((event/[^/?]+/[^/?]+)/revision/[^/?]+)")


class PastDocuments:
    """The documents about the past of a site, according to its graph."""

    def __init__(self, graph: WatchedGraph, base: str) -> None:
        self._graph = graph
        self._addresses = Addresses(base)
        self._moments = remembered(graph, self._looked_up, REMEMBERED)
        self._only = remembered(graph, self._only_revision, REMEMBERED)

    def has(self, document: str) -> bool:
        """Return whether a site has a document (see StaticAddresses.document); it need not be about the past."""
        if found := _MEMENTOS.fullmatch(document):
            return self._moments(found[1]) > 1
        if found := _HISTORY.fullmatch(document):
            return not self._only(found[1])
        return True

    def same(self, document: str) -> str | None:
        """Return the document of an event that says all that this document of its only revision says; else None."""
        found = _REVISION.fullmatch(document)
        told = found and self._only(found[2]) == self._addresses.iri(unquote(found[1]))
        return f"/doc/{found[2]}" if found and told else None

    def _looked_up(self, path: str) -> int:
        """Return the number of moments at which the state of an event or a day changed."""
        try:
            return len(Mementos(self._addresses.iri(unquote(path))).answer(self._graph))
        except NotFoundError:
            return 0

    def _only_revision(self, path: str) -> str:
        """Return the IRI of the only revision of an event that is shown now; "" if it has several or is not shown."""
        try:
            told = History(self._addresses.iri(unquote(path))).answer(self._graph)
        except NotFoundError:
            return ""
        return told.wordings[0].revision if len(told.wordings) == 1 and self._moments(path) <= 1 else ""
