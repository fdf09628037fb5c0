"""The questions that researchers ask: the queries of data/queries, each with what it asks, from its first line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from kg.version import data_folder


@dataclass(frozen=True, slots=True)
class CompetencyQuestion:
    """A question: the name of its file, what it asks in a sentence, and the text of the query."""

    name: str
    title: str
    text: str


@cache
def questions() -> tuple[CompetencyQuestion, ...]:
    """Return all questions, by name; raises ConfigurationError if they are not installed."""
    files = sorted(data_folder("queries").glob("*.rq"))
    texts = {file.stem: file.read_text(encoding="utf-8") for file in files}
    return tuple(CompetencyQuestion(name, text.partition("\n")[0].lstrip("# "), text) for name, text in texts.items())
