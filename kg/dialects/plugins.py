"""Plugins from other distributions: the classes named by the entry points of a group."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar

from kg.errors import ConfigurationError

OWN = "newsgraph"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plugin(Generic[T]):
    """The instance of a plugin: the name of its entry point, and its distribution with the version."""

    name: str
    made: T
    distribution: str
    version: str


def load(group: str, noun: str, make: Callable[[EntryPoint], T]) -> tuple[Plugin[T], ...]:
    """Return the plugins of a group: newsgraph's own, then those of other distributions, each set sorted by name.

    ``noun`` is the word for one of them in messages; ``make`` imports one and instantiates it. Raises
    ConfigurationError if newsgraph itself brings none, if two have the same name, or if one cannot be made; the message
    names the distribution.
    """
    found = sorted(entry_points(group=group), key=_order)
    names = [one.name for one in found]
    for one in found:
        if names.count(one.name) > 1:
            of = " and ".join(_distribution(other)[0] for other in found if other.name == one.name)
            raise ConfigurationError(f"two {noun}s are called {one.name}, of {of}: uninstall one of them")
    if not any(_distribution(one)[0] == OWN for one in found):
        raise ConfigurationError(f"the {noun}s of newsgraph are not installed: install it (pip install --editable .)")
    return tuple(_load(one, noun, make) for one in found)


def made(point: EntryPoint, base: type, required: tuple[str, ...]) -> Any:
    """Import the class that an entry point names, and instantiate it without arguments.

    Raises TypeError if it is not a subclass of ``base``, or has no attributes of these names.
    """
    kind = point.load()
    if not (isinstance(kind, type) and issubclass(kind, base)):
        raise TypeError(f"{point.value} is not a subclass of {base.__module__}.{base.__qualname__}")
    missing = [name for name in required if not hasattr(kind, name)]
    if missing:
        raise TypeError(f"{point.value} has no {' and no '.join(missing)}")
    return kind()


def _order(point: EntryPoint) -> tuple[bool, str, str]:
    distribution, _ = _distribution(point)
    return distribution != OWN, point.name, distribution


def _load(point: EntryPoint, noun: str, make: Callable[[EntryPoint], T]) -> Plugin[T]:
    distribution, version = _distribution(point)
    try:
        return Plugin(point.name, make(point), distribution, version)
    except Exception as error:
        raise ConfigurationError(
            f"the {noun} {point.name} of {distribution} {version} cannot be used ({type(error).__name__}: {error}): "
            f"install {distribution} again, or uninstall it"
        ) from error


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else ("an unknown distribution", "")


def program(one: Plugin[Any]) -> str:
    """Return what identifies the code of a plugin: its distribution, version, and a hash of its files.

    For newsgraph's own plugins this is only the name, since callers hash all of newsgraph's code.
    """
    return _program(one.name, type(one.made).__module__, one.distribution, one.version)


@cache
def _program(name: str, module: str, distribution: str, version: str) -> str:
    digest = hashlib.sha256()
    for file in _files(module) if distribution != OWN else ():
        digest.update(file.read_bytes())
    return f"{name} {distribution} {version} {digest.hexdigest()}"


def _files(module: str) -> Iterator[Path]:
    """Yield the files of the package that contains a module, or the single module's own."""
    names = module.split(".")
    modules = (sys.modules[".".join(names[:end])] for end in range(1, len(names) + 1))
    # A namespace package has no file, since other distributions may share its folder.
    file = next((Path(one.__file__) for one in modules if one.__file__), None)
    if file is None or file.name != "__init__.py":
        yield from filter(None, [file])
        return
    inside = (one for one in file.parent.rglob("*") if "__pycache__" not in one.parts and one.is_file())
    yield from sorted(inside)
