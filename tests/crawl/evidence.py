"""Compares the visits of a crawl: whether formats, links and IRIs agree with what they lead to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from tests.crawl.addresses import Addresses
from tests.crawl.client import Reply
from tests.crawl.visit import BROWSER, REDIRECTS, Kind, Visit

REDIRECTED = 5
"""Redirects in a row that lead somewhere."""

Fault = tuple[str, str]
"""Where something is wrong, and what."""


@dataclass
class Document:
    """A document in the formats that were read: their addresses, and a digest of the content at each address."""

    formats: dict[Kind, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    promised: dict[Kind, str] = field(default_factory=dict)
    replies: list[Reply] = field(default_factory=list)

    def add(self, visit: Visit) -> None:
        """Add a format, and the other formats that it promises."""
        self.promised.update(visit.alternates)
        self.formats[visit.kind] = visit.location
        if visit.digest:
            self.digests[visit.location] = visit.digest
        if visit.reply:
            self.replies.append(visit.reply)

    @property
    def agrees(self) -> bool:
        """Whether all formats say the same."""
        return len(set(self.digests.values())) < 2

    def faults(self) -> Iterator[str]:
        """Yield the faults of the formats as a whole."""
        if not self.agrees:
            odd = Counter(self.digests.values()).most_common()[-1][0]
            names = [name for name, digest in self.digests.items() if digest == odd]
            yield f"its formats do not say the same: {', '.join(names)} differ"
        for kind in self.promised.keys() - self.formats.keys():
            yield f"was promised as {kind}, and is not that"


class Evidence:
    """Notes what the visits of a crawl found, and compares it when all are done."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self._visits: dict[str, Visit] = {}
        self._bytes: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self._anchored: dict[str, str] = {}
        self._named: dict[str, str] = {}
        self._subjects: dict[str, frozenset[str]] = {}
        self._topics: dict[str, set[str]] = defaultdict(set)

    def add(self, visit: Visit) -> None:
        """Note a visit, without keeping its links and content."""
        target = visit.task.target
        if visit.task.accept == BROWSER:
            self._visits[target] = visit
        if visit.status == 200 and visit.location:
            self._bytes[visit.location, visit.tag].setdefault(visit.content, target)
        for link in visit.links:
            if link.place == "a" and "#" in link.address and self.addresses.target(link.address):
                self._anchored[self.addresses.local(link.address)] = target
        self._add_graph(visit)
        visit.links, visit.said = [], None

    def _add_graph(self, visit: Visit) -> None:
        if visit.said is None:
            return
        key = visit.canonical or urljoin(self.addresses.base, visit.task.target[1:])
        self._subjects[key] = visit.said.subjects
        for document, thing in visit.said.topics:
            self._topics[thing].add(document)
        self._named |= dict.fromkeys(filter(self.addresses.target, visit.said.iris), visit.task.target)

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong."""
        for (location, _), found in self._bytes.items():
            if len(found) > 1:  # one entity tag stands for the same bytes (RFC 9110, section 8.8.1)
                yield location, f"differs when it is asked for as {' and as '.join(found.values())}"
        for address, found in self._anchored.items():
            yield from self._anchor(address, found)
        for iri, found in self._named.items():
            yield from self._description(iri, found)
        for thing, documents in self._topics.items():
            yield from self._thing(thing, documents)

    def _last(self, address: str) -> Visit | None:
        """Return the visit of an address, or of the address that it redirects to; None if there was none, or no end."""
        for _ in range(REDIRECTED):
            visit = self._visits.get(self.addresses.target(address) or "")
            if visit is None or visit.status not in REDIRECTS:
                return visit
            address = visit.location
        return None

    def _anchor(self, address: str, found: str) -> Iterator[Fault]:
        """Check that a link to a part of a page leads to something there."""
        visit = self._last(urljoin(self.addresses.root, address))
        if visit and visit.kind[0] == "text/html" and address.partition("#")[2] not in visit.anchors:
            yield found, f"links {address}, where there is nothing with this id"

    def _description(self, iri: str, found: str) -> Iterator[Fault]:
        """Check that the document of an IRI says something about it, unless the document has no RDF at all."""
        visit = self._last(iri)
        subjects = self._subjects.get(visit.canonical) if visit and visit.canonical != iri else None
        if subjects is not None and iri.removesuffix("#") not in subjects:
            yield found, f"names <{iri}>, and the document that this leads to says nothing about it"

    def _thing(self, thing: str, documents: set[str]) -> Iterator[Fault]:
        """Check that a thing redirects to one of the documents about it (303), and is not confused with it."""
        visit = self._visits.get(self.addresses.target(thing) or "")
        if visit is None or not thing.startswith(self.addresses.base) or thing in documents or "#" in thing:
            return
        last = self._last(thing)
        if visit.status != 303 or last is None or last.canonical not in documents:
            yield thing, f"is no document, and should redirect (303) to one of {sorted(documents)[:3]}"
