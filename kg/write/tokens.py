"""The tokens that allow their bearers to write. Only their SHA-256 is kept, so none can leak from settings or logs."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from kg.errors import ConfigurationError

SHORTEST: Final = 16
SHA256: Final = re.compile("[0-9A-Fa-f]{64}")
SHOWN: Final = 12
"""How many digits of a token's SHA-256 name its bearer in the log."""


def digest(token: str) -> str:
    """Return the SHA-256 of a token in hex. Raises ConfigurationError for one with fewer than 16 characters."""
    if len(token) < SHORTEST:
        raise ConfigurationError(f"a token for writing needs at least {SHORTEST} characters: take a random one")
    return _sha256(token)


def check(digests: str) -> None:
    """Raise ConfigurationError unless ``digests`` are the SHA-256 of a token, or of several, separated by commas."""
    if not digests:
        raise ConfigurationError("a writable server needs a token: set KG_WRITE_TOKEN, or write_token_sha256")
    if not all(SHA256.fullmatch(one.strip()) for one in digests.split(",")):
        raise ConfigurationError("the SHA-256 of a token must have 64 hex digits; separate several by commas")


def bearer(token: str, digests: str) -> str | None:
    """Return the name of the bearer of ``token`` in the log, or None unless its SHA-256 is one of ``digests``.

    ``digests`` are those of the settings, separated by commas. The time taken does not depend on the token.
    """
    given, found = _sha256(token), None
    for one in digests.split(","):
        if hmac.compare_digest(given, one.strip().lower()) and one:
            found = f"sha256:{given[:SHOWN]}"
    return found


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
