"""The times of snapshots of the past: those of the last captures in them."""

from __future__ import annotations

from datetime import UTC, datetime

from kg.errors import ConfigurationError


def instant(text: str) -> datetime:
    """Parse an ISO 8601 time, in UTC to the second; a date alone means its first instant.

    Raises ConfigurationError if it is invalid.
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
