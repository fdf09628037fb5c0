"""With only the ledger, an edited or moved bullet keeps its IRI, and so do its former revisions."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kg.dialects.item import Item
from kg.dialects.wikitext import items as wikitext
from kg.events.ledger_file import append, read
from kg.events.lines import Claim, Text
from kg.lookup.locate import locate
from kg.pipeline import run
from kg.pipeline.run import Built
from kg.rdf import NamedNode, terms
from kg.rdf.lines import statements
from kg.settings import Settings
from kg.store import amend, snapshot
from kg.store.layout import Store
from tests.conftest import rewrite

DAY = date(2011, 11, 8)
NEXT_DAY = DAY + timedelta(1)
FERRY = "A ferry runs aground near [[Port Example]]; 12 passengers are injured. [https://example.org/f (Example News)]"
TRAMS = "Two trams collide in [[Exampleton]]; nobody is hurt. [https://example.org/t (Example Daily)]"
BANK = "The [[Bank of Exampleton]] lowers its key interest rate. [https://example.org/b (Example News)]"
EDITED = FERRY.replace("12 passengers", "15 passengers and a deckhand")

Pages = Mapping[date, list[str]]
Archive = Callable[[Pages], Path]


def text_of(day: date, bullets: list[str]) -> str:
    lines = "\n".join(f"*{one}" for one in bullets)
    return f"{{{{Current events|year={day.year}|month={day.month}|day={day.day}|content=\n;News\n{lines}\n}}}}\n"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Return a function that writes the pages of an archive, which it replaces each time."""

    def write(pages: Pages) -> Path:
        root = tmp_path / "archive"
        root.mkdir(exist_ok=True)
        for file in root.glob("*.txt"):
            file.unlink()
        for day, bullets in pages.items():
            (root / f"{day.year}_{day:%B}_{day.day}.txt").write_text(text_of(day, bullets))
        return root

    return write


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path / "store"), jobs=1)


def events(built: Built) -> dict[str, str]:
    """Return the IRI of each event by the first words of its title and its day."""
    graph = built.snapshot.open()
    found = {}
    for quad in graph.quads_for_pattern(None, terms.CURRENT_REVISION, None):
        (day,) = graph.quads_for_pattern(quad.subject, terms.START_DATE, None)
        (title,) = graph.quads_for_pattern(quad.subject, terms.NAME, None)
        name = f"{' '.join(title.object.value.split()[:2])} {day.object.value}"
        assert name not in found
        found[name] = str(quad.subject.value)
    return found


def revisions(built: Built, event: str) -> dict[str, str]:
    """Return the titles of the revisions of an event by their IRIs."""
    graph = built.snapshot.open()
    found = [quad.object for quad in graph.quads_for_pattern(NamedNode(event), terms.REVISION, None)]
    return {one.value: quad.object.value for one in found for quad in graph.quads_for_pattern(one, terms.LABEL, None)}


def nquads(built: Built) -> bytes:
    with statements.reading(built.snapshot.open()) as lines:
        return b"".join(sorted(lines))


def elsewhere(settings: Settings, tmp_path: Path) -> Settings:
    """Return the settings of a new store that gets only the ledger of the other one."""
    shipped = tmp_path / "shipped.tsv"
    shipped.write_bytes((Path(settings.store) / "ledger.tsv").read_bytes())
    return replace(settings, store=str(tmp_path / "elsewhere"), ledger=str(shipped))


# ---- Edited.


@pytest.mark.parametrize("there", [False, True], ids=["in the same store", "in a new store with the ledger"])
def test_an_edited_bullet_keeps_its_iri_and_its_former_revision_answers(
    archive: Archive, settings: Settings, tmp_path: Path, there: bool
) -> None:
    before = run.build([archive({DAY: [FERRY, TRAMS, BANK]})], settings)
    settings = elsewhere(settings, tmp_path) if there else settings
    after = run.build([archive({DAY: [TRAMS, EDITED, BANK]})], settings)
    assert events(after) == events(before)
    ferry = events(before)["A ferry 2011-11-08"]
    assert revisions(before, ferry).items() < revisions(after, ferry).items()
    (former,) = revisions(before, ferry)
    graph = after.snapshot.open()
    assert {(quad.predicate, quad.object) for quad in graph.quads_for_pattern(NamedNode(former), None, None)} >= {
        (terms.TYPE, terms.REVISION_CLASS),
        (terms.SPECIALIZATION_OF, NamedNode(ferry)),
    }
    (found,) = graph.quads_for_pattern(NamedNode(ferry), terms.CURRENT_REVISION, None)
    assert found.object.value != former


