"""How much work the queries of one client may cost: a token bucket of seconds, and a number of queries at a time."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app

from endpoint.site.log import record
from endpoint.site.results import ResultCache
from kg.errors import ClientLimitError
from kg.query.evaluate import Answer
from kg.query.federate import Caller
from kg.rdf.formats import Format
from kg.settings import Settings
from kg.workers.workers import Workers

NAME: Final = "newsgraph-clients"
CLIENTS: Final = 10_000
MINUTE: Final = 60.0
IPV6_SITE: Final = 64
"""How many bits of an IPv6 address identify a site, which owns all addresses below it (RFC 6177)."""


@dataclass(slots=True)
class _Account:
    left: float
    moment: float
    queries: int = 0


class Clients:
    """The accounts of the most recent clients, at most 10,000.

    An account fills by ``client_seconds`` per minute up to ``client_burst``, and each query is charged after it has
    run, so the account may go below zero; until it is above zero again, its client gets no answers. Clients on the
    machine itself have no limit: they are its operator, or a proxy whose clients cannot be distinguished. Safe to use
    from many threads.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._clock = clock
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._accounts)

    @contextmanager
    def turn(self, address: str) -> Iterator[Callable[[float], None]]:
        """Admit one query of the client at an address; call what this returns with the seconds of work that it cost.

        Raises ClientLimitError if the client has used up what it may have.
        """
        name = client(address)
        if name is None:
            yield lambda _: None
            return
        with self._lock:
            account = self._account(name)
            self._refuse(account)
            account.queries += 1
        try:
            yield lambda seconds: self._pay(account, seconds)
        finally:
            with self._lock:
                account.queries -= 1

    def _pay(self, account: _Account, seconds: float) -> None:
        with self._lock:
            account.left -= seconds

    def _account(self, name: str) -> _Account:
        """Return the account of a client, filled up to now."""
        now, burst = self._clock(), self.settings.client_burst
        account = self._accounts.setdefault(name, _Account(burst, now))
        account.left = min(burst, account.left + (now - account.moment) * self.settings.client_seconds / MINUTE)
        account.moment = now
        self._accounts.move_to_end(name)
        while len(self._accounts) > CLIENTS:
            self._accounts.popitem(last=False)
        return account

    def _refuse(self, account: _Account) -> None:
        most, rate = self.settings.client_queries, self.settings.client_seconds / MINUTE
        if most and account.queries >= most:
            raise ClientLimitError(f"at most {most} queries of one client run at the same time; wait for an answer", 1)
        if rate and account.left <= 0:
            wait = max(1, math.ceil(-account.left / rate))
            limit = f"{self.settings.client_seconds:g} seconds of work a minute"
            raise ClientLimitError(f"your queries cost more than {limit}; try again in {wait} s", wait)


def client(address: str) -> str | None:
    """Return the identity of the client at an address: the address, or its IPv6 site; None if it is local."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_loopback:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, IPV6_SITE), strict=False))
    return str(found)


def install(app: Flask, settings: Settings) -> None:
    """Make an application limit its clients and keep answers for them."""
    app.extensions[NAME] = Clients(settings)
    app.extensions[ResultCache.__name__] = ResultCache(settings.result_cache_bytes)


def query(
    workers: Workers,
    text: str,
    format: Format,
    *,
    seconds: float | None,
    limit: int | None,
    default_graphs: tuple[str, ...],
    named_graphs: tuple[str, ...],
    passed: int = 0,
) -> Answer:
    """Let workers answer a query of the current request, within the limits of its client, and charge its cost.

    Time of remote services costs as much as that of workers here. ``passed`` is how many newsgraph servers the query
    came through; the other parameters are those of Workers.query. A cached answer costs nothing. Raises the errors of
    Workers.query, and ClientLimitError.
    """
    one = record()
    results: ResultCache = current_app.extensions[ResultCache.__name__]
    question = (text, format.name, limit, default_graphs, named_graphs)
    clients: Clients = current_app.extensions[NAME]
    with clients.turn(one.client) as pay:

        def spent(seconds: float) -> None:
            one.work += seconds
            pay(seconds)

        def asked(host: str, seconds: float, answered: bool) -> None:
            one.services.append({"host": host, "seconds": round(seconds, 6), "answered": answered})
            pay(seconds)

        answer = results.find(question, workers.snapshot.id)
        one.kept = answer is not None
        if answer is None:
            answer = workers.query(
                text,
                format,
                seconds=seconds,
                arrived=one.arrived,
                spent=spent,
                limit=limit,
                default_graphs=default_graphs,
                named_graphs=named_graphs,
                caller=Caller(passed, asked),
            )
            results.keep(question, answer)
    one.rows, one.snapshot = answer.rows, answer.snapshot
    return answer
