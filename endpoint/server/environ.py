"""Builds the WSGI environment of a request (PEP 3333), without anything from the process's environment."""

from __future__ import annotations

import ipaddress
import sys
from dataclasses import dataclass
from typing import IO, Any, Final
from urllib.parse import quote, unquote_to_bytes

from werkzeug.wsgi import FileWrapper

from endpoint.server.request import RequestHead
from endpoint.site.log import ARRIVED
from endpoint.site.site import NAME
from kg.errors import RequestRefusedError
from kg.settings import Settings

BLOCK: Final = 262_144
"""How many bytes are read from a file at once."""
FORWARDED: Final = frozenset({"forwarded", *(f"x-forwarded-{name}" for name in ("for", "host", "proto", "port", "by"))})
"""Fields of proxies, which the application never sees."""
UNPREFIXED: Final = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
SCHEMES: Final = ("http", "https")


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The origin of a request: the address of its client, and the scheme that the client sees."""

    client: str
    scheme: str = "http"

    @classmethod
    def of(cls, peer: str, head: RequestHead, settings: Settings) -> RequestOrigin:
        """Return the origin of a request from ``peer`` (see ``plain``), trusting its fields if it is the trusted proxy.

        Raises RequestRefusedError if fields of that proxy are invalid.
        """
        if not settings.trusted_proxy or peer != plain(settings.trusted_proxy):
            return cls(peer)
        hops = [hop.strip() for hop in (head.value("x-forwarded-for") or "").split(",") if hop.strip()]
        found = hops[-settings.trusted_proxy_count :][:1] or [peer]
        scheme = (head.value("x-forwarded-proto") or "http").strip('" ').lower()
        if scheme not in SCHEMES:
            raise RequestRefusedError("X-Forwarded-Proto is neither http nor https")
        return cls(plain(found[0]), scheme)


def plain(address: str) -> str:
    """Return an address without quotes, brackets or port; an IPv4-mapped IPv6 address as IPv4."""
    address = address.strip('" ')
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def environ(
    head: RequestHead, body: IO[bytes], size: int, origin: RequestOrigin, server: tuple[str, int], arrived: float
) -> dict[str, Any]:
    """Return the environment of a request.

    ``size`` is the length of its body in bytes, ``server`` the address that it came to, ``arrived`` the
    time.monotonic() at which the last byte arrived.
    """
    host, path, query = _target(head)
    fields = dict.fromkeys(name for name, _ in head.fields if name not in FORWARDED and "_" not in name)
    found = {UNPREFIXED.get(name) or f"HTTP_{name.upper().replace('-', '_')}": head.value(name) for name in fields}
    found.pop("HTTP_TRANSFER_ENCODING", None)
    return {
        **found,
        **({"HTTP_HOST": host} if host else {}),
        **({"CONTENT_LENGTH": str(size)} if size else {}),
        "REQUEST_METHOD": head.method,
        "REQUEST_URI": head.target,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": f"HTTP/{head.version}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_SOFTWARE": NAME,
        "REMOTE_ADDR": origin.client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": origin.scheme,
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": _blocks,
        ARRIVED: arrived,
    }


def _blocks(file: IO[bytes], _: int = 0) -> FileWrapper:
    return FileWrapper(file, BLOCK)


def _target(head: RequestHead) -> tuple[str, str, str]:
    """Return the host that a target names, its path in WSGI form, and its query (RFC 9112, section 3.2)."""
    target = quote(head.target.encode("latin-1"), safe="".join(map(chr, range(0x21, 0x7F))))
    host = ""
    if target.lower().startswith(("http://", "https://")):
        host, slash, rest = target.partition("://")[2].partition("/")
        host, mark, query = host.partition("?")
        target = f"/{rest}" if slash else f"/{mark}{query}"
    path, _, query = target.partition("#")[0].partition("?")
    if path.startswith("/"):
        path = f"/{path.lstrip('/')}"  # two slashes at its start would turn the rest into a host in a redirect
    return host, unquote_to_bytes(path).decode("latin-1"), query
