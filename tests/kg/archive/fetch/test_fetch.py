"""``kg fetch``: its requests to a wiki, what it keeps of the answers, and what a stopped run leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kg.archive.fetch import run
from kg.archive.fetch.api import WikiApi
from kg.archive.fetch.folder import AnswerFolder
from kg.archive.opening import open_archive
from kg.dialects import editions
from kg.errors import ConfigurationError, FetchError
from kg.remote.clock import Clock
from kg.settings import load
from tests.kg.archive.fetch.wiki import LAGGED, Failure, LoopbackWiki

SEVENTH, EIGHTH, NINTH = (f"Portal:Current events/2011 November {day}" for day in (7, 8, 9))
NAMES = run.titles(editions.load()["en"], date(2011, 11, 7), date(2011, 11, 9))
PAGE_BYTES = 100_000


class Waiting:
    """A clock that only advances when somebody waits."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.waits: list[float] = []
        self.clock = Clock(lambda: datetime(2026, 11, 30, tzinfo=UTC), lambda: self.passed, self.wait)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.passed += seconds


def fetching(wiki: LoopbackWiki, folder: Path, time: Waiting | None = None, **options: Any) -> run.Fetch:
    given = {"fetch_contact": "mailto:a@example.org", "fetch_private": True, "fetch_rate": 1000.0, **options}
    api = WikiApi(wiki.address, load({}, **given), (time or Waiting()).clock)
    return run.Fetch(api, AnswerFolder(folder / "en"), dict(NAMES))


def silent(done: int, total: int) -> None:
    """Show no progress."""


def read(folder: Path) -> list[tuple[str, str | None, bytes]]:
    archive = open_archive(folder, PAGE_BYTES, history=True)
    return [(page.path, page.commit, page.content) for page in archive.pages(archive.versions)]


def test_the_newest_revisions_are_fetched_at_once_and_read_with_their_times(wiki: LoopbackWiki, tmp_path: Path) -> None:
    done = fetching(wiki, tmp_path).newest(silent, update=False)
    assert (done.new, done.revisions, done.missing) == (2, 2, [SEVENTH])
    assert [asked.get("letitle") for asked in wiki.questions] == [None, SEVENTH]
    assert wiki.questions[0]["maxlag"] == "5"
    assert "mailto:a@example.org" in wiki.agents[0]
    assert read(tmp_path) == [
        ("2011_November_8.txt", "1119", b"* Bridge 119 opens."),
        ("2011_November_9.txt", "2000", b"* A dam breaks."),
    ]
    archive = open_archive(tmp_path, PAGE_BYTES)
    assert archive.versions[0].time == datetime(2011, 11, 8, 1, 59, tzinfo=UTC)
    assert archive.versions[0].address == "https://en.wikipedia.org/w/index.php?oldid=1119"


def test_a_history_is_fetched_over_continuations_with_every_revision_once(wiki: LoopbackWiki, tmp_path: Path) -> None:
    done = fetching(wiki, tmp_path).history(silent, update=False)
    assert (done.new, done.revisions) == (2, 121)
    found = read(tmp_path)
    assert [revision for _, revision, _ in found] == [*map(str, range(1000, 1120)), "2000"]
    assert len(list((tmp_path / "en").glob("2011_November_8.*.json"))) == 3


def test_fetched_revisions_are_not_requested_again_and_an_update_requests_only_newer_ones(
    wiki: LoopbackWiki, tmp_path: Path
) -> None:
    fetching(wiki, tmp_path).history(silent, update=False)
    fetching(wiki, tmp_path).newest(silent, update=False)
    before = read(tmp_path)
    wiki.questions.clear()
    assert fetching(wiki, tmp_path).history(silent, update=False).unchanged == 2
    assert [asked.get("titles", asked.get("letitle")) for asked in wiki.questions] == [SEVENTH, SEVENTH]
    wiki.edit(NINTH, 2001, "2011-11-10T10:00:00Z", "* A dam breaks in [[Homs]].")
    done = fetching(wiki, tmp_path).history(silent, update=True)
    assert (done.new, done.revisions, done.unchanged) == (1, 1, 1)
    wiki.questions.clear()
    assert fetching(wiki, tmp_path).newest(silent, update=True).revisions == 1
    assert [asked.get("prop") for asked in wiki.questions] == ["info", "revisions", None]
    assert wiki.questions[1]["titles"].split("|")[-1] == NINTH
    assert read(tmp_path) == [*before, ("2011_November_9.txt", "2001", b"* A dam breaks in [[Homs]].")]


