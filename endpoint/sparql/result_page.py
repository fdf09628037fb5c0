"""The page that shows the results of a query below its form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlencode

from endpoint.html.reader import ShownTerm
from endpoint.http.urls import Addresses
from endpoint.site.site import Site
from endpoint.sparql.request import QueryRequest
from kg.query.evaluate import Answer
from kg.rdf.prefixes import PREFIXES, compact

ROWS: Final = 1_000
RESULTS: Final = {"CSV": "csv", "TSV": "tsv", "JSON": "json", "XML": "xml"}
GRAPHS: Final = {"Turtle": "turtle", "JSON-LD": "jsonld", "RDF/XML": "rdfxml", "N-Triples": "ntriples"}
"""What is offered for downloading, by what it is called on the page."""


def results_page(site: Site, operation: QueryRequest, answer: Answer) -> str:
    """Return the page with the query form and the results below it."""
    shown = shown_results(site, answer)
    names = GRAPHS if answer.form == "construct" else RESULTS
    asked = f"{site.addresses.local('sparql')}?{urlencode({'query': operation.query})}"
    downloads = {label: f"{asked}&format={name}" for label, name in names.items()}
    return site.frame.page("sparql.html", prefixes=PREFIXES, query=operation.query, downloads=downloads, **shown)


def shown_results(site: Site, answer: Answer) -> dict[str, Any]:
    """Return what the template of results shows of an answer."""
    shown: dict[str, Any] = {"form": answer.form}
    if answer.form == "construct":
        return shown | {"turtle": answer.body.decode()}
    return shown | _table(json.loads(answer.body), site.addresses)


def _table(results: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    if "boolean" in results:
        return {"boolean": results["boolean"]}
    names: list[str] = results["head"]["vars"]
    bindings: list[Mapping[str, Any]] = results["results"]["bindings"]
    rows = [[_cell(row.get(name), addresses) for name in names] for row in bindings[:ROWS]]
    return {"names": names, "rows": rows, "count": len(bindings)}


def _cell(binding: Mapping[str, Any] | None, addresses: Addresses) -> ShownTerm | None:
    if binding is None:
        return None
    if binding["type"] == "uri":
        href = addresses.href(binding["value"])
        text = binding["value"].removeprefix(addresses.base)
        shown = compact(binding["value"]) if text == binding["value"] else text
        return ShownTerm(unquote(shown), href, href == binding["value"], iri=binding["value"])
    if binding["type"] not in ("literal", "typed-literal"):
        return ShownTerm(_text(binding))
    return ShownTerm(binding["value"], language=binding.get("xml:lang"), datatype=compact(binding.get("datatype", "")))


def _text(binding: Mapping[str, Any]) -> str:
    value = binding["value"]
    return f"_:{value}" if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
