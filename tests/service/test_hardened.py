"""A server under the restrictions of its systemd unit: it can only write its cache, and only serve.

systemd does not run in tests, so bubblewrap restricts: a read-only root, no capabilities, namespaces of its own.
"""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.service.conftest import free_port

BUBBLEWRAP = shutil.which("bwrap")
UNIT = ROOT / "tools" / "deploy" / "newsgraph.service"
RESTRICTED = ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--cap-drop", "ALL", "--unshare-user")
NOBODY = ("--uid", "65534", "--gid", "65534", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent")
PATHS = (
    *("/", "/readyz", "/doc/entity/en/Homs.ttl", "/search?q=Homs", "/events.csv", "/dump/newsgraph.nt"),
    *("/sitemap.xml", "/catalog.ttl", "/sparql?query=ASK%7B%7D", "/metrics", "/.well-known/security.txt"),
)
PATIENCE = 60.0


def _works() -> bool:
    if not BUBBLEWRAP:
        return False
    command = [BUBBLEWRAP, *RESTRICTED, *NOBODY, sys.executable, "-c", "pass"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _works(), reason="bubblewrap is not here, or may not make namespaces")


@pytest.fixture
def ask(sample_store: Path, tmp_path: Path) -> Iterator[Callable[..., int]]:
    """A function that sends a request to a restricted server, and returns the status once it is not 503."""
    port, cache = free_port(), tmp_path / "cache"
    cache.mkdir()
    given = {"KG_STORE": sample_store, "KG_PORT": port, "KG_CACHE": cache, "KG_ACCESS_LOG": cache / "access.log"}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **{name: str(value) for name, value in given.items()}}
    command = [
        str(BUBBLEWRAP),
        *RESTRICTED,
        "--bind",
        str(cache),
        str(cache),
        *NOBODY,
        sys.executable,
        "-m",
        "kg",
        "serve",
    ]

    def send(path: str, body: bytes | None = None) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Content-Type": "application/sparql-query"} if body else {}
        with closing(connection):
            connection.request("POST" if body else "GET", path, body, headers)
            response = connection.getresponse()
            response.read()
            return response.status

    def patiently(path: str, body: bytes | None = None) -> int:
        limit, status = time.monotonic() + PATIENCE, 503
        while status == 503 and time.monotonic() < limit and process.poll() is None:
            with suppress(OSError, http.client.HTTPException):
                status = send(path, body)
        return status

    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield patiently
        finally:
            process.terminate()


def test_a_server_with_a_read_only_root_and_store_serves_everything(ask: Callable[..., int]) -> None:
    assert {path: ask(path) for path in PATHS} == dict.fromkeys(PATHS, 200)
    assert ask("/sparql", b"ASK {}" + b" " * 90_000) == 413  # such a body is in a file, or the answer would be 503


def test_the_unit_restricts_what_the_test_restricts_and_more() -> None:
    said = UNIT.read_text(encoding="utf-8").splitlines()
    for line in ("ProtectSystem=strict", "CapabilityBoundingSet=", "NoNewPrivileges=yes", "PrivateTmp=yes"):
        assert line in said


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_the_unit_is_valid_and_systemd_rates_it_as_well_restricted() -> None:
    verified = subprocess.run(["systemd-analyze", "verify", str(UNIT)], capture_output=True, text=True, check=False)
    complaints = [line for line in verified.stderr.splitlines() if "is not executable" not in line]
    assert complaints == []
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(UNIT)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
