"""Makes faults without a server at many moments, and prints what happened to the store each time.

python bench/faults.py [--moments 100] [--rows FILE] [FAULT...]

Each fault is made on a separate store, in separate processes. Afterwards the store is read again, fully verified,
and compared with its state before and its expected state after. ``noticed`` counts the moments at which something
failed and was reported, or was found by ``kg verify``; ``lost`` those after which something acknowledged is gone;
``wrong`` those after which the graph is neither the one before nor the one after.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from moments import HEAD, LIMIT, Row, allow, apart, given, limited, nobody, prepared, tell

from endpoint.static_site.publish import publish
from kg.pipeline import run
from kg.settings import Settings
from kg.store.backup import archive as backups
from kg.store.integrity import whole
from kg.store.integrity.finding import ChecksumReader
from kg.store.layout import Store
from kg.write import rollback as going_back

PAGE: Final = "{{Current events|year=2011|month=11|day=%d|content=\n;Business\n%s\n}}\n"
BULLET: Final = "*Shops number %d in [[Homs]] close. [https://a.example/%d (News)]"
MEMORY: Final = 1_500_000_000


def write_pages(folder: Path, days: int, more: int = 0) -> Path:
    """Write an archive of a number of days."""
    folder.mkdir(parents=True, exist_ok=True)
    for day in range(1, days + 1):
        bullets = "\n".join(BULLET % (number, number) for number in range(day * 10, day * 10 + 5 + more))
        (folder / f"2011_November_{day}.txt").write_text(PAGE % (day, bullets))
    return folder


def build(store: Path, archive: Path) -> str:
    """Build an archive in a store; return the id of the snapshot."""
    return run.build([archive], Settings(store=str(store), jobs=1, keep_snapshots=3, free_bytes=0)).snapshot.id


def digest(store: Path) -> str:
    """Return a hash of the content of a store's current snapshot, independent of the engine's order."""
    found = hashlib.sha256()
    for line in sorted(map(str, Store(store).current().open())):
        found.update(line.encode())
    return found.hexdigest()


def damages(store: Path, *, all_of_them: bool = False) -> int:
    """Return how many damages a whole verification finds; including repairable ones only if ``all_of_them``."""
    found = whole.verify(Store(store), store / "cache", ChecksumReader())
    return sum(all_of_them or not one.is_made_again for one in found.damages)


@dataclass
class Bench:
    """A folder to make faults in: a freshly built store, and a larger archive for the next build."""

    folder: Path
    random: random.Random

    def __post_init__(self) -> None:
        self.first = write_pages(self.folder / "first", 4)
        self.second = write_pages(self.folder / "second", 6, 3)
        self.made = self.folder / "made"
        prepared(lambda: build(self.made, self.first))
        prepared(lambda: build(self.made, self.first))
        self.before = prepared(lambda: digest(self.made))
        after = self.folder / "after"
        shutil.copytree(self.made, after, symlinks=True)
        start = time.monotonic()
        prepared(lambda: build(after, self.second))
        self.seconds = time.monotonic() - start
        self.after = prepared(lambda: digest(after))

    def store(self) -> Path:
        """Return a fresh copy of the store."""
        copy = self.folder / "store"
        shutil.rmtree(copy, ignore_errors=True)
        return Path(shutil.copytree(self.made, copy, symlinks=True))

    def judge(self, row: Row, store: Path, status: int) -> None:
        """Count the outcome for a store after a fault; ``status`` is that of the operation: 0 acknowledges it."""
        row.moments += 1
        start = time.monotonic()
        reading = limited(MEMORY)
        _, found = apart(lambda: digest(store), before=reading)
        _, damaged = apart(lambda: damages(store), before=reading)
        row.noticed += bool(status or damaged)
        row.lost += status == 0 and found != self.after
        row.wrong += found is not None and found not in (self.before, self.after)
        row.lost += found is None and not damaged
        again, _ = apart(lambda: build(store, self.second))
        row.lost += again != 0 or apart(lambda: digest(store))[1] != self.after
        row.back = max(row.back, time.monotonic() - start)


# ---- The faults.


def killed_builds(bench: Bench, moments: int) -> Iterator[Row]:
    """``kill -9`` of a build, from beginning to end."""
    row = Row("kill -9 of a build")
    for number in range(moments):
        store = bench.store()
        status, _ = apart(lambda store=store: build(store, bench.second), bench.seconds * 1.1 * (number + 1) / moments)
        bench.judge(row, store, status)
    yield row


def killed_commands(bench: Bench, moments: int) -> Iterator[Row]:
    """``kill -9`` of a backup, a restore, a rollback and a prune."""
    backup = bench.folder / "backup.tar"
    backup.unlink(missing_ok=True)
    backups.write(Store(bench.made), backup)
    for name, job in _commands(bench, backup).items():
        row = Row(f"kill -9 of {name}")
        store = bench.store()
        start = time.monotonic()
        apart(lambda store=store, job=job: job(store))
        took = time.monotonic() - start
        for number in range(moments):
            store = bench.store()
            shutil.rmtree(bench.folder / "restored", ignore_errors=True)
            apart(lambda store=store, job=job: job(store), took * 1.2 * (number + 1) / moments)
            restored = bench.folder / "restored"
            if restored.exists():  # all of it or nothing
                row.wrong += apart(lambda: digest(bench.folder / "restored"))[1] != bench.before
            bench.judge(row, store, 1)
            row.noticed -= 1
        yield row


def killed_publications(bench: Bench, moments: int) -> Iterator[Row]:
    """``kill -9`` of ``kg publish``, from its begin to its end; each file is that of a whole run then, or not there."""
    row, store = Row("kill -9 of a publication"), bench.store()
    truth, site = bench.folder / "truth", bench.folder / "site"
    prepared(lambda: published(store, bench.folder / "warm"), LIMIT)
    start = time.monotonic()
    prepared(lambda: published(store, truth), LIMIT)
    took, wanted = time.monotonic() - start, contents(truth)
    for number in range(moments):
        shutil.rmtree(site, ignore_errors=True)
        status, _ = apart(lambda: published(store, site), took * 1.1 * (number + 1) / moments)
        row.moments += 1
        row.noticed += bool(status)
        row.wrong += not contents(site).items() <= wanted.items()
        row.lost += status == 0 and contents(site) != wanted
        start = time.monotonic()
        row.lost += apart(lambda: published(store, site))[0] != 0 or contents(site) != wanted
        row.back = max(row.back, time.monotonic() - start)
    yield row


def published(store: Path, site: Path) -> int:
    """Publish a store as a site, and return how many files that has."""
    return publish(site, Settings(store=str(store), jobs=1), ("html", "ttl"), 1, lambda *_: None).files


def contents(folder: Path) -> dict[str, str]:
    """Return hashes of all files of a site, by their paths; hidden ones, which hold times of files, are not its own."""
    files = (one for one in folder.rglob("*") if one.is_file() and not one.name.startswith("."))
    return {str(one.relative_to(folder)): hashlib.sha256(one.read_bytes()).hexdigest() for one in files}


def _commands(bench: Bench, backup: Path) -> dict[str, Callable[[Path], object]]:
    new, restored = bench.folder / "new.tar", bench.folder / "restored"

    def write(store: Path) -> None:
        new.unlink(missing_ok=True)
        backups.write(Store(store), new)

    return {
        "a backup": write,
        "a restore": lambda _: backups.restore(backup, Store(restored)),
        "a rollback": lambda store: going_back.rollback(Store(store), "") and None,
        "a prune": lambda store: Store(store).prune(1),
    }


def full_disks(bench: Bench, moments: int) -> Iterator[Row]:
    """Limit the size of files (RLIMIT_FSIZE), as if the disk were full."""
    row = Row("no file longer than n bytes")
    for number in range(moments):
        store, size = bench.store(), int(100 * 1.12**number * (100 / moments))
        full = limited(size, resource.RLIMIT_FSIZE)
        status, _ = apart(lambda store=store: build(store, bench.second), before=full)
        bench.judge(row, store, status)
    yield row


def small_memories(bench: Bench, moments: int) -> Iterator[Row]:
    """Limit the address space of a build, up to what it needs."""
    row = Row("a build that runs out of memory")
    own = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    for number in range(moments):
        store = bench.store()
        limit = limited(own + 5_000_000 + 400_000_000 * number // moments)
        status, _ = apart(lambda store=store: build(store, bench.second), before=limit)
        bench.judge(row, store, status)
    yield row


def read_only(bench: Bench, moments: int) -> Iterator[Row]:
    """Build as a user who may not write to the store; root becomes another user, since it always may."""
    row = Row("a store that may not be written")
    for _ in range(max(1, moments // 20)):
        store = bench.store()
        allow(store, 0o555)
        status, _ = apart(lambda store=store: build(store, bench.second), before=nobody)
        allow(store, 0o755)
        bench.judge(row, store, status)
    yield row


def flips(bench: Bench, moments: int) -> Iterator[Row]:
    """Flip a bit or truncate a file, each file in turn; compare what is then read."""
    for name in ("flipped bits", "files cut off"):
        row = Row(name)
        store = bench.store()
        files = [one for one in sorted(store.rglob("*")) if one.is_file() and one.stat().st_size]
        files = [one for one in files if not any(up.is_symlink() for up in one.parents)]
        for number in range(moments):
            file = files[number % len(files)]
            content = file.read_bytes()
            place = bench.random.randrange(len(content))
            changed = bytes([content[place] ^ 1 << bench.random.randrange(8)])
            file.write_bytes(content[:place] + (changed + content[place + 1 :] if name == "flipped bits" else b""))
            start = time.monotonic()
            row.moments += 1
            _, found = apart(lambda store=store: digest(store), 10, limited(MEMORY))
            _, damaged = apart(lambda store=store: damages(store, all_of_them=True), before=limited(MEMORY))
            row.wrong += found is not None and found != bench.before
            row.noticed += bool(damaged)
            row.back = max(row.back, time.monotonic() - start)
            file.write_bytes(content)
        yield row


class _Clock(datetime):
    """A clock that can be set."""

    off: float = 0.0

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime.fromtimestamp(time.time() + cls.off, tz or UTC)


def clocks(bench: Bench, moments: int) -> Iterator[Row]:
    """Let the clock jump back or forth between two builds, by a second to thirty years."""
    row = Row("a clock that jumps")
    for number in range(max(2, moments // 10)):
        store, off = bench.store(), (-1) ** number * 10.0 ** (number % 9)

        def jump(off: float = off) -> None:
            _Clock.off = off
            run.datetime = _Clock

        status, _ = apart(lambda store=store: build(store, bench.second), before=jump)
        bench.judge(row, store, status)
        row.noticed -= bool(status)
    yield row


def two_at_once(bench: Bench, moments: int) -> Iterator[Row]:
    """Run two builds at once, a build and a prune, a build and a rollback, and a backup during a build."""
    backup = bench.folder / "during.tar"
    others: dict[str, Callable[[Path], object]] = {
        "two builds": lambda store: build(store, bench.second),
        "a prune": lambda store: Store(store).prune(3),
        "a backup": lambda store: backups.write(Store(store), backup) and None,
    }
    for name, other in others.items():
        row = Row(f"{name} during a build")
        for number in range(max(1, moments // 10)):
            store = bench.store()
            backup.unlink(missing_ok=True)
            child = os.fork()
            if not child:
                with suppress(BaseException):
                    time.sleep(bench.seconds * number / moments * 10)
                    other(store)
                os._exit(0)
            status, _ = apart(lambda store=store: build(store, bench.second))
            os.waitpid(child, 0)
            bench.judge(row, store, 1 if status else 0)
        yield row


def changing_archive(bench: Bench, moments: int) -> Iterator[Row]:
    """Rewrite pages of the archive while it is read."""
    row = Row("an archive that changes while read")
    for number in range(max(1, moments // 10)):
        store, pages = bench.store(), write_pages(bench.folder / "changing", 6)
        child = os.fork()
        if not child:
            end = time.monotonic() + bench.seconds * (number + 1) / moments * 10
            while time.monotonic() < end:
                write_pages(pages, 6, number % 4)
            os._exit(0)
        status, _ = apart(lambda store=store, pages=pages: build(store, pages))
        os.waitpid(child, 0)
        row.moments += 1
        row.noticed += bool(status)
        row.wrong += bool(apart(lambda store=store: damages(store))[1])
        row.lost += apart(lambda store=store: build(store, bench.second))[0] != 0
        row.wrong += apart(lambda store=store: damages(store))[1] != 0
    yield row


FAULTS: Final = (
    killed_builds,
    killed_commands,
    killed_publications,
    full_disks,
    small_memories,
    read_only,
    flips,
    clocks,
    two_at_once,
    changing_archive,
)


def main() -> int:
    """Make all faults, or the named ones, print the table, and return 1 if anything was lost or wrong."""
    chosen = given(__doc__, FAULTS, 100)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        bench = Bench(Path(folder), random.Random(19))
        print(HEAD)
        made = [one for one in FAULTS if not chosen.names or one.__name__ in chosen.names]
        bad = tell((row for fault in made for row in fault(bench, chosen.moments)), chosen.rows)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
