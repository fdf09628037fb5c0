"""The questions that researchers ask: the queries of data/queries, each with what it asks, from its first line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

#: Where a wheel and a checkout keep the queries, in the order they are tried.
DIRECTORIES: Final = (
    Path(__file__).parent / "_data" / "queries",
    Path(__file__).parents[1] / "data" / "queries",
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question: the name of its file, what it asks in a sentence, and the text of the query."""

    name: str
    title: str
    text: str


@cache
def questions() -> tuple[Question, ...]:
    """Return all questions, by name; none if they are not installed."""
    directory = next((one for one in DIRECTORIES if one.is_dir()), DIRECTORIES[0])
    texts = {file.stem: file.read_text(encoding="utf-8") for file in sorted(directory.glob("*.rq"))}
    return tuple(Question(name, text.partition("\n")[0].lstrip("# "), text) for name, text in texts.items())
