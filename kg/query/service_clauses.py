"""Finds the SERVICE clauses of a query by its tokens, and refuses what can be read in more than one way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from kg.errors import QueryRefusedError, QuerySyntaxError
from kg.query.guard import CLOSING, FORMS, OPENING, SERVICE, TOKEN, check, decode, position
from kg.rdf.prefixes import PREFIXES
from kg.settings import Settings

CLAUSES: Final = 8
"""The most SERVICE clauses in one query, including nested ones."""
STAND_IN: Final = "MINUS"
"""Allowed by the grammar wherever SERVICE is (SPARQL 1.1 Query Language, rule 56), and as long."""
ESCAPED: Final = "a query with SERVICE must have no escapes such as \\u0041: write the characters themselves"

Tokens = list[re.Match[str]]


@dataclass(frozen=True, slots=True)
class Clause:
    """A SERVICE clause: the service it asks, and the offsets of its keyword, its group, and its end.

    ``brackets`` are the offsets of the open brackets around it, the outermost first.
    """

    service: str
    silent: bool
    start: int
    group: int
    end: int
    brackets: tuple[int, ...]


@dataclass(frozen=True)
class FederatedQuery:
    """A query with SERVICE clauses: the outermost ``clauses``, and those ``nested`` in them.

    ``form`` is the offset at which the prologue ends, ``base`` the base IRI, and ``prefixes`` are those that it
    declares.
    """

    text: str
    tokens: Tokens
    form: int
    base: str
    prefixes: Mapping[str, str]
    clauses: tuple[Clause, ...]
    nested: tuple[Clause, ...]

    def without(self, stand_in: str = STAND_IN) -> str:
        """Return the text with another keyword and no IRI in each clause; its length and lines stay the same."""
        parts, end = [], 0
        for one in sorted((*self.clauses, *self.nested), key=lambda clause: clause.start):
            blank = re.sub(r"\S", " ", self.text[one.start + len(SERVICE) : one.group])
            parts += [self.text[end : one.start], stand_in.ljust(len(SERVICE)), blank]
            end = one.group
        return "".join([*parts, self.text[end:]])

    def select(self, clause: Clause, text: str | None = None) -> str:
        """Return the query for a service: SELECT * with the group of the clause and the prologue.

        It is cut out of ``text``, by default that of the query.
        """
        whole = self.text if text is None else text
        return f"{self._prologue(clause)}SELECT * WHERE {whole[clause.group : clause.end]}"

    def _prologue(self, clause: Clause) -> str:
        """Return the prologue, preceded by the base and by predeclared prefixes used in the clause."""
        used = {one["word"] for one in self.tokens if one["name"] and clause.group < one.start() < clause.end}
        ours = [f"PREFIX {name}: <{PREFIXES[name]}>" for name in sorted(used & PREFIXES.keys() - self.prefixes.keys())]
        return "\n".join([f"BASE <{self.base}>", *ours, self.text[: self.form]])


def read(text: str, base: str, settings: Settings) -> FederatedQuery | None:
    """Return a query with its SERVICE clauses, after the guard accepted the rest; None if it has no such clause.

    Relative IRIs are resolved against ``base``. Raises the errors of kg.query.guard.check, QuerySyntaxError for an
    invalid clause, and QueryRefusedError for a service named by a variable, for too many clauses, and for a text that
    another parser might read differently.
    """
    if SERVICE not in decode(text).upper():
        return None
    tokens = [one for one in TOKEN.finditer(text) if one.lastgroup not in ("space", "comment")]
    found = [number for number, one in enumerate(tokens) if _is(one, SERVICE)]
    if not found:
        return None
    check(text, settings, services=True)
    if decode(text) != text:
        raise QueryRefusedError(ESCAPED)
    if len(found) > CLAUSES:
        raise QueryRefusedError(f"a query may have at most {CLAUSES} SERVICE clauses, this one has {len(found)}")
    return _read(text, tokens, found, base)


def _read(text: str, tokens: Tokens, found: list[int], base: str) -> FederatedQuery:
    form, last_base, prefixes = _prologue(text, tokens, base)
    brackets = _brackets(tokens)
    clauses = [_clause(text, tokens, number, (last_base, prefixes), brackets[number]) for number in found]
    nested = [one for one in clauses if any(other.group < one.start < other.end for other in clauses)]
    outer = tuple(one for one in clauses if one not in nested)
    return FederatedQuery(text, tokens, form, base, prefixes, outer, tuple(nested))


def _is(token: re.Match[str], *words: str) -> bool:
    return token.lastgroup == "word" and decode(token[0]).upper() in words


def _brackets(tokens: Tokens) -> list[tuple[int, ...]]:
    """Return for each token the offsets of the open brackets before it."""
    open_now: tuple[int, ...] = ()
    found = []
    for token in tokens:
        found.append(open_now)
        if token[0] in OPENING:
            open_now = (*open_now, token.start())
        elif token[0] in CLOSING:
            open_now = open_now[:-1]
    return found


def _prologue(text: str, tokens: Tokens, base: str) -> tuple[int, str, dict[str, str]]:
    """Return where the prologue ends, the base at its end, and its prefixes (SPARQL 1.1, section 4.1.1)."""
    prefixes: dict[str, str] = {}
    rest = iter(tokens)
    for token in rest:
        if _is(token, "BASE"):
            base = urljoin(base, _expected(text, next(rest, token), "iri")[0][1:-1])
        elif _is(token, "PREFIX"):
            name = _expected(text, next(rest, token), "name")
            prefixes[name["word"]] = urljoin(base, _expected(text, next(rest, token), "iri")[0][1:-1])
        elif _is(token, *FORMS):
            return token.start(), base, prefixes
        else:
            break
    raise QuerySyntaxError("a query with SERVICE must begin with its prefixes, and then SELECT, ASK or the like")


def _expected(text: str, token: re.Match[str], *kinds: str) -> re.Match[str]:
    if token.lastgroup in kinds:
        return token
    line, column = position(text, token.start())
    raise QuerySyntaxError(f"line {line}, column {column}: {kinds[0]} expected, not {token[0][:50]!r}", line, column)


def _clause(
    text: str, tokens: Tokens, number: int, names: tuple[str, dict[str, str]], brackets: tuple[int, ...]
) -> Clause:
    rest = iter(tokens[number + 1 :])
    token = next(rest, tokens[number])
    silent = _is(token, "SILENT")
    named = next(rest, token) if silent else token
    if named.lastgroup == "variable":
        raise QueryRefusedError(f"SERVICE {named[0]}: this service asks others only if they are named by their IRI")
    iri = _iri(text, _expected(text, named, "iri", "name"), *names)
    group = next(rest, named)
    if group[0] != "{":
        _expected(text, group, "{")
    return Clause(iri, silent, tokens[number].start(), group.start(), _end(text, tokens, group), brackets)


def _iri(text: str, token: re.Match[str], base: str, prefixes: Mapping[str, str]) -> str:
    """Return the IRI that a token stands for (SPARQL 1.1 Query Language, section 4.1.1)."""
    if token.lastgroup == "iri":
        return urljoin(base, token[0][1:-1])
    prefix, local = token["word"], token["name"][1:]
    namespace = prefixes.get(prefix, PREFIXES.get(prefix, ""))
    # Some engines read "SERVICE SILENT:a" as SILENT and the name ":a".
    if not namespace or prefix.upper() in (SERVICE, "SILENT") or local.endswith("."):
        _expected(text, token, "name with a declared prefix")
    return namespace + re.sub(r"\\(.)", r"\1", local)


def _end(text: str, tokens: Tokens, group: re.Match[str]) -> int:
    """Return the end of the group that begins at a token."""
    depth = 0
    for token in tokens:
        if token.start() >= group.start():
            depth += (token[0] == "{") - (token[0] == "}")
            if not depth:
                return token.end()
    line, column = position(text, group.start())
    raise QuerySyntaxError(f"line {line}, column {column}: this group has no end", line, column)
