"""When commits were made: what they say is evidence, and their neighbours bound what cannot be true."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""No page was captured before the Web existed; programs write 1970 or 1980 where they do not know the time."""
SKEW: Final = timedelta(minutes=15)
"""How far ahead a committer's clock may be."""


def read_time(written: str) -> datetime | None:
    """Return the time (UTC) of a commit from its seconds since 1970, or None if that is not a time."""
    try:
        return datetime.fromtimestamp(int(written), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def bounded(times: Sequence[datetime | None], now: datetime) -> list[datetime | None]:
    """Return the times of a line of commits, oldest first, such that none is before its parent's.

    A time that is None, after ``now`` or before the Web cannot be true. As few of the others as possible are doubted,
    so that one wrong clock does not move all later commits; if either of two may be wrong, the later commit's is
    doubted. A doubted time is replaced by that of the commit before it, which is its lower bound, or of the first after
    it, or by None if no commit has a time.
    """
    possible = [number for number, one in enumerate(times) if one and EARLIEST <= one <= now + SKEW]
    trusted = _longest([(number, one) for number in possible if (one := times[number])])
    before = next((times[number] for number in sorted(trusted)), None)
    found = []
    for number, one in enumerate(times):
        before = one if number in trusted else before
        found.append(before)
    return found


def _longest(times: Iterable[tuple[int, datetime]]) -> set[int]:
    """Return the indexes of the longest series of times that never decreases (patience sorting, from the end)."""
    smallest: list[float] = []
    last: list[int] = []
    after: dict[int, int | None] = {}
    for number, time in sorted(times, reverse=True):
        place = bisect_right(smallest, -time.timestamp())
        after[number] = last[place - 1] if place else None
        smallest[place : place + 1] = [-time.timestamp()]
        last[place : place + 1] = [number]
    found: set[int] = set()
    next_one = last[-1] if last else None
    while next_one is not None:
        found.add(next_one)
        next_one = after[next_one]
    return found
