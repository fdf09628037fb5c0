"""The summary of all events of a list, requested from a worker once for each snapshot."""

from __future__ import annotations

import json
from typing import Any, Final

from endpoint.site.site import Site
from kg.derived.kinds import SEARCH
from kg.lookup.listing.filter import Filter, Sort
from kg.workers.list_operations import ListEvents

VALUES: Final = 10
"""The number of values for each facet."""


def summary(
    here: Site, asked: Filter, sort: Sort = Sort.NEWEST, first: int = 0, count: int = 0, patience: float | None = None
) -> dict[str, Any]:
    """Return an EventList for JSON, with ``count`` events from the one at ``first`` on.

    ``patience`` is how many seconds to wait for the index, by default as long as a request may take. Raises
    ServiceBusyError if there is still none, and the errors of kg.lookup.listing.listing.
    """
    index = here.artefacts.obtain(SEARCH, here.snapshot, patience)
    operation = ListEvents(index, asked, sort, first, count, VALUES)
    found: dict[str, Any] = json.loads(here.cached(operation, lambda: here.workers.ask(operation), len))
    return found
