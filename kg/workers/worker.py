"""The child process that runs queries: ``python -m kg.workers.worker DATABASE MEMORY PARENT``.

It reads requests from standard input and writes replies to standard output, in the frames of kg.process.frames. It is
disposable: its parent kills it at a request's deadline, or its own timer does if the parent fails to.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from kg.errors import PipeClosedError, QueryError, StoreDamagedError, StoreError
from kg.process.parent import Parent
from kg.query.operations import GraphOperation
from kg.store.embedded import EmbeddedGraph
from kg.workers.admission import HINT, exhausted
from kg.workers.operations import OPERATIONS, Open, forget

Kind = TypeVar("Kind", bound=EmbeddedGraph)


def main(arguments: list[str]) -> int:
    """Serve requests until standard input is closed; return the exit status."""
    database, memory, parent = arguments
    asking = Parent(int(memory), int(parent))
    try:
        worker = Worker(opened(Path(database), EmbeddedGraph))
    except StoreError as error:
        asking.refuse(error)
        return 1
    serve(asking, worker, int(memory))
    return 0


def serve(asking: Parent, worker: Worker, memory: int) -> None:
    """Tell the parent that requests are accepted, and answer them until the pipe closes; ``memory`` limits each."""
    asking.ready()
    with suppress(PipeClosedError):
        while True:
            asking.serve(OPERATIONS, worker.answer, QueryError(f"{exhausted(memory)}; {HINT}"))


class Worker:
    """Answers operations from one graph at a time."""

    def __init__(self, graph: EmbeddedGraph) -> None:
        self.graph = graph

    def answer(self, operation: GraphOperation[Any] | Open, _: float) -> Any:
        """Return the reply to an operation; raises one of kg.errors."""
        if isinstance(operation, Open):
            forget()  # the caches would keep the database open
            self.graph = opened(operation.database, EmbeddedGraph)
            return None
        return operation.answer(self.graph)


def opened(database: Path, kind: type[Kind]) -> Kind:
    """Open a database for reading as a graph of some kind. Raises StoreDamagedError if that fails."""
    try:
        return kind.read_only(str(database))
    except (OSError, RuntimeError) as error:  # RuntimeError is what pyoxigraph raises for a damaged block
        raise StoreDamagedError(f"the database cannot be opened: {error}") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
