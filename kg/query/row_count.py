"""How many rows a serialized SPARQL result has: the engine does not say, so they are counted in its bytes."""

from __future__ import annotations

import json
import re
from typing import Final

from pyoxigraph import QueryResultsFormat

# A row is an object in a list. Within a JSON string a quote is escaped, so this quote begins or ends one; after
# an end there would be one of the four signs.
_JSON_ROW: Final = re.compile(rb'[\[,]\{"[^,}\]:]')
_CSV_QUOTED: Final = re.compile(rb'"[^"]*"')


def count(body: bytes | bytearray, format: QueryResultsFormat) -> int:  # noqa: A002
    """Return the number of solutions in ``body``, the result of a SELECT query as the engine writes it."""
    if format == QueryResultsFormat.XML:
        return body.count(b"<result>")
    if format == QueryResultsFormat.JSON:
        if b"{}" in body:  # a row without any value, or two signs of a string
            return len(json.loads(body)["results"]["bindings"])
        return len(_JSON_ROW.findall(body))
    if format == QueryResultsFormat.CSV and b'"' in body:
        return _CSV_QUOTED.sub(b"", body).count(b"\n") - 1
    return body.count(b"\n") - 1
