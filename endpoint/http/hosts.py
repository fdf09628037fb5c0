"""The Host header is the client's word: one that is not ours is taken out of a request before anything reads it.

So no answer, and no kept one, can lead others to a host that somebody made up (RFC 9112, section 3.2; RFC 3986,
section 7.6). Ours are the host of the address at which the server is found, and those of the machine itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from kg.errors import ConfigurationError
from kg.settings import Settings, is_base

Application = Callable[[dict[str, Any], Any], Any]

ROOT: Final = "newsgraph.root"
"""In a WSGI environment: the address of this server as its client wrote it, empty if that is the one it is found at."""
NAMED: Final = "newsgraph.named"
"""In a WSGI environment: that address too, although its host may not be ours; to understand the client, never to send.
"""
LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST: Final = re.compile(r"(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::\d{1,5})?", re.ASCII)


def ours(application: Application, settings: Settings, base: Callable[[], str]) -> Application:
    """Return the WSGI application that sees only our own hosts in requests: any other host is replaced.

    ``base`` tells the identity base, at which the server is found if the setting ``serve_url`` does not say otherwise.
    Raises ConfigurationError if that is not an address.
    """
    if settings.serve_url and not is_base(settings.serve_url):
        raise ConfigurationError(f"serve_url {settings.serve_url!r} must be an http(s) address that ends with a slash")

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        home = urlsplit(settings.serve_url or base())
        host = environ.get("HTTP_HOST", "").lower()
        root = f"{environ['wsgi.url_scheme']}://{host}{environ.get('SCRIPT_NAME', '')}/"
        known = {"HTTP_HOST": home.netloc, "wsgi.url_scheme": home.scheme, ROOT: "", NAMED: root}
        if host != home.netloc.lower() and _is_local(host, settings.host):
            known = {"HTTP_HOST": host, ROOT: root, NAMED: root}
        return application(environ | known, start_response)

    return answer


def _is_local(host: str, listening: str) -> bool:
    match = _HOST.fullmatch(host)
    return match is not None and (match["ipv6"] or match["name"]) in {*LOCAL, listening}
