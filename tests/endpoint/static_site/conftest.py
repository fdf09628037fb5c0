"""The small graph as a static site, written once in a test run, and an nginx that serves it."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from endpoint.static_site.publish import PublishedSite, publish
from kg.settings import Settings
from tests.conftest import Once
from tests.service.conftest import free_port
from tests.web_servers import APACHE, NGINX, nginx, running

FORMATS = ("html", "ttl", "jsonld")
NGINX_SERVER = "server {{ listen 127.0.0.1:{port}; root {site}; include {site}/servers/nginx.conf; }}"
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
def apache(site: Path, work: Path) -> Iterator[int]:
    """Serve a site with its own file for Apache, on a free port."""
    port, file, root = free_port(), work / "main.conf", Path(str(APACHE)).parents[1] / "lib" / "apache2"
    file.write_text(APACHE_MAIN.format(work=work, site=site, port=port, root=root), encoding="utf-8")
    with running([str(APACHE), "-f", str(file), "-X"], work, port):
        yield port


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
    port = free_port()
    server = NGINX_SERVER.format(site=static_site, port=port)
    with nginx(server, tmp_path_factory.mktemp("nginx"), port):
        yield port


@pytest.fixture(scope="module")
def served_by_apache(static_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an Apache that serves the site."""
    if not APACHE:
        pytest.skip("Apache is not here (Debian: apache2-bin)")
    with apache(static_site, tmp_path_factory.mktemp("apache")) as port:
        yield port
