"""Finds common mistakes in SPARQL by its tokens: a parser only says where it stopped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Final

import vocab
from kg.errors import QuerySyntaxError
from kg.query.guard import CLOSING, OPENING, TOKEN, position
from kg.rdf.prefixes import PREFIXES

WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """
    A ABS ADD ADJUST ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL CLEAR COALESCE CONCAT CONSTRUCT CONTAINS COPY
    COUNT CREATE DATA DATATYPE DAY DEFAULT DELETE DESC DESCRIBE DISTINCT DROP ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR
    FROM GRAPH GROUP GROUP_CONCAT HASLANG HASLANGDIR HAVING HOURS IF IN INSERT INTO IRI ISBLANK ISIRI ISLITERAL
    ISNUMERIC ISTRIPLE ISURI LANG LANGDIR LANGMATCHES LATERAL LCASE LIMIT LOAD MAX MD5 MIN MINUS MINUTES MONTH MOVE
    NAMED NOT NOW OBJECT OFFSET OPTIONAL ORDER PREDICATE PREFIX RAND REDUCED REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS
    SELECT SEPARATOR SERVICE SHA1 SHA256 SHA384 SHA512 SILENT STR STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLANGDIR
    STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM TIMEZONE TO TRIPLE TRUE TZ UCASE UNDEF UNION URI USING UUID VALUES
    VERSION WHERE WITH YEAR
    """,
    )
)
"""The words of SPARQL 1.2 Query Language (section 19.8) and Update, and the additional ones of the engine."""
LONGEST: Final = 100_000
"""How many characters of a text are searched for mistakes; updates may be far longer."""
PAIRS: Final = {"(": ")", "{": "}", "[": "]"}
# A comparison does not begin with a scheme and two slashes, or a name and one slash.
_IRI: Final = re.compile(r"<\s*(?:(?:https?|ftp)://|urn:|mailto:|[A-Za-z][\w.-]*/)[^<>\r\n]*>?")
_NOT_IN_IRI: Final = re.compile(r"[\x00-\x20\"{}|^`\\]")
_TERM: Final = re.compile(r"\bng:([A-Za-z][\w-]*)")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake, and its position in characters."""

    offset: int
    what: str


def mistake(text: str, end: int) -> Mistake | None:
    """Return the first recognised mistake in a text that the engine could not parse beyond ``end``.

    A text longer than people write by hand is not searched.
    """
    if len(text) > LONGEST:
        return None
    kinds = (_iris(text), _words(text), _prefixes(text), _commas(text))
    found = (next((one for one in kind if one.offset <= end), None) for kind in kinds)
    return min(filter(None, found), key=lambda one: one.offset, default=None)


def undeclared(text: str) -> Iterator[tuple[str, int]]:
    """Yield the prefixes of prefixed names that nothing declares, each with the offset of its name."""
    tokens = [match for match in TOKEN.finditer(text) if match.lastgroup in ("word", "name")]
    words = ["", *(match[0].upper() for match in tokens)]
    declared = {match["word"] for before, match in zip(words, tokens, strict=False) if before == "PREFIX"}
    for match in tokens:
        if match.lastgroup == "name" and match["word"] not in {"_", *PREFIXES, *declared}:
            yield f"{match['word']}:", match.start()


def check_terms(text: str) -> None:
    """Raise QuerySyntaxError for a prefixed name in the vocabulary's namespace that never was one of its terms.

    The namespace is closed, so such a name is misspelt, and would find nothing. Anybody who means it nevertheless,
    because others have written it into a graph, can write the full IRI.
    """
    if "ng:" not in text and vocab.NAMESPACE not in text:
        return
    tokens = [match for match in TOKEN.finditer(text) if match.lastgroup not in ("space", "comment")]
    ours = set(_ours(tokens))
    for match in tokens:
        name = (match["name"] or "").strip(":.") if match.lastgroup == "name" and match["word"] in ours else ""
        if name and name not in known():
            near = _near(name, known(), f"{match['word']}:")
            _raise(text, match.start(), f"the vocabulary has no term {match['word']}:{name}{near}")


