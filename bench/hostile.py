"""Attacks a server with runaway queries while other clients ask light ones, and checks its promises.

    python bench/hostile.py STORE [--minutes 5] [--deadline 10]

Every client has its own address in X-Forwarded-For, which the server is told to trust. With --one-address,
the server is not, and all of them are clients on its own machine, which have no limits of work.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from served import Reply, Server, Usage, descriptors, resident, tree

QUIET_SECONDS = 15
PAUSE = 0.02
MEGABYTE = 1_000_000

DIGITS = "{ 0 1 2 3 4 5 6 7 8 9 }"
RUNAWAYS = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?a ?d { ?a ?b ?c . ?d ?e ?f } }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c LIMIT 1",
    "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d))) AS ?n) { ?a ?b ?c . ?d ?e ?f }",
    "CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f }",
    "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STR(?a) = CONCAT(STR(?d), 'zz')) }",
    "SELECT (COUNT(*) AS ?n) { ?a (<https://schema.org/about>|<http://purl.org/dc/terms/relation>)* ?b }",
    f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'VALUES ?v{n} {DIGITS}' for n in range(12))} }}",
    "SELECT (STRLEN(?v9) AS ?n) { BIND('0' AS ?v0) "
    + " ".join(f"BIND(CONCAT({', '.join([f'?v{n}'] * 10)}) AS ?v{n + 1})" for n in range(9))
    + " }",
)
SOME_EVENTS = "SELECT ?event { ?event a <https://w3id.org/newsgraph/ns#Event> } LIMIT 200"
LIGHT = (
    "SELECT ?p ?o { %s ?p ?o }",
    "SELECT ?place ?label { %s <https://w3id.org/newsgraph/ns#place> ?place . "
    "?place <http://www.w3.org/2000/01/rdf-schema#label> ?label }",
    "ASK { %s a <https://w3id.org/newsgraph/ns#Event> }",
    "CONSTRUCT WHERE { %s ?p ?o }",
)


@dataclass
class Heard:
    """The answers to clients of one kind."""

    replies: list[Reply] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def statuses(self) -> dict[int, int]:
        """How many answers had each status."""
        return dict(sorted(Counter(one.status for one in self.replies).items()))

    def percentile(self, part: float) -> float:
        """Return the seconds within which this share of the answers arrived."""
        times = sorted(one.seconds for one in self.replies)
        return times[min(len(times) - 1, int(len(times) * part))]


def ask(server: Server, client: int, query: str) -> Reply:
    """Send a query from the client with this number."""
    headers = {
        "Content-Type": "application/sparql-query",
        "Accept": "application/sparql-results+json, text/turtle;q=0.9",
        "X-Forwarded-For": f"192.0.2.{client}",
    }
    return server.send("POST", "/sparql", query.encode(), headers)


def run(server: Server, kinds: dict[str, tuple[range, tuple[str, ...], float]], seconds: float) -> dict[str, Heard]:
    """Let clients ask for some time; each kind has the numbers of its clients, their queries, and their pauses."""
    heard = {name: Heard() for name in kinds}
    end = time.monotonic() + seconds

    def client(number: int, queries: tuple[str, ...], pause: float, to: Heard) -> None:
        order = random.Random(number)
        for _ in itertools.takewhile(lambda _: time.monotonic() < end, itertools.count()):
            try:
                to.replies.append(ask(server, number, order.choice(queries)))
            except (OSError, HTTPException) as error:
                to.failures.append(repr(error))
            time.sleep(pause)

    threads = [
        threading.Thread(target=client, args=(number, queries, pause, heard[name]))
        for name, (numbers, queries, pause) in kinds.items()
        for number in numbers
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return heard


def state(server: Server) -> dict[str, int]:
    """Return the resources that could leak: processes, descriptors and memory of the server, once nothing runs."""
    root = server.process.pid
    return {"processes": len(tree(root)), "descriptors": descriptors(root), "memory": resident(root)}


def settled(server: Server, processes: int) -> dict[str, int]:
    """Return the state as soon as stopped workers are replaced, or after ten seconds."""
    end = time.monotonic() + 10
    while (found := state(server))["processes"] != processes and time.monotonic() < end:
        time.sleep(0.1)
    return found


def main() -> int:
    """Run the attack and print each promise with its measurement; return 1 if one was not kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--deadline", type=float, default=10.0, help="query_seconds of the server")
    parser.add_argument("--clients", type=int, default=4, help="of each kind")
    parser.add_argument("--one-address", action="store_true", help="let all clients come from the same, local address")
    given = parser.parse_args()
    memory = 2_000_000_000
    proxy = "" if given.one_address else "127.0.0.1"
    limits = {"query_seconds": given.deadline, "query_memory": memory, "result_cache_bytes": 0}
    with Server(given.store, **limits, trusted_proxy=proxy) as server:
        place = server.placed()
        found = json.loads(ask(server, 250, SOME_EVENTS).body)["results"]["bindings"]
        events = [f"<{one['event']['value']}>" for one in found]
        light = tuple(query % event for event in events for query in LIGHT)
        good = (range(1, given.clients + 1), light, PAUSE)
        bad = (range(101, given.clients + 101), RUNAWAYS, 0.0)
        # The first attack makes the server allocate what it needs once; leaks are what later attacks add.
        run(server, {"good": good, "bad": bad}, min(30.0, given.minutes * 60))
        quiet = run(server, {"good": good}, QUIET_SECONDS)["good"]
        before = settled(server, 5 if place == "memory" else 4)
        with Usage(server.process.pid) as usage:
            heard = run(server, {"good": good, "bad": bad}, given.minutes * 60)
        after = settled(server, before["processes"])
        last = ask(server, 250, SOME_EVENTS).status
        place += f" before, {server.placed()} after"
    print(f"the graph was answered from: {place}")
    return report(given, heard["good"], heard["bad"], quiet, usage, (before, after), last, memory)


