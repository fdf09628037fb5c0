"""The answers of another endpoint are a named graph, with a document about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg.enrich import adopt, source
from kg.enrich.source import Provenance
from kg.rdf import terms
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store

BASE = "http://127.0.0.1:8000/"
HOMS = NamedNode(f"{BASE}entity/en/Homs")
ASKED = datetime(2026, 11, 23, 8, tzinfo=UTC)
KNOWN = Provenance("https://dbpedia.org/sparql", "SELECT ...", "https://example.org/licence", ASKED, ASKED, 1)
PATH = "enrichment/dbpedia.org/2026-11-23"

Send = Callable[..., Any]
Serving = Callable[[Settings], AbstractContextManager[Send]]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory, served_store: Path, settings: Settings) -> Settings:
    """Settings of a store with tests/data/served.ttl and a source of enrichment."""
    store = tmp_path_factory.mktemp("enriched") / "store"
    here = Store(served_store).current()
    with Store(store).drafting() as draft:
        here.open().backup(str(draft / "db"))
        file = draft / source.path_of(KNOWN.endpoint, ASKED)
        file.parent.mkdir(parents=True)
        graph = source.graph_of(BASE, file.relative_to(draft))
        label = Triple(HOMS, terms.PREF_LABEL, Literal("حمص", language="ar"))
        source.write(file, [label, *source.provenance(graph, KNOWN)])
        database = EmbeddedGraph(str(draft / "db"))
        adopt.adopt(database, draft, BASE)
        database.flush()
        del database
        Store(store).publish(draft, here.manifest, keep=1)
    return replace(settings, store=str(store))


@pytest.fixture
def send(sent: Settings, serving: Serving) -> Iterator[Send]:
    with serving(sent) as sending:
        yield sending


def test_the_graph_of_a_source_has_a_document(send: Send) -> None:
    reply = send(f"/{PATH}", "text/turtle")
    assert reply.status == 200
    assert "void:Dataset" in reply.text
    assert "<https://example.org/licence>" in reply.text
    assert "prov:startedAtTime" in reply.text
    assert send(f"/{PATH}.html").status == 200
    assert send("/enrichment/dbpedia.org/2026-11-24").status == 404


def test_a_label_from_elsewhere_is_in_the_default_graph_and_in_that_of_its_source(send: Send) -> None:
    assert "حمص" in send("/doc/entity/en/Homs.ttl").text
    assert asked(send, 'ASK { ?place skos:prefLabel "حمص"@ar }') == ["true"]
    assert asked(send, 'SELECT ?g { GRAPH ?g { ?place skos:prefLabel "حمص"@ar } }') == ["g", f"{BASE}{PATH}"]


def asked(send: Send, query: str) -> list[str]:
    reply = send("/sparql", "text/csv", "POST", query.encode(), Content_Type="application/sparql-query")
    return str(reply.text).split()
