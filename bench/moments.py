"""Makes faults at many moments: runs a job in a process that is limited or killed, and collects the results."""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from kg.errors import NewsgraphError

LIMIT: Final = 300.0
"""Seconds after which a job is killed if nothing else stops it; shared machines are slow at times."""
FAILED: Final = 3


@dataclass
class Row:
    """The results of one fault, and the number of its moments."""

    fault: str
    moments: int = 0
    noticed: int = 0
    lost: int = 0
    wrong: int = 0
    back: float = 0.0

    def __str__(self) -> str:
        """Return it as a row of the table."""
        told = f"{self.moments:>8} {self.noticed:>8} {self.lost:>6} {self.wrong:>6} {self.back:>8.2f}"
        return f"{self.fault:<44}{told}"


HEAD: Final = f"{'fault':<44}{'moments':>8} {'noticed':>8} {'lost':>6} {'wrong':>6} {'s, back':>8}"


def given(doc: str, faults: Iterable[Callable[..., Any]], moments: int) -> argparse.Namespace:
    """Return the arguments of a command that makes faults: which ones, at how many moments, and the file for rows."""
    parser = argparse.ArgumentParser(description=doc.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *(one.__name__ for one in faults)])
    parser.add_argument("--moments", type=int, default=moments)
    parser.add_argument("--rows", type=Path, help="a file that one JSON object for each row is appended to")
    return parser.parse_args()


def tell(rows: Iterable[Row], file: Path | None) -> int:
    """Print rows as they arrive, append them to a file if there is one, and return how much was lost or wrong."""
    bad = 0
    for row in rows:
        print(row, flush=True)
        bad += row.lost + row.wrong
        if file:
            with file.open("a", encoding="utf-8") as told:
                told.write(json.dumps(asdict(row)) + "\n")
    return bad


def apart(job: Callable[[], Any], seconds: float = LIMIT, before: Callable[[], None] = lambda: None) -> tuple[int, Any]:
    """Do a job in another process, for some seconds at most; return its exit status and result.

    ``before`` is called in that process first, to limit it. Raises RuntimeError if this process has threads: the other
    one would have their locks, but not the threads.
    """
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        raise RuntimeError("a process with threads is not forked: run the command of bench instead")
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with suppress(BaseException):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            status = FAILED
            with suppress(NewsgraphError, OSError, RuntimeError, MemoryError):
                before()
                os.write(writing, json.dumps(job()).encode())
                status = 0
            os._exit(status)
        os._exit(FAILED)
    os.close(writing)
    end = time.monotonic() + seconds
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            break
        time.sleep(0.0005)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with os.fdopen(reading, "rb") as told:
        said = told.read()
    return status, json.loads(said) if status == 0 and said else None


def prepared(job: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Do a job to compare faults with, and return its result. Raises SystemExit if it failed."""
    status, found = apart(job, seconds)
    if status or not found:
        raise SystemExit(f"no fault was made: the preparation ended with status {status} and gave {found!r}")
    return found


def limited(size: int, what: int = resource.RLIMIT_AS) -> Callable[[], None]:
    """Return a function that limits a process, such as its address space."""
    return lambda: resource.setrlimit(what, (size, size))


def allow(store: Path, mode: int) -> None:
    """Give all folders and files below a folder this mode; files are not executable."""
    for one in (store, *store.rglob("*")):
        with suppress(FileNotFoundError):  # a process of git that still ends may remove its drafts
            if not one.is_symlink():
                one.chmod(mode if one.is_dir() else mode & 0o666)


def nobody() -> None:
    """Become a user without any rights, if this is root."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
