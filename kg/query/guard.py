"""What is refused before a query reaches the engine, in time linear in its length.

The engine parses recursively, cannot be cancelled, and would fetch what a SERVICE clause names. The guard reads only
tokens; what it accepts still runs in a process that can be killed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final, Literal, NoReturn, cast

from kg.errors import QueryRefusedError, QuerySyntaxError, QueryTooComplexError, QueryTooLongError, UploadTooLargeError
from kg.settings import Settings

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

TOKENS: Final = 8_000
NESTING_OPERATORS: Final = 256
OPERATORS: Final = 1_200
UPDATE_TOKENS: Final = 5_000_000
#: Each is read to the end of the text before it turns out to be two strings.
UNENDED: Final = 16
SERVICE: Final = "SERVICE"
REFUSED: Final = "this service does not query other services; remove SERVICE from the query"
DOUBTFUL: Final = "this can be read in two ways; set spaces around SERVICE and around comparisons"

FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
UPDATES: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "ADD", "MOVE", "COPY", "WITH"},
)
NESTING_WORDS: Final = frozenset({"UNION", "OPTIONAL", "MINUS", "FILTER", "BIND", "LATERAL", "EXISTS", "NOT"})
NESTING_SIGNS: Final = frozenset({"!", "^", "/", "|"})
SIGNS: Final = frozenset({"&&", "||", "+", "-", "*", "=", "!=", "<", ">", "<=", ">="})
OPENING: Final = frozenset({"{", "(", "["})
CLOSING: Final = frozenset({"}", ")", "]"})
OPERANDS: Final = frozenset({"iri", "string", "variable", "language", "number", "name", "word"})

_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
#: How many repetitions a scanner remembers at once; each takes about a hundred bytes.
REMEMBERED: Final = 1_000


def repeated(name: str, piece: str) -> str:
    """Return a pattern for as many of ``piece`` as possible; no other group of the whole pattern may have ``name``.

    It works like a possessive quantifier, which Python 3.11.0 to 3.11.4 handle wrongly (CPython issue 106052). The
    regex engine does not backtrack into a lookahead, and forgets how it matched, so any number of pieces takes little
    memory. Nothing that a piece can begin with may continue the piece before it, or follow the last one.
    """
    return rf"(?:(?=(?P<{name}>(?:{piece}){{1,{REMEMBERED}}}))(?P={name}))*"


_IRI = repeated("_iri", rf"(?:{_ESCAPE})" + r"[^<>\"{}|^`\\\x00-\x20]*")
_LONG = repeated("_long", r"(?:\\.|\"(?!\"\"))[^\"\\]*")
_LONG_SINGLE = repeated("_long_single", r"(?:\\.|'(?!''))[^'\\]*")
_SHORT = repeated("_short", r"\\.[^\"\\\r\n]*")
_SHORT_SINGLE = repeated("_short_single", r"\\.[^'\\\r\n]*")
_SUBTAGS = repeated("_subtags", r"-[A-Za-z0-9]+")
_WORD = repeated("_word", rf"(?:{_ESCAPE})[\w.-]*")
_LOCAL = repeated("_local", rf"(?:\\[_~.\-!$&'()*+,;=/?\#@%]|{_ESCAPE})[\w:.%-]*")
# No text is read for two alternatives, so the scan is linear.
TOKEN: Final = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<iri><[^<>"{{}}|^`\\\x00-\x20]*{_IRI}>)
    | (?P<string>\"\"\"[^"\\]*{_LONG}\"\"\" | \'\'\'[^'\\]*{_LONG_SINGLE}\'\'\'
        | "[^"\\\r\n]*{_SHORT}" | '[^'\\\r\n]*{_SHORT_SINGLE}')
    | (?P<quote>["'])
    | (?P<variable>[?$][\w\u00b7\u0300-\u036f\u203f\u2040]+)
    | (?P<language>@[A-Za-z]+{_SUBTAGS})
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>(?:[^\W\d]|{_ESCAPE}|(?=:))[\w.-]*{_WORD})
      (?P<name>:(?:(?:[\w:%]|\\.)[\w:.%-]*{_LOCAL})?)?
    | (?P<sign>&&|\|\||\^\^|!=|<=|>=|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def check(query: str, settings: Settings, *, services: bool = False) -> Form | None:
    """Refuse a query that must not run, and return its form.

    ``query`` is the text of a SPARQL 1.1 query; ``settings`` gives its largest size and depth. The form is None if no
    token names it: the engine then reports the syntax error. With ``services``, the keyword SERVICE is accepted, for
    kg.query.federate to replace, and text that can be read in two ways is not. Raises QueryTooComplexError or
    QueryTooLongError for a text over a limit, QueryRefusedError for SERVICE, and QuerySyntaxError for an update or a
    string without an end (SPARQL 1.1 Query Language, sections 19.2 and 19.8).
    """
    if len(query.encode(errors="replace")) > settings.query_bytes:
        with suppress(QuerySyntaxError):  # a string may end in the part that is not read
            _scan(query[: settings.query_bytes], settings.query_depth, services=services)
        raise QueryTooLongError(f"the query is longer than {settings.query_bytes} bytes")
    form = _scan(query, settings.query_depth, services=services)
    decoded = decode(query)
    if decoded != query:
        # Engines differ in when they decode an escape that stands for a quote or a letter of a keyword.
        with suppress(QuerySyntaxError):
            _scan(decoded, settings.query_depth, services=services)
    return form


def check_update(text: str, settings: Settings) -> None:
    """Refuse an update that must not run, as ``check`` does for a query; with data, it may have far more tokens.

    Raises UploadTooLargeError, QueryTooComplexError, QueryRefusedError for SERVICE, or QuerySyntaxError for a string
    without an end.
    """
    if len(text.encode(errors="replace")) > settings.upload_bytes:
        raise UploadTooLargeError(f"the update is longer than {settings.upload_bytes} bytes")
    _scan(text, settings.query_depth, update=True)
    decoded = decode(text)
    if decoded != text:
        with suppress(QuerySyntaxError):
            _scan(decoded, settings.query_depth, update=True)


def decode(text: str) -> str:
    r"""Return ``text`` with its codepoint escapes ``\\uXXXX`` and ``\\UXXXXXXXX`` replaced (section 19.2)."""
    return re.sub(_ESCAPE, _character, text) if "\\u" in text or "\\U" in text else text


def _character(match: re.Match[str]) -> str:
    number = int(match[0][2:], base=16)  # noqa: FURB166 - the prefix is \u, and none that Python knows
    return chr(number) if number <= 0x10FFFF else match[0]


def _scan(text: str, depth_limit: int, *, update: bool = False, services: bool = False) -> Form | None:
    scan = _Scan(text, depth_limit, update=update, services=services)
    for match in TOKEN.finditer(text):
        scan.read(match)
    return scan.form


class _Scan:
    """One pass over the tokens of a query."""

    def __init__(self, text: str, depth_limit: int, *, update: bool = False, services: bool = False) -> None:
        self.text = text
        self.update = update
        self.services = services
        self.form: Form | None = None
        self.limits = {
            "tokens": TOKENS,
            "nesting operators": NESTING_OPERATORS,
            "operators": OPERATORS,
            "long strings without an end": UNENDED,
        }
        self.counts = dict.fromkeys(self.limits, 0)
        if update:
            self.limits |= {"tokens": UPDATE_TOKENS, "operators": UPDATE_TOKENS}
        self.depth_limit = depth_limit
        self.brackets: list[str] = []
        self.previous = ("", "")
        self.end = 0
        self.doubtful = self.hidden = self.named = False

    def read(self, match: re.Match[str]) -> None:
        """Process the next token."""
        kind = match.lastgroup or ""
        if kind == "quote":
            raise QuerySyntaxError("a string has no end", *position(self.text, match.start()))
        if kind in ("string", "comment"):
            self.hidden = self.hidden or SERVICE in match[0].upper()
        if kind in ("space", "comment"):
            return
        self._count("tokens")
        if match[0] in ('""', "''") and self.text.startswith(match[0][0], match.end()):
            self._count("long strings without an end")
        if kind == "iri":
            self._iri(match[0])
        elif kind == "word":
            self._words(decode(match[0]).upper())
        elif kind == "sign":
            self._sign(match)
        self.named = kind == "name" and SERVICE in decode(match["word"]).upper()
        if self.doubtful and (self.hidden or self.services):
            self._refuse()
        self.previous, self.end = (kind, match[0]), match.end()

    def _iri(self, token: str) -> None:
        """Note a token that may be two comparisons: ``?a<'…'>?b``.

        What is a string or a comment afterwards then depends on the reading, so SERVICE may be in neither.
        """
        operand = self.previous[0] in OPERANDS or self.previous[1] == ")"
        inside = bool(self.brackets) and self.brackets[-1] == "("
        # In data, an IRI may follow another; the process that runs updates has no network anyway.
        self.doubtful = self.doubtful or (not self.update and operand and inside and ("'" in token or "#" in token))

    def _words(self, text: str) -> None:
        # The engine accepts "trueSERVICE" without a space, so the word is also looked for inside words.
        if SERVICE in text and not (self.services and text == SERVICE):
            self._refuse()
        for word in re.split(r"[.-]", text):
            self._word(word)

    def _word(self, word: str) -> None:
        if word in UPDATES and not self.update:
            raise QuerySyntaxError(f"{word} is an update; this service only answers queries")
        if word in FORMS and self.form is None:
            self.form = cast("Form", word)
        if word in NESTING_WORDS:
            self._count("nesting operators")

    def _sign(self, match: re.Match[str]) -> None:
        sign = match[0]
        if sign == "{" and self.named:
            # The engine reads "service:a {" as SERVICE and the name ":a".
            self._refuse()
        if sign in NESTING_SIGNS:
            self._count("nesting operators")
        if sign == "^^" and self.previous[0] != "string":  # two inverse paths, not a datatype
            self._count("nesting operators", 2)
        if sign in SIGNS:
            self._count("operators")
        self._bracket(sign, doubled=sign == self.previous[1] and self.end == match.start())

    def _bracket(self, sign: str, *, doubled: bool) -> None:
        if sign in OPENING or (sign == "<" and doubled):
            self.brackets.append(sign)
        elif self.brackets and (sign in CLOSING or (sign == ">" and doubled)):
            self.brackets.pop()
        if len(self.brackets) > self.depth_limit:
            raise QueryTooComplexError(f"the query has brackets nested deeper than {self.depth_limit}")

    def _count(self, what: str, number: int = 1) -> None:
        self.counts[what] += number
        if self.counts[what] > self.limits[what]:
            raise QueryTooComplexError(f"the query has more than {self.limits[what]} {what}")

    def _refuse(self) -> NoReturn:
        raise QueryRefusedError(DOUBTFUL if self.services else REFUSED)


def position(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, both from 1, of the character at ``offset``."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
