from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions

from kg.errors import NewsgraphError, QueryRefusedError, QuerySyntaxError
from kg.query.federate import federated
from kg.query.guard import check
from kg.query.service_clauses import CLAUSES, FederatedQuery, read
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from tests.examples import most
from tests.kg.query.test_guard_fuzz import SIGNS, WORDS

BASE = "http://base.example/x/"
ALLOWED = "http://allowed.example/sparql"
SETTINGS = Settings(services=ALLOWED)


def clauses(text: str) -> FederatedQuery:
    found = read(text, BASE, SETTINGS)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("query", "service"),
    [
        ("SELECT * { SERVICE <http://a.example/s> { ?s ?p ?o } }", "http://a.example/s"),
        ("ASK { service silent <http://a.example/s>{} }", "http://a.example/s"),
        ("ASK { SERVICE\n# <http://b.example/>\n<s> {} }", "http://base.example/x/s"),
        ("BASE <http://a.example/d/> ASK { SERVICE <../s?q> {} }", "http://a.example/s?q"),
        ("BASE <http://a.example/d/> BASE <e/> ASK { SERVICE <s> {} }", "http://a.example/d/e/s"),
        ("BASE <http://a.example/d/> PREFIX a: <e/> BASE <http://b.example/> ASK { SERVICE a:s {} }", None),
        ("PREFIX : <http://a.example/> ASK { SERVICE : {} }", "http://a.example/"),
        ("PREFIX a: <http://b/> PREFIX a: <http://a.example/> ASK { SERVICE a:b\\?c {} }", "http://a.example/b?c"),
        ("ASK { SERVICE schema:x {} }", "https://schema.org/x"),
        ("ASK{?s ?p 1SERVICE <http://a.example/s> {}}", "http://a.example/s"),
    ],
)
def test_a_service_is_the_iri_that_the_query_says(query: str, service: str | None) -> None:
    (found,) = clauses(query).clauses
    assert found.service == (service or "http://a.example/d/e/s")


def test_clauses_in_clauses_travel_with_them() -> None:
    found = clauses("ASK { SERVICE <a:> { { ?s ?p '}' } SERVICE SILENT <b:> { } } OPTIONAL { SERVICE <c:> {} } }")
    assert [one.service for one in found.clauses] == ["a:", "c:"]
    assert [(one.service, one.silent) for one in found.nested] == [("b:", True)]
    assert found.select(found.clauses[0]).endswith("SELECT * WHERE { { ?s ?p '}' } SERVICE SILENT <b:> { } }")


def test_the_prologue_travels_with_the_prefixes_that_are_known_only_here() -> None:
    found = clauses("# SELECT\nPREFIX a: <#>\nASK { ?s foaf:x 1 SERVICE <b:> { ?s schema:name a:x, _:b } }")
    start = f"BASE <{BASE}>\nPREFIX schema: <https://schema.org/>\n# SELECT\nPREFIX a: <#>\nSELECT * WHERE"
    assert found.select(found.clauses[0]).startswith(start)


def test_a_declared_prefix_is_the_one_that_travels() -> None:
    found = clauses("PREFIX schema: <x:> ASK { SERVICE <b:> { ?s schema:name 1 } }")
    assert "schema.org" not in found.select(found.clauses[0])


def test_the_query_without_its_clauses_has_all_else_where_it_was() -> None:
    text = "SELECT * {\n ?s ?p 'SERVICE' .\n SERVICE SILENT\n <a:> { ?s ?p ?o SERVICE <b:> {} }\n}"
    plain = clauses(text).without()
    assert len(plain) == len(text)
    assert plain.count("MINUS") == 2
    assert plain.split("\n")[0:2] == text.split("\n")[0:2]
    assert plain.index("{ ?s ?p ?o") == text.index("{ ?s ?p ?o")
    assert check(plain, SETTINGS) == "SELECT"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p 'SERVICE <a:> {}' } # SERVICE <a:> {}",
        "PREFIX service: <a:> SELECT * { ?service service:SERVICE <http://a/SERVICE> }",
    ],
)
def test_the_word_service_elsewhere_is_not_a_clause(query: str) -> None:
    assert read(query, BASE, SETTINGS) is None


@pytest.mark.parametrize(
    "query",
    [
        r"ASK { \u0053ERVICE <a:> {} }",
        r"ASK { SERVICE <\u0061:> {} }",
        r"ASK { ?s ?p '\u0022' SERVICE <a:> {} }",
        "ASK { ?s ?p trueSERVICE <a:> {} . SERVICE <a:> {} }",
        "PREFIX : <a:> ASK { service:a {} SERVICE :a {} }",
        "ASK { FILTER(?a<'>'||EXISTS{SERVICE <a:>{}}||'a'>'b') }",
        "ASK { FILTER(?a<1#>'''\n SERVICE <a:>{} #'''\n) SERVICE <a:> {} }",
        "ASK { VALUES ?x { <a:> } SERVICE ?x {} }",
        "ASK { " + "SERVICE <a:> {} " * (CLAUSES + 1) + "}",
    ],
)
def test_an_ambiguous_query_is_refused(query: str) -> None:
    with pytest.raises(QueryRefusedError):
        federated(query.replace("<a:>", f"<{ALLOWED}>"), SETTINGS, BASE)


