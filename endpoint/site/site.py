"""What every view needs: settings, workers, artefacts, the cache, and the mount point of this server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from flask import Response, current_app, g, request

from endpoint.http.conditional import MINUTE, conditional, digest
from endpoint.http.hosts import ROOT
from endpoint.http.negotiate import HTML
from endpoint.http.urls import Addresses
from endpoint.rendering.language import spoken_language
from endpoint.rendering.page_frame import PageFrame
from endpoint.site.languages import versions
from endpoint.site.lru import LruCache
from endpoint.site.past import Past
from kg.derived.artefacts import Artefacts
from kg.rdf.formats import Format
from kg.settings import Settings
from kg.store.snapshot import Snapshot
from kg.version import __version__
from kg.workers.workers import Workers
from kg.write.writer import Writer

CACHE_BYTES: Final = 64_000_000
NAME: Final = "newsgraph"
STATIC: Final = "newsgraph.static"
"""In a WSGI environment: the response becomes a file, which has neither other languages nor the snapshot's date."""


@dataclass(frozen=True)
class Site:
    """One application over one pool of workers, the snapshots of the past, and a writer if it writes."""

    settings: Settings
    workers: Workers
    writer: Writer | None = None
    past: Past = field(kw_only=True)
    artefacts: Artefacts = field(kw_only=True)
    cache: LruCache = field(default_factory=lambda: LruCache(CACHE_BYTES))
    leaving: threading.Event = field(default_factory=threading.Event)
    """Set as soon as the server is told to stop, so that no more requests are sent to it."""

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot being served; the same during a whole request."""
        if "snapshot" not in g:
            g.snapshot = self.workers.snapshot
        found: Snapshot = g.snapshot
        return found

    @property
    def addresses(self) -> Addresses:
        """Addresses as seen by the client of the current request."""
        root = request.environ.get(ROOT) or self.settings.serve_url
        return Addresses(self.snapshot.manifest.base, request.root_path, root)

    @property
    def frame(self) -> PageFrame:
        """The frame of the page for the current request."""
        static = STATIC in request.environ
        languages = {} if static else versions(g.get("document", ""))
        return PageFrame(self.addresses, self.snapshot.manifest, languages, static)

    def seen(self, chosen: Format = HTML) -> tuple[str, ...]:
        """Return what the answer to the current request depends on in a format, besides its content.

        This is its address, and for a page its language and its address in other languages.
        """
        if chosen != HTML:
            return (request.root_path,)
        return request.root_path, g.get("document", "") or request.full_path, spoken_language().tag

    def shows(self, path: str) -> None:
        """Declare that the current request gets the document at a path below the base, whatever the requested address.

        A document has several addresses, with and without the suffix of its format, and its page is the same at all of
        them.
        """
        g.document = path

    def cached(self, key: Hashable, make: Callable[[], Any], size: Callable[[Any], int]) -> Any:
        """Return the value of ``key`` for the current snapshot, made by ``make`` if it is not cached."""
        full = (self.snapshot.id, key)
        value = self.cache.get(full)
        if value is None:
            value = make()
            # While the snapshot is being switched, a worker may already have answered from the new one.
            if self.workers.snapshot.id == self.snapshot.id:
                self.cache.put(full, value, size(value))
        return value


def site() -> Site:
    """Return the site of the current request's application."""
    found: Site = current_app.extensions[NAME]
    return found


def hold() -> None:
    """Answer a read-only request from one snapshot, even if another becomes current meanwhile."""
    if request.method in ("GET", "HEAD"):
        g.held = ExitStack()
        g.snapshot = g.held.enter_context(site().workers.hold())


def release(_: BaseException | None = None) -> None:
    """Release the snapshot of a request."""
    held: ExitStack | None = g.pop("held", None)
    if held:
        held.close()


def tagged(response: Response, snapshot: Snapshot, name: str) -> Response:
    """Give a response the validators of its snapshot, and answer a conditional request (RFC 9110, section 13).

    The entity tag names the snapshot, the version of the program and ``name``, the format; for a page also its
    language.
    """
    caching = "public, max-age=0" if site().writer else MINUTE  # clients that have written want to see it
    modified = datetime.fromisoformat(snapshot.manifest.created)
    seen = request.environ.get(ROOT, "") + request.root_path  # the possible beginnings of links in the content
    place = f"-{digest(seen.encode())[:8]}" if seen else ""
    place += f"-{spoken_language().tag}" if response.mimetype == HTML.media_type else ""
    return conditional(response, f"{snapshot.id}-{__version__}-{name}{place}", modified, caching)
