"""The small graph as a site of files, written once for all tests of a run, and an nginx that serves it."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from endpoint.static_site.publish import PublishedSite, publish
from kg.settings import Settings
from tests.conftest import Once
from tests.service.conftest import free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
APACHE = shutil.which("apache2") or shutil.which("apache2", path="/usr/sbin")
FORMATS = ("html", "ttl", "jsonld")
MAIN = """
daemon off;
user root;
pid {work}/nginx.pid;
error_log {work}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {work}/body;
    proxy_temp_path {work}/proxy;
    fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi;
    scgi_temp_path {work}/scgi;
    server {{ listen 127.0.0.1:{port}; root {site}; include {site}/servers/nginx.conf; }}
}}
"""
APACHE_MAIN = """
ServerRoot {root}
ServerName localhost
PidFile {work}/apache.pid
ErrorLog {work}/error.log
Listen 127.0.0.1:{port}
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule dir_module modules/mod_dir.so
LoadModule mime_module modules/mod_mime.so
LoadModule rewrite_module modules/mod_rewrite.so
LoadModule headers_module modules/mod_headers.so
TypesConfig /etc/mime.types
DocumentRoot {site}
<Directory {site}>
    Require all granted
    Include {site}/servers/apache.conf
</Directory>
"""


def written(folder: Path, settings: Settings, jobs: int = 1) -> PublishedSite:
    return publish(folder, settings, FORMATS, jobs, lambda done, total: None)


@pytest.fixture(scope="session")
def static_site(settings: Settings, once: Once) -> Path:
    """The folder of the site of the small graph."""
    own = replace(settings, serve_url="")

    def make(folder: Path) -> Path:
        found = written(folder / "site", own)
        assert found.faults == []
        return folder / "site"

    made: Path = once("static-site", make)
    return made


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


Get = Callable[..., Reply]


@contextmanager
def nginx(site: Path, work: Path) -> Iterator[int]:
    """Serve a site with its own file for nginx, on a free port."""
    port, file = free_port(), work / "main.conf"
    file.write_text(MAIN.format(work=work, site=site, port=port), encoding="utf-8")
    with running([str(NGINX), "-p", str(work), "-c", str(file)], work, port):
        yield port


@contextmanager
def apache(site: Path, work: Path) -> Iterator[int]:
    """Serve a site with its own file for Apache, on a free port."""
    port, file, root = free_port(), work / "main.conf", Path(str(APACHE)).parents[1] / "lib" / "apache2"
    file.write_text(APACHE_MAIN.format(work=work, site=site, port=port, root=root), encoding="utf-8")
    with running([str(APACHE), "-f", str(file), "-X"], work, port):
        yield port


@contextmanager
def running(command: list[str], work: Path, port: int) -> Iterator[None]:
    """Run a server until the end of a block, which begins when it answers."""
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        limit = time.monotonic() + 20
        while time.monotonic() < limit and process.poll() is None:
            with suppress(OSError):
                get(port, "/robots.txt")
                break
        try:
            assert process.poll() is None, (work / "error.log").read_text()
            yield
        finally:
            process.terminate()


def get(port: int, path: str, method: str = "GET", **headers: str) -> Reply:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


@pytest.fixture(scope="module")
def served(static_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an nginx that serves the site."""
    if not NGINX:
        pytest.skip("nginx is not here (Debian: nginx-light)")
    with nginx(static_site, tmp_path_factory.mktemp("nginx")) as port:
        yield port


@pytest.fixture(scope="module")
def served_by_apache(static_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an Apache that serves the site."""
    if not APACHE:
        pytest.skip("Apache is not here (Debian: apache2-bin)")
    with apache(static_site, tmp_path_factory.mktemp("apache")) as port:
        yield port
