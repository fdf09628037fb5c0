"""Fixtures for tests of how events develop through the captures of their pages."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from kg.dialects import reading, registry
from kg.dialects.item import Tally
from kg.dialects.record import Page
from kg.events.claims import Claims
from kg.events.timeline import Capture, Event, Listing, Timeline

BASE = "http://127.0.0.1:8000/"
NOON = datetime(2011, 11, 8, 12, tzinfo=UTC)
DAY = date(2011, 11, 8)
END = datetime.max.replace(tzinfo=UTC)

HERMETIC = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

Pages = Mapping[str, list[str] | str | None]
Files = Mapping[str, list[str] | str | bytes | None]
Commits = Iterable[tuple[float, Files]]


def capture(path: str, text: str | None, time: datetime | None = None) -> Capture:
    if text is None:
        return Capture(path, ())
    page = Page(path, text.encode(), time)
    record = reading.parse(page)
    assert record
    listed = registry.of(path).items(path, record, Tally(), "en")
    return Capture(path, tuple(Listing(item, f"{BASE}page/{path}/{page.sha256[:16]}", time) for item in listed))


class Archive:
    """A timeline, and the captures that a test gives it. Times are in hours from noon of 8 November 2011."""

    def __init__(self, claims: Claims | None = None) -> None:
        self.claims = claims or Claims()
        self.timeline = Timeline(self.claims)

    def step(self, hours: float | None, pages: Pages) -> None:
        """Capture pages: the lines of one, its text, or None if it is gone. Without hours, the time is not known."""
        time = None if hours is None else self.at(hours)
        texts = {path: "\n".join(page) if isinstance(page, list) else page for path, page in pages.items()}
        self.timeline.step([capture(path, text, time) for path, text in texts.items()], time)

    def day(self, hours: float | None, *lines: str, day: date = DAY) -> None:
        """Capture the page of a day."""
        self.step(hours, {f"{day.year}_{day:%B}_{day.day}.txt": list(lines)})

    @property
    def events(self) -> list[Event]:
        return list(self.timeline.events.values())

    @property
    def shown(self) -> dict[str, str]:
        """The keys of the events that the newest captures list, by title."""
        return {one.item.title: one.key for one in self.events if not one.gone}

    def event(self, title: str) -> Event:
        """Return the event that has or had a title."""
        (found,) = [one for one in self.events if title in {known.item.title for known in one.revisions.values()}]
        return found

    @staticmethod
    def at(hours: float) -> datetime:
        return NOON + timedelta(hours=hours)

    @staticmethod
    def spans(event: Event) -> list[tuple[str, list[tuple[float, float | None]]]]:
        """Return the title and intervals, in hours, of each revision."""
        return [
            (one.item.title, [(hours(span.start), hours(span.until) if span.until else None) for span in one.spans])
            for one in event.revisions.values()
        ]

    def check_intervals(self) -> None:
        """Assert that the intervals of each event are disjoint and ordered, and the current revision's is open."""
        for event in self.events:
            for revision in event.revisions.values():
                assert all(one.until and one.until < other.start for one, other in pairwise(revision.spans))
            spans = [one for revision in event.revisions.values() for one in revision.spans]
            lasting = sorted((one.start, one.until or END) for one in spans if one.start != one.until)
            assert all(start < end for start, end in lasting)
            assert all(end <= start for (_, end), (start, _) in pairwise(lasting))
            still = [name for name, one in event.revisions.items() if one.spans and one.spans[-1].until is None]
            assert still == ([] if event.gone else [event.current])
            assert not event.gone or all(end <= event.gone for _, end in lasting)


def hours(moment: datetime) -> float:
    return (moment - NOON) / timedelta(hours=1)


@pytest.fixture
def archive() -> Archive:
    return Archive()


@pytest.fixture(scope="session")
def new_archive() -> type[Archive]:
    """A function that makes archives, for tests that need more than one."""
    return Archive


class Repository:
    """A bare git repository."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "--bare", "--initial-branch=main", str(root))

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        where = ["-C", str(self.root)] if self.root.exists() else []
        command = ["git", *where, *arguments]
        done = subprocess.run(command, input=stdin, env=HERMETIC, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def commit(self, commits: Commits) -> None:
        """Add commits, each given by its hours from noon and its changes of pages."""
        parent = b"from refs/heads/main^0\n" if self.git("for-each-ref", "refs/heads/main") else b""
        stream = b""
        for after, pages in commits:
            seconds = round((NOON + timedelta(hours=after)).timestamp())
            stream += f"commit refs/heads/main\ncommitter A <a@example.org> {seconds} +0000\ndata 0\n".encode()
            stream += parent + b"".join(map(changed, pages.items()))
            parent = b""
        self.git("fast-import", "--quiet", stdin=stream)

    def ids(self) -> list[str]:
        """Return the ids of the commits, the oldest first."""
        return self.git("rev-list", "--first-parent", "--reverse", "main").split()

    def back_to(self, commit: str) -> None:
        self.git("update-ref", "refs/heads/main", commit)


def changed(page: tuple[str, list[str] | str | bytes | None]) -> bytes:
    """Return the command of git fast-import that writes or deletes a page."""
    path, content = page
    if content is None:
        return f"D {path}\n".encode()
    joined = "\n".join(content) if isinstance(content, list) else content
    text = joined.encode() if isinstance(joined, str) else joined
    return f"M 100644 inline {path}\ndata {len(text)}\n".encode() + text + b"\n"


@pytest.fixture
def new_repository(tmp_path: Path) -> Callable[..., Repository]:
    """A function that makes a repository with these commits."""

    def make(commits: Commits = (), name: str = "repository") -> Repository:
        repository = Repository(tmp_path / name)
        repository.commit(commits)
        return repository

    return make


@pytest.fixture
def sample_history(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "sample")
    repository.git("fast-import", "--quiet", stdin=(Path(__file__).parent / "sample.txt").read_bytes())
    return repository
