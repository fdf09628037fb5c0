"""Publishers are organisations, identified by the host of an article and, on portals, by the label printed after it.

data/publishers/publishers.tsv lists what no rule can know: organisations with several hosts, agencies, portals. Any
other organisation is the registrable domain of the host (kg/entities/publishers/hosts.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from kg.entities.publishers import credit_lines, hosts
from kg.entities.publishers.hosts import Address
from kg.version import data_folder

TABLE: Final = "publishers.tsv"
PLAIN: Final = re.compile(r"https?://([a-z0-9.-]*[a-z])(?=[/?#]|$)")
"""How many addresses are cached, so that their hosts need not be analysed again."""
CARRIERS: Final = 3
"""How many addresses may be nested, such as an archived page of a translator."""


@dataclass(frozen=True, slots=True)
class Organization:
    """A reviewed organisation: a row of the table.

    ``key`` is the last segment of its IRI. An ``agency`` sells its texts to others, who print them; a ``portal`` shows
    what others publish. ``addresses`` are hosts, including their subdomains, some with the beginning of a path; the
    first is its home. ``names`` identify it wherever they are printed.
    """

    key: str
    kind: str
    name: str
    addresses: tuple[str, ...]
    names: tuple[str, ...]


class Credit(NamedTuple):
    """Who publishes an article, and who wrote it if that is known: the keys of organisations."""

    publisher: str
    authors: tuple[str, ...] = ()


class Publishers:
    """The organisations that publish, by address and by name."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        """Index the lines of the table, without its header."""
        self._reviewed = {one.key: one for one in map(_organization, lines)}
        self._hosts: dict[str, str] = {}
        self._paths: dict[str, list[tuple[str, str]]] = {}
        self._names: dict[str, set[str]] = {}
        self._by_host: dict[tuple[str, str], Credit] = {}
        for one in self._reviewed.values():
            self._index(one)
        self._divided = tuple(self._paths)

    def _index(self, one: Organization) -> None:
        for address in one.addresses:
            host, slash, path = address.partition("/")
            if slash:
                self._paths.setdefault(host, []).append((f"/{path}", one.key))
            else:
                self._hosts[host] = one.key
        for name in (one.name, *one.names):
            self._names.setdefault(credit_lines.fold(name), set()).add(one.key)

    def reviewed(self, key: str) -> Organization | None:
        """Return the organisation with a key, None if it is not in the table."""
        return self._reviewed.get(key)

    def credit(self, url: str, labels: Sequence[str] = ()) -> Credit | None:
        """Return who publishes the article at ``url``, printed with ``labels``; None if it has no host.

        If the labels disagree, the first that names the publisher of an article on a portal decides.
        """
        plain = PLAIN.match(url)
        host = plain[1] if plain else ""
        told = (self._by_host.get((host, one)) or self._credit(url, one) for one in labels or ("",))
        found = [one for one in told if one]
        if len(found) < 2:
            return found[0] if found else None
        publisher = next((one.publisher for one in found if not self._is_portal(one.publisher)), found[0].publisher)
        authors = chain.from_iterable(self.authors(publisher, label) for label in labels)
        return Credit(publisher, tuple(dict.fromkeys(authors)))

    def _credit(self, url: str, label: str) -> Credit | None:
        address = hosts.address(url)
        if address is None:
            return None
        publisher = owner = self._publisher(address)
        if self._is_portal(owner):
            publisher = self._shown(label, owner) or owner
        found = Credit(publisher, self.authors(publisher, label))
        if not (self._is_portal(self._owner(address) or "") or address.host.endswith(self._divided)):
            self._by_host[address.host, label] = found
        return found

    def authors(self, publisher: str, label: str) -> tuple[str, ...]:
        """Return the organisations that a label says an article is from, other than its publisher.

        They are the reviewed ones named before "via", and the agencies named anywhere else.
        """
        if not label:
            return ()
        line = credit_lines.read(label)
        relayed = chain.from_iterable(self._all_named(name, publisher) for name in line.relayed)
        printing = chain.from_iterable(self._all_named(name, publisher) for name in line.printing)
        found = (*relayed, *(key for key in printing if self._reviewed[key].kind == "agency"))
        return tuple(key for key in dict.fromkeys(found) if key != publisher and not self._is_portal(key))

    def named(self, name: str, publisher: str = "") -> str | None:
        """Return the key of the reviewed organisation with a name printed by ``publisher``, None if there is none.

        A name that several share only names the one that prints it.
        """
        found = self._names.get(credit_lines.fold(name), ())
        if publisher in found:
            return publisher
        return next(iter(found)) if len(found) == 1 else None

    def parts(self, name: str, publisher: str = "") -> tuple[str, ...]:
        """Return the names that one text joins: the text as a whole unless one of its parts is an agency."""
        if self.named(name, publisher):
            return (name,)
        parts = credit_lines.parts(name)
        keys = [self.named(part, publisher) for part in parts]
        return parts if any(key and self._reviewed[key].kind == "agency" for key in keys) else (name,)

    def _all_named(self, text: str, publisher: str) -> Iterator[str]:
        yield from filter(None, (self.named(part, publisher) for part in self.parts(text, publisher)))

    def _shown(self, label: str, portal: str) -> str | None:
        """Return the organisation whose article a portal shows, if the label names one."""
        line = credit_lines.read(label)
        found = [
            key for name in (*reversed(line.printing), *reversed(line.relayed)) for key in self._all_named(name, portal)
        ]
        return next((key for key in found if not self._is_portal(key)), None)

    def _publisher(self, address: Address) -> str:
        """Return the key of the publisher at an address, or at the address within that of a portal."""
        for _ in range(CARRIERS):
            key = self._owner(address)
            inner = hosts.carried(address) if key and self._is_portal(key) else None
            if inner is None:
                break
            address = inner
        return self._owner(address) or hosts.registrable_domain(address.host)

    def _owner(self, address: Address) -> str | None:
        """Return the reviewed organisation that owns an address: by the longest host, then the longest path."""
        labels = address.host.split(".")
        for start in range(len(labels)):
            host = ".".join(labels[start:])
            below = [(len(path), key) for path, key in self._paths.get(host, ()) if _is_below(address.path, path)]
            if below:
                return max(below)[1]
            if key := self._hosts.get(host):
                return key
        return None

    def _is_portal(self, key: str) -> bool:
        return key in self._reviewed and self._reviewed[key].kind == "portal"


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def _organization(line: str) -> Organization:
    key, kind, name, addresses, names = line.rstrip("\n").split("\t")
    return Organization(key, kind, name, tuple(addresses.split()), tuple(filter(None, names.split(";"))))


@cache
def load() -> Publishers:
    """Read the shipped table, once per process. Raises ConfigurationError if it is not installed."""
    file, *_ = files()
    return Publishers(file.read_text(encoding="utf-8").splitlines()[1:])


def files() -> tuple[Path, ...]:
    """Return the files that publishers are read from. Raises ConfigurationError if they are not installed."""
    return data_folder("publishers") / TABLE, credit_lines.file(), hosts.file()
