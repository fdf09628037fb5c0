"""The pages about the history of an event, and about two of its wordings; and both as JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from endpoint.event import difference
from endpoint.event.difference import ShownDifference
from endpoint.html.reader import Reader, ShownTerm
from endpoint.http.urls import Addresses
from endpoint.rendering.page_frame import PageFrame
from kg.errors import NotFoundError, ParameterError
from kg.lookup.history import EventHistory, ShownWording, compared

WORDINGS: Final = 10
"""The number of wordings on a page."""


@dataclass(frozen=True, slots=True)
class WordingOnPage:
    """A wording as pages show it: its number, from 1, and the differences from the one before, if any.

    ``href`` links its revision, ``memento`` the event as it was when this was first shown, ``page`` the capture that
    has it; the last two may be empty.
    """

    number: int
    name: str
    title: ShownTerm
    said: ShownWording
    href: str
    memento: str
    page: str
    former: str
    difference: ShownDifference


def path_of(addresses: Addresses, event: str, what: str = "history") -> str:
    """Return the path below the base of the history of an event, or of ``compare``."""
    return f"{event.removeprefix(addresses.base)}/{what}"


def name_of(revision: str) -> str:
    """Return the name of a revision in addresses: the last segment of its IRI."""
    return revision.rpartition("/")[2]


def wordings(found: EventHistory, addresses: Addresses, *, whole: bool = False) -> list[WordingOnPage]:
    """Return the wordings of an event as pages show them, oldest first, abridged or whole."""
    reader = Reader(found.nodes, addresses)
    return [_wording(found, at, reader, whole=whole) for at in range(len(found.wordings))]


def _wording(found: EventHistory, at: int, reader: Reader, *, whole: bool) -> WordingOnPage:
    said, former, addresses = found.wordings[at], found.former(at), reader.addresses
    origin = said.origin.partition("#")[0]
    return WordingOnPage(
        at + 1,
        name_of(said.revision),
        ShownTerm(said.content.title, language=said.language or None),
        said,
        addresses.href(said.revision) or "",
        memento(addresses, found.event, said.start),
        addresses.href(origin) or "" if origin else "",
        name_of(former.revision) if former else "",
        difference.shown(compared(former, said), reader, whole=whole),
    )


def memento(addresses: Addresses, event: str, instant: str) -> str:
    """Return the address of an event as it was at an instant, or "" for none."""
    stamp = re.sub(r"[^0-9]", "", instant)
    return addresses.local(f"memento/{stamp}/{event.removeprefix(addresses.base)}") if stamp else ""


def history_page(frame: PageFrame, found: EventHistory, number: int) -> str:
    """Return a page of the history of an event, newest wordings first.

    Raises NotFoundError if there is no such page.
    """
    shown = wordings(found, frame.addresses)[::-1]
    last = max(1, -(-len(shown) // WORDINGS))
    if number > last:
        raise NotFoundError(f"there is no page {number} of this history: there are {last}")
    reader = Reader(found.nodes, frame.addresses)
    return frame.page(
        "history.html",
        event=reader.resource(found.event),
        found=found,
        wordings=shown[WORDINGS * (number - 1) : WORDINGS * number],
        number=number,
        last=last,
        path=path_of(frame.addresses, found.event),
        compare=frame.addresses.local(path_of(frame.addresses, found.event, "compare")),
    )


def chosen(found: EventHistory, one: str, other: str) -> tuple[ShownWording | None, ShownWording]:
    """Return the two wordings that parameters name: by IRI or its last segment.

    By default they are the newest one and the one before it, which is None if there is no other. Raises ParameterError
    for anything that is not a wording of the event.
    """
    newest = len(found.wordings) - 1
    after = _named(found, "b", other) if other else found.wordings[newest]
    if one:
        return _named(found, "a", one), after
    return found.former(found.wordings.index(after)), after


def _named(found: EventHistory, parameter: str, name: str) -> ShownWording:
    known = {name_of(wording.revision): wording for wording in found.wordings}
    wording = known.get(name_of(name))
    if wording is None or name not in (name_of(name), wording.revision):
        raise ParameterError(f"{parameter} must be a revision of this event", parameter, tuple(known))
    return wording


def compare_page(frame: PageFrame, found: EventHistory, before: ShownWording | None, after: ShownWording) -> str:
    """Return the page that compares two wordings of an event."""
    reader = Reader(found.nodes, frame.addresses)
    shown = {one.name: one for one in wordings(found, frame.addresses)}
    return frame.page(
        "compare.html",
        event=reader.resource(found.event),
        found=found,
        wordings=list(shown.values()),
        before=before and shown[name_of(before.revision)],
        after=shown[name_of(after.revision)],
        difference=difference.shown(compared(before, after), reader),
        path=path_of(frame.addresses, found.event, "compare"),
        history=frame.addresses.local(path_of(frame.addresses, found.event)),
    )


def history_json(found: EventHistory, addresses: Addresses) -> dict[str, Any]:
    """Return the history for JSON: the wordings, oldest first, each with its differences from the one before."""
    return {
        "event": found.event,
        "date": found.day,
        "gone": found.gone or None,
        "wordings": [_wording_json(found, at, addresses) for at in range(len(found.wordings))],
    }


def _wording_json(found: EventHistory, at: int, addresses: Addresses) -> dict[str, Any]:
    said, former = found.wordings[at], found.former(at)
    difference_ = compared(former, said)
    past = memento(addresses, found.event, said.start)
    return {
        "revision": said.revision,
        "title": said.content.title,
        "language": said.language or None,
        "current": said.current,
        "shownFrom": said.start or None,
        "shownUntil": said.end or None,
        "written": said.written or None,
        "page": said.origin or None,
        "memento": addresses.absolute(past.removeprefix(f"{addresses.mount}/")) if past else None,
        "words": difference_.words_json,
        "values": difference_.values_json,
    }


def compare_json(before: ShownWording | None, after: ShownWording) -> dict[str, Any]:
    """Return the differences of two wordings, as ``kg diff`` prints those of two revisions."""
    found = compared(before, after)
    ends: Sequence[tuple[str, ShownWording | None]] = (("from", before), ("to", after))
    return {
        **{name: one and one.revision for name, one in ends},
        "words": found.words_json,
        "values": found.values_json,
    }
