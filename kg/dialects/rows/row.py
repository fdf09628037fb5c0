"""A row of a table of events, as it was read: plain data, and its canonical JSON text."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any, Final, Self

from kg.dialects.item import normalise, readable_slug
from kg.errors import FormatError

_PLAIN_ID: Final = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_DEGREES: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{0,17}[1-9])?")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One event of a table.

    ``printed`` is the date as printed, ``first`` and ``last`` the range of days that it means, inclusive. ``places``
    are names, the smallest place first; ``latitude`` and ``longitude`` (WGS84) are canonical decimals, or both empty.
    ``categories`` and ``topics`` are printed, ``articles`` the titles of Wikipedia articles; ``sources`` are pairs of
    an address and the name of its publisher, of which one may be empty.
    """

    printed: str
    first: date
    title: str
    last: date | None = None
    id: str = ""
    description: str = ""
    places: tuple[str, ...] = ()
    latitude: str = ""
    longitude: str = ""
    geonames: int | None = None
    categories: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    language: str = ""
    image: str = ""

    @property
    def text(self) -> str:
        """The row as JSON (RFC 8259) in one line: names sorted, no spaces, empty members left out."""
        said = ((name, getattr(self, name)) for name in _names())
        told = {name: _plain(value) for name, value in said if value not in ("", (), None)}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the row in a line of JSON; raises FormatError if it is not one, or not in canonical form."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            raise FormatError("not JSON") from None
        row = cls._made(said) if isinstance(said, dict) else None
        if row is None or row.text != text:
            raise FormatError("no row in canonical form")
        return row

    @classmethod
    def _made(cls, said: Mapping[str, Any]) -> Self | None:
        try:
            values = {name: _READ.get(name, str)(value) for name, value in said.items()}
            row = cls(**{"printed": ""} | values)
        except (TypeError, ValueError):
            return None
        return row if row._is_sound else None

    @property
    def _is_sound(self) -> bool:
        point = (self.latitude, self.longitude)
        is_point = all(map(_DEGREES.fullmatch, point)) and abs(float(point[0])) <= 90 and abs(float(point[1])) <= 180
        last = self.last or self.first
        return bool(self.title.strip()) and last >= self.first and (is_point or not any(point))

    def identifier(self, dataset: str) -> str:
        """Return the slug that distinguishes the event from all others of its day, from its id or else its content.

        The content is the title and the place; what may be added later, such as a source, does not count.
        """
        if self.id:
            return identifier_of(self.id, dataset)
        place = (*self.places, self.latitude, self.longitude, str(self.geonames or ""))
        return f"{dataset}:{readable_slug(self.title)}-{_hash(chr(0).join((normalise(self.title), *place)))}"


def identifier_of(own_id: str, dataset: str) -> str:
    """Return the slug of the event to which a dataset gives this id."""
    plain = own_id.casefold()
    readable = plain if _PLAIN_ID.fullmatch(plain) else f"{readable_slug(own_id)}-{_hash(own_id)}"
    return f"{dataset}:{readable}"


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(one.name for one in fields(TableRow)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value))


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(address), str(publisher)) for address, publisher in value)


_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "first": date.fromisoformat,
    "last": date.fromisoformat,
    "geonames": int,
    "sources": _pairs,
    **dict.fromkeys(("places", "categories", "topics", "articles"), _texts),
}
"""How to read the values that are not texts, by field name."""
