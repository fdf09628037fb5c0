"""The child process that runs queries: ``python -m kg.workers.worker DATABASE MEMORY PARENT``.

It reads requests from standard input and writes replies to standard output, in the frames of kg.process.frames. It is
disposable: its parent kills it at a request's deadline, and should the parent fail to, its own timer does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from base64 import b64decode
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from pyoxigraph import Store

from kg.errors import NewsgraphError, PipeClosedError, QueryError, ResultTooLargeError, StoreError
from kg.lookup import memento, newest, reconcile, reconcile_request, resource_state
from kg.lookup.capabilities import capabilities
from kg.lookup.describe import describe, newest_events, total_of
from kg.lookup.locate import locate
from kg.lookup.search import find, plain
from kg.process import frames, sandbox
from kg.query import service_solutions
from kg.query.evaluate import answer
from kg.query.graph_store import graph
from kg.rdf import NamedNode, Quad
from kg.rdf.formats import by_name
from kg.rdf.serialize import nodes, represent

GRACE: Final = 0.5
"""Seconds after the deadline at which the process ends itself if its parent has not ended it."""

Reply = tuple[dict[str, Any], bytes]


def main(arguments: list[str]) -> int:
    """Serve requests until standard input is closed; return the exit status."""
    database, memory, parent = arguments
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # whatever prints must not get between the frames
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the pipe
    confined = sandbox.confine(int(memory), int(parent))
    sandbox.end_when_closed(replies)
    try:
        store = Store.read_only(database)
    except OSError as error:
        frames.send(replies, {"error": "StoreError", "message": f"the database cannot be opened: {error}"})
        return 1
    frames.send(replies, {"ready": True, "confined": confined})
    try:
        while True:
            store = serve(store, requests, replies)
    except PipeClosedError:
        return 0


def serve(store: Store, requests: int, replies: int) -> Store:
    """Answer one request, and return the store for the next; a failure that is the request's fault is a reply too."""
    header, body = frames.receive(requests)
    signal.setitimer(signal.ITIMER_REAL, max(0.001, header["seconds"]) + GRACE)
    try:
        if header["operation"] == "open":
            store = _open(body.decode())
        reply = OPERATIONS[header["operation"]](store, header["arguments"], body.decode())
    except NewsgraphError as error:
        reply = failure(error), b""
    except MemoryError:
        reply = failure(QueryError("the query needs more memory than it may have")), b""
    signal.setitimer(signal.ITIMER_REAL, 0)
    frames.send(replies, *reply)
    return store


def _open(database: str) -> Store:
    for cached in (_events, newest.all_places):  # which would keep the old one open
        cached.cache_clear()
    try:
        return Store.read_only(database)
    except OSError as error:
        raise StoreError(f"the database cannot be opened: {error}") from None


def failure(error: NewsgraphError) -> dict[str, Any]:
    """Return the header of a reply that reports an error, with what else its class knows."""
    return {"error": type(error).__name__, "message": str(error), "attributes": vars(error)}


def _query(store: Store, arguments: dict[str, Any], text: str) -> Reply:
    wanted, services = arguments.get("format"), arguments.get("services", ())
    found = answer(
        store,
        service_solutions.inline(text, services, arguments["base"], arguments["rows"]) if services else text,
        by_name(wanted) if wanted else None,
        limit=arguments["limit"],
        base=arguments.get("base"),
        default_graphs=arguments.get("default_graphs", ()),
        named_graphs=arguments.get("named_graphs", ()),
    )
    return {"form": found.form, "format": found.format.name, "rows": found.rows}, found.body


def _scopes(_: Store, arguments: dict[str, Any], __: str) -> Reply:
    return {}, json.dumps(service_solutions.scopes(arguments["queries"], arguments["base"])).encode()


@lru_cache(maxsize=16)
def _events(store: Store, thing: NamedNode) -> list[NamedNode]:
    """Remember the events of the hubs whose pages are being read."""
    return newest_events(store, thing)


