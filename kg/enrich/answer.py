"""Reads the answers of an endpoint (SPARQL 1.1 Query Results JSON) so that one bad value does not spoil the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from kg.errors import AnswerError

Value = dict[str, str]
"""An RDF term as the results format has it: ``type``, ``value``, and optionally ``xml:lang`` or ``datatype``."""


class AnswerRow(NamedTuple):
    """One statement of an answer: the entity asked about, a property, and its value."""

    asked: str
    property: str
    value: Value


def rows(body: bytes) -> list[AnswerRow]:
    """Return the rows of an answer (SPARQL 1.1 Query Results JSON Format, section 3.2).

    The terms are not checked here; ``facts`` does. Raises AnswerError if it is not such a document.
    """
    try:
        bindings = json.loads(body)["results"]["bindings"]
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"the answer is not JSON, or is cut off: {error}") from None
    except (KeyError, TypeError):
        raise AnswerError("the answer is JSON, but not the results of a query") from None
    if not isinstance(bindings, list):
        raise AnswerError("the answer is JSON, but not the results of a query")
    return list(_rows(bindings))


def _rows(bindings: list[Any]) -> Iterator[AnswerRow]:
    for binding in bindings:
        asked, name, value = (_term(binding, variable) for variable in AnswerRow._fields)
        yield AnswerRow(asked["value"], name["value"], value)


def _term(binding: Any, variable: str) -> Value:
    term = binding.get(variable) if isinstance(binding, dict) else None
    if not isinstance(term, dict) or not isinstance(term.get("value"), str):
        raise AnswerError(f"a row of the answer has no ?{variable}")
    wanted = ("type", "value", "xml:lang", "datatype")
    return {name: term[name] for name in wanted if isinstance(term.get(name), str)}
