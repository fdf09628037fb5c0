"""``kg fetch --git``: fetched pages as commits, the same for the same answers, and read again without loss."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from kg.archive.fetch import fast_import, run
from kg.archive.fetch.api import WikiApi
from kg.archive.fetch.folder import AnswerFolder
from kg.archive.opening import open_archive
from kg.archive.versions import PageVersion
from kg.errors import FetchError
from kg.pipeline import run as pipeline
from kg.settings import Settings, load
from kg.store.layout import Store
from tests.kg.archive.fetch.test_fetch import NAMES, Waiting
from tests.kg.archive.fetch.wiki import LoopbackWiki

EIGHTH, NINTH = (f"Portal:Current events/2011 November {day}" for day in (8, 9))
PAGE_BYTES = 100_000
PAGE = "{{Current events|year=2011|month=11|day=9|content=\n;Business\n%s\n}}\n"
BULLET = "*Shops number %d in [[Homs]] close. [https://a.example/%d (News)]"


def fetched(wiki: LoopbackWiki, folder: Path, *, update: bool = False) -> Path:
    settings = load({}, fetch_contact="mailto:a@example.org", fetch_private=True, fetch_rate=1000.0)
    api = WikiApi(wiki.address, settings, Waiting().clock)
    run.Fetch(api, AnswerFolder(folder / "en"), dict(NAMES)).history(lambda *_: None, update=update)
    return folder


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def edited(wiki: LoopbackWiki) -> LoopbackWiki:
    """The wiki with all that may happen to a page: null edits, hidden ones, a move, a deletion and its undoing."""
    lines = [BULLET % (number, number) for number in range(4)]
    for number in range(1, 4):
        text = PAGE % "\n".join(lines[:number])
        wiki.edit(NINTH, 2000 + number, f"2011-11-09T1{number}:00:00Z", text, user=f"imported>User {number}")
    text = PAGE % "\n".join([*lines[:2], lines[2].replace("close", "close early")])
    wiki.edit(NINTH, 2004, "2011-11-09T14:00:00Z", text, comment="")
    wiki.edit(NINTH, 2005, "2011-11-09T15:00:00Z", text)
    wiki.edit(NINTH, 2006, "2011-11-09T16:00:00Z", PAGE % "\n".join(lines))
    wiki.edit(NINTH, 2007, "2011-11-09T17:00:00Z", None, suppressed=True, user=None)
    wiki.edit(NINTH, 2008, "2011-11-09T18:00:00Z", PAGE % "\n".join(lines[1:]))
    wiki.move(NINTH, "Portal:Current events/November 9, 2011", 2009, "2011-11-10T10:00:00Z")
    return wiki


def known(versions: tuple[PageVersion, ...]) -> list[tuple[object, ...]]:
    found = [(one.path, one.commit, one.time, one.gone, one.parent, one.address, one.language) for one in versions]
    return sorted(found, key=str)


def test_commits_are_the_revisions_in_the_order_of_time(edited: LoopbackWiki, tmp_path: Path) -> None:
    folder, root = fetched(edited, tmp_path / "folder"), tmp_path / "portal.git"
    assert "130 commits" in fast_import.write(folder, root)
    lines = git(root, "log", "--reverse", "--format=%at %ct|%an|%ae|%s|%(trailers:key=Wiki-Revision,valueonly)")
    told = [line for line in lines.splitlines() if line]
    assert [line.split()[0] for line in told] == sorted(line.split()[0] for line in told)
    assert "1320836400 1320836400|imported User 1||edit 2001|2001" in told
    assert [line.split("|")[3] for line in told if line.endswith("|2004")] == ["(no edit summary)"]
    assert [line.split("|")[1] for line in told if line.endswith("|2007")] == ["(hidden)"]
    assert git(root, "show", "HEAD:2011_November_9.txt").count("Shops") == 3
    assert git(root, "fsck", "--strict") == ""


def test_a_fetched_repository_is_read_like_the_fetched_folder(edited: LoopbackWiki, tmp_path: Path) -> None:
    folder, root = fetched(edited, tmp_path / "folder"), tmp_path / "portal.git"
    edited.delete(EIGHTH, "2011-11-12T00:00:00Z")
    fetched(edited, folder, update=True)
    fast_import.write(folder, root)
    for history in (True, False):
        one, other = (open_archive(place, PAGE_BYTES, history=history) for place in (folder, root))
        assert known(one.versions) == known(other.versions)
        assert one.unread == other.unread or not history


def test_the_graph_of_a_repository_equals_that_of_the_folder(edited: LoopbackWiki, tmp_path: Path) -> None:
    folder, root = fetched(edited, tmp_path / "folder"), tmp_path / "portal.git"
    fast_import.write(folder, root)
    graphs = []
    for archive in (folder, root):
        store = tmp_path / f"store of {archive.name}"
        pipeline.build([archive], Settings(store=str(store), jobs=1, free_bytes=0, history=True))
        graphs.append(sorted(line for line in map(str, Store(store).current().open()) if "2011" in line))
    assert sum("wasRevisionOf" in line for line in graphs[0]) > 5
    assert sum("generatedAtTime" in line for line in graphs[0]) > 5
    assert graphs[0] == graphs[1]


def test_newer_revisions_are_added_and_older_ones_rewrite_the_history(wiki: LoopbackWiki, tmp_path: Path) -> None:
    folder, root = fetched(wiki, tmp_path / "folder"), tmp_path / "portal.git"
    fast_import.write(folder, root)
    first = git(root, "rev-parse", "main").strip()
    assert fast_import.write(folder, root).splitlines() == [f"{root}: 121 commits, the newest {first}"]
    wiki.edit(NINTH, 2001, "2011-11-10T10:00:00Z", "* A dam breaks in [[Homs]].")
    assert "anew" not in fast_import.write(fetched(wiki, folder, update=True), root)
    assert git(root, "rev-parse", "main~1").strip() == first
    wiki.edit("Portal:Current events/2011 November 7", 900, "2011-11-07T10:00:00Z", "* A first one.")
    assert "was rewritten" in fast_import.write(fetched(wiki, folder, update=True), root)


def test_a_repository_or_folder_made_by_others_is_left_unchanged(wiki: LoopbackWiki, tmp_path: Path) -> None:
    folder, root = fetched(wiki, tmp_path / "folder"), tmp_path / "theirs"
    root.mkdir()
    (root / "a").touch()
    with pytest.raises(FetchError, match="was not made by kg fetch"):
        fast_import.write(folder, root)
    assert [file.name for file in root.iterdir()] == ["a"]


def test_hooks_and_git_settings_have_no_effect(
    wiki: LoopbackWiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, root, home = fetched(wiki, tmp_path / "folder"), tmp_path / "portal.git", tmp_path / "home"
    home.mkdir()
    hook = f"#!/bin/sh\ntouch {home}/ran\n"
    (home / ".gitconfig").write_text(f"[core]\n\thooksPath = {home}\n[user]\n\tname = Somebody\n")
    monkeypatch.setenv("HOME", str(home))
    fast_import.write(folder, root)
    first = git(root, "rev-parse", "main")
    for place in (home, root / "hooks"):
        place.mkdir(exist_ok=True)
        (place / "reference-transaction").write_text(hook)
        (place / "reference-transaction").chmod(0o755)
    (root / BRANCH_FILE).unlink()
    fast_import.write(folder, root)
    assert not (home / "ran").exists()
    assert git(root, "rev-parse", "main") == first


BRANCH_FILE = fast_import.BRANCH
WRITE = """
import sys
from pathlib import Path
from kg.archive.fetch import fast_import
fast_import.write(Path(sys.argv[1]), Path(sys.argv[2]))
"""


HERE = "tests/kg/archive/fetch/test_git.py::"


@pytest.mark.slow(also=HERE + "test_newer_revisions_are_added_and_older_ones_rewrite_the_history")
def test_a_run_that_is_killed_at_any_moment_and_resumed_makes_the_same_commits(
    edited: LoopbackWiki, tmp_path: Path
) -> None:
    folder, whole = fetched(edited, tmp_path / "folder"), tmp_path / "whole.git"
    fast_import.write(folder, whole)
    root = tmp_path / "stopped.git"
    for number in range(20):
        child = subprocess.Popen([sys.executable, "-c", WRITE, str(folder), str(root)])
        _kill_when(child, root, number)
        _write_again(folder, root)
        assert git(root, "rev-parse", "main") == git(whole, "rev-parse", "main")
        assert not list(root.glob(f"{fast_import.PLACE}*"))
        if number % 2:
            (root / BRANCH_FILE).unlink()
    git(root, "fsck", "--strict")


def _write_again(folder: Path, root: Path) -> None:
    """Write, as soon as the git that the killed run has left behind is gone."""
    for _ in range(1_000):
        with suppress(FetchError):
            fast_import.write(folder, root)
            return
        time.sleep(0.01)


def _kill_when(child: subprocess.Popen[bytes], root: Path, number: int) -> None:
    """Kill a run some moments after it begins to write."""
    while child.poll() is None and not list(root.glob(f"{fast_import.PLACE}*")):
        time.sleep(0.001)
    time.sleep(number / 1_000)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
