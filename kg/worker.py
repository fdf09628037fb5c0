"""The child process that runs queries: ``python -m kg.worker DATABASE MEMORY PARENT``.

It reads requests from standard input and writes replies to standard output, in the frames of kg.frames. It is
disposable: its parent kills it at a request's deadline, and should the parent fail to, its own timer does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, Final

from pyoxigraph import Store

from kg import frames, sandbox
from kg.browse import newest, search
from kg.describe import describe
from kg.errors import NewsgraphError, QueryError, QuerySyntaxError, ResultTooLargeError
from kg.formats import by_name
from kg.locate import locate
from kg.query import answer
from kg.represent import nodes, represent

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
            serve(store, requests, replies)
    except frames.ClosedError:
        return 0


def serve(store: Store, requests: int, replies: int) -> None:
    """Answer one request; a failure that is the request's fault is a reply too."""
    header, body = frames.receive(requests)
    signal.setitimer(signal.ITIMER_REAL, max(0.001, header["seconds"]) + GRACE)
    try:
        reply = OPERATIONS[header["operation"]](store, header["arguments"], body.decode())
    except NewsgraphError as error:
        reply = _failure(error), b""
    except MemoryError:
        reply = _failure(QueryError("the query needs more memory than it may have")), b""
    signal.setitimer(signal.ITIMER_REAL, 0)
    frames.send(replies, *reply)


def _failure(error: NewsgraphError) -> dict[str, Any]:
    failure = {"error": type(error).__name__, "message": str(error)}
    if isinstance(error, QuerySyntaxError):
        failure |= {"line": error.line, "column": error.column}  # type: ignore[dict-item]
    return failure


def _query(store: Store, arguments: dict[str, Any], text: str) -> Reply:
    wanted = arguments.get("format")
    found = answer(
        store,
        text,
        by_name(wanted) if wanted else None,
        limit=arguments["limit"],
        base=arguments.get("base"),
        default_graphs=arguments.get("default_graphs", ()),
        named_graphs=arguments.get("named_graphs", ()),
    )
    return {"form": found.form, "format": found.format.name}, found.body


def _describe(store: Store, arguments: dict[str, Any], iri: str) -> Reply:
    quads = describe(store, iri, arguments.get("document"))
    wanted = arguments.get("format", "turtle")
    body = json.dumps(nodes(quads)).encode() if wanted == "html" else represent(quads, by_name(wanted))
    if len(body) > arguments["limit"]:
        raise ResultTooLargeError(f"the description is larger than {arguments['limit']} bytes")
    return {"form": "describe", "format": wanted}, body


def _find(store: Store, arguments: dict[str, Any], _: str) -> Reply:
    found = locate(store, arguments["iris"], arguments["identifiers"])
    return {"iri": found and found.iri, "withdrawn": found and found.withdrawn}, b""


def _newest(store: Store, arguments: dict[str, Any], _: str) -> Reply:
    return {}, json.dumps(newest(store, arguments["events"], arguments["language"])).encode()


def _search(store: Store, _: dict[str, Any], name: str) -> Reply:
    return {}, json.dumps(search(store, name)).encode()


OPERATIONS: Final[dict[str, Callable[[Store, dict[str, Any], str], Reply]]] = {
    "query": _query,
    "describe": _describe,
    "find": _find,
    "newest": _newest,
    "search": _search,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
