"""The page of a directory: its entries by count or by name, its letters, and a map for places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from endpoint.directories.asked import AskedDirectory
from endpoint.http.urls import Addresses
from endpoint.listing.page import ListLink
from endpoint.rendering.figures.maps import event_map
from endpoint.rendering.language import gettext
from endpoint.rendering.page_frame import PageFrame
from kg.lookup.listing.directory import Directory, DirectoryEntry, DirectoryPage
from kg.lookup.listing.filter import BoundingBox
from kg.lookup.listing.listing import MapPoint
from kg.rdf.formats import LIST_FORMATS, Format

ROWS: Final = 50
"""The number of entries on a page."""
FILTERS: Final = {
    Directory.PLACES: "place",
    Directory.PEOPLE: "entity",
    Directory.STORIES: "story",
    Directory.TOPICS: "topic",
    Directory.PUBLISHERS: "publisher",
    Directory.CATEGORIES: "category",
}
"""The parameter of a list of events for the things of each directory."""
DATA: Final = tuple(one for one in LIST_FORMATS if one.name in ("json", "csv"))


def directory_page(frame: PageFrame, asked: AskedDirectory, found: DirectoryPage) -> str:
    """Return the page of a directory."""
    local, page = frame.addresses.local, asked.page or 1
    last = -(-found.total // ROWS)
    first_page = page == 1 and not asked.words and not asked.by_name
    return frame.page(
        "directory.html",
        asked=asked,
        found=found,
        kind=asked.directory.value,
        entries=[(one, frame.addresses.href(one.iri), _events(frame.addresses, asked, one)) for one in found.entries],
        persons=any(one.what == "person" for one in found.entries),
        first=ROWS * (page - 1) + 1,
        page=page,
        map=_map(frame, found.points) if first_page and found.points else Markup(),
        orders=list(_orders(frame, asked)),
        letters=list(_letters(frame, asked, found)),
        turns=tuple(
            local(asked.address(page=str(one) if one > 1 else "")) if 1 <= one <= last else ""
            for one in (page - 1, page + 1)
        ),
        formats=formats(frame.addresses, asked),
        others=[(one.value, local(one.value)) for one in Directory],
        canonical=frame.addresses.absolute(asked.address(page=str(page) if page > 1 else "")),
    )


def formats(addresses: Addresses, asked: AskedDirectory) -> list[tuple[Format, str]]:
    """Return the formats of a directory other than its page, each with the address of the whole directory."""
    return [(one, addresses.local(asked.address(f".{one.suffix}"))) for one in DATA]


def _events(addresses: Addresses, asked: AskedDirectory, entry: DirectoryEntry) -> str:
    """Return the address of the list of the events that are counted for an entry."""
    given = {FILTERS[asked.directory]: entry.iri.removeprefix(addresses.base)}
    return addresses.local(f"events?{urlencode(given, safe='/')}")


def _orders(frame: PageFrame, asked: AskedDirectory) -> Iterator[ListLink]:
    for text, sort in ((gettext("Most events first"), ""), (gettext("A to Z"), "name")):
        href = frame.addresses.local(asked.address(sort=sort, letter=""))
        yield ListLink(text, href, chosen=asked.by_name == bool(sort))


def _letters(frame: PageFrame, asked: AskedDirectory, found: DirectoryPage) -> Iterator[ListLink]:
    """Yield the initial letters of names in the directory, each with its count."""
    for letter, entries in found.letters.items():
        href = frame.addresses.local(asked.address(letter=letter, q="", sort=""))
        yield ListLink(letter, href, entries, chosen=letter == asked.letter)


def _map(frame: PageFrame, points: list[MapPoint]) -> Markup:
    """Return the map of where the most events happened."""

    def place(point: MapPoint) -> str:
        return frame.addresses.href(point.iri) or ""

    def area(box: BoundingBox) -> str:
        corners = ",".join(f"{one:.4f}" for one in (box.west, box.south, box.east, box.north))
        return frame.addresses.local(f"events?bbox={corners}&view=map")

    return event_map(points, gettext("Where most events happened"), place, area, whole=True)
