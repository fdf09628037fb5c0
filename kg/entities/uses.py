"""The things that one wording of an event names: the evidence that several names belong to one thing."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Use(NamedTuple):
    """What one wording of an event names: articles as topics or mentions (their titles), and the hosts of its sources.

    ``event`` is the event's key; ``current`` says whether it is the wording that the event has now, which is false for
    all wordings of an event that is gone. ``text`` is the wording if it has no links, else "".
    """

    event: str
    day: date
    language: str
    topics: tuple[str, ...]
    mentions: tuple[str, ...]
    hosts: tuple[str, ...]
    current: bool
    text: str = ""

    @property
    def titles(self) -> tuple[str, ...]:
        """All titles that the wording links, each once."""
        return tuple(dict.fromkeys((*self.topics, *self.mentions)))
