"""Waits for what another process or thread does, without taking the core that it needs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

PAUSE: Final = 0.01
"""Seconds between two looks: a loop without a pause takes a whole core, and keeps other threads from theirs."""


def until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something holds; fail if it does not within some seconds."""
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, f"it does not hold after {seconds:g} seconds"
        time.sleep(PAUSE)
