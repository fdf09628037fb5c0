"""Sends every hostile input of a folder to real servers, and checks that each is handled as its entry expects.

    python bench/payloads.py FOLDER [--deadline 2] [--verbose]

FOLDER has an ``index.json`` with entries (id, file, kind and expectation) and the address of a listener
that nobody may connect to. Queries, values and requests go to a server that only reads, uploads to one that writes.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from xml.parsers import expat

from served import ROOT, Reply, Server, Usage
from verdicts import DIFFERENT, Verdict, judge

TOKEN = "only for this run"
UPLOADED = "http://127.0.0.1:8000/graph/uploaded"
MEMORY = 1_000_000_000
WRITE_SECONDS = 10.0
SLOWEST_OTHER = 1.2 * WRITE_SECONDS
CLOSED_AFTER = 30.0
KINDS = {
    "query": "application/sparql-query",
    "update": "application/sparql-update",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "nquads": "application/n-quads",
    "trig": "application/trig",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "n3": "text/n3",
}
RESULTS = {"srx": "application/sparql-results+xml", "srj": "application/sparql-results+json"}
ARCHIVES = {".gz": "application/gzip", ".zip": "application/zip", ".tar": "application/x-tar"}
PLACES = (
    "/search?q={}",
    "/event/2011-11-08/{}",
    "/entity/en/{}",
    "/doc/{}",
    "/source/{}",
    "/source?url={}",
    "/?language={}",
    "/sparql?query=ASK%20%7B%7D&default-graph-uri={}",
    "/sparql?query=ASK%20%7B%7D&format={}",
    "/dump/{}",
)
"""Where a server takes a value from its users."""
PATHS = {"/resource/1": "{document}", "/dumps/latest.nq.gz": "/dump/newsgraph.nq.gz", "/dumps/": "/dump/"}
"""Paths of the server that the entries are written for, and their counterparts on this one."""
ACTIVE = (b"<script>alert", b"<img src=x", b'href="javascript', b'href="vbscript')
INJECTED = b"evil.example"
SECRETS = (b"root:", Path("/etc/hostname").read_bytes().strip() or b"root:")


@dataclass
class Listener:
    """A server that counts the connections to it."""

    address: tuple[str, int]
    connections: int = 0
    asked: list[bytes] = field(default_factory=list)

    def listen(self) -> None:
        """Start to listen, in the background."""
        self.socket = socket.create_server(self.address)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self.socket.accept()
            self.connections += 1
            with connection:
                connection.settimeout(1)
                self.asked.append(connection.recv(200))


@dataclass
class Run:
    """The servers, and how each kind of input is sent."""

    folder: Path
    reader: Server
    writer: Server
    deadline: float
    document: str

    def judge(self, entry: Mapping[str, Any]) -> Verdict:
        """Send one input, judge the result, and check that both servers keep answering."""
        handlers: dict[str, Callable[[Mapping[str, Any]], Verdict]] = {
            "query": self.query,
            "update": self.query,
            "http": self.http,
            "value": self.value,
            "srx": self.results,
            "srj": self.results,
            "upload": self.upload,
            "archive": self.archive,
        }
        handle = self.archive if entry["category"] == "archive" else handlers.get(entry["kind"], self.upload)
        try:
            found = handle(entry)
        except OSError as error:
            found = Verdict(False, f"no answer: {error!r}")
        for server in (self.reader, self.writer):
            if server.process.poll() is not None or ask(server, "ASK {}").status != 200:
                return Verdict(False, f"the server does not answer any more; {found.reason}")
        return found

    def content(self, entry: Mapping[str, Any]) -> bytes:
        """Return the bytes of an input."""
        return (self.folder / entry["file"]).read_bytes()

    def query(self, entry: Mapping[str, Any]) -> Verdict:
        """Send a query, or an update, to the read-only server."""
        before = triples(self.reader)
        accept = "application/sparql-results+json, text/turtle;q=0.9"
        headers = {"Content-Type": KINDS[entry["kind"]], "Accept": accept}
        reply = self.reader.send("POST", "/sparql", self.content(entry), headers)
        if triples(self.reader) != before:
            return Verdict(False, "it changed the data")
        if "empty" in entry["expect"] and reply.status == 200 and not _empty(reply.body):
            return Verdict(False, "its result is not empty")
        return judge(entry["id"], entry["expect"], reply.status, reply.seconds, 1.2 * self.deadline)

    def value(self, entry: Mapping[str, Any]) -> Verdict:
        """Send a value in every place where users send values."""
        before, text = triples(self.reader), quote(self.content(entry), safe="")
        for place in PLACES:
            reply = self.reader.send("GET", place.format(text), headers={"Accept": "text/html, */*;q=0.1"})
            found = judge(entry["id"], f"{entry['expect']} 303 308", reply.status, reply.seconds, SLOWEST_OTHER)
            if not found.expected:
                return Verdict(False, f"{place}: {found.reason}")
            if _active(reply):
                return Verdict(False, f"{place}: the page would run it")
        return Verdict(triples(self.reader) == before, "it changed the data")

    def http(self, entry: Mapping[str, Any]) -> Verdict:
        """Send a request unchanged."""
        described = json.loads(self.content(entry))
        start = time.monotonic()
        answer = raw(self.reader.port, self._wire(described))
        seconds = time.monotonic() - start
        status = int(answer[9:12]) if answer else 0
        if any(one in answer for one in (*ACTIVE, *SECRETS, INJECTED)):
            return Verdict(False, "the answer holds what was injected, or a secret")
        limit = CLOSED_AFTER if "closed" in entry["expect"] else SLOWEST_OTHER
        return judge(entry["id"], entry["expect"], status, seconds, limit)

    def _wire(self, described: Mapping[str, Any]) -> bytes:
        """Return a described request as bytes, with its paths replaced by those of this server."""
        if "raw" in described:
            return str(described["raw"]).encode("latin-1")
        body = str(described.get("body", "")).encode() or bytes.fromhex(described.get("body_hex", ""))
        if "body_file" in described:
            body = (self.folder / described["body_file"]).read_bytes()
        path = next(
            (described["path"].replace(old, new) for old, new in PATHS.items() if described["path"].startswith(old)),
            described["path"],
        ).replace("{document}", self.document)
        lines = [f"{described['method']} {path} HTTP/1.1"]
        headers = {"Host": f"127.0.0.1:{self.reader.port}", "Connection": "close", **described.get("headers", {})}
        if body:
            headers.setdefault("Content-Length", str(len(body)))
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [described["headers_raw"]] if "headers_raw" in described else []
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body

    def upload(self, entry: Mapping[str, Any]) -> Verdict:
        """Put a file into a graph of its own, and request its content in every way."""
        self.writer.send("DELETE", _graph(), headers=bearer())
        before = triples(self.writer)
        headers = {"Content-Type": KINDS.get(entry["kind"], "application/n-triples"), **bearer()}
        if entry["kind"] == "upload":
            headers["Content-Encoding"] = "gzip"
        reply = self.writer.send("PUT", _graph(), self.content(entry), headers)
        found = judge(entry["id"], entry["expect"], reply.status, reply.seconds, SLOWEST_OTHER)
        if reply.status >= 400:
            changed = triples(self.writer) != before
            return Verdict(False, "refused, but it changed the data") if changed else found
        return self._shown() or found

    def _shown(self) -> Verdict | None:
        """Request the uploaded data in every format; return what is wrong with one of them, if anything is."""
        select = f"SELECT * {{ GRAPH <{UPLOADED}> {{ ?s ?p ?o }} }}"
        construct = f"CONSTRUCT WHERE {{ GRAPH <{UPLOADED}> {{ ?s ?p ?o }} }}"
        for query, accept in (
            (select, "text/html"),
            (construct, "text/html"),
            (select, "application/sparql-results+xml"),
            (construct, "application/rdf+xml"),
            (select, "text/csv"),
            (construct, "application/ld+json"),
        ):
            reply = ask(self.writer, query, accept)
            if reply.status >= 500 or _active(reply) or any(one in reply.body for one in SECRETS):
                return Verdict(False, f"shown as {accept}: {reply.status}, or it would run, or holds a secret")
            if "xml" in accept and reply.status == 200:
                try:
                    expat.ParserCreate().Parse(reply.body, True)
                except expat.ExpatError as error:
                    return Verdict(False, f"shown as {accept}: ill-formed XML, {error}")
        return None

    def archive(self, entry: Mapping[str, Any]) -> Verdict:
        """Give a packed archive to the server that writes, and to a build."""
        kind = ARCHIVES[Path(entry["file"]).suffix]
        reply = self.writer.send("PUT", _graph(), self.content(entry), {"Content-Type": kind, **bearer()})
        found = judge(entry["id"], entry["expect"], reply.status, reply.seconds, SLOWEST_OTHER)
        with tempfile.TemporaryDirectory() as folder:
            inside = Path(folder, "inside")
            inside.mkdir()
            built = kg("build", self.folder / entry["file"], "--store", inside / "store", cwd=inside)
            if built.returncode != 2 or [one.name for one in Path(folder).iterdir()] != ["inside"]:
                return Verdict(False, f"kg build ends with {built.returncode} or writes outside")
        return found

    def results(self, entry: Mapping[str, Any]) -> Verdict:
        """Answer ``kg query --endpoint`` with hostile results; it must end well, or with a clear error."""
        with answering(self.content(entry), RESULTS[entry["kind"]]) as address:
            for name in ("table", "xml", "json"):
                done = kg("query", "--endpoint", address, "--format", name, "SELECT * { ?s ?p ?o }")
                if done.returncode not in (0, 2) or b"Traceback" in done.stderr:
                    last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
                    return Verdict(False, f"kg query --format {name} ends with {done.returncode}: {last}")
                if any(one in done.stdout for one in SECRETS):
                    return Verdict(False, f"kg query --format {name} shows a secret")
        return Verdict(True)


def kg(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in at most 2 GB and 20 seconds."""
    limited = f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_AS, ({2 * MEMORY}, {2 * MEMORY}))"
    code = f"{limited}; sys.path.insert(0, {str(ROOT)!r}); runpy.run_module('kg', run_name='__main__', alter_sys=True)"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=20, cwd=cwd)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, -1, b"", b"no end within 20 seconds")


