"""What a site of files has of the past: documents about what has changed, and none that say again what one says now.

An event with one wording, shown since one moment, has no history, and a memento of it would be its document once more.
Most events of an archive that is read once are such, and a site would have twice as many files.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from endpoint.http.urls import Addresses
from kg.errors import NotFoundError
from kg.workers.operations import History, Mementos

REMEMBERED: Final = 20_000
_HISTORY: Final = re.compile(r"/(event/[^/?]+/[^/?]+)/history(?:\.json)?")
_MEMENTOS: Final = re.compile(r"/(?:timemap/(?:link|json)|memento/\d+)/((?:event|day)/[^?]+)")
_REVISION: Final = re.compile(r"/((event/[^/?]+/[^/?]+)/revision/[^/?]+)")


class PastDocuments:
    """The documents about the past of a site; ``ask`` answers operations on its graph (see kg.query.operations)."""

    def __init__(self, ask: Callable[[Any], Any], base: str) -> None:
        self._ask = ask
        self._addresses = Addresses(base)
        self._moments = lru_cache(REMEMBERED)(self._looked_up)
        self._only = lru_cache(REMEMBERED)(self._only_revision)

    def has(self, document: str) -> bool:
        """Return whether a site has a document (see StaticAddresses.document), which may be about anything."""
        if found := _MEMENTOS.fullmatch(document):
            return self._moments(found[1]) > 1
        if found := _HISTORY.fullmatch(document):
            return not self._only(found[1])
        return True

    def same(self, document: str) -> str | None:
        """Return the document of an event that has all that this one says, which is of its only revision; else None."""
        found = _REVISION.fullmatch(document)
        told = found and self._only(found[2]) == self._addresses.iri(unquote(found[1]))
        return f"/doc/{found[2]}" if found and told else None

    def _looked_up(self, path: str) -> int:
        """Return how many moments there are at which the state of an event or a day changed."""
        try:
            return len(self._ask(Mementos(self._addresses.iri(unquote(path)))))
        except NotFoundError:
            return 0

    def _only_revision(self, path: str) -> str:
        """Return the IRI of the revision of an event if it has had that alone, and is shown now; nothing else."""
        try:
            told = self._ask(History(self._addresses.iri(unquote(path))))
        except NotFoundError:
            return ""
        return told.wordings[0].revision if len(told.wordings) == 1 and self._moments(path) <= 1 else ""