@pytest.mark.parametrize("revisions", [True, False])
def test_a_page_that_was_deleted_is_gone_in_the_archive_and_comes_back(
    wiki: LoopbackWiki, tmp_path: Path, revisions: bool
) -> None:
    def fetch(update: bool) -> run.Fetched:
        one = fetching(wiki, tmp_path)
        return (one.history if revisions else one.newest)(silent, update=update)

    fetch(False)
    deleted = wiki.pages.pop(NINTH)
    assert NINTH in fetch(True).missing
    assert open_archive(tmp_path, PAGE_BYTES).paths == ["2011_November_8.txt"]
    wiki.pages[NINTH] = [*deleted, {**deleted[0], "revid": 2005, "timestamp": "2026-12-01T00:00:00Z"}]
    fetch(True)
    assert open_archive(tmp_path, PAGE_BYTES).paths == ["2011_November_8.txt", "2011_November_9.txt"]


OTHER = "Portal:Current events/November 9, 2011"
"""A title that does not name a day in this edition."""


@pytest.mark.parametrize("revisions", [True, False])
@pytest.mark.parametrize("redirect", [True, False])
@pytest.mark.parametrize("before", [True, False])
def test_a_page_that_was_moved_is_followed_and_keeps_its_day(
    wiki: LoopbackWiki, tmp_path: Path, revisions: bool, redirect: bool, before: bool
) -> None:
    def fetch(update: bool) -> run.Fetched:
        one = fetching(wiki, tmp_path)
        return (one.history if revisions else one.newest)(silent, update=update)

    if before:
        fetch(False)
    wiki.move(NINTH, OTHER, 2001, "2011-11-10T10:00:00Z", redirect=redirect)
    wiki.edit(OTHER, 2003, "2011-11-10T12:00:00Z", "* A dam breaks in [[Homs]].")
    done = fetch(True)
    assert done.moved == {NINTH: OTHER}
    assert done.missing == [SEVENTH]
    assert f"moved: 1: {NINTH} -> {OTHER}" in run.summary(done, tmp_path)
    found = [(path, revision) for path, revision, _ in read(tmp_path) if path == "2011_November_9.txt"]
    ids = ["2000", "2001", "2003"] if revisions else ["2000", "2003"] if before else ["2003"]
    assert found == [("2011_November_9.txt", one) for one in ids]
    told = [page for answer in files(tmp_path).values() for page in answer["query"]["pages"] if "pageid" in page]
    assert {page["pageid"] for page in told if page["title"] in (NINTH, OTHER)} == {2000}
    assert fetch(True).revisions == 0


def test_a_page_that_was_moved_to_another_day_is_gone_from_the_one_and_whole_on_the_other(
    wiki: LoopbackWiki, tmp_path: Path
) -> None:
    fetching(wiki, tmp_path).history(silent, update=False)
    wiki.move(NINTH, SEVENTH, 2001, "2011-11-10T10:00:00Z")
    fetching(wiki, tmp_path).history(silent, update=True)
    archive = open_archive(tmp_path, PAGE_BYTES, history=True)
    found = [(one.path, one.commit, one.gone) for one in archive.versions if "8.txt" not in one.path]
    ninth, seventh = "2011_November_9.txt", "2011_November_7.txt"
    assert sorted(found, key=str) == [
        (seventh, "2000", False),
        (seventh, "2001", False),
        (ninth, "2000", False),
        (ninth, None, True),
    ]


def test_a_page_that_was_moved_and_then_deleted_is_reported(wiki: LoopbackWiki, tmp_path: Path) -> None:
    fetching(wiki, tmp_path).history(silent, update=False)
    wiki.move(NINTH, OTHER, 2001, "2011-11-10T10:00:00Z", redirect=False)
    wiki.delete(OTHER, "2011-11-11T09:00:00Z")
    done = fetching(wiki, tmp_path).history(silent, update=True)
    assert (done.missing, done.deleted) == ([SEVENTH, NINTH], {NINTH: "2011-11-11T09:00:00Z"})
    gone = open_archive(tmp_path, PAGE_BYTES, history=True).versions[-1]
    assert (gone.path, gone.gone, gone.time) == ("2011_November_9.txt", True, datetime(2011, 11, 11, 9, tzinfo=UTC))


def test_hidden_revisions_are_reported_by_what_is_hidden(wiki: LoopbackWiki, tmp_path: Path) -> None:
    wiki.edit(NINTH, 2001, "2011-11-10T10:00:00Z", None, suppressed=True)
    wiki.edit(NINTH, 2002, "2011-11-10T11:00:00Z", "* A dam is mended.", userhidden=True, user=None)
    done = fetching(wiki, tmp_path).history(silent, update=False)
    assert done.hidden == {"text": 1, "user": 1, "suppressed": 1}
    assert "hidden in revisions: suppressed 1, text 1, user 1" in run.summary(done, tmp_path)
    archive = open_archive(tmp_path, PAGE_BYTES, history=True)
    assert [(one.path, one.commit) for one in archive.unread] == [("2011_November_9.txt", "2001")]
    assert "suppresses" in archive.unread[0].reason


