"""A wiki on loopback that answers as the Action API documents it, as far as ``kg fetch`` asks.

https://www.mediawiki.org/wiki/API:Query, API:Revisions, API:Errors_and_warnings, Manual:Maxlag_parameter.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

NOW = "2026-11-30T12:00:00Z"
Failure = tuple[int, dict[str, str], dict[str, Any] | str]
"""Status, headers and body of an unusable answer."""
LAGGED: Failure = (
    200,
    {"Retry-After": "7", "MediaWiki-API-Error": "maxlag"},
    {"error": {"code": "maxlag", "info": "Waiting for a database server: 6.2 seconds lagged.", "lag": 6.2}},
)


@dataclass
class LoopbackWiki:
    """Pages with their revisions, the oldest first; ``failures`` are sent before any answer, one for each request.

    ``answer_limit`` is the largest number of revisions in an answer, as if longer ones were too large. ``log`` has what
    was done to pages, the newest first.
    """

    pages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    questions: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    answer_limit: int = 50
    address: str = ""
    language: str = "en"

    def edit(self, title: str, id_: int, time: str, text: str | None, **more: Any) -> None:
        """Add a revision, a hidden one if its text is None; ``more`` has its other fields."""
        revisions = self.pages.setdefault(title, [])
        parent = revisions[-1]["revid"] if revisions else 0
        slot: dict[str, Any] = {"contentmodel": "wikitext", "contentformat": "text/x-wiki"}
        slot |= {"texthidden": True} if text is None else {"content": text}
        told = {"user": "Ada", "comment": f"edit {id_}", **more}
        revisions.append({"revid": id_, "parentid": parent, "timestamp": time, "slots": {"main": slot}, **told})

    def move(self, title: str, target: str, id_: int, time: str, *, redirect: bool = True) -> None:
        """Move a page: its revisions, and a new one about the move, go to another title; a redirect may remain."""
        text = self.pages[title][-1]["slots"]["main"].get("content")
        self.pages[target] = self.pages.pop(title)
        self.edit(target, id_, time, text, comment=f"moved page [[{title}]] to [[{target}]]")
        if redirect:
            self.edit(title, id_ + 1, time, f"#REDIRECT [[{target}]]")
        self.happened("move", title, time, params={"target_ns": 100, "target_title": target})

    def delete(self, title: str, time: str) -> list[dict[str, Any]]:
        """Delete a page and return its revisions."""
        self.happened("delete", title, time, params={})
        return self.pages.pop(title)

    def happened(self, kind: str, title: str, time: str, **more: Any) -> None:
        """Add an entry to the log."""
        self.log.insert(0, {"type": kind, "action": kind, "title": title, "timestamp": time, **more})

    def answer(self, asked: dict[str, str]) -> dict[str, Any]:
        if asked.get("action") != "query" or asked.get("formatversion") != "2":
            return {"error": {"code": "badvalue", "info": "Unrecognized value for parameter."}}
        general = {"lang": self.language, "base": "https://en.wikipedia.org/wiki/Main_Page"}
        if asked.get("list") == "logevents":
            events = [one for one in self.log if one["title"] == asked["letitle"]]
            return {"batchcomplete": True, "curtimestamp": NOW, "query": {"general": general, "logevents": events}}
        titles = asked.get("titles", "").split("|")
        if "redirects" in asked:
            return self._redirected(titles, asked, general)
        return self._pages(titles, asked, general)

    def _redirected(self, titles: list[str], asked: dict[str, str], general: dict[str, str]) -> dict[str, Any]:
        """Return an answer about the pages that titles redirect to, each once (API:Query, resolving redirects)."""
        redirects, found = [], []
        for title in titles:
            one = title
            while target := self._target(one):
                redirects.append({"from": one, "to": target})
                one = target
            found.append(one)
        answer = self._pages(list(dict.fromkeys(found)), asked, general)
        answer["query"] |= {"redirects": redirects} if redirects else {}
        return answer

    def _target(self, title: str) -> str:
        text = self.pages.get(title, [{"slots": {"main": {}}}])[-1]["slots"]["main"].get("content", "")
        return str(text.partition("[[")[2].partition("]]")[0]) if text.startswith("#REDIRECT") else ""

    def _pages(self, titles: list[str], asked: dict[str, str], general: dict[str, str]) -> dict[str, Any]:
        if asked.get("prop") == "info":
            told: dict[str, Any] = {"pages": [self._info(title) for title in titles]}
            return {"batchcomplete": True, "curtimestamp": NOW, "query": {"general": general, **told}}
        return self._revisions(titles, asked, general)

    def _info(self, title: str) -> dict[str, Any]:
        revisions = self.pages.get(title)
        return {"title": title, "lastrevid": revisions[-1]["revid"]} if revisions else {"title": title, "missing": True}

    def _revisions(self, titles: list[str], asked: dict[str, str], general: dict[str, str]) -> dict[str, Any]:
        answer: dict[str, Any] = {"curtimestamp": NOW, "query": {"general": general}}
        left, pages = self.answer_limit, []
        for title in titles:
            page: dict[str, Any] = {"ns": 100, "title": title}
            if not self.pages.get(title):
                pages.append({**page, "missing": True})
                continue
            page["pageid"] = self.pages[title][0]["revid"]  # a page keeps it when it is moved
            some = self.pages[title][-1:] if "rvlimit" not in asked else self._from(self.pages[title], asked)
            limit = min(int(asked.get("rvlimit", "50")), max(left, 0))
            if some[:limit]:
                page["revisions"] = some[:limit]
            if some[limit:]:
                following = some[limit]
                stamp = "".join(one for one in following["timestamp"] if one.isdigit())
                answer["continue"] = {"rvcontinue": f"{stamp}|{following['revid']}", "continue": "||"}
            left -= len(some[:limit])
            pages.append(page)
        answer["query"]["pages"] = pages
        return answer if "continue" in answer else {"batchcomplete": True, **answer}

    def _from(self, revisions: list[dict[str, Any]], asked: dict[str, str]) -> list[dict[str, Any]]:
        start = asked.get("rvcontinue", "").rpartition("|")[2] or asked.get("rvstartid", "0")
        return [one for one in revisions if one["revid"] >= int(start)]


def _handler(wiki: LoopbackWiki) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            wiki.questions.append(asked)
            wiki.agents.append(self.headers.get("User-Agent", ""))
            status, headers, body = wiki.failures.pop(0) if wiki.failures else (200, {}, wiki.answer(asked))
            content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            if "gzip" in self.headers.get("Accept-Encoding", "") and status == 200:
                content, headers = gzip.compress(content), {**headers, "Content-Encoding": "gzip"}
            given = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(content)), **headers}
            self.send_response(status)
            for name, value in given.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # the client may have been killed
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serving(wiki: LoopbackWiki) -> Iterator[str]:
    """Serve a wiki, and provide the address of its API."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(wiki)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        wiki.address = f"http://127.0.0.1:{server.server_address[1]}/w/api.php"
        try:
            yield wiki.address
        finally:
            server.shutdown()
            thread.join()
