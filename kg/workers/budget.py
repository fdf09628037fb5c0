"""How much memory a graph and the workers that share it may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kg.process.forking import available
from kg.settings import Settings

TRIPLE_BYTES: Final = 480
"""Bytes of memory for a triple; measured on graphs of 0.5 to 3.6 million triples: 350 to 475."""
FIXED_BYTES: Final = 60_000_000
"""Bytes of memory of the process that holds a graph, before it is loaded."""
COPIED: Final = 0.9
"""The largest part of a graph that a query over all of it makes private to its worker; measured: 0.83 to 0.88."""
MEGA: Final = 1_000_000
UNLIMITED: Final = 1 << 60
"""A control group without a limit may report any number above this."""


def machine_memory(root: Path = Path("/")) -> int:
    """Return the bytes of memory of this machine, or the limit of this process's control groups, below ``root``."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for file in _limits(root):
        try:
            text = file.read_text(encoding="ascii").strip()
        except OSError:
            continue
        found += [int(text)] if text.isdigit() and int(text) < UNLIMITED else []
    return min(found)


def _limits(root: Path) -> Iterator[Path]:
    """Yield the files with memory limits of this process: of its control group, and of the enclosing ones.

    A line of /proc/self/cgroup has a number, the controllers (none in version 2), and a path (cgroups(7)).
    """
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controlled, path = line.split(":", 2)
        if controlled not in ("", "memory"):
            continue
        top = root / "sys/fs/cgroup" / controlled
        group = top / path.strip("/")
        for folder in (group, *group.parents):
            if folder.is_relative_to(top):
                yield folder / ("memory.limit_in_bytes" if controlled else "memory.max")


def estimated(triples: int) -> int:
    """Return an upper estimate of the bytes that a graph with this many triples takes in memory."""
    return FIXED_BYTES + triples * TRIPLE_BYTES


class Budget:
    """How much memory the graph and workers may use together, and the share of each worker.

    A query that reads everything makes most of the graph private to its worker, since the engine counts references in
    the pages it reads. So the graph is held in memory only if there is room for the copies of all ``workers``.
    """

    def __init__(self, settings: Settings, workers: int) -> None:
        self.total = int(settings.memory_share * machine_memory())
        self._workers = workers

    def refusal(self, size: int) -> str:
        """Return why there is no room for a graph of ``size`` bytes; "" if there is room."""
        if not self.total:
            return "the setting memory_share is 0"
        if not available():
            return "this system cannot share it"
        needed = int(size * (1 + COPIED * self._workers))
        if needed <= self.total:
            return ""
        return (
            f"its graph and the copies of {self._workers} workers would take {needed // MEGA:,} MB of memory, "
            f"but may take {self.total // MEGA:,} MB (the setting memory_share)"
        )

    def share(self, size: int) -> int:
        """Return how many private bytes a worker may have, given the bytes of the graph."""
        return (self.total - size) // self._workers
