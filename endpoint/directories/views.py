"""The views of the directories: each is negotiated, or has the suffix of a format."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from flask import Response, request

from endpoint.directories.asked import PARAMETERS, AskedDirectory, asked_directory
from endpoint.directories.page import DATA, ROWS, directory_page, formats
from endpoint.directories.written import csv_of, json_of
from endpoint.http.headers import alternates
from endpoint.http.negotiate import HTML, choose
from endpoint.http.routes import Description, Routes, media_types
from endpoint.site.problems import acceptable
from endpoint.site.site import Site, site, tagged
from kg.derived.kinds import SEARCH
from kg.lookup.listing.directory import Directory, DirectoryPage
from kg.rdf.formats import Format
from kg.workers.list_operations import ListThings

blueprint = Routes("directories", __name__)

MOST: Final = 1_000_000
"""The most entries in data, which is more than there are."""
NAMES: Final = ", ".join(Directory)
LISTED: Final = Description(
    media_types((HTML, *DATA)), parameters=PARAMETERS, values=tuple(one.value for one in Directory)
)
WRITTEN: Final = replace(LISTED, types=media_types(DATA), values=())


@blueprint.get(f"/<any({NAMES}):kind>", described=LISTED)
def directory(kind: str) -> Response:
    """List all places, people, stories, topics, publishers or categories that events have.

    Those that most events have come first, or from A to Z. ``events`` are those in a place, of a story, below a topic
    or a category, or reported by a publisher; ``named`` are those that name it in any way. Data are the whole
    directory, or a page of it.
    """
    here, asked = site(), asked_directory(kind, request.args)
    accept = request.headers.get("Accept")
    chosen = choose((HTML, *DATA), accept) if accept else DATA[0]
    if chosen is None:
        raise acceptable(formats(here.addresses, asked))
    response = _page(here, asked) if chosen == HTML else _data(here, asked, chosen)
    response.headers["Vary"] = "Accept"
    response.headers.extend([("Link", one) for one in alternates(formats(here.addresses, asked), None)])
    return response


@blueprint.get(f"/<any({NAMES}):kind>.<any(json, csv):suffix>", described=WRITTEN)
def directory_as(kind: str, suffix: str) -> Response:
    """Send all places, people, stories, topics, publishers or categories in one format, see the page of them."""
    chosen = next(one for one in DATA if one.suffix == suffix)
    return _data(site(), asked_directory(kind, request.args), chosen)


def _page(here: Site, asked: AskedDirectory) -> Response:
    shown = directory_page(here.frame, asked, _found(here, asked, ROWS))
    return tagged(Response(shown, content_type=HTML.content_type), here.snapshot, f"directory-{_query()}")


def _data(here: Site, asked: AskedDirectory, chosen: Format) -> Response:
    found = _found(here, asked, ROWS if asked.page else MOST)
    body = csv_of(found) if chosen.name == "csv" else json_of(asked, found, here.snapshot.id)
    response = Response(body, content_type=chosen.content_type)
    return tagged(response, here.snapshot, f"directory-{chosen.name}-{_query()}")


def _query() -> str:
    return urlencode(sorted(request.args.items()))


def _found(here: Site, asked: AskedDirectory, count: int) -> DirectoryPage:
    """Return the requested entries, from the cache or from a worker."""
    index = here.artefacts.obtain(SEARCH, here.snapshot)
    first = ROWS * ((asked.page or 1) - 1)
    operation = ListThings(index, asked.directory, asked.words, asked.letter, asked.by_name, first, count)
    found: DirectoryPage = here.cached(
        operation, lambda: here.workers.ask(operation), lambda one: 1_000 + 300 * len(one.entries)
    )
    return found
