"""Results of a SELECT or ASK query as a text table for people."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from kg.errors import QueryError
from kg.rdf.prefixes import compact

WIDEST = 100


def render(results: bytes) -> str:
    """Return SPARQL 1.1 JSON results as a table: one column for each variable, with cells cut to 100 characters.

    The answer to an ASK query is ``true`` or ``false``. Raises QueryError for anything else: results may come from a
    remote endpoint, which may send anything.
    """
    try:
        return _table(json.loads(results))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise QueryError("the answer is not SPARQL 1.1 JSON results") from None


def _table(document: dict[str, Any]) -> str:
    if "boolean" in document:
        return f"{document['boolean']}".lower()
    variables: list[str] = document["head"]["vars"]
    rows = [[_cell(binding.get(name)) for name in variables] for binding in document["results"]["bindings"]]
    widths = [max(map(_width, column)) for column in zip(variables, *rows, strict=True)] if variables else []
    lines = [_line(variables, widths), "  ".join("-" * width for width in widths)]
    lines += [_line(row, widths) for row in rows]
    return "\n".join([*lines, f"({len(rows):,} {'row' if len(rows) == 1 else 'rows'})"])


def _cell(term: dict[str, Any] | None) -> str:
    if term is None:
        return ""
    text = compact(term["value"]) if term["type"] == "uri" else str(term["value"])
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _width(text: str) -> int:
    """Return the width of a text on a terminal in columns; East Asian wide characters take two (UAX 11)."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _line(cells: list[str], widths: list[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
