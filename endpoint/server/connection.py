"""One connection of a client: its phases and their deadlines.

Every phase has a deadline of its own, counted from its start and not from the last byte: waiting for a request, reading
its head, reading its body, taking a part of the answer. The event loop sends the answers, so that a client that reads
slowly occupies no thread.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from enum import Enum, auto
from functools import partial
from typing import Any, Final, cast
from urllib.parse import unquote

from endpoint.server.application import WsgiResponse, call
from endpoint.server.environ import RequestOrigin, environ, plain
from endpoint.server.prepared import Key, PreparedAnswer, key
from endpoint.server.request import RequestReader
from endpoint.server.response import CONTINUE, PART, Framing, begin, parts, problem
from endpoint.server.response_cache import ONLY_KEPT, OnlyKept
from endpoint.server.server_state import ServerState
from endpoint.server.thread_pools import INLINE, ThreadPool
from endpoint.site import limits
from endpoint.site.log import PATH_LENGTH, RequestRecord
from kg.errors import RequestRefusedError, ResponseNotKeptError, ServiceBusyError
from kg.settings import Settings

log = logging.getLogger(__name__)

AHEAD: Final = 65_536
"""How many bytes of later requests are read while one is being answered."""
CLIENT_GONE: Final = 499
"""The status in the log for a request whose client disconnected before its turn, as in nginx."""


class Phase(Enum):
    """The phase of a connection."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    ANSWERING = auto()
    SENDING = auto()
    LINGERING = auto()
    """The answer is sent; further input is discarded, since the client would otherwise see a reset, not the answer."""
    CLOSED = auto()


def deadlines(settings: Settings) -> dict[Phase, float]:
    """Return how many seconds each phase may last, unless others limit it."""
    return {
        Phase.IDLE: settings.idle_seconds,
        Phase.HEAD: settings.header_seconds,
        Phase.BODY: settings.body_seconds,
        Phase.SENDING: settings.send_seconds,
        Phase.LINGERING: settings.body_seconds,
    }


