"""Asks a service only for what can join: values for variables of its clause are sent with the query.

SPARQL 1.1 Federated Query, section 2.4, shows this with VALUES. A group is evaluated from its first pattern on, and
every solution extends a solution of its leading triples and VALUES, which bind all of their variables. For a service
joined in this group, or alone in an OPTIONAL of it, only solutions compatible with one of those matter. Each is
compatible with the same distinct values as before, so multiplicities do not change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from kg.query.service_clauses import Clause, FederatedQuery
from kg.settings import NOT_IN_IRI

MOST: Final = 1_000
"""The most values, or combinations of values, to send; if there are more, the service is asked for everything."""
BYTES: Final = 1_000_000
"""The largest set of values considered."""
TRIPLE_WORDS: Final = frozenset({"A", "TRUE", "FALSE"})


def leading(query: FederatedQuery, clause: Clause) -> str | None:
    """Return the leading triples and VALUES of the outermost group, if a clause is joined to them; else None."""
    start = _group(query, clause)
    if start is None or any(token[0].upper() == "FROM" for token in query.tokens if token.end() <= start):
        return None
    return query.text[start : _end(query, start)].strip() or None


def _group(query: FederatedQuery, clause: Clause) -> int | None:
    """Return where the content of the outermost group begins, if the clause is in it or alone in an OPTIONAL."""
    before = [token for token in query.tokens if token.end() <= clause.start][-2:]
    optional = [token[0].upper() for token in before] == ["OPTIONAL", "{"]
    after = next((token[0] for token in query.tokens if token.start() >= clause.end), "")
    if any(query.text[one] != "{" for one in clause.brackets) or len(clause.brackets) != 1 + optional:
        return None
    if optional and after != "}":
        return None
    return clause.brackets[0] + 1


def _end(query: FederatedQuery, start: int) -> int:
    """Return the end of the triples and VALUES that begin at an offset."""
    values: int | None = None
    for token in (one for one in query.tokens if one.start() >= start):
        word = token[0].upper() if token.lastgroup == "word" else ""
        if values is None and word == "VALUES":
            values = token.start()
        elif values is None and ((word and word not in TRIPLE_WORDS) or token[0] in ("{", "}")):
            return token.start()
        elif word == "UNDEF":
            return values or start
        elif token[0] == "}":
            values = None
    return start


def distinct(query: FederatedQuery, pattern: str, variables: Sequence[str]) -> str:
    """Return the query for the values of variables in a pattern of a query, limited to one more than may be sent."""
    names = " ".join(f"?{name}" for name in variables)
    return f"{query.text[: query.form]}SELECT DISTINCT {names} WHERE {{ {pattern} }} LIMIT {MOST + 1}"


def values(results: bytes, variables: Sequence[str]) -> str | None:
    """Return the VALUES clause for the results of such a query in SPARQL JSON.

    It is None if there is nothing to send, and "" if there are no results, so that nothing is compatible. It only has
    variables that are always bound to IRIs: a blank node is a different one elsewhere, and the same number may be
    written differently there.
    """
    rows = json.loads(results)["results"]["bindings"]
    if not rows:
        return ""
    sent = [name for name in variables if all(_is_iri(row[name]) for row in rows)]
    if len(rows) > MOST or not sent:
        return None
    lines = dict.fromkeys(" ".join(f"<{row[name]['value']}>" for name in sent) for row in rows)
    return f"VALUES ({' '.join(f'?{name}' for name in sent)}) {{ {' '.join(f'({line})' for line in lines)} }}"


def _is_iri(term: dict[str, str]) -> bool:
    return term["type"] == "uri" and re.search(NOT_IN_IRI, term["value"]) is None
