"""A load ends with the same graph in a real server, whatever was stopped meanwhile; only then it reports success."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from kg.errors import ConfigurationError, RemoteStoreError, StoreDamagedError
from kg.rdf import BlankNode, NamedNode, Quad
from kg.rdf.graph import Pattern
from kg.remote.clock import Clock
from kg.settings import Settings
from kg.store.layout import Store
from kg.store.remote import RemoteGraph
from kg.store.service import loading, parts
from kg.store.service.client import ServiceAddress, SparqlService
from kg.store.service.kinds import OTHER
from kg.store.service.loaded import LoadedGraphs, noted
from kg.store.service.loading import FinishedLoad
from kg.store.service.parts import GraphPart
from tests.conftest import publish_turtle
from tests.kg.remote.servers import http, peer
from tests.kg.store.service.between import between
from tests.kg.store.service.engines import Engine, engine

TURTLE = "".join(
    f'<http://example.org/{one:03}> <http://example.org/says> "word {two}"@en , {two} ; <urn:is> true .\n'
    for one in range(40)
    for two in range(3)
)
TURTLE += '<http://example.org/z> <http://example.org/knows> [ <http://example.org/says> "_:b is no node" ] .\n'
LINES = 30
NEEDS = {"oxigraph": b"", "virtuoso": b"Authorization: Digest"}
"""What the head of a request that a server takes has."""


class StoppedError(Exception):
    """The loading process is stopped."""


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with engine("oxigraph", tmp_path_factory.mktemp("oxigraph")) as found:
        yield found


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Split a small graph into many parts."""
    monkeypatch.setattr(parts.parts, "__defaults__", (LINES,))


@dataclass
class Target:
    """A store, and the service into which it is loaded."""

    store: Store
    settings: Settings
    service: SparqlService

    def load(self, progress: Callable[[int, int], None] = lambda done, total: None) -> FinishedLoad:
        into = noted(self.store, self.settings)
        assert into is not None
        return loading.load(self.store, self.store.current(), into, self.service, progress)

    def graph(self) -> str:
        found = LoadedGraphs.read(self.store)
        assert found is not None
        return found.graphs[self.store.current().id]

    def loaded(self) -> set[str]:
        """Return the graph of the current snapshot in the service."""
        graph = self.graph()
        subjects = [one for part in parts.parts(self.store, self.store.current()) for one in part.subjects]
        found = RemoteGraph.held(self.service, graph).match([Pattern(NamedNode(one)) for one in subjects])
        return {str(quad.triple) for quads in found for quad in quads}


def target(store: Path, into: Engine, clock: Clock | None = None) -> Target:
    settings = Settings(store=into.store, store_folder=str(store), netrc=str(into.netrc))
    found = noted(Store(store), settings)
    assert found is not None
    return Target(Store(store), settings, replace(SparqlService.of(found.address, settings), clock=clock or Clock()))


def said(store: Store) -> set[str]:
    content = b"".join(part.content for part in parts.parts(store, store.current()))
    return set(map(str, (quad.triple for quad in parse(content, RdfFormat.N_TRIPLES))))


def stop_at(part: int) -> Callable[[int, int], None]:
    left = iter(range(part))

    def progress(done: int, total: int) -> None:
        if next(left, None) is None:
            raise StoppedError

    return progress


@pytest.fixture
def made(oxigraph: Engine, tmp_path: Path) -> Target:
    publish_turtle(tmp_path / "store", f"{TURTLE}<http://example.org/a> <http://example.org/of> '{tmp_path}' .")
    return target(tmp_path / "store", oxigraph)


def test_a_service_has_just_the_graph_of_the_snapshot(made: Target) -> None:
    done = made.load()
    assert done.sent == done.parts > 5
    assert made.service.count(made.graph()) == done.triples == len(said(made.store))
    assert made.loaded() == said(made.store)


def test_progress_tells_how_many_of_how_many_triples_are_there(made: Target) -> None:
    told: list[tuple[int, int]] = []
    made.load(lambda done, total: told.append((done, total)))
    counts = [one.count for one in parts.parts(made.store, made.store.current())]
    assert told == [(done, sum(counts)) for done in accumulate(counts)]


def test_progress_need_not_be_told(made: Target) -> None:
    into = noted(made.store, made.settings)
    assert into is not None
    loading.load(made.store, made.store.current(), into, made.service)
    assert made.loaded() == said(made.store)


