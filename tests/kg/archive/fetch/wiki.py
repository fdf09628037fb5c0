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
"""Status, headers and body of an answer that is none."""
LAGGED: Failure = (
    200,
    {"Retry-After": "7", "MediaWiki-API-Error": "maxlag"},
    {"error": {"code": "maxlag", "info": "Waiting for a database server: 6.2 seconds lagged.", "lag": 6.2}},
)


@dataclass
class LoopbackWiki:
    """Pages with their revisions, the oldest first; ``failures`` are given before any answer, one for each request.

    ``answer_limit`` is how many revisions an answer holds at most, as one does that would be too long.
    """

    pages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    questions: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    answer_limit: int = 50
    address: str = ""
    language: str = "en"

    def edit(self, title: str, id_: int, time: str, text: str | None) -> None:
        """Add a revision; one whose text is None is hidden."""
        revisions = self.pages.setdefault(title, [])
        parent = revisions[-1]["revid"] if revisions else 0
        slot: dict[str, Any] = {"contentmodel": "wikitext", "contentformat": "text/x-wiki"}
        slot |= {"texthidden": True} if text is None else {"content": text}
        revisions.append({"revid": id_, "parentid": parent, "timestamp": time, "slots": {"main": slot}})

    def answer(self, asked: dict[str, str]) -> dict[str, Any]:
        if asked.get("action") != "query" or asked.get("formatversion") != "2":
            return {"error": {"code": "badvalue", "info": "Unrecognized value for parameter."}}
        general = {"lang": self.language, "base": "https://en.wikipedia.org/wiki/Main_Page"}
        titles = asked.get("titles", "").split("|")
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
            with suppress(ConnectionError):  # who asked may have been killed
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serving(wiki: LoopbackWiki) -> Iterator[str]:
    """Serve a wiki and give the address of its API."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(wiki)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        wiki.address = f"http://127.0.0.1:{server.server_address[1]}/w/api.php"
        try:
            yield wiki.address
        finally:
            server.shutdown()
            thread.join()
