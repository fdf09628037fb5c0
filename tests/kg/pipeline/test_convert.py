"""The result of all days together: days, related events, and sums that add up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.dialects.item import Tally
from kg.pipeline import run
from kg.pipeline.report import check_sums
from kg.rdf import terms
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"
DAY = "2011_November_8.txt"
SHOPS = "news/2011/11/8/shops-close.md"
HARBOUR = "news/2012/02/3/the-harbour-opens.md"

Archive = Callable[..., Path]


def page(title: str, *related: str) -> str:
    lines = "\n".join(f"{number}. {line}" for number, line in enumerate(related, 1))
    return f"### [2011-11-8](/news/2011/11/8/index.md)\n\n# {title}\n\n\n\n### Related:\n\n{lines}\n\n"


def graph_of(root: Path) -> EmbeddedGraph:
    store = EmbeddedGraph()
    store.extend(run.quads([root], Settings()))
    return store


def named(graph: EmbeddedGraph, title: str) -> list[NamedNode]:
    label = Literal(title, language="en")
    found = {quad.subject for quad in graph.quads_for_pattern(None, terms.NAME, label)}
    events = [one for one in found if Quad(one, terms.TYPE, terms.EVENT) in graph]
    return sorted((one for one in events if isinstance(one, NamedNode)), key=str)


def one(graph: EmbeddedGraph, title: str) -> NamedNode:
    (found,) = named(graph, title)
    return found


def values(graph: EmbeddedGraph, subject: NamedNode, predicate: NamedNode) -> set[str]:
    found = (quad.object for quad in graph.quads_for_pattern(subject, predicate, None))
    return {term.value for term in found if isinstance(term, NamedNode | Literal)}


def test_a_day_without_events_is_described(archive: Archive) -> None:
    graph = graph_of(archive({"2003_July_29.txt": "{{Current events header|2003|07|29}}"}))
    day = NamedNode(f"{BASE}day/2003-07-29")
    assert values(graph, day, terms.START_DATE) == {"2003-07-29"}
    assert list(graph.quads_for_pattern(None, terms.TYPE, terms.EVENT)) == []


def test_a_day_lies_in_a_month_and_that_in_a_year_which_have_a_first_and_a_last_day(archive: Archive) -> None:
    graph = graph_of(archive({"2004_February_29.txt": "{{Current events header|2004|02|29}}"}))
    day, month, year = (NamedNode(f"{BASE}{path}") for path in ("day/2004-02-29", "month/2004-02", "year/2004"))
    assert values(graph, day, terms.IS_PART_OF) == {month.value}
    assert values(graph, month, terms.IS_PART_OF) == {year.value}
    for period, dates in ((month, ("2004-02-01", "2004-02-29")), (year, ("2004-01-01", "2004-12-31"))):
        assert Quad(period, terms.TYPE, terms.PERIOD_OF_TIME) in graph
        assert values(graph, period, terms.LABEL) == {period.value.rpartition("/")[2]}
        assert (*values(graph, period, terms.PERIOD_START), *values(graph, period, terms.PERIOD_END)) == dates
    assert not values(graph, month, terms.START_DATE), "what lists events by date must not find it"


def test_the_months_of_events_that_are_only_named_as_related_are_described(archive: Archive) -> None:
    graph = graph_of(archive({SHOPS: page("Shops close. ", f"[The harbour opens. ](/{HARBOUR}) _Context: Homs_")}))
    assert Quad(NamedNode(f"{BASE}month/2012-02"), terms.IS_PART_OF, NamedNode(f"{BASE}year/2012")) in graph


def test_an_event_known_only_from_a_list_of_related_ones_has_title_date_and_labels(archive: Archive) -> None:
    related = f"[The harbour opens. ](/{HARBOUR}) _Context: Homs, Example Bay_"
    graph = graph_of(archive({SHOPS: page("Shops close. ", related)}))
    harbour = one(graph, "The harbour opens.")
    assert values(graph, harbour, terms.START_DATE) == {"2012-02-03"}
    assert values(graph, harbour, terms.MENTION_LABEL) == {"Homs", "Example Bay"}
    assert values(graph, harbour, terms.IDENTIFIER) == {"2012-02-03/the-harbour-opens"}
    assert values(graph, one(graph, "Shops close."), terms.RELATION) == {harbour.value}
    assert Quad(NamedNode(f"{BASE}day/2012-02-03"), terms.TYPE, terms.PERIOD_OF_TIME) in graph


def test_two_lists_that_name_one_related_event_name_one_event(archive: Archive) -> None:
    line = f"[The harbour opens. ](/{HARBOUR}) _Context: {{}}_"
    first, second = page("Shops close. ", line.format("Homs")), page("Banks close. ", line.format("Bay"))
    graph = graph_of(archive({SHOPS: first, "news/2011/11/8/banks-close.md": second}))
    harbour = one(graph, "The harbour opens.")
    assert values(graph, harbour, terms.MENTION_LABEL) == {"Homs", "Bay"}
    assert len(values(graph, harbour, terms.REVISION)) == 1


@pytest.mark.parametrize("shown", ["The harbour opens. ", "Another wording of it. "])
def test_a_related_event_with_a_page_of_its_own_is_linked_and_not_made_again(archive: Archive, shown: str) -> None:
    related = f"[{shown}](/{HARBOUR}) _Context: Homs_"
    harbour_page = page("The harbour opens. ").replace("2011-11-8", "2012-02-3")
    graph = graph_of(archive({SHOPS: page("Shops close. ", related), HARBOUR: harbour_page}))
    harbour = one(graph, "The harbour opens.")
    assert values(graph, one(graph, "Shops close."), terms.RELATION) == {harbour.value}
    assert len(list(graph.quads_for_pattern(None, terms.TYPE, terms.EVENT))) == 2
    assert values(graph, harbour, terms.MENTION_LABEL) == set()


def test_a_related_event_that_a_bullet_lists_is_linked_to_that_event(archive: Archive) -> None:
    related = "[Banks close. ](/news/2011/11/8/banks-close-2.md) _Context: Homs_"
    bullets = "{{Current events header|2011|11|08}}\n*Banks close. [https://example.org/b (B)]\n"
    graph = graph_of(archive({SHOPS: page("Shops close. ", related), DAY: bullets}))
    assert values(graph, one(graph, "Shops close."), terms.RELATION) == {one(graph, "Banks close.").value}


def test_an_event_that_lists_itself_is_not_related_to_itself(archive: Archive) -> None:
    graph = graph_of(archive({SHOPS: page("Shops close. ", f"[Shops close. ](/{SHOPS}) _Context: Homs_")}))
    assert values(graph, one(graph, "Shops close."), terms.RELATION) == set()
    (entry,) = (quad.subject for quad in graph.quads_for_pattern(None, terms.ABOUT, one(graph, "Shops close.")))
    assert str(entry).endswith("#related-1>")


def test_bullets_leaves_parents_items_and_events_add_up(sample_build: run.Built) -> None:
    n = sample_build.report["tally"]
    excluded = sum(sample_build.report["excluded"].values())
    assert n["bullets"] == n["leaves"] + n["topic"] + n["topic label"] + n["parent event"]
    assert n["leaves"] == n["leaf event"] + excluded
    assert n["items"] == n["leaf event"] + n["parent event"] + n["event pages"] + n["index items"]
    assert n["events"] == n["items"] - n["merged"] + n["events only listed as related"]
    assert n["pages"] == n["day pages"] + n["event pages"] + n["day indexes"] + n["front pages"]


@pytest.mark.parametrize("count", ["bullets", "leaves", "topic", "leaf event", "event pages", "merged", "events"])
def test_sums_that_are_off_stop_the_build(count: str) -> None:
    right = Tally()
    right.counts.update({"bullets": 3, "leaves": 2, "topic": 1, "leaf event": 2, "merged": 1, "events": 1})
    check_sums(right)
    right.counts[count] += 1
    with pytest.raises(AssertionError, match="add up"):
        check_sums(right)


def test_a_leaf_without_a_letter_is_excluded_and_counted(archive: Archive, tmp_path: Path) -> None:
    root = archive({DAY: "{{Current events header|2011|11|08}}\n*...\n*Shops close.\n"})
    built = run.build([root], Settings(store=str(tmp_path / "store"), jobs=1))
    assert built.report["excluded"] == {"leaf without text": 1}
    assert built.report["counts"]["events"] == 1


def test_two_bullets_of_one_day_with_one_wording_are_merged_and_counted(archive: Archive, tmp_path: Path) -> None:
    root = archive({DAY: "{{Current events header|2011|11|08}}\n*Shops close.\n*Shops  close.\n"})
    tally = run.build([root], Settings(store=str(tmp_path / "store"), jobs=1)).report["tally"]
    assert (tally["leaf event"], tally["merged"], tally["events"]) == (2, 1, 1)


def test_the_built_store_has_exactly_the_quads(sample: tuple[Path, ...], sample_build: run.Built) -> None:
    stored = {Quad(q.subject, q.predicate, q.object, q.graph_name) for q in sample_build.snapshot.open()}
    assert set(run.quads(sample, Settings())) == stored
