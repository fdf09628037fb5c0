"""The demo, the preview, and the commands of the tutorial, run as printed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner, Result

from kg import cli
from kg.archive.readers.tables import mapping
from kg.version import data_folder
from tests.paths import DOCS
from tests.service.conftest import Service, free_port

TUTORIAL = (DOCS / "tutorial-table.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"(?m)^(?:kg|cd) .*$", "\n".join(re.findall(r"(?s)```sh\n(.*?)```", TUTORIAL)))
ADDRESSES = re.findall(r"http://127\.0\.0\.1:8000(/\S*?),? (?:is|has|answers)", TUTORIAL)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.main, list(map(str, arguments)), prog_name="kg", catch_exceptions=False)


class Serving(Service):
    """A serving command, started with a port of its own."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.port = free_port()
        self.command, self.folder = command, folder
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "KG_PORT": str(self.port),
            "KG_COMMAND_SECONDS": "0.5",
        }
        self.start()

    def start(self) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", *self.command]
        self.process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=pipe, stderr=pipe)
        assert self.process.stdout
        until = monotonic() + 60
        while b"Serving" not in (line := self.process.stdout.readline()):
            assert line, self.process.stderr and self.process.stderr.read()
            assert monotonic() < until


@pytest.fixture
def started() -> Iterator[list[Serving]]:
    found: list[Serving] = []
    yield found
    for one in found:
        one.process.send_signal(signal.SIGINT)
        one.process.communicate(timeout=60)


def test_the_tutorial_has_commands_and_addresses() -> None:
    assert [command.split()[1] for command in COMMANDS] == ["demo", "year", "check", "build", "serve"]
    assert len(ADDRESSES) == 5


def test_the_table_of_the_tutorial_is_read_whole_and_unused_columns_are_reported(tmp_path: Path) -> None:
    assert run("demo", "--table", tmp_path / "year").exit_code == 0
    shown = run("check", "--preview", tmp_path / "year" / "events.csv").output
    assert "30 pages, 30 events; the first:\n  2024-01-01  An earthquake" in shown
    assert "place: Wajima, Japan at 37.39, 136.9, a point in Wajima" in shown
    assert "events.csv: columns that are not read: remarks\n" in shown
    assert "not understood" not in shown
    assert "licence" not in shown
    first = (tmp_path / "year" / "events.csv").read_text("utf-8").splitlines()[:2]
    assert "\n".join(first) in TUTORIAL


def test_a_table_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("mine")
    done = run("demo", "--table", tmp_path)
    assert (done.exit_code, (tmp_path / "events.csv").read_text()) == (2, "mine")
    assert "exists already: name another folder" in done.output


def test_a_preview_reports_what_would_be_lost(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(
        "date,title,places,more\n2024-12-07,Shops open.,Nowhereville,x\n31 June,A day.,,\n"
        "2024-12-08,Shops close.,Homs,\n"
    )
    shown = run("check", "--preview", "--events", "1", tmp_path).output
    assert (
        "2 events; the first:\n  2024-12-07  Shops open.\n      place: Nowhereville, not known, a label only\n" in shown
    )
    assert "Shops close." not in shown
    assert "events.csv: columns that are not read: more\n" in shown
    assert "not understood: 1\n    events.csv, line 3: no date: '31 June'\n" in shown
    assert "places that are not known, and stay labels: 1\n    Nowhereville\n" in shown
    assert "no licence is stated for events, and none will be claimed\n" in shown


def test_a_preview_reports_errors_in_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("a,b\n1,2\n")
    (tmp_path / "events.toml").write_text("[columns]\ndate = 'day'\ntitle = 'b'\n")
    done = run("check", "--preview", tmp_path / "events.csv")
    assert done.exit_code == 2
    assert "has no column 'day' (columns.date): its columns are a, b" in done.output


def test_a_preview_needs_an_archive() -> None:
    done = run("check", "--preview")
    assert (done.exit_code, "name the archives" in done.output) == (2, True)


def test_the_keys_of_a_mapping_are_documented_as_they_are() -> None:
    assert mapping.reference() in (DOCS / "tables.md").read_text(encoding="utf-8")


def test_every_preset_is_documented() -> None:
    presets = {file.stem for file in mapping.PRESETS.glob("*.toml")}
    documented = (DOCS / "tables.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^\| `([a-z-]+)` \| \[", documented)) == presets
    assert len(list(data_folder("tutorial").iterdir())) == 2


@pytest.mark.slow(
    also="tests/kg/cli/test_demo.py::test_the_table_of_the_tutorial_is_read_whole_and_unused_columns_are_reported"
)
def test_the_commands_of_the_tutorial_lead_to_a_site_with_a_map(tmp_path: Path, started: list[Serving]) -> None:
    folder = tmp_path
    for command in COMMANDS[:-1]:
        verb, *arguments = command.split()
        if verb == "cd":
            folder /= arguments[0]
            continue
        done = subprocess.run(
            [sys.executable, "-m", "kg", *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    started.append(Serving(COMMANDS[-1].split(), folder))
    pages = {one: started[0].ask(one.replace("/entity", "/doc/entity"), Accept="text/html") for one in ADDRESSES}
    assert {one: reply.status for one, reply in pages.items()} == dict.fromkeys(ADDRESSES, 200)
    assert b'class="world"' in pages["/events?view=map"].body
    homs = pages["/entity/en/Homs"].body.decode()
    assert 'class="world' in homs
    assert "Rebels take the city of Homs in the night" in homs
    assert "publicdomain/zero/1.0/" in homs


@pytest.mark.slow(also="tests/kg/cli/test_demo.py::test_a_table_is_not_written_over")
def test_the_demo_serves_the_sample(tmp_path: Path, started: list[Serving]) -> None:
    started.append(Serving(["kg", "demo", "--store", str(tmp_path / "store")], tmp_path))
    assert started[0].ask("/readyz").status == 200
    assert started[0].ask("/", Accept="text/html").status == 200
