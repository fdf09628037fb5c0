"""Warms up: the program once, and each snapshot as soon as it becomes current, before the first request.

For the program, these are its templates and the outlines of maps, which would take longer than the first pages that
need them; and garbage collection leaves out what is in memory then, since it would take tens of milliseconds. For a
snapshot, these are the most requested documents, those linked from the home page, those of the things named most; the
few pages about the whole snapshot, in each language of the interface; and its artefacts, if its build has not made
them: the search index, the statistics, the sitemaps, the change log. Documents are made in one thread, one after the
other, so that they never take more than one worker from requests; artefacts are made by a low-priority process. A
server that accepts writes makes a snapshot with each write: it waits for the last of them, and makes artefacts only on
request.
"""

from __future__ import annotations

import gc
import logging
import re
import threading
from concurrent.futures import wait
from dataclasses import replace
from html import unescape
from typing import Final

from flask import Flask

from endpoint.http.urls import Addresses
from endpoint.rendering.figures.outlines import read_outlines
from endpoint.rendering.language import ENGLISH, LANGUAGES
from endpoint.rendering.page_frame import compile_templates
from endpoint.server.response_cache import Asked, ResponseCache
from endpoint.site.site import NAME, Site
from kg.derived import kinds
from kg.derived.artefact import ArtefactState
from kg.errors import NewsgraphError
from kg.workers.operations import Hubs

log = logging.getLogger(__name__)

HEAD_START_SECONDS: Final = 0.5
"""How long requests that waited for the server to start go first."""
SECONDS: Final = 1.0
"""Seconds between checks for a new snapshot."""
QUIET_SECONDS: Final = 10.0
"""Seconds that a snapshot must stay current before warming up, if it may be one write among many."""
BROWSER: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
WHOLE: Final = ("/", "/changes", "/vocab", "/catalog")
"""The pages that take long to make, since they are about the whole snapshot, or the vocabulary.

The catalogue takes longest: it starts making dumps in the background.
"""
TAGS: Final = ("", *(f"/{tag}" for tag in LANGUAGES if tag != ENGLISH.tag))
"""The beginnings of the addresses of pages in English and in each other language."""
_LINK: Final = re.compile(r'<a [^>]*?href="(/[^"]*)"')


def _prepare_program() -> None:
    compile_templates()
    read_outlines()
    gc.collect()
    gc.freeze()


class Warmer:
    """Makes in advance what ``responses`` and the application would otherwise make at the first request."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.site: Site = app.extensions[NAME]
        self.responses: ResponseCache = app.extensions[ResponseCache.__name__]
        self.number = self.site.settings.warm_pages
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warmer", daemon=True)

    def start(self) -> None:
        """Start with the program and the snapshot being served, and continue with each later one until ``close``."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the document being made."""
        self._ended.set()

    def _run(self) -> None:
        self._ended.wait(HEAD_START_SECONDS)
        _prepare_program()
        ready = ""
        while self.number and not self._ended.is_set():
            snapshot = self.site.workers.snapshot.id
            if snapshot != ready and self._stays(snapshot, bool(ready)):
                self.warm()
                ready = snapshot
            self._ended.wait(SECONDS)

    def _stays(self, snapshot: str, later: bool) -> bool:
        """Return whether no write replaces a snapshot within some seconds."""
        if not (self.site.writer and later):
            return True
        return not self._ended.wait(QUIET_SECONDS) and self.site.workers.snapshot.id == snapshot

    def warm(self) -> int:
        """Make everything ready for the current snapshot; return how many documents were made."""
        derived = [] if self.site.writer else self.site.artefacts.prepare(kinds.PREPARED, self.site.workers.snapshot)
        busiest = self.responses.busiest(self.number)
        version = self.responses.version()
        documents = [*busiest, *self._prominent(self.number - len(busiest))]
        self._make(documents)
        wait(derived)
        if self.responses.version() != version:
            self._make(documents)  # which lead to their feeds now
        self._make([Asked.link(f"{tag}{path}", BROWSER) for path in WHOLE for tag in TAGS] if self.number else [])
        return len(documents)

    def _make(self, documents: list[Asked]) -> None:
        for asked in documents:
            if self._ended.is_set():
                break
            self.responses.response(asked)

    def _prominent(self, number: int) -> list[Asked]:
        """Return requests for the documents linked from the home page, and for those of the things named most."""
        home = Asked.link("/", BROWSER)
        found = {home: None} if number else {}
        for target in self._links(home) if number else ():
            asked = Asked.link(target, BROWSER)
            if asked.is_document and len(found) < number // 2:
                found[self._redirected(asked)] = None
        addresses = Addresses(self.site.workers.snapshot.manifest.base)
        hubs = [Asked.link(addresses.local(addresses.document(iri)), BROWSER) for iri in self._hubs(number)]
        return list(found | dict.fromkeys(hubs))[:number]

    def _links(self, page: Asked) -> list[str]:
        body = self.responses.response(replace(page, gzip=False)).body.decode(errors="replace")
        return [unescape(target) for target in _LINK.findall(body)]

    def _redirected(self, asked: Asked) -> Asked:
        """Return a request for the redirect target of a thing, or the request itself."""
        location = self.responses.response(asked).headers.get("Location")
        return Asked.link(location, asked.accept) if location else asked

    def _hubs(self, number: int) -> list[str]:
        artefacts, snapshot = self.site.artefacts, self.site.workers.snapshot
        there = artefacts.state(kinds.SEARCH, snapshot) == ArtefactState.READY
        index = kinds.SEARCH.path(artefacts.place(snapshot)) if there else None
        try:
            return self.site.workers.ask(Hubs(number, index))
        except NewsgraphError as error:
            level = logging.INFO if artefacts.place(snapshot).is_gone else logging.WARNING
            log.log(level, "it is not known what most events name: %s", error)
            return []
