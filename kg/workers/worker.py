"""The child process that runs queries: ``python -m kg.workers.worker DATABASE MEMORY PARENT``.

It reads requests from standard input and writes replies to standard output, in the frames of kg.process.frames. It is
disposable: its parent kills it at a request's deadline, and should the parent fail to, its own timer does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from kg.errors import PipeClosedError, QueryError, StoreError
from kg.process.parent import Parent
from kg.query.operations import GraphOperation
from kg.store.embedded import EmbeddedGraph
from kg.workers.admission import HINT, exhausted
from kg.workers.operations import OPERATIONS, Open, forget


def main(arguments: list[str]) -> int:
    """Serve requests until standard input is closed; return the exit status."""
    database, memory, parent = arguments
    asking = Parent(int(memory), int(parent))
    try:
        worker = Worker(Path(database))
    except StoreError as error:
        asking.refuse(error)
        return 1
    asking.ready()
    try:
        while True:
            asking.serve(OPERATIONS, worker.answer, QueryError(f"{exhausted(int(memory))}; {HINT}"))
    except PipeClosedError:
        return 0


class Worker:
    """Answers operations from one database at a time."""

    def __init__(self, database: Path) -> None:
        """Open a database; raises StoreError if that fails."""
        self.graph = _opened(database)

    def answer(self, operation: GraphOperation[Any] | Open, _: float) -> Any:
        """Return the reply to an operation; raises one of kg.errors."""
        if isinstance(operation, Open):
            forget()  # what is remembered would keep the database open
            self.graph = _opened(operation.database)
            return None
        return operation.answer(self.graph)


def _opened(database: Path) -> EmbeddedGraph:
    try:
        return EmbeddedGraph.read_only(str(database))
    except OSError as error:
        raise StoreError(f"the database cannot be opened: {error}") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
