"""JSON that has its own checksum: the SHA-256 of itself without it, so that one changed byte is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

CHECKSUM: Final = "checksum"


def written(said: Mapping[str, Any], *, indent: int | None = None) -> str:
    """Return an object as JSON with its checksum; with ``indent``, a line for each value, for people to read."""
    return json.dumps({**said, CHECKSUM: _sum(said)}, indent=indent, sort_keys=True) + "\n"


def parsed(text: str) -> dict[str, Any]:
    """Return the object that such a text holds; raises ValueError if it is none, or not what was written."""
    said = checked(text)
    if CHECKSUM not in said:
        raise ValueError("it has no checksum")
    return said


def checked(text: str) -> dict[str, Any]:
    """Return the object that a JSON text holds, which may lack a checksum.

    Raises ValueError if the text is not a JSON object, or has another checksum than it says.
    """
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("it is not a JSON object")
    if CHECKSUM in said and said[CHECKSUM] != _sum({name: one for name, one in said.items() if name != CHECKSUM}):
        raise ValueError("it has other bytes than were written")
    return said


def _sum(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
