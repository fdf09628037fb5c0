"""A cluster produces the same bytes as this machine, whatever happens to its workers."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from kg.errors import ConfigurationError, StoreError
from kg.pipeline.run import build
from kg.pipeline.shards import cluster, folder
from kg.pipeline.shards.cluster import DaskCluster
from kg.process.jobs import FileText, Job, LocalPool
from kg.settings import Settings
from kg.store.layout import Store
from tests.paths import SAMPLE
from tests.pipeline_pages import PAGES, contents

Archive = Callable[..., Path]


@contextmanager
def workers(count: int, *, processes: bool = False) -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=processes,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as found:
        yield found


@pytest.fixture(scope="module")
def threads() -> Iterator[LocalCluster]:
    with workers(2) as found:
        yield found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path / "store"), jobs=1)


def shout(times: int, text: bytes) -> tuple[tuple[bytes], int]:
    return (text.upper() * times,), len(text)


def die(text: bytes) -> tuple[tuple[bytes], int]:
    os.kill(os.getpid(), signal.SIGKILL)
    return (text,), 0


def jobs(folder: Path, count: int) -> list[Job[int]]:
    for number in range(count):
        (folder / f"{number}.in").write_bytes(b"say " * number)
    files = [(folder / f"{number}.in", folder / f"{number}.out") for number in range(count)]
    return [Job(shout, (2,), (FileText(read),), (written,)) for read, written in files]


def test_a_cluster_does_jobs_as_processes_of_this_machine_do(threads: LocalCluster, tmp_path: Path) -> None:
    with Client(threads) as client:
        found = list(DaskCluster(client).results(jobs(tmp_path, 9)))
    texts = [(tmp_path / f"{number}.out").read_bytes() for number in range(9)]
    assert (found, texts) == ([4 * number for number in range(9)], [b"SAY " * 2 * number for number in range(9)])
    assert list(LocalPool(1).results(jobs(tmp_path, 9))) == found


def test_a_cluster_makes_the_shards_that_this_machine_makes(
    threads: LocalCluster, archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    root = archive(PAGES)
    folder.write([root], settings, tmp_path / "here")
    folder.write([root], replace(settings, scheduler=threads.scheduler_address), tmp_path / "there")
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


@pytest.mark.slow(also="tests/kg/pipeline/test_cluster.py::test_a_cluster_makes_the_shards_that_this_machine_makes")
def test_a_worker_that_is_killed_midway_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    with workers(2, processes=True) as two, Client(two) as client:
        (first, *_) = client.run(os.getpid).values()
        told: list[int] = []

        def kill(done: int, _: int) -> None:
            if not told:
                os.kill(first, signal.SIGKILL)
            told.append(done)

        folder.write(SAMPLE, replace(settings, scheduler=two.scheduler_address), tmp_path / "there", kill)
        assert first not in client.run(os.getpid).values()
    folder.write(SAMPLE, settings, tmp_path / "here")
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


@pytest.mark.slow(also="tests/kg/pipeline/test_cluster.py::test_a_cluster_makes_the_shards_that_this_machine_makes")
def test_a_build_starts_workers_of_its_own(archive: Archive, settings: Settings, tmp_path: Path) -> None:
    root = archive(PAGES)
    here, there = (
        build([root], replace(settings, store=str(tmp_path / name), workers=workers)).snapshot
        for name, workers in (("here", 0), ("there", 2))
    )
    assert there.manifest.counts == here.manifest.counts
    assert there.manifest.ledger_root == here.manifest.ledger_root
    notes = [json.loads(Store(tmp_path / name).shards.read_text())["shards"] for name in ("here", "there")]
    assert notes[0] == notes[1]


@pytest.mark.slow(also="tests/kg/pipeline/test_cluster.py::test_a_cluster_without_workers_is_an_error_that_says_so")
def test_a_job_that_kills_its_workers_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"x")
    with workers(1, processes=True) as one, Client(one) as client:
        client.run_on_scheduler(lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 0))
        with pytest.raises(StoreError, match="workers die in a job"):
            list(DaskCluster(client).results([Job(die, (), (FileText(tmp_path / "in"),), (tmp_path / "out",))]))


def test_a_cluster_without_workers_is_an_error_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "WAIT", 0.2)
    with (
        workers(0) as none,
        Client(none) as client,
        pytest.raises(StoreError, match="has had no worker"),
    ):
        list(DaskCluster(client).results(jobs(tmp_path, 1)))


def test_a_scheduler_that_does_not_answer_is_an_error_that_names_the_address(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "WAIT", 0.2)
    unused = "tcp://127.0.0.1:9"
    with (
        pytest.raises(ConfigurationError, match=f"no scheduler answers at {unused}"),
        cluster.scheduling(replace(settings, scheduler=unused)),
    ):
        raise AssertionError("connected")


def test_a_worker_with_another_program_does_no_job() -> None:
    with pytest.raises(ConfigurationError, match="another version of newsgraph"):
        cluster.do("other", shout, (2,), [b""])


def test_an_error_of_a_job_is_that_of_the_build(
    threads: LocalCluster, archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="give either scheduler or workers"):
        replace(settings, scheduler="tcp://127.0.0.1:1", workers=2)
    with Client(threads) as client, pytest.raises(TypeError, match="shout"):
        list(DaskCluster(client).results([Job(shout, ())]))
