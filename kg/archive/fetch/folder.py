"""The answers fetched so far: one or several files for each page, which are the only state of a fetch."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kg.archive.readers.mediawiki import answers
from kg.archive.readers.mediawiki.revision import Wiki, redirected
from kg.errors import FetchError
from kg.process.lock import locked

PART: Final = ".part"
"""The suffix of a file that is not complete; the next run removes those that a killed run left."""
_NUMBER: Final = re.compile(r"\.(\d{1,9})\.json\Z")


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What is known about a page: how many answers, the newest revision in them, and where the last one continues.

    ``newest`` is 0 before there is one. ``is_missing`` says that the page does not exist according to the last answer,
    and ``moves`` maps titles to the titles that they lead to according to that answer.
    """

    answers: int = 0
    newest: int = 0
    goes_on: str = ""
    is_missing: bool = False
    moves: Mapping[str, str] = field(default_factory=dict)


class AnswerFolder:
    """The answers of one wiki, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Lock out other runs, and clean up after a killed one.

        Raises FetchError if the folder cannot be written, or another run is writing to it.
        """
        with alone(self.folder):
            try:
                for part in self.folder.glob(f"*{PART}"):
                    part.unlink()
            except OSError as error:
                raise FetchError(f"{self.folder} cannot be written: {error.strerror}") from error
            yield

    def known(self, name: str) -> KnownPage:
        """Return what is known about the page with files that begin with ``name``, from the last readable one."""
        files = self._files(name)
        newest, last = 0, None
        for number in sorted(files):
            if (answer := _read(files[number])) is not None:
                newest, last = max(newest, *_revisions(answer), 0), answer
        if last is None:
            return KnownPage(max(files, default=0))
        goes_on = str(last.get("continue", {}).get("rvcontinue", ""))
        is_missing = any("missing" in page for page in answers.pages(last))
        return KnownPage(max(files), newest, goes_on, is_missing, answers.moves(last))

    def keep(self, name: str, number: int, answer: dict[str, Any]) -> None:
        """Write an answer about a page, numbered from 1, in one step, so that no partial file is ever seen."""
        target = self.folder / f"{name}.{number}.json"
        content = json.dumps(answer, ensure_ascii=False).encode(errors="replace")
        try:
            descriptor, part = tempfile.mkstemp(PART, f"{name}.", self.folder)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(target)
        except OSError as error:
            raise FetchError(f"{target} cannot be written: {error.strerror}; what was fetched is kept") from error

    def _files(self, name: str) -> dict[int, Path]:
        found = ((_NUMBER.search(file.name), file) for file in self.folder.glob(f"{name}.*.json"))
        return {int(match[1]): file for match, file in found if match and file.name == f"{name}.{int(match[1])}.json"}


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Lock a folder against other runs, creating it if needed. Raises FetchError if it is already locked."""
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            busy = FetchError(f"another kg fetch is writing {folder}: wait until it ends")
            stack.enter_context(locked(folder, busy))
        except OSError as error:
            raise FetchError(f"{folder} cannot be written: {error.strerror}") from error
        yield


def _revisions(answer: dict[str, Any]) -> list[int]:
    """Return the ids of the revisions in an answer, except those of redirects."""
    told = answers.revisions(answer, Wiki())
    return [int(one.id) for one in told if one.id.isdecimal() and not redirected(one.text or "")]


def _read(file: Path) -> dict[str, Any] | None:
    try:
        answer = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("continue", {}), dict) else None
