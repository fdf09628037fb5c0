"""Lines of a canonical result as a page shows them: cells of a table, or triples."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from endpoint.html.reader import ShownTerm
from endpoint.http.urls import Addresses
from endpoint.sparql.result_page import path_of, shortened

SHOWN: Final = 50
_LITERAL: Final = re.compile(r'("(?:[^"\\]|\\.)*")(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*))?.*', re.DOTALL)


@dataclass(frozen=True, slots=True)
class ShownRows:
    """Some rows: the names of their columns, the cells of the first rows, and the total."""

    names: list[str]
    rows: list[list[ShownTerm]]
    count: int


def shown_rows(head: Sequence[str], lines: Sequence[str], addresses: Addresses) -> ShownRows:
    """Return lines of a canonical result as a page shows them; ``head`` names the columns, if any."""
    names = [one.lstrip("?") for line in head for one in line.split("\t")]
    cells = ([_cell(one, addresses) for one in (line.split("\t") if names else [line])] for line in lines[:SHOWN])
    return ShownRows(names or ["found"], list(cells), len(lines))


def _cell(text: str, addresses: Addresses) -> ShownTerm:
    """Return a term from TSV, which is in Turtle syntax, as it is shown."""
    if text.startswith("<") and text.endswith(">") and " " not in text:
        iri = text[1:-1]
        href = addresses.href(iri)
        return ShownTerm(shortened(path_of(iri, addresses)), href, href == iri, iri=iri)
    if literal := _LITERAL.fullmatch(text):
        return ShownTerm(shortened(_unescaped(literal[1])), language=literal[2])
    return ShownTerm(shortened(text))


def _unescaped(quoted: str) -> str:
    try:
        return str(json.loads(quoted, strict=False))
    except ValueError:  # an escape that JSON does not have
        return quoted[1:-1]
