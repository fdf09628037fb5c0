"""The questions that researchers ask: the queries of data/queries, by subject, and their parameters.

``subjects.toml`` in that folder lists all its queries in the order in which they are shown.

A file begins with comments. The first line says what it asks; each parameter has a line ``# ?name (type): what it is.``
and a clause ``VALUES ?name { default }`` in the query, so that the file is itself a valid query. Another value replaces
the default as a term serialized by the engine, never as text.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from kg.errors import ConfigurationError, ParameterError
from kg.rdf import Literal, NamedNode
from kg.rdf.prefixes import expand
from kg.version import data_folder

LONGEST: Final = 500
"""The most characters of a value."""
_DECLARED: Final = re.compile(r"# \?(\w+) \((\w+)\): (.+)")
_CLAUSE: Final = re.compile(r'VALUES \?(\w+) \{ ((?:<([^<>]*)>|"([^"\\]*)"\S*|([0-9.-]+))) \}')
_NAME: Final = re.compile(r"(.+)@([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,9}(\.\d{1,9})?", re.ASCII)
_UNWRITTEN: Final = re.compile(r"[\x00-\x1f\x7f\\]")
"""Not allowed in a value: engines differ in when they decode an escape, and so in where a string with one ends."""


@dataclass(frozen=True, slots=True)
class ParameterType:
    """A type of values: how one is written, and the function that makes a term from it, given the base of a graph.

    ``read`` raises ValueError for an invalid value.
    """

    name: str
    written: str
    read: Callable[[str, str], Literal | NamedNode]


def _name(text: str, _: str) -> Literal:
    tagged = _NAME.fullmatch(text)
    return Literal(tagged[1].strip(), language=tagged[2].lower()) if tagged else Literal(text, language="en")


def _date(text: str, _: str) -> Literal:
    if not _DATE.fullmatch(text):
        raise ValueError
    return Literal(date.fromisoformat(text).isoformat(), datatype=NamedNode(expand("xsd:date")))


def _number(text: str, _: str) -> Literal:
    match = _NUMBER.fullmatch(text)
    if not match:
        raise ValueError
    return Literal(text, datatype=NamedNode(expand("xsd:decimal" if match[1] else "xsd:integer")))


def _iri(text: str, base: str) -> NamedNode:
    return NamedNode(text if re.match(r"[a-z]+:", text) else base + text.lstrip("/"))


_CALLED: Final = "a name, such as Homs, with @ and the language if that is not English: 霍姆斯@zh"
TYPES: Final = (
    *(ParameterType(one, _CALLED, _name) for one in ("place", "story", "topic")),
    ParameterType("publisher", "an IRI or its path, such as publisher/bbc", _iri),
    ParameterType("category", "an IRI or its path, such as category/sports", _iri),
    ParameterType("iri", "an IRI, such as https://sws.geonames.org/169577/", _iri),
    ParameterType("date", "a day, such as 2011-11-08", _date),
    ParameterType("number", "a number, such as 50 or 34.7", _number),
    ParameterType("text", "text", lambda text, _: Literal(text)),
)
"""The one table of parameter types."""


@dataclass(frozen=True, slots=True)
class QuestionParameter:
    """A parameter of a question: its description, and its default value, as people write it."""

    name: str
    type: ParameterType
    meaning: str
    default: str

    def term(self, text: str, base: str) -> Literal | NamedNode:
        """Return a value, as people write it, as a term. Raises ParameterError if it is not of the type."""
        try:
            if len(text) > LONGEST or _UNWRITTEN.search(text):
                raise ValueError
            return self.type.read(text.strip(), base)
        except ValueError:
            raise ParameterError(f"{self.name} must be {self.type.written}", self.name) from None


@dataclass(frozen=True, slots=True)
class CompetencyQuestion:
    """A question: the name of its file, what it asks in a sentence, the text of the query, and its parameters."""

    name: str
    title: str
    text: str
    parameters: tuple[QuestionParameter, ...] = ()

    def bound(self, values: Mapping[str, str], base: str) -> str:
        """Return the query with values, as people write them, for some parameters; an empty one keeps the default.

        IRIs may be written as paths below ``base``. Raises ParameterError for a value that is not of its type, or an
        unknown parameter.
        """
        names = tuple(one.name for one in self.parameters)
        unknown = next((name for name in values if name not in names), None)
        if unknown is not None:
            raise ParameterError(f"{self.name} has no parameter {unknown[:100]!r}", unknown[:100], names)
        terms = {
            one.name: one.term(text, base) for one in self.parameters if (text := values.get(one.name, "").strip())
        }
        return _CLAUSE.sub(lambda clause: _with(clause, terms.get(clause[1])), self.text)


def _with(clause: re.Match[str], term: Literal | NamedNode | None) -> str:
    """Return a VALUES clause with another term; a number is written as in a query."""
    if term is None:
        return clause[0]
    plain = isinstance(term, Literal) and term.datatype.value in (expand("xsd:integer"), expand("xsd:decimal"))
    return f"VALUES ?{clause[1]} {{ {term.value if plain else term} }}"


@dataclass(frozen=True, slots=True)
class QuestionSubject:
    """What some questions are about, and these questions, the most asked first."""

    title: str
    questions: tuple[CompetencyQuestion, ...]


@cache
def subjects() -> tuple[QuestionSubject, ...]:
    """Return all questions by subject. Raises ConfigurationError if they are not installed, not listed, or invalid."""
    folder = data_folder("queries")
    found = {file.stem: _read(file.stem, file.read_text(encoding="utf-8")) for file in folder.glob("*.rq")}
    try:
        listed = tomllib.loads((folder / "subjects.toml").read_text(encoding="utf-8"))["subjects"]
        named = [(str(one["title"]), list(one["questions"])) for one in listed]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ConfigurationError(f"subjects.toml of the questions cannot be read: {error}") from None
    names = Counter(name for _, names in named for name in names)
    if wrong := sorted(name for name in names.keys() | found if names[name] != 1 or name not in found):
        raise ConfigurationError(f"subjects.toml does not list each question of its folder once: {', '.join(wrong)}")
    return tuple(QuestionSubject(title, tuple(found[name] for name in names)) for title, names in named)


def questions() -> tuple[CompetencyQuestion, ...]:
    """Return all questions in the order of their subjects. Raises the errors of ``subjects``."""
    return tuple(one for subject in subjects() for one in subject.questions)


def question(name: str) -> CompetencyQuestion:
    """Return the question with a name. Raises ParameterError if there is none."""
    found = next((one for one in questions() if one.name == name), None)
    if found is None:
        raise ParameterError(f"there is no question {name[:100]!r}", "question", [one.name for one in questions()])
    return found


def _read(name: str, text: str) -> CompetencyQuestion:
    defaults = {
        clause[1]: next(one for one in clause.groups()[2:] if one is not None) for clause in _CLAUSE.finditer(text)
    }
    types = {one.name: one for one in TYPES}
    declared = [match.groups() for line in text.splitlines() if (match := _DECLARED.fullmatch(line))]
    if {variable for variable, _, _ in declared} != set(defaults) or any(kind not in types for _, kind, _ in declared):
        raise ConfigurationError(f"the question {name} does not declare each of its VALUES with a type")
    parameters = tuple(QuestionParameter(one, types[kind], what, defaults[one]) for one, kind, what in declared)
    return CompetencyQuestion(name, text.partition("\n")[0].lstrip("# "), text, parameters)


def markdown() -> str:
    """Return docs/questions.md: what each question asks, and its parameters."""
    lines = [
        "# Questions",
        "",
        "What researchers ask. Each question is a SPARQL query in a file of `data/queries/`, and a form at",
        "`/questions/NAME`, with the values as parameters; `/questions/NAME.csv` (`.tsv`, `.json`, `.xml`) is the",
        "answer alone. In the shell it is `kg query --question NAME --param PARAMETER=VALUE`. A value is bound",
        "as an RDF term of the type that the parameter has. This page is made by `make docs`.",
        "",
        "| type | how a value is written |",
        "|---|---|",
        *(f"| {one.name} | {one.written} |" for one in TYPES),
        "",
    ]
    for subject in subjects():
        lines += [f"## {subject.title}", ""]
        for one in subject.questions:
            lines += [*_documented(one), ""]
    return "\n".join(lines)


def _documented(one: CompetencyQuestion) -> list[str]:
    lines = [f"### {one.name}", "", f"{one.title} [Query](../data/queries/{one.name}.rq)"]
    if one.parameters:
        lines += ["", "| parameter | type | what it is | if not given |", "|---|---|---|---|"]
    return lines + [
        f"| `{each.name}` | {each.type.name} | {each.meaning} | `{each.default}` |" for each in one.parameters
    ]
