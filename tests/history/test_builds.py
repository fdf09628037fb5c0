"""Builds of archives with their history: stable IRIs, facts about what was shown when, and equal builds."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.pipeline import run
from kg.pipeline.run import Built
from kg.rdf import terms
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

DAY, NEXT_DAY = "2011_November_8.txt", "2011_November_9.txt"
FERRY = "*A ferry runs aground near [[Port Example]]; 12 passengers are injured. [https://example.org/f (Example News)]"
TRAMS = "*Two trams collide in [[Exampleton]]; nobody is hurt. [https://example.org/t (Example Daily)]"
FERRY_TITLE = "A ferry runs aground near Port Example; 12 passengers are injured."
TRAMS_TITLE = "Two trams collide in Exampleton; nobody is hurt."
NOON, ONE, TWO, THREE = (f"2011-11-08T{hour}:00:00Z" for hour in (12, 13, 14, 15))

NewRepository = Callable[..., Any]
WriteArchive = Callable[..., Path]


def settings_of(store: Path, *, history: bool = True) -> Settings:
    return Settings(store=str(store), jobs=1, history=history)


def graph_of(*roots: Path, history: bool = True) -> EmbeddedGraph:
    graph = EmbeddedGraph()
    graph.extend(run.quads(roots, Settings(history=history)))
    return graph


def lines_of(built: Built) -> list[str]:
    """Return the canonical N-Quads of a snapshot, which has no blank nodes."""
    return sorted(str(quad) for quad in built.snapshot.open())


def values(graph: EmbeddedGraph, subject: NamedNode, predicate: NamedNode) -> list[str]:
    found = (quad.object for quad in graph.quads_for_pattern(subject, predicate, None))
    return sorted(term.value for term in found if isinstance(term, NamedNode | Literal))


def events(graph: EmbeddedGraph) -> dict[str, str]:
    """Return the names of all events by their IRIs."""
    found = (quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.EVENT))
    return {one.value: values(graph, one, terms.NAME)[0] for one in found if isinstance(one, NamedNode)}


def event(graph: EmbeddedGraph, title: str) -> NamedNode:
    (found,) = [NamedNode(iri) for iri, name in events(graph).items() if name == title]
    return found


def intervals(graph: EmbeddedGraph, event: NamedNode) -> dict[str, tuple[list[str], list[str]]]:
    """Return the starts and the ends of the intervals of each revision of an event, by title."""
    revisions = map(NamedNode, values(graph, event, terms.REVISION))
    return {
        values(graph, one, terms.NAME)[0]: (
            values(graph, one, terms.OBSERVED_FROM),
            values(graph, one, terms.OBSERVED_UNTIL),
        )
        for one in revisions
    }


# ---- Facts.


def test_a_removed_event_keeps_its_document_with_the_time_it_was_no_longer_shown(new_repository: NewRepository) -> None:
    repository = new_repository([(0, {DAY: [FERRY, TRAMS]}), (1, {DAY: [TRAMS]}), (2, {DAY: [TRAMS, ""]})])
    graph = graph_of(repository.root)
    ferry = event(graph, FERRY_TITLE)
    assert values(graph, ferry, terms.INVALIDATED_AT) == [ONE]
    assert intervals(graph, ferry) == {FERRY_TITLE: ([NOON], [ONE])}
    assert len(values(graph, ferry, terms.CURRENT_REVISION)) == len(values(graph, ferry, terms.SOURCE)) == 1
    assert values(graph, event(graph, TRAMS_TITLE), terms.INVALIDATED_AT) == []


def test_each_revision_of_a_removed_event_comes_from_an_entry_that_is_described(new_repository: NewRepository) -> None:
    other = FERRY.replace("12", "15")
    graph = graph_of(new_repository([(0, {DAY: [FERRY]}), (1, {DAY: [other]}), (2, {DAY: [TRAMS]})]).root)
    (ferry,) = [NamedNode(iri) for iri, name in events(graph).items() if name.startswith("A ferry")]
    for revision in map(NamedNode, values(graph, ferry, terms.REVISION)):
        (entry,) = values(graph, revision, terms.DERIVED_FROM)
        assert values(graph, NamedNode(entry), terms.PRINTED_TEXT) != []


def test_a_moved_event_keeps_its_iri_and_has_the_date_of_its_new_day(new_repository: NewRepository) -> None:
    repository = new_repository([(0, {DAY: [FERRY, TRAMS]}), (1, {DAY: [TRAMS], NEXT_DAY: [FERRY]})])
    graph = graph_of(repository.root)
    ferry = event(graph, FERRY_TITLE)
    assert "/event/2011-11-08/" in ferry.value
    assert values(graph, ferry, terms.START_DATE) == ["2011-11-09"]
    assert [day[-10:] for day in values(graph, ferry, terms.TEMPORAL)] == ["2011-11-09"]
    assert values(graph, ferry, terms.INVALIDATED_AT) == []
    assert intervals(graph, ferry) == {FERRY_TITLE: ([NOON], [])}


def test_a_wording_that_comes_back_has_several_intervals(new_repository: NewRepository) -> None:
    other = FERRY.replace("12", "15")
    pages = [FERRY, other, FERRY, other]
    graph = graph_of(new_repository([(hours, {DAY: [line]}) for hours, line in enumerate(pages)]).root)
    found = intervals(graph, event(graph, FERRY_TITLE.replace("12", "15")))
    assert found == {
        FERRY_TITLE: ([NOON, TWO], [ONE, THREE]),
        FERRY_TITLE.replace("12", "15"): ([ONE, THREE], [TWO]),
    }


def test_commit_times_that_run_backwards_give_no_interval_that_ends_before_it_starts(
    new_repository: NewRepository,
) -> None:
    wordings = [FERRY.replace("12", str(number)) for number in (12, 13, 14, 15)]
    times = (2, 0, 1, 3)
    repository = new_repository([(hours, {DAY: [line]}) for hours, line in zip(times, wordings, strict=True)])
    graph = graph_of(repository.root)
    found = list(intervals(graph, event(graph, FERRY_TITLE.replace("12", "15"))).values())
    assert sorted(found) == [([NOON], [NOON]), ([NOON], [ONE]), ([ONE], [THREE]), ([THREE], [])]


def test_the_same_page_at_two_paths_is_two_captures_of_the_same_events(new_repository: NewRepository) -> None:
    repository = new_repository([(0, {DAY: [FERRY]}), (1, {f"data/{DAY}": [FERRY]}), (2, {DAY: None})])
    graph = graph_of(repository.root)
    ferry = event(graph, FERRY_TITLE)
    assert intervals(graph, ferry) == {FERRY_TITLE: ([NOON], [])}
    pages = {quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.PAGE)}
    assert len(pages) == 2
    assert len(events(graph)) == 1


def test_files_with_names_that_are_not_utf_8_are_left_out_and_disturb_nothing(new_repository: NewRepository) -> None:
    repository = new_repository([(0, {DAY: [FERRY]})])
    strange = b"commit refs/heads/main\ncommitter A <a@example.org> 1320760800 +0000\ndata 0\nfrom refs/heads/main^0\n"
    strange += b'M 100644 inline "\\377/2011_November_8.txt"\ndata 1\n*\nM 100644 inline "\\377.md"\ndata 1\n*\n'
    repository.git("fast-import", "--quiet", stdin=strange)
    repository.commit([(3, {DAY: [FERRY, TRAMS]})])
    assert sorted(events(graph_of(repository.root)).values()) == [FERRY_TITLE, TRAMS_TITLE]


def test_an_empty_commit_and_one_that_changes_no_page_change_nothing(new_repository: NewRepository) -> None:
    commits = [(0, {DAY: [FERRY]}), (1, {DAY: [FERRY, TRAMS]})]
    expected = graph_of(new_repository(commits, "one").root)
    more = [commits[0], (0.5, {}), (0.6, {"README.md": "Read me."}), commits[1], (2, {"notes.txt": "A note."}), (3, {})]
    assert set(graph_of(new_repository(more, "two").root)) == set(expected)


def test_what_a_merge_brings_is_seen_when_it_is_merged(new_repository: NewRepository) -> None:
    repository = new_repository([(0, {DAY: [FERRY]})])
    (first,) = repository.ids()
    repository.commit([(1, {DAY: [FERRY, TRAMS]})])
    side = repository.ids()[-1]
    repository.back_to(first)
    repository.commit([(2, {"notes.txt": "A note."})])
    text = f"{FERRY}\n{TRAMS}\n"
    merge = "commit refs/heads/main\ncommitter A <a@example.org> 1320764400 +0000\ndata 0\nfrom refs/heads/main^0\n"
    merge += f"merge {side}\nM 100644 inline {DAY}\ndata {len(text)}\n{text}\n"
    repository.git("fast-import", "--quiet", stdin=merge.encode())
    graph = graph_of(repository.root)
    assert intervals(graph, event(graph, TRAMS_TITLE)) == {TRAMS_TITLE: ([THREE], [])}


def test_both_captures_of_a_page_whose_changes_disagree_keep_their_entries(sample_history: Any) -> None:
    graph = graph_of(sample_history.root)
    printed = {
        str(quad.subject).rpartition("/")[2]: values(graph, quad.subject, terms.PRINTED_TEXT)[0].strip()
        for quad in graph.quads_for_pattern(None, terms.TYPE, terms.ENTRY)
        if "volunteers-plant" in str(quad.subject) and "#change-" in str(quad.subject)
        if isinstance(quad.subject, NamedNode)
    }
    titles = {"hundreds of ", "a thousand ", ""}
    assert set(printed.values()) == {
        f"Volunteers plant {number}trees along the river of Exampleton." for number in titles
    }
    first = [entry for entry in printed if entry.endswith("#change-1>")]
    assert len({printed[entry] for entry in first}) == 2


# ---- Equal builds.


def test_a_repository_with_one_commit_gives_the_same_with_its_history_as_without(new_repository: NewRepository) -> None:
    root = new_repository([(0, {DAY: [FERRY, TRAMS], NEXT_DAY: [FERRY]})]).root
    assert set(graph_of(root)) == set(graph_of(root, history=False))


def test_a_folder_gives_the_same_with_history_as_without(sample: tuple[Path, ...]) -> None:
    assert set(graph_of(*sample)) == set(graph_of(*sample, history=False))


def test_the_same_folder_read_twice_gives_the_same_as_read_once(archive_of: WriteArchive) -> None:
    pages = {DAY: f"{FERRY}\n{TRAMS}\n"}
    one, other = archive_of(pages, "one"), archive_of(pages, "other")
    assert set(graph_of(one, other)) == set(graph_of(one))


@pytest.fixture
def archive_of(tmp_path: Path) -> WriteArchive:
    def write(pages: dict[str, str], name: str) -> Path:
        (tmp_path / name).mkdir()
        for path, text in pages.items():
            (tmp_path / name / path).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_a_build_after_every_commit_gives_in_the_end_what_one_build_gives(sample_history: Any, tmp_path: Path) -> None:
    for commit in sample_history.ids():
        sample_history.back_to(commit)
        last = run.build([sample_history.root], settings_of(tmp_path / "many"))
    once = run.build([sample_history.root], settings_of(tmp_path / "once"))
    assert lines_of(last) == lines_of(once)


def test_a_history_in_several_processes_gives_the_same(sample_history: Any, tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "one")
    one = run.build([sample_history.root], settings)
    two = run.build([sample_history.root], replace(settings, store=str(tmp_path / "two"), jobs=2))
    assert lines_of(one) == lines_of(two)


def test_a_build_without_new_commits_changes_neither_graph_nor_ledger(sample_history: Any, tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "store")
    first = run.build([sample_history.root], settings)
    ledger = (tmp_path / "store" / "ledger.tsv").read_bytes()
    assert lines_of(run.build([sample_history.root], settings)) == lines_of(first)
    assert (tmp_path / "store" / "ledger.tsv").read_bytes() == ledger


def test_the_history_and_its_ledger_give_the_same_in_a_new_store(sample_history: Any, tmp_path: Path) -> None:
    first = run.build([sample_history.root], settings_of(tmp_path / "one"))
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "ledger.tsv").write_bytes((tmp_path / "one" / "ledger.tsv").read_bytes())
    assert lines_of(run.build([sample_history.root], settings_of(tmp_path / "two"))) == lines_of(first)


def test_history_that_is_added_later_keeps_every_iri_and_its_revisions_are_found(
    sample_history: Any, tmp_path: Path
) -> None:
    without = run.build([sample_history.root], settings_of(tmp_path / "store", history=False)).snapshot.open()
    later = run.build([sample_history.root], settings_of(tmp_path / "store")).snapshot.open()
    assert events(without).items() <= events(later).items()
    fresh = graph_of(sample_history.root)
    # The first build takes two wordings about these trams as two events: a page relates to the earlier one.
    same = {title for title in events(without).values() if not title.startswith("Two trams")}
    for title in same:
        assert intervals(later, event(later, title)) == intervals(fresh, event(fresh, title))


def test_history_that_is_left_out_later_keeps_every_iri(sample_history: Any, tmp_path: Path) -> None:
    first = run.build([sample_history.root], settings_of(tmp_path / "store")).snapshot.open()
    later = run.build([sample_history.root], settings_of(tmp_path / "store", history=False)).snapshot.open()
    gone = {quad.subject for quad in first.quads_for_pattern(None, terms.INVALIDATED_AT, None)}
    kept = {iri for iri in events(first) if NamedNode(iri) not in gone}
    assert kept == set(events(later))


def test_a_clone_gives_the_same_as_the_repository(sample_history: Any, tmp_path: Path) -> None:
    command = ["git", "clone", "-q", str(sample_history.root), str(tmp_path / "clone")]
    subprocess.run(command, check=True)
    assert set(graph_of(tmp_path / "clone")) == set(graph_of(sample_history.root))


def test_every_revision_is_of_one_event_and_every_event_has_one_current_revision(sample_history: Any) -> None:
    graph = graph_of(sample_history.root)
    revisions = {quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.REVISION_CLASS)}
    for revision in revisions:
        assert len(list(graph.quads_for_pattern(revision, terms.SPECIALIZATION_OF, None))) == 1
    for iri in events(graph):
        (current,) = graph.quads_for_pattern(NamedNode(iri), terms.CURRENT_REVISION, None)
        assert Quad(NamedNode(iri), terms.REVISION, current.object) in graph