def report(
    given: argparse.Namespace,
    good: Heard,
    bad: Heard,
    quiet: Heard,
    usage: Usage,
    states: tuple[dict[str, int], dict[str, int]],
    last: int,
    memory: int,
) -> int:
    """Print the promises, kept or not, and return the exit code."""
    answered = sum(one.status == 200 for one in good.replies) / max(1, len(good.replies) + len(good.failures))
    slowest = max(one.seconds for one in bad.replies)
    ratio = good.percentile(0.95) / quiet.percentile(0.95)
    before, after = states
    growth = after["memory"] / before["memory"] - 1
    load = os.getloadavg()[0]
    print(f"{given.clients} hostile, {given.clients} light clients for {given.minutes:g} minutes; load {load:.1f}")
    print(f"runaway queries {len(bad.replies)}: {bad.statuses}")
    print(f"light queries {len(good.replies)}: {good.statuses}")
    print(f"light p50/p95/p99 in ms: quiet {_ms(quiet)}, under attack {_ms(good)}")
    promises = {
        f"every runaway ends with an error status: {len(bad.failures)} without any": not bad.failures
        and all(one.status >= 400 for one in bad.replies),
        f"within 1.2 x its deadline: {slowest / given.deadline:.2f} x at most": slowest <= 1.2 * given.deadline,
        f">= 99 % of light queries are answered: {answered:.2%}": answered >= 0.99,
        f"light p95 < 10 x its quiet value: {ratio:.1f} x": ratio < 10,
        f"no worker over {memory // MEGABYTE} MB beside a shared graph: {usage.largest // MEGABYTE} MB at most, all "
        f"processes together {usage.peak // MEGABYTE} MB": usage.largest < memory,
        f"the server answers at the end: {last}": last == 200,
        f"no process or descriptor more: {before} -> {after}": after["processes"] <= before["processes"]
        and after["descriptors"] <= before["descriptors"],
        f"memory within 5 %: {growth:+.1%}": growth <= 0.05,
    }
    for text, kept in promises.items():
        print("kept    " if kept else "NOT KEPT", text)
    return 0 if all(promises.values()) else 1


def _ms(heard: Heard) -> str:
    return "/".join(f"{heard.percentile(part) * 1000:.1f}" for part in (0.5, 0.95, 0.99))


if __name__ == "__main__":
    raise SystemExit(main())
