"""Sends one request to an untrusted host, which may not waste time or memory, or redirect elsewhere.

HTTP libraries follow redirects, read environment variables for proxies, resolve a name again after it was checked, or
limit each wait but not their sum; so this uses http.client on a socket of its own.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import queue
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from kg.errors import FederationError, FederationTimeoutError, FederationTooLargeError
from kg.remote.addresses import Service, is_public
from kg.remote.deadline import DeadlineSocket, left
from kg.version import __version__

RESULTS: Final = "application/sparql-results+json"
ACCEPTED: Final = {RESULTS: (RESULTS, "application/json")}
"""Alternative media types of answers."""
AGENT: Final = f"newsgraph/{__version__}"
NAME: Final = "newsgraph"
"""The name of newsgraph servers in the header Via (RFC 9110, section 7.6.3)."""
IDENTITY: Final = "identity"
GZIP: Final = "gzip"
GZIP_HEADER: Final = 16  # tells zlib to expect a gzip header
CONTENT: Final = (200, 206)
"""The statuses of answers with the requested content, or the requested part of it."""
CHUNK: Final = 65_536
ERROR_BYTES: Final = 10_000
SHOWN: Final = 300
TRIED: Final = 4
"""How many addresses of one host are tried."""

Resolve = Callable[..., list[Any]]
"""A function such as socket.getaddrinfo."""


def hops(via: str | None) -> int:
    """Return how many newsgraph servers a request has passed through, by its header Via."""
    names = (part.strip().partition(" ")[2].partition(" ")[0] for part in (via or "").split(","))
    return sum(name == NAME for name in names)


@dataclass(frozen=True, slots=True)
class Response:
    """What a host answered; ``body`` is complete if ``status`` is 200 or 206, else only its first bytes."""

    status: int
    reason: str
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        """Its media type, "" if it names none."""
        return self.headers.get_content_type() if "Content-Type" in self.headers else ""

    @property
    def refusal(self) -> str:
        """The reason for a refusal: the address of a redirect, which is not followed, or an error text."""
        if 300 <= self.status < 400:
            return f"redirects are not followed: {self.headers.get('Location', '')[:SHOWN]}"
        return said(self.body)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of a request.

    ``private`` says whether the host may be in a private network; ``deadline`` (time.monotonic()) applies to everything
    together; ``limit`` is the largest answer in bytes.
    """

    private: bool
    deadline: float
    limit: int
    resolve: Resolve = socket.getaddrinfo


def post(service: Service, query: str, bounds: Bounds, *, passed: int = 0, accept: str = RESULTS) -> bytes:
    """Send a query to a service and return its answer, in SPARQL JSON or in the media type ``accept``.

    The query is sent as a form (SPARQL 1.1 Protocol, section 2.1.2). ``passed`` is how many newsgraph servers it has
    already passed through. Raises FederationError, or FederationTimeoutError at the deadline.
    """
    headers = {
        "Accept": accept,
        "Content-Type": "application/x-www-form-urlencoded",  # the one that every service accepts
        "User-Agent": AGENT,
        "Via": ", ".join([f"1.1 {NAME}"] * (passed + 1)),
    }
    response = exchange(service, headers, urlencode({"query": query}).encode("ascii"), bounds)
    if response.status != 200:
        told = response.refusal
        mark = ", and" if response.status < 400 else ":"
        raise FederationError(f"{service.host} answered {response.status}{f'{mark} {told}' if told else ''}")
    if response.media_type not in ACCEPTED.get(accept, (accept,)):
        found = response.media_type[:SHOWN] or "no media type"
        raise FederationError(f"{service.host} answered in {found}, not in plain {accept}")
    return response.body


def exchange(
    service: Service, headers: Mapping[str, str], content: bytes | None, bounds: Bounds, method: str = ""
) -> Response:
    """Send a request and return the answer to it, whatever its status.

    ``method`` defaults to POST, or to GET without content. An answer may be compressed (gzip) if ``headers`` accept
    that; the limit applies to the decompressed content. Raises FederationError, FederationTimeoutError at the deadline,
    FederationTooLargeError over the limit.
    """
    try:
        with _connected(service, _resolved(service, bounds), bounds.deadline) as connected:
            sent = _Sent(method or ("GET" if content is None else "POST"), headers, content)
            return _exchange(service, DeadlineSocket(connected, bounds.deadline), sent, bounds.limit)
    except TimeoutError:
        raise FederationTimeoutError(f"{service.host} did not answer in time") from None
    except ssl.SSLCertVerificationError as error:
        raise FederationError(f"{service.host} has no valid certificate: {error.verify_message}") from None
    except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
        reason = str(error)[:SHOWN] or type(error).__name__
        raise FederationError(f"{service.host} did not answer: {reason}") from None


