"""Decides which documents of a site need not be made again, since nothing that they were made from has changed.

That is so if no statement is new or gone whose subject or object was looked up, if the queries have the same rows and
the operations on the index the same replies, and if the files are still those of the last run. Only documents whose
views read nothing but the graph and the index can be kept; the others, such as feeds and directories, are made again.
"""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import ExitStack
from functools import lru_cache
from typing import Any, Final

from endpoint.http.urls import THINGS
from endpoint.static_site.folder import SiteFolder
from endpoint.static_site.inline import InlineSite
from endpoint.static_site.reads import Reads, digest_of_rows, outcome
from endpoint.static_site.record import DocumentRecord, DocumentRow, SiteRecord, known, opened
from kg.rdf import NamedNode
from kg.store.embedded import EmbeddedGraph
from kg.workers.operations import OPERATIONS, Open

KEPT: Final = re.compile(rf"/(?:doc|page|enrichment|source|memento|{'|'.join(THINGS)})/.*|/events(?:\?.*)?", re.DOTALL)
"""The documents that can be kept."""
REMEMBERED: Final = 50_000


class LastRun:
    """What the last run made, over the site as it is now."""

    def __init__(self, record: SiteRecord, folder: SiteFolder, site: InlineSite) -> None:
        """Open the record of the last run, if there is one that can be used."""
        self._changed = record.changed()
        self._folder = folder
        self._site = site
        self._stack = ExitStack()
        self._database: sqlite3.Connection | None = None
        if self._changed is not None:
            self._database = self._stack.enter_context(opened(record.path))
        self._rows = lru_cache(REMEMBERED)(self._rows_now)
        self._reply = lru_cache(REMEMBERED)(self._reply_now)

    def unchanged(self, document: str) -> DocumentRecord | None:
        """Return what was recorded of a document that would be the same if it were made again; else None."""
        if self._database is None or self._changed is None or not KEPT.fullmatch(document):
            return None
        row = known(self._database, document)
        if row is None or row.depends_on(self._changed):
            return None
        found = row.record()
        same = (
            all(mark and self._folder.mark(file) == mark for file, mark, _ in found.files)
            and all(self._rows(query, tuple(map(tuple, bound))) == digest for query, bound, digest in found.selected)
            and all(self._reply(asked) == digest for asked, digest in found.asked)
        )
        return found if same else None

    def _rows_now(self, query: str, bound: tuple[tuple[str, str], ...]) -> str:
        bindings = {name: NamedNode(iri) for name, iri in bound}
        return digest_of_rows(EmbeddedGraph.select(self._site.workers.graph, query, bindings))

    def _reply_now(self, asked: str) -> str:
        header: dict[str, Any] = json.loads(asked)
        header["fields"]["index"] = str(self._site.index)
        operation = OPERATIONS.asked(header, b"")
        if isinstance(operation, Open):
            raise TypeError("no document opens a database")
        return outcome(lambda: operation.answer(self._site.workers.graph))[0]


def recorded(document: str, reads: Reads, made: DocumentRecord) -> DocumentRow | None:
    """Return what to record of a document that was made; None if it can not be kept."""
    if reads.unknown or not KEPT.fullmatch(document):
        return None
    made.selected = [(query, [*bound], digest) for (query, bound), digest in reads.selected.items()]
    made.asked = [*reads.asked.items()]
    return DocumentRow.of(document, reads.keys, made)
