"""Makes faults in ``kg fetch --revisions --git``, and prints what happened to the fetched data each time.

    python bench/faults_fetch.py [--moments 50] [--rows FILE] [FAULT...]

The wiki is a local one, on loopback, in a separate process. After each fault the folder is read, and then a run
without any fault is made. ``noticed`` counts the moments at which a run failed and said so, or was killed; ``lost``
those after which something from before is gone, or is missing after that run; ``wrong`` those after which the folder
has content that the wiki never had, or the folder or the commits differ from those of one complete run.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import fetch
from moments import HEAD, Row, allow, apart, given, limited, nobody, prepared, tell

from kg.archive.fetch import fast_import, run
from kg.archive.fetch.api import WikiApi
from kg.archive.fetch.folder import AnswerFolder
from kg.archive.opening import open_archive
from kg.dialects import editions
from kg.errors import ArchiveError, FetchError
from kg.remote.clock import Clock
from kg.settings import Settings
from tests.kg.archive.fetch.wiki import serving

DAYS: Final = 3
REVISIONS: Final = 130
PAGE_BYTES: Final = 8_000_000
PATIENCE: Final = 300.0
Jump = Callable[[], datetime]
Shown = set[tuple[str, str]]


@dataclass
class FetchBench:
    """A folder to make faults in, a wiki, and the result of one complete run."""

    folder: Path
    address: str
    random: random.Random
    seconds: float = 0.0
    places: int = 0
    truth: Shown = field(default_factory=set)

    def __post_init__(self) -> None:
        self.whole = self.folder / "whole"
        for place in (self.folder / "warm", self.whole):
            start = time.monotonic()
            prepared(lambda place=place: self.fetch(place), PATIENCE)
            self.seconds = time.monotonic() - start
        self.truth = shown(self.whole)

    def fetch(self, place: Path, now: Jump = lambda: datetime.now(UTC)) -> str:
        """Fetch all revisions into the folder at ``place``, and write the repository beside it; return its head."""
        settings = Settings(
            fetch_contact="mailto:bench@example.org", fetch_private=True, fetch_rate=1e6, fetch_retries=0
        )
        last = fetch.FIRST + timedelta(DAYS - 1)
        names = run.titles(editions.load()["en"], fetch.FIRST, last)
        answers, repository = place / "answers", place / "portal.git"
        api = WikiApi(self.address, settings, Clock(now))
        run.Fetch(api, AnswerFolder(answers / "en"), names).history(lambda *_: None, update=True)
        fast_import.write(answers, repository)
        return fast_import.FetchRepository(repository).head()

    def place(self) -> Path:
        """Return a folder in which a run has fetched some of the pages."""
        with suppress(FileNotFoundError):  # a git that a killed run has left behind may still write there
            allow(self.folder / f"stopped-{self.places}", 0o755)
        shutil.rmtree(self.folder / f"stopped-{self.places}", ignore_errors=True)
        self.places += 1
        place = self.folder / f"stopped-{self.places}"
        (place / "answers" / "en").mkdir(parents=True)
        for file in sorted((self.whole / "answers" / "en").iterdir())[: self.random.randrange(4)]:
            shutil.copy(file, place / "answers" / "en")
        return place

    def judge(self, row: Row, place: Path, before: Shown, status: int) -> None:
        """Count the outcome for a folder after a fault; ``status`` is that of the run: 0 acknowledges all."""
        row.moments += 1
        row.noticed += bool(status)
        found = shown(place)
        row.lost += not before <= found
        row.lost += status == 0 and not is_same(place, self.whole)
        row.wrong += not found <= self.truth
        start = time.monotonic()
        again, _ = apart(lambda: self.resumed(place), PATIENCE)
        row.lost += bool(again)
        row.wrong += not again and not is_same(place, self.whole)
        row.back = max(row.back, time.monotonic() - start)

    def resumed(self, place: Path) -> str:
        """Fetch again, as soon as a git process left behind by a killed run has ended."""
        end = time.monotonic() + 20
        while True:
            try:
                return self.fetch(place)
            except FetchError as error:
                if "another kg fetch" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.01)


def shown(place: Path) -> Shown:
    """Return the revisions in a folder, with hashes of their contents."""
    try:
        archive = open_archive(place / "answers", PAGE_BYTES, history=True)
    except ArchiveError:
        return set()
    return {(one.commit or "", one.blob or "") for one in archive.versions}


def is_same(place: Path, other: Path) -> bool:
    """Return whether two folders have the same answers, and their repositories the same newest commit, complete."""
    answers = [fetch.contents(one / "answers") for one in (place, other)]
    heads = [fast_import.FetchRepository(one / "portal.git").head() for one in (place, other)]
    checked = subprocess.run(["git", "fsck", "--connectivity-only"], cwd=place / "portal.git", capture_output=True)
    return answers[0] == answers[1] and heads[0] == heads[1] != "" and checked.returncode == 0


def killed(bench: FetchBench, moments: int) -> Iterator[Row]:
    """``kill -9`` of a run, at random moments from its begin to its end."""
    row = Row("kill -9 of a fetch")
    for _ in range(moments):
        place = bench.place()
        before, seconds = shown(place), bench.random.uniform(0, bench.seconds)
        status, _ = apart(lambda place=place: bench.fetch(place), seconds)
        bench.judge(row, place, before, status)
    yield row


def full_disk(bench: FetchBench, moments: int) -> Iterator[Row]:
    """Limit the size of files (RLIMIT_FSIZE), as if the disk were full."""
    row = Row("no file longer than n bytes")
    for number in range(moments):
        place, full = bench.place(), limited(int(50 * 1.2 ** (number * 50 / moments)), resource.RLIMIT_FSIZE)
        before = shown(place)
        status, _ = apart(lambda place=place: bench.fetch(place), PATIENCE, full)
        bench.judge(row, place, before, status)
    yield row


def small_disk(bench: FetchBench, moments: int) -> Iterator[Row]:
    """Fetch onto a small disk in memory (tmpfs), which is then enlarged. Only root can mount one."""
    row = Row("a disk with room for n bytes")
    for number in range(moments // 2):
        mounted, size = bench.folder / "disk", 4_096 * int(4 * 1.15 ** (number * 60 / moments))
        mounted.mkdir(exist_ok=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", mounted], check=False).returncode:
            print("a disk in memory cannot be mounted here: not run")
            return
        try:
            status, _ = apart(lambda place=mounted: bench.fetch(place), PATIENCE)
            subprocess.run(["mount", "-o", "remount,size=50m", mounted], check=True)
            bench.judge(row, mounted, set(), status)
        finally:
            subprocess.run(["umount", "-l", mounted], check=True)
    yield row


def read_only(bench: FetchBench, moments: int) -> Iterator[Row]:
    """Fetch as a user who may not write to the folder; root becomes another user, since it always may."""
    row = Row("a folder that may not be written")
    for _ in range(max(1, moments // 10)):
        place = bench.place()
        before = shown(place)
        allow(place, 0o555)
        status, _ = apart(lambda place=place: bench.fetch(place), PATIENCE, nobody)
        allow(place, 0o755)
        bench.judge(row, place, before, status)
    yield row


def clocks(bench: FetchBench, moments: int) -> Iterator[Row]:
    """Let the clock jump back and forth during a run, by a second to thirty years."""
    row = Row("a clock that jumps")
    for number in range(max(2, moments // 5)):
        place, off = bench.place(), timedelta(seconds=(-1) ** number * 10.0 ** (number % 9))
        before, asked = shown(place), iter(range(1_000_000))

        def jumping(off: timedelta = off, asked: Iterator[int] = asked) -> datetime:
            return datetime.now(UTC) + off * (next(asked) % 2)

        status, _ = apart(lambda place=place, now=jumping: bench.fetch(place, now), PATIENCE)
        bench.judge(row, place, before, status)
        row.noticed -= bool(status)
    yield row


def two_at_once(bench: FetchBench, moments: int) -> Iterator[Row]:
    """Two runs into one folder, the second at a random moment of the first."""
    row = Row("two fetches into one folder")
    for _ in range(max(2, moments // 2)):
        place = bench.place()
        before, child = shown(place), os.fork()
        if not child:
            with suppress(BaseException):
                bench.fetch(place)
            os._exit(0)
        time.sleep(bench.random.uniform(0, bench.seconds))
        status, _ = apart(lambda place=place: bench.fetch(place), PATIENCE)
        os.waitpid(child, 0)
        row.lost += not is_same(place, bench.whole)
        bench.judge(row, place, before, status)
    yield row


FAULTS: Final = (killed, full_disk, small_disk, read_only, clocks, two_at_once)


def served() -> tuple[int, str]:
    """Serve the wiki in a process of its own; return its id, and the address of the API."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with serving(fetch.filled(DAYS, REVISIONS, 19)) as address:
            os.write(writing, address.encode())
            os.close(writing)
            signal.pause()
    os.close(writing)
    with os.fdopen(reading) as told:
        return child, told.read()


def main() -> int:
    """Make all faults, or the named ones, print the table, and return 1 if anything was lost or wrong."""
    chosen = given(__doc__, FAULTS, 50)
    wiki, address = served()
    try:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            bench = FetchBench(Path(folder), address, random.Random(19))
            print(f"one run: {bench.seconds:.2f} s, {len(bench.truth):,} revisions, {date.today()}\n{HEAD}")
            made = [one for one in FAULTS if not chosen.names or one.__name__ in chosen.names]
            bad = tell((row for fault in made for row in fault(bench, chosen.moments)), chosen.rows)
    finally:
        os.kill(wiki, signal.SIGKILL)
        os.waitpid(wiki, 0)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
