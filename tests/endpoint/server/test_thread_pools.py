from __future__ import annotations

from dataclasses import replace

import pytest

from endpoint.app import create_app
from endpoint.server.thread_pools import HEALTH, HEAVY, INLINE, ThreadPool, ThreadPools
from kg.errors import ServiceBusyError
from kg.settings import Settings
from kg.workers.workers import Workers


def test_the_paths_that_pools_know_are_routes(settings: Settings, workers: Workers) -> None:
    rules = [str(rule) for rule in create_app(settings, workers).url_map.iter_rules()]
    assert {rule.split("/", 2)[1] for rule in rules} >= HEAVY
    assert set(rules) >= HEALTH | INLINE


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/", "light"),
        ("HEAD", "/doc/event/2011-11-08/abcdefghij", "light"),
        ("GET", "/sparqling", "light"),
        ("OPTIONS", "*", "light"),
        ("GET", "/sparql", "heavy"),
        ("QUERY", "/", "heavy"),
        ("PUT", "/graphs", "heavy"),
        ("GET", "/reconcile/suggest/entity", "heavy"),
        ("GET", "/dump/newsgraph.nt", "heavy"),
        ("GET", "/readyz", "health"),
    ],
)
def test_slow_requests_have_threads_of_their_own(method: str, path: str, name: str) -> None:
    pools = ThreadPools(Settings())
    assert pools.of({"REQUEST_METHOD": method, "PATH_INFO": path}) is getattr(pools, name)
    pools.close()


def test_each_half_has_a_thread_even_of_one() -> None:
    pools = ThreadPools(replace(Settings(), threads=1, waiting_requests=0))
    assert (pools.light.most, pools.heavy.most) == (1, 1)
    pools.close()


def test_a_pool_takes_as_many_as_it_has_threads_and_places_to_wait() -> None:
    pool = ThreadPool("test", 1, 1)
    first, second = pool.submit(lambda: 1), pool.submit(lambda: 2)
    with pytest.raises(ServiceBusyError):
        pool.submit(lambda: 3)
    assert (first.result(20), second.result(20)) == (1, 2)
    pool.leave()
    assert pool.submit(lambda: 4).result(20) == 4
    pool.close()
