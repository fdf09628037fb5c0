"""The graph in memory: where the graph is, and the process that holds it while a pool uses it."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from kg.errors import NewsgraphError
from kg.process.forking import ForkServer, private_bytes
from kg.settings import Settings
from kg.workers.budget import Budget, estimated
from kg.workers.generation import Generation

log = logging.getLogger(__name__)

QUIET_SECONDS: Final = 5.0
"""Seconds that a snapshot is served before it is loaded: more writes may follow, and the server is still starting."""
AFTER_LOSS_SECONDS: Final = 60.0
"""Seconds to wait before reloading a snapshot after its process died; doubled each further time."""
LONGEST_SECONDS: Final = 3_600.0
LOOK_SECONDS: Final = 0.1
WATCH_SECONDS: Final = 1.0
"""Seconds between checks that the process that holds the graph is alive."""
RELEASE_SECONDS: Final = 60.0
"""Seconds that running requests may continue with a graph in memory that no new requests use."""


class GraphPlace(StrEnum):
    """Where the graph that answers requests is."""

    DISK = "disk"
    LOADING = "loading"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the graph is, and why it stays on disk if it does."""

    place: GraphPlace
    reason: str = ""

    def __str__(self) -> str:
        """Return it as words that can follow "the graph is"."""
        if self.place == GraphPlace.LOADING:
            return "on disk until it is loaded into memory"
        return "in memory" if self.place == GraphPlace.MEMORY else f"on disk: {self.reason}"


class GraphUser(Protocol):
    """The interface of a user of the graph."""

    def loaded(self, generation: Generation) -> None:
        """Accept a generation with its graph in memory."""

    def lost(self) -> None:
        """Note that the process that holds the graph has died, and with it all workers that share it."""


class MemoryLoader:
    """Loads each snapshot that stays current, and offers a pool workers that share it.

    One thread does this as long as this object lives: the kernel ends the process that holds a graph with it.
    """

    def __init__(self, settings: Settings, workers: int, owner: GraphUser) -> None:
        """Start waiting for snapshots; nothing is loaded before the first one is wanted."""
        self._budget = Budget(settings, workers)
        self._memory = settings.query_memory
        self._owner = owner
        self._refusal = self._failure = ""
        self._losses = 0
        self._changed = threading.Condition()
        self._wanted: Generation | None = None
        self._done: Generation | None = None
        self._held: Generation | None = None
        self._server: ForkServer | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
        self._thread.start()

    def want(self, generation: Generation) -> None:
        """Note that a generation with its graph on disk answers requests."""
        with self._changed:
            if generation is self._wanted:
                return
            if self._wanted is None or self._wanted.snapshot.id != generation.snapshot.id:
                self._losses = 0
                self._refusal = self._budget.refusal(estimated(generation.snapshot.manifest.counts.get("triples", 0)))
            self._losses += generation.lost
            self._failure = ""
            self._wanted = generation
            self._changed.notify_all()

    def placement(self, generation: Generation) -> Placement:
        """Return where the graph of a generation is."""
        if generation.memory:
            return Placement(GraphPlace.MEMORY)
        reason = self._refusal or self._failure
        return Placement(GraphPlace.DISK, reason) if reason else Placement(GraphPlace.LOADING)

    def close(self) -> None:
        """Stop, and release the graph in memory."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed:
            generation = self._wanted
            if generation is self._done or generation is None:
                if not self._disturbed(generation, WATCH_SECONDS):
                    self._watch()
                continue
            self._release()
            if self._refusal or (not self._disturbed(generation, self._wait()) and self._load(generation)):
                self._done = generation
        self._release()

    def _wait(self) -> float:
        """Return how long to wait before loading."""
        if self._losses:
            return min(AFTER_LOSS_SECONDS * 2.0 ** (self._losses - 1), LONGEST_SECONDS)
        return QUIET_SECONDS

    def _disturbed(self, generation: Generation | None, seconds: float) -> bool:
        """Wait some seconds; return whether another generation, or none, is wanted meanwhile."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed or self._wanted is not generation, seconds)

    def _load(self, generation: Generation) -> bool:
        """Load a graph and offer it; return whether nothing is left to do."""
        self._failure, start = "", time.monotonic()
        try:
            self._held = self._in_memory(generation)
        except NewsgraphError as error:
            self._failed(str(error))
        if self._held is None:
            self._release()
            return bool(self._refusal)
        seconds = time.monotonic() - start
        log.info("snapshot %s was loaded into memory in %.1f seconds", generation.snapshot.id, seconds)
        self._owner.loaded(self._held)
        return True

    def _in_memory(self, generation: Generation) -> Generation | None:
        """Return a generation of the same snapshot whose graph is in memory.

        Returns None if another one is wanted meanwhile, or if it proves too large. Raises StoreError if it cannot be
        loaded.
        """
        snapshot = generation.snapshot
        server = ForkServer("kg.workers.memory_process", snapshot.database, self._budget.total + self._memory)
        self._server = server
        while not server.loaded(LOOK_SECONDS):
            if self._disturbed(generation, 0):
                return None
        size = private_bytes(server.pid)
        self._refusal = self._budget.refusal(size)
        if self._refusal:
            log.warning("the graph stays on disk: %s", self._refusal)
            return None
        return Generation(snapshot, generation.target, memory=server, share=self._budget.share(size))

    def _failed(self, reason: str) -> None:
        """Note why the graph stays on disk until it is tried again."""
        self._losses += 1
        self._failure = f"{reason}; it will be tried again"
        log.warning("the graph stays on disk: %s", self._failure)

    def _watch(self) -> None:
        """Watch for the death of the process that holds the graph, or for the end of its use."""
        held = self._held
        if held and held.gone:
            self._release()
            self._done = None  # another snapshot came at the same moment, and could not be opened: offer it again
            self._refusal = f"no worker could be forked: {held.failure}" if held.failure else ""
        elif self._server and self._server.has_ended:
            self._release()
            self._owner.lost()

    def _release(self) -> None:
        """Release the graph in memory as soon as no request uses it."""
        held, self._held = self._held, None
        server, self._server = self._server, None
        end = time.monotonic() + RELEASE_SECONDS
        with self._changed:
            while server and held and not (self._closed or held.gone or server.has_ended) and time.monotonic() < end:
                self._changed.wait(LOOK_SECONDS)
        if server:
            server.end()
