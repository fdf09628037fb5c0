"""Answers of the Action API of MediaWiki as files: ``action=parse`` and ``action=query``, in both versions of JSON."""

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
"""The largest answer, but for one page: a wiki ends one at 8 MB of text ($wgAPIMaxResultSize), escaped as JSON."""


class ApiAnswers(CaptureReader):
    """One answer a file. It is read whole, since the API ends an answer that becomes large."""

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
        answer = _read(file, ANSWER_BYTES + page_bytes)
        folder = PurePosixPath(path).parent.name
        parsed, asked = answer.get("parse"), answer.get("query")
        if isinstance(parsed, dict):
            yield from _parsed(parsed, Wiki(folder))
        if isinstance(asked, dict):
            yield from _asked(asked, _site(asked, folder), text_of(answer, "curtimestamp"))


def _read(file: BinaryIO, limit: int) -> dict[str, Any]:
    content = file.read(limit + 1)
    if len(content) > limit:
        raise ArchiveError(f"has more than the {limit:,} bytes of an answer: raise KG_PAGE_BYTES to read it")
    try:
        answer = json.loads(content)
    except RecursionError:
        raise ArchiveError("is nested too deeply for an answer") from None
    return answer if isinstance(answer, dict) else {}


def _site(asked: dict[str, Any], folder: str) -> Wiki:
    general = asked.get("general")
    if not isinstance(general, dict):
        return Wiki(folder)
    return Wiki.of(text_of(general, "lang"), text_of(general, "base"))


def _parsed(parsed: dict[str, Any], site: Wiki) -> Iterator[PageCapture | UnreadPage]:
    """Yield a page as HTML, or its wikitext if that was asked for; when it was captured is not told."""
    for name, suffix in (("wikitext", "txt"), ("text", "html")):
        text = _text(parsed.get(name))
        if text is not None:
            one = Revision(text_of(parsed, "title"), text_of(parsed, "revid"), None, "", text)
            yield one.captured(site, suffix)
            return


def _text(said: Any) -> str | None:
    """Return a text as format 2 gives it, or format 1 in an object."""
    found = said.get("*") if isinstance(said, dict) else said
    return found if isinstance(found, str) else None


def _asked(asked: dict[str, Any], site: Wiki, now: str) -> Iterator[PageCapture | UnreadPage]:
    pages = asked.get("pages")
    for page in pages.values() if isinstance(pages, dict) else pages if isinstance(pages, list) else ():
        if not isinstance(page, dict):
            continue
        title, revisions = text_of(page, "title"), page.get("revisions")
        for said in revisions if isinstance(revisions, list) else ():
            if isinstance(said, dict):
                yield _revision(title, said).captured(site)
        if page.get("missing", False) is not False and now:
            yield PageCapture(site.path(title)[0], time=time_of(now), language=site.language or None, gone=True)


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
    )
