"""Fetches the pages of some days or months: requests what is missing, and saves each answer before the next request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, Final

from kg.archive.fetch.api import WikiApi
from kg.archive.fetch.folder import AnswerFolder, KnownPage
from kg.archive.readers.mediawiki.answers import logged_events, moves, pages
from kg.dialects.editions import Edition
from kg.errors import ConfigurationError, FetchError

TITLES_AT_ONCE: Final = 50
"""The most titles, or revisions, that a wiki returns at once to an anonymous client (API:Query)."""
NEWEST: Final = "-newest"
"""What follows the name of a page in a file with only its newest revision, which says nothing about its history."""
CONTENT: Final = {
    "prop": "revisions",
    "rvprop": "ids|timestamp|user|comment|content|contentmodel",
    "rvslots": "main",
    "redirects": "1",
}
LOGGED: Final = {"list": "logevents", "leprop": "title|type|timestamp|user|comment|details", "lelimit": "20"}
MOVES: Final = 5
"""How many moves without a redirect, one after the other, are followed to find a page."""
SHOWN: Final = 10
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Fetched:
    """What a run has done: the pages with new revisions, those without any, and those that do not exist.

    ``revisions`` counts new ones; ``moved`` maps titles of moved pages to their new titles. ``deleted`` says when pages
    in ``missing`` were deleted, as far as the wiki tells. ``hidden`` counts what the wiki hides of new revisions, by
    kind.
    """

    new: int = 0
    unchanged: int = 0
    missing: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    deleted: dict[str, str] = field(default_factory=dict)
    hidden: Counter[str] = field(default_factory=Counter)
    revisions: int = 0


def titles(edition: Edition, first: date, last: date) -> dict[str, str]:
    """Return the titles of an edition's pages for some days, or their months, with the names of their files.

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
        """Fetch the newest revision of each page not yet in the folder; with ``update``, of all with a newer one."""
        self.names = {title: f"{name}{NEWEST}" for title, name in self.names.items()}
        with self.folder.writing():
            self._newest(progress, update=update)
        return self.done

    def _newest(self, progress: Progress, *, update: bool) -> None:
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

    def _changed(self, some: list[str], known: dict[str, KnownPage]) -> list[str]:
        """Return the titles of pages with a newest revision other than the known one."""
        answer = self.api.ask({"prop": "info", "redirects": "1", "titles": "|".join(some)})
        told = {title: page.get("lastrevid", 0) for title, page in _by_title(answer, some).items()}
        told = {title: 0 if known[title].is_missing else id_ for title, id_ in told.items()}
        changed = [title for title in some if not told.get(title) or told[title] != known[title].newest]
        self.done.unchanged += len(some) - len(changed)
        return changed

    def _fetch(self, some: list[str], known: dict[str, KnownPage]) -> None:
        left = list(some)
        while left:
            answer = self.api.ask({**CONTENT, "titles": "|".join(left)})
            told = {title: page for title, page in _by_title(answer, left).items() if _is_told(page)}
            if not told:
                raise FetchError(f"{self.api.address} says nothing about {left[0]!r}, not even that it is missing")
            for title, page in told.items():
                self._keep(title, self._located(title, _about(answer, page, title)), known[title])
            left = [title for title in left if title not in told]

    def history(self, progress: Progress, *, update: bool) -> Fetched:
        """Fetch every revision of each page, oldest first; a complete page is only asked for again with ``update``."""
        with self.folder.writing():
            for at, (title, name) in enumerate(self.names.items()):
                progress(at, len(self.names))
                known = self.folder.known(name)
                if known.newest and not known.goes_on and not update:
                    self.done.unchanged += 1
                else:
                    self._follow(title, known)
        progress(len(self.names), len(self.names))
        return self.done

    def _follow(self, title: str, known: KnownPage) -> None:
        first = known
        asked = {**CONTENT, "rvdir": "newer", "rvlimit": str(TITLES_AT_ONCE)}
        while True:
            before = known
            answer = self._located(title, self._asked(title, {**asked, **_start(known)}), asked)
            self._keep(title, answer, known, counted=known is first)
            known = self.folder.known(self.names[title])
            if not known.goes_on:
                return
            if known.goes_on == before.goes_on:
                raise FetchError(f"{self.api.address} never finishes its answer about {title!r}")

    def _asked(self, title: str, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return an answer about one page."""
        answer = self.api.ask({**asked, "titles": title})
        told = next(filter(_is_told, pages(answer)), None)
        if told is None:
            raise FetchError(f"{self.api.address} says nothing about {title!r}, not even that it is missing")
        return {**_about(answer, told, title), **_going_on(answer)}

    def _located(
        self, title: str, answer: dict[str, Any], asked: Mapping[str, str] = MappingProxyType(CONTENT)
    ) -> dict[str, Any]:
        """Return an answer about a page, with what the log says about its moves; follow those without a redirect.

        A page may be missing because it was deleted, or moved without leaving a redirect.
        """
        logged: list[dict[str, Any]] = []
        redirected = title in moves(answer)
        for _ in range(MOVES):
            if "missing" not in pages(answer)[0] and not redirected:
                break
            told = logged_events(self.api.ask({**LOGGED, "letitle": title}))
            for kind in ("move", "delete"):
                logged += [one for one in told if one.get("type") == kind][:1]
            title = moves({"query": {"logevents": logged}}).get(title, "")
            if redirected or not title:
                break
            answer = self._asked(title, asked)
        return {**answer, "query": {**answer["query"], "logevents": logged}} if logged else answer

    def _keep(self, title: str, answer: dict[str, Any], known: KnownPage, *, counted: bool = True) -> None:
        """Save an answer if it says anything new about a page, and count what it says."""
        page, moved = pages(answer)[0], moves(answer)
        new = [one for one in page.get("revisions", ()) if one.get("revid", 0) > known.newest]
        is_missing = "missing" in page
        is_other = bool(known.newest) and (is_missing != known.is_missing or moved != known.moves)
        if new or is_other or "continue" in answer or known.goes_on:
            self.folder.keep(self.names[title], known.answers + 1, answer)
        self.done.revisions += len(new)
        self.done.hidden += _hidden(new)
        if is_missing:
            self.done.missing.append(title)
            if times := [one.get("timestamp") for one in logged_events(answer) if one.get("type") == "delete"]:
                self.done.deleted[title] = str(times[-1])
        elif counted:
            self.done.new += bool(new)
            self.done.unchanged += not new
        if title in moved:
            self.done.moved[title] = str(page.get("title", ""))


def _start(known: KnownPage) -> dict[str, str]:
    """Return where to continue: after the known revisions, or with the known revision and those that follow it."""
    if known.goes_on:
        return {"rvcontinue": known.goes_on, "continue": "||"}
    return {"rvstartid": str(known.newest)} if known.newest and not known.is_missing else {}


def _by_title(answer: dict[str, Any], asked: list[str]) -> dict[str, dict[str, Any]]:
    """Return the pages of an answer by the titles that they were requested under."""
    told = {page.get("title"): page for page in pages(answer)}
    found = ((title, told.get(_ways(answer, title)[-1])) for title in asked)
    return {title: page for title, page in found if page}


def _ways(answer: dict[str, Any], title: str) -> list[str]:
    """Return a title, its normal form, and the titles that redirects lead on to."""
    normalized = answer.get("query", {}).get("normalized", [])
    others = {one.get("from"): one.get("to") for one in normalized if isinstance(one, dict)} | moves(answer)
    ways = [title]
    while (following := others.get(ways[-1])) and following not in ways:
        ways.append(following)
    return ways


def _is_told(page: dict[str, Any]) -> bool:
    """Return whether an answer covers a page: an answer that would be too long leaves some pages out."""
    return "missing" in page or "invalid" in page or bool(page.get("revisions"))


def _about(answer: dict[str, Any], page: dict[str, Any], title: str) -> dict[str, Any]:
    """Return what an answer says about one page, which was requested as ``title``, as an answer of its own."""
    asked = answer.get("query", {})
    query = {"general": asked.get("general", {}), "pages": [page]}
    ways, all_of_them = _ways(answer, title), asked.get("redirects", [])
    if redirects := [one for one in all_of_them if isinstance(one, dict) and one.get("from") in ways]:
        query["redirects"] = redirects
    return {"curtimestamp": answer.get("curtimestamp", ""), "query": query}


def _going_on(answer: dict[str, Any]) -> dict[str, Any]:
    found = answer.get("continue")
    return {"continue": found} if isinstance(found, dict) and "rvcontinue" in found else {}


def _hidden(revisions: Iterable[dict[str, Any]]) -> Counter[str]:
    """Count what is hidden in revisions (API:Revisions): texts, users, summaries, and what is suppressed."""
    found: Counter[str] = Counter()
    for one in revisions:
        slot = one.get("slots", {}).get("main", {})
        told = {"text": {**one, **slot}.get("texthidden"), "user": one.get("userhidden")}
        told |= {"summary": one.get("commenthidden"), "suppressed": one.get("suppressed")}
        found.update(name for name, is_hidden in told.items() if is_hidden)
    return found


def _portions(some: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(some), TITLES_AT_ONCE):
        yield some[start : start + TITLES_AT_ONCE]


def summary(done: Fetched, folder: Path) -> str:
    """Return what a run has done, in a few lines."""
    lines = [f"{folder}: {done.new:,} pages with {done.revisions:,} new revisions, {done.unchanged:,} unchanged"]
    lines += _listed("pages that the wiki does not have", [one for one in done.missing if one not in done.deleted])
    lines += _listed("pages that were deleted", [f"{title} ({time})" for title, time in done.deleted.items()])
    lines += _listed("pages that were moved", [f"{title} -> {target}" for title, target in done.moved.items()])
    if done.hidden:
        lines.append("hidden in revisions: " + ", ".join(f"{name} {n:,}" for name, n in sorted(done.hidden.items())))
    return "\n".join(lines)


def _listed(what: str, names: list[str]) -> list[str]:
    more = ", ..." if len(names) > SHOWN else ""
    return [f"{what}: {len(names):,}: {', '.join(names[:SHOWN])}{more}"] if names else []
