"""The HTTP server: it listens, and shuts down in an orderly way."""

from __future__ import annotations

import asyncio
import errno
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from flask import Flask

from endpoint.server.connection import Connection
from endpoint.server.crowd import Crowd
from endpoint.server.prepared import PreparedAnswers
from endpoint.server.response_cache import ResponseCache
from endpoint.server.server_state import ServerState
from endpoint.server.thread_pools import ThreadPools
from endpoint.site.log import Log
from endpoint.site.site import NAME, Site
from kg.errors import ConfigurationError
from kg.settings import Settings

SWITCH_SECONDS: Final = 0.0005
"""Seconds that a thread keeps the interpreter while another one wants it.

The event loop wants it after every system call, and would wait for each busy thread in turn, 5 ms by default.
"""
BACKLOG: Final = 1_024
"""How many connections the kernel queues until they are accepted."""
ACCEPTED: Final = 16
"""How many connections are accepted before the others are served again; asyncio calls this a backlog too."""
DRAIN_SLICE: Final = 0.05
"""Seconds between two checks whether all connections have ended."""
SPARE_DESCRIPTORS: Final = 200
"""File descriptors reserved for everything except connections: files, pipes to the workers, the log."""


class HttpServer:
    """Serves an application on an address until it is told to stop. ``run`` may be called once, in any thread.

    ``longest_body`` returns the largest body in bytes for an Authorization header.
    """

    def __init__(self, app: Flask, settings: Settings, longest_body: Callable[[str | None], int]) -> None:
        """Listen. Raises ConfigurationError if the address cannot be used."""
        self.app = app
        self.settings = settings
        self.longest_body = longest_body
        self._socket = _listening(settings.host, settings.port)
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._notices = 0
        self._patience = settings.drain_seconds

    def run(self) -> None:
        """Serve until ``stop`` is called or, in the main thread, until SIGTERM or SIGINT comes."""
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
            self._socket.close()

    def stop(self) -> None:
        """Stop, from any thread, without further notice; requests under way are answered."""
        with suppress(RuntimeError):  # already stopped
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _serve(self) -> None:
        pools = ThreadPools(self.settings)
        state = self._state(pools)
        if threading.current_thread() is threading.main_thread():
            self._loop.add_signal_handler(signal.SIGTERM, self._told, self.settings.notice_seconds)
            self._loop.add_signal_handler(signal.SIGINT, self._told, 0.0)
            self._loop.add_signal_handler(signal.SIGHUP, _rotated)
        listening = await self._loop.create_server(lambda: Connection(state), sock=self._socket, backlog=ACCEPTED)
        self._socket.listen(BACKLOG)
        try:
            await self._stop.wait()
            listening.close()
            await self._drain(state)
        finally:
            pools.close()

    def _state(self, pools: ThreadPools) -> ServerState:
        settings = self.settings
        responses: ResponseCache = self.app.extensions[ResponseCache.__name__]
        share = 0 if settings.trusted_proxy else settings.client_connections
        return ServerState(
            log=self.app.extensions[Log.__name__],
            settings=settings,
            crowd=Crowd(_room(settings.connections), share),
            pools=pools,
            prepared=PreparedAnswers(responses.version),
            longest_body=self.longest_body,
            address=(settings.host, self.port),
            loop=self._loop,
        )

    def _told(self, notice: float) -> None:
        """Announce that this server is no longer ready, and stop after ``notice`` seconds; at once if called again."""
        site: Site = self.app.extensions[NAME]
        site.leaving.set()
        self._loop.call_later(0.0 if self._notices else notice, self._stop.set)
        self._patience = 0.0 if self._notices else self._patience
        self._notices += 1

    async def _drain(self, state: ServerState) -> None:
        """Answer requests under way, for some seconds at most, and close all connections."""
        state.stopping = True
        for one in state.crowd.members():
            one.finish()
        start = self._loop.time()
        while len(state.crowd) and self._loop.time() < start + self._patience:
            await asyncio.sleep(DRAIN_SLICE)
        for one in state.crowd.members():
            one.evict()
        await asyncio.sleep(0)  # so that they end


def _rotated() -> None:
    """Do nothing when the logs were rotated (SIGHUP): the file is opened again for each line."""


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        if getattr(error, "errno", None) in (socket.EAI_NONAME, errno.EADDRNOTAVAIL):
            raise ConfigurationError(f"{host!r} is not an address of this machine: name another --host") from None
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"cannot listen on {host}:{port}: {reason}; choose another --port") from None


def _room(connections: int) -> int:
    """Raise the limit of file descriptors as far as allowed; return how many connections there is then room for."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE_DESCRIPTORS
    allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    return max(1, min(connections, allowed - SPARE_DESCRIPTORS))
