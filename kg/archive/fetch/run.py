"""Fetches the pages of some days or months: asks for what is not there yet, and keeps each answer before it asks on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, Final

from kg.archive.fetch.api import WikiApi
from kg.archive.fetch.folder import AnswerFolder, KnownPage, pages
from kg.dialects.editions import Edition
from kg.errors import ConfigurationError, FetchError

TITLES_AT_ONCE: Final = 50
"""The most titles, and revisions, that a wiki tells at once to who is not known to it (API:Query)."""
NEWEST: Final = "-newest"
"""What follows the name of a page where a file has only its newest revision: of its history that tells nothing."""
CONTENT: Final = {"prop": "revisions", "rvprop": "ids|timestamp|content|contentmodel", "rvslots": "main"}
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Fetched:
    """What a run has done, in pages: those that had new revisions, those that had none, and those that are not there.

    ``revisions`` counts new ones; ``moved`` has the titles of pages that only lead to another, with those.
    """

    new: int = 0
    unchanged: int = 0
    missing: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    revisions: int = 0


def titles(edition: Edition, first: date, last: date) -> dict[str, str]:
    """Return the titles of an edition's pages of some days, or of the months of these, with the names of their files.

    Raises ConfigurationError if the last day is before the first.
    """
    if last < first:
        raise ConfigurationError(f"the last day, {last}, is before the first, {first}")
    days = (first + timedelta(number) for number in range((last - first).days + 1))
    by_day = bool(edition.day_title)
    found = dict.fromkeys(edition.title(day.year, day.month, day.day if by_day else None) for day in days)
    return {title: PurePosixPath(edition.path(title) or title).stem for title in found}


class Fetch:
    """Fetches pages, given by titles with the names of their files, from a wiki into a folder."""

    def __init__(self, api: WikiApi, folder: AnswerFolder, names: dict[str, str]) -> None:
        self.api = api
        self.folder = folder
        self.names = names
        self.done = Fetched()

    def newest(self, progress: Progress, *, update: bool) -> Fetched:
        """Fetch the newest revision of each page that is not there; with ``update``, of all that have a newer one."""
        self.names = {title: f"{name}{NEWEST}" for title, name in self.names.items()}
        known = {title: self.folder.known(name) for title, name in self.names.items()}
        wanted = [title for title, one in known.items() if update or not one.newest]
        self.done.unchanged += len(known) - len(wanted)
        at = len(known) - len(wanted)
        for some in _portions(wanted):
            progress(at, len(known))
            changed = self._changed(some, known) if update else some
            self._fetch(changed, known)
            at += len(some)
        progress(at, len(known))
        return self.done

    def _changed(self, some: list[str], known: dict[str, KnownPage]) -> list[str]:
        """Return the titles of pages that have another newest revision than the one that is known."""
        answer = self.api.ask({"prop": "info", "titles": "|".join(some)})
        told = {title: page.get("lastrevid", 0) for title, page in _by_title(answer, some).items()}
        changed = [title for title in some if told.get(title, 0) != known[title].newest or known[title].is_missing]
        self.done.unchanged += len(some) - len(changed)
        return changed

    def _fetch(self, some: list[str], known: dict[str, KnownPage]) -> None:
        left = list(some)
        while left:
            answer = self.api.ask({**CONTENT, "titles": "|".join(left)})
            told = {title: page for title, page in _by_title(answer, left).items() if _is_told(page)}
            if not told:
                raise FetchError(f"{self.api.address} says nothing of {left[0]!r}, neither that it is missing")
            for title, page in told.items():
                self._keep(title, _about(answer, page), known[title])
            left = [title for title in left if title not in told]

    def history(self, progress: Progress, *, update: bool) -> Fetched:
        """Fetch every revision of each page, the oldest first; what is there to its end is only asked for by update."""
        for at, title in enumerate(self.names):
            progress(at, len(self.names))
            known = self.folder.known(self.names[title])
            if known.newest and not known.goes_on and not update:
                self.done.unchanged += 1
                continue
            self._follow(title, known)
        progress(len(self.names), len(self.names))
        return self.done

    def _follow(self, title: str, known: KnownPage) -> None:
        first = known
        asked = {**CONTENT, "titles": title, "rvdir": "newer", "rvlimit": str(TITLES_AT_ONCE)}
        while True:
            answer = self.api.ask({**asked, **_start(known)})
            told = next(filter(_is_told, pages(answer)), None)
            if told is None:
                raise FetchError(f"{self.api.address} says nothing of {title!r}, neither that it is missing")
            before = known
            self._keep(title, {**_about(answer, told), **_going_on(answer)}, known, counted=known is first)
            known = self.folder.known(self.names[title])
            if not known.goes_on:
                return
            if known.goes_on == before.goes_on:
                raise FetchError(f"{self.api.address} goes on for ever about {title!r}")

    def _keep(self, title: str, answer: dict[str, Any], known: KnownPage, *, counted: bool = True) -> None:
        """Keep an answer if it says anything new of a page, and count what it says."""
        page = answer["query"]["pages"][0]
        new = [one for one in page.get("revisions", ()) if one.get("revid", 0) > known.newest]
        is_missing = "missing" in page
        is_other = bool(known.newest) and is_missing != known.is_missing
        if new or is_other or "continue" in answer or known.goes_on:
            self.folder.keep(self.names[title], known.answers + 1, answer)
        self.done.revisions += len(new)
        if is_missing:
            self.done.missing.append(title)
        elif counted:
            self.done.new += bool(new)
            self.done.unchanged += not new
        if new and (target := _moved_to(new[-1])):
            self.done.moved[title] = target


def _start(known: KnownPage) -> dict[str, str]:
    """Return where to go on: behind what is known, or with the revision that is known, and what follows it."""
    if known.goes_on:
        return {"rvcontinue": known.goes_on, "continue": "||"}
    return {"rvstartid": str(known.newest)} if known.newest and not known.is_missing else {}


def _by_title(answer: dict[str, Any], asked: list[str]) -> dict[str, dict[str, Any]]:
    """Return the pages of an answer by the titles under which they were asked for."""
    normalized = answer.get("query", {}).get("normalized", [])
    others = {one.get("from"): one.get("to") for one in normalized if isinstance(one, dict)}
    told = {page.get("title"): page for page in pages(answer)}
    found = ((title, told.get(others.get(title, title))) for title in asked)
    return {title: page for title, page in found if page}


def _is_told(page: dict[str, Any]) -> bool:
    """Whether an answer says of a page what was asked: an answer that is too long leaves some out."""
    return "missing" in page or "invalid" in page or bool(page.get("revisions"))


def _about(answer: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    """Return what an answer says of one page, as an answer."""
    general = answer.get("query", {}).get("general", {})
    return {"curtimestamp": answer.get("curtimestamp", ""), "query": {"general": general, "pages": [page]}}


def _going_on(answer: dict[str, Any]) -> dict[str, Any]:
    found = answer.get("continue")
    return {"continue": found} if isinstance(found, dict) and "rvcontinue" in found else {}


def _moved_to(revision: dict[str, Any]) -> str:
    """Return the title to which the text of a revision only leads, "" if it is a page of its own."""
    content = revision.get("slots", {}).get("main", {}).get("content", "")
    is_redirect = isinstance(content, str) and content.lstrip()[:1] == "#" and "[[" in content[:300]
    return content.partition("[[")[2].partition("]]")[0].partition("|")[0].strip() if is_redirect else ""


def _portions(some: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(some), TITLES_AT_ONCE):
        yield some[start : start + TITLES_AT_ONCE]


def summary(done: Fetched, folder: Path) -> str:
    """Return what a run has done, in a few lines."""
    lines = [f"{folder}: {done.new:,} pages with {done.revisions:,} new revisions, {done.unchanged:,} unchanged"]
    lines += _listed("pages that the wiki does not have", done.missing)
    lines += _listed("pages that lead to others", (f"{title} -> {target}" for title, target in done.moved.items()))
    return "\n".join(lines)


def _listed(what: str, names: Iterable[str]) -> list[str]:
    found = list(names)
    return [f"{what}: {len(found):,}, such as {found[0]}"] if found else []
