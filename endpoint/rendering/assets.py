"""The files that pages use: each has the hash of its content in its address, so it may be cached indefinitely."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

FOLDER: Final = "assets"
"""The first segment of their paths."""
_STATIC: Final = Path(__file__).parents[1] / "static"
_SHOWN: Final = 12
"""The number of digits of the hash in an address."""


def _hashed(path: Path) -> str:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:_SHOWN]
    return f"{FOLDER}/{path.stem}.{digest}{path.suffix}"


ASSETS: Final[Mapping[str, str]] = MappingProxyType({one.name: _hashed(one) for one in sorted(_STATIC.glob("*.*"))})
"""The paths of the files below the base, by name."""
_NAMES: Final = {path: name for name, path in ASSETS.items()}


def content(path: str) -> tuple[bytes, str] | None:
    """Return the bytes and the media type of the file with a path, such as ``assets/style.0123456789ab.css``."""
    name = _NAMES.get(path)
    if name is None:
        return None
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return (_STATIC / name).read_bytes(), media_type + charset
