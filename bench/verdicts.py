"""Reads the expected outcome for a hostile input from the words of its entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

REFUSED: Final = frozenset({400, 403, 404, 405, 406, 413, 414, 415, 422})
STOPPED: Final = frozenset({503, 504})
DONE: Final = frozenset({200, 201, 204})
CLOSED: Final = 0
"""Used instead of a status: the server closed the connection, or never began an answer."""

WORDS: Final = {
    "reject": REFUSED,
    "refuse": REFUSED,
    "ignore": DONE,
    "answer": DONE,
    "accept": DONE,
    "empty": DONE,
    "loads": DONE,
    "decode": DONE,
    "round trips": DONE,
    "ok": DONE,
    "bounded": DONE | REFUSED | STOPPED,
    "value": DONE,
    "stays": DONE,
    "canonical": DONE | REFUSED,
    "bound as a term": DONE | REFUSED,
    "may only write to its own graph": DONE | REFUSED,
    "closed": frozenset({CLOSED, 408}),
}
SIZE: Final = re.compile(r"\d+ ?(?:mb|ms|s)\b")
NUMBER: Final = re.compile(r"\b[2-5]\d\d\b")

DIFFERENT: Final = {
    "query-and-100000": (REFUSED, "800 kB; a query may have 64 kB"),
    "query-many-vars": (STOPPED, "runs out of memory before it runs out of time, as other runaway queries may"),
    "query-url-8k": (REFUSED, "addresses may be this long, but AAAA... is no SPARQL query: 400"),
    "accept-crlf": (DONE | REFUSED, "on the wire it is two well-formed header fields"),
    "iri-javascript-tabs": (REFUSED, "java%09script: is no IRI: no scheme has a percent sign in it"),
    "path-absolute": (frozenset({308}), "slashes too many lead to the path without them, which is not there: 404"),
    "jsonp-callback": (REFUSED, "what is not known in a request is never passed over: 400 names it"),
    "literal-nul": (REFUSED, "no XML can hold it, so it is refused whole, where it could still be corrected"),
}
"""Inputs with another answer than in their entry: the right answers, and the reasons."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the outcome was the expected one, and if not, why."""

    expected: bool
    reason: str = ""


def allowed(name: str, expect: str) -> frozenset[int]:
    """Return the allowed statuses for the input ``name`` with an entry that expects ``expect``."""
    if name in DIFFERENT:
        return DIFFERENT[name][0]
    text = SIZE.sub("", expect.lower())
    found = {int(number) for number in NUMBER.findall(text)}
    for word, statuses in WORDS.items():
        if re.search(rf"\b{word}", text):
            found |= statuses
    if 413 in found:  # packed inputs are refused unopened, so their size is not even known
        found.add(415)
    if "no crash" in text and not found:
        found = set(DONE | REFUSED | STOPPED)
    return frozenset(found)


def judge(name: str, expect: str, status: int, seconds: float, limit: float) -> Verdict:
    """Judge the status of an answer and the seconds until it was complete, at most ``limit``."""
    if status not in allowed(name, expect):
        return Verdict(False, f"{status}, not one of {sorted(allowed(name, expect))}")
    if seconds > limit:
        return Verdict(False, f"{seconds:.1f} s, not {limit:.1f} s at most")
    return Verdict(True)
