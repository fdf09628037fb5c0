"""The competency questions as forms: each has an address, its parameters, the query with the values, and the answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request

from endpoint.http.negotiate import HTML, JSON, RESULTS, choose
from endpoint.http.routes import Description, Parameter, Routes, media_types
from endpoint.rendering.snippets import file_snippets
from endpoint.site import limits
from endpoint.site.log import outcome, record
from endpoint.site.problems import acceptable, status_of
from endpoint.site.site import Site, site, tagged
from endpoint.sparql.protocol import PAGE_BYTES, SHOWN, respond
from endpoint.sparql.result_page import shown_results
from kg.derived.kinds import SEARCH
from kg.entities.labels import core
from kg.errors import NewsgraphError, ServiceBusyError, StoreError
from kg.lookup.search.search import NAMES
from kg.publish.answers.cited import CitedAnswer, CitedQuery
from kg.query.evaluate import Answer
from kg.query.questions import LONGEST, CompetencyQuestion, QuestionParameter, questions, subjects
from kg.rdf.formats import Format, by_name
from kg.workers.operations import Search

blueprint = Routes("questions", __name__)

LIST: Final = Description(media_types((HTML, JSON)))
SUFFIXES: Final = ("csv", "tsv", "json", "xml")
LATER: Final = (429, 500, 503)
"""The statuses of errors that a different input to the form would not avoid."""
INPUTS: Final = {"date": "date", "number": "number"}
"""The types of form fields by parameter type; all others are text."""
NAMED: Final = {"place": ("place",), "story": NAMES, "topic": NAMES}
"""The kinds of things searched for each type of parameter that is a name."""
PATIENCE: Final = 2.0
"""How many seconds an answer waits for the index; without it, names are taken as written."""
LIKE: Final = 4
"""How many names are compared, and suggested if nothing has the given name."""


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name in the graph with its language."""

    label: str
    language: str

    @property
    def text(self) -> str:
        """The name as people write it in a form, with its language if that is not English."""
        return self.label if self.language in ("", "en") else f"{self.label}@{self.language}"


@blueprint.get("/questions", described=LIST)
def all_questions() -> Response:
    """List the questions that researchers ask, each with its parameters and the address of its answer."""
    here = site()
    chosen = choose((HTML, JSON), request.headers.get("Accept"))
    if chosen is None:
        raise acceptable([(one, here.addresses.local("questions")) for one in (HTML, JSON)])
    if chosen == HTML:
        page = here.frame.page("questions.html", subjects=subjects())
        return tagged(Response(page), here.snapshot, "questions")
    listed = {
        "questions": [{"subject": each.title, **_listed(here, one)} for each in subjects() for one in each.questions]
    }
    return tagged(
        Response(json.dumps(listed, ensure_ascii=False), content_type=JSON.content_type),
        here.snapshot,
        "questions-json",
    )


def _listed(here: Site, one: CompetencyQuestion) -> dict[str, Any]:
    parameters = [
        {"name": each.name, "type": each.type.name, "description": each.meaning, "default": each.default}
        for each in one.parameters
    ]
    address = here.addresses.local(f"questions/{one.name}")
    return {"name": one.name, "title": one.title, "address": address, "parameters": parameters}


