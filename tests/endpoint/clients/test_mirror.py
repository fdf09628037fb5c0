"""A mirror equals its origin statement by statement, or stays as it was."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from endpoint.http.urls import is_document
from kg.derived.artefacts import Artefacts
from kg.derived.kinds import PREPARED
from kg.errors import MirrorError, StoreError
from kg.pipeline.mirror.origin import OriginServer
from kg.pipeline.mirror.run import Mirror, Mirrored
from kg.pipeline.run import build
from kg.publish import dump_files
from kg.remote.clock import Clock
from kg.settings import Settings
from kg.store import amend
from kg.store.integrity.mirrored import late, told
from kg.store.layout import Store
from kg.workers.workers import Workers
from kg.write import rollback
from tests.conftest import rewrite
from tests.endpoint.clients.proxy import Proxy, nothing, proxy
from tests.endpoint.conftest import listening, sender
from tests.waiting import until

DAY = "2011_November_8.txt"
HEADER = "{{Current events header|2011|11|08}}\n"
SHOPS = "*Shops close in [[Homs]]. [https://example.org/1 (Example News)]\n"
REWORDED = "*Shops close early in [[Homs]]. [https://example.org/1 (Example News)]\n"
FAST = "tests/endpoint/clients/test_mirror.py::test_a_mirror_takes_the_dump_and_then_what_changed"
BANKS = "*Banks close in [[Hama]].\n"
PORTS = "*Ports reopen in [[Tartus]].\n"
SUFFIXES = ("ttl", "jsonld", "html")
HASTY = Clock(sleep=lambda _: None)


@dataclass
class Dataset:
    """An origin: a store built from bullets, and the server that answers from it."""

    folder: Path
    port: int = 0

    @property
    def settings(self) -> Settings:
        return Settings(
            store=str(self.folder / "store"), jobs=1, port=0, query_memory=1_000_000_000, query_workers=1, threads=8
        )

    @property
    def store(self) -> Store:
        return Store(self.folder / "store")

    def build(self, *bullets: str) -> str:
        """Build a snapshot, and return its id once it is served."""
        archive = self.folder / "archive"
        archive.mkdir(exist_ok=True)
        (archive / DAY).write_text(HEADER + "".join(bullets))
        build([archive], self.settings)
        return self.served()

    def served(self) -> str:
        """Wait until the current snapshot is served, which may be an earlier one than before, and return its id."""
        current = self.store.current().id
        until(lambda: not self.port or self._answering() == current)
        return current

    def _answering(self) -> str | None:
        reply = sender(self.port)("/hashes")
        return json.loads(reply.body)["snapshot"] if reply.status == 200 else None


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    found = Dataset(tmp_path_factory.mktemp("origin"))
    found.build(SHOPS, BANKS)
    with ExitStack() as opened:
        workers = opened.enter_context(Workers(found.store, found.settings))
        found.port = opened.enter_context(listening(found.settings, workers))
        yield found


@pytest.fixture(scope="module")
def between(origin: Dataset) -> Iterator[Proxy]:
    with proxy(origin.port) as found:
        yield found


@pytest.fixture(scope="module")
def first(origin: Dataset, between: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror of an older state, to be copied."""
    folder = tmp_path_factory.mktemp("first") / "mirror"
    follow(between, folder)
    origin.build(REWORDED, PORTS)
    return folder


