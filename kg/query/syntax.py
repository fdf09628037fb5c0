"""Says what is wrong with a text that the engine cannot parse as SPARQL, and where."""

from __future__ import annotations

import re
from typing import Final

from kg.errors import QuerySyntaxError
from kg.query.guard import CLOSING, TOKEN, decode, position
from kg.query.mistakes import bracket, mistake
from kg.rdf.iri import canonical

SIGNS: Final = 6
"""The most characters that may be expected at a place for the list to be helpful."""

_VARYING: Final = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE", "SERVICE"})
_CALL: Final = re.compile(r"\b(NOW|RAND|UUID|STRUUID|BNODE)\(", re.IGNORECASE)


def syntax_error(message: str, text: str) -> QuerySyntaxError:
    """Return the error for what the engine says about a query or an update, ``error at LINE:COLUMN: expected …``.

    The engine reports where it could not continue, and often suggests what nobody wants to write. It is therefore used
    only after the mistakes recognised by tokens (kg.query.mistakes).
    """
    match = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not match:
        return QuerySyntaxError(f"this is not a SPARQL query: {message[:500]}")
    line, column = int(match[1]), int(match[2])
    end = _offset(text, line, column)
    signs = _signs(match[3])
    found = mistake(text, end) or (None if len(signs) == 1 else bracket(text))
    if found:
        return _error(found.what, *position(text, found.offset))
    told = f"; expected {' or '.join(signs)}" if 0 < len(signs) <= SIGNS else ""
    return _error(_unexpected(text, end, match[3]) + told, line, column)


def _offset(text: str, line: int, column: int) -> int:
    """Return the offset of a line and a column, both from 1."""
    return sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1


def _signs(expected: str) -> list[str]:
    """Return the punctuation that the engine expected; the words and classes of letters that it names do not help."""
    return sorted(set(re.findall(r'"([^\w\s"]{1,3})"', re.sub(r"\[[^\]]*\]", "", expected))))


def _unexpected(text: str, end: int, expected: str) -> str:
    """Return the message for when it is only known that the engine stopped at ``end``."""
    if "IRI parsing failed" in expected:
        return "the IRI before this is not valid"
    last = ""
    for token in TOKEN.finditer(text):
        if token.lastgroup not in ("space", "comment"):
            last = token[0]
            if token.end() > end:
                return f"unexpected {last[:100]}"
    if not last:
        return "the text is empty"
    return f"something is wrong before the last {last}" if last in CLOSING else "the text ends too early"


def spelled(text: str, base: str) -> str:
    """Return a query with the IRIs below ``base`` in canonical spelling (see kg.rdf.iri.canonical)."""
    pieces, end = [], 0
    for match in TOKEN.finditer(text):
        if match.lastgroup == "iri" and match[0].startswith(f"<{base}"):
            path, *rest = re.split("([?#])", match[0][len(base) + 1 : -1], maxsplit=1)
            pieces += [text[end : match.start()], f"<{base}{canonical(decode(path))}{''.join(rest)}>"]
            end = match.end()
    return "".join((*pieces, text[end:]))


def varying(text: str) -> str:
    """Return the first word that may change the answer of a query next time (RAND, SERVICE); "" if there is none.

    What is scanned as an IRI may be two comparisons with a call between them for the engine: ``1<NOW()&&2>1``.
    """
    for match in TOKEN.finditer(decode(text)):
        if match.lastgroup == "word" and match[0].upper() in _VARYING:
            return match[0].upper()
        if match.lastgroup == "iri" and (call := _CALL.search(match[0])):
            return call[1].upper()
    return ""


def _error(what: str, line: int, column: int) -> QuerySyntaxError:
    return QuerySyntaxError(f"line {line}, column {column}: {what}", line, column)
