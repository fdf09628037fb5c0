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

from kg.errors import NewsgraphError, PipeClosedError, QueryError, ResultTooLargeError, StoreError
from kg.lookup import memento, newest, reconcile, reconcile_request, resource_state
from kg.lookup.capabilities import capabilities
from kg.lookup.describe import describe, newest_events, total_of
from kg.lookup.locate import locate
from kg.lookup.search import find, plain
from kg.process import frames, sandbox
from kg.query import graph_store, service_solutions
from kg.query.evaluate import answer
from kg.rdf import NamedNode, Quad
from kg.rdf.formats import by_name
from kg.rdf.serialize import nodes, represent
from kg.store.embedded import EmbeddedGraph

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
        graph = EmbeddedGraph.read_only(database)
    except OSError as error:
        frames.send(replies, {"error": "StoreError", "message": f"the database cannot be opened: {error}"})
        return 1
    frames.send(replies, {"ready": True, "confined": confined})
    try:
        while True:
            graph = serve(graph, requests, replies)
    except PipeClosedError:
        return 0


def serve(graph: EmbeddedGraph, requests: int, replies: int) -> EmbeddedGraph:
    """Answer one request, and return the graph for the next; a failure that is the request's fault is a reply too."""
    header, body = frames.receive(requests)
    signal.setitimer(signal.ITIMER_REAL, max(0.001, header["seconds"]) + GRACE)
    try:
        if header["operation"] == "open":
            graph = _open(body.decode())
        reply = OPERATIONS[header["operation"]](graph, header["arguments"], body.decode())
    except NewsgraphError as error:
        reply = failure(error), b""
    except MemoryError:
        reply = failure(QueryError("the query needs more memory than it may have")), b""
    signal.setitimer(signal.ITIMER_REAL, 0)
    frames.send(replies, *reply)
    return graph


def _open(database: str) -> EmbeddedGraph:
    for cached in (_events, newest.all_places):  # which would keep the old one open
        cached.cache_clear()
    try:
        return EmbeddedGraph.read_only(database)
    except OSError as error:
        raise StoreError(f"the database cannot be opened: {error}") from None


def failure(error: NewsgraphError) -> dict[str, Any]:
    """Return the header of a reply that reports an error, with what else its class knows."""
    return {"error": type(error).__name__, "message": str(error), "attributes": vars(error)}


def _query(graph: EmbeddedGraph, arguments: dict[str, Any], text: str) -> Reply:
    wanted, services = arguments.get("format"), arguments.get("services", ())
    found = answer(
        graph,
        service_solutions.inline(text, services, arguments["base"], arguments["rows"]) if services else text,
        by_name(wanted) if wanted else None,
        limit=arguments["limit"],
        base=arguments.get("base"),
        default_graphs=arguments.get("default_graphs", ()),
        named_graphs=arguments.get("named_graphs", ()),
    )
    return {"form": found.form, "format": found.format.name, "rows": found.rows}, found.body


def _scopes(_: EmbeddedGraph, arguments: dict[str, Any], __: str) -> Reply:
    return {}, json.dumps(service_solutions.scopes(arguments["queries"], arguments["base"])).encode()


@lru_cache(maxsize=16)
def _events(graph: EmbeddedGraph, thing: NamedNode) -> list[NamedNode]:
    """Remember the events of the hubs whose pages are being read."""
    return newest_events(graph, thing)


def _describe(graph: EmbeddedGraph, arguments: dict[str, Any], iri: str) -> Reply:
    quads = describe(graph, iri, arguments.get("document"), arguments.get("page", 1), _events)
    header, body = _document(quads, arguments)
    return header | {"events": total_of(quads, arguments.get("document"))}, body


def _document(quads: list[Quad], arguments: dict[str, Any]) -> Reply:
    wanted = arguments.get("format", "turtle")
    body = json.dumps(nodes(quads)).encode() if wanted == "html" else represent(quads, by_name(wanted))
    if len(body) > arguments["limit"]:
        raise ResultTooLargeError(f"the description is larger than {arguments['limit']} bytes")
    return {"form": "describe", "format": wanted}, body


def _find(graph: EmbeddedGraph, arguments: dict[str, Any], _: str) -> Reply:
    found = locate(graph, arguments["iris"], arguments["identifiers"])
    return {"iri": found and found.iri, "withdrawn": found and found.withdrawn}, b""


def _newest(graph: EmbeddedGraph, arguments: dict[str, Any], _: str) -> Reply:
    return {}, json.dumps(newest.newest(graph, arguments["events"], arguments["language"])).encode()


def _hubs(graph: EmbeddedGraph, arguments: dict[str, Any], _: str) -> Reply:
    return {}, json.dumps(newest.hubs(graph, arguments["limit"])).encode()


def _search(graph: EmbeddedGraph, _: dict[str, Any], name: str) -> Reply:
    return {}, json.dumps(newest.search(graph, name)).encode()


def _graph(graph: EmbeddedGraph, arguments: dict[str, Any], iri: str) -> Reply:
    return {}, graph_store.graph(graph, iri, by_name(arguments["format"]), arguments["limit"])


def _capabilities(graph: EmbeddedGraph, _: dict[str, Any], __: str) -> Reply:
    return {}, json.dumps(capabilities(graph)).encode()


def _mementos(graph: EmbeddedGraph, _: dict[str, Any], iri: str) -> Reply:
    return {}, json.dumps(memento.instants(graph, iri)).encode()


def _state(graph: EmbeddedGraph, arguments: dict[str, Any], iri: str) -> Reply:
    quads = memento.state(graph, iri, arguments["instant"], arguments["memento"], arguments["original"])
    return _document(quads, arguments)


def _members(graph: EmbeddedGraph, arguments: dict[str, Any], text: str) -> Reply:
    asked = json.loads(text)
    members = [(version, iri, content and b64decode(content)) for version, iri, content in asked["members"]]
    body = resource_state.page(graph, arguments["base"], asked["head"], members, by_name(arguments["format"]))
    if len(body) > arguments["limit"]:
        raise ResultTooLargeError(f"the page is larger than {arguments['limit']} bytes")
    return {}, body


def _find_text(_: EmbeddedGraph, arguments: dict[str, Any], text: str) -> Reply:
    found = find(arguments["index"], text, arguments["kinds"], arguments["limit"])
    return {}, json.dumps(plain(found)).encode()


def _reconcile(graph: EmbeddedGraph, arguments: dict[str, Any], text: str) -> Reply:
    index, base, batch = arguments["index"], arguments["base"], reconcile_request.load(text)
    found = {key: {"result": reconcile.reconcile(graph, index, base, query)} for key, query in batch.items()}
    return {}, json.dumps(found).encode()


def _suggest(graph: EmbeddedGraph, arguments: dict[str, Any], prefix: str) -> Reply:
    return {}, json.dumps({"result": reconcile.suggest(graph, prefix=prefix, **arguments)}).encode()


def _extend(graph: EmbeddedGraph, arguments: dict[str, Any], text: str) -> Reply:
    asked = reconcile_request.Extension(**json.loads(text))
    return {}, json.dumps(reconcile.extend(graph, arguments["base"], asked)).encode()


OPERATIONS: Final[dict[str, Callable[[EmbeddedGraph, dict[str, Any], str], Reply]]] = {
    "open": lambda graph, arguments, database: ({}, b""),
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
