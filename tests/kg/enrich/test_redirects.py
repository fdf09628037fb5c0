"""The next build takes the redirects of an endpoint as proof that two titles belong to one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from kg.enrich import adopt, run, source
from kg.enrich.redirects import redirects
from kg.enrich.run import Enriched, Wish
from kg.entities.aliases import Redirect
from kg.events.ledger_file import LedgerFile
from kg.events.lines import Alias
from kg.lookup.locate import Location, locate
from kg.pipeline.run import Built, build
from kg.rdf.prefixes import compact
from kg.rdf.terms import PREF_LABEL, REDIRECTS, REPLACED_BY
from kg.settings import Settings
from kg.store import amend
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from tests.kg.enrich.conftest import START, FakeTime
from tests.kg.remote.servers import oxigraph
from tests.paths import DATA

BASE = "http://127.0.0.1:8000/"
ENTITY = f"{BASE}entity/en/"
PAGE = (
    "{{Current events header|2011|11|08}}\n;News\n"
    "*The [[Mill Workers]] meet in [[Homs]]. [https://example.org/a (Example News)]\n"
    "*The [[Mill Workers]] leave [[Hama]] for [[Damascus]]. [https://example.org/b (Example News)]\n"
    "*The [[Millers' Union]] and the [[Party of Bread]] agree. [https://example.org/c (Example News)]\n"
    "*[[First Name]], [[Second Name]] and [[Third Name]] sing. [https://example.org/d (Example News)]\n"
    "*The [[Left Ring]] and the [[Right Ring]] ring. [https://example.org/e (Example News)]\n"
    "*The [[Siege of Homs]] goes on. [https://example.org/f (Example News)]\n"
    "*[[Two Ways]] lead to [[Nowhere]]. [https://example.org/g (Example News)]\n"
)

Archive = Callable[..., Path]
Commit = Callable[..., Path]


@pytest.fixture(scope="session")
def redirecting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Oxigraph server on loopback with tests/data/redirects.ttl."""
    with oxigraph(DATA / "redirects.ttl", tmp_path_factory.mktemp("redirects")) as address:
        yield address


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path / "store"), jobs=1, enrich_rate=1_000.0, enrich_languages="de")


@pytest.fixture
def root(archive: Archive) -> Path:
    return archive({"2011_November_8.txt": PAGE})


@pytest.fixture
def done(redirecting: str, root: Path, settings: Settings, time: FakeTime) -> Enriched:
    """An enriched snapshot of the page."""
    build([root], settings)
    return run.enrich(Wish(redirecting), settings, clock=time.clock)


@pytest.fixture
def built(done: Enriched, root: Path, settings: Settings) -> Built:
    """The build after it."""
    return build([root], settings)


def said(built: Built, name: str) -> set[str]:
    """Return the properties of an entity and their values, in the default graph and in those of sources."""
    quads = built.snapshot.open().quads_for_pattern(NamedNode(ENTITY + name), None, None)
    return {f"{compact(quad.predicate.value)} {getattr(quad.object, 'value', '')}" for quad in quads}


def canonical(graph: EmbeddedGraph) -> dict[str, str]:
    """Return the aliases of entities in a graph, with their targets."""
    found = [(str(quad.subject), quad) for quad in graph.quads_for_pattern(None, REPLACED_BY, None)]
    return {named(quad.subject): named(quad.object) for name, quad in found if name.startswith(f"<{ENTITY}")}


def named(term: Any) -> str:
    return str(term.value).removeprefix(ENTITY)


def aliases(settings: Settings) -> dict[str, tuple[str, str]]:
    """Return the aliases of entities in the ledger."""
    lines, below = LedgerFile(Store(Path(settings.store)).ledger).lines, "entity/en/"
    found = [one for one in lines if isinstance(one, Alias) and one.path.startswith(below)]
    return {one.path.removeprefix(below): (one.canonical.removeprefix(below), one.reason) for one in found}


# ---- From answers to redirects.


def test_a_redirect_is_a_statement_of_the_source(done: Enriched, settings: Settings) -> None:
    assert done.adopted["dbo:wikiPageRedirects"] == 8
    assert done.refused == {
        "several redirects of one entity": 2,
        "a redirect to something that is not an article there": 1,
    }
    graph = Store(Path(settings.store)).current().open()
    found = {quad.graph_name for quad in graph.quads_for_pattern(NamedNode(f"{ENTITY}Party_of_Bread"), REDIRECTS, None)}
    assert found == {DefaultGraph(), NamedNode(done.graph)}


def test_until_the_next_build_an_entity_that_redirects_is_what_it_was(done: Enriched, settings: Settings) -> None:
    snapshot = Store(Path(settings.store)).current()
    assert snapshot.manifest.shapes["conforms"]
    assert canonical(snapshot.open()) == {}
    assert locate(snapshot.open(), [f"{ENTITY}Mill_Workers"]) == Location(f"{ENTITY}Mill_Workers")


# ---- From redirects to the next build.


def test_a_redirect_makes_two_titles_one_thing(built: Built, done: Enriched, settings: Settings) -> None:
    stated = "redirect at " + done.graph.removeprefix(f"{BASE}enrichment/").replace("/", " on ")
    assert aliases(settings) == {
        "Mill_Workers": ("Millers'_Union", stated),
        "Party_of_Bread": ("S%C3%A3o_Exemplo_Front", stated),
        "First_Name": ("Third_Name", stated),
        "Second_Name": ("Third_Name", stated),
        "Right_Ring": ("Left_Ring", stated),
    }
    graph = built.snapshot.open()
    assert canonical(graph) == {alias: one for alias, (one, _) in aliases(settings).items()}
    assert built.report["shapes"]["conforms"]


