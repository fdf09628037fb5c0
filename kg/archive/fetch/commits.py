"""Turns fetched revisions into a history in git: one commit for each, ordered by time over all pages.

The commits depend on the answers alone, so the same answers always give the same commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kg.archive.readers.mediawiki import answers
from kg.archive.readers.mediawiki.revision import Revision, Wiki
from kg.archive.trailers import WikiRevision
from kg.archive.versions import PageVersion, UnreadPage
from kg.dialects import registry
from kg.errors import ArchiveError

BRANCH: Final = "refs/heads/main"
COMMITTER: Final = "newsgraph <>"
HIDDEN_USER: Final = "(hidden)"
NO_SUMMARY: Final = "(no edit summary)"
REMOVED: Final = "The wiki has this page no more"


@dataclass(frozen=True, slots=True)
class RevisionCommit:
    """What the commit of a revision contains: its trailers, its author, its summary and its content.

    ``mark`` numbers the content, 0 where there is none because the revision is hidden or the page was removed.
    """

    version: PageVersion
    user: str
    summary: str
    hidden: str = ""
    mark: int = 0


@dataclass(slots=True)
class FetchedHistory:
    """The history in the answers below a folder; ``damaged`` lists the answers that cannot be read."""

    folder: Path
    damaged: list[Path] = field(default_factory=list)
    commits: int = 0

    def stream(self) -> Iterator[bytes]:
        """Yield the input of ``git fast-import``: the contents in the order found, then the commits by time."""
        yield b"feature done\n"
        found: dict[object, RevisionCommit] = {}
        marks = 0
        for one, content in self._revisions():
            key = (one.version.path, one.version.commit or one.version.time)
            if key in found and (content is None or found[key].mark):
                continue  # a revision in several answers is one commit
            marks += content is not None
            found[key] = one if content is None else replace(one, mark=marks)
            if content is not None:
                yield b"blob\nmark :%d\ndata %d\n" % (marks, len(content)) + content + b"\n"
        yield b"reset %s\n" % BRANCH.encode()
        shown: set[str] = set()
        for one in sorted(found.values(), key=lambda one: one.version.age):
            if one.version.gone and one.version.path not in shown:
                continue  # a page without revisions has no history
            shown.add(one.version.path)
            self.commits += 1
            yield _commit(one)
        yield b"done\n"

    def _revisions(self) -> Iterator[tuple[RevisionCommit, bytes | None]]:
        for file in sorted(self.folder.glob("*/*.json")):
            try:
                with file.open("rb") as stream:
                    answer = answers.read(stream)
            except (ArchiveError, OSError, ValueError):
                self.damaged.append(file)
                continue
            site = answers.site_of(answer, file.parent.name)
            for revision in answers.revisions(answer, site):
                yield from _written(revision, site)
            for gone in answers.removals(answer, site):
                version = PageVersion(gone.path, None, gone.time, gone=True, language=gone.language)
                yield RevisionCommit(version, "newsgraph", REMOVED), None


def _written(revision: Revision, site: Wiki) -> Iterator[tuple[RevisionCommit, bytes | None]]:
    """Yield the content and the commit of a revision of a current events page; one without a time is left out."""
    captured = revision.captured(site)
    of_wiki = revision.version(site)
    if registry.find(of_wiki.path) is None or of_wiki.time is None:
        return
    hidden = captured.reason if isinstance(captured, UnreadPage) else ""
    content = None if isinstance(captured, UnreadPage) else captured.content
    yield RevisionCommit(of_wiki, revision.user or HIDDEN_USER, revision.summary or NO_SUMMARY, hidden), content


def _commit(one: RevisionCommit) -> bytes:
    version = one.version
    seconds = int(version.time.timestamp()) if version.time else 0
    told = WikiRevision(
        version.path, version.commit, version.parent, version.address, version.language, one.hidden
    ).lines()
    message = f"{_line(one.summary)}\n\n{told}".encode(errors="replace")
    change = f"D {version.path}\n" if version.gone else f"M 100644 :{one.mark} {version.path}\n" if one.mark else ""
    head = (
        f"commit {BRANCH}\nauthor {_name(one.user)} <> {seconds} +0000\n"
        f"committer {COMMITTER} {seconds} +0000\ndata {len(message)}\n"
    )
    return head.encode(errors="replace") + message + change.encode() + b"\n"


def _line(text: str) -> str:
    """Return a text as one line, without the characters that end texts in git."""
    return " ".join(text.replace("\0", " ").split()) or NO_SUMMARY


def _name(user: str) -> str:
    """Return the name of a user without the characters that begin an address in git."""
    return _line(user.replace("<", " ").replace(">", " ")) if user.strip("<> ") else HIDDEN_USER
