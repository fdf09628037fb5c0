"""Jobs on a Dask cluster: the functions that local processes run, on machines that share nothing.

Everything that a job reads is sent with it, and its texts are sent back. When a worker dies, the scheduler has its jobs
done again by another; jobs are pure, so this changes nothing.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from kg.errors import ConfigurationError, StoreError
from kg.pipeline import kept_months
from kg.process.jobs import Job, LocalPool, Result, Scheduler
from kg.process.parallel import expect_objects
from kg.settings import Settings

if TYPE_CHECKING:
    from distributed import Client, Future

WAIT: Final = 30.0
"""Seconds to wait for a scheduler, for its first worker, and between checks that any worker is left."""
AHEAD: Final = 2
"""How many jobs wait at the scheduler for each that can run: their inputs are in its memory."""
CONFIGURATION: Final = {
    "distributed.admin.large-graph-warning-threshold": "10 GiB",
    "distributed.worker.profile.enabled": False,
}
"""Jobs carry their inputs on purpose: scattered data would be lost with its worker.

Workers started by this process do not profile themselves a hundred times a second, which would cost a sixth.
"""


@contextmanager
def scheduling(settings: Settings) -> Iterator[Scheduler]:
    """Provide the scheduler of a build: a cluster if the settings name one, else processes of this machine.

    Raises ConfigurationError if Dask is not installed, or no scheduler answers.
    """
    if not (settings.scheduler or settings.workers):
        yield LocalPool(settings.jobs or os.cpu_count() or 1)
        return
    try:
        import dask
        import distributed
    except ImportError as error:
        raise ConfigurationError("a build on a cluster needs Dask: pip install 'newsgraph[dask]'") from error
    with dask.config.set(CONFIGURATION):
        if settings.scheduler:
            with _connected(settings.scheduler) as client:
                yield DaskCluster(client)
            return
        # No other machine can reach it: everything listens on the loopback interface only.
        with (
            distributed.LocalCluster(
                n_workers=settings.workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
            ) as cluster,
            distributed.Client(cluster, set_as_default=False) as client,
        ):
            yield DaskCluster(client)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(address, timeout=WAIT, set_as_default=False)
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        raise ConfigurationError(f"no scheduler answers at {address}: {error}") from error
    with client:
        yield client


class DaskCluster:
    """The workers of a Dask cluster, which may come and go at any time."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def results(self, jobs: Iterable[Job[Result]]) -> Iterator[Result]:
        """Run jobs on the workers; what they read is sent with them, and their texts are written here.

        Raises StoreError if there are no workers, or if a job kills its workers again and again, and ConfigurationError
        if a worker runs another version than this process.
        """
        program = kept_months.program()
        sent = deque[tuple[Job[Result], Any]]()
        for job in jobs:
            inputs = [one.read() for one in job.inputs]
            sent.append((job, self._client.submit(do, program, job.make, job.arguments, inputs, pure=False)))
            if len(sent) >= AHEAD * self._threads():
                yield self._taken(*sent.popleft())
        while sent:
            yield self._taken(*sent.popleft())

    def _threads(self) -> int:
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def _taken(self, job: Job[Result], future: Future[Any]) -> Result:
        """Wait for a job, write its texts, and return its result."""
        from distributed import CancelledError, KilledWorker

        try:
            texts, result = self._waited(future)
        except KilledWorker as error:
            raise StoreError(
                f"workers die in a job, probably because they lack memory: give them more, or fewer threads ({error})"
            ) from error
        except CancelledError as error:
            raise StoreError(f"the scheduler has gone, or has lost a job: {error}") from error
        job.write(texts)
        return result  # type: ignore[no-any-return]  # what the job's function returns

    def _waited(self, future: Future[Any]) -> Any:
        while True:
            try:
                return future.result(timeout=WAIT)
            except TimeoutError:
                if future.status != "pending":
                    raise
                if not self._client.nthreads():
                    raise StoreError(f"the cluster has had no worker for {WAIT:.0f} seconds") from None


def do(
    program: str,
    make: Callable[..., tuple[Sequence[bytes], Any]],
    arguments: tuple[Any, ...],
    inputs: Sequence[Any],
) -> tuple[Sequence[bytes], Any]:
    """Do a job on a worker, one at a time in each process, since threads do not make it faster.

    Raises ConfigurationError if this process runs another version than the client.
    """
    if kept_months.program() != program:
        raise ConfigurationError("a worker of the cluster has another version of newsgraph, or other tables, than this")
    with _alone():
        expect_objects()
        return make(*arguments, *inputs)


@cache
def _alone() -> Lock:
    """Return the lock of this process, which allows one job at a time."""
    return Lock()
