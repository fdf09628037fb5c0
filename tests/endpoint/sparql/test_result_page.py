"""Pages of query results."""

from __future__ import annotations

import ast
import html
import re
import shlex
from urllib.parse import urlencode

import pytest

from endpoint.rendering.snippets import file_snippets, snippets
from endpoint.sparql.result_page import ROWS

EVENTS = "SELECT ?e { ?e a <https://w3id.org/newsgraph/ns#Event> } ORDER BY ?e"
NUMBERS = "SELECT ?n { VALUES ?n { " + " ".join(map(str, range(2 * ROWS + 3))) + " } } ORDER BY ?n"


def page(send, query: str, **more: str):
    return send("/sparql?" + urlencode({"query": query, **more}), "text/html")


def cells(text: str) -> list[str]:
    return [html.unescape(re.sub(r"<[^>]*>", "", one)).strip() for one in re.findall(r"<td[^>]*>(.*?)</td>", text)]


def test_a_thing_is_shown_by_its_title_and_links_its_page(send) -> None:
    text = page(
        send, "SELECT ?p { VALUES ?p { <http://127.0.0.1:8000/entity/en/Homs> <http://127.0.0.1:8000/x> } }"
    ).text
    assert cells(text) == ["Homs", "x"]
    assert 'href="/entity/en/Homs" lang="en"' in text


def test_a_title_beside_its_thing_links_it_and_is_shown_once(send) -> None:
    query = 'SELECT ?title ?p { VALUES (?p ?title) { (<http://127.0.0.1:8000/entity/en/Homs> "Homs"@en) } }'
    text = page(send, query).text
    assert cells(text) == ["Homs", "entity/en/Homs"]
    assert len(re.findall(r'<td[^>]*><a href="/entity/en/Homs"', text)) == 2


def test_rows_come_in_pages_that_lead_to_each_other(send) -> None:
    pages = [page(send, NUMBERS, page=str(number)).text for number in (1, 2, 3)]
    assert [int(one) for text in pages for one in cells(text)] == list(range(2 * ROWS + 3))
    assert all(f"{2 * ROWS + 3} rows" in text for text in pages)
    after = html.unescape(re.findall(r'rel="next nofollow" href="([^"]*)"', pages[0])[0])
    assert cells(send(after, "text/html").text) == cells(pages[1])
    assert 'rel="prev' not in pages[0]
    assert 'rel="next' not in pages[2]


@pytest.mark.parametrize("number", ["0", "4", "x", "99999999999"])
def test_a_page_that_does_not_exist_is_refused(send, number: str) -> None:
    assert page(send, NUMBERS, page=number).status == 400


def test_a_long_value_is_shown_in_part_and_downloaded_whole(send) -> None:
    text = page(send, 'SELECT ("' + "a" * 5_000 + '" AS ?x) {}').text
    [shown] = cells(text)
    assert len(shown) < 500
    csv = html.unescape(re.findall(r'<a href="([^"]*)" rel="nofollow">CSV</a>', text)[0])
    assert "a" * 5_000 in send(csv).text


def test_downloads_ask_for_the_same_dataset(send) -> None:
    text = html.unescape(page(send, EVENTS, **{"default-graph-uri": "http://a.example/none"}).text)
    assert "default-graph-uri=http%3A%2F%2Fa.example%2Fnone&format=csv" in text


def test_unusual_terms_are_shown(send) -> None:
    query = 'SELECT * { VALUES (?a ?b) { ("x"@ar UNDEF) (<mailto:a@b.example> 1.5) } BIND (BNODE() AS ?c) }'
    text = page(send, query).text
    assert 'lang="ar" dir="rtl"' in text
    assert "mailto:a@b.example" in cells(text)
    assert any(one.startswith("_:") for one in cells(text))


# ---- Snippets.


QUERIES = [
    EVENTS,
    'SELECT ?x {\n  ?x ?y "it\'s"@en\n}',
    'ASK { ?x ?y """long "string" """ }',
    'ASK { ?x ?y "a\\\\b" }',
    'ASK { ?x ?y ")" }',
    'ASK { ?x ?y ")--" }',
    'ASK { ?x ?y "" } # "',
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_programs_in_python_ask_that_query(query: str) -> None:
    for one in snippets("http://a.example/sparql", query):
        if one.title.startswith("Python"):
            program = ast.parse(one.text)
            first = next(step for step in program.body if isinstance(step, ast.Assign))
            assert ast.literal_eval(first.value) == query


@pytest.mark.parametrize("query", QUERIES)
def test_the_string_of_r_ends_where_the_query_does(query: str) -> None:
    [program] = [one.text for one in snippets("http://a.example/sparql", query) if one.title == "R"]
    match = re.match(r'query <- r"(-*)\(', program)
    assert match
    rest = program[match.end() :]
    assert rest[: rest.index(f'){match[1]}"')] == query


@pytest.mark.parametrize("query", QUERIES)
def test_the_shell_reads_one_query(query: str) -> None:
    program = snippets("http://a.example/sparql", query)[0].text
    assert f"query={query}" in shlex.split(program)
    assert file_snippets("http://a.example/x.csv?q='")[0].text == "curl " + shlex.quote("http://a.example/x.csv?q='")
