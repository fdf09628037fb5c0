"""What git says about the first parents of a commit, kept from one build to the next, since it never changes.

A file has a SHA-256 of the log, and of how git was asked for it, in its first line; one that has another is none.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from kg.archive import git
from kg.archive.repository import Repository

SUFFIX: Final = ".log"


def main_log(repository: Repository, folder: Path | None) -> bytes:
    """Return the log of a repository's main line: what is kept of it in ``folder``, after what is new since then."""
    names = {file.stem for file in folder.glob(f"*{SUFFIX}")} if folder else set()
    known = [commit for commit in git.first_parents(repository) if commit in names] if names else []
    for commit in known:
        if folder and (kept := _read(folder / f"{commit}{SUFFIX}")):
            return kept if commit == repository.head else git.log(repository, since=commit) + b"\0" + kept
    return git.log(repository)


def keep(folder: Path, commit: str, log: bytes) -> None:
    """Keep the log of the main line that ends with ``commit``."""
    (folder / f"{commit}{SUFFIX}").write_bytes(_checksum(log) + b"\n" + log)


def is_sound(file: Path) -> bool:
    """Return whether a kept log is what was written, or of another version that asked git for something else."""
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
