"""Results as a page shows them: a page of rows, with titles of things, and links to the whole result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote, urlencode

from flask import request

from endpoint.html.reader import ShownTerm
from endpoint.http.urls import Addresses
from endpoint.rendering.snippets import snippets
from endpoint.site.site import Site
from endpoint.sparql.request import QueryRequest
from endpoint.sparql.result_views import (
    FIGURED,
    Binding,
    ResultColumns,
    ResultView,
    Row,
    columns,
    result_bars,
    result_histogram,
    result_map,
    result_timeline,
)
from kg.errors import ParameterError
from kg.lookup.labels import Label
from kg.publish.answers.cited import CitedAnswer, CitedQuery
from kg.query.evaluate import Answer
from kg.query.syntax import varying
from kg.rdf.graph import named_node
from kg.rdf.prefixes import PREFIXES, compact
from kg.workers.operations import Labels
from kg.workers.workers import Workers

ROWS: Final = 20
"""The number of rows on a page: more would be a very long page on a phone."""
LONGEST: Final = 140
"""How many characters of a value are shown."""
LABELLED: Final = 500
"""How many things of a page have their titles looked up."""
RESULTS: Final = {"CSV": "csv", "TSV": "tsv", "JSON": "json", "XML": "xml"}
GRAPHS: Final = {"Turtle": "turtle", "JSON-LD": "jsonld", "RDF/XML": "rdfxml", "N-Triples": "ntriples"}
"""The formats offered for download, by their names on the page."""


def results_page(site: Site, workers: Workers, operation: QueryRequest, answer: Answer) -> str:
    """Return the page with the query form and the results below it."""
    asked = [("query", operation.query), *(("asOf", one) for one in (operation.as_of,) if one)]
    asked += [("snapshot", one) for one in (operation.snapshot,) if one]
    asked += [("default-graph-uri", one) for one in operation.default_graphs]
    asked += [("named-graph-uri", one) for one in operation.named_graphs]
    address = f"{site.addresses.local('sparql')}?{urlencode(asked)}"
    formats = GRAPHS if answer.form == "construct" else RESULTS
    return site.frame.page(
        "sparql.html",
        prefixes=PREFIXES,
        query=operation.query,
        downloads={label: f"{address}&format={name}" for label, name in formats.items()},
        cite=_citable(site.addresses, operation, answer),
        snippets=() if answer.form == "construct" else snippets(site.addresses.absolute("sparql"), operation.query),
        **shown_results(site.addresses, workers, answer, lambda more: f"{address}&{urlencode(more)}"),
    )


def _citable(addresses: Addresses, operation: QueryRequest, answer: Answer) -> str:
    """Return the citation address of an answer; "" if it cannot be cited, or has a data set of its own."""
    if varying(operation.query) or operation.default_graphs or operation.named_graphs:
        return ""
    return addresses.local(CitedAnswer(CitedQuery(operation.query), answer.snapshot).path)


def shown_results(
    addresses: Addresses, workers: Workers, answer: Answer, at: Callable[[Mapping[str, str]], str]
) -> dict[str, Any]:
    """Return an answer for the results template; ``at`` returns the address with more parameters.

    Titles of things come from ``workers``. Raises ParameterError for a page or view that does not exist.
    """
    shown: dict[str, Any] = {"form": answer.form}
    if answer.form == "construct":
        return shown | {"turtle": answer.body.decode()}
    results = json.loads(answer.body)
    if "boolean" in results:
        return shown | {"boolean": results["boolean"]}
    names: list[str] = results["head"]["vars"]
    rows: list[Row] = results["results"]["bindings"]
    found = columns(names, rows)
    view = _view(found)
    shown |= {"names": names, "count": len(rows), "view": view}
    shown["views"] = {one: at({"view": one}) for one in found.views} if len(found.views) > 1 else {}
    if view == ResultView.TABLE:
        return shown | _table(names, rows, addresses, workers, at)
    return shown | _figure(view, found, names, rows[:FIGURED], addresses, workers)


def _view(found: ResultColumns) -> ResultView:
    text = request.values.get("view", ResultView.TABLE)
    view = next((one for one in found.views if one == text), None)
    if view is None:
        raise ParameterError(f"view must be {' or '.join(found.views)} for these columns", "view", found.views)
    return view


def _table(
    names: Sequence[str],
    bindings: Sequence[Row],
    addresses: Addresses,
    workers: Workers,
    at: Callable[[Mapping[str, str]], str],
) -> dict[str, Any]:
    page = _page_number(len(bindings))
    rows = bindings[ROWS * (page - 1) : ROWS * page]
    titles = workers.ask(Labels(_iris(rows)))
    table = [_cells([row.get(name) for name in names], addresses, titles) for row in rows]
    before = at({"page": str(page - 1)}) if page > 1 else ""
    after = at({"page": str(page + 1)}) if ROWS * page < len(bindings) else ""
    return {"rows": table, "first": ROWS * (page - 1) + 1, "turns": (before, after)}


def _figure(
    view: ResultView,
    found: ResultColumns,
    names: Sequence[str],
    rows: Sequence[Row],
    addresses: Addresses,
    workers: Workers,
) -> dict[str, Any]:
    shown: dict[str, Any] = {"of": len(rows)}
    if view == ResultView.MAP:
        return shown | {"figure": result_map(found, names, rows, addresses)}
    if view == ResultView.CHART and found.period:
        return shown | {"figure": result_histogram(found, rows, addresses)}
    titles = workers.ask(Labels(_iris([{"": row[found.thing]} for row in rows if found.thing in row])))
    if view == ResultView.TIMELINE:
        return shown | {"figure": result_timeline(found, rows, addresses, titles)}
    return shown | {"bars": result_bars(found, rows, addresses, titles)}


def _page_number(count: int) -> int:
    text, last = request.values.get("page", "1"), max(1, -(-count // ROWS))
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text, re.ASCII) or int(text) > last:
        raise ParameterError(f"page must be a number from 1 to {last}", "page")
    return int(text)


def _iris(rows: Sequence[Row]) -> tuple[str, ...]:
    found = (one["value"] for row in rows for one in row.values() if one["type"] == "uri")
    return tuple(one for one in list(dict.fromkeys(found))[:LABELLED] if named_node(one))


def _cells(row: Sequence[Binding | None], addresses: Addresses, titles: Mapping[str, Label]) -> list[ShownTerm | None]:
    """Return a row as shown: a title next to its thing becomes the link, and is not repeated."""
    texts = {one["value"] for one in row if one and one["type"] == "literal"}
    told = {one["value"]: titles[one["value"]][0] for one in row if one and one["value"] in titles}
    led = {text: iri for iri, text in told.items() if text in texts}
    others = {iri: label for iri, label in titles.items() if iri not in led.values()}
    return [_cell(one, addresses, others, led) if one else None for one in row]


def _cell(binding: Binding, addresses: Addresses, titles: Mapping[str, Label], led: Mapping[str, str]) -> ShownTerm:
    value = binding["value"]
    if binding["type"] == "uri":
        href = addresses.href(value)
        text, language = titles.get(value, (path_of(value, addresses), ""))
        return ShownTerm(shortened(text), href, href == value, language or None, iri=value)
    if binding["type"] not in ("literal", "typed-literal"):
        return ShownTerm(f"_:{value}" if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    datatype = compact(binding.get("datatype", ""))
    href = addresses.href(led[value]) if value in led else None
    return ShownTerm(shortened(value), href, language=binding.get("xml:lang"), datatype=datatype)


def path_of(iri: str, addresses: Addresses) -> str:
    """Return the displayed form of an IRI without a title: its path below the base, or its prefixed name."""
    text = iri.removeprefix(addresses.base)
    return unquote(compact(iri) if text == iri else text)


def shortened(text: str) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
