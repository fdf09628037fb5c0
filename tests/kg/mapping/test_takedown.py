"""Only the IRI of a withdrawn event remains, on whatever page an archive prints it."""

from __future__ import annotations

import gzip
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

from kg.errors import NotFoundError
from kg.events import ledger_file
from kg.mapping import rebuild
from kg.pipeline import run
from kg.pipeline.run import Built
from kg.publish.dump import dump
from kg.rdf import terms
from kg.rdf.formats import by_name
from kg.settings import Settings
from kg.store import amend
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store

BASE = "http://127.0.0.1:8000/"
NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
SINCE = "2024-05-06T07:08:09Z"
#: Words that only the withdrawn event has: its wordings, slugs, links, sources, and their publisher.
SECRET = re.compile(rb"zanzibar|pelican|whisper|lagoon|murmur|feathers|gazette", re.IGNORECASE)

Archive = Callable[..., Path]

TITLE = "Zanzibar pelicans whisper near Lagoon of Feathers."
DAY = "2011_November_8.txt"
NEXT_DAY = "2011_November_9.txt"
EVENT_PAGE = "news/2011/11/8/zanzibar-pelicans-whisper.md"
OLD_PAGE = "news/2011/11/8/pelicans-murmur.md"
INDEX = "news/2011/11/8/index.md"
OTHER_PAGE = "news/2011/11/9/shops-close-early.md"
FRONT_PAGE = "README.md"


def day(number: int, *bullets: str) -> str:
    return f"{{{{Current events header|2011|11|{number:02}}}}}\n;News\n" + "".join(f"*{one}\n" for one in bullets)


def event_page(day: str, title: str, *lists: str) -> str:
    printed = "".join(f"\n{one}" for one in lists)
    return f"### [{day}](/news/{day.replace('-', '/')}/index.md)\n\n# {title} \n\n\n\n{printed}"


def changes(title: str, path: str) -> str:
    return f"### Changes:\n\n1. [{title} ](/{path}) _2017-08-25 03:34:27 (First version)_\n"


def related(*lines: str) -> str:
    return "### Related:\n\n" + "".join(f"{number}. {line} _Context: Homs_\n" for number, line in enumerate(lines, 1))


PAGES = {
    DAY: day(
        8,
        "Zanzibar pelicans whisper near [[Lagoon of Feathers]]. [https://gazette.example/pelican (Gazette)]",
        "Banks close. [https://example.org/b (Example News)]",
    ),
    NEXT_DAY: day(9, "Shops close early.", "Pelicans  murmur"),
    EVENT_PAGE: event_page(
        "2011-11-8",
        TITLE,
        changes("Pelicans murmur", OLD_PAGE),
        related(f"[Shops close early. ](/{OTHER_PAGE})"),
    ),
    OLD_PAGE: event_page("2011-11-8", "Pelicans murmur"),
    OTHER_PAGE: event_page(
        "2011-11-9",
        "Shops close early.",
        related(
            f"[{TITLE} ](/{EVENT_PAGE})",
            f"[Feathers fall, once reworded. ](/{OLD_PAGE})",
            "[The harbour opens. ](/news/2011/11/7/the-harbour-opens.md)",
        ),
    ),
    INDEX: "## [2011-11-8](/news/2011/11/8/index.md)\n\n"
    f"### [{TITLE} ](/{EVENT_PAGE})\n_Context: Homs_\n\n"
    "### [Banks close. ](/news/2011/11/8/banks-close.md)\n_Context: Homs_\n\n",
}


def nquads(built: Built, folder: Path) -> bytes:
    store = Store(built.snapshot.folder.parents[1])
    dump(store, built.snapshot, by_name("nquads"), folder / "all.nq.gz")
    return gzip.decompress((folder / "all.nq.gz").read_bytes())


def titled(built: Built, title: str) -> list[str]:
    """Return the IRIs of the events with a title."""
    graph = built.snapshot.open()
    found = {str(quad.subject.value): quad.object.value for quad in graph.quads_for_pattern(None, terms.NAME, None)}
    return sorted(iri for iri, name in found.items() if name == title and "/revision/" not in iri)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path / "store"), jobs=1)


@pytest.fixture
def root(archive: Archive) -> Path:
    return archive(PAGES)


@pytest.fixture
def before(root: Path, settings: Settings) -> Built:
    return run.build([root], settings)


