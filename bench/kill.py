"""Kills the processes of a server under load, one kind after another, and measures how long it is out of service.

python bench/kill.py STORE [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

from served import Reply, Server, holder, tree

EVENTS = "SELECT ?event { ?event a <https://w3id.org/newsgraph/ns#Event> } LIMIT 100"
QUERY = "SELECT (COUNT(*) AS ?n) { VALUES ?event { %s } ?event ?property ?value }"
LIMIT = 2.0


class Load:
    """Clients that send the same query endlessly, and compare each answer with the right one."""

    def __init__(self, server: Server) -> None:
        self.server = server
        # LIMIT selects different events on disk and in memory.
        self.query = QUERY % " ".join(f"<{one['event']['value']}>" for one in self._rows(EVENTS))
        self.right = self.ask()[1]
        self.heard: Counter[str] = Counter()
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self._run) for _ in range(4)]

    def _rows(self, query: str) -> list[Any]:
        return list(json.loads(self._send(query).body)["results"]["bindings"])

    def _send(self, query: str) -> Reply:
        headers = {"Content-Type": "application/sparql-query", "Accept": "application/sparql-results+json"}
        return self.server.send("POST", "/sparql", query.encode(), headers)

    def ask(self) -> tuple[int, str]:
        """Return the status and the number that the query gives; 0 if the connection ended without an answer."""
        try:
            reply = self._send(self.query)
        except (OSError, HTTPException):
            return 0, ""
        if reply.status != 200:
            return reply.status, ""
        return 200, json.loads(reply.body)["results"]["bindings"][0]["n"]["value"]

    def _run(self) -> None:
        while not self.stopped.is_set():
            status, number = self.ask()
            self.heard["WRONG" if status == 200 and number != self.right else str(status)] += 1
            time.sleep(0.0 if status == 200 else 0.05)

    def back(self) -> float:
        """Return the seconds until the query is answered again."""
        start = time.monotonic()
        while self.ask() != (200, self.right):
            time.sleep(0.005)
        return time.monotonic() - start


def worker(server: Server) -> None:
    """Kill one worker."""
    graph = holder(server.process.pid)
    with suppress(ProcessLookupError, StopIteration):
        os.kill(next(one for one in tree(server.process.pid)[1:] if one != graph), signal.SIGKILL)


def memory(server: Server) -> None:
    """Kill the process that holds the graph in memory, if there is one, and with it all workers."""
    if graph := holder(server.process.pid):
        os.kill(graph, signal.SIGKILL)


def workers(server: Server) -> None:
    """Kill all workers at once."""
    for one in tree(server.process.pid)[1:]:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def service(server: Server) -> None:
    """Kill the server, and start it again as a supervisor would."""
    server.process.kill()
    server.process.wait()
    server.start()


def main() -> int:
    """Kill, print how long each took, and return 1 if one took too long or an answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    kinds: tuple[Callable[[Server], None], ...] = (worker, memory, workers, service)
    worst = 0.0
    with Server(given.store, result_cache_bytes=0) as server:
        print(f"the graph is answered from: {server.placed()}")
        load = Load(server)
        for one in load.threads:
            one.start()
        for kill in kinds:
            times = []
            for _ in range(given.rounds):
                server.placed()  # a minute after the previous kill, plus the time that loading takes
                start = time.monotonic()
                kill(server)
                load.back()
                times.append(time.monotonic() - start)
                time.sleep(0.5)
            worst = max(worst, *times)
            print(f"{kill.__name__:8} killed: answered again after {', '.join(f'{one:.2f}' for one in times)} s")
        load.stopped.set()
        for one in load.threads:
            one.join()
    print(f"answers: {dict(load.heard)} (0 is a connection that ended without one)")
    return 1 if load.heard["WRONG"] or worst > LIMIT else 0


if __name__ == "__main__":
    raise SystemExit(main())
