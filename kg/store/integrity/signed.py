"""JSON with its own checksum: the SHA-256 of the rest, so that a single changed byte is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

CHECKSUM: Final = "checksum"


def written(said: Mapping[str, Any], *, indent: int | None = None) -> str:
    """Return an object as JSON with its checksum; with ``indent``, one line for each value, for people to read."""
    return json.dumps({**said, CHECKSUM: _sum(said)}, indent=indent, sort_keys=True) + "\n"


def parsed(text: str) -> dict[str, Any]:
    """Return the object in such a text. Raises ValueError if it is invalid or damaged."""
    said = checked(text)
    if CHECKSUM not in said:
        raise ValueError("it has no checksum")
    return said


def checked(text: str) -> dict[str, Any]:
    """Return the object in a JSON text, which may lack a checksum.

    Raises ValueError if the text is not a JSON object, or does not match its checksum.
    """
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("it is not a JSON object")
    if CHECKSUM in said and said[CHECKSUM] != _sum({name: one for name, one in said.items() if name != CHECKSUM}):
        raise ValueError("it has other bytes than were written")
    return said


def _sum(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
