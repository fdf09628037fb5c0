"""Where an article is published: the host in its address, and the registered domain of that host."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache, lru_cache
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from publicsuffixlist import PublicSuffixList

from kg.entities.places import gazetteer
from kg.version import data_folder

CARRIED: Final = re.compile(r"https?:/{1,2}(?=[^/])", re.IGNORECASE)
#: What precedes an archived address without a scheme, or the address of an AMP page, in a path.
BARE: Final = re.compile(
    r"/(?:(?:web/)?(?:\d{4,14}(?:[a-z]{2}_)?|\*)|(?:amp|[cv])(?:/s)?)/((?:[\w-]+\.)+[a-z-]{2,}(?:[/:?#].*)?)$"
)
CARRYING: Final = frozenset({"url", "u", "q", "link", "to", "dest", "target"})
TRANSLATED: Final = ".translate.goog"
WWW: Final = re.compile(r"www\d*\.(?=.*\.)")


class Address(NamedTuple):
    """The parts of a web address that say who publishes it: the host, as ASCII (RFC 5890, A-labels), and the rest."""

    host: str
    path: str
    query: str


def public_suffixes() -> str:
    """Return which public suffix list is used: the name and version of the package that contains it."""
    return f"publicsuffixlist {version('publicsuffixlist')}"


def address(url: str) -> Address | None:
    """Return the host, path and query of a web address; None if it has no host."""
    with suppress(ValueError):
        parts = urlsplit(url.strip())
        if host := _ascii(parts.hostname or ""):
            return Address(host, parts.path, parts.query)
    return None


def carried(one: Address) -> Address | None:
    """Return the address within that of a web archive, a translator or the like; None if there is none."""
    if one.host.endswith(TRANSLATED):
        labels = one.host.removesuffix(TRANSLATED).replace("--", "_").replace("-", ".").replace("_", "-")
        return Address(labels, one.path, one.query)
    path = unquote(one.path)
    texts = [f"{path}?{one.query}", *(value for name, value in parse_qsl(one.query) if name.casefold() in CARRYING)]
    for text, end in zip(texts, (len(path), *map(len, texts[1:])), strict=True):
        if found := CARRIED.search(text, 0, end):
            return address(f"http://{text[found.end() :]}")
    bare = BARE.match(path)
    inner = address(f"http://{bare[1]}") if bare else None
    return inner if inner and _list().publicsuffix(inner.host, accept_unknown=False) else None


@lru_cache(maxsize=32_768)
def registrable_domain(host: str) -> str:
    """Return the domain that is registered for a host: one label more than its public suffix (publicsuffix.org).

    Suffixes under which a company gives names to others count, so each blog is a domain of its own. A host that is an
    IP address or a public suffix itself is returned without ``www``.
    """
    if is_ip_address(host):
        return host
    bare = WWW.sub("", host, count=1)
    domain = _list().privatesuffix(bare) or bare
    if domain == bare or domain not in _hosting():
        return domain
    return f"{bare.removesuffix(f'.{domain}').rpartition('.')[2]}.{domain}"


def is_ip_address(host: str) -> bool:
    """Return whether a host is given as an IP address."""
    with suppress(ValueError):
        ip_address(host)
        return True
    return False


def file() -> Path:
    """Return the list of domains under which others have sites. Raises ConfigurationError if it is not installed."""
    return data_folder("publishers") / "hosting.txt"


@cache
def _hosting() -> frozenset[str]:
    return frozenset(gazetteer.entries(file()))


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=32_768)
def _ascii(host: str) -> str:
    """Return a host in lower case and ASCII, if possible."""
    name = unquote(host).strip(". ").casefold()
    if name.isascii():
        return name
    with suppress(UnicodeError):
        return name.encode("idna").decode("ascii")
    return name
