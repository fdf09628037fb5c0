"""Answers as data frames: the rows of a query with a type for each column, and labels for IRIs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from kg.errors import NotSupportedError, QueryError
from kg.lookup.labels import labels
from kg.query import evaluate, questions
from kg.rdf.formats import by_name
from kg.rdf.prefixes import expand
from kg.store.snapshot import Snapshot

if TYPE_CHECKING:
    from pyarrow import Table

Term = Mapping[str, str]
Rows = Sequence[Mapping[str, Term]]
NAME: Final = re.compile(r"[a-z][a-z0-9-]*")
"""Matches the name of a question, but no query."""
LABEL: Final = "_label"
INTEGER, DECIMAL, BOOLEAN = (expand(f"xsd:{name}") for name in ("integer", "decimal", "boolean"))
NUMBERS: Final = frozenset((INTEGER, DECIMAL, expand("xsd:double"), expand("xsd:float")))
TIME: Final = "time"
READERS: Final[tuple[tuple[frozenset[str], str, Callable[[str], object]], ...]] = (
    (frozenset((INTEGER,)), "int64", int),
    (NUMBERS, "float64", float),
    (frozenset((BOOLEAN,)), "bool", lambda text: text in ("true", "1")),
    (frozenset((expand("xsd:date"),)), "date32[day]", date.fromisoformat),
    (frozenset((expand("xsd:dateTime"),)), TIME, lambda text: datetime.fromisoformat(text).astimezone(UTC)),
)
"""The Arrow types of columns by the common datatypes of their values; any other column is text."""


def table(snapshot: Snapshot, query: str, values: Mapping[str, str], *, labelled: bool) -> Table:
    """Return the answer of a snapshot to a SELECT query, or to a question with ``values`` for its parameters, in Arrow.

    A column has one type if all its values have; an unbound variable is null. ``labelled`` adds a column of labels
    after each column of IRIs, such as ``event_label`` behind ``event``, if the query has none with that name.

    Raises NotSupportedError if pyarrow is not installed, ParameterError for an unknown question or an invalid value,
    QueryError (or a subclass such as QuerySyntaxError) if the query cannot be answered or is not a SELECT.
    """
    try:
        import pyarrow
    except ImportError:
        raise NotSupportedError("data frames need pandas and pyarrow: pip install 'newsgraph[frames]'") from None
    graph = snapshot.open()
    text = questions.question(query).bound(values, snapshot.manifest.base) if NAME.fullmatch(query) else query
    found = json.loads(evaluate.answer(graph, text, by_name("json"), base=snapshot.manifest.base).body)
    if "results" not in found:
        raise QueryError("a data frame has the rows of a SELECT query; this one is an ASK")
    variables, rows = found["head"]["vars"], found["results"]["bindings"]
    called = labels(graph, sorted(_iris(rows))) if labelled else {}
    columns = {}
    for name in variables:
        terms = [row.get(name) for row in rows]
        columns[name] = _typed(pyarrow, terms)
        if f"{name}{LABEL}" not in variables and any(term and term["value"] in called for term in terms):
            texts = [called[term["value"]][0] if term and term["value"] in called else None for term in terms]
            columns[f"{name}{LABEL}"] = pyarrow.array(texts, pyarrow.string())
    return pyarrow.table(columns)


def data_frame(found: Table) -> Any:
    """Return a table as a pandas DataFrame that keeps the Arrow types, which allow nulls in every column."""
    import pandas

    return found.to_pandas(types_mapper=pandas.ArrowDtype)


def _iris(rows: Rows) -> set[str]:
    return {term["value"] for row in rows for term in row.values() if term["type"] == "uri"}


def _typed(pyarrow: Any, terms: Iterable[Term | None]) -> Any:
    """Return a column in the narrowest type that holds all its values."""
    found = list(terms)
    types = {term.get("datatype", "") for term in found if term}
    for known, name, read in READERS:
        if types and types <= known:
            arrow = pyarrow.timestamp("us", "UTC") if name == TIME else pyarrow.type_for_alias(name)
            try:
                return pyarrow.array([read(term["value"]) if term else None for term in found], arrow)
            except (ValueError, OverflowError, pyarrow.ArrowException):
                break  # a number that is too large, or a day outside Python's range
    return pyarrow.array([term["value"] if term else None for term in found], pyarrow.string())
