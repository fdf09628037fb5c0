"""Aliases found from all months together only occur in the graph where they are said to be aliases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from kg.entities.nodes import Nodes
from kg.entities.places import gazetteer
from kg.events import ledger_file
from kg.events.ledger import Ledger
from kg.pipeline.kept_months import ConvertedMonth
from kg.pipeline.outcome import Outcome
from kg.pipeline.renaming import pending
from kg.pipeline.run import build, quads
from kg.rdf import NamedNode, terms
from kg.rdf.iri import Minter
from kg.settings import Settings
from kg.store import amend
from kg.store.layout import Store

BASE = "http://127.0.0.1:8000/"
HEADER = "{{Current events header|%s}}\n;Armed conflicts and attacks\n"
PAGES = {
    "2011_November_8.txt": HEADER % "2011|11|08"
    + "*[[Example civil war]]\n**Shops close in [[Homs]]. [https://example.org/1 (Example News)]\n"
    + "**Shops open in [[Hama]]. [https://example.org/2 (Example News)]\n",
    "2011_December_2.txt": HEADER % "2011|12|02"
    + "*[[Example Civil War]]\n**Bakers meet in [[Homs]]. [https://example.net/3 (Sample Post)]\n",
}
ALIAS, CANONICAL = (NamedNode(f"{BASE}entity/en/{name}") for name in ("Example_Civil_War", "Example_civil_war"))

Archive = Callable[..., Path]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path / "store"))


def triples(store: Path) -> set[tuple[str, str, str]]:
    graph = Store(store).current().open()
    return {(str(q.subject), str(q.predicate), str(q.object)) for q in graph.quads_for_pattern(None, None, None, None)}


def test_the_events_of_two_spellings_are_those_of_one_node(archive: Archive, settings: Settings) -> None:
    build([archive(PAGES, "archive")], settings)
    graph = Store(Path(settings.store)).current().open()
    named = [quad.subject for quad in graph.quads_for_pattern(None, terms.TOPIC, CANONICAL, None)]
    assert sum("/revision/" not in str(one) for one in named) == 3
    assert list(graph.quads_for_pattern(None, None, ALIAS, None)) == []
    said = {(quad.predicate, str(quad.object)) for quad in graph.quads_for_pattern(ALIAS, None, None, None)}
    assert said == {(terms.REPLACED_BY, str(CANONICAL)), (terms.DEPRECATED, str(terms.TRUE))}
    labels = {str(quad.object) for quad in graph.quads_for_pattern(CANONICAL, terms.ALT_LABEL, None, None)}
    assert labels == {'"Example Civil War"@en'}


def test_the_quads_without_a_store_are_those_of_a_store(archive: Archive, settings: Settings) -> None:
    root = archive(PAGES, "archive")
    build([root], settings)
    found = {(str(q.subject), str(q.predicate), str(q.object)) for q in quads([root], settings)}
    assert found == triples(Path(settings.store))


def test_a_month_that_is_kept_names_the_canonical_node_after_a_later_month_tells_of_it(
    archive: Archive, settings: Settings
) -> None:
    build([archive({name: PAGES[name] for name in ["2011_December_2.txt"]}, "first")], settings)
    second = build([archive(PAGES, "first")], settings)
    whole = build([archive(PAGES, "whole")], Settings(store=f"{settings.store}-2"))
    assert second.report["months"] == {"all": 2, "new": 1}
    assert whole.report["counts"]["entities"] == second.report["counts"]["entities"]
    again = build([archive(PAGES, "first")], settings)
    assert again.report["months"] == {"all": 2, "new": 0}
    assert again.report["counts"] == second.report["counts"]


def test_the_shards_of_a_build_are_its_graph(archive: Archive, settings: Settings) -> None:
    build([archive(PAGES, "archive")], settings)
    store = Store(Path(settings.store))
    lines = (parse(path=str(file), format=RdfFormat.N_TRIPLES) for file in store.kept_months.glob("*.nt"))
    found = {(str(q.subject), str(q.predicate), str(q.object)) for some in lines for q in some}
    assert found == triples(Path(settings.store))


def test_the_ledger_keeps_the_alias_and_why_it_is_one(archive: Archive, settings: Settings) -> None:
    build([archive(PAGES, "archive")], settings)
    known = Ledger(ledger_file.read(Store(Path(settings.store)).ledger))
    assert known.aliases["entity/en/Example_Civil_War"] == "entity/en/Example_civil_war"
    assert known.names["entity/en/Example_civil_war"] == "Example civil war"


def test_the_canonical_node_stays_when_the_other_spelling_is_named_more(archive: Archive, settings: Settings) -> None:
    build([archive(PAGES, "archive")], settings)
    more = "".join(f"**Bakers meet {n} times in [[Homs]]. [https://example.net/{n} (Sample Post)]\n" for n in range(4))
    pages: Mapping[str, str] = PAGES | {"2011_December_2.txt": PAGES["2011_December_2.txt"] + more}
    found = build([archive(pages, "archive-2")], settings)
    assert {"alias": str(ALIAS.value), "is": str(CANONICAL.value)}.items() <= found.report["aliases"][0].items()


def test_the_report_has_every_alias_with_its_evidence_in_this_build_and_in_the_next(
    archive: Archive, settings: Settings
) -> None:
    for _ in range(2):
        told = build([archive(PAGES, "archive")], settings).report["aliases"]
        assert told == [
            {
                "alias": ALIAS.value,
                "is": CANONICAL.value,
                "since": "beside entity/en/Homs on 2011-11-08 and 2011-12-02",
            },
            {
                "alias": f"{BASE}publisher/example-news",
                "is": f"{BASE}publisher/example.org",
                "since": "a printed label",
            },
            {
                "alias": f"{BASE}publisher/sample-post",
                "is": f"{BASE}publisher/example.net",
                "since": "a printed label",
            },
        ]


def test_a_thing_that_no_event_names_any_more_keeps_its_name(archive: Archive, settings: Settings) -> None:
    build([archive(PAGES, "archive")], settings)
    edited = PAGES | {"2011_November_8.txt": PAGES["2011_November_8.txt"].replace("[[Hama]]", "Hama")}
    build([archive(edited, "archive")], settings)
    graph = Store(Path(settings.store)).current().open()
    said = graph.quads_for_pattern(NamedNode(f"{BASE}entity/en/Hama"), None, None, None)
    assert {(quad.predicate, str(quad.object)) for quad in said} == {
        (terms.TYPE, str(terms.ENTITY)),
        (terms.LABEL, '"Hama"@en'),
    }


def test_things_that_only_a_withdrawn_event_named_are_not_described(archive: Archive, settings: Settings) -> None:
    root = archive(PAGES, "archive")
    build([root], settings)
    store = Store(Path(settings.store))
    hama = NamedNode(f"{BASE}entity/en/Hama")
    [event] = {
        str(quad.subject.value)
        for quad in store.current().open().quads_for_pattern(None, terms.ABOUT, hama, None)
        if "/revision/" not in str(quad.subject)
    }
    amend.withdraw(store, event)
    build([root], settings)
    assert list(store.current().open().quads_for_pattern(hama, None, None, None)) == []


def test_a_split_takes_the_two_names_apart_for_good(archive: Archive, settings: Settings) -> None:
    root = archive(PAGES, "archive")
    build([root], settings)
    store = Store(Path(settings.store))
    amend.split(store, ALIAS.value)
    for _ in range(2):
        assert all(one["alias"] != ALIAS.value for one in build([root], settings).report["aliases"])
        graph = store.current().open()
        assert len(list(graph.quads_for_pattern(None, terms.TOPIC, ALIAS, None))) == 2
        assert len(list(graph.quads_for_pattern(None, terms.TOPIC, CANONICAL, None))) == 4


def test_people_can_say_that_two_things_are_one(archive: Archive, settings: Settings) -> None:
    root = archive(PAGES, "archive")
    build([root], settings)
    store = Store(Path(settings.store))
    amend.merge(store, f"{BASE}entity/en/Hama", f"{BASE}entity/en/Homs")
    build([root], settings)
    graph = store.current().open()
    homs, hama = (NamedNode(f"{BASE}entity/en/{name}") for name in ("Homs", "Hama"))
    assert list(graph.quads_for_pattern(None, None, hama, None)) == []
    assert len(list(graph.quads_for_pattern(None, terms.ABOUT, homs, None))) == 6


def test_an_event_that_a_folder_lists_no_more_still_says_what_it_was(archive: Archive, settings: Settings) -> None:
    first = build([archive(PAGES, "archive")], settings).snapshot.open()
    [revision] = (
        q.subject
        for q in first.quads_for_pattern(None, terms.NAME, None)
        if "Bakers" in str(q.object) and "/revision/" in str(q.subject)
    )
    [event] = (q.object for q in first.quads_for_pattern(revision, terms.SPECIALIZATION_OF, None))
    edited = PAGES | {"2011_December_2.txt": HEADER % "2011|12|02" + "*A new bullet of [[Homs]].\n"}
    second = build([archive(edited, "archive")], settings).snapshot.open()
    said = {
        (q.predicate, str(q.object)) for one in (event, revision) for q in second.quads_for_pattern(one, None, None)
    }
    assert said == {(terms.LABEL, '"Bakers meet in Homs."@en'), (terms.SPECIALIZATION_OF, str(event))}
    assert len(list(second.quads_for_pattern(None, terms.TYPE, terms.EVENT))) == 3


def test_a_canonical_node_that_becomes_an_alias_is_replaced_where_it_stands_for_another_one(tmp_path: Path) -> None:
    first, second, third = (f"{BASE}entity/en/{name}" for name in ("A", "B", "C"))
    month = ConvertedMonth(tmp_path / "month.nt", Outcome(), tmp_path / "month.named", (), renamed={first: second})
    nodes = Nodes(Minter(BASE), gazetteer.load())
    assert pending(month, nodes, {first: third, second: third}) == {second: third}
