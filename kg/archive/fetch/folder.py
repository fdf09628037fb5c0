"""What was fetched: files of answers, one or several a page, whole or not there. They are all that is remembered."""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg.errors import FetchError

PART: Final = ".part"
"""The suffix of a file that is not whole yet; what a killed run left is removed by the next."""
_NUMBER: Final = re.compile(r"\.(\d{1,9})\.json\Z")


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What is known of a page: how many answers there are, the newest revision in them, where the last one goes on.

    ``newest`` is 0 before there is any, and ``is_missing`` says that by the last answer there is no such page.
    """

    answers: int = 0
    newest: int = 0
    goes_on: str = ""
    is_missing: bool = False


class AnswerFolder:
    """The answers of one wiki, in a folder of its own. Raises FetchError if it cannot be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for part in folder.glob(f"*{PART}"):
                part.unlink()
        except OSError as error:
            raise FetchError(f"{folder} cannot be written: {error.strerror}") from error

    def known(self, name: str) -> KnownPage:
        """Return what is known of the page whose files begin with ``name``; the last file that can be read counts."""
        files = self._files(name)
        newest, last = 0, None
        for number in sorted(files):
            if (answer := _read(files[number])) is not None:
                newest, last = max(newest, *_revisions(answer), 0), answer
        if last is None:
            return KnownPage(max(files, default=0))
        goes_on = str(last.get("continue", {}).get("rvcontinue", ""))
        return KnownPage(max(files), newest, goes_on, is_missing=any("missing" in page for page in pages(last)))

    def keep(self, name: str, number: int, answer: dict[str, Any]) -> None:
        """Keep an answer about a page, numbered from 1, in one step: it is there whole or not at all."""
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


def pages(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pages that an answer tells of (``formatversion=2``)."""
    asked = answer.get("query")
    found = asked.get("pages") if isinstance(asked, dict) else None
    return [page for page in found if isinstance(page, dict)] if isinstance(found, list) else []


def _revisions(answer: dict[str, Any]) -> list[int]:
    told = (page.get("revisions") for page in pages(answer))
    ids = (one.get("revid") for some in told if isinstance(some, list) for one in some if isinstance(one, dict))
    return [one for one in ids if isinstance(one, int)]


def _read(file: Path) -> dict[str, Any] | None:
    try:
        answer = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("continue", {}), dict) else None
