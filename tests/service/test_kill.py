from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are listed in /proc")

KILLS = 8
# Ten thousand rows; with ten to the power of twelve, it runs until it is killed.
VALUES = " ".join(f"VALUES ?v{n} {{ 0 1 2 3 4 5 6 7 8 9 }}" for n in range(4))
COUNT = f"SELECT (COUNT(*) AS ?n) {{ {VALUES} }}"
DOCUMENT = "/doc/event/2011-11-08/abcdefghij.ttl"
RUNAWAY = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(VALUES.replace('?v', f'?v{n}') for n in range(3))} }}"


@pytest.mark.parametrize("in_memory", [pytest.param(False, marks=pytest.mark.slow), True])
def test_workers_killed_during_load_cost_no_wrong_answer(
    served_store: Path, start_service: Callable[..., object], in_memory: bool
) -> None:
    service = start_service(served_store, query_seconds=30, result_cache_bytes=0, memory_share=0.5 * in_memory)
    until(lambda: bool(service.memory) == in_memory)
    expected = service.ask(DOCUMENT).body
    done = threading.Event()

    def queries() -> Counter[int]:
        statuses: Counter[int] = Counter()
        while not done.is_set():
            reply = service.ask(f"/sparql?query={quote(COUNT)}", Accept="application/sparql-results+json")
            statuses[reply.status] += 1
            if reply.status == 200:
                assert json.loads(reply.body)["results"]["bindings"][0]["n"]["value"] == "10000"
        return statuses

    def documents() -> Counter[int]:
        statuses: Counter[int] = Counter()
        while not done.is_set():
            # Nobody has requested this one before, so a worker answers, not the cache.
            reply = service.ask(f"/source/http://a.example/{os.urandom(4).hex()}")
            assert reply.status in (404, 503)
            statuses[reply.status] += 1
        return statuses

    with ThreadPoolExecutor() as threads:
        running = [threads.submit(ask) for ask in (queries, queries, documents)]
        try:
            for _ in range(KILLS):
                killed = _first_worker(service)
                with suppress(ProcessLookupError):
                    os.kill(killed, signal.SIGKILL)
                until(lambda killed=killed: killed not in service.workers)
                until(lambda: service.ask(f"/sparql?query={quote(COUNT)}").status == 200)
        finally:
            done.set()
        statuses = running[0].result() + running[1].result()
        assert set(statuses) <= {200, 503}
        assert statuses[200]
        assert running[2].result()
    assert service.ask(DOCUMENT).body == expected


@pytest.mark.slow(
    also="tests/kg/workers/test_memory.py::test_when_the_process_with_the_graph_dies_queries_go_to_disk_and_it_is_loaded_again"
)
def test_when_the_process_with_the_graph_is_killed_queries_are_answered_from_disk(
    served_store: Path, start_service: Callable[..., object]
) -> None:
    service = start_service(served_store, query_seconds=30, result_cache_bytes=0)
    until(lambda: service.memory)
    os.kill(service.memory, signal.SIGKILL)
    until(lambda: not service.memory)  # without any request for it
    # A request for a worker that just dies with its host gets 503, as whenever one is killed from outside.
    until(lambda: service.ask(f"/sparql?query={quote(COUNT)}").status == 200)
    for _ in range(20):
        assert service.ask(f"/sparql?query={quote(COUNT)}").status == 200
        assert service.ask(f"/source/http://a.example/{os.urandom(4).hex()}").status == 404
    assert json.loads(service.ask("/healthz").body)["graph"] == "loading"


def test_a_killed_service_leaves_no_worker_and_serves_again_when_it_is_started(
    served_store: Path, start_service: Callable[..., object]
) -> None:
    service = start_service(served_store, query_seconds=60)
    expected = service.ask(DOCUMENT).body
    with ThreadPoolExecutor() as threads:
        running = threads.submit(service.ask, f"/sparql?query={quote(RUNAWAY)}")
        workers = service.workers
        assert workers
        service.kill()
        with pytest.raises((OSError, EOFError)):  # the connection ends without an answer
            running.result()
    until(lambda: not any(Path(f"/proc/{one}").exists() for one in workers))
    service.start()
    assert service.ask(DOCUMENT).body == expected


def _first_worker(service: object) -> int:
    until(lambda: bool(service.workers))
    return min(service.workers)
