"""The summary of all events of a list, requested from a worker once for each snapshot."""

from __future__ import annotations

import json
from typing import Any, Final

from endpoint.site.site import Site
from kg.derived.kinds import SEARCH
from kg.lookup.listing.filter import Filter, Sort
from kg.lookup.listing.listing import Extent
from kg.workers.list_operations import ListEvents

COUNTED: Final = Extent()
"""The extent of a summary without events."""


def summary(
    here: Site,
    asked: Filter,
    sort: Sort = Sort.NEWEST,
    extent: Extent = COUNTED,
    patience: float | None = None,
) -> dict[str, Any]:
    """Return an EventList for JSON, to some extent.

    ``patience`` is how many seconds to wait for the index, by default as long as a request may take. Raises
    ServiceBusyError if there is still none, and the errors of kg.lookup.listing.listing.
    """
    index = here.artefacts.obtain(SEARCH, here.snapshot, patience)
    operation = ListEvents(index, asked, sort, extent)
    found: dict[str, Any] = json.loads(here.cached(operation, lambda: here.workers.ask(operation), len))
    return found