@contextmanager
def answering(body: bytes, content_type: str) -> Iterator[str]:
    """Provide the address of a server that answers everything with ``body``."""
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(65_536)
                        connection.sendall(head.encode() + body)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/sparql"
        listening.shutdown(socket.SHUT_RDWR)


def raw(port: int, request: bytes) -> bytes:
    """Send bytes and return everything that comes back until the connection is closed; a reset raises OSError."""
    with socket.create_connection(("127.0.0.1", port), timeout=CLOSED_AFTER + 10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def ask(server: Server, query: str, accept: str = "application/sparql-results+json") -> Reply:
    """Send a harmless query."""
    headers = {"Content-Type": KINDS["query"], "Accept": accept}
    return server.send("POST", "/sparql", query.encode(), headers)


def triples(server: Server) -> int:
    """Return how many triples there are, in all graphs."""
    query = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    return int(json.loads(ask(server, query).body)["results"]["bindings"][0]["n"]["value"])


def bearer() -> dict[str, str]:
    """Return the header that allows writing."""
    return {"Authorization": f"Bearer {TOKEN}"}


def _graph() -> str:
    return f"/graphs?graph={quote(UPLOADED, safe='')}"


def _empty(body: bytes) -> bool:
    return not body.strip() or json.loads(body).get("results", {}).get("bindings") == []


def _active(reply: Reply) -> bool:
    html = reply.headers.get("content-type", "").startswith("text/html")
    return html and any(one in reply.body for one in ACTIVE)


def main() -> int:
    """Send everything, print unexpected results and the counts; return 1 if anything was unexpected."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--deadline", type=float, default=2.0, help="query_seconds of the servers")
    parser.add_argument("--verbose", action="store_true", help="print each input and how long it took")
    given = parser.parse_args()
    if not (given.folder / "index.json").exists():
        print(f"skipped: {given.folder} has no index.json")
        return 0
    index = json.loads((given.folder / "index.json").read_text())
    address = urlsplit(index["listener"])
    listener = Listener((address.hostname, address.port))
    listener.listen()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder, "store")
        kg("build", ROOT / "data/seed", ROOT / "data/sample", "--store", store)
        settings = {"query_seconds": given.deadline, "query_memory": MEMORY, "write_seconds": WRITE_SECONDS}
        settings |= {"slow_query_seconds": 0.0, "slow_query_log": Path(folder, "slow.log")}
        reader = Server(store, **settings, access_log=Path(folder, "read.log"))
        writing = {"writable": 1, "write_token_sha256": sha256(TOKEN.encode()).hexdigest()}
        kg("build", ROOT / "data/seed", ROOT / "data/sample", "--store", Path(folder, "writable"))
        writer = Server(Path(folder, "writable"), **settings, **writing, access_log=Path(folder, "write.log"))
        with reader, writer, Usage(reader.process.pid) as read, Usage(writer.process.pid) as wrote:
            run = Run(given.folder, reader, writer, given.deadline, "/doc/event/2011-11-08/dnucad6lq6")
            wrong = [entry["id"] for entry in entries(index) if not shown(run, entry, given.verbose)]
        broken = unreadable(Path(folder))
    number = len(index["payloads"])
    for name, (_, reason) in DIFFERENT.items():
        print(f"differs from its entry with reason: {name}: {reason}")
    print(f"{number - len(wrong)} as expected, {len(wrong)} not")
    print(f"peak RSS {(read.peak) // 1_000_000} MB (reading), {wrote.peak // 1_000_000} MB (writing)")
    print(f"{listener.connections} connections at the listener {listener.asked or ''}")
    print(f"{broken} lines of the logs are not one record each, or hold the token")
    return 1 if wrong or listener.connections or broken else 0


def entries(index: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the entries; those that expect the same as the previous one get its expectation."""
    before = ""
    for entry in index["payloads"]:
        before = before if entry["expect"] == "same" else entry["expect"]
        yield entry | {"expect": before}


def unreadable(folder: Path) -> int:
    """Return how many lines of the logs are not JSON or hold the token."""
    lines = [line for log in folder.glob("*.log") for line in log.read_text(encoding="utf-8").splitlines()]
    return sum(not line.startswith("{") or not line.endswith("}") or TOKEN in line for line in lines)


def shown(run: Run, entry: Mapping[str, Any], verbose: bool) -> bool:
    """Judge one input and print an unexpected result; return whether the result was expected."""
    start = time.monotonic()
    found = run.judge(entry)
    if not found.expected:
        print(f"NOT {entry['category']}/{entry['id']}: {found.reason} (expected: {entry['expect']})", flush=True)
    elif verbose:
        print(f"ok  {entry['category']}/{entry['id']} {time.monotonic() - start:.1f} s", flush=True)
    return found.expected


if __name__ == "__main__":
    raise SystemExit(main())
