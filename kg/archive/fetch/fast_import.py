"""Writes a history into a bare git repository of ours, with ``git fast-import``.

Git works in an empty repository of its own that writes its objects into ours, as ``kg.archive.git`` does where it
reads: so it sees no configuration and runs no hook. The branch moves at the end, in one step. Until then the repository
shows what it did before, and a run that is killed leaves only unreferenced objects.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from typing import IO, Final, cast

from kg.archive.fetch.commits import BRANCH, FetchedHistory
from kg.archive.fetch.folder import alone
from kg.archive.git import CONFIGURATION, ENVIRONMENT
from kg.errors import FetchError

MARK: Final = "kg-fetch"
"""The file that marks a repository made by ``kg fetch``, which writes to no other."""
PLACE: Final = "kg-fetch-import-"
SAYS: Final = "kg fetch writes this repository again from what it fetched: do not commit here yourself.\n"
SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class FetchRepository:
    """A bare repository at ``root`` that ``kg fetch`` made or will make."""

    root: Path

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Lock out other runs, create the repository if there is none, and clean up after a killed run.

        Raises FetchError if it cannot be written, or if the folder or repository there was not made by ``kg fetch``.
        """
        with alone(self.root), _told(self.root):
            if any(self.root.iterdir()) and not (self.root / MARK).is_file():
                raise FetchError(f"{self.root} was not made by kg fetch: give an empty folder")
            (self.root / MARK).write_text(SAYS, encoding="utf-8")
            for folder in ("objects/pack", "objects/info", "refs/heads"):
                (self.root / folder).mkdir(parents=True, exist_ok=True)
            _write(self.root / "config", CONFIGURATION["sha1"])
            _write(self.root / "HEAD", f"ref: {BRANCH}\n")
            for left in self.root.glob(f"{PLACE}*"):
                shutil.rmtree(left)
            for part in (*self.root.glob("objects/pack/tmp_*"), *self.root.glob("objects/??/tmp_*")):
                part.unlink(missing_ok=True)
            yield

    def head(self) -> str:
        """Return the id of the newest commit, "" if there is none."""
        file = self.root / BRANCH
        return file.read_text(encoding="ascii").strip() if file.is_file() else ""

    def has(self, commit: str, newest: str) -> bool:
        """Return whether a commit is ``newest`` or an ancestor of it."""
        with _working(self.root) as environment:
            return _run(["merge-base", "--is-ancestor", commit, newest], environment, ()) == 0

    def write(self, stream: Iterable[bytes]) -> str:
        """Write the commits of a stream for ``git fast-import``; return the id of the newest one, "" if there is none.

        Raises FetchError if it cannot be written, and then leaves the repository as it was.
        """
        with _told(self.root), _working(self.root) as environment:
            if _run(["fast-import", "--quiet", "--date-format=raw"], environment, stream):
                raise FetchError(f"{self.root} cannot be written: git gave no reason")
            made = Path(environment["GIT_DIR"], BRANCH)
            commit = made.read_text(encoding="ascii").strip() if made.is_file() else ""
            if commit and commit != self.head():
                _write(self.root / BRANCH, f"{commit}\n")
        return commit


def write(folder: Path, root: Path) -> str:
    """Write the history fetched into ``folder`` to the repository at ``root``; return what was done.

    Raises FetchError if git is not installed, or the repository cannot be written.
    """
    history, repository = FetchedHistory(folder), FetchRepository(root)
    with repository.writing():
        before = repository.head()
        commit = repository.write(history.stream())
        is_new = before and not repository.has(before, commit)
    lines = [f"{root}: {history.commits:,} commits, the newest {commit or 'none'}"]
    if is_new:
        lines.append(f"older revisions came in between: the history that ended with {before} was rewritten")
    if history.damaged:
        lines.append(f"answers that cannot be read: {len(history.damaged):,}, such as {history.damaged[0]}")
    return "\n".join(lines)


@contextmanager
def _told(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FetchError(f"{root} cannot be written: {error.strerror or error}; what was fetched is kept") from error


@contextmanager
def _working(root: Path) -> Iterator[dict[str, str]]:
    """Provide the environment of an empty temporary repository in which git writes its objects into ours."""
    place = Path(mkdtemp(prefix=PLACE, dir=root))
    try:
        (place / "refs").mkdir()
        (place / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
        (place / "config").write_text(CONFIGURATION["sha1"], encoding="utf-8")
        outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        objects = str((root / "objects").absolute())
        yield outside | ENVIRONMENT | {"GIT_DIR": str(place.absolute()), "GIT_OBJECT_DIRECTORY": objects}
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _run(arguments: list[str], environment: dict[str, str], stream: Iterable[bytes]) -> int:
    """Run git with a stream as its input; return its exit status, 0 or 1.

    Raises FetchError with its message if it fails.
    """
    command = ["git", "-c", "core.fsync=all", *arguments]
    with TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 - a list, whose program is git
                command, stdin=subprocess.PIPE, stdout=errors, stderr=errors, env=environment
            )
        except FileNotFoundError:
            raise FetchError("git is not installed: install it, or leave out --git") from None
        with process:
            _feed(cast("IO[bytes]", process.stdin), stream)
        errors.seek(0)
        said = errors.read(SHOWN).decode(errors="replace").strip().splitlines()
    if process.returncode not in (0, 1):
        raise FetchError(f"git cannot write the history: {said[0] if said else 'it was killed'}")
    return process.returncode


def _feed(pipe: IO[bytes], stream: Iterable[bytes]) -> None:
    """Write a stream into a pipe; the reader may exit early, and then reports the reason itself."""
    with suppress(BrokenPipeError):
        for part in stream:
            pipe.write(part)
    with suppress(BrokenPipeError):
        pipe.close()


def _write(file: Path, text: str) -> None:
    """Write a file in one step, unless it already has this text."""
    if file.is_file() and file.read_text(encoding="ascii") == text:
        return
    part = file.with_name(f"tmp_{file.name}")
    with part.open("w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)
