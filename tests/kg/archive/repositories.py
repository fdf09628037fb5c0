"""A git repository for tests, made by git itself, to which each test adds the commits that it needs."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from kg.archive import git
from kg.archive.git import Commit
from kg.archive.repository import find_repository

#: Excludes the settings of the machine and the user, and gives the same commits on every run.
HERMETIC = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Author",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_COMMITTER_NAME": "Committer",
    "GIT_COMMITTER_EMAIL": "committer@example.org",
}
NOON = 1_320_753_600  # 2011-11-08T12:00:00Z
HOUR = 3_600


class Repository:
    """A repository to which each test writes the commits that it needs."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "-q", "--initial-branch=main", *options, ".")

    def git(self, *arguments: str, hours: int = 0, stdin: str = "") -> str:
        when = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{NOON + hours * HOUR} +0200")
        command = ["git", *arguments]
        done = subprocess.run(
            command, cwd=self.root, env=HERMETIC | when, check=True, capture_output=True, text=True, input=stdin
        )
        return done.stdout.strip()

    def commit(self, hours: int = 0, **files: str | bytes | None) -> str:
        """Commit files (no file for an empty commit, None to remove one) and return the commit's id."""
        for name, content in files.items():
            if content is None:
                (self.root / name).unlink()
            else:
                (self.root / name).write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "capture", hours=hours)
        return self.git("rev-parse", "HEAD")

    def commit_at(self, written: str, **files: str | bytes | None) -> str:
        """Commit files with the text ``written`` instead of a time, and return the commit's id."""
        raw = self.git("cat-file", "commit", self.commit(**files))
        lines = [
            f"{line.split('>')[0]}> {written}" if line.startswith(("author ", "committer ")) else line
            for line in raw.split("\n")
        ]
        text = "\n".join(lines) + "\n"
        name = self.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text)
        self.git("update-ref", "HEAD", name)
        return name

    def history(self) -> list[Commit]:
        return git.commits(git.log(find_repository(self.root)))

    def told(self) -> list[tuple[str, int, str | None]]:
        """Return the history of each file: path, hours since noon, and text."""
        return [
            (path, hours(datetime.fromtimestamp(int(commit.seconds), UTC)), self.text(blob))
            for commit in self.history()
            for path, blob in commit.changes
        ]

    def paths(self) -> list[str]:
        return [path for commit in self.history() for path, _ in commit.changes]

    def here(self) -> dict[str, str]:
        """Return the ids of the contents at the newest commit, by path."""
        found = find_repository(self.root)
        return {one.path: one.blob for one in git.entries(found, found.head)}

    def text(self, blob: str | None) -> str | None:
        return None if blob is None else next(git.contents(find_repository(self.root), [blob])).decode()


def hours(moment: datetime) -> int:
    assert moment.tzinfo is UTC
    return round((moment.timestamp() - NOON) / HOUR)
