"""The configuration for nginx, run by nginx in front of a server."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.service.conftest import Service, free_port
from tests.web_servers import NGINX, nginx

FILE = ROOT / "tools" / "deploy" / "nginx.conf"

pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not here (Debian: nginx-light)")


def configured(port: int, behind: int) -> str:
    """Return the configuration with addresses of this test, without TLS, since there is no certificate here."""
    text = FILE.read_text(encoding="utf-8")
    text = re.sub(r" *(ssl_|add_header Strict).*\n", "", text).replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{behind}")


@pytest.fixture
def proxied(served_store: Path, tmp_path: Path, start_service: Callable[..., Service]) -> Iterator[tuple[int, Path]]:
    """The port of an nginx in front of a server, and its access log."""
    log = tmp_path / "access.log"
    service = start_service(served_store, trusted_proxy="127.0.0.1", access_log=log)
    port = free_port()
    with nginx(configured(port, service.port), tmp_path, port):
        yield port, log


def get(port: int, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with closing(connection):
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        return response.status


def test_pages_pass_and_internal_addresses_do_not(proxied: tuple[int, Path]) -> None:
    port, log = proxied
    assert get(port, "/sparql?query=ASK%7B%7D", **{"X-Forwarded-For": "192.0.2.66"}) == 200
    assert {path: get(port, path) for path in ("/metrics", "/healthz", "/readyz")} == {
        "/metrics": 403,
        "/healthz": 403,
        "/readyz": 403,
    }
    clients = {json.loads(line)["client"] for line in log.read_text().splitlines()}
    assert "192.0.2.66" not in clients, "what a client says of itself is lost"


def test_a_client_over_the_limit_gets_429(proxied: tuple[int, Path]) -> None:
    statuses = {get(proxied[0], "/robots.txt") for _ in range(400)}
    assert statuses <= {200, 429}
    assert 429 in statuses
