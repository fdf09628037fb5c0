"""What the descriptions of months and years list."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.lookup import parts
from kg.lookup.describe import describe, total_of
from kg.rdf import terms
from kg.rdf.formats import by_name
from kg.rdf.serialize import represent
from kg.store.embedded import EmbeddedGraph
from tests.conftest import BASE

MONTH, YEAR = f"{BASE}month/2011-11", f"{BASE}year/2011"


def counts(graph: EmbeddedGraph, iri: str) -> dict[str, int]:
    """How many events each part of a month or a year has, as its description says."""
    found = describe(graph, iri, f"{BASE}doc/{iri.removeprefix(BASE)}")
    totals = {quad.subject: quad.object for quad in found if quad.predicate == terms.TOTAL_ITEMS}
    topics = {quad.object: quad.subject for quad in found if quad.predicate == terms.PRIMARY_TOPIC}
    parts = [quad.subject for quad in found if quad.predicate == terms.IS_PART_OF and quad.object == NamedNode(iri)]
    return {part.value.removeprefix(BASE): int(totals[topics[part]].value) for part in parts}  # type: ignore[union-attr]


def test_a_month_lists_its_days_and_a_year_its_months_with_how_many_events_there_are(graph: EmbeddedGraph) -> None:
    assert counts(graph, MONTH) == {"day/2011-11-07": 2, "day/2011-11-08": 1, "day/2011-11-09": 0}
    assert counts(graph, YEAR) == {"month/2011-11": 3}


def test_the_counts_are_those_that_the_documents_of_the_days_say_of_themselves(graph: EmbeddedGraph) -> None:
    for path, count in counts(graph, MONTH).items():
        document = f"{BASE}doc/{path}"
        assert total_of(describe(graph, f"{BASE}{path}", document), document) == count


def test_without_a_document_only_the_parts_are_listed(graph: EmbeddedGraph) -> None:
    found = describe(graph, YEAR)
    assert Quad(NamedNode(MONTH), terms.IS_PART_OF, NamedNode(YEAR)) in found
    assert not [quad for quad in found if quad.predicate == terms.TOTAL_ITEMS]


def test_a_month_has_no_pages(graph: EmbeddedGraph) -> None:
    assert total_of(describe(graph, MONTH, f"{BASE}doc/month/2011-11"), f"{BASE}doc/month/2011-11") == 0


def test_a_day_names_its_month(graph: EmbeddedGraph) -> None:
    found = describe(graph, f"{BASE}day/2011-11-08")
    assert Quad(NamedNode(MONTH), terms.LABEL, Literal("2011-11")) in found


def test_what_is_part_of_itself_is_described_all_the_same(graph: EmbeddedGraph) -> None:
    store = EmbeddedGraph()
    store.extend(graph)
    store.add(Quad(NamedNode(YEAR), terms.IS_PART_OF, NamedNode(YEAR)))
    assert counts(store, YEAR) == {"month/2011-11": 3, "year/2011": 0}


def test_no_more_than_a_hundred_parts_are_listed(graph: EmbeddedGraph) -> None:
    store = EmbeddedGraph()
    store.extend(graph)
    store.extend(Quad(NamedNode(f"{BASE}x/{one}"), terms.IS_PART_OF, NamedNode(YEAR)) for one in range(500))
    assert len(counts(store, YEAR)) == parts.MOST


@pytest.mark.parametrize(("iri", "parts"), [(MONTH, 3), (YEAR, 1)])
def test_the_framed_document_nests_the_parts(graph: EmbeddedGraph, iri: str, parts: int) -> None:
    document = json.loads(represent(describe(graph, iri, f"{BASE}doc/{iri.removeprefix(BASE)}"), by_name("jsonld")))
    assert (document["id"], document["type"], len(document["parts"])) == (iri, ["Period"], parts)
    assert all("totalItems" in one["document"] for one in document["parts"])
    assert "included" not in document
