"""The dialects that are installed, found by the entry point group ``newsgraph.dialects``."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final

from kg.dialects.base import Dialect
from kg.dialects.publication import Publication
from kg.errors import ArchiveError, ConfigurationError

GROUP: Final = "newsgraph.dialects"
OWN: Final = "newsgraph"
REQUIRED: Final = ("shown_path", "item_counts")
"""What a dialect must say besides its abstract methods."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A dialect, the name of its entry point, and the distribution that brings it, with its version."""

    name: str
    dialect: Dialect[Any]
    distribution: str
    version: str


@cache
def installed() -> tuple[Installed, ...]:
    """Return the dialects: newsgraph's own, then those of other distributions, each by name.

    Of several that match a path the first reads the page, so that another distribution never changes what pages give
    that could be read without it.

    Raises:
        ConfigurationError: if there is none, if two have the same name, or if one cannot be imported or is no dialect;
            the message names the distribution.

    """
    found = sorted(entry_points(group=GROUP), key=_order)
    names = [one.name for one in found]
    for one in found:
        if names.count(one.name) > 1:
            of = " and ".join(_distribution(other)[0] for other in found if other.name == one.name)
            raise ConfigurationError(f"two dialects are called {one.name}, of {of}: uninstall one of them")
    if not any(_distribution(one)[0] == OWN for one in found):
        raise ConfigurationError("the dialects of newsgraph are not installed: install it (pip install --editable .)")
    return tuple(map(_load, found))


def _order(point: EntryPoint) -> tuple[bool, str, str]:
    distribution, _ = _distribution(point)
    return distribution != OWN, point.name, distribution


def _load(point: EntryPoint) -> Installed:
    distribution, version = _distribution(point)
    try:
        return Installed(point.name, _made(point), distribution, version)
    except Exception as error:
        raise ConfigurationError(
            f"the dialect {point.name} of {distribution} {version} cannot be used ({type(error).__name__}: {error}): "
            f"install {distribution} again, or uninstall it"
        ) from error


def _made(point: EntryPoint) -> Dialect[Any]:
    kind = point.load()
    if not (isinstance(kind, type) and issubclass(kind, Dialect)):
        raise TypeError(f"{point.value} is no subclass of {Dialect.__module__}.{Dialect.__qualname__}")
    missing = [name for name in REQUIRED if not hasattr(kind, name)]
    if missing:
        raise TypeError(f"{point.value} has no {' and no '.join(missing)}")
    if not isinstance(kind.publication, Publication):
        raise TypeError(f"the publication of {point.value} is no {Publication.__qualname__}")
    made: Dialect[Any] = kind()
    return made


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else ("an unknown distribution", "")


@lru_cache(maxsize=131_072)
def _first(path: str) -> Installed | None:
    return next((one for one in installed() if one.dialect.matches(path)), None)


def find(path: str) -> Dialect[Any] | None:
    """Return the dialect that reads the page at ``path``, or None if no page stands there."""
    found = _first(path)
    return found.dialect if found else None


def of(path: str) -> Dialect[Any]:
    """Return the dialect that reads the page at ``path``; raises ArchiveError if there is none."""
    found = find(path)
    if found is None:
        raise ArchiveError(f"no dialect that is installed reads the page {path}: install the one it was read with")
    return found


def name(path: str) -> str:
    """Return the name of the dialect that reads the page at ``path``, or nothing if there is none."""
    found = _first(path)
    return found.name if found else ""


def publications(names: Container[str]) -> tuple[Publication, ...]:
    """Return what the dialects with these names say of their archives, each once, in the order of the dialects."""
    return tuple(dict.fromkeys(one.dialect.publication for one in installed() if one.name in names))


def program(path: str) -> str:
    """Return what names the code that reads the page at ``path``: its distribution, version, and a hash of its files.

    newsgraph's own code is hashed whole where this is used, so that here it has only its name.
    """
    found = _first(path)
    return _program(found) if found else ""


@cache
def _program(one: Installed) -> str:
    digest = hashlib.sha256()
    for file in _files(type(one.dialect)) if one.distribution != OWN else ():
        digest.update(file.read_bytes())
    return f"{one.name} {one.distribution} {one.version} {digest.hexdigest()}"


def _files(kind: type) -> Iterator[Path]:
    """Yield the files of the package, or of the single module, that a class was imported from."""
    names = kind.__module__.split(".")
    modules = (sys.modules[".".join(names[:end])] for end in range(1, len(names) + 1))
    # A namespace package has no file, since other distributions may share its folder.
    file = next((Path(one.__file__) for one in modules if one.__file__), None)
    if file is None or file.name != "__init__.py":
        yield from filter(None, [file])
        return
    inside = (one for one in file.parent.rglob("*") if "__pycache__" not in one.parts and one.is_file())
    yield from sorted(inside)
