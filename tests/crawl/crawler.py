"""Crawls a server of linked data: from the home page over every link and every IRI of our own.

It only requests addresses that it found, asks no other server, and compares all formats of each document.
"""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict, deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from typing import Final
from zlib import crc32

from tests.crawl import graphs
from tests.crawl.addresses import Addresses, fault
from tests.crawl.client import Client
from tests.crawl.contents import Link
from tests.crawl.evidence import Document, Evidence
from tests.crawl.visit import BROWSER, FILES, Kind, Task, Visit, Visitor, promising

START = (
    Task("/"),
    Task("/robots.txt"),
    Task("/llms.txt"),
    Task("/.well-known/void"),
    Task("/.well-known/security.txt", allowed=(404,)),
)
"""Where a crawl begins: the home page, and resources at addresses given by a specification."""
THREADS = 6
AHEAD = 4
"""Tasks of each thread that wait, so that none is idle."""
SHOWN = 20


COMBINED: Final = re.compile(
    r"/(?:events|embed|questions|changes|places|people|stories|topics|publishers)\b[^?]*[?].*=.*=|/(?:en|zh)/"
)
"""Addresses with several filters, of which there are as many as combinations, so that a crawl has no end; and those of
pages in one language, which are the same pages again."""


ABOUT_A_DOCUMENT: Final = ("/sparql?", "/answer?", "/cite.")
"""How the addresses of the queries and citations begin that every document links: one rule makes them all."""


class Frontier:
    """The pending requests; the kinds of resources take turns, so that a short crawl sees some of each."""

    def __init__(self) -> None:
        self.known: set[tuple[str, str]] = set()
        self._queues: dict[str, deque[Task]] = {}

    def add(self, task: Task, *, soon: bool = False) -> None:
        """Add a task unless it was added before; tasks to be done soon come first."""
        key = task.target, task.accept
        if key not in self.known:
            self.known.add(key)
            kind = "" if soon else "/".join(task.target.split("/", 3)[1:3])
            self._queues.setdefault(re.sub(r"[?].*|\d{4,}.*", "", kind), deque()).append(task)

    def put_back(self, task: Task) -> None:
        """Add a task once more."""
        self._queues.setdefault("", deque()).append(task)

    def take(self, *, soon: bool = False) -> Task | None:
        """Return the next task, if there is one; with ``soon``, only one to be done soon."""
        kind = "" if "" in self._queues else next(iter(self._queues), None)
        if kind is None or (soon and kind):
            return None
        queue = self._queues.pop(kind)
        task = queue.popleft()
        if queue:
            self._queues[kind] = queue
        return task


