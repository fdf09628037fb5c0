"""Compares two wordings of an event: words inserted and deleted, values added and removed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import chain
from typing import Final, Literal

from kg.rdf import Literal as RdfLiteral
from kg.rdf import NamedNode, Quad, terms

Kind = Literal["added", "removed", "reworded", "changed"]
Operation = Literal["equal", "delete", "insert"]

KINDS: Final[tuple[Kind, ...]] = ("added", "removed", "reworded", "changed")
ASPECTS: Final = {
    "category": terms.CATEGORY,
    "topics": terms.TOPIC,
    "topicLabels": terms.TOPIC_LABEL,
    "mentions": terms.ABOUT,
    "sources": terms.SOURCE,
}
TOKENS_COMPARED: Final = 4_000

# Each kana or Han character counts as a word, since those languages do not write spaces.
_UNSPACED: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN: Final = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Content:
    """What one revision of an event says: its title, and by aspect (a key of ASPECTS) the values it has, sorted."""

    revision: str
    event: str
    day: str
    title: str
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of text that both wordings share, or that only the first (delete) or the second (insert) has."""

    op: Operation
    text: str


@dataclass(frozen=True, slots=True)
class Values:
    """The values of an aspect that were added and removed, sorted."""

    added: list[str]
    removed: list[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two contents to compare, usually of one event; None stands for an absent event. At least one is not None."""

    before: Content | None
    after: Content | None

    @property
    def one(self) -> Content:
        """The later content that exists."""
        content = self.after or self.before
        assert content is not None  # noqa: S101 - what the class says of itself
        return content

    @property
    def kind(self) -> Kind:
        """What became of the event; ``changed`` means that its title is the same."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "changed" if self.before.title == self.after.title else "reworded"

    @property
    def words(self) -> list[Edit]:
        """The word diff of the two titles; empty for an event that was added or removed."""
        return word_diff(self.before.title, self.after.title) if self.before and self.after else []

    @property
    def values(self) -> dict[str, Values]:
        """The values added and removed, by changed aspect; empty for an event that was added or removed."""
        return value_diff(self.before.values, self.after.values) if self.before and self.after else {}

    @property
    def words_json(self) -> list[dict[str, str]]:
        """The word diff for JSON: a list of objects with ``op`` and ``text``."""
        return [{"op": edit.op, "text": edit.text} for edit in self.words]

    @property
    def values_json(self) -> dict[str, dict[str, list[str]]]:
        """The changed values for JSON: for each aspect an object with the lists ``added`` and ``removed``."""
        return {aspect: {"added": one.added, "removed": one.removed} for aspect, one in self.values.items()}


def word_diff(before: str, after: str) -> list[Edit]:
    """Return the edits that turn one text into the other, by words and punctuation marks.

    The texts of all edits except inserts make up ``before``, those of all except deletes ``after``. Different texts of
    more than 4,000 words each, which take too long to compare, are replaced as a whole.
    """
    edits = chain.from_iterable(_edits(*block) for block in _blocks(_TOKEN.findall(before), _TOKEN.findall(after)))
    return [edit for edit in edits if edit.text]


def _edits(old: str, new: str) -> tuple[Edit, ...]:
    return (Edit("equal", old),) if old == new else (Edit("delete", old), Edit("insert", new))


def _blocks(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    """Return the matching blocks of both texts; changes with only space between them are one change."""
    if max(len(old), len(new)) > TOKENS_COMPARED:
        return [("".join(old), "".join(new))]
    blocks: list[tuple[str, str]] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        block = "".join(old[start:end]), "".join(new[new_start:new_end])
        if tag != "equal" and len(blocks) > 1 and blocks[-1][0].isspace():
            space, former = blocks.pop(), blocks.pop()
            block = former[0] + space[0] + block[0], former[1] + space[1] + block[1]
        blocks.append(block)
    return blocks


def value_diff(before: Mapping[str, Iterable[str]], after: Mapping[str, Iterable[str]]) -> dict[str, Values]:
    """Return what was added to and removed from each aspect that differs."""
    found = {}
    for aspect in ASPECTS:
        old, new = set(before.get(aspect, ())), set(after.get(aspect, ()))
        if old != new:
            found[aspect] = Values(sorted(new - old), sorted(old - new))
    return found


def content(
    revision: NamedNode, event: str, day: str, said: Iterable[Quad], aspects: Iterable[str] = tuple(ASPECTS)
) -> Content:
    """Return the content of a revision of an event, with the values of some aspects, read from a graph."""
    told = [
        (quad.predicate, quad.object.value)
        for quad in said
        if quad.subject == revision and isinstance(quad.object, NamedNode | RdfLiteral)
    ]
    title = min((value for predicate, value in told if predicate == terms.LABEL), default="")
    values = {
        aspect: tuple(sorted({value for predicate, value in told if predicate == ASPECTS[aspect]}))
        for aspect in aspects
    }
    return Content(revision.value, event, day, title, values)