def test_of_a_graph_that_is_new_no_part_is_asked_for_before_it_is_sent(
    made: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[Sequence[NamedNode]] = []
    count = SparqlService.count

    def counting(self: SparqlService, graph: str, subjects: Sequence[NamedNode] = ()) -> int:
        counted.append(subjects)
        return count(self, graph, subjects)

    monkeypatch.setattr(SparqlService, "count", counting)
    done = made.load()
    assert sum(map(bool, counted)) == done.sent


def test_a_graph_that_is_there_is_not_sent_again(made: Target) -> None:
    first = made.load()
    assert made.load() == replace(first, sent=0)


def test_a_load_that_was_stopped_goes_on_where_it_was(made: Target) -> None:
    with pytest.raises(StoppedError):
        made.load(stop_at(3))
    found = LoadedGraphs.read(made.store)
    assert found is not None
    assert found.graphs == {}
    done = made.load()
    assert done.sent == done.parts - 4
    assert made.loaded() == said(made.store)


def test_a_part_that_the_service_has_lost_is_sent_again(made: Target) -> None:
    done = made.load()
    lost = next(parts.parts(made.store, made.store.current()))
    made.service.drop(done.graph)
    for part in parts.parts(made.store, made.store.current()):
        if part.sha256 != lost.sha256:
            made.service.add(done.graph, part.content)
    assert made.load().sent == 1
    assert made.loaded() == said(made.store)


def test_a_server_that_was_killed_meanwhile_ends_with_the_same_graph(tmp_path: Path) -> None:
    killed_and_back("oxigraph", tmp_path)


@pytest.mark.slow(
    also="tests/kg/store/service/test_loading.py::test_a_server_that_was_killed_meanwhile_ends_with_the_same_graph"
)
def test_a_virtuoso_that_was_killed_meanwhile_ends_with_the_same_graph(tmp_path: Path) -> None:
    killed_and_back("virtuoso", tmp_path)


def killed_and_back(kind: str, folder: Path) -> None:
    """Kill a server after the fourth part; it is restarted while the load waits before its next try."""
    publish_turtle(folder / "store", TURTLE)
    with engine(kind, folder) as found:
        waits: list[float] = []

        def wait(seconds: float) -> None:
            if found.process is None:
                found.start()
            waits.append(seconds)

        made = target(folder / "store", found, Clock(sleep=wait))
        seen: list[int] = []

        def progress(done: int, total: int) -> None:
            seen.append(done)
            if len(seen) == 4:
                found.kill()

        done = made.load(progress)
        assert waits
        assert done.sent == done.parts
        assert made.service.count(made.graph()) == done.triples
        assert made.loaded() == said(made.store)


SHARES = (0.5, 1.0)
"""What a server has of a part when it is killed: half of it, or all, which it has not answered yet."""


@pytest.mark.parametrize("share", SHARES)
def test_a_server_that_was_killed_within_a_request_ends_with_the_same_graph(tmp_path: Path, share: float) -> None:
    killed_within("oxigraph", tmp_path, share)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.slow(
    also="tests/kg/store/service/test_loading.py"
    "::test_a_server_that_was_killed_within_a_request_ends_with_the_same_graph"
)
def test_a_virtuoso_that_was_killed_within_a_request_ends_with_the_same_graph(tmp_path: Path, share: float) -> None:
    killed_within("virtuoso", tmp_path, share)


def killed_within(kind: str, folder: Path, share: float) -> None:
    """Kill a server while it receives the third part; it is restarted while the load waits before its next try."""
    publish_turtle(folder / "store", TURTLE)
    with engine(kind, folder) as found, between(found.port, 3, share, found.kill, NEEDS[kind]) as proxy:

        def wait(_: float) -> None:
            if found.process is None:
                found.start()

        made = target(folder / "store", replace(found, port=proxy.own_port), Clock(sleep=wait))
        done = made.load()
        assert found.process is not None
        assert len(proxy.seen) > done.parts
        assert made.service.count(made.graph()) == done.triples == len(said(made.store))
        assert made.loaded() == said(made.store)


def test_a_load_that_was_killed_within_a_request_ends_with_the_same_graph_next_time(tmp_path: Path) -> None:
    killed_load("oxigraph", tmp_path)


@pytest.mark.slow(
    also="tests/kg/store/service/test_loading.py"
    "::test_a_load_that_was_killed_within_a_request_ends_with_the_same_graph_next_time"
)
def test_a_load_into_virtuoso_that_was_killed_within_a_request_ends_with_the_same_graph(tmp_path: Path) -> None:
    killed_load("virtuoso", tmp_path)


def killed_load(kind: str, folder: Path) -> None:
    """Kill ``kg load`` when half of a part has reached the server, and load again."""
    publish_turtle(folder / "store", TURTLE)
    with engine(kind, folder) as found:
        running: list[subprocess.Popen[bytes]] = []
        with between(found.port, 1, 0.5, lambda: running[0].kill(), NEEDS[kind]) as proxy:
            options = ["--store", proxy.store, "--store-folder", str(folder / "store"), "--netrc", str(found.netrc)]
            running.append(subprocess.Popen([sys.executable, "-m", "kg", "load", *options], stderr=subprocess.DEVNULL))
            assert running[0].wait() == -signal.SIGKILL
        made = target(folder / "store", found)
        done = made.load()
        assert done.sent > 0
        assert made.service.count(made.graph()) == done.triples == len(said(made.store))
        assert made.loaded() == said(made.store)


def test_a_new_snapshot_is_loaded_beside_the_old_one_and_the_oldest_goes(made: Target) -> None:
    graphs = [made.load().graph]
    for number in range(2):
        publish_turtle(
            made.store.path, f"{TURTLE}<http://example.org/b> <http://example.org/of> {number} .", f"3{number}"
        )
        assert made.service.count(graphs[-1]) > 0
        graphs.append(made.load().graph)
    assert [made.service.count(one) > 0 for one in graphs] == [False, True, True]


def test_a_graph_that_was_begun_for_nothing_goes_too(made: Target) -> None:
    with pytest.raises(StoppedError):
        made.load(stop_at(2))
    found = LoadedGraphs.read(made.store)
    assert found is not None
    (begun,) = found.begun
    publish_turtle(made.store.path, TURTLE, "4")
    made.load()
    assert made.service.count(begun) == 0
    left = LoadedGraphs.read(made.store)
    assert left is not None
    assert not left.begun


def test_a_graph_with_more_than_the_snapshot_is_an_error(made: Target) -> None:
    graph = made.load().graph
    made.service.add(graph, b"<http://example.org/x> <http://example.org/x> <http://example.org/x> .\n")
    with pytest.raises(RemoteStoreError, match="triples in"):
        made.load()


class LossyService(SparqlService):
    """A service that takes a part and keeps all of it but its first triple."""

    def add(self, graph: str, content: bytes) -> None:
        super().add(graph, content.split(b"\n", 1)[1])


def test_a_part_that_does_not_arrive_whole_is_an_error_at_once(made: Target) -> None:
    lossy = replace(made, service=LossyService(made.service.address, made.service.known, made.service.clock))
    with pytest.raises(RemoteStoreError, match="of a part that has"):
        lossy.load()


def test_triples_other_than_those_sent_are_an_error(made: Target) -> None:
    first = next(parts.parts(made.store, made.store.current()))
    graph = parts.plan(made.store.current().manifest.base, parts.parts(made.store, made.store.current())).name
    for part in parts.parts(made.store, made.store.current()):
        content = part.content.replace(b'"word 1"', b'"word 9"') if part == first else part.content
        made.service.add(graph, content)
    with pytest.raises(RemoteStoreError, match="says something else"):
        made.load()


def test_blank_nodes_are_iris_in_every_part(made: Target) -> None:
    content = b"".join(part.content for part in parts.parts(made.store, made.store.current()))
    found = list(parse(content, RdfFormat.N_TRIPLES))
    assert not any(isinstance(term, BlankNode) for quad in found for term in (quad.subject, quad.object))
    assert sum("/.well-known/genid/" in str(quad.subject) for quad in found) == 1
    assert b'"_:b is no node"' in content


def test_parts_are_the_whole_graph_and_the_same_each_time(made: Target) -> None:
    def all_parts() -> list[tuple[str, int, tuple[str, ...]]]:
        return [(one.sha256, one.count, one.subjects) for one in parts.parts(made.store, made.store.current())]

    assert all_parts() == all_parts()
    subjects = [one for _, _, some in all_parts() for one in some]
    assert len(subjects) == len(set(subjects))
    quads: list[Quad] = list(made.store.current().open())
    assert sum(count for _, count, _ in all_parts()) == len(quads)


def test_a_part_ends_with_the_subject_that_makes_it_long_enough(made: Target) -> None:
    *first, last = parts.parts(made.store, made.store.current())
    assert {LINES <= one.count < LINES + 7 for one in first} == {True}
    assert 0 < last.count < LINES + 7


def test_a_service_that_does_not_come_back_is_an_error_after_some_tries(tmp_path: Path) -> None:
    publish_turtle(tmp_path / "store", TURTLE)
    waits: list[float] = []
    with engine("oxigraph", tmp_path) as found:
        made = target(tmp_path / "store", found, Clock(sleep=waits.append))
        found.kill()
        with pytest.raises(RemoteStoreError, match="failed 7 times"):
            made.service.count("urn:any")
    assert waits == [1, 2, 4, 8, 16, 32]


def test_a_damaged_note_is_reported(made: Target) -> None:
    made.load()
    made.store.remote.write_text(made.store.remote.read_text().replace("oxigraph", "virtuoso"))
    with pytest.raises(StoreDamagedError, match="kg load"):
        LoadedGraphs.read(made.store)


def test_any_server_with_both_protocols_takes_a_graph(made: Target, oxigraph: Engine) -> None:
    at = f"http://127.0.0.1:{oxigraph.port}"
    address = ServiceAddress(OTHER, f"{at}/query", f"{at}/store")
    service = SparqlService(address)
    done = loading.load(made.store, made.store.current(), LoadedGraphs(address, {}), service)
    assert (done.sent, service.count(done.graph)) == (done.parts, done.triples)
    assert LoadedGraphs.read(made.store) == LoadedGraphs(address, {made.store.current().id: done.graph})


def test_an_unknown_kind_of_server_needs_its_query_address(tmp_path: Path) -> None:
    publish_turtle(tmp_path / "store", TURTLE)
    with peer(http("200 OK", Server="Apache")) as found, pytest.raises(ConfigurationError, match="graph_store"):
        noted(Store(tmp_path / "store"), Settings(store=f"sparql+http://127.0.0.1:{found.port}/"))


def test_the_files_for_a_bulk_loader_are_the_graph(made: Target, tmp_path: Path) -> None:
    graph, number = loading.write_files(made.store, made.store.current(), tmp_path / "files")
    files = sorted((tmp_path / "files").glob("part-*.nt"))
    assert len(files) == number
    assert b"".join(file.read_bytes() for file in files) == b"".join(
        part.content for part in parts.parts(made.store, made.store.current())
    )
    assert all(graph in (tmp_path / "files" / name).read_text() for name in ("load.sql", "load.sh"))


@pytest.mark.parametrize(
    "kind",
    ["oxigraph", pytest.param("virtuoso", marks=pytest.mark.slow)],
)
def test_what_a_bulk_loader_has_loaded_is_verified_and_not_sent(tmp_path: Path, kind: str) -> None:
    publish_turtle(tmp_path / "store", TURTLE)
    with engine(kind, tmp_path) as found:
        made = target(tmp_path / "store", found)
        into = noted(made.store, made.settings)
        assert into is not None
        _, number = loading.write_files(made.store, made.store.current(), tmp_path / "files")
        with pytest.raises(RemoteStoreError, match="0 triples"):
            loading.load(made.store, made.store.current(), into, made.service, sending=False)
        found.bulk_load(tmp_path / "files")
        done = loading.load(made.store, made.store.current(), into, made.service, sending=False)
        assert (done.sent, done.parts) == (0, number)
        assert made.loaded() == said(made.store)


@pytest.mark.parametrize(("number", "most"), [(3, 400), (1_000, 400), (10, 4)])
def test_samples_are_from_all_over_the_graph_and_no_more_than_a_limit(
    number: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "SAMPLES", most)
    some = [GraphPart(b"<urn:%d> <urn:p> 1 .\n" % one, 1, (f"urn:{one}",)) for one in range(number)]
    found = parts.plan("http://example.org/", some)
    assert (found.triples, found.parts) == (number, number)
    assert min(number, most // 2) <= len(found.samples) <= most
    assert all(lines.startswith(f"<{subject.value}> ".encode()) for subject, lines in found.samples.items())
    last = max(int(one.value.removeprefix("urn:")) for one in found.samples)
    assert last >= number - 1 - 2 * number // most


def test_a_graph_that_says_nothing_has_no_parts(tmp_path: Path) -> None:
    found = parts.plan("http://example.org/", [])
    assert (found.triples, found.parts, found.samples) == (0, 0, {})
    publish_turtle(tmp_path / "store", "")
    store = Store(tmp_path / "store")
    assert loading.write_files(store, store.current(), tmp_path / "files")[1] == 0