def ask(asked: CompetencyQuestion, suffix: str = "") -> Response:
    """Answer a question with the values of the request, in the format of the suffix, or the one that is accepted."""
    here = site()
    chosen = by_name(suffix) if suffix else choose(RESULTS, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable([(one, here.addresses.local(f"questions/{asked.name}")) for one in RESULTS])
    values = {one.name: request.args.get(one.name, "") for one in asked.parameters}
    if chosen == HTML:
        return _page(here, asked, values)
    called = _called(here, asked, values, _likenesses(here, asked, values))
    return respond(_answer(here, asked.bound(called, here.addresses.base), chosen), chosen)


def _likenesses(here: Site, asked: CompetencyQuestion, values: Mapping[str, str]) -> dict[str, list[KnownName]]:
    """Return for each given name the things with this or a similar name, most similar first; empty without an index."""
    named = {one.name: NAMED[one.type.name] for one in asked.parameters if values[one.name] and one.type.name in NAMED}
    if not named:
        return {}
    try:
        index = here.artefacts.obtain(SEARCH, here.snapshot, PATIENCE)
    except (ServiceBusyError, StoreError):
        return {}
    found: dict[str, list[KnownName]] = {}
    for name, kinds in named.items():
        text = values[name].partition("@")[0].strip()[:LONGEST]
        told = here.workers.ask(Search(index, text, kinds, 0, LIKE))
        told = told if told["matches"] else here.workers.ask(Search(index, told["meant"], kinds, 0, LIKE))
        found[name] = [KnownName(each["label"], each["language"]) for each in told["matches"]]
    return found


def _called(
    here: Site, asked: CompetencyQuestion, values: Mapping[str, str], likenesses: Mapping[str, Sequence[KnownName]]
) -> dict[str, str]:
    """Return values with slightly different names replaced by those in the graph: homs becomes Homs."""
    called = dict(values)
    for name, like in likenesses.items():
        same = [one.text for one in like if core(one.label) == core(values[name].partition("@")[0])]
        if same and values[name] not in same:
            called[name] = same[0]
    return called


def _page(here: Site, asked: CompetencyQuestion, values: dict[str, str]) -> Response:
    """Show the form with the answer below it, or with the error, so that the input need not be repeated."""
    shown: dict[str, Any] = {"question": asked, "values": values, "inputs": INPUTS}
    try:
        like = _likenesses(here, asked, values)
        called = _called(here, asked, values, like)
        query = asked.bound(called, here.addresses.base)
        answer = _answer(here, query, by_name("json"), PAGE_BYTES)
        results = _shown(here, asked, called, answer)
    except NewsgraphError as error:
        status = status_of(error)
        if status in LATER:
            raise
        record().outcome = outcome(error)
        page = here.frame.page("question.html", error=error, **shown)
        return Response(page, status, headers={"Cache-Control": "no-store"})
    meant = {name: [one.text for one in found] for name, found in like.items()} if not results.get("count") else {}
    shown |= {"called": {name: text for name, text in called.items() if text != values[name]}, "meant": meant}
    page = here.frame.page("question.html", query=query, **shown, **results)
    return tagged(Response(page), here.snapshot, "question")


def _shown(here: Site, asked: CompetencyQuestion, values: dict[str, str], answer: Answer) -> dict[str, Any]:
    """Return the displayed part of an answer, and its addresses with these values."""
    given = {name: value for name, value in values.items() if value}
    address = f"questions/{asked.name}"

    def at(suffix: str, more: Mapping[str, str]) -> str:
        query = urlencode({**given, **more})
        return f"{address}{suffix}" + (f"?{query}" if query else "")

    local = here.addresses.local
    downloads = {one.upper(): local(at(f".{one}", {})) for one in SUFFIXES}
    cited = CitedAnswer(CitedQuery(question=asked.name, values=_values(given)), answer.snapshot)
    results = shown_results(here.addresses, here.workers, answer, lambda more: local(at("", more)))
    snippets = file_snippets(here.addresses.absolute(at(".csv", {})))
    return results | {"downloads": downloads, "snippets": snippets, "cite": local(cited.path)}


def _values(given: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{name}={value}" for name, value in given.items())


def _answer(here: Site, query: str, chosen: Format, limit: int | None = None) -> Answer:
    record().query = query
    return limits.query(here.workers, query, chosen, seconds=None, limit=limit, default_graphs=(), named_graphs=())


def _described(asked: CompetencyQuestion) -> Description:
    """Return the description of a question's routes: its file is the only place that describes its parameters."""
    parameters = (*map(_parameter, asked.parameters), *SHOWN)
    return Description(media_types(RESULTS), parameters=parameters, text=asked.title, values=SUFFIXES)


def _parameter(one: QuestionParameter) -> Parameter:
    schema = {"number": {"type": "number"}, "date": {"type": "string", "format": "date"}}.get(one.type.name)
    return Parameter(
        one.name,
        f"{one.meaning} It is {one.type.written}; {one.default} if it is not given.",
        schema=schema or {"type": "string"},
    )


def _register(asked: CompetencyQuestion) -> None:
    view: Callable[..., Response] = partial(ask, asked)
    endpoint, described = asked.name.replace("-", "_"), _described(asked)
    for rule in (asked.name, f"{asked.name}.<any({','.join(SUFFIXES)}):suffix>"):
        blueprint.add_url_rule(f"/questions/{rule}", endpoint, view, methods=["GET"], described=described)


for _one in questions():
    _register(_one)
