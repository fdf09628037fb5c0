"""A git repository on disk: which commit it shows, and which parts of it may be read.

Only four things in such a folder are read: ``HEAD``, the branches, ``shallow``, and the objects, which are named by
their content (gitrepository-layout). Configuration, replacements, grafts and hooks are not read, and whatever would
lead elsewhere is refused.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.errors import ArchiveError

ELSEWHERE: Final = {
    "commondir": "names another repository, which is not read: give that one",
    "objects/info/alternates": "names other repositories, which are not read: give a clone of this one",
    "reftable": "keeps the branches in a format that is not read: run git refs migrate --ref-format=files",
}
NOT_HEEDED: Final = {"info/grafts": "grafts", "refs/replace": "replaced objects"}
SYMBOLIC_REFS: Final = 5
"""How long a chain of symbolic refs may be, as in git."""
BRANCHES_SHOWN: Final = 10
REFS_BYTES: Final = 50_000_000
REF: Final = re.compile(
    r"refs/(?:(?!\.)[^\x00- \x7f~^:?*\[\\/]+(?<!\.lock)/)*(?!\.)[^\x00- \x7f~^:?*\[\\/]+(?<!\.lock)"
)
"""The name of a branch or tag (git-check-ref-format)."""
SHA1_DIGITS: Final = 40
ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
"""The id of an object: SHA-1 or SHA-256, in hex."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A readable repository in ``folder`` (``.git``, or all of a bare one), at the commit ``head``.

    ``is_shallow`` says that parents of some of its commits are missing. ``remarks`` are sentences about contents that
    are ignored.
    """

    root: Path
    folder: Path
    head: str
    is_shallow: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def objects(self) -> Path:
        """The folder of the objects."""
        return self.folder / "objects"

    @property
    def hash_name(self) -> str:
        """The name of the hash that objects are named by."""
        return "sha1" if len(self.head) == SHA1_DIGITS else "sha256"

    @property
    def is_partial(self) -> bool:
        """Whether it was cloned without some of its objects."""
        return any(self.objects.glob("pack/*.promisor"))


def is_repository(root: Path) -> bool:
    """Return whether there is a git repository at ``root``: ``.git`` in it, or a bare one."""
    return os.path.lexists(root / ".git") or ((root / "objects").is_dir() and (root / "HEAD").is_file())


def find_repository(root: Path) -> Repository:
    """Find the repository at ``root`` and the commit that its HEAD names.

    Raises ArchiveError if there is no repository, if reading it would read something else or block (links, pipes,
    devices), or if HEAD names no commit; the message then names the existing branches.
    """
    own = root / ".git"
    folder = own.absolute() if os.path.lexists(own) else root.absolute()
    if own.is_symlink() or not folder.is_dir():
        raise ArchiveError(f"{own} names another folder: give that one, or a clone")
    for name, reason in ELSEWHERE.items():
        if os.path.lexists(folder / name):
            raise ArchiveError(f"{folder / name} {reason}")
    _check_objects(folder / "objects")
    branch, head = _head(folder)
    if not head:
        raise ArchiveError(_unborn(root, folder, branch))
    return Repository(
        root, folder, head, bool((_read(folder, "shallow") or "").strip()), _remarks(root, folder, branch)
    )


def _check_objects(objects: Path) -> None:
    if not objects.is_dir():
        raise ArchiveError(f"{objects.parent} is not a git repository: it has no objects")
    for folder, folders, names in os.walk(objects):
        for path in (Path(folder, name) for name in (*folders, *names)):
            _check_kind(path, path.lstat().st_mode)
    _check_kind(objects, objects.lstat().st_mode)


def _check_kind(path: Path, mode: int) -> None:
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise ArchiveError(f"{path} is neither a file nor a folder, so the repository is not read: give a clone of it")


def _read(folder: Path, name: str) -> str | None:
    """Return the content of a file of the folder, None if there is none; no part of its path may be a link."""
    path = folder
    for part in Path(name).parts:
        path /= part
        try:
            found = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        _check_kind(path, found.st_mode)
    if stat.S_ISDIR(found.st_mode):
        return None
    if found.st_size > REFS_BYTES:
        raise ArchiveError(f"{path} has {found.st_size:,} bytes, more than the {REFS_BYTES:,} that are read")
    return path.read_text(encoding="utf-8", errors="replace")


def _head(folder: Path) -> tuple[str | None, str | None]:
    """Return the branch that HEAD names, None if it names a commit directly, and the commit's id, if any."""
    named = _read(folder, "HEAD")
    if named is None:
        raise ArchiveError(f"{folder} is not a git repository: it has no HEAD")
    branch = None
    for _ in range(SYMBOLIC_REFS):
        if not named.startswith("ref:"):
            break
        branch = named.removeprefix("ref:").strip()
        if not REF.fullmatch(branch):
            raise ArchiveError(
                f"HEAD of {folder} names {branch[:100]!r}, which is not a branch: choose one with git switch"
            )
        named = _read(folder, branch) or _packed(folder).get(branch, "")
    head = named.strip().lower()
    if head and not ID.fullmatch(head):
        raise ArchiveError(f"HEAD of {folder} leads to {head[:100]!r}, not to a commit: the repository is damaged")
    return branch, head or None


def _packed(folder: Path) -> dict[str, str]:
    """Return the ids in ``packed-refs``, by the names of the branches and tags."""
    lines = (line.partition(" ") for line in (_read(folder, "packed-refs") or "").splitlines())
    return {name: commit for commit, _, name in lines if ID.fullmatch(commit) and REF.fullmatch(name)}


def _unborn(root: Path, folder: Path, branch: str | None) -> str:
    branches = _branches(folder)
    if not branches:
        return f"the git repository {root} has no commit yet: commit its pages first"
    local = next((name for name in branches if name.startswith("refs/heads/")), None)
    choose = f"symbolic-ref HEAD {local}" if local else f"switch {branches[0].split('/', 3)[-1]}"
    return (
        f"HEAD of the git repository {root} names {_short(branch or '')}, which has no commit; the branches are "
        f"{_listed(branches)}: choose one, for instance with git -C {root} {choose}"
    )


def _remarks(root: Path, folder: Path, branch: str | None) -> tuple[str, ...]:
    found = []
    if branch is None:
        branches = _listed(_branches(folder)) or "none"
        found.append(f"HEAD of {root} names a commit and no branch; the branches are {branches}")
    found += (
        f"{root} has {what} ({name}), which are ignored: its commits are read as they were made"
        for name, what in NOT_HEEDED.items()
        if os.path.lexists(folder / name)
    )
    return tuple(found)


def _branches(folder: Path) -> list[str]:
    """Return the full names of the branches, or of remote branches if there are no others."""
    names = {*_packed(folder), *_loose(folder)}
    for kind in ("refs/heads/", "refs/remotes/"):
        if some := sorted(name for name in names if name.startswith(kind) and not name.endswith("/HEAD")):
            return some
    return []


def _loose(folder: Path) -> Iterator[str]:
    for place, _, names in os.walk(folder / "refs"):
        found = (Path(place, name).relative_to(folder).as_posix() for name in names)
        yield from (name for name in found if REF.fullmatch(name) and _read(folder, name))


def _listed(branches: list[str]) -> str:
    more = f" and {len(branches) - BRANCHES_SHOWN:,} more" if len(branches) > BRANCHES_SHOWN else ""
    return ", ".join(map(_short, branches[:BRANCHES_SHOWN])) + more


def _short(branch: str) -> str:
    return branch.removeprefix("refs/").removeprefix("heads/").removeprefix("remotes/")
