"""A graph that is read nearly completely, page by page: it caches what was read for one page for the next."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Final, Self

from kg.rdf import Quad
from kg.rdf.graph import Pattern
from kg.store.embedded import EmbeddedGraph

REMEMBERED: Final = 30_000
"""How many patterns are cached: about 60 MB, enough for the documents of several days or hundreds of entities."""


class RememberedGraph(EmbeddedGraph):
    """A dataset on disk that does not change, with a cache of the quads that the last patterns matched."""

    __slots__ = ("_found",)
    _found: dict[Pattern, list[Quad]]

    @classmethod
    def read_only(cls, folder: str | PathLike[str]) -> Self:
        """Open the dataset in a folder; raises OSError if it cannot be opened."""
        opened = super().read_only(folder)
        opened._found = {}
        return opened

    def match(self, patterns: Sequence[Pattern]) -> list[list[Quad]]:
        """Return the quads of each of many patterns; see kg.rdf.graph.Graph."""
        if len(self._found) > REMEMBERED:
            self._found.clear()
        fresh = [one for one in dict.fromkeys(patterns) if one not in self._found]
        if fresh:
            self._found.update(zip(fresh, super().match(fresh), strict=True))
        return [self._found[one] for one in patterns]
