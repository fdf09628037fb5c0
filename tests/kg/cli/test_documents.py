"""The commands of the README and of the tutorial, run as printed, on the sample or less.

The tutorial from a table to a site is in ``tests/kg/cli/test_demo.py``. Installing needs a package index, so here
only the existence of what is installed is checked; ``make release-check`` installs it.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kg
from tests.conftest import Commit
from tests.kg.cli.test_demo import Serving, run
from tests.paths import DOCS, ROOT

TUTORIAL = (DOCS / "tutorial.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
ASK = "kg query --store store --question in-a-place --param place=Homs"
ONE_EVENT = {"data/2011_November_8.txt": ";Sport\n* A match is played. [http://news.example/a (News)]\n"}


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a document in a language."""
    return [code for name, code in re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", text) if name == language]


def commands(text: str) -> list[str]:
    """Return the commands in the shell blocks of a document, without prompts and comments."""
    lines = "\n".join((*blocks(text, ""), *blocks(text, "sh"))).splitlines()
    printed = (line.removeprefix("$ ").partition("  #")[0].rstrip() for line in lines if line[:1].strip())
    return [line for line in printed if re.match(r"(?:kg|make|python3|pip|jupyter|curl|\.) ", line)]


def run_cells(text: str) -> dict[str, Any]:
    """Run the blocks of Python one after the other, as a notebook does; return the names that they define."""
    names: dict[str, Any] = {}
    for cell in blocks(text, "python"):
        exec(compile(cell, "a cell", "exec"), names)  # noqa: S102 - the document's own code
    return names


@pytest.fixture
def checkout(tmp_path: Path, sample_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with the sample and its store, as a reader has them, and change into it."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    shutil.copytree(sample_store, tmp_path / "store", symlinks=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def serving() -> Iterator[list[Serving]]:
    found: list[Serving] = []
    yield found
    for one in found:
        one.process.send_signal(signal.SIGINT)
        one.process.communicate(timeout=60)


def literally(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of a document in a shell that finds ``kg``."""
    bin_folder = folder / "bin"
    if not bin_folder.exists():
        bin_folder.mkdir()
        (bin_folder / "kg").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m kg "$@"\n')
        (bin_folder / "kg").chmod(0o755)
    path = os.pathsep.join((str(bin_folder), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_documents_have_the_commands_that_are_run_here() -> None:
    assert commands(TUTORIAL) == [
        "python3 -m venv .venv",
        ". .venv/bin/activate",
        "pip install --constraint constraints.txt '.[frames]'",
        "kg demo",
        "kg build data/seed data/sample --store store",
        "kg serve --store store",
        ASK,
        "pip install jupyterlab",
        "jupyter lab",
    ]
    assert [" ".join(one.split()[:2]) for one in commands(README)] == [
        *("make serve", "make test", "kg query", "kg query", "curl -L"),
        *("kg check", "kg build", "kg build", "kg build", "kg serve", "kg publish"),
    ]


def test_what_the_tutorial_installs_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert any(one.startswith("pandas") for one in project["optional-dependencies"]["frames"])
    assert project["scripts"] == {"kg": "kg.cli:run"}
    assert "\npandas==" in (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert run("--version").output.strip().endswith(kg.__version__)


def test_the_cells_of_the_tutorial_answer_from_the_store(checkout: Path) -> None:
    homs = run_cells(TUTORIAL)["homs"]
    assert list(homs[["date", "title"]].columns) == ["date", "title"]
    assert homs.groupby(homs["date"].dt.year)["event"].nunique().sum() == homs["event"].nunique() > 0


def test_the_question_of_the_tutorial_and_those_of_the_readme_are_answered(checkout: Path) -> None:
    asked = [shlex.split(one)[1:] for one in (*commands(TUTORIAL), *commands(README)) if one.startswith("kg query")]
    assert len(asked) == 3
    answers = [run(*words) for words in asked]
    assert [one.exit_code for one in answers] == [0, 0, 0]
    assert all(len(one.output.splitlines()) > 2 for one in answers)


@pytest.mark.slow(
    also="tests/kg/cli/test_documents.py::test_the_question_of_the_tutorial_and_those_of_the_readme_are_answered"
)
def test_the_commands_of_the_tutorial_lead_to_an_answer(checkout: Path, serving: list[Serving]) -> None:
    shutil.rmtree(checkout / "store")
    build, serve = "kg build data/seed data/sample --store store", "kg serve --store store"
    built = literally(build, checkout)
    assert built.returncode == 0, built.stderr
    asked = literally(ASK, checkout)
    assert (asked.returncode, "Homs" in asked.stdout) == (0, True), asked.stderr
    serving.append(Serving(serve.split(), checkout))
    assert [serving[0].ask(one, Accept="text/html").status for one in ("/", "/questions", "/sparql")] == [200] * 3


@pytest.mark.slow(
    also="tests/kg/cli/test_documents.py::test_the_question_of_the_tutorial_and_those_of_the_readme_are_answered"
)
def test_the_commands_of_the_readme_work_as_printed(checkout: Path, commit: Commit, serving: list[Serving]) -> None:
    table = literally("kg demo --table table && cp table/events.* .", checkout)
    assert table.returncode == 0, table.stderr
    repository = commit(ONE_EVENT, 1_700_000_000)
    small = checkout / "small"
    small.mkdir()
    for command in commands(README):
        if command.startswith(("kg check", "kg build", "kg query")):
            command = command.replace(" ARCHIVE... ", " data/seed data/sample ").replace(
                " REPOSITORY ", f" {repository} "
            )
            done = literally(command, small if "--history" in command else checkout)
            assert done.returncode == 0, (command, done.stderr)
    run_cells(README)
    serving.append(Serving(["kg", "serve", "--store", "store"], checkout))
    (fetch,) = (one for one in commands(README) if one.startswith("curl"))
    path = re.findall(r"http://127\.0\.0\.1:8000(\S+)", fetch)[0]
    reply = serving[0].ask(path.replace("/event/", "/doc/event/"), Accept="text/turtle")
    assert reply.status == 200
    assert b"continues its crackdown on protesters" in reply.body


@pytest.mark.slow(also="tests/endpoint/static_site/test_folder.py::test_only_what_differs_is_written")
def test_the_command_of_the_readme_publishes_a_store_as_files(commit: Commit, tmp_path: Path) -> None:
    [publish] = (one for one in commands(README) if one.startswith("kg publish"))
    repository = commit(ONE_EVENT, 1_700_000_000)
    for command in (f"kg build {repository} --store store", publish):
        done = literally(command, tmp_path)
        assert done.returncode == 0, (command, done.stderr)
    site = tmp_path / "DIR"
    assert {"index.html", "404.html", "sitemap.xml", "catalog.ttl"} <= {one.name for one in site.iterdir()}
    [page] = (one for one in site.glob("doc/event/2011-11-08/*.html") if "A match is played." in one.read_text("utf-8"))
    assert page.with_suffix(".ttl").stat().st_size > 0
