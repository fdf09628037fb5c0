"""The Host header comes from the client: an unknown host is removed from a request before anything reads it.

So no answer, not even a cached one, can lead others to an invented host (RFC 9112, section 3.2; RFC 3986, section 7.6).
Known hosts are the one of the server's public address, and those of the machine itself.
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
"""In a WSGI environment: the address of this server as its client wrote it, "" if that is its public address."""
NAMED: Final = "newsgraph.named"
"""In a WSGI environment: the same, but possibly with an unknown host; for reading requests only, never to send."""
LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST: Final = re.compile(r"(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::\d{1,5})?", re.ASCII)


def ours(application: Application, settings: Settings, base: Callable[[], str]) -> Application:
    """Return a WSGI application that sees only known hosts in requests: any other host is replaced.

    ``base`` is the identity base, which is the public address unless the setting ``serve_url`` names another. Raises
    ConfigurationError if that is not an address.
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