def test_an_alias_has_no_other_statement(built: Built) -> None:
    for alias, one in canonical(built.snapshot.open()).items():
        assert said(built, alias) == {f"dcterms:isReplacedBy {ENTITY}{one}", "owl:deprecated true"}
        assert locate(built.snapshot.open(), [ENTITY + alias]) == Location(ENTITY + one)


def test_nothing_else_names_an_alias(built: Built) -> None:
    graph = built.snapshot.open()
    for alias in canonical(graph):
        assert list(graph.quads_for_pattern(None, None, NamedNode(ENTITY + alias))) == []


def test_a_target_that_is_not_printed_has_the_printed_title_as_another_label(built: Built) -> None:
    assert said(built, "S%C3%A3o_Exemplo_Front") == {
        "rdf:type https://w3id.org/newsgraph/ns#Entity",
        "rdfs:label São Exemplo Front",
        "skos:altLabel Party of Bread",
        "schema:sameAs https://en.wikipedia.org/wiki/S%C3%A3o_Exemplo_Front",
        "skos:closeMatch http://dbpedia.org/resource/S%C3%A3o_Exemplo_Front",
    }


def test_what_an_alias_was_said_to_be_is_held_back(
    built: Built, redirecting: str, settings: Settings, time: FakeTime
) -> None:
    assert "skos:prefLabel Müllerbund" in said(built, "Millers'_Union")
    assert "skos:prefLabel Mühlenarbeiter" not in said(built, "Millers'_Union")
    again = run.enrich(Wish(redirecting), settings, clock=time.clock)
    assert (again.asked, again.held_back[adopt.ALIAS]) == (1, 0)
    assert "skos:prefLabel Exemplofront" in said(Built(Store(Path(settings.store)).current()), "S%C3%A3o_Exemplo_Front")


def test_an_event_in_a_place_is_not_the_place_and_two_places_stay_two(built: Built) -> None:
    for name in ("Siege_of_Homs", "Homs", "Hama", "Damascus"):
        assert "rdf:type https://w3id.org/newsgraph/ns#Entity" in said(built, name)
    assert "skos:altLabel Siege of Homs" not in said(built, "Homs")


# ---- Permanence.


def test_joined_things_stay_joined_without_the_source(
    built: Built, root: Path, redirecting: str, settings: Settings
) -> None:
    before = canonical(built.snapshot.open())
    run.remove(redirecting, settings)
    again = build([root], settings)
    assert canonical(again.snapshot.open()) == before
    assert not list(again.snapshot.open().quads_for_pattern(None, REDIRECTS, None))


def test_a_build_with_the_same_redirects_changes_nothing(built: Built, root: Path, settings: Settings) -> None:
    ledger = Store(Path(settings.store)).ledger
    quads, text = {str(quad) for quad in built.snapshot.open()}, ledger.read_bytes()
    again = build([root], settings)
    assert {str(quad) for quad in again.snapshot.open()} == quads
    assert ledger.read_bytes() == text


def test_no_redirect_joins_what_people_split(built: Built, root: Path, settings: Settings) -> None:
    assert "Mill_Workers" in canonical(built.snapshot.open())
    amend.split(Store(Path(settings.store)), f"{ENTITY}Mill_Workers")
    again = build([root], settings)
    assert "Mill_Workers" not in canonical(again.snapshot.open())
    assert "skos:altLabel Mill Workers" not in said(again, "Millers'_Union")
    assert "skos:prefLabel Mühlenarbeiter" in said(again, "Mill_Workers")


def test_a_build_of_a_time_past_does_not_ask_the_sources(done: Enriched, settings: Settings, commit: Commit) -> None:
    repository = commit({"2011_November_8.txt": PAGE}, at=1_400_000_000)
    past = build([repository], replace(settings, as_of="2015-01-01T00:00:00Z"))
    assert canonical(past.snapshot.open()) == {}


# ---- Reading.


def source_of(folder: Path, endpoint: str, *triples: Triple) -> None:
    file = folder / source.path_of(endpoint, START)
    file.parent.mkdir(parents=True)
    source.write(file, triples)


def test_of_two_sources_that_disagree_the_first_counts(tmp_path: Path) -> None:
    subject = NamedNode(f"{ENTITY}A")
    for host, title in (("b.example", "C"), ("a.example", "S%C3%A3o_B")):
        article = NamedNode(f"http://dbpedia.org/resource/{title}")
        source_of(tmp_path, f"http://{host}/sparql", Triple(subject, REDIRECTS, article))
    assert redirects(tmp_path) == [Redirect(subject.value, "en", "São B", "a.example on 2026-11-23")]


def test_a_label_that_looks_like_a_redirect_is_none(tmp_path: Path) -> None:
    label = Literal(f"{REDIRECTS} <http://dbpedia.org/resource/B>", language="de")
    source_of(tmp_path, "http://a.example/sparql", Triple(NamedNode(f"{ENTITY}A"), PREF_LABEL, label))
    assert redirects(tmp_path) == []