def test_building_an_edited_archive_again_changes_neither_the_graph_nor_the_ledger(
    archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    run.build([archive({DAY: [FERRY, TRAMS]})], settings)
    root = archive({DAY: [EDITED, TRAMS]})
    after = run.build([root], settings)
    ledger = (Path(settings.store) / "ledger.tsv").read_bytes()
    again = run.build([root], settings)
    assert (again.report["months"]["new"], nquads(again)) == (0, nquads(after))
    assert (Path(settings.store) / "ledger.tsv").read_bytes() == ledger
    fresh = run.build([root], elsewhere(settings, tmp_path))
    assert nquads(fresh) == nquads(after)


def test_an_edit_that_is_undone_leaves_all_revisions(archive: Archive, settings: Settings) -> None:
    first = run.build([archive({DAY: [FERRY]})], settings)
    second = run.build([archive({DAY: [EDITED]})], settings)
    third = run.build([archive({DAY: [FERRY]})], settings)
    (ferry,) = events(first).values()
    assert revisions(second, ferry) == revisions(third, ferry)
    assert len(revisions(third, ferry)) == 2
    texts = [one.text for one in read(Path(settings.store) / "ledger.tsv") if isinstance(one, Text)]
    assert [text.split()[6] for text in texts] == ["Example;"] * 3
    assert [("deckhand" in text) for text in texts] == [False, True, False]


def commit(root: Path, hour: int) -> None:
    who = {"NAME": "A", "EMAIL": "a@example.org", "DATE": f"2011-11-09T{hour:02}:00:00Z"}
    environment = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in who.items()}
    hermetic = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "edit")):
        subprocess.run(["git", "-C", str(root), *command], check=True, env=hermetic | environment)


def test_a_bullet_edited_at_the_newest_commit_keeps_its_iri_without_history_and_with_it_later(
    archive: Archive, settings: Settings
) -> None:
    commit(archive({DAY: [FERRY, TRAMS]}), 0)
    before = run.build([archive({DAY: [FERRY, TRAMS]})], settings)
    root = archive({DAY: [EDITED, TRAMS]})
    commit(root, 1)
    after = run.build([root], settings)
    followed = run.build([root], replace(settings, history=True))
    assert events(before) == events(after) == events(followed)
    ferry = events(before)["A ferry 2011-11-08"]
    assert revisions(after, ferry) == revisions(followed, ferry)


@pytest.mark.parametrize(
    "other",
    [
        "A ferry runs aground near [[Cape Example]]; 9 passengers are injured. [https://example.org/c (Example News)]",
        "A bus leaves the road near [[Port Example]]. [https://example.org/u (Example News)]",
        "The [[Bank of Exampleton]] raises its staff's wages. [https://example.org/w (Example News)]",
    ],
    ids=["another place", "other words", "little in common"],
)
def test_another_event_in_place_of_one_that_is_gone_is_a_new_one(
    archive: Archive, settings: Settings, other: str
) -> None:
    before = run.build([archive({DAY: [FERRY, TRAMS]})], settings)
    after = run.build([archive({DAY: [other, TRAMS]})], settings)
    assert set(events(before).values()) & set(events(after).values()) == {events(before)["Two trams 2011-11-08"]}


def test_a_bullet_that_is_as_like_an_unedited_one_beside_it_is_a_new_event(
    archive: Archive, settings: Settings
) -> None:
    results = [f"Team {one} win the cup final of their league on penalties." for one in ("Alpha", "Beta", "Gamma")]
    before = run.build([archive({DAY: results[:2]})], settings)
    after = run.build([archive({DAY: [results[0], results[2]]})], settings)
    assert set(events(before).values()) & set(events(after).values()) == {events(before)["Team Alpha 2011-11-08"]}


def test_two_bullets_edited_at_once_each_keep_their_own_iri(archive: Archive, settings: Settings) -> None:
    before = run.build([archive({DAY: [FERRY, TRAMS, BANK]})], settings)
    edited = [BANK.replace("its key", "its main"), TRAMS.replace("nobody is hurt", "one driver is hurt"), EDITED]
    assert events(run.build([archive({DAY: edited})], settings)) == events(before)


