"""Trailers: lines at the end of a commit message that describe a wiki revision (git-interpret-trailers).

``kg fetch --git`` writes them, so a reader of the repository knows what the wiki said about each revision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

KEYS: Final = ("path", "revision", "parent", "address", "language", "hidden")
PREFIX: Final = "Wiki-"
SEPARATOR: Final = "\x1f"
FORMAT: Final = (
    "%(trailers:only=true,unfold=true,separator=%x1f," + ",".join(f"key={PREFIX}{key.title()}" for key in KEYS) + ")"
)
"""The format that makes git print them (git-log, PRETTY FORMATS)."""
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_LANGUAGE: Final = re.compile(r"[a-z][a-z-]{1,11}")


@dataclass(frozen=True, slots=True)
class WikiRevision:
    """The wiki revision that a commit stands for.

    ``path`` is the path of its page. ``revision`` is its id, None if the commit says that the page was removed.
    ``parent`` is the id of the revision before it: "" if there was none, None where the wiki does not say. ``hidden``
    says why its text is missing, "" if it is not.
    """

    path: str
    revision: str | None = None
    parent: str | None = None
    address: str | None = None
    language: str | None = None
    hidden: str = ""

    def lines(self) -> str:
        """Return the revision as the last lines of a message."""
        told = ((key, getattr(self, key)) for key in KEYS)
        return "".join(f"{PREFIX}{key.title()}: {value or 'none'}\n" for key, value in told if _is_said(key, value))


def _is_said(key: str, value: str | None) -> bool:
    return bool(value) or (key == "parent" and value == "")


def read(lines: Iterable[str]) -> WikiRevision | None:
    """Return the revision described by trailer lines as git prints them, None if there is none or it is invalid."""
    told = _told(lines)
    path, revision, parent = told.get("path", ""), told.get("revision"), told.get("parent")
    parent = "" if parent == "none" else parent
    numbers = [one for one in (revision, parent) if one]
    if not path or not all(map(_NUMBER.fullmatch, numbers)) or (revision is None and "hidden" in told):
        return None
    language = told.get("language", "")
    known = language if _LANGUAGE.fullmatch(language) else None
    return WikiRevision(path, revision, parent, told.get("address"), known, told.get("hidden", ""))


def _told(lines: Iterable[str]) -> Mapping[str, str]:
    pairs = (line.partition(": ") for line in lines)
    return {key.removeprefix(PREFIX).lower(): value.strip() for key, _, value in pairs if key.startswith(PREFIX)}
