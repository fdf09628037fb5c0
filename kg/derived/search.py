"""The search index of a snapshot as an artefact."""

from __future__ import annotations

from typing import Final

from kg.derived.artefact import GatheredArtefact
from kg.lookup.search_index import Names

SEARCH: Final = GatheredArtefact(
    name="search",
    file="search-1.sqlite",
    title="the search index",
    busy="the search index is being made; try again in a few seconds",
    group="search",
    begin=lambda _: Names(),
)
