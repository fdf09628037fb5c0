"""The artefacts that a build prepares exist before anybody sees its snapshot."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kg.derived.artefact import ArtefactState
from kg.derived.artefacts import Artefacts
from kg.derived.kinds import PREPARED
from kg.pipeline.run import build
from kg.settings import Settings
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from tests.conftest import WriteArchive

PAGE = (
    "{{Current events|year=2012|month=02|day=6|content=\n;Law\n*A court in [[Homs]] rules. [http://a.example (A)]\n}}"
)


def test_derived_files_are_made_while_the_previous_snapshot_is_still_current(
    archive: WriteArchive, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    settings = Settings(store=str(store.path), jobs=1)
    former = build([archive({"2012_February_6.txt": PAGE})], settings).snapshot
    seen: list[str] = []

    def ready(made: Snapshot) -> None:
        outcomes = [job.result(60) for job in Artefacts(store).prepare(PREPARED, made)]
        seen.extend((store.current().id, made.id, *map(str, outcomes)))

    pages = archive({"2012_February_6.txt": PAGE, "2012_February_7.txt": PAGE.replace("day=6", "day=7")}, "more")
    made = build([pages], settings, ready=ready).snapshot
    assert seen == [former.id, made.id, *["None"] * len(PREPARED)]
    artefacts = Artefacts(store)
    assert {artefacts.state(one, made) for one in PREPARED} == {ArtefactState.READY}
    assert store.current().id == made.id


KILLED = """
import os, signal, sys
import signal
import subprocess
import sys
from pathlib import Path
from kg.pipeline.run import build
from kg.settings import Settings
build([Path(sys.argv[1])], Settings(store=sys.argv[2], jobs=1), ready=lambda made: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_build_killed_before_its_snapshot_is_current_leaves_none(archive: WriteArchive, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    settings = Settings(store=str(store.path), jobs=1)
    former = build([archive({"2012_February_6.txt": PAGE})], settings).snapshot
    pages = archive({"2012_February_6.txt": PAGE, "2012_February_7.txt": PAGE.replace("day=6", "day=7")}, "more")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(pages), str(store.path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert store.current().id == former.id
    assert store.snapshots() == [former.folder]
    assert len(list(former.folder.parent.iterdir())) == 2
    store.tidy()
    assert list(former.folder.parent.iterdir()) == [former.folder]
    assert build([pages], settings).snapshot.manifest.counts["events"] == 2


def test_a_snapshot_that_could_not_be_prepared_is_not_published(archive: WriteArchive, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")

    def ready(made: Snapshot) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build([archive({"2012_February_6.txt": PAGE})], Settings(store=str(store.path), jobs=1), ready=ready)
    assert (store.has_current, store.snapshots()) == (False, [])
