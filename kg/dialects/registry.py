"""The dialects that are installed, found by the entry point group ``newsgraph.dialects``."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, lru_cache
from importlib.metadata import EntryPoint
from typing import Any, Final

from kg.dialects import plugins
from kg.dialects.base import Dialect
from kg.dialects.plugins import Plugin
from kg.dialects.publication import Publication
from kg.errors import ArchiveError

GROUP: Final = "newsgraph.dialects"
REQUIRED: Final = ("shown_path", "item_counts")
"""The attributes that a dialect must have besides its abstract methods."""

Installed = Plugin[Dialect[Any]]


@cache
def installed() -> tuple[Installed, ...]:
    """Return the dialects: newsgraph's own, then those of other distributions, each set sorted by name.

    If several match a path, the first reads the page, so another distribution never changes how pages are read that
    newsgraph can read itself.

    Raises:
        ConfigurationError: if there is none, if two have the same name, or if one cannot be imported or is not a
        dialect;
            the message names the distribution.

    """
    return plugins.load(GROUP, "dialect", _made)


def _made(point: EntryPoint) -> Dialect[Any]:
    made: Dialect[Any] = plugins.made(point, Dialect, REQUIRED)
    if not isinstance(made.publication, Publication):
        raise TypeError(f"the publication of {point.value} is not a {Publication.__qualname__}")
    return made


@lru_cache(maxsize=131_072)
def _first(path: str) -> Installed | None:
    return next((one for one in installed() if one.made.matches(path)), None)


def find(path: str) -> Dialect[Any] | None:
    """Return the dialect that reads the page at ``path``, or None if it is not the path of a page."""
    found = _first(path)
    return found.made if found else None


def of(path: str) -> Dialect[Any]:
    """Return the dialect that reads the page at ``path``. Raises ArchiveError if there is none."""
    found = find(path)
    if found is None:
        raise ArchiveError(f"no dialect that is installed reads the page {path}: install the one it was read with")
    return found


def name(path: str) -> str:
    """Return the name of the dialect that reads the page at ``path``, or "" if there is none."""
    found = _first(path)
    return found.name if found else ""


def publications(said: Collection[tuple[str, Publication]]) -> tuple[Publication, ...]:
    """Return the publications of dialects, given by name, each once, in the order of the dialects."""
    names = [one.name for one in installed()]
    known = sorted((one for one in said if one[0] in names), key=lambda one: (names.index(one[0]), repr(one[1])))
    return tuple(dict.fromkeys(publication for _, publication in known))


def program(path: str) -> str:
    """Return what identifies the code that reads the page at ``path``, as ``kg.dialects.plugins.program`` does."""
    found = _first(path)
    return plugins.program(found) if found else ""