@pytest.fixture
def event(before: Built, settings: Settings) -> str:
    [iri] = titled(before, TITLE)
    amend.withdraw(Store(Path(settings.store)), iri, NOW)
    return iri


@pytest.fixture
def after(event: str, root: Path, settings: Settings) -> Built:
    return run.build([root], settings)


def test_before_it_is_withdrawn_the_event_is_in_the_graph(before: Built, tmp_path: Path) -> None:
    found = {word.lower() for word in SECRET.findall(nquads(before, tmp_path))}
    assert found == {b"zanzibar", b"pelican", b"whisper", b"lagoon", b"murmur", b"feathers", b"gazette"}


def test_no_word_of_a_withdrawn_event_is_in_the_dump(after: Built, tmp_path: Path) -> None:
    assert SECRET.findall(nquads(after, tmp_path)) == []


def test_no_word_of_a_withdrawn_event_is_in_the_new_snapshot(after: Built) -> None:
    files = [file for file in after.snapshot.folder.rglob("*") if file.is_file()]
    assert [file for file in files if SECRET.search(file.read_bytes())] == []


def test_what_is_left_is_an_event_that_is_deprecated_and_invalidated(after: Built, event: str) -> None:
    graph = after.snapshot.open()
    said = {(quad.predicate, quad.object.value) for quad in graph.quads_for_pattern(NamedNode(event), None, None)}
    assert {one for one in said if one[0] != terms.IDENTIFIER} == {
        (terms.TYPE, terms.EVENT.value),
        (terms.DEPRECATED, "true"),
        (terms.INVALIDATED_AT, SINCE),
    }
    assert list(graph.quads_for_pattern(None, None, NamedNode(event))) == []


def test_all_other_events_keep_their_iris_and_statements(before: Built, after: Built, event: str) -> None:
    graph = after.snapshot.open()
    for title in ("Banks close.", "Shops close early.", "The harbour opens."):
        [iri] = titled(before, title)
        assert titled(after, title) == [iri]
    [shops] = map(NamedNode, titled(after, "Shops close early."))
    related = {quad.object for quad in graph.quads_for_pattern(shops, terms.RELATION, None)}
    assert related == set(map(NamedNode, titled(after, "The harbour opens.")))


def test_an_event_of_another_day_that_prints_the_same_is_withdrawn_too(before: Built, after: Built) -> None:
    [other] = titled(before, "Pelicans murmur")
    assert Quad(NamedNode(other), terms.DEPRECATED, terms.TRUE) in after.snapshot.open()


def test_a_page_with_withdrawn_entries_says_so_instead_of_being_made_again(before: Built, after: Built) -> None:
    for name in (INDEX, OTHER_PAGE, DAY):
        assert rebuild.text(rebuild.find(before.snapshot.open(), name))
        with pytest.raises(NotFoundError, match=r"entries of the page .* are withdrawn"):
            rebuild.text(rebuild.find(after.snapshot.open(), name))


def test_entries_that_stay_keep_their_names(before: Built, after: Built) -> None:
    first, second = before.snapshot.open(), after.snapshot.open()
    for entry, text in printed(second).items():
        assert printed(first)[entry] == text
    assert len(printed(second)) < len(printed(first))


def printed(graph: EmbeddedGraph) -> dict[str, str]:
    return {str(q.subject): q.object.value for q in graph.quads_for_pattern(None, terms.PRINTED_TEXT, None)}


def test_a_page_about_a_withdrawn_event_is_left_out(after: Built) -> None:
    labels = {quad.object.value for quad in after.snapshot.open().quads_for_pattern(None, terms.LABEL, None)}
    assert {OTHER_PAGE, INDEX, DAY} < labels
    assert not {EVENT_PAGE, OLD_PAGE} & labels


def test_counts_add_up_without_withdrawn_items(after: Built) -> None:
    counts, graph = after.report["counts"], after.snapshot.open()
    described = {quad.subject for quad in graph.quads_for_pattern(None, terms.CURRENT_REVISION, None)}
    assert counts["events"] == len(described)
    assert counts["captures"] == len(list(graph.quads_for_pattern(None, terms.TYPE, terms.PAGE)))
    assert after.report["tally"]["withdrawn"] == 5


