"""Installs peers that answer the same queries, each into a folder of its own, and gives them the same graph.

Nothing is installed elsewhere, and nothing needs root: packages of PyPI go into a virtual environment, those of Debian
are unpacked. Peers that cannot be installed are left out with a message.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from kept import cpu
from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Store, parse
from served import Server, free_port, listening

GRAPH = "urn:bench:graph"
RESULTS, TURTLE = "application/sparql-results+json", "text/turtle"
LISTS = "newsgraph, /events"
"""What answers some of the queries without SPARQL."""
MEMORY_BYTES = 500
"""The approximate memory of a triple in the engine, in bytes."""
RDFLIB_TRIPLES = 1_000_000
SECONDS = 300.0
DEBIAN = ("virtuoso-opensource-7-bin", "libpcre3")
ENGINES = Path(__file__).parents[1] / "tests" / "kg" / "store" / "service"
VIRTUOSO = (ENGINES / "virtuoso.ini").read_text(encoding="utf-8")
BUFFERS, DIRTY = 340_000, 250_000
"""Pages of 8 KB that Virtuoso may hold, and may hold unwritten."""


class MissingError(Exception):
    """A peer is not available; the message says why and what would help."""


class Peer(Protocol):
    """A program that answers queries, with its name and version; ``process`` is where it runs: 0 is this process."""

    name: str
    version: str
    process: int

    def ask(self, query: str) -> bytes:
        """Return the answer: SPARQL JSON, or Turtle of a graph."""


@dataclass(frozen=True)
class Dataset:
    """The graph: a newsgraph store, its triples as a file of N-Triples, and their number.

    Databases are made beside that file unless they exist; programs are installed in the folder ``installed``.
    """

    store: Path
    triples: Path
    count: int
    installed: Path

    @property
    def folder(self) -> Path:
        """The folder of the databases."""
        return self.triples.parent


@dataclass
class InProcess:
    """The engine in this process, without HTTP."""

    name: str
    store: Store
    version: str = ""
    process: int = 0

    def ask(self, query: str) -> bytes:
        """Return the answer."""
        found = self.store.query(query)
        format_ = RdfFormat.TURTLE if isinstance(found, QueryTriples) else QueryResultsFormat.JSON
        written = found.serialize(format=format_)
        assert written is not None  # no file given
        return written


@dataclass
class OverHttp:
    """A server, asked on one connection that stays open."""

    name: str
    process: int
    port: int
    path: str
    version: str = ""
    more: str = ""
    connection: http.client.HTTPConnection = field(init=False)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)

    def ask(self, query: str) -> bytes:
        """Return the answer; raises RuntimeError for an error, or for a cached answer.

        A server of lists is asked for the address of the query, in another language each time, since answers are cached
        by language.
        """
        accept = TURTLE if "CONSTRUCT" in query else RESULTS if self.path else "application/json"
        address = f"{self.path}?query={quote(query)}{self.more}" if self.path else query
        fields = {"Accept": accept, "Accept-Language": f"en, x-{next(self.numbers)}"}
        self.connection.request("GET", address, headers=fields)
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{self.name}: {response.status} {body[:300].decode(errors='replace')}")
        if "hit" in response.headers.get("Cache-Status", ""):
            raise RuntimeError(f"{self.name}: the answer was kept")
        return body


def rows(body: bytes) -> int:
    """Return how many solutions or triples an answer has, or how many events a list."""
    if body.lstrip().startswith(b"{"):
        found = json.loads(body)
        return int(found["total"]) if "total" in found else len(found["results"]["bindings"])
    return sum(1 for _ in parse(body, format=RdfFormat.TURTLE))


# ---- The engine in this process.


@contextmanager
def memory(dataset: Dataset) -> Iterator[Sequence[Peer]]:
    """Load the graph into the memory of this process."""
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if dataset.count * MEMORY_BYTES > free:
        raise MissingError(
            f"{dataset.count:,} triples need about {dataset.count * MEMORY_BYTES / 1e9:.0f} GB of memory"
        )
    store = Store()
    store.bulk_load(path=dataset.triples, format=RdfFormat.N_TRIPLES)
    yield (InProcess("pyoxigraph in memory, in process", store, _version("pyoxigraph")),)


@contextmanager
def disk(dataset: Dataset) -> Iterator[Sequence[Peer]]:
    """Load the graph into a database on disk, and compact it."""
    yield (
        InProcess("pyoxigraph on disk, in process", Store.read_only(str(_database(dataset))), _version("pyoxigraph")),
    )


def _database(dataset: Dataset) -> Path:
    folder = dataset.folder / "oxigraph"
    if not folder.exists():
        store = Store(folder)
        store.bulk_load(path=dataset.triples, format=RdfFormat.N_TRIPLES)
        store.optimize()
    return folder


def _version(package: str, python: str | Path = sys.executable) -> str:
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


# ---- Servers.


@contextmanager
def newsgraph(dataset: Dataset) -> Iterator[Sequence[Peer]]:
    """Serve the store with ``kg serve``, which keeps no results and has no limits for clients; ask its lists too."""
    limits = {"client_seconds": 0, "client_queries": 0, "query_seconds": SECONDS, "idle_seconds": SECONDS}
    more = {"query_memory": 16_000_000_000, "result_bytes": 10**9}
    with Server(dataset.store, result_cache_bytes=0, **limits, **more) as server:
        version = f"{_version('newsgraph')} (the graph is answered from: {server.placed()})"
        at = server.process.pid, server.port
        yield OverHttp("newsgraph", *at, "/sparql", version), OverHttp(LISTS, *at, "", version)


@contextmanager
def oxigraph(dataset: Dataset) -> Iterator[Sequence[Peer]]:
    """Serve the compacted database with the server of the engine."""
    python = _environment(dataset.installed, "oxigraph")
    port, database = free_port(), _database(dataset)
    command = [python.with_name("oxigraph"), "serve-read-only", "-l", database, "-b", f"127.0.0.1:{port}"]
    with _running(command, port) as process:
        yield (OverHttp("oxigraph server", process, port, "/query", _version("oxigraph", python)),)


@contextmanager
def rdflib_endpoint(dataset: Dataset) -> Iterator[Sequence[Peer]]:
    """Serve the graph from the memory of RDFLib."""
    if dataset.count > RDFLIB_TRIPLES:
        raise MissingError(f"it is not asked to hold more than {RDFLIB_TRIPLES:,} triples")
    python = _environment(dataset.installed, "rdflib-endpoint[cli]")
    port = free_port()
    options = ["--host", "127.0.0.1", "--port", str(port)]
    with _running([python.with_name("rdflib-endpoint"), "serve", *options, dataset.triples], port) as process:
        yield (OverHttp("rdflib-endpoint", process, port, "/", _version("rdflib-endpoint", python)),)


@contextmanager
def virtuoso(dataset: Dataset) -> Iterator[Sequence[Peer]]:
    """Load the graph into Virtuoso, and serve it."""
    root = _unpacked(dataset.installed / "virtuoso")
    folder, port, sql = dataset.folder / "virtuoso", free_port(), free_port()
    is_new = not folder.exists()
    folder.mkdir(exist_ok=True)
    data = dataset.triples.parent
    written = VIRTUOSO.format(folder=folder, port=port, sql=sql, data=data, buffers=BUFFERS, dirty=DIRTY)
    (folder / "virtuoso.ini").write_text(written)
    environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, root.glob("**/x86_64-linux-gnu")))}
    command = [root / "usr/bin/virtuoso-t", "+foreground", "+configfile", folder / "virtuoso.ini"]
    with _running(command, sql, environment) as process:
        if is_new:
            load = f"ld_dir('{data}', '{dataset.triples.name}', '{GRAPH}'); rdf_loader_run(); checkpoint;"
            isql = [root / "usr/bin/isql-vt", str(sql), "dba", "dba", f"exec={load}"]
            subprocess.run(isql, check=True, env=environment, stdout=subprocess.DEVNULL)
        more = f"&default-graph-uri={quote(GRAPH)}"
        yield (OverHttp("Virtuoso", process, port, "/sparql", _debian_version(root), more),)


PEERS: dict[str, Callable[[Dataset], AbstractContextManager[Sequence[Peer]]]] = {
    "memory": memory,
    "disk": disk,
    "newsgraph": newsgraph,
    "oxigraph": oxigraph,
    "virtuoso": virtuoso,
    "rdflib-endpoint": rdflib_endpoint,
}


@contextmanager
def _running(command: list[str | Path], port: int, environment: dict[str, str] | None = None) -> Iterator[int]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, **quiet) as process:
        try:
            listening(port, process)
            yield process.pid
        finally:
            process.terminate()


# ---- Installing.


def _environment(folder: Path, package: str) -> Path:
    """Return the Python of a virtual environment in which a package of PyPI is installed."""
    root = folder / f"venv-{package.partition('[')[0]}"
    python = root / "bin" / "python"
    if not (root / "installed").exists():
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
        subprocess.run([sys.executable, "-m", "venv", root], check=True)
        done = subprocess.run(install, check=False, capture_output=True, text=True)
        if done.returncode:
            raise MissingError(f"pip could not install {package}: {done.stderr.strip()[-200:]}")
        (root / "installed").touch()
    return python


def _unpacked(folder: Path) -> Path:
    """Return the folder into which the packages of Virtuoso are unpacked, in ``root``."""
    root = folder / "root"
    if not root.exists():
        if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
            raise MissingError("it is installed from Debian's packages, and this is no Debian")
        folder.mkdir(exist_ok=True)
        found = subprocess.run(["apt-get", "download", *DEBIAN], cwd=folder, check=False, capture_output=True)
        if found.returncode:
            raise MissingError(f"apt-get could not download {' and '.join(DEBIAN)}: apt-get update may help")
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, root], check=True)
    return root


def _debian_version(root: Path) -> str:
    package = next(root.parent.glob(f"{DEBIAN[0]}_*.deb"))
    show = ["dpkg-deb", "-f", package, "Version"]
    return subprocess.run(show, check=True, capture_output=True, text=True).stdout.strip()


def timed(peer: Peer, query: str) -> tuple[bytes, float, float]:
    """Return the answer to a query, with the milliseconds of elapsed time and of its processes' CPU time.

    A connection closed meanwhile is reopened.
    """
    for attempt in range(2):
        before, started = _ran(peer), time.perf_counter()
        try:
            body = peer.ask(query)
            passed = time.perf_counter() - started
            return body, passed * 1000, (_ran(peer) - before) * 1000
        except (http.client.HTTPException, ConnectionError):
            if attempt or not isinstance(peer, OverHttp):
                raise
            peer.connection.close()
    raise AssertionError


def _ran(peer: Peer) -> float:
    return cpu(peer.process) if peer.process else time.process_time()
