"""Git repositories, read with plumbing commands only: nothing is checked out, fetched, locked or run."""

from __future__ import annotations

import io
import os
import re
import stat
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile

from kg.errors import ArchiveError

# Nothing that would ask, lock, or fetch missing objects from a network.
ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C",
}
# What would make git read another repository than the one that it is given.
ELSEWHERE = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
)
# What a repository configures itself must not start a program, read a file, or change what is printed.
OPTIONS = (
    "core.fsmonitor=false",
    "log.showSignature=false",
    "diff.orderFile=/dev/null",
    "i18n.logOutputEncoding=UTF-8",
)
OUTPUT_BYTES = 250_000_000
"""Longest list of files or changes, and most content of one group of pages: a small tree can stand for any number."""
ERROR_BYTES = 10_000
INCLUDE = re.compile(rb"^\s*\[\s*include(if)?\b", re.IGNORECASE | re.MULTILINE)
REGULAR_FILE_MODES = (b"100644", b"100755")
COMMIT_MARK = b"\x01"


@dataclass(frozen=True, slots=True)
class Blob:
    """A file as one commit has it: path, the commit and its time (UTC), and the id of the content.

    ``blob`` is None where the commit removed the file. ``path`` holds U+FFFD where it is not UTF-8.
    """

    path: str
    commit: str
    time: datetime
    blob: str | None


def check(root: Path) -> None:
    """Raise ArchiveError if reading a repository would read something else, or wait for ever: links, pipes, devices."""
    own = root / ".git"
    if own.is_symlink() or (own.exists() and not own.is_dir()):
        raise ArchiveError(f"{own} names another folder: give that one, or a clone")
    for folder, folders, names in os.walk(own if own.is_dir() else root):
        for path in (Path(folder, name) for name in (*folders, *names)):
            mode = path.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise ArchiveError(
                    f"{path} is no file and no folder, so the repository is not read: give a clone of it"
                )
            if path.name == "alternates" and path.parent.name == "info":
                raise ArchiveError(f"{path} names other repositories, which are not read: give a clone of this one")
            if path.name.startswith("config") and stat.S_ISREG(mode) and INCLUDE.search(path.read_bytes()):
                raise ArchiveError(f"{path} includes other files, which are not read: give a clone of the repository")


def newest(root: Path, as_of: datetime | None = None) -> str:
    """Return the id of the commit that HEAD names, or of the last one of its main line that is not after ``as_of``.

    Raises ArchiveError if there is none.
    """
    head = _run(root, "rev-parse", "--revs-only", "HEAD").decode().strip()
    if not head:
        raise ArchiveError(f"the git repository {root} has no commit yet: commit its pages first")
    if as_of is None:
        return head
    past = ""
    for line in _run(root, "log", "--first-parent", "--reverse", "--format=%H %ct", head, "--").decode().splitlines():
        commit, _, seconds = line.partition(" ")
        if _time(root, seconds) > as_of:
            break
        past = commit
    if not past:
        raise ArchiveError(f"the git repository {root} has no commit before {as_of:%Y-%m-%dT%H:%M:%SZ}")
    return past


def files(root: Path, commit: str) -> Iterator[Blob]:
    """Yield the regular files of a commit."""
    time = _committed(root, commit)
    for entry in _run(root, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
        about, _, name = entry.partition(b"\t")
        mode, _, blob = about.split()
        if mode in REGULAR_FILE_MODES:
            yield Blob(_path(name), commit, time, blob.decode())


def history(root: Path, commit: str) -> Iterator[Blob]:
    """Yield every file that each commit up to ``commit`` added, changed or removed, the oldest commit first.

    Only first parents are followed: of a merge, what it brought to the main line. Where a commit's time lies
    before that of its parent, the parent's time stands for it, so that time never runs backwards.
    """
    output = _run(root, "log", "--first-parent", "--reverse", "--raw", "--root", "--no-abbrev", "--no-renames", "-m",
                  "--format=%x01%H %ct", "-z", commit, "--")  # fmt: skip
    now, time = "", datetime.min.replace(tzinfo=UTC)
    fields = iter(output.split(b"\0"))
    for field in fields:
        text = field.lstrip(b"\n")
        if text.startswith(COMMIT_MARK):
            now, _, seconds = text[1:].decode(errors="replace").partition(" ")
            time = max(time, _time(root, seconds))
        elif text.startswith(b":"):
            _, mode, _, blob, status = text.split()
            gone = status == b"D" or mode not in REGULAR_FILE_MODES
            yield Blob(_path(next(fields)), now, time, None if gone else blob.decode())


def sizes(root: Path, blobs: Iterable[str]) -> dict[str, int]:
    """Return the size in bytes of each of these contents."""
    wanted = "".join(f"{blob}\n" for blob in blobs).encode()
    checked = _run(root, "cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=wanted).decode()
    found = (line.split() for line in checked.splitlines())
    return {blob: int(size) for blob, size in found if size.isdigit()}


def contents(root: Path, blobs: list[str]) -> Iterator[bytes]:
    """Yield these contents in their order, all read by one process; raises ArchiveError for one that is missing."""
    wanted = "".join(f"{blob}\n" for blob in blobs).encode()
    output = io.BytesIO(_run(root, "cat-file", "--batch", stdin=wanted))
    for blob in blobs:
        header = output.readline().split()
        is_file = len(header) == 3 and header[1] == b"blob"
        content = output.read(int(header[2])) if is_file else b""
        if not is_file or len(content) != int(header[2]):
            raise ArchiveError(f"git cannot read {blob} of {root}: the repository is damaged (git fsck tells more)")
        output.read(1)
        yield content


def _run(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    command = ["git", "-C", str(root), *chain.from_iterable(("-c", option) for option in OPTIONS), *arguments]
    environment = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    environment |= {**ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(root.resolve().parent)}
    with TemporaryFile() as asked, TemporaryFile() as errors:
        asked.write(stdin)
        asked.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603
                command, stdin=asked, stdout=subprocess.PIPE, stderr=errors, env=environment
            )
        except FileNotFoundError:
            raise ArchiveError(f"{root} is a git repository, and git is not installed: install it first") from None
        with process:
            output = process.stdout.read(OUTPUT_BYTES + 1) if process.stdout else b""
            if len(output) > OUTPUT_BYTES:
                process.kill()
                raise ArchiveError(
                    f"{root} has more than {OUTPUT_BYTES:,} bytes where git was asked for {arguments[0]}"
                )
        errors.seek(0)
        said = errors.read(ERROR_BYTES).decode(errors="replace").strip().splitlines()
    if process.returncode != 0:
        raise ArchiveError(f"git cannot read {root}: {said[0] if said else 'no reason given'} (git fsck tells more)")
    return output


def _committed(root: Path, commit: str) -> datetime:
    return _time(root, _run(root, "rev-list", "--max-count=1", "--timestamp", commit).decode().split()[0])


def _time(root: Path, seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise ArchiveError(f"a commit of {root} has the time {seconds[:50]!r}, which is none") from None


def _path(name: bytes) -> str:
    return name.decode(errors="replace")
