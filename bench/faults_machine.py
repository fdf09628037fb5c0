"""Makes faults of the machine, and prints the outcome for the store: no disk space, no memory, a changed file.

    python bench/faults_machine.py [--moments 30] [--rows FILE] [FAULT...]

The full disk is a small one in memory (tmpfs), and the kernel ends processes that need too much memory, in a control
group with a limit. Both need root; without it they are reported as not run. The columns are those of bench/faults.py;
``s, back`` is the longest time until a build or a write succeeded again, for files that are changed the longest time
until the server said so.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from faults import Bench, build
from faults_served import TOKEN, Client
from moments import HEAD, Row, apart, given, prepared, tell
from served import ROOT, Server, tree

from kg.publish import dump
from kg.rdf.formats import by_name
from kg.store.layout import Store

GROUPS: Final = Path("/sys/fs/cgroup")
WRITABLE: Final = {
    "writable": "true",
    "write_token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest(),
    "warm_pages": 0,
}
MEGA: Final = 1_000_000
PATIENCE: Final = 300.0
FULL: Final = 20.0
"""Longest time that a disk stays full, in seconds, if it has too much room for writes to be refused."""
READERS: Final = 4
AT_ONCE: Final = 6
"""Servers whose stores are changed at the same time."""
EVERY: Final = 60
"""Seconds between the verifications of a server whose files are changed."""
QUESTION: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
NUMBER: Final = re.compile(r'<urn:n> <urn:p> "(\d+)"')
HUNGRY: Final = "SELECT DISTINCT ?a ?b ?c { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z }"


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """Mount a disk in memory with a number of bytes."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def small_memory() -> Iterator[Path]:
    """Make a control group (version 1 or 2) to limit the memory of processes."""
    folder = next((one for one in (GROUPS / "memory", GROUPS) if (one / "cgroup.procs").exists()), GROUPS)
    group = folder / f"newsgraph-{os.getpid()}"
    group.mkdir()
    try:
        yield group
    finally:
        for one in (group / "cgroup.procs").read_text().split():
            (folder / "cgroup.procs").write_text(one)
        group.rmdir()


def limit(group: Path, size: int) -> None:
    """Limit the memory of a group."""
    first = group / "memory.limit_in_bytes"
    (first if first.exists() else group / "memory.max").write_text(str(size))


def join(group: Path) -> None:
    """Move this process, and those that it starts, into a group."""
    (group / "cgroup.procs").write_text(str(os.getpid()))


