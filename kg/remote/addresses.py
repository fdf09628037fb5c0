"""Which services may be asked, and which network addresses their hosts may have."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from kg.errors import ConfigurationError

PRIVATE: Final = "private:"
PORTS: Final = {"http": 80, "https": 443}
HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
PATH: Final = re.compile(r"/[!-\"$-;=?-~]*")  # visible ASCII but # < >
ANY_PORT: Final = re.compile(r"(https?://(?:\[[^\]]*\]|[^\[:/]*)):\*(?=/|$)")
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052, section 2.1
GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")  # RFC 4291, section 2.4: all that is given to hosts
SPECIAL: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # assignments to protocols (RFC 6890)
            "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
            "2001::/23",  # assignments to protocols, such as Teredo (RFC 2928)
            "2002::/16",  # 6to4 (RFC 3056), which leads to any IPv4 address
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
"""Networks of the special-purpose address registries of IANA that the oldest supported Python considers global."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Service:
    """The address of a service in its parts; ``path`` includes the query string."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, iri: str) -> Self:
        """Return the parts of an http(s) address. Raises ValueError for anything else, user names and fragments."""
        parts = urlsplit(iri)
        host, port = parts.hostname or "", parts.port
        if parts.scheme not in PORTS or "@" in parts.netloc or "#" in iri or port == 0:
            raise ValueError("it is not an address that begins with http:// or https://")
        if ("[" in parts.netloc) != (":" in host):
            raise ValueError("its host is not valid")
        if not (HOST.fullmatch(host) or (":" in host and ipaddress.IPv6Address(host).scope_id is None)):
            raise ValueError("its host is not valid")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not PATH.fullmatch(path):
            raise ValueError("its path has characters that must be percent-encoded")
        return cls(parts.scheme, host, port or PORTS[parts.scheme], path)

    @property
    def authority(self) -> str:
        """The host, with the port unless it is the scheme's own (RFC 9110, section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the setting ``services``.

    It allows the address of ``service``, or all addresses of its host if it has no path, on any port if ``any_port``.
    The host may be in a private network, or this machine, only if ``private``.
    """

    service: Service
    private: bool
    any_port: bool

    def allows(self, asked: Service) -> bool:
        """Return whether a service may be asked."""
        return (
            (asked.scheme, asked.host) == (self.service.scheme, self.service.host)
            and (self.any_port or asked.port == self.service.port)
            and self.service.path in ("/", asked.path)
        )


def rules(text: str) -> tuple[Rule, ...]:
    """Return the comma-separated entries of the setting ``services``. Raises ConfigurationError if one is invalid."""
    return tuple(_rules(text))


def _rules(text: str) -> Iterator[Rule]:
    for entry in filter(None, (part.strip() for part in text.split(","))):
        address, number = ANY_PORT.subn(r"\1", entry.removeprefix(PRIVATE))
        try:
            service = Service.parse(address)
        except ValueError as error:
            raise ConfigurationError(f"services: {entry!r} cannot be asked: {error}") from None
        yield Rule(service, entry.startswith(PRIVATE), number > 0)


def is_public(address: str) -> bool:
    """Return whether an IP address is public, including the address that it maps or translates to."""
    found: Address = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        if found in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)))
        if found not in GLOBAL_UNICAST:
            return False
    if any(found in network for network in SPECIAL):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)