class Crawl:
    """One crawl of a server: it reads ``documents`` documents, and also negotiates one in ``sample``.

    All formats of these documents are requested, and nothing else that they link. If it is not ``obedient``, it
    also fetches what robots.txt closes to crawlers. Of the queries and citations that documents link, it requests one
    in ``among``.
    """

    def __init__(
        self, root: str, documents: int | None = None, sample: int = 20, *, obedient: bool = True, among: int = 1
    ) -> None:
        self.addresses = Addresses(root, identity(root))
        self.documents: dict[str, Document] = defaultdict(Document)
        self.faults: dict[str, list[str]] = defaultdict(list)
        self.external: set[str] = set()
        self.gone: list[str] = []
        self._limit = documents
        self._among = among
        self._visitor = Visitor(self.addresses, sample)
        self._closed = closed(root) if obedient else ()
        self._frontier = Frontier()
        self._files: dict[str, Task] = {}
        self._busy: list[Visit] = []
        self._evidence = Evidence(self.addresses)
        self.statuses: Counter[int] = Counter()
        self._types: Counter[str] = Counter()
        self._largest = (0, "")

    @property
    def full(self) -> bool:
        """Whether enough documents are known."""
        return self._limit is not None and len(self.documents) >= self._limit

    def run(self) -> Crawl:
        """Crawl until there is nothing left to ask for, then compare."""
        for task in START:
            self._frontier.add(task)
        with closing(self._visitor), ThreadPoolExecutor(THREADS) as pool:
            self._work(pool)
            for task in self._files.values():  # a dump is made when it is requested, and few clients may wait for one
                self._take(self._visitor(task))
                self._work(pool)
            self._compare()
        return self

    def _work(self, pool: ThreadPoolExecutor) -> None:
        running: set[Future[Visit]] = set()
        while self._fill(pool, running) or self._again():
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                self._take(one.result())

    def _fill(self, pool: ThreadPoolExecutor, running: set[Future[Visit]]) -> bool:
        while len(running) < THREADS * AHEAD and (task := self._frontier.take(soon=self.full)):
            running.add(pool.submit(self._visitor, task))
        return bool(running)

    def _again(self) -> bool:
        """Wait as long as the server demanded, then try again; return whether there is anything left to request."""
        busy, self._busy = self._busy, []
        if busy:
            time.sleep(max(visit.again for visit in busy))
        for visit in busy:
            self._frontier.put_back(replace(visit.task, tries=visit.task.tries + 1))
        return bool(busy)

    def _take(self, visit: Visit) -> None:
        """Record what a visit found, and what to visit next."""
        self._count(visit)
        if visit.again:
            self._busy.append(visit)
            return
        if visit.canonical:
            self._document(visit)
        elif visit.digest and visit.varies and self._visitor.drawn(visit.task.target):
            self._negotiate(visit, dict.fromkeys(((one, "") for one in graphs.READABLE), ""))
        for link in visit.links:
            self._follow(link, visit)
        for iri in visit.said.iris if visit.said else ():
            self._name(iri, visit)
        self._evidence.add(visit)

    def _count(self, visit: Visit) -> None:
        target = visit.task.target
        self.statuses[visit.status] += 1
        self._types[visit.kind[0]] += visit.status == 200
        if not target.startswith(FILES):
            self._largest = max(self._largest, (visit.size, target))
        if visit.status == 410:
            self.gone.append(target)
        for wrong in visit.faults:
            self._fault(f"{target} (found at {visit.task.found}, {visit.task.accept})", wrong)

    def _document(self, visit: Visit) -> None:
        self.documents[visit.canonical].add(visit)
        for kind, address in visit.alternates.items():
            self._ask(address, Task("", found=visit.task.target, promised=kind), soon=True)
        itself = visit.task.accept == BROWSER and self.addresses.target(visit.canonical) == visit.task.target
        if itself and self._visitor.drawn(visit.canonical):
            self._negotiate(visit, visit.alternates)

    def _negotiate(self, visit: Visit, kinds: dict[Kind, str]) -> None:
        """Request a resource in several formats; a format without an address of its own was not promised."""
        for (media_type, profile), address in kinds.items():
            accept = f'{media_type};profile="{profile}"' if profile else media_type
            promised, allowed = ((media_type, profile), ()) if address else (None, (406,))
            task = Task(visit.task.target, accept, visit.task.target, promised, address, allowed)
            self._frontier.add(task, soon=True)

    def _follow(self, link: Link, visit: Visit) -> None:
        wrong = fault(link.address)
        if wrong:
            self._fault(visit.task.target, f"links <{link.address}> ({link.place}): {wrong}")
        elif self.addresses.target(link.address) is None:
            self.external.add(link.address)
        else:
            self._ask(link.address, promising(link, Task("", found=visit.task.target)))

    def _name(self, iri: str, visit: Visit) -> None:
        """Request what an IRI names, if it is one of ours."""
        if self.addresses.target(iri) is not None:
            self._ask(iri, Task("", found=f"{visit.task.target} in RDF"))
            return
        if wrong := fault(iri):
            self._fault(visit.task.target, f"names <{iri}>: {wrong}")
        self.external.add(iri)

    def _ask(self, address: str, task: Task, *, soon: bool = False) -> None:
        target = self.addresses.target(address)
        if target is None or (target, task.accept) in self._frontier.known:
            return
        if target.startswith(self._closed) or COMBINED.match(target) or self._left_out(target):
            return
        asked = replace(task, target=target)
        if target.startswith(FILES) and target not in FILES:
            self._files.setdefault(target, asked)
        else:
            self._frontier.add(asked, soon=soon)

    def _left_out(self, target: str) -> bool:
        """Whether an address stands for many alike and is not drawn, which is the same in every crawl."""
        return target.startswith(ABOUT_A_DOCUMENT) and crc32(target.encode()) % self._among != 0

    def _compare(self) -> None:
        """Compare documents in the ways that need the whole crawl."""
        for iri, document in self.documents.items():
            if not document.agrees:  # one that changed during the crawl, such as the catalogue, is requested again
                tasks = {one: Task(self.addresses.target(one) or "") for one in document.digests}
                document.digests = {one: self._visitor(task).digest for one, task in tasks.items()}
            for wrong in document.faults():
                self._fault(iri, wrong)
        for where, wrong in self._evidence.faults():
            self._fault(where, wrong)

    def _fault(self, where: str, what: str) -> None:
        self.faults[where].append(what)

    def report(self) -> str:
        """Return what was visited and what is wrong, as text."""
        formats = sum(len(one.formats) for one in self.documents.values())
        lines = [
            f"{len(self.documents):,} documents in {formats:,} representations; {self.statuses.total():,} requests:",
            "  " + ", ".join(f"{number:,} with {status}" for status, number in sorted(self.statuses.items())),
            "  " + ", ".join(f"{name} {number:,}" for name, number in self._types.most_common()),
            f"{len(self.external):,} addresses elsewhere, not asked for; largest document: {self._largest[0]:,} bytes,",
            f"  {self._largest[1]}",
            f"{sum(map(len, self.faults.values())):,} faults",
            *(f"  {where}: {what}" for where, found in list(self.faults.items()) for what in found[:SHOWN]),
        ]
        return "\n".join(lines)


def identity(root: str) -> str:
    """Return the identity base of a server, from the canonical address of its catalogue."""
    with closing(Client(root)) as client:
        reply = client.get("/catalog", "text/turtle")
    links = reply.linked("canonical")
    if reply.status != 200 or not links or not links[0].target.endswith("/catalog"):
        raise ValueError(f"{root}catalog does not say its canonical address: is this a server of newsgraph?")
    return links[0].target.removesuffix("catalog")


def closed(root: str) -> tuple[str, ...]:
    """Return the beginnings of the paths that robots.txt asks crawlers not to fetch (RFC 9309)."""
    with closing(Client(root)) as client:
        text = client.get("/robots.txt", "text/plain").body.decode()
    return tuple(re.findall(r"^Disallow: *(\S+)$", text, re.MULTILINE))
