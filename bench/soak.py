"""Mixes everything for many minutes: documents, queries, hostile queries, slow sockets, writes, builds, verification.

    python bench/soak.py [--minutes 20] [--archive data/sample] [--pause 30] [--result FILE]

Every body is compared with the snapshot that its entity tag names: a graph with what was written into that snapshot, a
document with its state when the server started, since no write and no build changes its subject. At the end it
prints counts of the answers, and resources that could grow: memory, descriptors, processes, and each part of the store.
They are judged by the medians of the first third and the last, since a query or a build takes much for a moment.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from statistics import median

from faults_all import commit
from hostile import RUNAWAYS, SOME_EVENTS
from served import ROOT, Reply, Server, descriptors, proportional, tree

from kg.errors import StoreError
from kg.store.integrity.size import sizes
from kg.store.layout import Store

TOKEN = "a token for the soak only"
GRAPH = "/graphs?graph=urn:soak"
TRIPLE = "<urn:soak:{0}> <urn:soak:p> {1} .\n"
DECLARED = (503, 504)
"""The statuses from 500 on that this server declares, the first with Retry-After."""
SLOW = 20
GROWTH = 1.35
"""The factor by which a resource may grow from the first third to the last: builds and verifications come and go."""
MEGA = 1_000_000
RESOURCES = {"memory, MB": 60.0, "descriptors": 60.0, "processes": 60.0, "store, MB": 3.0}
"""What must not grow, each by no more than GROWTH and this: a snapshot may be kept or gone, a build may be made."""
PARTS = ("snapshots", "cache", "writes", "change log", "kept months")


@dataclass
class Soak:
    """A server under mixed load, and its answers."""

    server: Server
    store: Path
    archive: Path
    end: float
    heard: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)
    number: int = 0
    asked: int = 0
    seen: list[tuple[str, str, int, int]] = field(default_factory=list)
    usage: list[dict[str, float]] = field(default_factory=list)
    right: dict[str, bytes] = field(default_factory=dict)
    pause: float = 30.0
    """Seconds between two builds."""

    def prepare(self) -> None:
        """Request the documents that must not change."""
        reply = self.query(SOME_EVENTS)
        events = [row["event"]["value"] for row in json.loads(reply.body)["results"]["bindings"]][:60]
        paths = [re.sub(r"^https?://[^/]+/", "/doc/", event) + ".nt" for event in events]
        for path in [*paths, "/doc/entity/en/Homs.nt", "/doc/day/2011-11-08.nt", "/ns.ttl"]:
            reply = self.server.send("GET", path)
            if reply.status == 200:
                self.right[path] = _content(reply.body)

    def query(self, text: str) -> Reply:
        """Send a query."""
        headers = {"Content-Type": "application/sparql-query", "Accept": "application/sparql-results+json, text/turtle"}
        return self.server.send("POST", "/sparql", text.encode(), headers)

    def note(self, kind: str, reply: Reply) -> None:
        """Count an answer, and note it if its status is undeclared."""
        self.heard[f"{kind} {reply.status}"] += 1
        undeclared = reply.status >= 500 and reply.status not in DECLARED
        if undeclared or (reply.status == 503 and "retry-after" not in reply.headers):
            self.wrong.append(f"{kind}: {reply.status} {reply.body[:200]!r}")

    # ---- The actions of the clients.

    def document(self, order: random.Random) -> None:
        """Request a document and compare it."""
        path = order.choice(list(self.right))
        reply = self.server.send("GET", path)
        self.note("document", reply)
        if reply.status == 200 and _content(reply.body) != self.right[path]:
            self.wrong.append(f"{path} of {reply.headers.get('etag')} is not what it was")

    def graph(self, _: random.Random) -> None:
        """Request the written graph, and note the snapshot of the answer."""
        before = self.number
        reply = self.server.send("GET", GRAPH, headers={"Accept": "application/n-triples"})
        self.note("graph", reply)
        if reply.status == 200:
            values = {int(one) for one in re.findall(rb'"(\d+)"', reply.body)}
            identifier = reply.headers.get("etag", "").lstrip('W/"').partition("-")[0]
            if len(values) != 1 or reply.body.count(b"\n") != 50:
                self.wrong.append(f"torn: {sorted(values)} of {identifier}")
            self.seen.append((identifier, str(before), max(values, default=-1), self.asked))

    def light(self, order: random.Random) -> None:
        """Send a query with a known answer."""
        number = order.randrange(1_000)
        reply = self.query(f"SELECT ?n {{ BIND({number} + 1 AS ?n) }}")
        self.note("query", reply)
        if reply.status == 200:
            found = json.loads(reply.body)["results"]["bindings"][0]["n"]["value"]
            if found != str(number + 1):
                self.wrong.append(f"{number} + 1 = {found}")

    def hostile(self, order: random.Random) -> None:
        """Send a runaway query."""
        self.note("hostile", self.query(order.choice(RUNAWAYS)))

    def write(self, _: random.Random) -> None:
        """Replace the graph, and note the snapshot with the new one."""
        self.asked = self.number + 1
        body = "".join(TRIPLE.format(one, self.asked) for one in range(50)).encode()
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "text/turtle"}
        reply = self.server.send("PUT", GRAPH, body, headers)
        self.note("write", reply)
        if reply.status < 300:
            self.number = self.asked
            self.written[json.loads(self.query_current())["snapshot"]] = self.number
        time.sleep(0.3)

    def query_current(self) -> bytes:
        """Return the snapshot that the server is ready with."""
        return self.server.send("GET", "/readyz").body

    def build(self, _: random.Random) -> None:
        """Build the archive again into the store that is served."""
        command = [sys.executable, "-m", "kg", "build", str(self.archive), "--store", str(self.store), "--jobs", "1"]
        done = subprocess.run(command, env=self.server.environment, capture_output=True, cwd=ROOT, check=False)
        self.heard[f"build {done.returncode}"] += 1
        if done.returncode:
            self.wrong.append(f"build: {done.stderr.decode(errors='replace').strip()}")
        time.sleep(self.pause)

    def slow(self, _: random.Random) -> None:
        """Hold a socket open, and send a byte of its head now and then."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.server.port)) as one:
            one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
            while time.monotonic() < self.end:
                time.sleep(2)
                one.sendall(b"x")

    def measure(self, _: random.Random) -> None:
        """Measure the resources that could grow."""
        root = self.server.process.pid
        processes = tree(root)
        with suppress(StoreError):  # the current snapshot is replaced right now
            parts = dict(sizes(Store(self.store), self.store / "cache"))
            parts["snapshots"] = parts["current snapshot"] + parts["other snapshots"]
            whole = proportional(processes) / MEGA, descriptors(root), len(processes), parts["all of the store"] / MEGA
            told = dict(zip(RESOURCES, whole, strict=True))
            self.usage.append(told | {f"{name}, MB": parts[name] / MEGA for name in PARTS})
        time.sleep(5)

    def run(self) -> None:
        """Let all clients act until the end."""
        jobs: list[tuple[Callable[[random.Random], None], int]] = [
            *((self.document, 2), (self.graph, 2), (self.light, 1), (self.hostile, 2)),
            *((self.write, 1), (self.build, 1), (self.slow, SLOW), (self.measure, 1)),
        ]
        threads = [
            threading.Thread(target=self._repeat, args=(job, number)) for job, many in jobs for number in range(many)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    def _repeat(self, job: Callable[[random.Random], None], number: int) -> None:
        order = random.Random(number)
        while time.monotonic() < self.end:
            try:
                job(order)
            except (OSError, HTTPException) as error:
                self.heard[f"{job.__name__} without an answer"] += 1
                if job != self.slow:
                    self.wrong.append(f"{job.__name__}: {error!r}")
            time.sleep(0.02)

    def judge(self) -> None:
        """Compare the graphs that were read with those written into their snapshots."""
        for identifier, before, value, asked in self.seen:
            known = self.written.get(identifier)
            if known is not None and known != value:
                self.wrong.append(f"snapshot {identifier} has {known}, but {value} was answered")
            elif known is None and not int(before) <= value <= asked:
                self.wrong.append(f"{value} was answered between {before} and {asked}")

    def growth(self) -> list[str]:
        """Return lines about the resources, with their medians, and note those that grew."""
        third = max(1, len(self.usage) // 3)
        lines = []
        for name in self.usage[0]:
            first, last = (median(row[name] for row in part) for part in (self.usage[:third], self.usage[-third:]))
            if name in RESOURCES and last > first * GROWTH + RESOURCES[name]:
                self.wrong.append(f"{name} grew from {first:,.1f} to {last:,.1f}")
            lines.append(f"{name}: {first:,.1f} in the first third, {last:,.1f} in the last")
        return lines


def _content(body: bytes) -> bytes:
    return hashlib.sha256(b"\n".join(sorted(body.splitlines()))).digest()


def main() -> int:
    """Soak a server, print the result, and return 1 if an answer was wrong or something grew."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--archive", type=Path, default=ROOT / "data" / "sample")
    parser.add_argument("--pause", type=float, default=30.0, help="seconds between two builds")
    parser.add_argument("--result", type=Path, help="a file for what came of it, as JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        command = [sys.executable, "-m", "kg", "build", str(given.archive), "--store", str(store)]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        settings = {"writable": "true", "write_token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest()}
        with Server(store, query_seconds=5, verify_seconds=60, keep_snapshots=2, **settings) as server:
            soak = Soak(server, store, given.archive, 0.0, pause=given.pause)
            soak.prepare()
            soak.end = time.monotonic() + 60 * given.minutes
            soak.run()
            soak.judge()
            lines = soak.growth()
            health = server.send("GET", "/healthz").body.decode().strip()
    for name, number in sorted(soak.heard.items()):
        print(f"{number:>8}  {name}")
    print("\n".join([*lines, f"health at the end: {health}", f"compared graphs: {len(soak.seen)}"]))
    print("\n".join([f"wrong: {len(soak.wrong)}", *soak.wrong[:20]]))
    if given.result:
        told = {
            "commit": commit(),
            "minutes": given.minutes,
            "heard": soak.heard,
            "wrong": len(soak.wrong),
            "compared": len(soak.seen),
        }
        given.result.write_text(json.dumps({**told, "growth": lines}, indent=1) + "\n", encoding="utf-8")
    return 1 if soak.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
