"""An alias of a thing leads to it in every format, and nothing else claims to be an alias."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from pyoxigraph import RdfFormat, parse

from kg.pipeline import run
from kg.rdf import terms
from kg.settings import Settings
from tests.endpoint.conftest import Send, Serving

BASE = "http://127.0.0.1:8000/"
PAGE = """{{Current events header|2011|11|08}}
;Armed conflicts and attacks
*[[Example civil war]]
**Shops close in [[Burma]] and in [[Homs]]. [https://example.org/1 (Example News)]
**Shops open in [[Myanmar]], near [[Homs]]. [https://example.org/2 (Example News)]
*[[Example Civil War]]
**Bakers of [[Homs]] talk to [[User talk:Example]]. [https://example.org/3 (Sample Post)]
"""
ALIASES = {"entity/en/Burma": "entity/en/Myanmar", "entity/en/Example_Civil_War": "entity/en/Example_civil_war"}


@pytest.fixture(scope="module")
def send(tmp_path_factory: pytest.TempPathFactory, serving: Serving) -> Iterator[Send]:
    root = tmp_path_factory.mktemp("alias")
    (root / "archive").mkdir()
    (root / "archive" / "2011_November_8.txt").write_text(PAGE)
    run.build([root / "archive"], Settings(store=str(root / "store"), jobs=1))
    with serving(Settings(store=str(root / "store"), port=0, query_memory=1_000_000_000)) as running:
        yield running


@pytest.mark.parametrize("alias", ALIASES)
@pytest.mark.parametrize("suffix", ["", ".ttl", ".html", ".jsonld", ".rdf", ".json"])
@pytest.mark.parametrize("form", ["", "doc/"])
def test_an_alias_leads_to_the_canonical_node_in_the_form_it_was_asked_for(send: Send, alias, suffix, form) -> None:
    reply = send(f"/{form}{alias}{suffix}")
    assert (reply.status, reply.headers["location"]) == (308, f"/{form}{ALIASES[alias]}{suffix}")


@pytest.mark.parametrize("alias", ALIASES)
def test_the_document_of_the_canonical_node_says_which_names_lead_to_it(send: Send, alias: str) -> None:
    triples = list(parse(send(f"/doc/{ALIASES[alias]}.nt").body, format=RdfFormat.N_TRIPLES))
    said = {(quad.predicate, str(quad.object)) for quad in triples if quad.subject.value == BASE + alias}
    assert said == {(terms.REPLACED_BY, f"<{BASE}{ALIASES[alias]}>"), (terms.DEPRECATED, str(terms.TRUE))}
    title = alias.rpartition("/")[2].replace("_", " ")
    labels = {str(quad.object) for quad in triples if quad.predicate == terms.ALT_LABEL}
    assert labels == {f'"{title}"@en'}


def test_sparql_has_all_events_at_the_canonical_node_and_none_at_the_alias(send: Send) -> None:
    for name, count in [("Myanmar", 2), ("Burma", 0), ("Example_civil_war", 3), ("Example_Civil_War", 0)]:
        query = f"SELECT ?e {{ ?e a ng:Event ; ng:topic|schema:about <{BASE}entity/en/{name}> }}"
        reply = send(f"/sparql?query={quote(query)}", "application/sparql-results+json")
        assert len(json.loads(reply.body)["results"]["bindings"]) == count, name


def test_a_title_that_no_article_can_have_is_not_an_entity_but_its_name_still_answers(send: Send) -> None:
    reply = send("/doc/entity/en/User_talk:Example.nt")
    said = parse(reply.body, format=RdfFormat.N_TRIPLES)
    ours = [quad for quad in said if quad.subject.value == f"{BASE}entity/en/User_talk:Example"]
    assert [(quad.predicate, str(quad.object)) for quad in ours] == [(terms.LABEL, '"User talk:Example"@en')]
    assert send("/entity/en/User_talk:Example").status == 303


def test_a_search_for_an_alias_finds_the_thing(send: Send) -> None:
    assert b"/entity/en/Myanmar" in send("/search?q=Burma", "text/html").body
