"""Real writable SPARQL servers on loopback, which can be killed and restarted with their data."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.kg.remote.servers import free_port
from tests.paths import TESTS

VIRTUOSO = (TESTS / "kg" / "store" / "service" / "virtuoso.ini").read_text(encoding="utf-8")
"""Its configuration, which the benchmarks use too."""
NETRC = "machine 127.0.0.1 login dba password dba\n"


@dataclass
class Engine:
    """A server: its ``kind``, the command that starts it on its port, and its message once it listens."""

    kind: str
    folder: Path
    port: int
    command: Sequence[str | Path]
    listens: bytes
    netrc: Path
    sql: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def store(self) -> str:
        return f"sparql+http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start it, and wait until it reports that it listens."""
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert self.process.stdout is not None
        assert any(self.listens in line for line in self.process.stdout), "it ended before it listened"

    def bulk_load(self, files: Path) -> None:
        """Run the commands beside the files of a load, as an operator would."""
        if self.kind == "oxigraph":
            self.kill()
            path = os.pathsep.join((str(Path(self.command[0]).parent), os.environ["PATH"]))
            command: list[str | Path] = ["sh", files / "load.sh", self.folder / "database"]
            subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PATH": path})
            self.start()
            return
        isql = _program("isql-vt", "apt-get install virtuoso-opensource-7-bin")
        subprocess.run([isql, str(self.sql), "dba", "dba", files / "load.sql"], check=True, capture_output=True)

    def kill(self) -> None:
        """Kill it at once, and remove its lock."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()
        self.process = None
        (self.folder / "virtuoso.lck").unlink(missing_ok=True)


@contextmanager
def engine(kind: str, folder: Path) -> Iterator[Engine]:
    """Run an empty server of a kind; skips if it is not installed."""
    made = {"oxigraph": _oxigraph, "virtuoso": _virtuoso}[kind](folder)
    made.netrc.write_text(NETRC if kind == "virtuoso" else "", encoding="utf-8")
    made.start()
    try:
        yield made
    finally:
        made.kill()


def _oxigraph(folder: Path) -> Engine:
    program = _program("oxigraph", "pip install oxigraph")
    port = free_port()
    command = [program, "serve", "--location", folder / "database", "--bind", f"127.0.0.1:{port}"]
    return Engine("oxigraph", folder, port, command, b"Listening", folder / "netrc")


def _virtuoso(folder: Path) -> Engine:
    program = _program("virtuoso-t", "apt-get install virtuoso-opensource-7-bin")
    port, sql, file = free_port(), free_port(), folder / "virtuoso.ini"
    file.write_text(
        VIRTUOSO.format(folder=folder, data=folder, port=port, sql=sql, buffers=10_000, dirty=6_000), encoding="utf-8"
    )
    command = [program, "+foreground", "+configfile", file]
    return Engine("virtuoso", folder, port, command, b"Server online", folder / "netrc", sql)


def _program(name: str, how: str) -> str:
    found = shutil.which(name, path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
    if found is None:
        pytest.skip(f"{name} is not installed: {how}")
    return found
