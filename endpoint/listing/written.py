"""Writes a list in a format, part by part, into a file that is then sent.

Each part is made by a worker, and at most one is in memory. The file is complete before the first byte of the response,
so that a list is sent whole or not at all.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import Final

from flask import Response, current_app

from endpoint.listing.asked import AskedList
from endpoint.site.limits import NAME, Clients
from endpoint.site.log import record
from endpoint.site.site import Site
from kg.derived.kinds import SEARCH
from kg.errors import ParameterError
from kg.lookup.exports.writer import ListHead
from kg.rdf.formats import Format
from kg.workers.list_operations import WriteEvents

MOST: Final = 100_000
"""The most events in one list."""
PART: Final = 1_000
"""How many events a worker writes at once."""
SECONDS: Final = 60.0
"""The longest time for writing a list, in seconds."""
IN_MEMORY: Final = 1_000_000
"""The size in bytes from which a list is kept on disk until it is sent."""
SENT: Final = 65_536
"""How many bytes are sent at once."""


def written(
    here: Site, response: Response, asked: AskedList, chosen: Format, head: ListHead, first: int, until: int | None
) -> Response:
    """Fill a response with the events of a list from one number up to another one, or the last.

    Raises ParameterError for a list that is too long, and the errors of workers.
    """
    clients: Clients = current_app.extensions[NAME]
    with ExitStack() as stack, clients.turn(record().client) as pay:
        file = stack.enter_context(SpooledTemporaryFile(IN_MEMORY))
        end = time.monotonic() + SECONDS
        for part in _parts(here, asked, chosen, head, first, until):
            answered = here.workers.ask(part, end, pay)
            if answered.total > MOST and until is None:
                raise ParameterError(_too_long(answered.total), "page")
            file.write(answered.content)
            if part.first + PART >= min(answered.total, part.until):
                break
        response.content_length = file.tell()
        file.seek(0)
        response.response = iter(lambda: file.read(SENT), b"")
        response.call_on_close(stack.pop_all().close)
    return response


def _parts(
    here: Site, asked: AskedList, chosen: Format, head: ListHead, first: int, until: int | None
) -> Iterator[WriteEvents]:
    """Yield the requests to workers, endlessly."""
    index, at = here.artefacts.obtain(SEARCH, here.snapshot), first
    while True:
        end = MOST if until is None else until
        yield WriteEvents(index, asked.filter, asked.sort, first, PART, at, end, chosen.name, head)
        first += PART


def _too_long(total: int) -> str:
    return (
        f"this list has {total:,} events, and a file {MOST:,} at most: ask for less (from, to, category, place), page"
        " by page (page=1), or take a dump"
    )
