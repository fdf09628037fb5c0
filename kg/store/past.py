"""The times that snapshots of the past are of: those of the last captures that they were built from."""

from __future__ import annotations

from datetime import UTC, datetime

from kg.errors import ConfigurationError


def instant(text: str) -> datetime:
    """Return the time that an ISO 8601 text names, in UTC to the second; a date alone is its first moment.

    Raises ConfigurationError if it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
        known = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(f"{text[:40]!r} is not a time: write it like 2011-11-08T12:00:00Z") from None
    return known.replace(microsecond=0)


def text(moment: datetime) -> str:
    """Return a time in UTC as an xsd:dateTime."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
