"""Measures how long a server takes for the first visit of a page, by kinds of pages.

Usage: ``python bench/visits.py STORE [--each 60] [--rounds 3] [--seed 17] [--only year,day] [--bodies FILE]``.

Each round starts a server, waits until its graph is in its final place and it has prepared everything by itself,
and requests pages one after another, in an order that mixes the kinds: of each kind as many as told, drawn from the
store by the seed and the number of the round, or all that exist. None of them was requested before, and no
answer is a cached one, since the client's Accept header is unique. A line for each kind has the
median, 95th percentile and maximum, in milliseconds, of the time until the last byte arrives, and of the CPU time of
all processes of the server except the one that verifies the store slowly; then the path with the most CPU time. A
fixed piece of work, done after every tenth page, shows how busy the machine is: each round states how much
slower it was than at its best. On a shared machine, give the benchmark precedence.

``--bodies`` writes the SHA-256 of each body by its path, to compare versions of the program with each other.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from gzip import decompress
from pathlib import Path
from random import Random
from statistics import median
from typing import Final
from urllib.parse import quote

from served import Reply, Server, tree

from endpoint.http.urls import Addresses
from kg.rdf import NamedNode, terms
from kg.rdf.prefixes import expand
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store

BROWSER: Final = {
    "Accept": "text/html;q=0.99,application/xhtml+xml;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip, deflate, br",
}
CLASSES: Final = {
    "event": terms.EVENT,
    "revision": terms.REVISION_CLASS,
    "archive page": terms.PAGE,
    "source": terms.SOURCE_CLASS,
    "story": terms.EVENT_SERIES,
    "place": terms.SCHEMA_PLACE,
    "entity": terms.ENTITY,
    "publisher": terms.ORGANIZATION,
    "category": NamedNode(expand("skos:Concept")),
    "period": terms.PERIOD_OF_TIME,
}
FRONT: Final = ("", "about", "use", "status", "feed", "cite", "dump/", "vocab", "questions", "sparql", "search", "zh/")
DIRECTORIES: Final = ("places", "people", "stories", "topics", "publishers", "categories")
LETTERS: Final = ("0-9", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "other")
VIEWS: Final = ("list", "table", "map", "timeline", "chart")
FILTERS: Final = ("", "&q=ceasefire", "&from=2012-01-01&to=2012-12-31")
SINGLE: Final = (
    *("q=government", "q=ceasefire", "q=election", "language=en", "bbox=35,32,43,38"),
    *("from=2011-01-01&to=2011-12-31", "from=2003-03-01&to=2003-03-31"),
)
"""Single filters of lists besides those for things of the graph."""
MOST: Final = 25
"""How many of the most named things of each field are filters of lists."""
WORDS: Final = (
    "Homs",
    "earthquake",
    "ceasefire",
    "election+Iraq",
    "2012",
    "flood+in+China",
    "zzyzx",
    "Obama",
    "tyfoon",
)
LAST: Final = ("/dump/", "/catalog")
"""Pages that have dumps made in the background, which takes minutes of CPU time."""
WORK: Final = range(20_000)


@dataclass(frozen=True, slots=True)
class Visit:
    """A requested page: its path, and the milliseconds of elapsed time and of CPU time that it took."""

    path: str
    wall: float
    cpu: float


@dataclass
class Round:
    """The visits of a round by kind, the times of the fixed piece of work, and the digests of bodies."""

    visits: dict[str, list[Visit]] = field(default_factory=dict)
    work: list[float] = field(default_factory=list)
    bodies: dict[str, str] = field(default_factory=dict)

    def visit(self, server: Server, kind: str, path: str) -> None:
        """Request a page from a server."""
        processes = [one for one in tree(server.process.pid) if not _verifies(one)]
        before = sum(map(cpu, processes))
        reply = server.send("GET", path, headers=BROWSER)
        spent = max(0.0, sum(map(cpu, processes)) - before)
        if reply.status != 200:
            raise SystemExit(f"{path} is answered with {reply.status}")
        self.visits.setdefault(kind, []).append(Visit(path, reply.seconds * 1000, spent * 1000))
        content = _content(reply).replace(f":{server.port}".encode(), b"")
        self.bodies[path] = hashlib.sha256(content).hexdigest()


def _verifies(process: int) -> bool:
    try:
        return b"kg.store.integrity.process" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def _content(reply: Reply) -> bytes:
    return decompress(reply.body) if reply.headers.get("content-encoding") == "gzip" else reply.body


def pages(store: Store) -> dict[str, list[str]]:
    """Return the paths of all pages that may be visited, by their kinds."""
    snapshot = store.current()
    graph, addresses = EmbeddedGraph.read_only(str(snapshot.database)), Addresses(snapshot.manifest.base)
    iris = {name: sorted(_of_class(graph, class_)) for name, class_ in CLASSES.items()}
    found = {name: [addresses.local(addresses.document(iri)) for iri in some] for name, some in iris.items()}
    for path in found.pop("period"):
        found.setdefault(path.split("/")[2], []).append(path)
    events = [path.removeprefix("/doc") for path in found["event"]]
    days = [date.fromisoformat(path.rpartition("/")[2]) for path in found["day"]]
    found["history"] = [f"{path}/history" for path in events]
    found["compare"] = [f"{path}/compare" for path in events]
    found["week"] = [f"/week/{one}" for one in sorted({f"{day:%G-W%V}" for day in days})]
    found["day of years"] = [f"/on-this-day/{one}" for one in sorted({f"{day:%m-%d}" for day in days})]
    found["list of a place"] = [f"/events?place={quote(iri.removeprefix(addresses.base))}" for iri in _places(graph)]
    found["list"] = [f"/events?view={view}{given}" for view in VIEWS for given in FILTERS]
    single = [f"{name}={quote(iri.removeprefix(addresses.base))}" for name, iri in _values(iris, graph)]
    found["single filter"] = [f"/events?{given}&view={view}" for given in (*single, *SINGLE) for view in VIEWS]
    found["directory"] = list(_directories())
    found["search"] = [f"/search?q={words}" for words in WORDS]
    return found | {"front": [f"/{path}" for path in FRONT], "changes": ["/changes"], "catalogue": ["/catalog"]}


def _values(iris: dict[str, list[str]], graph: EmbeddedGraph) -> Iterator[tuple[str, str]]:
    """Yield fields of lists with things of the graph: all categories, and for other fields the things most named."""
    yield from (("category", iri) for iri in iris["category"])
    for field_, term in (("topic", terms.TOPIC), ("publisher", terms.PUBLISHER), ("place", terms.PLACE)):
        things = (quad.object for quad in graph.quads_for_pattern(None, term, None, None))
        named = Counter(one.value for one in things if isinstance(one, NamedNode))
        yield from ((field_, iri) for iri, _ in named.most_common(MOST))


def _of_class(graph: EmbeddedGraph, class_: NamedNode) -> Iterator[str]:
    for quad in graph.quads_for_pattern(None, terms.TYPE, class_, None):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject.value


def _places(graph: EmbeddedGraph) -> list[str]:
    """Return the places that events name."""
    found = (quad.object for quad in graph.quads_for_pattern(None, terms.PLACE, None, None))
    return sorted({one.value for one in found if isinstance(one, NamedNode)})


def _directories() -> Iterator[str]:
    for name in DIRECTORIES:
        yield from (f"/{name}", f"/{name}?sort=name", f"/{name}?page=2" if name != "categories" else f"/{name}?q=a")
        yield from (f"/{name}?letter={letter}" for letter in LETTERS)


def drawn(found: dict[str, list[str]], each: int, chance: Random) -> list[tuple[str, str]]:
    """Return pages of each kind with their kinds, in an order that mixes these; pages that start dumps come last."""
    some = [(kind, path) for kind, all_ in found.items() for path in chance.sample(all_, min(each, len(all_)))]
    chance.shuffle(some)
    return sorted(some, key=lambda one: one[1] in LAST)


def cpu(process: int) -> float:
    """Return the CPU time of a process, all its threads together, in seconds; 0 if it is gone."""
    try:
        return time.clock_gettime(~process << 3 | 2)  # made as by clock_getcpuclockid(3)
    except OSError:
        return 0.0


def work() -> float:
    """Do the fixed piece of work, and return the seconds it took."""
    start = time.perf_counter()
    sum(number * number for number in WORK)
    return time.perf_counter() - start


def settled(server: Server) -> None:
    """Wait until a server does almost nothing for two seconds except verifying its store."""
    while True:
        before, start = cpu(server.process.pid), time.monotonic()
        time.sleep(2)
        if cpu(server.process.pid) - before < 0.01 * (time.monotonic() - start):
            return


def run(store: Path, visited: Sequence[tuple[str, str]]) -> Round:
    """Return the measurements of one round."""
    done = Round()
    with Server(store) as server:
        server.placed()
        settled(server)
        for number, (kind, path) in enumerate(visited):
            done.visit(server, kind, path)
            if not number % 10:
                done.work.append(work())
    return done


def at(share: float, numbers: Iterable[float]) -> float:
    """Return the smallest number that a share of all numbers does not exceed."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(done: Round) -> Iterator[str]:
    """Yield the lines of a table of a round."""
    yield f"{'kind':16} {'pages':>5} {'median':>7} {'p95':>7} {'most':>7}   CPU {'median':>6} {'p95':>7} {'most':>7}"
    for kind, visits in sorted(done.visits.items()):
        walls, costs = [one.wall for one in visits], [one.cpu for one in visits]
        worst = max(visits, key=lambda one: one.cpu)
        yield f"{kind:16} {len(visits):>5} {_three(walls)}       {_three(costs)}   {worst.path[:70]}"


def _three(numbers: Sequence[float]) -> str:
    return f"{median(numbers):>7.1f} {at(0.95, numbers):>7.1f} {max(numbers):>7.1f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--only", help="kinds, with commas")
    parser.add_argument("--bodies", type=Path)
    given = parser.parse_args()
    kinds, best, bodies = pages(Store(given.store)), work(), dict[str, str]()
    kinds = {kind: paths for kind, paths in kinds.items() if not given.only or kind in given.only.split(",")}
    for number in range(given.rounds):
        done = run(given.store, drawn(kinds, given.each, Random(given.seed + number)))
        best, bodies = min(best, *done.work), bodies | done.bodies
        slower = median(done.work) / best
        print(f"round {number + 1}: the fixed work was {slower:.2f} times slower than at its best", flush=True)
        print(*table(done), sep="\n", flush=True)
    if given.bodies:
        given.bodies.write_text(json.dumps(bodies, indent=0, sort_keys=True))


if __name__ == "__main__":
    main()