def _resolved(service: Service, bounds: Bounds) -> list[str]:
    """Return the IP addresses of a host, after checking that they may be connected to."""
    found = [service.host] if _is_address(service.host) else _looked_up(service, bounds.deadline, bounds.resolve)
    if not bounds.private and not all(is_public(one) for one in found):
        raise FederationError(f"{service.host} has a private address, and its operator must allow that by name")
    return found[:TRIED]


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False


def _looked_up(service: Service, deadline: float, resolve: Resolve) -> list[str]:
    """Ask the system's resolver, in a thread, because it has no deadline."""
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(resolve(service.host, service.port, type=socket.SOCK_STREAM))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        found = answers.get(timeout=left(deadline))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(found, Exception):
        raise FederationError(f"{service.host} is not known: {found}")
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _connected(service: Service, found: list[str], deadline: float) -> socket.socket:
    """Return a connection to the first of the addresses that accepts one."""
    failure: OSError = OSError("it has no address")
    for tried, address in enumerate(found):
        try:
            connected = socket.create_connection((address, service.port), left(deadline) / (len(found) - tried))
        except OSError as error:
            failure = error
        else:
            return connected if service.scheme == "http" else _secured(connected, service.host, deadline)
    raise failure


def _secured(connected: socket.socket, host: str, deadline: float) -> ssl.SSLSocket:
    try:
        connected.settimeout(left(deadline))
        return ssl.create_default_context().wrap_socket(connected, server_hostname=host)
    except BaseException:
        connected.close()
        raise


class _Sent(NamedTuple):
    method: str
    headers: Mapping[str, str]
    content: bytes | None


def _exchange(service: Service, connected: DeadlineSocket, sent: _Sent, limit: int) -> Response:
    accepted = sent.headers.get("Accept-Encoding", IDENTITY)
    fixed = {"Host": service.authority, "Accept-Encoding": accepted, "Connection": "close"}
    connection = http.client.HTTPConnection(service.host, service.port)
    connection.sock = connected
    connection.request(sent.method, service.path, sent.content, {**sent.headers, **fixed})
    response = connection.getresponse()
    if response.status not in CONTENT:
        return Response(response.status, response.reason, response.headers, response.read(ERROR_BYTES))
    encoding = response.headers.get("Content-Encoding", IDENTITY).lower()
    if encoding not in (IDENTITY, accepted):
        raise FederationError(f"{service.host} answered in {encoding[:SHOWN]}, which was not asked for")
    body = _body(service, response, limit)
    content = body if encoding == IDENTITY else _unpacked(service, body, limit)
    return Response(response.status, response.reason, response.headers, content)


def _unpacked(service: Service, body: bytes, limit: int) -> bytes:
    """Decompress gzip (RFC 1952); the result may be a thousand times larger."""
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | GZIP_HEADER)
    content = unpacking.decompress(body, limit + 1)
    if len(content) > limit:
        raise FederationTooLargeError(f"{service.host} answered with more than {limit} bytes; ask it for less")
    if not unpacking.eof:
        raise FederationError(f"{service.host} broke off within a packed answer")
    return content


def said(body: bytes) -> str:
    """Return the message of an error response: the detail of a problem document (RFC 9457), or else its text."""
    text = body.decode(errors="replace")
    with suppress(ValueError, LookupError, TypeError, RecursionError):
        text = str(json.loads(text)["detail"])
    return " ".join(text.split())[:SHOWN]


def _body(service: Service, response: http.client.HTTPResponse, limit: int) -> bytes:
    content = bytearray()
    while part := response.read1(CHUNK):
        content += part
        if len(content) > limit:
            raise FederationTooLargeError(f"{service.host} answered with more than {limit} bytes; ask it for less")
    if response.length:
        raise FederationError(f"{service.host} broke off with {response.length} bytes missing")
    return bytes(content)
