"""Builds, writes and replaces a graph repeatedly, and prints how much space the store takes.

python bench/disk.py [--times 50]
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from pathlib import Path

from faults import build, write_pages
from moments import prepared
from served import Server

from kg.store.integrity.size import sizes
from kg.store.layout import Store

TOKEN = "a token for the disk only"
KEPT = 10
"""The number of builds and writes after which the store has everything that it keeps."""
REPLACED = 200
"""The number of triples in the graph that is replaced."""
AGAIN = 5
"""After how many replacements there is a build, which repeats them."""
GROWTH = 1.25


def room(store: Path) -> int:
    """Return the size of a store in bytes."""
    return dict(sizes(Store(store), store / "cache"))["all of the store"]


def main() -> int:
    """Print the disk space after each tenth build and write, and return 1 if it keeps growing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=50)
    given = parser.parse_args()
    found: dict[str, list[int]] = {"build": [], "write": [], "replacement": []}
    with tempfile.TemporaryDirectory() as folder:
        store, pages = Path(folder) / "store", write_pages(Path(folder) / "pages", 6)
        for _ in range(given.times):
            prepared(lambda: build(store, pages))
            found["build"].append(room(store))
        settings = {"writable": "true", "write_token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest()}
        with Server(store, **settings) as server:
            allowed = {"Authorization": f"Bearer {TOKEN}"}
            update, turtle = ({**allowed, "Content-Type": one} for one in ("application/sparql-update", "text/turtle"))
            for number in range(given.times):
                server.send("POST", "/sparql", f"INSERT DATA {{ <urn:n> <urn:p> {number} }}".encode(), update)
                found["write"].append(room(store))
            for number in range(given.times):
                lines = (f"<urn:n> <urn:p> {number * REPLACED + one} .\n" for one in range(REPLACED))
                server.send("PUT", "/graphs?graph=urn:g", "".join(lines).encode(), turtle)
                if number % AGAIN == AGAIN - 1:
                    prepared(lambda: build(store, pages))
                found["replacement"].append(room(store))
    grown = False
    for name, rooms in found.items():
        told = ", ".join(f"{one / 1e6:.2f}" for one in rooms[:: max(1, given.times // 10)])
        print(f"MB after some {name}s: {told}; after the last: {rooms[-1] / 1e6:.2f}")
        grown |= rooms[-1] > GROWTH * rooms[min(KEPT, given.times - 1)]
    return 1 if grown else 0


if __name__ == "__main__":
    raise SystemExit(main())
