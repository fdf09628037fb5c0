"""The reader of saved MediaWiki Action API answers (``action=parse`` and ``action=query``), in both JSON formats."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, ClassVar, Final

from kg.archive.readers.base import Beside, CaptureReader, PageCapture
from kg.archive.readers.mediawiki.revision import WIKITEXT, Revision, Wiki, text_of, time_of
from kg.archive.versions import UnreadPage
from kg.errors import ArchiveError

_START: Final = re.compile(
    rb'\s*\{\s*"(?:parse|query|batchcomplete|continue|query-continue|warnings|limits|curtimestamp|servedby)"\s*:'
)
ANSWER_BYTES: Final = 64_000_000
"""The largest answer in bytes, unless one page is larger: 8 MB of text ($wgAPIMaxResultSize), escaped as JSON."""


class ApiAnswers(CaptureReader):
    """Files with one answer each. An answer is read whole, since the API limits its size."""

    shown_path: ClassVar[str] = "answer.json"

    def matches(self, path: str) -> bool:
        """Return whether a file is called ``*.json``."""
        return PurePosixPath(path).suffix == ".json"

    def recognises(self, start: bytes) -> bool:
        """Return whether a file begins like an answer."""
        return bool(_START.match(start))

    def captures(
        self, file: BinaryIO, path: str, beside: Beside, page_bytes: int
    ) -> Iterator[PageCapture | UnreadPage]:
        """Yield the page that was parsed, as HTML, or revisions that were asked for, and pages that are gone."""
        answer = read(file, ANSWER_BYTES + page_bytes)
        folder = PurePosixPath(path).parent.name
        if isinstance(parsed := answer.get("parse"), dict):
            yield from _parsed(parsed, Wiki(folder))
        site = site_of(answer, folder)
        yield from (one.captured(site) for one in revisions(answer, site))
        yield from removals(answer, site)


def read(file: BinaryIO, limit: int = ANSWER_BYTES) -> dict[str, Any]:
    """Return the answer in a file. Raises ArchiveError or ValueError if it has more bytes, or is not an answer."""
    content = file.read(limit + 1)
    if len(content) > limit:
        raise ArchiveError(f"has more than the {limit:,} bytes of an answer: raise KG_PAGE_BYTES to read it")
    try:
        answer = json.loads(content)
    except RecursionError:
        raise ArchiveError("is nested too deeply for an answer") from None
    return answer if isinstance(answer, dict) else {}


def site_of(answer: dict[str, Any], folder: str) -> Wiki:
    """Return the wiki that gave an answer; if it does not say, the name of its folder is the language."""
    general = _asked(answer).get("general")
    if not isinstance(general, dict):
        return Wiki(folder)
    return Wiki.of(text_of(general, "lang"), text_of(general, "base"))


def _asked(answer: dict[str, Any]) -> dict[str, Any]:
    found = answer.get("query")
    return found if isinstance(found, dict) else {}


def _parsed(parsed: dict[str, Any], site: Wiki) -> Iterator[PageCapture | UnreadPage]:
    """Yield a page as HTML, or its wikitext if that was requested; the time of its capture is unknown."""
    for name, suffix in (("wikitext", "txt"), ("text", "html")):
        text = _text(parsed.get(name))
        if text is not None:
            one = Revision(text_of(parsed, "title"), text_of(parsed, "revid"), None, "", text)
            yield one.captured(site, suffix)
            return


def _text(said: Any) -> str | None:
    """Return a text as format 2 gives it, or as format 1 does, in an object."""
    found = said.get("*") if isinstance(said, dict) else said
    return found if isinstance(found, str) else None


def revisions(answer: dict[str, Any], site: Wiki) -> Iterator[Revision]:
    """Yield the revisions in an answer, each under the current events title of its page."""
    for page in pages(answer):
        title = _title(answer, site, text_of(page, "title"))
        yield from (_revision(title, said) for said in _objects(page.get("revisions")))


def removals(answer: dict[str, Any], site: Wiki) -> Iterator[PageCapture]:
    """Yield the pages that are gone: deleted ones, and titles that were moved to other days.

    The time is that in the log, or else that of the answer.
    """
    now = text_of(answer, "curtimestamp")
    for page in pages(answer) if now else ():
        own = text_of(page, "title")
        path = site.path(_title(answer, site, own))[0]
        if page.get("missing", False) is not False:
            yield _gone(path, _logged(answer, own, "delete") or now, site)
            continue
        for former in moves(answer):
            if site.path(former)[0] not in (path, former):
                yield _gone(site.path(former)[0], _logged(answer, former, "move") or now, site)


def _gone(path: str, time: str, site: Wiki) -> PageCapture:
    return PageCapture(path, time=time_of(time), language=site.language or None, gone=True)


def _logged(answer: dict[str, Any], title: str, kind: str) -> str:
    """Return the time of the newest log event of a kind for a title, "" if the answer has no log."""
    events = (one for one in logged_events(answer) if one.get("type") == kind)
    return next((text_of(one, "timestamp") for one in events if text_of(one, "title") == title), "")


def pages(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pages in an answer, in either format of JSON."""
    found = _asked(answer).get("pages")
    return _objects(list(found.values()) if isinstance(found, dict) else found)


def moves(answer: dict[str, Any]) -> dict[str, str]:
    """Return which titles lead to which others, by redirects and the move log (API:Redirects, API:Logevents).

    For a title moved several times, the newest move counts, which comes first in the log.
    """
    found = {text_of(one, "from"): text_of(one, "to") for one in _objects(_asked(answer).get("redirects"))}
    for event in logged_events(answer):
        params = event.get("params")
        if event.get("type") == "move" and isinstance(params, dict):
            found.setdefault(text_of(event, "title"), text_of(params, "target_title"))
    return {former: title for former, title in found.items() if former and title}


def logged_events(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the log events in an answer, newest first."""
    return _objects(_asked(answer).get("logevents"))


def _title(answer: dict[str, Any], site: Wiki, title: str) -> str:
    """Return the title that says which day a page is about: its own, or else an earlier one."""
    former = {new: old for old, new in moves(answer).items()}
    known, one = [title], title
    while one in former and former[one] not in known:
        one = former[one]
        known.append(one)
    return next((one for one in known if site.path(one)[0] != one), title)


def _objects(some: Any) -> list[dict[str, Any]]:
    return [one for one in some if isinstance(one, dict)] if isinstance(some, list) else []


def _revision(title: str, said: dict[str, Any]) -> Revision:
    slots = said.get("slots")
    main = slots.get("main") if isinstance(slots, dict) else said
    slot: dict[str, Any] = main if isinstance(main, dict) else {}
    content = slot.get("content", slot.get("*"))
    return Revision(
        title,
        text_of(said, "revid"),
        text_of(said, "parentid") or None,
        text_of(said, "timestamp"),
        content if isinstance(content, str) else None,
        text_of(slot, "contentmodel") or WIKITEXT,
        text_of(said, "user") or None,
        said["comment"] if isinstance(said.get("comment"), str) else None,
        said.get("suppressed", False) is not False,
    )