def test_a_bullet_that_is_withdrawn_stays_so_when_it_is_edited(
    archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    before = run.build([archive({DAY: [FERRY, TRAMS]})], settings)
    amend.withdraw(Store(Path(settings.store)), events(before)["A ferry 2011-11-08"])
    after = run.build([archive({DAY: [EDITED, TRAMS]})], settings)
    assert b"ferry" not in nquads(after)
    assert after.report["tally"]["withdrawn"] == 1


# ---- Read by other rules.


def test_a_revision_that_is_only_read_otherwise_leads_to_its_new_name(archive: Archive, settings: Settings) -> None:
    root = archive({DAY: [FERRY]})
    built = run.build([root], settings)
    (ferry,) = events(built).values()
    (now,) = revisions(built, ferry)
    ledger = Path(settings.store) / "ledger.tsv"
    (text,) = (one for one in read(ledger) if isinstance(one, Text))
    former = text._replace(revision="0123456789ab", text="A ferry runs aground near Port Example")
    append(ledger, [former])
    graph = run.build([root], settings).snapshot.open()
    old = f"{ferry}/revision/0123456789ab"
    said = {(quad.predicate, quad.object) for quad in graph.quads_for_pattern(NamedNode(old), None, None)}
    assert said == {(terms.REPLACED_BY, NamedNode(now)), (terms.DEPRECATED, terms.TRUE)}
    located = locate(graph, [old])
    assert located is not None
    assert located.iri == now


def test_an_event_whose_words_are_read_otherwise_is_known_by_what_is_printed(
    archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    root = archive({DAY: [FERRY]})
    built = run.build([root], settings)
    (text,) = (one for one in read(Path(settings.store) / "ledger.tsv") if isinstance(one, Text))
    former = text._replace(key="2011-11-08/aaaaaaaaaa", revision="0123456789ab", text="Entirely other words")
    append(tmp_path / "shipped.tsv", [former])
    other = replace(settings, store=str(tmp_path / "other"), ledger=str(tmp_path / "shipped.tsv"))
    (key,) = events(run.build([root], other)).values()
    assert key.endswith("event/2011-11-08/aaaaaaaaaa")
    assert [key] != [*events(built).values()]


def bygone(item: Callable[..., Item]) -> Callable[..., Item]:
    """Return a function that reads a bullet by a rule that no longer exists."""
    return lambda *arguments: (one := item(*arguments)) and replace(one, title=f"{one.title} (sic)")


@pytest.mark.parametrize("formats", [1, 2], ids=["a ledger without texts", "a ledger with texts"])
def test_all_revisions_of_a_store_that_was_read_by_another_rule_lead_to_those_of_today(
    archive: Archive, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, formats: int
) -> None:
    root, settings = archive({DAY: [FERRY, TRAMS]}), replace(settings, keep_snapshots=9)
    with monkeypatch.context() as patched:
        patched.setattr(wikitext, "_bullet_item", bygone(wikitext._bullet_item))
        before = run.build([root], settings)
    store = Store(Path(settings.store))
    shutil.rmtree(store.kept_months)
    if formats == 1:
        _as_of_old(store)
    after = run.build([root], settings)
    assert events(after) == events(before)
    graph = after.snapshot.open()
    for event in events(before).values():
        (old,), (new,) = revisions(before, event), revisions(after, event)
        assert old != new
        located = locate(graph, [old])
        assert located is not None
        assert located.iri == new
    ledger = store.ledger.read_bytes()
    assert run.build([root], settings).report["months"]["new"] == 0
    assert store.ledger.read_bytes() == ledger
    (root / "2011_November_9.txt").write_text(text_of(NEXT_DAY, [BANK]))
    (root / "2011_November_8.txt").write_text(text_of(DAY, [BANK, TRAMS, FERRY]))
    later = run.build([root], settings)
    assert store.ledger.read_bytes().startswith(ledger)
    for event in events(before).values():
        (old,) = revisions(before, event)
        located = locate(later.snapshot.open(), [old])
        assert located is not None
        assert located.iri in revisions(after, event)


def _as_of_old(store: Store) -> None:
    """Change the ledger and manifest of a store to those from before ledgers kept texts."""
    claims = [one for one in read(store.ledger) if isinstance(one, Claim)]
    lines = (f"{one.day}\t{one.language}\t{one.key}\t{one.kind}\t{one.value}\n" for one in claims)
    store.ledger.write_text("".join(lines))
    ledger = {"ledger_root": "", "ledger": snapshot.checksum(store.ledger)}
    rewrite(snapshot.manifest_file(store.current().folder), lambda said: said.update(ledger))


# ---- Moved.


NEXT_MONTH = date(2011, 12, 3)
LAST_WEEK = date(2011, 11, 30)


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("day", "other"), [(DAY, DAY + timedelta(2)), (DAY, DAY - timedelta(7)), (LAST_WEEK, NEXT_MONTH)]
)
def test_a_moved_bullet_keeps_its_iri(
    archive: Archive, settings: Settings, tmp_path: Path, day: date, other: date, jobs: int
) -> None:
    settings = replace(settings, jobs=jobs)
    before = run.build([archive({day: [FERRY, TRAMS], other: [BANK]})], settings)
    root = archive({day: [TRAMS], other: [FERRY, BANK]})
    there = run.build([root], elsewhere(settings, tmp_path))
    after = run.build([root], settings)
    assert events(after)[f"A ferry {other}"] == events(before)[f"A ferry {day}"]
    assert len(events(after)) == 3
    assert nquads(there) == nquads(after)
    again = run.build([root], settings)
    assert nquads(again) == nquads(after)
    assert run.build([root], settings).report["months"]["new"] == 0


def test_a_bullet_that_moves_back_keeps_its_iri(archive: Archive, settings: Settings) -> None:
    pages = {DAY: [FERRY, TRAMS], NEXT_DAY: [BANK]}
    before = run.build([archive(pages)], settings)
    run.build([archive({DAY: [TRAMS], NEXT_DAY: [BANK, FERRY]})], settings)
    assert events(run.build([archive(pages)], settings)) == events(before)


@pytest.mark.parametrize(
    "after",
    [
        {DAY: [FERRY, TRAMS], NEXT_DAY: [FERRY]},
        {DAY: [TRAMS], NEXT_DAY: [BANK], DAY + timedelta(8): [FERRY]},
        {DAY: [TRAMS], NEXT_DAY: [FERRY], DAY + timedelta(3): [FERRY]},
        {DAY: [TRAMS], NEXT_DAY: [FERRY.replace("example.org/f", "example.org/g")]},
        {NEXT_DAY: [FERRY]},
    ],
    ids=["still there", "too far", "on two days", "of another article", "its day is not read"],
)
def test_a_bullet_that_may_not_have_moved_is_a_new_event(archive: Archive, settings: Settings, after: Pages) -> None:
    before = run.build([archive({DAY: [FERRY, TRAMS], NEXT_DAY: [BANK]})], settings)
    found = events(run.build([archive(after)], settings))
    old = events(before)["A ferry 2011-11-08"]
    assert [name for name, iri in found.items() if iri == old] == ["A ferry 2011-11-08"] * (FERRY in after.get(DAY, []))


def test_a_bullet_that_moved_word_for_word_is_not_taken_for_a_rewording_on_its_old_day(
    archive: Archive, settings: Settings
) -> None:
    before = run.build([archive({DAY: [FERRY, TRAMS], NEXT_DAY: [BANK]})], settings)
    after = events(run.build([archive({DAY: [EDITED, TRAMS], NEXT_DAY: [BANK, FERRY]})], settings))
    assert after["A ferry 2011-11-09"] == events(before)["A ferry 2011-11-08"] != after["A ferry 2011-11-08"]


def test_a_snapshot_of_the_past_shows_no_revision_that_came_later_and_leaves_the_last_text(
    archive: Archive, settings: Settings
) -> None:
    commit(archive({DAY: [FERRY, TRAMS]}), 0)
    root = archive({DAY: [EDITED, TRAMS]})
    commit(root, 2)
    now = run.build([root], settings)
    past = run.build([root], replace(settings, as_of="2011-11-09T01:00:00Z"))
    ferry = events(now)["A ferry 2011-11-08"]
    assert events(past) == events(now)
    assert ["deckhand" in title for title in revisions(past, ferry).values()] == [False]
    assert len([one for one in read(Path(settings.store) / "ledger.tsv") if isinstance(one, Text)]) == 2