def _fill(disk: Path, left: int) -> Path:
    """Fill a disk except for a number of bytes."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        while True:
            with suppress(OSError):  # others write meanwhile, so that there may be less room than there just was
                os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(disk).free - left))
                return ballast


# ---- The faults.


def builds_without_room(folder: Path, moments: int) -> Iterator[Row]:
    """Build on a disk that is full after a number of bytes."""
    row = Row("a build on a disk with n bytes left")
    with small_disk(folder / "disk", 64 * MEGA) as disk:
        bench = Bench(disk, random.Random(21))
        for number in range(moments):
            store = bench.store()
            ballast = _fill(disk, 3 * MEGA * number // moments)
            status, _ = apart(lambda store=store: build(store, bench.second))
            ballast.unlink()
            bench.judge(row, store, status)
    yield row


def writes_without_room(folder: Path, moments: int) -> Iterator[Row]:
    """Write to a server whose disk is full for a while."""
    row = Row("a disk that is full while it is written")
    with small_disk(folder / "disk", 64 * MEGA) as disk, _written(disk) as client:
        for number in range(moments):
            ballast = _fill(disk, 200_000 * number // moments)
            _until(lambda refused=client.refused: client.refused > refused + 3, FULL)
            ballast.unlink()
            before, start = len(client.acknowledged), time.monotonic()
            _until(lambda before=before: len(client.acknowledged) > before + 1)
            row.back = max(row.back, time.monotonic() - start)
            row.moments += 1
        client.stop()
        _account(row, client)
    yield row


def builds_without_memory(folder: Path, moments: int) -> Iterator[Row]:
    """Let the kernel end the processes of a build that lacks memory."""
    row = Row("a build that the kernel ends: no memory")
    bench = Bench(folder / "builds", random.Random(22))
    with small_memory() as group:
        for number in range(moments):
            store = bench.store()
            limit(group, (2 + 60 * number // moments) * MEGA)
            status, _ = apart(lambda store=store: build(store, bench.second), before=lambda: join(group))
            bench.judge(row, store, status)
    yield row


def queries_without_memory(folder: Path, moments: int) -> Iterator[Row]:
    """Let the kernel end a process of a written server, since a query needs all memory."""
    row = Row("a server whose processes the kernel ends")
    with small_memory() as group, _written(folder, query_memory=4_000 * MEGA) as client:
        for one in tree(client.server.process.pid):
            (group / "cgroup.procs").write_text(str(one))
        used = int(next(group.glob("memory.usage_in_bytes"), group / "memory.current").read_text())
        for number in range(moments):
            limit(group, used + (30 + 10 * (number % 10)) * MEGA)
            before = len(client.acknowledged)
            row.noticed += _hungry(client.server)
            limit(group, used + 4_000 * MEGA)
            if client.server.process.poll() is not None:  # a supervisor would do it
                client.server.start()
            start = time.monotonic()
            _until(lambda before=before: len(client.acknowledged) > before + 1)
            row.back = max(row.back, time.monotonic() - start)
            row.moments += 1
        client.stop()
        noticed = row.noticed
        _account(row, client)
        row.noticed = noticed
    yield row


def _hungry(server: Server) -> bool:
    """Send a query that needs all available memory; return whether it was refused, or nobody answered."""
    try:
        return _ask(server, HUNGRY) > 200
    except OSError:
        return True


def backups_under_load(folder: Path, moments: int) -> Iterator[Row]:
    """Back up while four readers and a writer work, restore elsewhere, and compare the dumps.

    The snapshot in a backup is soon removed, so its dump is the final one without the lines of later writes.
    """
    row, restored = Row("a backup while four read and one writes"), []
    with _written(folder) as client, ExitStack() as stack:
        for _ in range(READERS):
            stack.callback(_reader(client).join)
        stack.callback(client.stopped.set)
        for number in range(moments):
            backup, other = folder / f"{number}.tar", folder / f"restored-{number}"
            start = time.monotonic()
            _kg("backup", backup, "--store", folder / "store")
            _kg("restore", backup, "--store", other)
            row.back = max(row.back, time.monotonic() - start)
            restored.append(other)
        client.stop()
        _account(row, client)
    end = _dump(folder / "store")
    for other in restored:
        row.moments += 1
        row.wrong += not end or _dump(other) != _without_later(end, Store(other).current().manifest.writes)
    yield row


def _dump(store: Path) -> list[str]:
    """Return the lines of the dump of a store as N-Triples, none if it cannot be made."""
    file = store.with_name(f"{store.name}.nt")
    status, _ = apart(lambda: dump.dump(Store(store), Store(store).current(), by_name("ntriples"), file))
    return file.read_text(encoding="utf-8").splitlines(keepends=True) if status == 0 else []


def _without_later(lines: list[str], last: int) -> list[str]:
    """Return lines without those of the writes of the client after a number."""
    return [line for line in lines if not (found := NUMBER.match(line)) or int(found[1]) <= last]


def _reader(client: Client) -> threading.Thread:
    """Return a thread that queries until the client is told to stop."""

    def read() -> None:
        while not client.stopped.is_set():
            _ask(client.server, QUESTION)

    thread = threading.Thread(target=read)
    thread.start()
    return thread


def _ask(server: Server, query: str) -> int:
    """Send a query and return the status of the answer."""
    return server.send("POST", "/sparql", query.encode(), {"Content-Type": "application/sparql-query"}).status


def _kg(*arguments: object) -> bytes:
    command = [sys.executable, "-m", "kg", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout


def changed_files(folder: Path, moments: int) -> Iterator[Row]:
    """Change a bit of a file of data while a server has it open and verifies every minute."""
    row, order = Row("a bit that changes while served"), random.Random(23)
    made = _made(folder / "made")
    files = [one.relative_to(made) for one in _data(made)]
    for begin in range(0, moments, AT_ONCE):
        with ExitStack() as stack:
            watched = []
            for number in range(begin, min(moments, begin + AT_ONCE)):
                store = Path(shutil.copytree(made, folder / f"store-{number}", symlinks=True))
                server = stack.enter_context(Server(store, verify_seconds=EVERY, warm_pages=0))
                _flip(store / files[number % len(files)], order)
                watched.append((server, time.monotonic()))
            for server, since in watched:
                row.moments += 1
                row.noticed += _until(lambda server=server: _is_degraded(server), 3 * EVERY)
                row.back = max(row.back, time.monotonic() - since)
    row.lost = row.moments - row.noticed
    yield row


def _data(store: Path) -> list[Path]:
    """Return the files of a store that cannot be made again."""
    database = Store(store).current().database
    return [one for one in sorted(database.rglob("*")) if one.is_file() and one.stat().st_size]


def _flip(file: Path, order: random.Random) -> None:
    content = bytearray(file.read_bytes())
    content[order.randrange(len(content))] ^= 1 << order.randrange(8)
    with file.open("r+b") as changed:
        changed.write(content)


def _is_degraded(server: Server) -> bool:
    reply = server.send("GET", "/readyz")
    return reply.status == 503 or bool(json.loads(reply.body).get("degraded"))


# ---- Common parts.


def _made(store: Path) -> Path:
    """Build the seed."""
    prepared(lambda: build(store, ROOT / "data" / "seed"), PATIENCE)
    return store


@contextmanager
def _written(folder: Path, **settings: object) -> Iterator[Client]:
    """Serve a store that a client writes to, one number after the other."""
    given = {**WRITABLE, "keep_snapshots": 10_000, "free_bytes": 100_000, **settings}
    with Server(_made(folder / "store"), **given) as server:
        client = Client(server, folder.parent / f"acknowledged-{time.monotonic_ns()}")
        thread = threading.Thread(target=client.run)
        thread.start()
        _until(lambda: bool(client.acknowledged))
        try:
            yield client
        finally:
            client.stopped.set()
            thread.join()


def _until(happened: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Wait until something has happened; return whether it has."""
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.005)
    return happened()


