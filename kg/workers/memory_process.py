"""The process that holds a graph in memory and forks workers.

``python -m kg.workers.memory_process DATABASE MEMORY PARENT`` reads the graph from the database of a snapshot. The
workers share its memory, and are otherwise those of kg.workers.worker.
"""

from __future__ import annotations

import io
import os
import resource
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, NoReturn

from pyoxigraph import RdfFormat, parse

from kg.errors import PipeClosedError, StoreError
from kg.process import frames, sandbox
from kg.process.forking import serve_forks
from kg.process.parent import Parent, failure
from kg.rdf import NamedNode
from kg.store.embedded import EmbeddedGraph
from kg.workers.worker import Worker, opened, serve

NAMES: Final = "named graphs"
PART: Final = 1 << 20
NICENESS: Final = 10
"""The niceness of loading, so that requests go first. Beside a constantly busy process, loading gets a tenth."""


def main(arguments: list[str]) -> int:
    """Hold the graph of a database until standard input is closed; return the exit status."""
    database, memory, parent = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the socket
    confined = sandbox.confine(int(memory), int(parent))
    try:
        graph = loaded(Path(database))
    except StoreError as error:
        frames.send(1, failure(error))
        return 1
    frames.send(1, {"ready": True, "confined": confined})
    serve_forks(partial(_work, Worker(graph), os.getpid()))
    return 0


def loaded(database: Path) -> EmbeddedGraph:
    """Return a copy in memory of a database, with the same blank nodes; raises StoreError if it cannot be read whole.

    Another process reads the disk: the engine starts threads for that, and a process with threads must not be forked. A
    temporary thread receives the data: a process may lower its priority, but not raise it again.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    reader = os.fork()
    if not reader:
        os.close(reading)
        _dump(database, writing, parent)
    os.close(writing)
    with ThreadPoolExecutor(1, initializer=_give_way) as thread, os.fdopen(reading, "rb", buffering=PART) as content:
        try:
            graph = thread.submit(_filled, content).result()
        except (PipeClosedError, SyntaxError, OSError) as error:
            raise StoreError(f"the database {database} cannot be read: {error}") from None
        except MemoryError:
            raise StoreError("it needs more memory than it may have") from None
    if os.waitpid(reader, 0)[1]:
        raise StoreError(f"the database {database} cannot be read")
    return graph


def _give_way() -> None:
    """Lower the priority of this thread (on Linux, each thread has its own)."""
    own = threading.get_native_id()
    os.setpriority(os.PRIO_PROCESS, own, os.getpriority(os.PRIO_PROCESS, own) + NICENESS)


def _filled(content: BinaryIO) -> EmbeddedGraph:
    """Return the graph from the output of ``_dump``."""
    graph = EmbeddedGraph()
    names, _ = frames.receive(content.fileno())
    graph.bulk_extend(parse(content, format=RdfFormat.N_QUADS, lenient=True))
    for one in names[NAMES]:
        graph.add_graph(NamedNode(one))
    return graph


def _dump(database: Path, output: int, parent: int) -> NoReturn:
    """Write the names of the named graphs, and all quads, and end this process; its status says if all is written."""
    status = 1
    try:
        sandbox.end_with(parent)
        _give_way()
        graph = opened(database, EmbeddedGraph)
        names = [one.value for one in graph.named_graphs() if isinstance(one, NamedNode)]
        frames.send(output, {NAMES: names})
        with io.BufferedWriter(io.FileIO(output, "wb"), PART) as content:
            graph.dump(content, RdfFormat.N_QUADS)
        status = 0
    finally:
        os._exit(status)


def _work(worker: Worker, parent: int, memory: int) -> None:
    """Work as a worker that may use ``memory`` bytes besides the graph."""
    shared = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    serve(Parent(shared + memory, parent), worker, memory)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
