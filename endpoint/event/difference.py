"""Differences between two wordings, as pages show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from endpoint.html.reader import Cited, Reader, ShownTerm
from endpoint.rendering.language import message
from kg.events.comparison import Comparison, Edit, Operation

CONTEXT: Final = 60
"""How many shared characters an abridged comparison shows before and after a change."""
CUT: Final = "…"
HEADINGS: Final = {
    "category": message("Category"),
    "topics": message("Topics"),
    "topicLabels": message("Headings without a link"),
    "mentions": message("Links"),
    "sources": message("Sources"),
}
"""The names on pages of the aspects in which wordings differ (see kg.events.comparison)."""


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value that was added or removed: its label and its address; for a source, its publisher."""

    op: Operation
    term: ShownTerm
    cited: Cited | None = None


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """The differences of two wordings: the words, and the added and removed values by the heading of their aspect."""

    words: Sequence[Edit]
    values: dict[str, list[ShownValue]]

    @property
    def is_reworded(self) -> bool:
        """Whether the words differ."""
        return any(edit.op != "equal" for edit in self.words)


def shown(compared: Comparison, reader: Reader, *, whole: bool = True) -> ShownDifference:
    """Return the differences; unless shown as a ``whole``, without most of what the wordings share."""
    words = compared.words if whole else abridged(compared.words)
    values = {HEADINGS[aspect]: list(_values(aspect, compared, reader)) for aspect in compared.values}
    return ShownDifference(words, values)


def _values(aspect: str, compared: Comparison, reader: Reader) -> Iterator[ShownValue]:
    found = compared.values[aspect]
    for op, values in (("delete", found.removed), ("insert", found.added)):
        for value in values:
            cited = reader.cited(value) if aspect == "sources" else None
            term = ShownTerm(value) if aspect == "topicLabels" else reader.resource(value)
            yield ShownValue("delete" if op == "delete" else "insert", term, cited)


def abridged(edits: Sequence[Edit], context: int = CONTEXT) -> list[Edit]:
    """Return edits without the middle of long stretches that both texts share, keeping what is near a change.

    An ellipsis marks each omission. Nothing is left out of texts that do not differ.
    """
    if all(edit.op == "equal" for edit in edits):
        return list(edits)
    last = len(edits) - 1
    return [
        Edit("equal", _cut(edit.text, 0 if at == 0 else context, 0 if at == last else context))
        if edit.op == "equal"
        else edit
        for at, edit in enumerate(edits)
    ]


def _cut(text: str, head: int, tail: int) -> str:
    """Return a text without its middle, if it is longer than its first and last characters, cut between words."""
    if len(text) <= head + tail + len(CUT):
        return text
    return _head(text, head) + CUT + _tail(text, tail)


def _head(text: str, length: int) -> str:
    kept = text[:length]
    return kept if text[length].isspace() or " " not in kept else kept.rpartition(" ")[0] + " "


def _tail(text: str, length: int) -> str:
    kept = text[len(text) - length :]
    return kept if text[len(text) - length - 1].isspace() or " " not in kept else " " + kept.partition(" ")[2]