def _account(row: Row, client: Client) -> None:
    """Compare what a server knows with what it acknowledged."""
    row.noticed = client.refused
    found, noted = client.numbers(), {int(one) for one in client.log.read_text().split()}
    row.lost += len(noted - found)
    row.wrong += len(found - set(range(client.asked + 1)))


FAULTS: Final = (
    builds_without_room,
    writes_without_room,
    builds_without_memory,
    queries_without_memory,
    backups_under_load,
    changed_files,
)


def main() -> int:
    """Make all faults, or the named ones, print the table, and return 1 if anything was lost or wrong."""
    chosen, bad = given(__doc__, FAULTS, 30), 0
    print(HEAD)
    for fault in FAULTS:
        if not chosen.names or fault.__name__ in chosen.names:
            with tempfile.TemporaryDirectory() as folder:
                Path(folder).chmod(0o755)
                bad += tell(_rows(fault, Path(folder), chosen.moments), chosen.rows)
    return 1 if bad else 0


def _rows(fault: Callable[[Path, int], Iterator[Row]], folder: Path, moments: int) -> Iterator[Row]:
    """Make a fault; print a message if this machine does not allow it."""
    try:
        yield from fault(folder, moments)
    except (PermissionError, subprocess.CalledProcessError) as error:
        print(f"{fault.__name__}: not run, {error}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
