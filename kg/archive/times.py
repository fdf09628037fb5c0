"""When commits were made: what they say is evidence, and where it cannot be true, their neighbours bound it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""No page was captured before the Web was there; programs write 1970 or 1980 where they know no time."""
SKEW: Final = timedelta(minutes=15)
"""How far the clock of who committed may be ahead."""


def read_time(written: str) -> datetime | None:
    """Return the time (UTC) that a commit has in seconds since 1970, or None if it is not a time."""
    try:
        return datetime.fromtimestamp(int(written), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def bounded(times: Sequence[datetime | None], now: datetime) -> list[datetime | None]:
    """Return the times of a line of commits, the oldest first, such that none is before its parent's.

    A time that is None, after ``now`` or before the Web cannot be true. Of the others as few as possible are doubted,
    so that one wrong clock does not move all that follow; where it is open which of two is wrong, the later commit's.
    For a time that is not true stands that of the commit before it, which it cannot be earlier than, or of the first
    after it; where no commit has one, None.
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
    """Return the numbers of the longest series of times that never runs backwards (patience sorting, from the end)."""
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