class Connection(asyncio.Protocol):
    """The protocol of one connection; all of it runs in the thread of the event loop."""

    def __init__(self, state: ServerState) -> None:
        self.state = state
        self.reader = RequestReader(state.settings.header_bytes, state.longest_body)
        self.phase = Phase.IDLE
        self._seconds = deadlines(state.settings)
        self.client: str | None = None
        self._peer = ""
        self._since = time.monotonic()
        self._deadline: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._job: Future[WsgiResponse] | None = None
        self._answer: WsgiResponse | None = None
        self._framing = Framing(0, chunked=False, silent=True, keeps_alive=False)
        self._parts: Iterator[memoryview] = iter(())
        self._full = self._ended = self._hears_no_more = False
        self._section = b""
        self._key: Key | None = None
        self._origin = RequestOrigin("")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Enter the crowd, or close at once."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(0)  # it is full until the client has taken everything
        _bound(transport.get_extra_info("socket"))
        self._peer = plain((transport.get_extra_info("peername") or ("",))[0])
        self.client = limits.client(self._peer)
        self._enter(Phase.IDLE)
        if not self.state.crowd.enter(self):
            self.evict()

    def connection_lost(self, _: Exception | None) -> None:
        """Leave the crowd, and release everything."""
        self._enter(Phase.CLOSED)
        self.state.crowd.leave(self)
        self.reader.close()
        if self._job:
            self._job.cancel()
        if self._answer:
            self._answer.close()

    def data_received(self, data: bytes) -> None:
        """Continue reading; a request that repeats the fields of the previous one may be answered without parsing."""
        if self.phase == Phase.IDLE and not self.reader.has_begun:
            line, _, section = data.partition(b"\n")
            if section == self._section and (found := self._prepared(line)):
                self._repeat(found, data)
                return
        if self.phase not in (Phase.LINGERING, Phase.CLOSED):
            self._read(partial(self.reader.feed, data))

    def eof_received(self) -> bool:
        """Close, unless an answer is under way, which a client that sends no more may still read."""
        self._hears_no_more = True
        return self.phase in (Phase.ANSWERING, Phase.SENDING)

    def pause_writing(self) -> None:
        """Pause sending to the socket."""
        self._full = True

    def resume_writing(self) -> None:
        """Continue sending the answer."""
        self._full = False
        self.state.part(self._send)

    def evict(self) -> None:
        """Close at once."""
        self.transport.abort()

    def finish(self) -> None:
        """Close, or if a request is under way, close after it."""
        if self.phase in (Phase.IDLE, Phase.HEAD, Phase.LINGERING):
            self.transport.close()

    def _enter(self, phase: Phase) -> None:
        """Begin a phase with its deadline."""
        self.phase, self._since = phase, time.monotonic()
        seconds = self._seconds.get(phase)
        self._deadline = self._since + seconds if seconds is not None else None
        if phase == Phase.CLOSED or (self._deadline and self._timer and self._timer.when() > self._deadline):
            self._stop_timer()
        if self._deadline and not self._timer:
            self._timer = self.state.loop.call_at(self._deadline, self._look)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """Check whether the deadline has passed, which may have moved since the timer was set."""
        self._timer = None
        if self._deadline and time.monotonic() < self._deadline:
            self._timer = self.state.loop.call_at(self._deadline, self._look)
        elif self._deadline:
            self._late()

    def _late(self) -> None:
        """Close a connection that took too long; if a request has begun, answer that."""
        if self.phase in (Phase.HEAD, Phase.BODY):
            self._refuse(408, f"the {self.phase.name.lower()} of the request was not there in time")
        else:
            self.transport.abort()

    def _read(self, step: Callable[[], None]) -> None:
        """Read once, and act on the result."""
        try:
            step()
            self._advance()
        except RequestRefusedError as error:
            self._refuse(error.status, str(error))
        except OSError as error:
            log.error("a request cannot be kept: %s", error)
            self._refuse(503, "there is no room for the request; try again later")

    def _advance(self) -> None:
        if self.phase in (Phase.ANSWERING, Phase.SENDING):
            if self.reader.ahead > AHEAD:
                self.transport.pause_reading()
        elif self.reader.is_complete:
            self._await_turn()
        elif self.reader.head and self.phase != Phase.BODY:
            self._enter(Phase.BODY)
            if self.reader.head.expects_continue and not self.reader.size:
                self.transport.write(CONTINUE)
        elif self.reader.has_begun and self.phase == Phase.IDLE:
            self._enter(Phase.HEAD)

    def _prepared(self, line: bytes) -> PreparedAnswer | None:
        """Return the prepared answer to a request with this line and the fields read last."""
        if self._key is None or self.state.stopping:
            return None
        return self.state.prepared.find(line, self._key)

    def _repeat(self, found: PreparedAnswer, unread: bytes = b"") -> None:
        """Send a prepared answer at once; ``unread`` is the request, if it was not parsed."""
        self.transport.write(found.data())
        found.count()
        record = found.record(self._origin.client, time.monotonic())
        if self._full:
            self.reader.feed(unread)
            self._answer = WsgiResponse("", [], (), partial(self._taken, record))
            self._framing, self._ended = Framing(0, chunked=False, silent=True, keeps_alive=True), True
            self.state.crowd.work(self)
            self._enter(Phase.SENDING)
        else:
            self.state.log.finish(record)
            self._enter(Phase.IDLE)
            self.state.crowd.wait(self)
            if self.reader.has_begun:
                self.reader.next()

    def _taken(self, record: RequestRecord) -> None:
        """Log a prepared answer that the client did not take at once."""
        record.outcome = "client gone" if self.phase == Phase.CLOSED else ""
        self.state.log.finish(record)

    def _await_turn(self) -> None:
        """Answer a complete request when it is its turn; at once if it only asks whether the server is alive."""
        head, reader = self.reader.head, self.reader
        assert head  # noqa: S101 - the request is complete
        self._origin = RequestOrigin.of(self._peer, head, self.state.settings)
        self._section, self._key = reader.section, key(head, self._origin)
        if not reader.ahead and (found := self._prepared(reader.line)):
            self._repeat(found)
            return
        self.state.crowd.work(self)
        self._enter(Phase.ANSWERING)
        if self.reader.head and self.reader.head.target in INLINE:
            self._start()
        else:
            self.state.turn(self._start)

    def _start(self) -> None:
        reader, state = self.reader, self.state
        if self.phase == Phase.CLOSED:
            self._note(CLIENT_GONE, "client gone")
            return
        assert reader.head  # noqa: S101 - the request is complete
        asked = environ(reader.head, reader.body, reader.size, self._origin, state.address, self._since)
        pool = state.pools.of(asked)
        if reader.head.target in INLINE:
            self._finish(partial(call, state.log, asked))
        elif pool is state.pools.light:
            self._answer_kept(pool, asked)
        else:
            self._submit(pool, asked)

    def _answer_kept(self, pool: ThreadPool, asked: dict[str, Any]) -> None:
        """Answer from the cache, which takes no time, or else let a thread make the answer."""
        try:
            self._finish(partial(self._kept, asked | {ONLY_KEPT: OnlyKept()}))
        except ResponseNotKeptError:
            self._submit(pool, asked)

    def _kept(self, asked: dict[str, Any]) -> WsgiResponse:
        """Return the cached answer, if any, and prepare it for identical requests."""
        answer = call(self.state.log, asked)
        if self.reader.head and self._key is not None:
            self.state.prepared.prepare(self.reader.line, self._key, self.reader.head, asked, answer)
        return answer

    def _submit(self, pool: ThreadPool, asked: dict[str, Any]) -> None:
        try:
            self._job = pool.submit(partial(call, self.state.log, asked))
        except ServiceBusyError as error:
            self._refuse(503, str(error))
        else:
            self._job.add_done_callback(partial(self._tell, pool))
            if self.phase == Phase.CLOSED:
                self._job.cancel()

    def _tell(self, pool: ThreadPool, future: Future[WsgiResponse]) -> None:
        """Tell the event loop, from any thread, that a job is done."""
        with suppress(RuntimeError):  # the loop is closed: the server did not wait for this job
            self.state.loop.call_soon_threadsafe(self._done, pool, future)

    def _done(self, pool: ThreadPool, future: Future[WsgiResponse]) -> None:
        pool.leave()
        self._job = None
        if future.cancelled():
            self._note(CLIENT_GONE, "client gone")
        else:
            self.state.turn(partial(self._finish, future.result))

    def _finish(self, result: Callable[[], WsgiResponse]) -> None:
        """Send the answer of the application, if the client is still connected."""
        answer = None
        try:
            answer = result()
            if self.phase == Phase.CLOSED:
                answer.close()
            else:
                self._begin(answer, keeps_alive=self.reader.keeps_alive and not self.state.stopping)
        except ResponseNotKeptError:
            raise
        except Exception:
            log.exception("a request failed outside of the application")
            if answer:
                answer.close()
            self._refuse(500, "this server made a mistake; it has been logged")

    def _refuse(self, status: int, detail: str) -> None:
        """Answer without the application, and close the connection."""
        self._note(status)
        if self.phase != Phase.CLOSED:
            line, fields, body = problem(status, detail)
            self._begin(WsgiResponse(line, fields, [body]), keeps_alive=False)

    def _note(self, status: int, outcome: str = "") -> None:
        """Log a request that the application has not answered."""
        method, target = (head.method, head.target) if (head := self.reader.head) else ("", "")
        path = unquote(target.partition("?")[0], errors="replace")[:PATH_LENGTH]
        one = RequestRecord(method, path, self._peer, self._since, status, outcome=outcome)
        self.state.log.finish(one)

    def _begin(self, answer: WsgiResponse, *, keeps_alive: bool) -> None:
        """Send the head of an answer, and the first part of its body with it."""
        head, self._framing = begin(answer.status, answer.fields, self.reader.head, keeps_alive=keeps_alive)
        self._answer, self._parts, self._ended = answer, parts(answer.body), False
        self._write(head)

    def _send(self) -> None:
        """Send the next part, once the client has taken the previous one."""
        if self._full or not self._answer or self.phase != Phase.SENDING:
            return
        if self._ended:
            self._sent(self._answer)
        else:
            self._write(b"")

    def _write(self, head: bytes) -> None:
        """Write the next part of the body, or its end, after ``head``."""
        self._enter(Phase.SENDING)
        try:
            part = next(self._parts, None)
        except Exception:
            log.exception("the rest of an answer cannot be read")
            self.transport.abort()
            return
        self._ended = part is None
        data = head + (self._framing.end() if part is None else self._framing.framed(part))
        if data:
            self.transport.write(data)
        if self._ended or self._framing.is_complete:
            self._send()
        elif not self._full:
            self.state.part(self._send)

    def _sent(self, answer: WsgiResponse) -> None:
        """Continue with the next request, or close the connection."""
        self._answer = None
        answer.close()
        if self._framing.is_short:
            self.transport.abort()
        elif not self._framing.keeps_alive or self._hears_no_more:
            self._close()
        elif self.reader.ahead:
            self.state.turn(self._next)
        else:
            self._next()

    def _next(self) -> None:
        if self.phase == Phase.CLOSED:
            return
        self._enter(Phase.IDLE)
        self.state.crowd.wait(self)
        self.transport.resume_reading()
        self._read(self.reader.next)
        if self.state.stopping:
            self.finish()

    def _close(self) -> None:
        """Close the connection, after giving the client time to read the answer (RFC 9112, section 9.6)."""
        if self._hears_no_more or (self.reader.is_complete and not self.reader.ahead):
            self.transport.close()
            return
        self.state.crowd.wait(self)
        self._enter(Phase.LINGERING)
        self.transport.resume_reading()
        self.transport.write_eof()


def _bound(connection: socket.socket) -> None:
    """Limit the kernel's buffer for an answer to one part; it would take 4 MB for a client that reads nothing."""
    with suppress(OSError):  # the client is already gone
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PART)
