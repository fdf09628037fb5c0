"""All artefacts by their names."""

from __future__ import annotations

from typing import Final

from kg.derived import dumps
from kg.derived.artefact import Artefact, GatheredArtefact
from kg.derived.changes import CHANGES
from kg.derived.search import SEARCH
from kg.derived.sitemaps import SITEMAPS
from kg.derived.statistics import STATISTICS
from kg.errors import NotFoundError

PREPARED: Final[tuple[GatheredArtefact, ...]] = (SEARCH, STATISTICS, SITEMAPS, CHANGES)
"""What is made of each snapshot before anybody asks for it, in one reading of its graph."""


def named(name: str) -> Artefact:
    """Return the artefact with a name; raises NotFoundError if there is none."""
    found = next((one for one in PREPARED if one.name == name), None) or dumps.named(name)
    if found is None:
        raise NotFoundError(f"no artefact is called {name[:100]!r}")
    return found
