"""Asks git about a repository with plumbing commands; nothing is checked out, fetched, locked or run.

Git works in an empty repository of its own, which borrows the objects of the one that is read. It therefore sees no
configuration, hook, filter, graft or replaced object, and everything it returns is named by its hash.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Final

from kg.archive import trailers
from kg.archive.repository import Repository
from kg.archive.trailers import WikiRevision
from kg.errors import ArchiveError

ENVIRONMENT: Final = {
    # Git must not prompt, lock, or fetch missing objects from a network.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",
    # Settings of the machine and the user are ignored.
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
}
OPTIONS: Final = (
    f"core.attributesFile={os.devnull}",
    # The names of objects do not prove what these indexes say.
    "core.commitGraph=false",
    "core.multiPackIndex=false",
    # Neighbouring trees are alike: caching more of them costs more than it saves.
    "core.deltaBaseCacheLimit=32m",
    "log.mailmap=false",
)
CONFIGURATION: Final = {
    "sha1": "[core]\n\trepositoryFormatVersion = 0\n\tbare = true\n",
    "sha256": "[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = sha256\n",
}
LOG: Final = (
    "log",
    "--first-parent",
    "--raw",
    "--root",
    "--no-abbrev",
    "--no-renames",
    "-m",
    f"--format=%x01%H %ct%x1f{trailers.FORMAT}",
    "-z",
)
OUTPUT_BYTES: Final = 250_000_000
"""Limits on a list of files or changes, and on the content of a group of pages: a small tree can name any number."""
ERROR_BYTES: Final = 10_000
REGULAR_FILE_MODES: Final = (b"100644", b"100755")
KINDS: Final = {b"120000": "a symbolic link", b"160000": "a submodule"}
COMMIT_MARK: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """What a commit has at ``path``: the content of a file, or something else that ``kind`` names.

    ``path`` holds U+FFFD where it is not UTF-8.
    """

    path: str
    blob: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: the time it claims, in seconds since 1970 as git reads it, and what it did to files.

    ``changes`` pairs each path with the id of its new content, None where the commit removed the file. ``wiki`` is the
    revision of a wiki that the commit stands for, if any.
    """

    id: str
    seconds: str
    changes: list[tuple[str, str | None]]
    wiki: WikiRevision | None = None


def entries(repository: Repository, commit: str) -> Iterator[TreeEntry]:
    """Yield the entries of a commit: files, and what is not a file."""
    listed = _run(repository, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]
    for about, _, name in (entry.partition(b"\t") for entry in listed):
        mode, _, blob = about.split()
        yield TreeEntry(_path(name), blob.decode(), KINDS.get(mode))


def first_parents(repository: Repository) -> list[str]:
    """Return the ids of the repository's head, its first parent, the first parent of that, and so on."""
    return _run(repository, "rev-list", "--first-parent", repository.head).decode().split()


def log(repository: Repository, since: str = "") -> bytes:
    """Return what git prints about ``commits`` of the main line, newest first; only those after ``since`` if given.

    Only first parents are followed, so a merge shows what it brought to the main line.
    """
    # In the order in which git finds them: reversing it takes a fifth longer.
    span = f"{since}..{repository.head}" if since else repository.head
    return _run(repository, *LOG, span, "--")


def commits(log: bytes) -> list[Commit]:
    """Return the commits of a log, oldest first, with every file that each of them changed."""
    found: list[Commit] = []
    changes: list[tuple[str, str | None]] = []
    fields = iter(log.split(b"\0"))
    for field in fields:
        text = field.lstrip(b"\n")
        if text.startswith(COMMIT_MARK):
            facts, *told = text[1:].decode(errors="replace").split(trailers.SEPARATOR)
            commit, _, seconds = facts.partition(" ")
            changes = []
            found.append(Commit(commit, seconds.strip(), changes, trailers.read(told)))
        elif text:
            changes.append((_path(next(fields)), _blob(text)))
    return found[::-1]


def _blob(fact: bytes) -> str | None:
    _, mode, _, blob, status = fact.split()
    return None if status == b"D" or mode not in REGULAR_FILE_MODES else blob.decode()


def sizes(repository: Repository, blobs: Iterable[str]) -> dict[str, int]:
    """Return the size in bytes of each of these contents."""
    wanted = "".join(f"{blob}\n" for blob in blobs).encode()
    checked = _run(repository, "cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=wanted).decode()
    found = (line.split() for line in checked.splitlines())
    return {blob: int(size) for blob, size in found if size.isdigit()}


def contents(repository: Repository, blobs: list[str]) -> Iterator[bytes]:
    """Yield these contents in order, all read by one process.

    Raises ArchiveError for one that is missing or does not match its id.
    """
    wanted = "".join(f"{blob}\n" for blob in blobs).encode()
    output = io.BytesIO(_run(repository, "cat-file", "--batch", stdin=wanted))
    for blob in blobs:
        header = output.readline()
        is_file = header.split()[1:2] == [b"blob"]
        content = output.read(int(header.split()[2])) if is_file else b""
        if not is_file or hashlib.new(repository.hash_name, b"blob %d\0" % len(content) + content).hexdigest() != blob:
            raise _unreadable(repository, f"{blob} of ")
        output.read(1)
        yield content


def _run(repository: Repository, *arguments: str, stdin: bytes = b"") -> bytes:
    """Return what git prints, run in an empty repository that borrows the objects of this one."""
    command = ["git", *chain.from_iterable(("-c", option) for option in OPTIONS), *arguments]
    with TemporaryDirectory(prefix="newsgraph-git-") as place, TemporaryFile() as asked, TemporaryFile() as errors:
        asked.write(stdin)
        asked.seek(0)
        environment = _environment(repository, Path(place))
        try:
            process = subprocess.Popen(  # noqa: S603 - a list, whose program is git
                command, cwd=place, stdin=asked, stdout=subprocess.PIPE, stderr=errors, env=environment
            )
        except FileNotFoundError:
            raise ArchiveError(
                f"{repository.root} is a git repository, and git is not installed: install it first"
            ) from None
        with process:
            output = process.stdout.read(OUTPUT_BYTES + 1) if process.stdout else b""
            if len(output) > OUTPUT_BYTES:
                process.kill()
                raise ArchiveError(
                    f"{repository.root} has more than {OUTPUT_BYTES:,} bytes where git was asked for {arguments[0]}"
                )
        errors.seek(0)
        said = errors.read(ERROR_BYTES).decode(errors="replace").strip().splitlines()
    if process.returncode != 0:
        raise _unreadable(repository, "", said[0] if said else "no reason given")
    return output


def _environment(repository: Repository, place: Path) -> dict[str, str]:
    """Create an empty repository at ``place``; return the environment in which git sees the objects from there."""
    (place / "refs").mkdir()
    (place / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
    (place / "config").write_text(CONFIGURATION[repository.hash_name], encoding="utf-8")
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return outside | ENVIRONMENT | {"GIT_DIR": str(place), "GIT_OBJECT_DIRECTORY": str(repository.objects)}


def _unreadable(repository: Repository, what: str, why: str = "") -> ArchiveError:
    partial = repository.is_partial
    cause = why or ("objects are missing" if partial else "the repository is damaged")
    advice = "it is a partial clone: clone it without --filter" if partial else "git fsck tells more"
    return ArchiveError(f"git cannot read {what}{repository.root}: {cause} ({advice})")


def _path(name: bytes) -> str:
    return name.decode(errors="replace")
