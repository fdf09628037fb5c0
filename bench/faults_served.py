"""Makes faults in a store that is served and written, and prints the outcome of each.

    python bench/faults_served.py [--moments 100] [--rows FILE] [FAULT...]

A client writes one number after another, and records each acknowledged one in a file of its own. Meanwhile the
writer, or the whole server, is killed; the disk is full; the store is moved away, or copied. The columns are those of
bench/faults.py; ``s, back`` is the longest time until a write was acknowledged again.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from moments import HEAD, Row, given, tell
from served import ROOT, Server, tree

TOKEN = "a token for faults only"
PATIENCE = 300.0
NUMBERS = "SELECT ?n { <urn:n> <urn:p> ?n }"


@dataclass
class Client:
    """A client that writes numbers, and records acknowledged ones; ``asked`` is the last one."""

    server: Server
    log: Path
    asked: int = 0
    acknowledged: set[int] = field(default_factory=set)
    refused: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def write(self) -> bool:
        """Write the next number; return whether that was acknowledged."""
        self.asked += 1
        headers = {"Content-Type": "application/sparql-update", "Authorization": f"Bearer {TOKEN}"}
        text = f"INSERT DATA {{ <urn:n> <urn:p> {self.asked} }}".encode()
        try:
            status = self.server.send("POST", "/sparql", text, headers).status
        except (OSError, HTTPException):
            status = 0
        if status >= 300 or not status:
            self.refused += 1
            return False
        self.acknowledged.add(self.asked)
        with self.log.open("a") as file:
            file.write(f"{self.asked}\n")
            file.flush()
            os.fsync(file.fileno())
        return True

    def run(self) -> None:
        """Write until told to stop."""
        while not self.stopped.is_set():
            if not self.write():
                time.sleep(0.01)
        self.ended.set()

    def stop(self) -> None:
        """Stop ``run``, and wait for its last write: what is acknowledged later would be missed in what is read now."""
        self.stopped.set()
        self.ended.wait()

    def numbers(self) -> set[int]:
        """Return the numbers that the server knows."""
        headers = {"Content-Type": "application/sparql-query", "Accept": "application/sparql-results+json"}
        reply = self.server.send("POST", "/sparql", NUMBERS.encode(), headers)
        return {int(row["n"]["value"]) for row in json.loads(reply.body)["results"]["bindings"]}


def writers(server: Server) -> list[int]:
    """Return the processes that write the store."""
    found = []
    for one in tree(server.process.pid):
        with suppress(OSError):
            if b"kg.write.process" in Path(f"/proc/{one}/cmdline").read_bytes():
                found.append(one)
    return found


def killed_writer(server: Server, _: random.Random) -> None:
    """Kill the process that writes."""
    for one in writers(server):
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def killed_server(server: Server, _: random.Random) -> None:
    """Kill the server, and start it again as a supervisor would."""
    server.process.kill()
    server.process.wait()
    server.start()


def full_disk(server: Server, order: random.Random) -> None:
    """Limit the size of files of the writing process, as if the disk were full."""
    for one in writers(server):
        with suppress(ProcessLookupError):
            resource.prlimit(one, resource.RLIMIT_FSIZE, (order.randrange(100_000), resource.RLIM_INFINITY))


def moved(server: Server, _: random.Random) -> None:
    """Move the store away and back."""
    store = Path(server.environment["KG_STORE"])
    store.rename(store.with_name("elsewhere"))
    time.sleep(0.05)
    shutil.rmtree(store, ignore_errors=True)  # files that may have been started there meanwhile
    store.with_name("elsewhere").rename(store)


def copied(server: Server, _: random.Random) -> None:
    """Copy the store, and open the copy; if it mixes several moments, it must say so."""
    store = Path(server.environment["KG_STORE"])
    copy = store.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    with suppress(shutil.Error, OSError):
        shutil.copytree(store, copy, symlinks=True)


FAULTS: tuple[Callable[[Server, random.Random], None], ...] = (
    killed_writer,
    killed_server,
    full_disk,
    moved,
    copied,
)


def made(folder: Path, moments: int, names: Collection[str]) -> Iterator[Row]:
    """Make faults, all or the named ones, on one server; yield what became of the writes."""
    store, order = folder / "store", random.Random(19)
    command = [sys.executable, "-m", "kg", "build", str(ROOT / "data" / "seed"), "--store", str(store), "--no-derived"]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    settings = {"writable": "true", "write_token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest(), "warm_pages": 0}
    with Server(store, **settings) as server:
        client = Client(server, folder / "acknowledged")
        for fault in (one for one in FAULTS if not names or one.__name__ in names):
            row = Row((fault.__doc__ or "").partition(".")[0].partition(",")[0].partition(":")[0])
            client.refused = 0
            client.stopped.clear()
            thread = threading.Thread(target=client.run)
            thread.start()
            for _ in range(moments):
                time.sleep(order.random() * 0.2)
                before, start = len(client.acknowledged), time.monotonic()
                fault(server, order)
                row.moments += 1
                while len(client.acknowledged) <= before + 1 and time.monotonic() < start + PATIENCE:
                    time.sleep(0.001)
                row.back = max(row.back, time.monotonic() - start)
            client.stopped.set()
            thread.join()
            found, noted = client.numbers(), {int(one) for one in client.log.read_text().split()}
            row.noticed = client.refused
            row.lost = len(noted - found)
            row.wrong = len(found - set(range(client.asked + 1)))
            yield row


def main() -> int:
    """Make the faults, print the table, and return 1 if anything was lost or wrong."""
    chosen = given(__doc__, FAULTS, 100)
    with tempfile.TemporaryDirectory() as folder:
        print(HEAD)
        bad = tell(made(Path(folder), chosen.moments, chosen.names), chosen.rows)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
