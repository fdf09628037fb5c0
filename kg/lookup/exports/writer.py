"""How a list is written, part by part: what a writer of a format is, and what the head of a list tells."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kg.lookup.exports.row import EventRows, NamedThing


@dataclass(frozen=True, slots=True)
class ListHead:
    """The head of a list: its title, its address in this format, that of its page for people, and its publisher.

    ``created`` is when the snapshot was made (xsd:dateTime); ``told`` is an object of JSON, what else its readers are
    told; ``licences`` are IRIs; ``previous`` and ``next`` are addresses of the pages beside this one, empty for none.
    """

    title: str
    address: str
    page: str
    publisher: str
    created: str
    told: str
    licences: tuple[str, ...] = ()
    previous: str = ""
    next: str = ""


class ListWriter(ABC):
    """Writes a list in one format; it is made with the head of the list."""

    def __init__(self, head: ListHead) -> None:
        self.head = head

    def begin(self) -> str:
        """Return what comes before the first event."""
        return ""

    @abstractmethod
    def events(self, found: EventRows, *, first: bool) -> str:
        """Return some events; ``first`` says that none was written before."""

    def end(self) -> str:
        """Return what comes after the last event."""
        return ""


def compact_json(value: Any) -> str:
    """Return a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def separated(texts: Iterable[str], *, first: bool) -> str:
    """Return the values of an array of JSON, one on each line, after those written before."""
    return "".join(("" if first and not number else ",") + f"\n{text}" for number, text in enumerate(texts))


def labels(things: Iterable[NamedThing]) -> str:
    """Return the labels of things in one cell of a table."""
    return "; ".join(one.label for one in things)
