"""The tools that ask: competency questions, SPARQL, and citing the results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from endpoint.agents.lookups import located
from endpoint.agents.quoting import quoted
from endpoint.agents.replies import (
    AskedParameter,
    CitationReply,
    ListedQuestion,
    QuestionsReply,
    QuotedEvent,
    ResultRow,
    ResultsReply,
)
from endpoint.agents.tool import NUMBER, VALUES, Tool, ToolContext
from endpoint.event.citation import reference as reference_to_event
from endpoint.http.routes import Parameter
from kg.errors import ParameterError
from kg.publish.answers.canonical import CITED_BYTES, canonical, format_for
from kg.publish.answers.cited import CitedAnswer, CitedQuery
from kg.query.questions import CompetencyQuestion, question, questions
from kg.query.syntax import spelled
from kg.rdf.prefixes import compact
from kg.workers.operations import History

ROWS: Final = 50
"""The default number of rows."""
MOST: Final = 500
GRAPH: Final = 50_000
"""How many characters of a graph are returned."""
LIMIT: Final = Parameter("limit", f"How many rows to give, {MOST} at most; {ROWS} by default.", schema=NUMBER)
FIRST: Final = Parameter("first", "Number of the first row to give, from 1.", schema=NUMBER)
QUERY: Final = Parameter("query", "A SPARQL 1.1 query. The prefixes of newsgraph://schema need no PREFIX line.")
NAMES: Final = {"type": "string", "enum": [one.name for one in questions()]}
NAME: Final = Parameter("question", "The name of a question.", schema=NAMES)
GIVEN: Final = Parameter("parameters", "Values of parameters of the question, by their names.", schema=VALUES)

Binding = Mapping[str, Any]


def _questions(_: ToolContext, given: Mapping[str, Any]) -> QuestionsReply:
    return QuestionsReply([_listed(one) for one in questions()])


def _listed(one: CompetencyQuestion) -> ListedQuestion:
    parameters = [AskedParameter(each.name, each.type.written, each.meaning, each.default) for each in one.parameters]
    return ListedQuestion(one.name, one.title, parameters)


def _ask(context: ToolContext, given: Mapping[str, Any]) -> ResultsReply:
    name, values = given["question"], given.get("parameters", {})
    cite: dict[str, Any] = {"question": name} | ({"parameters": values} if values else {})
    return _results(context, question(name).bound(values, context.base), given, cite)


def _sparql(context: ToolContext, given: Mapping[str, Any]) -> ResultsReply:
    return _results(context, given["query"], given, {"query": given["query"]})


def _results(context: ToolContext, query: str, given: Mapping[str, Any], cite: dict[str, Any]) -> ResultsReply:
    first, limit = int(given.get("first", "1")), int(given.get("limit", str(ROWS)))
    if limit > MOST:
        raise ParameterError(f"limit must be a number from 1 to {MOST}; continue with first", "limit")
    if context.workers.check(query) == "DESCRIBE":
        query = spelled(query, context.base)
    answer = context.workers.query(query)
    if answer.form == "construct":
        total = answer.rows or 0
        return ResultsReply(answer.snapshot, [], total, 1, [], None, answer.body.decode()[:GRAPH], cite)
    found = json.loads(answer.body)
    if "boolean" in found:
        return ResultsReply(answer.snapshot, [], 0, 1, [], found["boolean"], "", cite)
    bindings = found["results"]["bindings"]
    rows = _rows(context, bindings[first - 1 : first - 1 + limit])
    return ResultsReply(answer.snapshot, found["head"]["vars"], len(bindings), first, rows, None, "", cite)


def _rows(context: ToolContext, bindings: Sequence[Mapping[str, Binding]]) -> list[ResultRow]:
    named = [[one["value"] for one in row.values() if one["type"] == "uri"] for row in bindings]
    events = quoted(context, (iri for iris in named for iri in iris))
    return [_row(row, iris, events) for row, iris in zip(bindings, named, strict=True)]


def _row(row: Mapping[str, Binding], iris: Sequence[str], events: Mapping[str, QuotedEvent]) -> ResultRow:
    values = {name: _value(binding) for name, binding in row.items()}
    return ResultRow(values, list({one.revision: one for iri in iris if (one := events.get(iri))}.values()))


def _value(binding: Binding) -> str | int | float | bool:
    """Return a value for JSON: numbers that JSON can hold, booleans, and everything else as text."""
    value, datatype = binding["value"], compact(binding.get("datatype", ""))
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if datatype == "xsd:integer" and len(value) < 16 and value.lstrip("+-").isdigit():
        return int(value)
    if datatype in ("xsd:decimal", "xsd:double") and value.lower().lstrip("+-") not in ("nan", "inf"):
        return float(value)
    if datatype == "xsd:boolean":
        return value in ("true", "1")
    return value


def _cite(context: ToolContext, given: Mapping[str, Any]) -> CitationReply:
    iri, others = given.get("iri", ""), [name for name in ("question", "query") if given.get(name)]
    if bool(iri) + len(others) != 1:
        raise ParameterError("give one of iri, question and query", "iri")
    return _cite_event(context, iri) if iri else _cite_answer(context, given)


def _cite_event(context: ToolContext, text: str) -> CitationReply:
    iri = located(context, text)
    told = context.workers.ask(History(iri))
    found = reference_to_event(told, iri, context.settings.publisher, context.snapshot.id)
    year = f" ({found.made:%Y})" if found.made else ""
    sentence = f"{found.author}{year}. {found.title} {found.note} {found.url}"
    return CitationReply(context.snapshot.id, found.url, sentence, found.bibtex(), found.ris())


def _cite_answer(context: ToolContext, given: Mapping[str, Any]) -> CitationReply:
    values = tuple(f"{name}={value}" for name, value in given.get("parameters", {}).items())
    asked = CitedQuery(given.get("query", ""), given.get("question", ""), values)
    text = asked.text(context.base)
    wanted = format_for(context.workers.check(text))
    result = canonical(context.workers.query(text, wanted, limit=CITED_BYTES))
    cited = CitedAnswer(asked, context.snapshot.id, result.sha256)
    told = (context.settings.publisher, context.server)
    found, rows = cited.reference(*told), len(result.rows)
    sentence = cited.sentence(*told)
    return CitationReply(context.snapshot.id, found.url, sentence, found.bibtex(), found.ris(), result.sha256, rows)


QUESTIONS: Final = Tool(
    "questions",
    "List the questions that can be asked",
    "List the questions that researchers ask, with their parameters. The tool ask answers them.",
    (),
    QuestionsReply,
    _questions,
)
ASK: Final = Tool(
    "ask",
    "Ask one of the questions",
    "Answer one of the questions that the tool questions lists, with values for its parameters.",
    (Parameter("question", NAME.description, required=True, schema=NAMES), GIVEN, LIMIT, FIRST),
    ResultsReply,
    _ask,
)
SPARQL: Final = Tool(
    "sparql",
    "Ask in SPARQL",
    "Answer a SPARQL 1.1 query (SELECT, ASK, CONSTRUCT or DESCRIBE) over the whole graph, within limits of time, "
    "memory and size. Read the tool schema first. Select ?event or ?revision too, so that rows can be quoted.",
    (Parameter("query", QUERY.description, required=True), LIMIT, FIRST),
    ResultsReply,
    _sparql,
)
CITE: Final = Tool(
    "cite",
    "Cite an event or an answer",
    "Say how to cite an event or a revision (iri), or the answer to a question (question, parameters) or to a query "
    "(query), with an address at which the same snapshot is asked again.",
    (Parameter("iri", "An event or a revision to cite: its IRI, or its path below the base."), NAME, GIVEN, QUERY),
    CitationReply,
    _cite,
)
TOOLS: Final = (QUESTIONS, ASK, SPARQL, CITE)
