"""Says what is wrong with a text that the engine does not read as SPARQL, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.errors import QuerySyntaxError
from kg.query.guard import TOKEN, decode, position
from kg.rdf.iri import canonical
from kg.rdf.prefixes import PREFIXES


def syntax_error(message: str, text: str) -> QuerySyntaxError:
    """Return the error for what the engine says of a query or an update, ``error at LINE:COLUMN: expected …``.

    Of a prefixed name whose prefix is not declared, the engine says only that it expected something else after it.
    """
    match = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not match:
        return QuerySyntaxError(f"this is not a SPARQL query: {message[:500]}")
    place = int(match[1]), int(match[2])
    for name, start in undeclared(text):
        if start <= place:
            return _error(f"the prefix {name} is not declared; add PREFIX {name} <…>", *start)
    # The engine prints its classes of letters in full; they help nobody.
    expected = re.sub(r",? \[[^\]]*\](?: ?\| ?'[^,]*\])?", "", " ".join(match[3].split()))[:300]
    return _error(expected, *place)


def undeclared(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the prefixes of prefixed names that nothing declares, each with line and column of its name."""
    tokens = [match for match in TOKEN.finditer(text) if match.lastgroup in ("word", "name")]
    words = ["", *(match[0].upper() for match in tokens)]
    declared = {match["word"] for before, match in zip(words, tokens, strict=False) if before == "PREFIX"}
    for match in tokens:
        if match.lastgroup == "name" and match["word"] not in {"_", *PREFIXES, *declared}:
            yield f"{match['word']}:", position(text, match.start())


def spelled(text: str, base: str) -> str:
    """Return a query in which the IRIs below ``base`` have their one spelling (see kg.rdf.iri.canonical)."""
    pieces, end = [], 0
    for match in TOKEN.finditer(text):
        if match.lastgroup == "iri" and match[0].startswith(f"<{base}"):
            path, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", match[0][len(base) + 1 : -1], re.DOTALL).groups()  # type: ignore[union-attr]
            pieces += [text[end : match.start()], f"<{base}{canonical(decode(path))}{mark}{rest}>"]
            end = match.end()
    return "".join((*pieces, text[end:]))


def _error(what: str, line: int, column: int) -> QuerySyntaxError:
    return QuerySyntaxError(f"line {line}, column {column}: {what}", line, column)
