"""The audit of pinned packages: which are compared with the list that needs no network, and what that finds."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from tools.audit import META, PINNED, by_list, by_npm, by_pypi, pins

LISTED: dict[str, Any] = {
    META: {"timestamp": 1625119202},
    "jinja2": [{"cve": "CVE-2020-28493", "id": "pyup.io-39525", "specs": ["<2.11.3"]}],
    "other": [{"cve": None, "id": "pyup.io-1", "specs": [">=1,<2", ">3"]}],
}


def test_every_pinned_version_is_read() -> None:
    lines = [line for line in PINNED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(pins(lines)) == len(lines) > 100


@pytest.mark.parametrize(
    ("name", "version", "known"),
    [
        ("jinja2", "2.11.2", ("  jinja2 2.11.2: CVE-2020-28493",)),
        ("jinja2", "2.11.3", ()),
        ("other", "1.5", ("  other 1.5: pyup.io-1",)),
        ("other", "2.0", ()),
        ("absent", "1", ()),
    ],
)
def test_a_version_with_an_advisory_is_reported(name: str, version: str, known: tuple[str, ...]) -> None:
    found = by_list({name: Version(version)}, LISTED)
    assert (found.of, found.compared, found.known) == (1, 1, known)
    assert "2021-07-01" in found.source


def test_a_range_that_cannot_be_read_concerns_each_version() -> None:
    odd = {**LISTED, "odd": [{"cve": None, "id": "pyup.io-2", "specs": ["before 3"]}]}
    assert by_list({"odd": Version("9")}, odd).known == ("  odd 9: pyup.io-2",)


Answer = Callable[[str, Any], Any]


@contextmanager
def registry(answer: Answer) -> Iterator[str]:
    """Run a server on loopback that answers JSON, which may be packed, with JSON; provide its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body or b"null")
            content = json.dumps(answer(self.path, asked)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.skipif(
    find_spec("pip_audit") is None, reason="make audit installs pip-audit into an environment of its own"
)
def test_what_an_osv_server_knows_of_a_pin_is_told(tmp_path: Path) -> None:
    bad = {
        "id": "PYSEC-1",
        "summary": "bad",
        "affected": [
            {
                "package": {"name": "jinja2", "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.11.3"}]}],
            }
        ],
    }

    def answer(_: str, asked: Any) -> Any:
        return {"vulns": [bad]} if asked["package"]["name"] == "jinja2" else {}

    pinned = tmp_path / "constraints.txt"
    pinned.write_text("jinja2==2.11.2\nflask==3.0.0\n")
    with registry(answer) as address:
        found, silent = by_pypi(pinned, f"{address}/v1/query")
    assert (found.of, found.compared, found.known, silent) == (2, 2, ("  jinja2 2.11.2: PYSEC-1",), set())


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_what_the_registry_of_npm_knows_of_a_lock_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = {"id": 1, "url": "urn:bad", "title": "bad", "severity": "high", "vulnerable_versions": "<2", "cwe": []}
    versions = {one: {"name": "a", "version": one, "dist": {}} for one in ("1.0.0", "2.0.0")}
    asked_for: list[Any] = []

    def answer(path: str, asked: Any) -> Any:
        if path.endswith("/advisories/bulk"):
            asked_for.append(asked)
            return {"a": [bad]}
        return {"name": "a", "dist-tags": {"latest": "2.0.0"}, "versions": versions}

    packages = {"": {"dependencies": {"a": "1.0.0", "b": "1.0.0"}}} | {
        f"node_modules/{name}": {"version": "1.0.0"} for name in "ab"
    }
    (tmp_path / "package.json").write_text(json.dumps({"name": "x", "version": "1.0.0", **packages[""]}))
    (tmp_path / "package-lock.json").write_text(json.dumps({"name": "x", "lockfileVersion": 3, "packages": packages}))
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with registry(answer) as address:
        monkeypatch.setenv("npm_config_registry", address)
        found = by_npm(tmp_path)
    assert (found.of, found.compared, found.known) == (2, 2, ("  a: high",))
    assert asked_for == [{"a": ["1.0.0"], "b": ["1.0.0"]}]


def test_a_registry_without_data_has_compared_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": {"": {}, "node_modules/a": {}}}))
    monkeypatch.setenv("PATH", "/nowhere")
    assert (by_npm(tmp_path).of, by_npm(tmp_path).compared) == (1, 0)
