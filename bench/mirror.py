"""Builds a dataset repeatedly while it is served, follows it with kg mirror, and prints what each step took.

python bench/mirror.py [--times 20] [--node DIR] [ARCHIVE...]

The archives, those of the sample by default, are copied; before each build a few of their pages get another bullet or
lose one. Finally the client of the LDES community (with ``--node tests/node``) copies the same event stream.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from served import Server

from kg.publish import dump_files
from kg.rdf.formats import by_name
from kg.store.layout import Store

ROOT = Path(__file__).parents[1]
SAMPLE = [ROOT / "data" / "seed", ROOT / "data" / "sample"]
PAGES = 5
BULLET = "*A bridge number {} opens in [[Homs]]. [https://example.org/{} (Example News)]\n"


def kg(*arguments: str) -> str:
    """Run a command of kg, and return what it printed."""
    done = subprocess.run([sys.executable, "-m", "kg", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def timed(run: Callable[[], str]) -> str:
    """Return the result of a function, and the seconds, and CPU seconds in other processes, that it took."""
    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    found = run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{time.monotonic() - started:6.1f} s, {cpu:5.1f} s of CPU: {found}"


def change(folder: Path, number: int) -> None:
    """Add a bullet to the end of some day pages, or remove the last added one."""
    drawn = random.Random(number)
    for page in drawn.sample(sorted(folder.rglob("*_*_*.txt")), PAGES):
        lines = page.read_text(encoding="utf-8", errors="surrogateescape").rstrip("\n").splitlines(keepends=True)
        if "A bridge number" in lines[-1] and drawn.random() < 0.5:
            lines.pop()
        else:
            lines += ["\n", BULLET.format(number, number)]
        page.write_text("".join(lines).rstrip("\n") + "\n", encoding="utf-8", errors="surrogateescape")


def whole(store: Path, folder: Path) -> bytes:
    """Return the content of a store as sorted N-Quads."""
    file = dump_files.DumpFile(by_name("nquads"), packed=False)
    made = dump_files.make(Store(store), Store(store).current(), file, folder)
    return (folder / made.file.name).read_bytes()


def served(server: Server, snapshot: str) -> None:
    """Wait until a snapshot is served and its hash tree exists."""
    until = time.monotonic() + 120
    while True:
        reply = server.send("GET", "/hashes")
        if reply.status == 200 and snapshot in reply.body.decode():
            return
        if time.monotonic() > until:
            raise SystemExit(f"{snapshot} is not served: {reply.status}")
        time.sleep(0.2)


def copied(node: Path, address: str) -> str:
    """Copy an event stream with ldes-client, the newest version of each member."""
    command = ["node", str(node / "replicate.mjs"), address]
    done = subprocess.run(command, check=True, capture_output=True, timeout=3_600)
    return f"ldes-client, {len(done.stdout.splitlines()):,} statements"


def main() -> int:
    """Return 1 if a mirror differs from its origin."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("archives", nargs="*", type=Path, default=SAMPLE)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--node", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        roots = [str(shutil.copytree(one, folder / "archives" / one.name)) for one in given.archives]
        store, mirror = folder / "store", folder / "mirror"
        serving = Server(store)
        address = f"http://127.0.0.1:{serving.port}/"
        os.environ["KG_BASE"] = address  # clients of feeds follow IRIs
        kg("build", *roots, "--store", str(store))
        with serving as server:
            for number in range(given.times + 1):
                if number:
                    change(folder / "archives", number)
                    kg("build", *roots, "--store", str(store))
                served(server, Store(store).current().id)
                print(f"{number:>3}", timed(lambda: kg("mirror", address, "--store", str(mirror))), flush=True)
                if whole(store, folder) != whole(mirror, folder):
                    print(f"after build {number} the mirror is another than its origin")
                    return 1
            if given.node:
                print("   ", timed(lambda: copied(given.node, f"{address}feed/ldes")))
    return 0


if __name__ == "__main__":
    os.environ.setdefault("KG_JOBS", "1")
    raise SystemExit(main())
