"""Credentials for hosts that ask: a name and a password from a netrc file, sent only on request."""

from __future__ import annotations

import netrc
import threading
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.request import AbstractDigestAuthHandler, HTTPPasswordMgrWithDefaultRealm, Request, parse_http_list
from urllib.request import parse_keqv_list as parsed_pairs

from kg.errors import ConfigurationError
from kg.remote.addresses import Service
from kg.remote.client import Bounds, Response, exchange

UNAUTHORIZED: Final = 401
AUTHORIZATION: Final = "Authorization"
BASIC, DIGEST = "basic", "digest"


@dataclass(slots=True)
class Credentials:
    """A name and a password for one host, which the repr of this object hides. Safe to use from many threads."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    _challenge: dict[str, str] | None = field(default=None, repr=False)
    _digest: Any = field(default=None, repr=False)
    _lock: Any = field(default_factory=threading.Lock, repr=False)

    def authorize(self, request: Request) -> None:
        """Add credentials to a request as the host's last challenge asked for, if there was one."""
        if self._challenge is not None:
            with self._lock:
                found = self._digest.get_authorization(request, self._challenge)
            request.add_unredirected_header(AUTHORIZATION, f"Digest {found}")

    def answer(self, request: Request, challenge: str) -> bool:
        """Add the answer to a challenge (RFC 7617, RFC 7616) to a request; return whether it can be answered."""
        scheme, _, rest = challenge.strip().partition(" ")
        if scheme.lower() == BASIC:
            pair = b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")
            request.add_unredirected_header(AUTHORIZATION, f"Basic {pair}")
            return True
        if scheme.lower() != DIGEST:
            return False
        known = HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, f"{request.type}://{request.host}/", self.user, self.password)
        self._digest = AbstractDigestAuthHandler(known)
        self._challenge = parsed_pairs(parse_http_list(rest))
        self.authorize(request)
        return True


def credentials(host: str, file: str = "") -> Credentials | None:
    """Return the name and password of a host from a netrc file, ``~/.netrc`` if none is named; None if it has none.

    Raises ConfigurationError for a file that cannot be read, without quoting its content.
    """
    if not file and not (Path.home() / ".netrc").exists():
        return None
    try:
        found = netrc.netrc(file or None).authenticators(host)
    except OSError as error:
        raise ConfigurationError(f"the netrc file cannot be read: {error.strerror or type(error).__name__}") from None
    except netrc.NetrcParseError as error:
        raise ConfigurationError(f"line {error.lineno} of the netrc file cannot be read") from None
    return Credentials(found[0], found[2]) if found else None


def send(request: Request, bounds: Bounds, known: Credentials | None) -> Response:
    """Send a request, and send it again with credentials if the host asks for them.

    Returns the answer, whatever its status. Raises the errors of kg.remote.client.exchange.
    """
    if known:
        known.authorize(request)
    response = _sent(request, bounds)
    if known and response.status == UNAUTHORIZED:
        challenge = response.headers.get("WWW-Authenticate", "")
        if known.answer(request, challenge):
            return _sent(request, bounds)
    return response


def _sent(request: Request, bounds: Bounds) -> Response:
    content = request.data if isinstance(request.data, bytes) else None
    service = Service.parse(request.full_url)
    return exchange(service, dict(request.header_items()), content, bounds, request.get_method())
