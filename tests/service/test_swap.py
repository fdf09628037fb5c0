from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.paths import DATA
from tests.waiting import until

BASE = "http://127.0.0.1:8000/"
EVENT = f"{BASE}event/2011-11-08/abcdefghij"
TURTLE = DATA / "served.ttl"
COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"
SNAPSHOTS = 5
DOCUMENT = "/doc/event/2011-11-08/abcdefghij.ttl"
# The count takes long enough for a snapshot to be switched in the middle of a query.
SLOW = " ".join(f"VALUES ?v{n} {{ 0 1 2 3 4 5 6 7 8 9 }}" for n in range(4))
PAIR = f"""SELECT ?first ?second {{
  <{EVENT}> <{COMMENT}> ?first . {{ SELECT (COUNT(*) AS ?n) {{ {SLOW} }} }} <{BASE}x> <{COMMENT}> ?second
}}"""


def version(number: int) -> str:
    """The small graph, with the number of the snapshot in two places."""
    marks = "".join(f"<{iri}> <{COMMENT}> 'version {number}' .\n" for iri in (EVENT, f"{BASE}x"))
    return TURTLE.read_text(encoding="utf-8") + marks


@pytest.mark.slow(also="tests/kg/workers/test_pool.py::test_a_new_snapshot_is_served_without_a_failed_request")
@pytest.mark.skipif(sys.platform != "linux", reason="processes are listed in /proc")
def test_snapshots_are_switched_under_load_without_a_failed_or_mixed_answer(
    tmp_path: Path, publish_store: Callable[..., object], start_service: Callable[..., object]
) -> None:
    store = tmp_path / "store"
    publish_store(store, version(1), "v1")
    service = start_service(store, query_seconds=30)
    done = threading.Event()

    def queries() -> list[int]:
        """Query both marks; return the versions in the order of the answers."""
        seen = []
        while not done.is_set():
            reply = service.ask(f"/sparql?query={quote(PAIR)}", Accept="application/sparql-results+json")
            assert reply.status == 200, reply
            (row,) = json.loads(reply.body)["results"]["bindings"]
            assert row["first"]["value"] == row["second"]["value"]
            seen.append(int(row["first"]["value"].split()[1]))
        return seen

    def documents() -> list[int]:
        """Request a document; its entity tag and its triples must be of the same snapshot."""
        seen = []
        while not done.is_set():
            reply = service.ask(DOCUMENT)
            assert reply.status == 200, reply
            tagged = re.match(r'"v(\d+)-', reply.headers["etag"])
            (told,) = re.findall(rb"version (\d+)", reply.body)
            assert tagged
            assert int(tagged[1]) == int(told)
            seen.append(int(told))
        return seen

    with ThreadPoolExecutor() as threads:
        running = [threads.submit(ask) for ask in (queries, queries, documents, documents)]
        try:
            for number in range(2, SNAPSHOTS + 1):
                publish_store(store, version(number), f"v{number}")
                until(lambda number=number: f"v{number}-" in service.ask(DOCUMENT).headers["etag"])
        finally:
            done.set()
        for one in running:
            seen = one.result()
            assert seen == sorted(seen)  # nobody is sent back to an older snapshot
            assert set(seen) <= set(range(1, SNAPSHOTS + 1))
        assert max(max(one.result()) for one in running) >= SNAPSHOTS - 1
    until(lambda: len(service.workers) == 3)  # those of the old snapshots are gone