@pytest.mark.parametrize(
    "query",
    [
        "SERVICE <a:> {}",
        "ASK { SERVICE",
        "ASK { SERVICE SILENT",
        "ASK { SERVICE 'a' {} }",
        "ASK { SERVICE <a:> }",
        "ASK { SERVICE <a:> { ",
        "ASK { SERVICE a:b {} }",
        "PREFIX a: <x:> ASK { SERVICE a:b. {} }",
        "PREFIX SILENT: <x:> ASK { SERVICE SILENT:a {} }",
        "PREFIX a <x:> ASK { SERVICE <a:> {} }",
        "BASE a: ASK { SERVICE <a:> {} }",
        "BASE",
        "BASE SERVICE",
        "VERSION '1.2' ASK { SERVICE <a:> {} }",
        "ASK { SERVICE <a:> {} } ; CLEAR ALL",
    ],
)
def test_anything_that_is_not_a_clause_is_a_syntax_error(query: str) -> None:
    with pytest.raises(QuerySyntaxError):
        read(f"{query} # SERVICE" if "SERVICE" in query else f"{query} SERVICE", BASE, SETTINGS)


@pytest.mark.parametrize(
    "query",
    [
        "ASK { SERVICE <http://other.example/sparql> {} }",
        "ASK { SERVICE SILENT <http://other.example/sparql> {} }",
        f"ASK {{ SERVICE <{ALLOWED}> {{ SERVICE <http://other.example/> {{}} }} }}",
        f"ASK {{ SERVICE <{ALLOWED}> {{}} SERVICE <http://allowed.example/other> {{}} }}",
        f"BASE <{ALLOWED}> ASK {{ SERVICE <//other.example/sparql> {{}} }}",
        f"PREFIX a: <{ALLOWED}> ASK {{ SERVICE a:x {{}} }}",
        "ASK { SERVICE <file:///etc/passwd> {} }",
    ],
)
def test_every_service_must_be_allowed_also_if_silent_or_nested(query: str) -> None:
    with pytest.raises(QueryRefusedError):
        federated(query, SETTINGS, BASE)


def test_the_refusal_names_the_host_and_says_who_decides() -> None:
    with pytest.raises(QueryRefusedError, match=r"http://other\.example: whoever runs it decides"):
        federated("ASK { SERVICE <http://other.example/x> {} }", SETTINGS, BASE)


def test_without_the_setting_every_service_is_refused() -> None:
    with pytest.raises(QueryRefusedError, match="remove SERVICE"):
        federated(f"ASK {{ SERVICE <{ALLOWED}> {{}} }}", Settings(), BASE)


PIECES = st.lists(st.sampled_from((*SIGNS, *WORDS, f"SERVICE <{ALLOWED}> {{")), max_size=16)


@examples(max_examples=most(600))
@given(pieces=PIECES, glue=st.sampled_from(("", " ")), prologue=st.sampled_from(("", "PREFIX a: <x:y> ", "BASE <b:> ")))
def test_in_any_text_every_service_that_would_be_asked_is_allowed(pieces: list[str], glue: str, prologue: str) -> None:
    text = f"{prologue}SELECT * {{ {glue.join(pieces)}{glue}SERVICE <{ALLOWED}> {{ ?a ?b ?c }} }}"
    with suppress(NewsgraphError):
        _, query = federated(text, SETTINGS, BASE)
        assert query is None or {one.service for one in (*query.clauses, *query.nested)} == {ALLOWED}
        if query is not None:
            check(query.without(), SETTINGS)  # no part of SERVICE is left for the engine
            check(query.without(""), SETTINGS)


@examples(max_examples=most(300))
@given(pieces=PIECES, glue=st.sampled_from((" ", "\n")))
def test_where_the_engine_finds_a_query_it_finds_the_same_clauses(pieces: list[str], glue: str) -> None:
    text = f"SELECT * {{ {glue.join(pieces)}{glue}SERVICE <{ALLOWED}> {{ ?a ?b ?c }} }}"
    with suppress(NewsgraphError, SyntaxError, RuntimeError):
        _, query = federated(text, SETTINGS, BASE)
        assert isinstance(EmbeddedGraph().query(query.without() if query else text), QuerySolutions)
        for clause in query.clauses if query else ():
            assert isinstance(EmbeddedGraph().query(query.select(clause, query.without(""))), QuerySolutions)
