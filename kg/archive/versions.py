"""The versions of pages: which commits or revisions made them, and when."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from kg.archive.git import Commit
from kg.archive.times import bounded, read_time
from kg.archive.trailers import WikiRevision

SHORTEST_HASH: Final = 40
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class PageVersion:
    """One version of a page: its path, and in git the commit, its time (UTC) and the content's id.

    ``time`` is None where it is not known. ``gone`` says that the commit removed the page. In a capture file, and where
    a commit is a revision of a wiki, ``commit`` is the id of the revision, ``parent`` the id of the revision before it
    ("" if there was none), ``address`` its permanent address, and ``language`` the language of the page, as far as the
    source tells them.
    """

    path: str
    commit: str | None = None
    time: datetime | None = None
    blob: str | None = None
    gone: bool = False
    parent: str | None = None
    address: str | None = None
    language: str | None = None

    @property
    def age(self) -> tuple[bool, datetime, int, str]:
        """The sort key by time, then by id, since wikis number edits of the same second in order."""
        revision = self.commit or ""
        number = int(revision) if _NUMBER.fullmatch(revision) else 0
        return self.time is None, self.time or datetime.max.replace(tzinfo=UTC), number, revision


@dataclass(frozen=True, slots=True)
class UnreadPage:
    """A page that cannot be read: its path, the reason, and the git commit that contains it, if any."""

    path: str
    reason: str
    commit: str | None = None

    def __str__(self) -> str:
        """Return the reason as a sentence."""
        return f"page {self.path}{in_words(self.commit)} {self.reason}"


def in_words(commit: str | None) -> str:
    """Return which git commit or wiki revision something comes from, in words; "" if neither is known."""
    if commit is None:
        return ""
    # Wikis number their revisions; the id of a commit is a hash.
    return f" of revision {commit}" if len(commit) < SHORTEST_HASH and commit.isdecimal() else f" of commit {commit}"


@dataclass(frozen=True, slots=True)
class DoubtedTime:
    """A commit whose time cannot be true: what it says, in seconds since 1970, and the time (UTC) used instead.

    ``written`` is empty where git finds no time, ``taken`` is None where nothing bounds it.
    """

    commit: str
    written: str
    taken: datetime | None


@dataclass(frozen=True, slots=True)
class MainLine:
    """Commits, oldest first, and the corrected time of each (UTC): none is before its parent's.

    Either all times are known or none is.
    """

    commits: tuple[Commit, ...]
    times: tuple[datetime | None, ...]

    @classmethod
    def of(cls, commits: Iterable[Commit], now: datetime) -> MainLine:
        """Return a line of commits with their times; none of them is after ``now``."""
        line = tuple(commits)
        return cls(line, tuple(bounded([read_time(commit.seconds) for commit in line], now)))

    def until(self, moment: datetime) -> MainLine:
        """Return the commits that were made up to ``moment``."""
        count = bisect_right([time for time in self.times if time], moment)
        return MainLine(self.commits[:count], self.times[:count])

    @property
    def is_dated(self) -> bool:
        """Whether the times are known."""
        return any(self.times)

    @property
    def doubted(self) -> tuple[DoubtedTime, ...]:
        """The commits with times that cannot be true."""
        return tuple(
            DoubtedTime(commit.id, commit.seconds, time)
            for commit, time in zip(self.commits, self.times, strict=True)
            if time is None or read_time(commit.seconds) != time
        )

    def versions(self, is_page: Callable[[str], bool]) -> Iterator[PageVersion]:
        """Yield every version of every page, oldest first."""
        paths = {path for commit in self.commits for path, _ in commit.changes}
        pages = set(filter(is_page, paths))
        blobs: dict[str, str | None] = {}
        for commit, time in zip(self.commits, self.times, strict=True):
            for path, blob in commit.changes:
                if path in pages:
                    blobs[path] = blob
                    if commit.wiki is None or commit.wiki.path != path:
                        yield PageVersion(path, commit.id, time, blob, gone=blob is None)
            if commit.wiki and commit.wiki.path in blobs and not commit.wiki.hidden:
                yield _of_wiki(commit, commit.wiki, time, blobs[commit.wiki.path])

    def hidden(self, is_page: Callable[[str], bool]) -> Iterator[UnreadPage]:
        """Yield the wiki revisions with hidden texts."""
        for one in (commit.wiki for commit in self.commits):
            if one and one.hidden and is_page(one.path):
                yield UnreadPage(one.path, one.hidden, one.revision)

    def newest(self, blobs: Mapping[str, str], head: str) -> Iterator[PageVersion]:
        """Yield the newest version of each of these pages, given by path with their contents in the commit ``head``."""
        versions = self.versions(blobs.__contains__)
        found = {one.path: one for one in versions if one.blob == blobs[one.path]}
        yield from (found.get(path) or PageVersion(path, head, None, blobs[path]) for path in sorted(blobs))


def _of_wiki(commit: Commit, wiki: WikiRevision, time: datetime | None, blob: str | None) -> PageVersion:
    """Return the version that a commit's trailers describe; a time that is not the commit's own proves nothing.

    A revision may repeat the text of the one before; its commit then changes no file.
    """
    gone = wiki.revision is None or blob is None
    is_timed = read_time(commit.seconds) == time
    parent = wiki.parent if is_timed and not gone else None
    shown = None if gone else blob
    return PageVersion(wiki.path, wiki.revision, time, shown, gone, parent, wiki.address, wiki.language)
