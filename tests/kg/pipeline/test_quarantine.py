"""No text of an archive stops a build, and quarantine does not hide bugs of newsgraph."""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from kg.dialects.item import Item, Tally
from kg.dialects.wikitext.dialect import Wikitext
from kg.dialects.wikitext.record import DayPage
from kg.errors import ValidationError
from kg.mapping.event import Mapper
from kg.pipeline import quarantine, run
from kg.pipeline.report import summary
from kg.rdf import Quad, terms
from kg.settings import Settings
from kg.shapes.check import check
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from tests.examples import most
from tests.kg.pipeline import hostile
from tests.paths import SAMPLE

Archive = Callable[..., Path]
BAD, GOOD, OTHER = "2011_November_8.txt", "2011_November_9.txt", "2011_November_10.txt"
HEADER = "{{{{Current events header|2011|11|{:02}}}}}\n;News\n"
VANDAL = "* VANDAL was here.\n"


@pytest.fixture
def two_pages(archive: Archive) -> Path:
    return archive({BAD: HEADER.format(8) + "* Shops close.\n" + VANDAL, GOOD: HEADER.format(9) + "* Banks close.\n"})


def build(root: Path, store: Path, **options: Any) -> run.Built:
    return run.build([root], Settings(store=str(store), jobs=1), **options)


def titles(store: Path) -> set[str]:
    graph = Store(store).current().open()
    return {str(quad.object.value) for quad in graph.quads_for_pattern(None, terms.NAME, None)}


@pytest.fixture
def broken_by_vandals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the mapper fail on a text, as it might on one that nobody thought of."""
    whole = Mapper.event

    def event(self: Mapper, event: Any, *others: Any) -> Iterator[Quad]:
        if "VANDAL" in event.item.title:
            raise LookupError("no such text")
        return whole(self, event, *others)

    monkeypatch.setattr(Mapper, "event", event)


@pytest.fixture
def shapeless_by_vandals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a text become an event that breaks a shape, which is only found in the whole graph."""
    whole = Mapper.event

    def event(self: Mapper, event: Any, *others: Any) -> Iterator[Quad]:
        vandal = "VANDAL" in event.item.title
        return (one for one in whole(self, event, *others) if not (vandal and one.predicate == terms.START_DATE))

    monkeypatch.setattr(Mapper, "event", event)


