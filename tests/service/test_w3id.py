"""The file for w3id.org works in Apache, the server that w3id.org runs."""

from __future__ import annotations

import getpass
import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

import pytest

import vocab

SERVER = "https://news.example.org/kg"
MODULES = Path("/usr/lib/apache2/modules")
APACHE = shutil.which("apache2") or shutil.which("apache2", path="/usr/sbin")
pytestmark = pytest.mark.skipif(
    not APACHE or not MODULES.is_dir(), reason="Apache is not installed: apt-get install apache2-bin"
)
OF_PYTEST = ("pytest-", "popen-")
"""How the names begin of the folders that pytest and its worker processes make."""
CONFIGURATION = """
ServerName w3id.org
ServerRoot {folder}
PidFile {folder}/pid
ErrorLog {folder}/errors
Listen 127.0.0.1:{port}
{modules}
DocumentRoot {folder}/site
<Directory {folder}/site>
  AllowOverride All
  Require all granted
</Directory>
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Apache, serving the folder that ``make w3id`` writes."""
    folder = tmp_path_factory.mktemp("apache")
    submitted = folder / "site" / "newsgraph"
    make = ["make", "w3id", f"SERVER={SERVER}", f"W3ID={submitted}"]
    subprocess.run(make, cwd=Path(vocab.__file__).parents[1], check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as one:
        number = int(one.getsockname()[1])
    wanted = ("mpm_event", "authz_core", "env", "headers", "rewrite", "unixd")
    modules = "\n".join(
        f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in wanted if (MODULES / f"mod_{name}.so").exists()
    )
    file = folder / "apache.conf"
    file.write_text(CONFIGURATION.format(folder=folder, port=number, modules=modules))
    if os.getuid() == 0:  # Apache does not serve as root, and only their owner may read the folders of a test
        for one in (folder, *takewhile(lambda parent: parent.name.startswith(OF_PYTEST), folder.parents)):
            one.chmod(one.stat().st_mode | 0o055)
        file.write_text(file.read_text() + "User www-data\nGroup www-data\n")
    else:
        file.write_text(file.read_text() + f"User {getpass.getuser()}\n")
    process = subprocess.Popen([str(APACHE), "-f", str(file), "-D", "FOREGROUND"])
    try:
        _wait(number)
        yield number
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert time.monotonic() < end
        time.sleep(0.05)  # it starts in another process


def redirected(port: int, path: str) -> tuple[int, str | None, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", f"/newsgraph/{path}")
        reply = connection.getresponse()
        return reply.status, reply.getheader("Location"), reply.getheader("Access-Control-Allow-Origin")
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "status", "target"),
    [
        ("", 302, "/"),
        ("ns", 303, "/vocab"),
        ("ns/", 303, "/vocab"),
        (f"ns/{vocab.VERSION}", 303, f"/vocab/{vocab.VERSION}"),
        ("ns.ttl", 303, "/vocab.ttl"),
        (f"ns/{vocab.VERSION}.jsonld", 303, f"/vocab/{vocab.VERSION}.jsonld"),
        ("context.jsonld", 302, "/context.jsonld"),
    ],
)
def test_an_identifier_leads_to_the_server_given(port: int, path: str, status: int, target: str) -> None:
    assert redirected(port, path) == (status, SERVER + target, "*")


@pytest.mark.parametrize("path", ["nsx", "ns/Event", "ns.exe", "ns/1", "context"])
def test_other_paths_lead_nowhere(port: int, path: str) -> None:
    assert redirected(port, path)[0] == 404


@pytest.mark.parametrize("server", ["", "http://news.example.org", "https://a b", "https://x.org/]|d;"])
def test_a_folder_is_only_made_for_a_server(server: str, tmp_path: Path) -> None:
    make = ["make", "w3id", f"SERVER={server}", f"W3ID={tmp_path / 'made'}"]
    done = subprocess.run(make, cwd=Path(vocab.__file__).parents[1], capture_output=True, text=True, check=False)
    assert done.returncode
    assert "SERVER=https://" in done.stdout
    assert not (tmp_path / "made").exists()
