"""Code snippets that run a query, for copying."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

from endpoint.rendering.language import message


@dataclass(frozen=True, slots=True)
class Snippet:
    """A snippet: its label, and its code."""

    title: str
    text: str


def snippets(endpoint: str, query: str) -> tuple[Snippet, ...]:
    """Return snippets that send a SELECT or ASK query to the SPARQL endpoint at an address."""
    python = _python(query)
    return (
        Snippet("curl", _CURL.format(endpoint=shlex.quote(endpoint), query=shlex.quote(query))),
        Snippet(message("Python, with pandas"), _PANDAS.format(endpoint=json.dumps(endpoint), query=python)),
        Snippet(message("Python, with SPARQLWrapper"), _WRAPPER.format(endpoint=json.dumps(endpoint), query=python)),
        Snippet("R", _R.format(endpoint=json.dumps(endpoint), query=_r(query))),
    )


def file_snippets(address: str) -> tuple[Snippet, ...]:
    """Return snippets that read the CSV table at an address."""
    quoted = json.dumps(address)
    return (
        Snippet("curl", f"curl {shlex.quote(address)}"),
        Snippet(message("Python, with pandas"), f"import pandas\n\nrows = pandas.read_csv({quoted})\nprint(rows)"),
        Snippet("R", f"rows <- read.csv({quoted})\nprint(rows)"),
    )


_CURL = """curl --get {endpoint} -H 'Accept: text/csv' \\
  --data-urlencode query={query}"""
_PANDAS = """from urllib.parse import urlencode
import pandas

query = {query}
rows = pandas.read_csv({endpoint} + "?" + urlencode({{"query": query, "format": "csv"}}))
print(rows)"""
_WRAPPER = """from SPARQLWrapper import JSON, SPARQLWrapper

query = {query}
endpoint = SPARQLWrapper({endpoint})
endpoint.setQuery(query)
endpoint.setReturnFormat(JSON)
for row in endpoint.queryAndConvert()["results"]["bindings"]:
    print({{name: term["value"] for name, term in row.items()}})"""
_R = """query <- {query}
address <- paste0({endpoint}, "?format=csv&query=", URLencode(query, reserved = TRUE))
rows <- read.csv(address)
print(rows)"""


def _python(text: str) -> str:
    """Return a Python string literal; over several lines if nothing in it must be escaped."""
    plain = '"""' not in text and "\\" not in text and not text.endswith('"')
    return f'"""{text}"""' if plain else repr(text)


def _r(text: str) -> str:
    """Return a raw string of R (4.0 or later), with enough dashes that its end is not in the text."""
    dashes = next("-" * number for number in range(len(text) + 1) if f'){"-" * number}"' not in text)
    return f'r"{dashes}({text}){dashes}"'
