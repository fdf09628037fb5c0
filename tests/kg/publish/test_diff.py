"""Changes between two snapshots or two revisions are found, and reported as text, JSON and RDF Patch."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

from kg.errors import ConfigurationError, NotFoundError, StoreError
from kg.events import comparison
from kg.events.comparison import Edit
from kg.pipeline.run import build
from kg.publish import diff
from kg.rdf import terms
from kg.rdf.lines import patch
from kg.rdf.prefixes import PREFIXES
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from tests.conftest import run_here

Archive = Callable[..., Path]
Publish = Callable[[Path, str, str], Snapshot]

DAY = "2011_November_8.txt"
PAGE = "news/2011/11/9/ports.md"
HEADER = "{{Current events header|2011|11|08}}\n;Armed conflicts and attacks\n"
SHOPS = "**Shops close in [[Homs]]. [https://example.org/1 (Example News)]\n"
BANKS = "*Banks close. [https://example.org/2 (Example News)]\n"
MORE = BANKS.replace("\n", " [https://example.org/3 (BBC)]\n")
SNOW = "*Snow falls in [[Paris]]. [https://example.org/4 (BBC)]\n"
OLD = {
    DAY: f"{HEADER}*[[Syrian uprising]]\n{SHOPS}{BANKS}",
    PAGE: "### [2011-11-9](/news/2011/11/9/index.md)\n\n# Ports do not open today. \n\n",
}
NEW = {DAY: f"{HEADER}{MORE}{SNOW}", PAGE: OLD[PAGE].replace("do not open", "are closed")}

EVENT = "http://127.0.0.1:8000/event/2011-11-08/abcdefghij"
TURTLE = f"""
@prefix ng: <{PREFIXES["ng"]}> . @prefix prov: <{PREFIXES["prov"]}> . @prefix rdfs: <{PREFIXES["rdfs"]}> .
@prefix schema: <{PREFIXES["schema"]}> . @prefix xsd: <{PREFIXES["xsd"]}> .
<{EVENT}> a ng:Event ; schema:startDate "2011-11-08"^^xsd:date ; ng:currentRevision <{EVENT}/revision/0> .
<{EVENT}/revision/0> prov:specializationOf <{EVENT}> ; rdfs:label "Shops close."@en .
"""
GONE = f'<{EVENT}> prov:invalidatedAtTime "2011-11-10T06:00:00Z"^^xsd:dateTime .\n'


@dataclass(frozen=True)
class Two:
    """A store with two snapshots, of OLD and of NEW."""

    store: Path
    old: Snapshot
    new: Snapshot

    def json(self, old: str = "previous", new: str = "current") -> Any:
        return json.loads(diff.report(Store(self.store), old, new, "json"))

    def text(self) -> str:
        return diff.report(Store(self.store), "previous", "current", "text")

    def patch(self) -> bytes:
        file = io.BytesIO()
        diff.write_patch(Store(self.store), "previous", "current", file)
        return file.getvalue()

    def revision(self, title: str) -> str:
        """IRI of the newest revision whose title begins so, in the newer snapshot that has one."""
        for one in (self.new, self.old):
            for quad in one.open().quads_for_pattern(None, terms.LABEL, None, None):
                if "/revision/" in str(quad.subject) and str(quad.object).startswith(f'"{title}'):
                    return str(quad.subject).strip("<>")
        raise AssertionError(title)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    root = tmp_path_factory.mktemp("two")
    settings = Settings(store=str(root / "store"), jobs=1)
    built = []
    for pages in (OLD, NEW):
        for path, text in pages.items():
            (root / "archive" / path).parent.mkdir(parents=True, exist_ok=True)
            (root / "archive" / path).write_text(text, encoding="utf-8")
        built.append(build([root / "archive"], settings).snapshot)
    return Two(root / "store", *built)


def commit(root: Path, pages: dict[str, str], time: str) -> None:
    """Write pages into a git repository, which is made if there is none, and commit them at a time."""
    root.mkdir(exist_ok=True)
    for path, text in pages.items():
        (root / path).write_text(text, encoding="utf-8")
    who = {f"GIT_{one}_{part}": "tester" for one in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    when = {f"GIT_{one}_DATE": time for one in ("AUTHOR", "COMMITTER")}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "pages"]):
        subprocess.run(["git", *arguments], cwd=root, env=os.environ | who | when | alone, check=True)


def canonical(store: EmbeddedGraph) -> list[bytes]:
    dumped = store.engine.dump(format=RdfFormat.N_QUADS)
    assert dumped is not None
    return sorted(dumped.split(b"\n"))


def in_memory(one: Snapshot) -> EmbeddedGraph:
    store = EmbeddedGraph()
    store.extend(one.open())
    return store


def test_added_removed_reworded_and_changed_events_are_listed_by_day(two: Two) -> None:
    found = two.json()
    assert (found["from"], found["to"]) == (two.old.id, two.new.id)
    assert found["counts"] == {"added": 1, "removed": 1, "reworded": 1, "changed": 1}
    assert [(day["date"], day["counts"]) for day in found["days"]] == [
        ("2011-11-08", {"added": 1, "removed": 1, "reworded": 0, "changed": 1}),
        ("2011-11-09", {"added": 0, "removed": 0, "reworded": 1, "changed": 0}),
    ]
    told = {event["title"]: event["change"] for day in found["days"] for event in day["events"]}
    assert told == {
        "Snow falls in Paris.": "added",
        "Shops close in Homs.": "removed",
        "Banks close.": "changed",
        "Ports are closed today.": "reworded",
    }


def test_the_json_of_an_event_has_what_its_kind_of_change_calls_for(two: Two) -> None:
    events = {event["change"]: event for day in two.json()["days"] for event in day["events"]}
    common = {"event", "change", "title", "from", "to"}
    assert {kind: set(event) - common for kind, event in events.items()} == {
        "added": set(),
        "removed": set(),
        "reworded": {"words", "values"},
        "changed": {"values"},
    }
    assert events["added"]["from"] is events["removed"]["to"] is None
    for event in events.values():
        for revision in filter(None, (event["from"], event["to"])):
            assert revision.startswith(f"{event['event']}/revision/")
    assert events["changed"]["values"] == {"sources": {"added": ["https://example.org/3"], "removed": []}}
    assert events["reworded"]["words"] == [
        {"op": "equal", "text": "Ports "},
        {"op": "delete", "text": "do not open"},
        {"op": "insert", "text": "are closed"},
        {"op": "equal", "text": " today."},
    ]


def test_the_text_marks_words_and_values_and_names_each_event(two: Two) -> None:
    lines = two.text().splitlines()
    assert lines[:4] == [
        f"snapshot {two.old.id} -> {two.new.id}",
        "events: 1 added, 1 removed, 1 reworded, 1 changed",
        "",
        "2011-11-08: 1 added, 1 removed, 1 changed",
    ]
    assert "~ Ports [-do not open-]{+are closed+} today." in lines
    assert "- Shops close in Homs." in lines
    assert "+ Snow falls in Paris." in lines
    at = lines.index("* Banks close.")
    assert lines[at + 1].startswith("  <http://127.0.0.1:8000/event/2011-11-08/")
    assert lines[at + 2] == "  + sources https://example.org/3"


def test_the_patch_makes_the_first_snapshot_the_second(two: Two) -> None:
    store = in_memory(two.old)
    patch.apply(patch.read(io.BytesIO(two.patch())), store)
    assert canonical(store) == canonical(two.new.open())


def test_the_patch_names_its_snapshots_and_links_to_the_patch_before_it(two: Two) -> None:
    header = patch.read(io.BytesIO(two.patch())).header
    file = io.BytesIO()
    diff.write_patch(Store(two.store), two.new.id, two.old.id, file)
    backwards = patch.read(io.BytesIO(file.getvalue())).header
    assert (header["id"], header["prev"]) == (backwards["prev"], backwards["id"])
    assert str(header["id"]).startswith("<uuid:")
    assert (header["from"].value, header["to"].value) == (two.old.id, two.new.id)


def test_every_output_is_the_same_each_time(two: Two) -> None:
    assert (two.text(), two.json(), two.patch()) == (two.text(), two.json(), two.patch())


def test_a_snapshot_does_not_differ_from_itself(two: Two) -> None:
    assert two.json("current", "current")["days"] == []
    assert "events: no change" in diff.report(Store(two.store), "current", two.new.id, "text")


def test_an_event_that_is_gone_counts_as_removed_and_one_that_came_back_as_added(
    tmp_path: Path, publish_store: Publish
) -> None:
    for number, text in enumerate([TURTLE, TURTLE + GONE, TURTLE], start=1):
        publish_store(tmp_path, text, f"2011111{number}T000000000000Z")
    told = [
        json.loads(diff.report(Store(tmp_path), f"2011111{first}", f"2011111{second}", "json"))["counts"]
        for first, second in ((1, 2), (2, 3), (1, 3))
    ]
    assert [{kind for kind, count in counts.items() if count} for counts in told] == [{"removed"}, {"added"}, set()]


def test_a_bullet_reworded_in_a_git_archive_is_one_event_reworded(tmp_path: Path) -> None:
    root, store = tmp_path / "archive", tmp_path / "store"
    before = "*The army shells [[Homs]], killing ten people. [https://example.org/5 (Example News)]\n"
    for number, text in enumerate((before, before.replace("ten people", "twelve people"), "")):
        commit(root, {DAY: f"{HEADER}{text}{BANKS}"}, f"2011-11-{9 + number:02}T06:00:00Z")
        build([root], Settings(store=str(store), jobs=1, history=True))
    first, second, third = (folder.name for folder in Store(store).snapshots())
    reworded = diff.report(Store(store), first, second, "text")
    assert "events: 1 reworded\n" in reworded
    assert "~ The army shells Homs, killing [-ten-]{+twelve+} people.\n" in reworded
    removed = diff.report(Store(store), second, third, "text")
    assert "events: 1 removed\n" in removed
    assert "- The army shells Homs, killing twelve people.\n" in removed


def test_two_revisions_differ_in_words_and_values(two: Two) -> None:
    first, second = two.revision("Shops"), two.revision("Snow")
    found = two.json(first, second)
    assert found["from"] == first
    assert found["to"] == second
    assert found["words"][0] == {"op": "delete", "text": "Shops close"}
    entities = "http://127.0.0.1:8000/entity/en/"
    assert found["values"] == {
        "topics": {"added": [], "removed": [f"{entities}Syrian_uprising"]},
        "mentions": {"added": [f"{entities}Paris"], "removed": [f"{entities}Homs"]},
        "sources": {"added": ["https://example.org/4"], "removed": ["https://example.org/1"]},
    }
    assert diff.report(Store(two.store), first, second, "text").splitlines() == [
        f"revision <{first}>",
        f"      -> <{second}>",
        "[-Shops close-]{+Snow falls+} in [-Homs-]{+Paris+}.",
        f"- topics {entities}Syrian_uprising",
        f"- mentions {entities}Homs",
        f"+ mentions {entities}Paris",
        "- sources https://example.org/1",
        "+ sources https://example.org/4",
    ]


def test_a_snapshot_is_found_by_its_id_by_the_beginning_of_it_and_by_a_word(two: Two) -> None:
    distinct = next(n for n in range(len(two.old.id)) if two.old.id[:n] != two.new.id[:n])
    names = (two.old.id, two.old.id[:distinct], "previous", two.new.id, two.new.id[:distinct], "current")
    found = [diff.find(Store(two.store), name).id for name in names]
    assert found == [two.old.id] * 3 + [two.new.id] * 3


@pytest.mark.parametrize(("name", "wrong"), [("2", "is the beginning of several"), ("1999", "is no"), ("", "is no")])
def test_a_name_that_is_not_of_one_snapshot_is_answered_with_the_ids_there_are(two: Two, name: str, wrong: str) -> None:
    with pytest.raises(StoreError, match=wrong) as caught:
        diff.find(Store(two.store), name)
    assert str(caught.value).endswith(f"there are {two.old.id}, {two.new.id}")


def test_the_first_snapshot_has_no_previous_one(two: Two, tmp_path: Path, publish_store: Publish) -> None:
    publish_store(tmp_path, TURTLE, two.old.id)
    with pytest.raises(StoreError, match="no snapshot before the current one"):
        diff.find(Store(tmp_path), "previous")


def test_previous_is_what_was_before_the_current_snapshot_after_a_rollback_too(
    tmp_path: Path, publish_store: Publish
) -> None:
    first, second, _ = (publish_store(tmp_path, TURTLE, f"2011111{number}T000000000000Z") for number in (1, 2, 3))
    Store(tmp_path).switch(second.folder)
    assert diff.find(Store(tmp_path), "previous").id == first.id


@pytest.mark.parametrize("iri", ["http://127.0.0.1:8000/event/2011-11-08/none/revision/0", "not: an IRI"])
def test_a_revision_that_no_snapshot_has_is_not_found(two: Two, iri: str) -> None:
    with pytest.raises(NotFoundError):
        diff.revision(Store(two.store), iri)


def test_an_event_is_not_a_revision(two: Two) -> None:
    with pytest.raises(NotFoundError, match="has a revision"):
        diff.revision(Store(two.store), two.json()["days"][0]["events"][0]["event"])


def test_a_snapshot_and_a_revision_cannot_be_compared_nor_revisions_be_patched(two: Two) -> None:
    revision = two.revision("Snow")
    with pytest.raises(ConfigurationError, match="give two of a kind"):
        two.json("current", revision)
    with pytest.raises(ConfigurationError, match="a patch is made of two snapshots"):
        diff.write_patch(Store(two.store), revision, revision, io.BytesIO())


@pytest.mark.parametrize("name", ["text", "json", "patch"])
def test_the_command_writes_every_format_to_a_file_and_to_standard_output(two: Two, tmp_path: Path, name: str) -> None:
    arguments = ("diff", "previous", "current", "--store", two.store, "--format", name)
    printed = run_here(*arguments)
    assert (printed.returncode, printed.stderr) == (0, b"")
    assert run_here(*arguments, "-o", tmp_path / "out").stdout == b""
    assert (tmp_path / "out").read_bytes() == printed.stdout != b""


def test_an_unknown_snapshot_is_reported_in_one_line_and_leaves_the_output_as_it_was(two: Two, tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.write_text("kept")
    for name in ("text", "patch"):
        failed = run_here("diff", "1999", "current", "--store", two.store, "--format", name, "-o", output)
        assert (failed.returncode, failed.stdout) == (2, b"")
        assert failed.stderr.decode().splitlines() == [
            f"kg: '1999' is not a snapshot of {two.store}: there are {two.old.id}, {two.new.id}"
        ]
    assert output.read_text() == "kept"


def test_an_output_that_cannot_be_written_is_reported(two: Two, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the patch cannot be written"):
        diff.write_patch(Store(two.store), "previous", "current", tmp_path / "no folder" / "out")


# ---- The pure functions.

words = st.lists(st.sampled_from(["the", "city", "of", "Homs", " ", "  ", ",", ".", "城", "市", "-"]), max_size=12)


@given(words, words)
def test_the_edits_of_a_word_diff_give_both_texts(before: list[str], after: list[str]) -> None:
    old, new = " ".join(before), "".join(after)
    edits = comparison.word_diff(old, new)
    assert "".join(edit.text for edit in edits if edit.op != "insert") == old
    assert "".join(edit.text for edit in edits if edit.op != "delete") == new
    assert all(edit.text for edit in edits)


@given(words)
def test_a_text_does_not_differ_from_itself(text: list[str]) -> None:
    assert {edit.op for edit in comparison.word_diff("".join(text), "".join(text))} <= {"equal"}


def test_neighbouring_words_that_changed_are_one_change() -> None:
    assert comparison.word_diff("killing ten men.", "injuring twelve men.") == [
        Edit("delete", "killing ten"),
        Edit("insert", "injuring twelve"),
        Edit("equal", " men."),
    ]


def test_a_language_without_spaces_is_compared_by_characters() -> None:
    assert comparison.word_diff("霍姆斯市十人死亡。", "霍姆斯市二十人死亡。") == [
        Edit("equal", "霍姆斯市"),
        Edit("insert", "二"),
        Edit("equal", "十人死亡。"),
    ]


def test_texts_too_long_to_compare_are_replaced_as_a_whole() -> None:
    old, new = "a " * 5_000, "b " + "a " * 5_000
    assert comparison.word_diff(old, new) == [Edit("delete", old), Edit("insert", new)]
    assert comparison.word_diff(old, old) == [Edit("equal", old)]


def test_only_changed_aspects_are_listed_in_order() -> None:
    before = {"topics": frozenset({"a", "b"}), "category": frozenset({"same"})}
    after = {"topics": frozenset({"d", "c", "b"}), "category": frozenset({"same"})}
    assert comparison.value_diff(before, after) == {"topics": comparison.Values(["c", "d"], ["a"])}


def test_stores_in_memory_are_compared_too() -> None:
    store = EmbeddedGraph()
    store.load(TURTLE.encode(), format=RdfFormat.TURTLE)
    assert [change.kind for change in diff.events(store, EmbeddedGraph())] == ["removed"]
    assert [change.kind for change in diff.events(EmbeddedGraph(), store)] == ["added"]
