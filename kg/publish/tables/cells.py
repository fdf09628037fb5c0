"""Cells of a row: statements about a resource, as one value of a table."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from kg.rdf import NamedNode, terms
from kg.rdf.lines.blocks import Block, text, token

Cell = str | float | bool | None
CellOf = Callable[[Block], Cell]
TAG: Final = re.compile(rb'"@([A-Za-z0-9-]+)\Z')


def language(term: bytes) -> str | None:
    """Return the language tag of a literal in N-Triples, None if it has none."""
    found = TAG.search(term)
    return found[1].decode() if found else None


def subject(block: Block) -> Cell:
    """Return the IRI that a block is about."""
    return text(block.subject)


def first(property_: NamedNode, start: str = "") -> CellOf:
    """Return the cell with the smallest value that begins so; for texts, the smallest English one if there is one."""
    name = token(property_)

    def cell(block: Block) -> Cell:
        found = [term for term in block.values(name) if text(term).startswith(start)]
        return text(min(found, key=_order)) if found else None

    return cell


def _order(term: bytes) -> tuple[bool, bytes]:
    return language(term) != "en", term


def number(property_: NamedNode) -> Callable[[Block], float | None]:
    """Return the cell with the smallest value that is a number."""
    name = token(property_)
    return lambda block: min(filter(math.isfinite, map(_number, block.values(name))), default=None)


def _number(term: bytes) -> float:
    try:
        return float(text(term))
    except ValueError:
        return math.nan


def day(property_: NamedNode) -> CellOf:
    """Return the cell with the earliest valid day."""
    name = token(property_)
    return lambda block: min(filter(terms.is_day, map(text, block.values(name))), default=None)


def begun(property_: NamedNode) -> CellOf:
    """Return the cell with the earliest time of a property, in UTC without a time zone."""
    name = token(property_)
    return lambda block: min(_times(block, name), default=None)


def ended(begin: NamedNode, end: NamedNode) -> CellOf:
    """Return the latest time of ``end`` as a cell, if there are as many as of ``begin``; otherwise it is still open."""
    begins, ends = token(begin), token(end)

    def cell(block: Block) -> Cell:
        found = list(_times(block, ends))
        return max(found) if found and len(found) >= len(block.values(begins)) else None

    return cell


def _times(block: Block, name: bytes) -> Iterator[str]:
    for term in block.values(name):
        try:
            time = datetime.fromisoformat(text(term))
        except ValueError:
            continue
        yield time.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def class_word(words: Mapping[NamedNode, str], otherwise: str | None = None) -> CellOf:
    """Return the cell with the word for the first of some classes that a resource has."""
    known = {token(class_): word for class_, word in words.items()}

    def cell(block: Block) -> Cell:
        classes = block.values(token(terms.TYPE))
        return next((word for class_, word in known.items() if class_ in classes), otherwise)

    return cell


def point(latitude: NamedNode, longitude: NamedNode) -> CellOf:
    """Return the cell with a point as well-known text (OGC 06-103r4, section 7), its longitude first."""
    north, east = number(latitude), number(longitude)

    def cell(block: Block) -> Cell:
        y, x = north(block), east(block)
        return None if x is None or y is None else f"POINT({x} {y})"

    return cell