@cache
def known() -> frozenset[str]:
    """Return the names of all terms of the vocabulary, including earlier versions."""
    earlier = (name for version in vocab.EARLIER for name in _TERM.findall(vocab.turtle(version)))
    return frozenset(
        (*vocab.CLASSES, *vocab.PROPERTIES, *vocab.CONCEPTS, vocab.SCHEME[len(vocab.NAMESPACE) :], *earlier)
    )


def _ours(tokens: list[re.Match[str]]) -> Iterator[str]:
    """Yield the prefixes for the namespace of the vocabulary."""
    declared = {}
    for before, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before[0].upper() == "PREFIX" and name.lastgroup == "name":
            declared[name["word"]] = iri[0]
    bound = {prefix: f"<{namespace}>" for prefix, namespace in PREFIXES.items()} | declared
    return (prefix for prefix, iri in bound.items() if iri == f"<{vocab.NAMESPACE}>")


def _iris(text: str) -> Iterator[Mistake]:
    for token in TOKEN.finditer(text):
        match = _IRI.match(text, token.start()) if token[0] == "<" else None
        if match and not match[0].endswith(">"):
            yield Mistake(token.start(), "this IRI has no end: a > is missing")
        elif match and (wrong := _NOT_IN_IRI.search(match[0])):
            what = "a space" if wrong[0].isspace() else f"the character {wrong[0]}"
            told = f"which no IRI can hold; %{ord(wrong[0]):02X} can stand for it"
            yield Mistake(token.start(), f"the IRI {match[0][:200]} has {what} in it, {told}")


def _words(text: str) -> Iterator[Mistake]:
    for token in TOKEN.finditer(text):
        word = token[0].rstrip(".")
        if token.lastgroup == "word" and word.upper() not in WORDS:
            near = _near(word.upper(), WORDS) or "; text is in quotes, a variable begins with ?"
            yield Mistake(token.start(), f"SPARQL has no word {word[:100]}{near}")


def _prefixes(text: str) -> Iterator[Mistake]:
    for name, start in undeclared(text):
        yield Mistake(start, f"the prefix {name} is not declared; add PREFIX {name} <…>")


def _commas(text: str) -> Iterator[Mistake]:
    depth = 0
    for token in TOKEN.finditer(text):
        depth += (token[0] in OPENING) - (token[0] in CLOSING)
        if token[0] == "," and depth == 0:
            yield Mistake(token.start(), "a comma is not allowed here: spaces separate variables")


def bracket(text: str) -> Mistake | None:
    """Return the bracket that is opened and not closed, or closed and not opened.

    It is reported last: a wrong word before it also makes one appear missing.
    """
    opened: list[re.Match[str]] = []
    for token in TOKEN.finditer(text):
        if token[0] in OPENING:
            opened.append(token)
        elif token[0] in CLOSING:
            if token[0] not in {PAIRS[one[0]] for one in opened}:
                return Mistake(token.start(), f"this {token[0]} closes nothing")
            if PAIRS[opened[-1][0]] != token[0]:
                break
            opened.pop()
    if not opened:
        return None
    return Mistake(opened[-1].start(), f"this {opened[-1][0]} is not closed: a {PAIRS[opened[-1][0]]} is missing")


def _near(name: str, names: Iterable[str], prefix: str = "") -> str:
    """Return a question about the most similar name, or ""."""
    folded = {one.casefold(): one for one in sorted(names)}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=0.8)
    return f"; did you mean {prefix}{folded[found[0]]}?" if found else ""


def _raise(text: str, offset: int, what: str) -> None:
    line, column = position(text, offset)
    raise QuerySyntaxError(f"line {line}, column {column}: {what}", line, column)