def test_a_revision_that_is_only_a_redirect_is_reported_and_the_text_before_it_stays_valid(
    wiki: LoopbackWiki, tmp_path: Path
) -> None:
    fetching(wiki, tmp_path).history(silent, update=False)
    wiki.edit(NINTH, 2001, "2011-11-10T10:00:00Z", "#WEITERLEITUNG [[Anderes]]")
    fetching(wiki, tmp_path).history(silent, update=True)
    archive = open_archive(tmp_path, PAGE_BYTES)
    assert "2011_November_9.txt" in archive.paths
    assert "only leads to 'Anderes'" in archive.unread[0].reason


def test_a_long_answer_is_continued(wiki: LoopbackWiki, tmp_path: Path) -> None:
    wiki.answer_limit = 1
    assert fetching(wiki, tmp_path).newest(silent, update=False).new == 2


@pytest.mark.parametrize(
    ("failure", "wait"),
    [
        (LAGGED, 7),
        ((429, {"Retry-After": "9"}, "too many"), 9),
        ((503, {"Retry-After": "Mon, 30 Nov 2026 00:00:11 GMT"}, "busy"), 11),
        ((502, {}, "bad gateway"), 1),
        ((200, {}, {"error": {"code": "ratelimited", "info": "You have exceeded your rate limit."}}), 1),
    ],
)
def test_a_wiki_that_asks_to_wait_is_asked_again_at_that_time(
    wiki: LoopbackWiki, tmp_path: Path, failure: Failure, wait: float
) -> None:
    wiki.failures = [failure]
    time = Waiting()
    assert fetching(wiki, tmp_path, time).newest(silent, update=False).new == 2
    assert time.waits[0] == wait
    assert wiki.questions[0] == wiki.questions[1]


@pytest.mark.parametrize(
    ("failures", "words"),
    [
        ([LAGGED] * 6, "failed 6 times, at last"),
        ([(429, {"Retry-After": "4000"}, "")], "asks to come back in 4,000 seconds"),
        ([(200, {}, {"error": {"code": "badtitle", "info": "Bad title."}})], "answered badtitle: Bad title."),
        ([(200, {}, "<html>")], "is it a wiki's api.php?"),
        ([(200, {}, {"query": {}})], "says nothing about"),
        ([(302, {"Location": "http://169.254.169.254/"}, "")], "redirects are not followed"),
        ([(404, {}, "nothing here")], "answered 404: nothing here"),
    ],
)
def test_a_permanent_failure_ends_a_run_and_keeps_what_was_fetched(
    wiki: LoopbackWiki, tmp_path: Path, failures: list[Failure], words: str
) -> None:
    fetching(wiki, tmp_path).history(silent, update=False)
    before = read(tmp_path)
    wiki.failures = list(failures)
    with pytest.raises(FetchError, match=words):
        fetching(wiki, tmp_path).history(silent, update=True)
    assert read(tmp_path) == before


def test_without_a_contact_address_nothing_is_fetched(wiki: LoopbackWiki, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="KG_FETCH_CONTACT"):
        fetching(wiki, tmp_path, fetch_contact="")
    assert wiki.questions == []


def test_a_wiki_of_this_machine_is_asked_only_if_a_setting_says_so(wiki: LoopbackWiki, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="KG_FETCH_PRIVATE"):
        fetching(wiki, tmp_path, fetch_private=False).newest(silent, update=False)
    assert wiki.questions == []


class StoppedError(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("at", range(6))
def test_a_history_that_is_stopped_anywhere_and_resumed_is_the_same(
    wiki: LoopbackWiki, tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetching(wiki, tmp_path / "whole").history(silent, update=False)
    monkeypatch.setattr(Path, "replace", _stopping(Path.replace, at))
    with pytest.raises(StoppedError):
        fetching(wiki, tmp_path / "stopped").history(silent, update=False)
    monkeypatch.undo()
    fetching(wiki, tmp_path / "stopped").history(silent, update=False)
    assert files(tmp_path / "stopped") == files(tmp_path / "whole")


def _stopping(replace: Callable[..., Path], at: int) -> Callable[..., Path]:
    """Return a function that renames ``at // 2`` files and then stops, before or after renaming one."""
    count = iter(range(100))

    def one(part: Path, target: Path) -> Path:
        number = next(count)
        if number == at // 2 and at % 2 == 0:
            raise StoppedError
        found = replace(part, target)
        if number == at // 2:
            raise StoppedError
        return found

    return one


def files(folder: Path) -> dict[str, Any]:
    return {file.name: json.loads(file.read_bytes()) for file in sorted((folder / "en").iterdir())}
