"""Reads the requests of clients of the reconciliation service: batches of queries, and data extensions.

A request that does not conform to the Reconciliation Service API 0.2 (sections 4.2 and 8.2) is refused as a whole. But
cells of a table are as people filled them in: one that is blank, not text or very long has no candidates, no values and
no influence, and the rest of its batch is answered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Final

from kg.errors import ReconciliationError

BATCH: Final = 50
LIMIT: Final = 10
MOST: Final = 50
PROPERTIES: Final = 20
VALUES: Final = 20
IDS: Final = 500
NAME: Final = 2_000
STRICTNESS: Final = ("any", "should", "all")


@dataclass(frozen=True, slots=True)
class Query:
    """A name to match, its possible types, how many candidates to show, and properties with expected values."""

    text: str = ""
    types: tuple[str, ...] = ()
    limit: int = LIMIT
    properties: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    type_strict: str = "any"


@dataclass(frozen=True, slots=True)
class Completion:
    """The beginning of a name, the wanted types, how many things to skip, and how many to show."""

    prefix: str
    skip: int
    limit: int
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extension:
    """Things, and their wanted properties."""

    ids: tuple[str, ...]
    properties: tuple[str, ...]


def queries(text: str) -> dict[str, Query]:
    """Return the queries of a batch by key. Raises ReconciliationError if it is not a batch."""
    batch = _object(_parsed(text, "queries"), "queries")
    if len(batch) > BATCH:
        raise ReconciliationError(f"a batch may have {BATCH} queries, this one has {len(batch)}")
    return {key: _query(value, f"queries[{key[:50]!r}]") for key, value in batch.items()}


def extension(text: str) -> Extension:
    """Parse a data extension. Raises ReconciliationError if the text is not one."""
    found = _object(_parsed(text, "extend"), "extend")
    ids = _list(found.get("ids"), "extend.ids", IDS)
    wanted = _list(found.get("properties"), "extend.properties", PROPERTIES)
    names = [_object(one, "extend.properties").get("id") for one in wanted]
    return Extension(
        tuple(_whole(one if isinstance(one, str) else json.dumps(one)) for one in ids),
        tuple(_text(one, "extend.properties.id") for one in names),
    )


def _query(value: Any, where: str) -> Query:
    found = _object(value, where)
    properties = tuple(
        _property(one, f"{where}.properties") for one in _list(found.get("properties", []), where, PROPERTIES)
    )
    if "query" not in found and not properties:
        raise ReconciliationError(f"{where} must have a query, or properties")
    strictness = found.get("type_strict", "any")
    if strictness not in STRICTNESS:
        raise ReconciliationError(f"{where}.type_strict must be one of {', '.join(STRICTNESS)}")
    types = found.get("type") or []
    named = [types] if isinstance(types, str) else _list(types, f"{where}.type", VALUES)
    known = tuple(_type(one, f"{where}.type") for one in named)
    query = Query("", known, _limit(found.get("limit", LIMIT), where), properties, strictness)
    text = _cell(found.get("query", ""))
    return replace(query, properties=()) if text is None else replace(query, text=text.strip())


def _cell(value: Any) -> str | None:
    """Return the text of a cell, None if it is not text, or too long to be a name."""
    return _whole(value) if isinstance(value, str) and len(value) <= NAME else None


def _type(value: Any, where: str) -> str:
    return _text(value.get("id") if isinstance(value, dict) else value, where)


def _limit(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 1:
        raise ReconciliationError(f"{where}.limit must be a positive number")
    return int(min(value, MOST))


def _property(value: Any, where: str) -> tuple[str, tuple[Any, ...]]:
    found = _object(value, where)
    given = found.get("v")
    values = _list(given, f"{where}.v", VALUES) if isinstance(given, list) else [given]
    return _text(found.get("pid"), f"{where}.pid"), tuple(one for one in map(_value, values) if one is not None)


def _value(value: Any) -> Any:
    """Return an expected value, None for one that nothing can agree with."""
    if isinstance(value, dict):
        name = _cell(value.get("id"))
        return {"id": name} if name else None
    if isinstance(value, bool | int | float):
        return value
    text = _cell(value)
    return text if text and text.strip() else None


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReconciliationError(f"{where} must be JSON: {str(error)[:200]}") from None


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ReconciliationError(f"{where} must be a JSON object")
    return value


def _list(value: Any, where: str, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ReconciliationError(f"{where} must be a list of {most} at most")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or len(value) > NAME:
        raise ReconciliationError(f"{where} must be a text of {NAME} characters at most")
    return _whole(value)


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode()  # JSON can contain lone surrogates, which are not valid in other text
