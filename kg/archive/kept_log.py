"""The log of the first parents of a commit, kept from one build to the next since it never changes.

The first line of a file is a SHA-256 of the log and of the command that produced it; a file where it does not match is
ignored.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from kg.archive import git
from kg.archive.repository import Repository

SUFFIX: Final = ".log"


def main_log(repository: Repository, folder: Path | None) -> bytes:
    """Return the log of a repository's main line: the new part, followed by the part kept in ``folder``."""
    names = {file.stem for file in folder.glob(f"*{SUFFIX}")} if folder else set()
    known = [commit for commit in git.first_parents(repository) if commit in names] if names else []
    for commit in known:
        if folder and (kept := _read(folder / f"{commit}{SUFFIX}")):
            return kept if commit == repository.head else git.log(repository, since=commit) + b"\0" + kept
    return git.log(repository)


def keep(folder: Path, commit: str, log: bytes) -> None:
    """Save the log of the main line that ends with ``commit``."""
    (folder / f"{commit}{SUFFIX}").write_bytes(_checksum(log) + b"\n" + log)


def is_sound(file: Path) -> bool:
    """Return whether a kept log is intact, and from a version that asks git for the same."""
    said, _, log = file.read_bytes().partition(b"\n")
    return said == _checksum(log)


def _read(file: Path) -> bytes | None:
    try:
        said, _, log = file.read_bytes().partition(b"\n")
    except OSError:
        return None
    return log if said == _checksum(log) else None


def _checksum(log: bytes) -> bytes:
    return hashlib.sha256("\0".join(git.LOG).encode() + log).hexdigest().encode()
