"""Answers as the bytes to send, prepared for repeated requests with cached responses.

Such an answer depends on nothing but the request line, a few fields and the version of what is served. The slow path,
through the parser and the application, prepares it; identical requests are then sent the same bytes, with the current
date. A request that could lead to anything else has no key and takes the slow path.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from endpoint.server.application import WsgiResponse
from endpoint.server.environ import RequestOrigin
from endpoint.server.request import RequestHead
from endpoint.server.response import PART, begin, date
from endpoint.server.response_cache import ONLY_KEPT, OnlyKept
from endpoint.site.log import RequestRecord, begun
from endpoint.site.lru import LruCache

SIZE: Final = 32_000_000
LONGEST_KEY: Final = 2_000
ENTRY: Final = 1_000
"""Bytes of memory for an answer besides those that are sent."""
READ: Final = ("host", "accept", "accept-language", "accept-encoding", "if-none-match", "if-modified-since")
"""The fields that select a cached response, or 304."""
RARE: Final = frozenset({"content-length", "transfer-encoding", "expect", "authorization", "range", "if-range"}) | {
    *("if-match", "if-unmodified-since")
}
"""The fields of requests that always take the slow path."""
_DATE: Final = b"\r\nDate: "

Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class PreparedAnswer:
    """An answer without its date, and its data for the log; ``count`` records that it was requested."""

    before: bytes
    after: bytes
    method: str
    path: str
    status: int
    size: int
    count: Callable[[], None]

    def data(self) -> bytes:
        """Return the whole answer with the current date."""
        return b"%b%b%b" % (self.before, date(int(time.time())), self.after)

    def record(self, client: str, arrived: float) -> RequestRecord:
        """Return the record of a request that it answers."""
        return RequestRecord(self.method, self.path, client, arrived, self.status, self.size)


class PreparedAnswers:
    """The prepared answers of one version of what is served; used only by the event loop's thread."""

    def __init__(self, version: Callable[[], str]) -> None:
        self._version = version
        self._prepared_from = ""
        self._cache = LruCache(SIZE)

    def find(self, line: bytes, key: Key) -> PreparedAnswer | None:
        """Return the answer to a request with this line, and fields with this key."""
        found: PreparedAnswer | None = self._current(self._version()).get((line, key))
        return found

    def prepare(self, line: bytes, key: Key, head: RequestHead, asked: dict[str, Any], answer: WsgiResponse) -> None:
        """Prepare the application's answer to a request, if it came from the cache.

        ``asked`` is the WSGI environment of the request, with its OnlyKept.
        """
        kept: OnlyKept = asked[ONLY_KEPT]
        if not kept.response or kept.version != self._version():
            return
        sent, framing = begin(answer.status, answer.fields, head, keeps_alive=True)
        body = b"" if framing.silent else kept.response.body
        length = len(line) + sum(len(one or "") for one in key)
        conditional = any(key[-2:]) and not answer.status.startswith("304")
        if conditional or len(body) > PART or length > LONGEST_KEY:
            return
        before, _, rest = sent.partition(_DATE)
        after = rest[rest.index(b"\r\n") :] + body
        size = len(before) + len(after) + length + ENTRY
        one = begun(asked)
        found = PreparedAnswer(
            before + _DATE, after, one.method, one.path, int(answer.status[:3]), len(body), kept.count
        )
        self._current(kept.version).put((line, key), found, size)

    def _current(self, version: str) -> LruCache:
        if version != self._prepared_from:
            self._prepared_from, self._cache = version, LruCache(SIZE)
        return self._cache


def key(head: RequestHead, origin: RequestOrigin) -> Key | None:
    """Return what the answer to a request depends on besides its line; None if it must take the slow path."""
    usual = head.method in ("GET", "HEAD") and head.version == "1.1" and head.keeps_alive
    if not usual or not RARE.isdisjoint(head.values):
        return None
    return (origin.scheme, *map(head.values.get, READ))
