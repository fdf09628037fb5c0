"""How much memory a graph and the workers that share it may take."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kg.process.forking import available
from kg.settings import Settings

TRIPLE_BYTES: Final = 480
"""What a triple takes in memory, in bytes; measured on graphs of 0.5 to 3.6 million triples: 350 to 475."""
FIXED_BYTES: Final = 60_000_000
"""What the process that holds a graph takes before it holds any."""
COPIED: Final = 0.9
"""What part of a graph a query that looks at all of it makes its worker's own, at most: measured are 0.83 to 0.88."""
MEGA: Final = 1_000_000
UNLIMITED: Final = 1 << 60
"""What a control group without a limit says may be any number above this."""


def machine_memory(root: Path = Path("/")) -> int:
    """Return how many bytes of memory this machine has, or the control groups of this process, below ``root``."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for file in _limits(root):
        try:
            text = file.read_text(encoding="ascii").strip()
        except OSError:
            continue
        found += [int(text)] if text.isdigit() and int(text) < UNLIMITED else []
    return min(found)


def _limits(root: Path) -> Iterator[Path]:
    """Yield the files that may limit the memory of this process: of its control group, and of those around it.

    cgroups(7): a line of /proc/self/cgroup has a number, what is controlled (nothing in version 2), and a path.
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
    """Return how many bytes a graph of so many triples takes in memory, at most as far as is known."""
    return FIXED_BYTES + triples * TRIPLE_BYTES


class Budget:
    """How much memory graph and workers may take together, and what of it is a worker's share.

    A query that looks at everything makes most of the graph its worker's own, since the engine counts references in the
    pages it reads. So the graph is held in memory only where each of ``workers`` may have its copies.
    """

    def __init__(self, settings: Settings, workers: int) -> None:
        self.total = int(settings.memory_share * machine_memory())
        self._workers = workers

    def refusal(self, size: int) -> str:
        """Return why there is no room for a graph of ``size`` bytes; "" if there is."""
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
        """Return how many bytes a worker may keep for itself, beside a graph of so many."""
        return (self.total - size) // self._workers
