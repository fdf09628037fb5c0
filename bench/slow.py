"""Sends a server slow and many simultaneous requests, and counts the answers that others get meanwhile.

    python bench/slow.py STORE [--seconds 60] [--sockets 110 200 1000] [--crowds 128 512]

Slow sockets drip a byte of a header or of a body now and then, send nothing, or request a dump and
do not read it; each that the server closes is opened again. They come from one address, or from 127.0.0.2 to .254. A
crowd are honest clients, each of which requests one document after another, on a new connection each time.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import multiprocessing
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from served import Server

DRIP_SECONDS = 4.0
KINDS = {
    "headers": b"GET /robots.txt HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    "bodies": b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 9999\r\n\r\n",
    "idle": b"",
    "no reader": b"GET /dump/newsgraph.nt HTTP/1.1\r\nHost: a\r\n\r\n",
}
HONEST = 4
PAUSE = 0.1
PATIENCE = 30.0
HEALTH = "/healthz"
HEALTH_EVERY = 0.25
HEALTH_LIMIT = 0.1
CROWD_ERRORS = {128: 0.0, 512: 0.01}
EVENTS = "SELECT ?event { ?event a <https://w3id.org/newsgraph/ns#Event> } LIMIT 200"


@dataclass
class Heard:
    """The answers to clients of one kind: statuses, 0 for no answer, and seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def note(self, status: int, start: float) -> None:
        """Record an answer to a request that was sent at ``start`` (time.monotonic())."""
        self.statuses[status] += 1
        self.seconds.append(time.monotonic() - start)

    @property
    def failed(self) -> float:
        """The share of the requests that were not answered with 200."""
        return 1 - self.statuses[200] / max(1, self.statuses.total())

    def percentile(self, part: float) -> float:
        """Return the seconds within which this share of the answers arrived."""
        times = sorted(self.seconds) or [0.0]
        return times[min(len(times) - 1, int(len(times) * part))]


async def get(port: int, path: str) -> int:
    """Request a document on a new connection; return its status, 0 if no complete answer arrives."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                answer = await reader.read()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return 0
    return int(answer[9:12] or 0)


async def clients(port: int, paths: Sequence[str], number: int, pause: float, seconds: float) -> Heard:
    """Let honest clients ask for some time."""
    heard, end = Heard(), time.monotonic() + seconds

    async def client(seed: int) -> None:
        order = random.Random(seed)
        while (start := time.monotonic()) < end:
            heard.note(await get(port, order.choice(paths)), start)
            await asyncio.sleep(pause)

    await asyncio.gather(*(client(one) for one in range(number)))
    return heard


def asked(port: int, paths: Sequence[str], number: int, pause: float, seconds: float) -> Heard:
    """Let honest clients ask for some time, in a process of their own."""
    return asyncio.run(clients(port, paths, number, pause, seconds))


def watched(port: int, paths: Sequence[str], number: int, pause: float, seconds: float) -> tuple[Heard, Heard]:
    """Let honest clients ask, and check the server's health meanwhile; return the answers to both."""
    with ProcessPoolExecutor(2) as processes:
        honest = processes.submit(asked, port, paths, number, pause, seconds)
        health = processes.submit(asked, port, [HEALTH], 1, HEALTH_EVERY, seconds)
        return honest.result(), health.result()


def attack(port: int, first: bytes, sockets: int, addresses: Sequence[str]) -> None:
    """Hold that many sockets open forever, and drip a byte on each that expects one."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)

    async def drip(address: str) -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0), limit=1)
                writer.write(first)
                while not reader.at_eof() and not writer.transport.is_closing():
                    await asyncio.sleep(DRIP_SECONDS * random.uniform(0.5, 1.0))
                    writer.write(b"x" if first and not first.endswith(b"1.1\r\nHost: a\r\n\r\n") else b"")
                writer.transport.abort()
            await asyncio.sleep(0.01)

    async def run() -> None:
        await asyncio.gather(*(drip(one) for one in itertools.islice(itertools.cycle(addresses), sockets)))

    asyncio.run(run())


@contextmanager
def attacked(port: int, kind: str, sockets: int, addresses: Sequence[str]) -> Iterator[None]:
    """Attack a server from another process during a block."""
    attacker = multiprocessing.Process(target=attack, args=(port, KINDS[kind], sockets, addresses), daemon=True)
    attacker.start()
    try:
        time.sleep(2)  # until the sockets are open
        yield
    finally:
        attacker.kill()
        attacker.join()


def documents(server: Server) -> list[str]:
    """Return paths of documents about events, after each was requested once."""
    reply = server.send("GET", f"/sparql?query={quote(EVENTS)}", headers={"Accept": "application/sparql-results+json"})
    found = [one["event"]["value"] for one in json.loads(reply.body)["results"]["bindings"]]
    paths = [f"/doc{urlsplit(one).path}" for one in found]
    for one in paths:
        server.send("GET", one)
    return paths


def row(what: str, heard: Heard, health: Heard, allowed: float) -> bool:
    """Print the measurements; return whether they are as promised."""
    kept = heard.failed <= allowed and not health.failed and max(health.seconds) < HEALTH_LIMIT
    print(
        f"| {what} | {heard.statuses.total()} | {1 - heard.failed:.2%} | {heard.percentile(0.95) * 1000:.0f} ms "
        f"| {health.percentile(0.95) * 1000:.0f} / {max(health.seconds) * 1000:.0f} ms | {'yes' if kept else 'NO'} |",
        flush=True,
    )
    return kept


def main() -> int:
    """Run all attacks and crowds and print a table; return 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--sockets", type=int, nargs="*", default=[110, 200, 1000])
    parser.add_argument("--crowds", type=int, nargs="*", default=[128, 512])
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    given = parser.parse_args()
    everywhere = [f"127.0.0.{number}" for number in range(2, 255)]
    kept = []
    print("| what | honest requests | answered | p95 | /healthz p95 / max | kept |")
    print("|---|--:|--:|--:|--:|---|")
    with Server(given.store, query_seconds=60) as server:
        paths = documents(server)
        quiet = watched(server.port, paths, HONEST, PAUSE, given.seconds / 4)
        kept.append(row("quiet", *quiet, 0.0))
        for kind, sockets, addresses in itertools.product(given.kinds, given.sockets, (["127.0.0.1"], everywhere)):
            with attacked(server.port, kind, sockets, addresses):
                found = watched(server.port, paths, HONEST, PAUSE, given.seconds)
            kept.append(row(f"{sockets} {kind} from {len(addresses)} address(es)", *found, 0.0))
        for number in given.crowds:
            found = watched(server.port, paths, number, 0.0, given.seconds)
            kept.append(row(f"{number} honest clients", *found, CROWD_ERRORS.get(number, 0.01)))
    print(f"load {os.getloadavg()[0]:.1f}")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    raise SystemExit(main())
