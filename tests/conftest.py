from __future__ import annotations

import gc
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from filelock import FileLock
from pyoxigraph import RdfFormat

from kg.cli import main
from kg.pipeline.run import Built, build
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.store.integrity import signed
from kg.store.layout import Store
from kg.store.snapshot import Manifest, Snapshot, checksums
from kg.workers.workers import Workers
from tests import examples
from tests.paths import DATA, NODE, ROOT, SAMPLE

pytest_plugins = ("tests.structure.slow",)

examples.register()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep what is collected, which lives as long as the run, from the garbage collector, which would go through it."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


TURTLE = DATA / "served.ttl"
BASE = "http://127.0.0.1:8000/"
EVENT = f"{BASE}event/2011-11-08/abcdefghij"

Publish = Callable[[Path, str, str], Snapshot]
Once = Callable[[str, Callable[[Path], Any]], Any]


def publish_turtle(store: Path, turtle: str, name: str = "20111109T060000000000Z", keep: int = 3) -> Snapshot:
    with Store(store).drafting() as draft:
        database = EmbeddedGraph(str(draft / "db"))
        database.load(turtle.encode(), format=RdfFormat.TURTLE)
        database.flush()
        counts = {"events": 3, "places": 3, "pages": 1, "triples": len(database)}
        del database
        created = datetime(2011, 11, 9, 6, tzinfo=UTC).isoformat().replace("+00:00", "Z")
        files = checksums(draft)
        made = Manifest(name, created, BASE, "0.1.0", counts, {"en": 2, "zh": 1}, files=files)
        return Store(store).publish(draft, made, keep)


def rewrite(manifest: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the content of a manifest file, and update its checksum."""
    said = json.loads(manifest.read_text())
    said.pop(signed.CHECKSUM, None)
    change(said)
    manifest.write_text(signed.written(said, indent=1))


@pytest.fixture(scope="session")
def node() -> Callable[[str], list[str]]:
    """A function that returns the command of a program in ``tests/node``, which runs in Node with packages of npm."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    if not (NODE / "node_modules").is_dir():
        pytest.skip("the packages of npm that tests ask with are not installed: npm ci --prefix tests/node")
    return lambda name: ["node", str(NODE / name)]


@pytest.fixture(scope="session")
def publish_store() -> Publish:
    return publish_turtle


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """A function that fills a folder once in a test run, in the first process that asks, and returns the result.

    Tests may only read the folder, since tests in other processes read it too.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(name: str, make: Callable[[Path], Any]) -> Any:
        done = shared / f"{name}.pickle"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                done.write_bytes(pickle.dumps(make(shared / name)))
        return pickle.loads(done.read_bytes())  # noqa: S301 - this test run wrote it

    return made


@pytest.fixture(scope="session")
def served_store(once: Once) -> Path:
    """A store folder with one snapshot of tests/data/served.ttl."""
    text = TURTLE.read_text(encoding="utf-8")
    return once("served", lambda store: publish_turtle(store, text).folder.parents[1])


@pytest.fixture(scope="session")
def graph() -> EmbeddedGraph:
    """The triples of tests/data/served.ttl in memory."""
    store = EmbeddedGraph()
    store.load(TURTLE.read_bytes(), format=RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="session")
def settings(served_store: Path) -> Settings:
    """What tests serve with: one worker for queries, and one to spare, since each worker takes a while to start."""
    own = replace(Settings(), store=str(served_store), port=0, query_workers=1, threads=8)
    return replace(own, query_seconds=2.0, query_memory=1_000_000_000)


@pytest.fixture(scope="session")
def workers(served_store: Path, settings: Settings) -> Iterator[Workers]:
    with Workers(Store(served_store), replace(settings, query_workers=2)) as pool:
        yield pool


# ---- Archives and builds, for tests of the code that reads pages, builds snapshots and prints their content.


WriteArchive = Callable[..., Path]
Commit = Callable[[Mapping[str, str], int], Path]
RunKg = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def archive(tmp_path: Path) -> WriteArchive:
    """A function that writes pages (text or bytes by path) and returns the folder that holds them."""

    def write(pages: Mapping[str, str | bytes], name: str = "archive") -> Path:
        root = tmp_path / name
        for path, content in pages.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return write


@pytest.fixture
def commit(tmp_path: Path) -> Commit:
    """A function that commits pages to a repository at a time in seconds, and returns the repository."""
    return committing(tmp_path / "repository")


def committing(root: Path) -> Commit:
    """Start a repository, and return a function that commits pages to it."""
    root.mkdir()

    def run(*arguments: str, at: int) -> None:
        who = {f"GIT_{role}_{what}": "a@b.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        when = {f"GIT_{role}_DATE": f"{at} +0000" for role in ("AUTHOR", "COMMITTER")}
        isolated = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        environment = {**os.environ, **who, **when, **isolated}
        subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, env=environment)

    run("init", "--quiet", at=0)

    def commit_pages(pages: Mapping[str, str], at: int) -> Path:
        for path, content in pages.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content, encoding="utf-8")
        run("add", "--all", at=at)
        run("commit", "--quiet", "--message", "pages", at=at)
        return root

    return commit_pages


@pytest.fixture(scope="session")
def sample() -> tuple[Path, ...]:
    """The folders of the archives that come with newsgraph."""
    return SAMPLE


@pytest.fixture(scope="session")
def sample_build(once: Once) -> Built:
    """The build of data/seed and data/sample; its store is only to be read."""
    return once("sample", lambda store: build(SAMPLE, Settings(store=str(store), jobs=1)))


@pytest.fixture(scope="session")
def sample_store(sample_build: Built) -> Path:
    return sample_build.snapshot.folder.parents[1]


@pytest.fixture(scope="session")
def run_kg() -> RunKg:
    """A function that runs ``python -m kg`` with arguments and returns what it printed."""

    def run(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "kg", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
        return subprocess.run(command, capture_output=True, check=False, timeout=120, env=environment, **options)

    return run


def run_here(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run a command in this process, which is faster than ``run_kg``; unexpected exceptions are raised."""
    result = CliRunner().invoke(main, list(map(str, arguments)), prog_name="kg", catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout_bytes, result.stderr_bytes)


@pytest.fixture(scope="session")
def sample_graph(sample_build: Built) -> EmbeddedGraph:
    """The triples of the sample in memory."""
    store = EmbeddedGraph()
    store.extend(sample_build.snapshot.open())
    return store
