"""The readers that are installed, found by the entry point group ``newsgraph.readers``."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint
from typing import Final

from kg.archive.readers.base import CaptureReader
from kg.dialects import plugins
from kg.dialects.plugins import Plugin

GROUP: Final = "newsgraph.readers"
REQUIRED: Final = ("shown_path",)


@cache
def installed() -> tuple[Plugin[CaptureReader], ...]:
    """Return the readers: newsgraph's own, then those of other distributions, each by name.

    Raises ConfigurationError as ``kg.dialects.registry.installed`` does.
    """
    return plugins.load(GROUP, "reader", _made)


def _made(point: EntryPoint) -> CaptureReader:
    made: CaptureReader = plugins.made(point, CaptureReader, REQUIRED)
    return made


def matching(path: str) -> tuple[CaptureReader, ...]:
    """Return the readers that may read the file at ``path``, in order; the first that recognises it is used."""
    return tuple(one.made for one in installed() if one.made.matches(path))