@pytest.fixture
def untitled_by_vandals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a dialect list an item that cannot be an event."""
    whole = Wikitext.items

    def items(self: Wikitext, path: str, record: DayPage, tally: Tally, language: str) -> Iterator[Item]:
        for item in whole(self, path, record, tally, language):
            yield (
                item if "VANDAL" not in item.title else Item(item.origin, "no tag", item.day, item.fragment, item.title)
            )

    monkeypatch.setattr(Wikitext, "items", items)


@pytest.mark.parametrize(
    ("broken", "line", "cause"),
    [
        ("broken_by_vandals", None, "LookupError: no such text"),
        ("shapeless_by_vandals", None, "An event is listed under one date."),
        ("untitled_by_vandals", 4, "no language tag: 'no tag'"),
    ],
)
def test_a_page_whose_text_breaks_the_graph_is_left_out_counted_and_told(
    broken: str, line: int | None, cause: str, two_pages: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(broken)
    built = build(two_pages, tmp_path / "store")
    assert titles(tmp_path / "store") == {"Banks close."}
    [told] = built.report["quarantined"]
    assert (told["page"], told["commit"], told["cause"].strip()) == (BAD, None, cause)
    assert line is None or told["line"] == line
    assert json.loads((built.snapshot.folder / "report.json").read_text(encoding="utf-8"))["quarantined"] == [told]
    assert "captures in quarantine 1\n    page 2011_November_8.txt" in summary(built.snapshot.manifest, built.report)
    assert built.snapshot.manifest.shapes == {"conforms": True, "violations": 0}


def test_the_next_build_leaves_out_the_same_page(shapeless_by_vandals: None, two_pages: Path, tmp_path: Path) -> None:
    first = build(two_pages, tmp_path / "store")
    again = build(two_pages, tmp_path / "store")
    assert again.report["months"]["new"] == 0
    assert again.report["quarantined"] == first.report["quarantined"]


def test_with_history_the_capture_before_lasts(broken_by_vandals: None, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@a.example"]
    subprocess.run([*git, "init", "-q"], check=True)
    for number, text in enumerate(("* Shops close.\n", "* Shops close.\n" + VANDAL)):
        (root / BAD).write_text(HEADER.format(8) + text, encoding="utf-8")
        (root / GOOD).write_text(HEADER.format(9) + f"* Banks close {number}.\n", encoding="utf-8")
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", "a"], check=True)
    built = run.build([root], Settings(store=str(tmp_path / "store"), jobs=1, history=True))
    newest = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    assert [(one["page"], one["commit"]) for one in built.report["quarantined"]] == [(BAD, newest)]
    assert "Shops close." in titles(tmp_path / "store")
    assert built.report["tally"]["events gone"] == 0


def test_more_than_one_page_in_a_thousand_stops_the_build(
    broken_by_vandals: None, archive: Archive, tmp_path: Path
) -> None:
    days = {
        f"2011_November_{day}.txt": HEADER.format(day) + VANDAL * (day < 3) + "* Banks close.\n" for day in range(1, 5)
    }
    with pytest.raises(
        ValidationError, match=r"2 of 4 captures cannot be mapped, more than one in 1,000 .first: page 2011"
    ):
        build(archive(days), tmp_path / "store")
    assert not Store(tmp_path / "store").has_current


def test_a_faulty_page_that_is_the_whole_archive_stops_the_build(
    broken_by_vandals: None, archive: Archive, tmp_path: Path
) -> None:
    with pytest.raises(ValidationError, match="1 of 1 captures cannot be mapped"):
        build(archive({BAD: HEADER.format(8) + VANDAL}), tmp_path / "store")


def test_a_page_of_our_samples_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Mapper.event
    broken: list[str] = []

    def event(self: Mapper, event: Any, *others: Any) -> Iterator[Quad]:
        broken.extend([event.listings[0].page] * (not broken))
        if event.listings[0].page == broken[0]:
            raise LookupError("no such text")
        return whole(self, event, *others)

    monkeypatch.setattr(Mapper, "event", event)
    with pytest.raises(ValidationError, match=r"a page of the samples cannot be mapped .page .*: LookupError"):
        run.build(SAMPLE, Settings(store=str(tmp_path / "store"), jobs=1))


def test_a_violation_that_no_single_page_causes_stops_the_build(
    two_pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def days(*arguments: object) -> Iterator[Quad]:
        raise LookupError("two days at once")

    monkeypatch.setattr(quarantine, "_quads", days)
    with pytest.raises(LookupError, match="two days at once"):
        build(two_pages, tmp_path / "store")


@settings(max_examples=most(60))
@given(hostile.archives)
def test_any_pages_become_a_graph_that_keeps_its_shapes(
    tmp_path_factory: pytest.TempPathFactory, pages: dict[str, bytes]
) -> None:
    root = tmp_path_factory.mktemp("hostile")
    for path, content in {**pages, "2001_May_1.txt": b"* Shops close.\n"}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    graph = EmbeddedGraph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # some of these are unreadable
        graph.extend(run.quads([root], Settings()))
    found = check(graph, threads=1).found
    assert [(one.constraint.message, str(one.first[0].focus)) for one in found] == []


def test_hostile_pages_are_published(archive: Archive, tmp_path: Path) -> None:
    texts = ["".join(hostile.BITS[start::7]) for start in range(7)] + list(hostile.BITS)
    days = ((f"20{number // 28:02}_May_{number % 28 + 1}.txt", text) for number, text in enumerate(texts))
    pages = {f"zh/news/2001/05/{number + 1}/霍.md": "# ".join(hostile.MARKDOWN[number:]) for number in range(20)}
    built = build(
        archive({path: f"* {text}\n;{text}\n** [[{text}]]" for path, text in days} | pages), tmp_path / "store"
    )
    assert built.report["quarantined"] == []
    assert built.snapshot.manifest.shapes["conforms"]
