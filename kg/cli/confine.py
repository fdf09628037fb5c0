"""Runs commands that read a store in a process with limited memory and time, like those of a server.

An engine that meets a damaged block may ask for unlimited memory. Then only its process dies, and a message says so.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from kg.process import sandbox
from kg.settings import Settings

FREE: Final = ("build", "shards", "load", "mirror", "serve", "demo", "enrich", "fetch", "mcp", "publish")
"""The commands that are not confined: they start processes of their own for work that may get out of hand, or wait for
others for as long as these take."""
MEGA: Final = 1_000_000
FAILED: Final = 2


def confined(settings: Settings, work: Callable[[], NoReturn]) -> NoReturn:
    """Do some work in another process within the limits of the settings, and exit as it does; say if it was stopped."""
    parent = os.getpid()
    child = os.fork()
    if not child:
        sandbox.end_with(parent)
        if sys.platform == "linux":
            sandbox.limit_memory(settings.command_memory + _own_memory())
        work()
    sys.exit(_status(child, settings))


def _own_memory() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _status(child: int, settings: Settings) -> int:
    """Wait for a process, forward signals that end this one, and return the exit status."""
    late: list[bool] = []

    def stop(number: int, _: FrameType | None) -> None:
        late.append(number == signal.SIGALRM)
        os.kill(child, signal.SIGKILL if number == signal.SIGALRM else number)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to both
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, settings.command_seconds)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    signal.setitimer(signal.ITIMER_REAL, 0)
    if status >= 0:
        return status
    if any(late):
        _tell(f"was stopped after {settings.command_seconds:g} seconds (KG_COMMAND_SECONDS)")
    elif -status in (signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV):
        _tell(
            f"needed more than the {settings.command_memory // MEGA:,} MB of memory that it may have "
            "(KG_COMMAND_MEMORY), or was killed; if kg verify finds damage, that is why"
        )
    else:
        return 128 - status
    return FAILED


def _tell(text: str) -> None:
    print(f"kg: the command {text}", file=sys.stderr)  # noqa: T201 - a command tells
