"""One request of a crawl: the links of the reply, its content, and its faults."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import ParseError

from kg.publish import ro_crate
from tests.crawl import contents, graphs
from tests.crawl.addresses import Addresses, fault
from tests.crawl.client import Client, Reply, WebLink
from tests.crawl.contents import Contents, Link
from tests.crawl.graphs import Said

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CONTEXT = "http://www.w3.org/ns/json-ld#context"
TRIES = 20
"""How often a busy resource is requested again."""
LARGEST = 1_000_000
"""Bytes that no document may have; files to download may."""
FILES = ("/dump/",)
REDIRECTS = {302: ("/timegate/", "/answer?"), 303: ("/",), 308: ("/",)}
"""The statuses that lead on, and what the paths that may answer with them begin with."""

Kind = tuple[str, str]
"""A media type, and its profile."""


@dataclass(frozen=True, slots=True)
class Task:
    """A request to make: its target and format, where it was found, and what was promised about the reply.

    ``allowed`` are error statuses that are expected here, ``tries`` is how often the server asked to retry later.
    """

    target: str
    accept: str = BROWSER
    found: str = "the start"
    promised: Kind | None = None
    location: str = ""
    allowed: tuple[int, ...] = ()
    tries: int = 0


@dataclass
class Visit:
    """The result of a task."""

    task: Task
    status: int = 0
    kind: Kind = ("", "")
    canonical: str = ""
    location: str = ""
    tag: str = ""
    content: str = ""
    size: int = 0
    digest: str = ""
    said: Said | None = None
    links: list[Link] = field(default_factory=list)
    alternates: dict[Kind, str] = field(default_factory=dict)
    anchors: frozenset[str] = frozenset()
    varies: bool = False
    again: float = 0.0
    faults: list[str] = field(default_factory=list)
    reply: Reply | None = None


class Visitor:
    """Asks one server, from several threads."""

    def __init__(self, addresses: Addresses, sample: int) -> None:
        self.addresses = addresses
        self.sample = sample
        self._local = threading.local()
        self._clients: list[Client] = []
        self._contexts: dict[str, Any] = {}
        self._known: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}

    @property
    def client(self) -> Client:
        """The connection of the current thread."""
        if not hasattr(self._local, "client"):
            self._local.client = Client(self.addresses.root)
            self._clients.append(self._local.client)
        found: Client = self._local.client
        return found

    def close(self) -> None:
        """Close the connections of all threads."""
        for client in self._clients:
            client.close()

    def drawn(self, target: str) -> bool:
        """Whether a document is in the sample that is examined more closely, the same in every crawl."""
        return zlib.crc32(target.encode()) % self.sample == 0

    def __call__(self, task: Task) -> Visit:
        """Send the request, and read the reply."""
        reply = self.client.get(task.target, task.accept)
        visit = Visit(task, reply.status, (reply.type, reply.profile), size=len(reply.body))
        try:
            self._read(visit, reply)
        except (ValueError, SyntaxError, ParseError, UnicodeDecodeError) as error:
            visit.faults.append(f"cannot be read: {str(error)[:300]}")
        return visit

    def _read(self, visit: Visit, reply: Reply) -> None:
        address = urljoin(self.addresses.root, visit.task.target)
        visit.links = [_header_link(one, address) for one in reply.links]
        if reply.status in REDIRECTS:
            self._redirect(visit, reply, address)
        elif reply.status == 503 and reply.header("retry-after") and visit.task.tries < TRIES:
            visit.again = float(reply.header("retry-after"))
        elif reply.status == 410:
            visit.faults += self._tombstone(visit.task.target)
        elif reply.status != 200:
            visit.faults += [f"status {reply.status}"] if reply.status not in visit.task.allowed else []
        else:
            self._document(visit, reply, address)

    def _redirect(self, visit: Visit, reply: Reply, address: str) -> None:
        visit.location = urljoin(address, reply.header("location"))
        visit.links.append(Link(visit.location, f"Location {reply.status}"))
        if not visit.task.target.startswith(REDIRECTS[reply.status]):
            visit.faults.append(f"status {reply.status} is for other resources than this one")
        if not self.addresses.target(visit.location):
            visit.faults.append(f"redirects away, to {visit.location}")

    def _tombstone(self, target: str) -> Iterator[str]:
        """Yield the faults of the document of a removed resource: its RDF must say that it is gone, and since when."""
        reply = self.client.get(target, "application/n-triples")
        text = reply.body.decode(errors="replace")
        for term in ("http://www.w3.org/2002/07/owl#deprecated", "http://www.w3.org/ns/prov#invalidatedAtTime"):
            if reply.status != 410 or f"<{term}>" not in text:
                yield f"gone, but does not say {term}"

    def _document(self, visit: Visit, reply: Reply, address: str) -> None:
        visit.content = hashlib.sha256(reply.body).hexdigest()
        visit.location = urljoin(address, reply.header("content-location")) if reply.header("content-location") else ""
        visit.tag = reply.header("etag")
        visit.varies = "accept" in reply.header("vary").lower().replace(" ", "").split(",")
        visit.canonical = next((one.target for one in reply.linked("canonical")), "")
        visit.faults += headers(visit, reply)
        key = visit.location, visit.content
        if visit.location and key in self._known:  # the same bytes, requested in another way
            visit.digest, visit.anchors = self._known[key]
        else:
            self._body(visit, reply, address)
            self._known[key] = visit.digest, visit.anchors
        visit.alternates = _alternates(visit, reply, address)

    def _body(self, visit: Visit, reply: Reply, address: str) -> None:
        found = self._contents(visit, reply, address)
        visit.links += found.links
        visit.anchors = found.anchors
        visit.faults += found.faults

    def _contents(self, visit: Visit, reply: Reply, address: str) -> Contents:
        if visit.task.target.startswith(FILES) and reply.type == "application/gzip":
            assert gzip.decompress(reply.body)
            return Contents()
        if reply.type in graphs.READABLE or reply.linked(CONTEXT):
            self._graph(visit, reply, address)
            return Contents()
        if reply.type not in contents.READERS:
            return Contents(faults=() if visit.task.target.startswith(FILES) else (f"unknown type {reply.type!r}",))
        found = contents.READERS[reply.type](reply.body, address)
        for data in found.data:
            graphs.read(data.encode(), "application/ld+json")
        return found

    def _graph(self, visit: Visit, reply: Reply, address: str) -> None:
        # The context of a crate is elsewhere; tests/endpoint/catalog has it read by the reference reader.
        elsewhere = "@context" in reply.profile or reply.profile.endswith(("#context", "#frame"))
        if elsewhere or reply.profile == ro_crate.PROFILE:
            visit.links += contents.json_links(reply.body, address)
            return
        context = self._context(urljoin(address, found[0].target)) if (found := reply.linked(CONTEXT)) else None
        quads = graphs.read(reply.body, reply.type, context)
        visit.digest = graphs.digest(quads)
        # All formats of a document say the same, so its IRIs are taken from one of them.
        if not (visit.canonical and reply.type != "application/n-quads") and not visit.task.target.startswith(FILES):
            visit.said = graphs.said(quads)
        if visit.canonical and self.drawn(visit.canonical):
            visit.reply = reply

    def _context(self, address: str) -> Any:
        """Return the context of plain JSON, from the address in its Link header."""
        if address not in self._contexts:
            target = self.addresses.target(address)
            assert target, f"the context {address} is not ours"
            self._contexts[address] = json.loads(self.client.get(target, "*/*").body)["@context"]
        return self._contexts[address]


def headers(visit: Visit, reply: Reply) -> Iterator[str]:
    """Yield what is wrong with the headers of a document."""
    if visit.task.promised and visit.task.promised != visit.kind and visit.task.promised != (visit.kind[0], ""):
        yield f"is {visit.kind}, though {visit.task.promised} was promised"
    if visit.size > LARGEST and not visit.task.target.startswith(FILES):
        yield f"has {visit.size:,} bytes"
    if reply.header("content-type").startswith("text/") and "charset=utf-8" not in reply.header("content-type"):
        yield "does not say its character set"
    if visit.task.location and visit.location != visit.task.location:
        yield f"has Content-Location {visit.location}, expected was {visit.task.location}"
    if visit.canonical:
        yield from _of_documents(visit, reply)
    yield from filter(None, (_fault(one) for one in reply.links if "://" in one.target))


def _fault(link: WebLink) -> str | None:
    wrong = fault(link.target)
    return f"its header links <{link.target}>: {wrong}" if wrong else None


def _of_documents(visit: Visit, reply: Reply) -> Iterator[str]:
    for name in ("etag", "vary", "content-location", "cache-control"):
        if not reply.header(name):
            yield f"has no header {name}"
    for relation in ("alternate", "license"):
        if not reply.linked(relation):
            yield f"has no link with relation {relation}"
    if not visit.varies:
        yield "does not say that it varies with Accept"
    if reply.header("etag").startswith("W/"):
        yield "has no strong entity tag"


def _header_link(one: WebLink, address: str) -> Link:
    given = one.parameters
    place, relations = f"header {given.get('rel', '')}", tuple(one.relations)
    return Link(urljoin(address, one.target), place, given.get("type", ""), given.get("profile", ""), relations)


def _alternates(visit: Visit, reply: Reply, address: str) -> dict[Kind, str]:
    """Return the other formats of a document, by type and profile; feeds about it are not formats of it."""
    links = [_header_link(one, address) for one in reply.links] or visit.links
    return {
        (one.type, one.profile): one.address
        for one in links
        if "alternate" in one.relations and (one.type in graphs.READABLE or one.type == graphs.PLAIN_JSON)
    }


def promising(link: Link, task: Task) -> Task:
    """Return a task with what a link promises about its target."""
    return replace(task, promised=(link.type, link.profile)) if link.type else task