@pytest.fixture
def mirror(first: Path, between: Proxy, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(first, tmp_path / "mirror", symlinks=True)
    between.asked.clear()
    yield tmp_path / "mirror"
    between.flips = between.holds = nothing


def follow(between: Proxy, store: Path, remarks: list[str] | None = None) -> Mirrored:
    settings = Settings(store=str(store))
    return Mirror(
        OriginServer(between.address, HASTY, rate=10_000), settings, (remarks if remarks is not None else []).append
    ).follow()


def lines(store: Store, folder: Path) -> bytes:
    folder.mkdir(parents=True)
    made = dump_files.make(store, store.current(), dump_files.named("newsgraph.nq"), folder)
    return (folder / made.file.name).read_bytes()


def is_same(origin: Dataset, mirror: Path, tmp_path: Path) -> bool:
    return lines(origin.store, tmp_path / "a") == lines(Store(mirror), tmp_path / "b")


def test_a_mirror_takes_the_dump_and_then_what_changed(
    origin: Dataset, between: Proxy, mirror: Path, tmp_path: Path
) -> None:
    assert follow(between, mirror).way == "feed"
    assert not any(path.endswith(".gz") for path in between.asked)
    assert is_same(origin, mirror, tmp_path)
    ours, theirs = Store(mirror).current().manifest, origin.store.current().manifest
    assert (ours.id, ours.created, ours.counts, ours.base) == (theirs.id, theirs.created, theirs.counts, theirs.base)
    assert amend.verify(Store(mirror)) == amend.verify(origin.store), "the ledger has come along"
    assert follow(between, mirror).way == "nothing new"


@pytest.mark.parametrize("part", ["/dump/", "/feed/ldes", "/hashes", "/ledger.tsv"])
def test_one_changed_byte_is_refused_and_the_old_snapshot_stays(
    origin: Dataset, between: Proxy, mirror: Path, tmp_path: Path, part: str
) -> None:
    store = tmp_path / "new" if part == "/dump/" else mirror
    before = Store(store).target
    between.flips = lambda path: part in path
    with pytest.raises(MirrorError):
        follow(between, store)
    assert Store(store).target == before
    between.flips = nothing
    follow(between, store)
    assert is_same(origin, store, tmp_path)


def test_the_hash_tree_finds_changes_that_the_feed_leaves_out(
    origin: Dataset, between: Proxy, mirror: Path, tmp_path: Path
) -> None:
    manifest = Store(mirror).current().folder / "manifest.json"
    skip_feed(manifest)
    remarks: list[str] = []
    assert follow(between, mirror, remarks).way == "tree"
    assert "the feed does not lead to the state of the origin" in remarks[0]
    assert is_same(origin, mirror, tmp_path)


@pytest.mark.parametrize("part", ["/resource", "/hashes/{id}/"])
def test_a_changed_document_is_refused_by_its_hash(origin: Dataset, between: Proxy, mirror: Path, part: str) -> None:
    skip_feed(Store(mirror).current().folder / "manifest.json")
    before = Store(mirror).target
    wanted = part.format(id=origin.store.current().id)
    between.flips = lambda path: wanted in path
    with pytest.raises(MirrorError, match=r"hash|is not N-Quads"):  # a flipped bit may also make it unreadable
        follow(between, mirror)
    assert Store(mirror).target == before


def skip_feed(manifest: Path) -> None:
    """Make a mirror believe that it has read the feed to its end."""
    rewrite(manifest, lambda said: said["mirror"].update(changed="9999-01-01T00:00:00Z"))


def test_a_killed_mirror_goes_on(origin: Dataset, between: Proxy, mirror: Path, tmp_path: Path) -> None:
    before = Store(mirror).target
    between.holds = lambda path: "/ledger.tsv" in path
    command = [sys.executable, "-m", "kg", "mirror", between.address, "--store", str(mirror)]
    between.held.clear()
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert between.held.wait(30)
    running.kill()
    assert running.wait(20) == -signal.SIGKILL
    assert Store(mirror).target == before
    between.holds = nothing
    follow(between, mirror)
    assert is_same(origin, mirror, tmp_path)
    assert not Store(mirror).leftovers()


@pytest.mark.parametrize("kept", [100, None])
def test_a_download_goes_on_where_it_was_cut_off(
    between: Proxy, origin: Dataset, tmp_path: Path, kept: int | None
) -> None:
    asked = OriginServer(between.address, HASTY, rate=10_000)
    path = f"dump/{origin.store.current().id}/newsgraph.nq.gz"
    asked.download(path, tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    (tmp_path / "again.part").write_bytes(whole[:kept])
    asked.download(path, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == whole


def test_a_store_that_is_not_a_mirror_is_left_unchanged(origin: Dataset, between: Proxy) -> None:
    with pytest.raises(StoreError, match="a dataset of its own"):
        follow(between, origin.folder / "store")


def test_anybody_can_recompute_the_root_hash(origin: Dataset) -> None:
    get = sender(origin.port)
    said = json.loads(get("/hashes").body)
    root = get(f"/hashes/{said['snapshot']}").body
    assert hashlib.sha256(root).hexdigest() == said["root"]
    branch, leaf = (root.split()[1].decode(), "")
    text = get(f"/hashes/{said['snapshot']}/{branch}").body
    assert hashlib.sha256(text).hexdigest() == root.split()[0].decode()
    leaf = text.split()[1].decode()
    assert hashlib.sha256(get(f"/hashes/{said['snapshot']}/{leaf}").body).hexdigest() == text.split()[0].decode()
    assert get(f"/hashes/{said['snapshot']}/xyz").status == 404


def test_pages_of_the_event_stream_give_the_root_after_their_changes(origin: Dataset, first: Path) -> None:
    get = sender(origin.port)
    said = json.loads(get("/hashes").body)
    generation = get("/feed/ldes", "application/n-quads").text.partition("/index/")[0].rpartition("/")[2]
    page = get(f"/feed/ldes/{generation}/1", "application/n-quads").text
    assert f'snapshot/{said["snapshot"]}> <https://schema.org/sha256> "{said["root"]}"' in page


def test_a_store_says_which_server_it_mirrors_and_whether_it_is_out_of_date(between: Proxy, mirror: Path) -> None:
    now, store = datetime.now(UTC), Store(mirror)
    assert told(store, now).startswith(f"{between.address} as of 20")
    assert late(store, now) is None
    problem, remedy = late(store, now + timedelta(days=2)) or ("", "")
    assert "compared 48.0 hours ago" in problem
    assert remedy == f"kg mirror {between.address} --store {mirror}"


# The following tests change the origin, so they come last.


@pytest.mark.slow(also=FAST)
def test_a_takedown_of_the_origin_is_followed(origin: Dataset, between: Proxy, first: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    shutil.copytree(first, mirror, symlinks=True)
    follow(between, mirror)
    shown = [quad.subject.value for quad in Store(mirror).current().open() if "Ports reopen" in str(quad.object)]
    amend.withdraw(origin.store, next(iri for iri in shown if "/event/" in iri and "/revision/" not in iri))
    origin.build(REWORDED, PORTS)
    assert follow(between, mirror).way == "feed"
    assert b"Ports reopen" not in lines(Store(mirror), tmp_path / "c")
    assert b"ports reopen" not in Store(mirror).ledger.read_bytes().lower()
    assert is_same(origin, mirror, tmp_path)


@pytest.mark.slow(also=FAST)
def test_a_rollback_of_the_origin_is_followed(origin: Dataset, between: Proxy, first: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    shutil.copytree(first, mirror, symlinks=True)
    before = origin.store.current().id
    newest = origin.build(SHOPS, PORTS)
    follow(between, mirror)
    rollback.rollback(origin.store, before)
    assert origin.served() == before
    remarks: list[str] = []
    assert follow(between, mirror, remarks).snapshot.id == before < newest
    assert "has gone back" in remarks[0]
    assert is_same(origin, mirror, tmp_path)
    origin.build(SHOPS, BANKS)
    assert follow(between, mirror).way == "feed"
    assert is_same(origin, mirror, tmp_path / "later")


@pytest.mark.slow(also=FAST)
def test_an_origin_whose_change_log_was_lost_is_followed(
    origin: Dataset, between: Proxy, first: Path, tmp_path: Path
) -> None:
    mirror = tmp_path / "mirror"
    shutil.copytree(first, mirror, symlinks=True)
    for file in origin.store.path.glob("changes.sqlite*"):
        file.unlink()
    origin.build(REWORDED)
    remarks: list[str] = []
    assert follow(between, mirror, remarks).way == "tree", "what went before the log began is in no feed"
    assert is_same(origin, mirror, tmp_path)


@pytest.mark.slow(also=FAST)
def test_a_mirror_serves_every_document_byte_for_byte(
    origin: Dataset, between: Proxy, first: Path, tmp_path: Path
) -> None:
    mirror = tmp_path / "mirror"
    shutil.copytree(first, mirror, symlinks=True)
    follow(between, mirror)
    wait(Artefacts.of(origin.settings).prepare(PREPARED, origin.store.current()))  # kg mirror has done so for its own
    own = replace(origin.settings, store=str(mirror))
    base = origin.store.current().manifest.base
    subjects = {str(quad.subject.value) for quad in origin.store.current().open()}
    things = sorted({iri.removeprefix(base).partition("#")[0] for iri in subjects if iri.startswith(base)})
    documents = [f"/{path if is_document(path) else f'doc/{path}'}.{suffix}" for path in things for suffix in SUFFIXES]
    ask = sender(origin.port)
    with Workers(Store(mirror), own) as workers, listening(own, workers) as port:
        there = sender(port)
        for address in documents:
            expected, found = ask(address), there(address)
            assert expected.status in (200, 308, 410), address
            assert (found.status, found.body) == (expected.status, expected.body), address
            assert found.headers.get("location") == expected.headers.get("location"), "former IRIs answer too"
