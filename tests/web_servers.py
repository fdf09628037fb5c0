"""Runs nginx and other web servers of the machine, as configured by a test."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

NGINX: Final = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
APACHE: Final = shutil.which("apache2") or shutil.which("apache2", path="/usr/sbin")
_NGINX: Final = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""


@contextmanager
def nginx(server: str, folder: Path, port: int) -> Iterator[None]:
    """Run an nginx with a server block that listens on a port."""
    file = folder / "main.conf"
    file.write_text(_NGINX.format(folder=folder, server=server), encoding="utf-8")
    with running([str(NGINX), "-p", str(folder), "-c", str(file)], folder, port):
        yield


@contextmanager
def running(command: Sequence[str], folder: Path, port: int) -> Iterator[None]:
    """Run a server during a block, which begins when the server answers."""
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        limit = time.monotonic() + 20
        while time.monotonic() < limit and process.poll() is None:
            with suppress(OSError):
                _ask(port)
                break
        try:
            assert process.poll() is None, (folder / "error.log").read_text()
            yield
        finally:
            process.terminate()


def _ask(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", "/robots.txt")
        connection.getresponse().read()
