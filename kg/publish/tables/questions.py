"""Questions that the tables answer in SQL and the graph in SPARQL, with the same rows."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """A question in words, in SQL over the Parquet files of a folder, and in SPARQL over the graph."""

    question: str
    sql: str
    sparql: str


@cache
def questions() -> tuple[TableQuestion, ...]:
    """Return the questions, in the order of the file."""
    text = files(__package__).joinpath("questions.toml").read_text(encoding="utf-8")
    return tuple(
        TableQuestion(one["question"], one["sql"].strip(), one["sparql"].strip())
        for one in tomllib.loads(text)["question"]
    )
