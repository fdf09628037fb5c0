"""How a list is written, part by part: the interface of a writer, and the head of a list."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kg.lookup.exports.row import EventRows, NamedThing


@dataclass(frozen=True, slots=True)
class ListHead:
    """The head of a list: its title, its address in this format, the address of its HTML page, and its publisher.

    ``created`` is when the snapshot was made (xsd:dateTime); ``told`` is a JSON object with further information;
    ``licences`` are IRIs; ``previous`` and ``next`` are the addresses of the neighbouring pages, "" for none.
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
        """Return the text before the first event."""
        return ""

    @abstractmethod
    def events(self, found: EventRows, *, first: bool) -> str:
        """Return some events; ``first`` says that these are the first."""

    def end(self) -> str:
        """Return the text after the last event."""
        return ""


def compact_json(value: Any) -> str:
    """Return a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def separated(texts: Iterable[str], *, first: bool) -> str:
    """Return values for an array of JSON, one on each line, after those already written."""
    return "".join(("" if first and not number else ",") + f"\n{text}" for number, text in enumerate(texts))


def labels(things: Iterable[NamedThing]) -> str:
    """Return the labels of things as one cell of a table."""
    return "; ".join(one.label for one in things)