def _describe(store: Store, arguments: dict[str, Any], iri: str) -> Reply:
    quads = describe(store, iri, arguments.get("document"), arguments.get("page", 1), _events)
    header, body = _document(quads, arguments)
    return header | {"events": total_of(quads, arguments.get("document"))}, body


def _document(quads: list[Quad], arguments: dict[str, Any]) -> Reply:
    wanted = arguments.get("format", "turtle")
    body = json.dumps(nodes(quads)).encode() if wanted == "html" else represent(quads, by_name(wanted))
    if len(body) > arguments["limit"]:
        raise ResultTooLargeError(f"the description is larger than {arguments['limit']} bytes")
    return {"form": "describe", "format": wanted}, body


def _find(store: Store, arguments: dict[str, Any], _: str) -> Reply:
    found = locate(store, arguments["iris"], arguments["identifiers"])
    return {"iri": found and found.iri, "withdrawn": found and found.withdrawn}, b""


def _newest(store: Store, arguments: dict[str, Any], _: str) -> Reply:
    return {}, json.dumps(newest.newest(store, arguments["events"], arguments["language"])).encode()


def _hubs(store: Store, arguments: dict[str, Any], _: str) -> Reply:
    return {}, json.dumps(newest.hubs(store, arguments["limit"])).encode()


def _search(store: Store, _: dict[str, Any], name: str) -> Reply:
    return {}, json.dumps(newest.search(store, name)).encode()


def _graph(store: Store, arguments: dict[str, Any], iri: str) -> Reply:
    return {}, graph(store, iri, by_name(arguments["format"]), arguments["limit"])


def _capabilities(store: Store, _: dict[str, Any], __: str) -> Reply:
    return {}, json.dumps(capabilities(store)).encode()


def _mementos(store: Store, _: dict[str, Any], iri: str) -> Reply:
    return {}, json.dumps(memento.instants(store, iri)).encode()


def _state(store: Store, arguments: dict[str, Any], iri: str) -> Reply:
    quads = memento.state(store, iri, arguments["instant"], arguments["memento"], arguments["original"])
    return _document(quads, arguments)


def _members(store: Store, arguments: dict[str, Any], text: str) -> Reply:
    asked = json.loads(text)
    members = [(version, iri, content and b64decode(content)) for version, iri, content in asked["members"]]
    body = resource_state.page(store, arguments["base"], asked["head"], members, by_name(arguments["format"]))
    if len(body) > arguments["limit"]:
        raise ResultTooLargeError(f"the page is larger than {arguments['limit']} bytes")
    return {}, body


def _find_text(_: Store, arguments: dict[str, Any], text: str) -> Reply:
    found = find(arguments["index"], text, arguments["kinds"], arguments["limit"])
    return {}, json.dumps(plain(found)).encode()


def _reconcile(store: Store, arguments: dict[str, Any], text: str) -> Reply:
    index, base, batch = arguments["index"], arguments["base"], reconcile_request.load(text)
    found = {key: {"result": reconcile.reconcile(store, index, base, query)} for key, query in batch.items()}
    return {}, json.dumps(found).encode()


def _suggest(store: Store, arguments: dict[str, Any], prefix: str) -> Reply:
    return {}, json.dumps({"result": reconcile.suggest(store, prefix=prefix, **arguments)}).encode()


def _extend(store: Store, arguments: dict[str, Any], text: str) -> Reply:
    asked = reconcile_request.Extension(**json.loads(text))
    return {}, json.dumps(reconcile.extend(store, arguments["base"], asked)).encode()


OPERATIONS: Final[dict[str, Callable[[Store, dict[str, Any], str], Reply]]] = {
    "open": lambda store, arguments, database: ({}, b""),
    "query": _query,
    "scopes": _scopes,
    "describe": _describe,
    "find": _find,
    "newest": _newest,
    "hubs": _hubs,
    "search": _search,
    "graph": _graph,
    "capabilities": _capabilities,
    "mementos": _mementos,
    "state": _state,
    "members": _members,
    "find_text": _find_text,
    "reconcile": _reconcile,
    "suggest": _suggest,
    "extend": _extend,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