def test_a_withdrawn_event_stays_so_and_a_second_build_gives_the_same(
    after: Built, root: Path, settings: Settings, tmp_path: Path
) -> None:
    claims = (Path(settings.store) / "ledger.tsv").read_bytes()
    again = run.build([root], settings)
    assert again.report["months"]["new"] == 0
    assert nquads(again, tmp_path) == nquads(after, tmp_path)
    assert (Path(settings.store) / "ledger.tsv").read_bytes() == claims


def test_a_new_wording_on_the_page_of_a_withdrawn_event_is_not_shown(
    after: Built, root: Path, settings: Settings, tmp_path: Path
) -> None:
    (root / EVENT_PAGE).write_text(event_page("2011-11-8", "Feathers of Zanzibar, reworded"))
    assert SECRET.findall(nquads(run.build([root], settings), tmp_path)) == []


def test_a_front_page_leaves_out_what_is_withdrawn(
    after: Built, root: Path, settings: Settings, tmp_path: Path
) -> None:
    items = f"### [{TITLE} ](/{EVENT_PAGE})\n\n### [Banks close. ](/news/2011/11/8/banks-close.md)\n"
    (root / FRONT_PAGE).write_text(f"## [News](/news/2011/11/8/index.md)\n\n{items}")
    built = run.build([root], settings)
    assert SECRET.findall(nquads(built, tmp_path)) == []
    assert built.report["tally"]["front pages"] == 1


def test_a_shipped_ledger_contains_no_words_and_withdraws_the_event_elsewhere(
    after: Built, event: str, root: Path, settings: Settings, tmp_path: Path
) -> None:
    shipped = tmp_path / "shipped.tsv"
    ledger_file.export(Path(settings.store) / "ledger.tsv", str(shipped))
    assert SECRET.findall(shipped.read_bytes()) == []
    elsewhere = Settings(store=str(tmp_path / "elsewhere"), jobs=1, ledger=str(shipped))
    assert nquads(run.build([root], elsewhere), tmp_path) == nquads(after, tmp_path)


def test_an_event_with_withdrawn_wordings_among_its_changes_stays_without_them(
    archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    secret = event_page("2011-11-8", "Pelicans murmur")
    run.build([archive({OLD_PAGE: secret}, "first")], settings)
    [iri] = titled(run.build([archive({OLD_PAGE: secret}, "first")], settings), "Pelicans murmur")
    amend.withdraw(Store(Path(settings.store)), iri, NOW)
    shops = event_page("2011-11-9", "Shops close early.", changes("Pelicans murmur", OLD_PAGE))
    built = run.build([archive({OLD_PAGE: secret, OTHER_PAGE: shops}, "second")], settings)
    assert len(titled(built, "Shops close early.")) == 1
    assert SECRET.findall(nquads(built, tmp_path)) == []


def git(root: Path, *arguments: str, hour: int = 0) -> None:
    who = {"NAME": "A", "EMAIL": "a@example.org", "DATE": f"2011-11-09T{hour:02}:00:00Z"}
    environment = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in who.items()}
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, env=environment)


def test_a_withdrawn_event_is_followed_through_the_history_so_that_no_later_wording_is_shown(
    archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    root, settings = archive({}), replace(settings, history=True)
    root.mkdir()
    git(root, "init", "-q")
    birds = ("Ten pelicans", "Twelve pelicans", "Some twelve pelicans")
    for hour, subject in enumerate(birds):
        text = f"{subject} whisper loudly over the lagoon in the north. [https://gazette.example/pelican (Gazette)]"
        (root / DAY).write_text(day(8, text, "Banks close."))
        git(root, "add", ".", hour=hour)
        git(root, "commit", "-qm", subject, hour=hour)
        built = run.build([root], settings)
        if hour == 0:
            [iri] = titled(built, f"{subject} whisper loudly over the lagoon in the north.")
            amend.withdraw(Store(Path(settings.store)), iri, NOW)
        else:
            assert SECRET.findall(nquads(built, tmp_path)) == []
            assert len(titled(built, "Banks close.")) == 1
            assert built.report["tally"]["withdrawn"] == 1


def test_with_one_snapshot_kept_only_the_ledger_of_the_store_knows_a_slug(
    event: str, root: Path, settings: Settings
) -> None:
    run.build([root], replace(settings, keep_snapshots=1))
    files = [file for file in Path(settings.store).rglob("*") if file.is_file() and not file.is_symlink()]
    telling = {file.name for file in files if SECRET.search(file.read_bytes() + file.name.encode())}
    assert telling == {"ledger.tsv"}
