"""What the log of writes comes to: which patches count, which are missing, and what they change together."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import PatchSyntaxError, StoreDamagedError
from kg.rdf import NamedNode, Quad
from kg.store import written
from kg.store.layout import Store
from kg.store.snapshot import Manifest, Snapshot
from kg.store.written import WrittenLines


def line(number: int, graph: str = "") -> str:
    return f"<http://a.example/{number}> <http://a.example/p> <http://a.example/o>{graph} ."


def patch(file: Path, *rows: str, signed: bool = True) -> Path:
    body = "".join(["TX .\n", *(f"{row}\n" for row in rows), "TC .\n"]).encode()
    first = f'H sha256 "{hashlib.sha256(body).hexdigest()}" .\n'.encode() if signed else b""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(first + body)
    return file


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def log(store: Store, *names: str) -> None:
    for name in names:
        patch(store.writes / name, f"A {line(int(name[0]))}")


def snapshot(store: Store, writes: int) -> Snapshot:
    return Snapshot(store.path, Manifest("1", "", "http://a.example/", "0", {}, writes=writes))


def names(files: list[Path]) -> list[str]:
    return [file.name for file in files]


@pytest.mark.parametrize(
    ("there", "counts"),
    [
        (["1.rdfp", "2.rdfp", "10.rdfp"], ["1.rdfp", "2.rdfp", "10.rdfp"]),
        (["1.rdfp", "1-3.rdfp", "2.rdfp", "3.rdfp", "4.rdfp"], ["1-3.rdfp", "4.rdfp"]),
        (["1-2.rdfp", "1-4.rdfp", "3-4.rdfp", "5.rdfp"], ["1-4.rdfp", "5.rdfp"]),
        (["1.rdfp", "2.pending"], ["1.rdfp"]),
    ],
)
def test_a_patch_of_several_writes_takes_the_place_of_each(store: Store, there: list[str], counts: list[str]) -> None:
    log(store, *there)
    assert names(written.logged(store)) == counts


def test_a_write_that_is_pending_has_begun_and_is_not_logged(store: Store) -> None:
    log(store, "1.rdfp", "2.pending")
    assert names(written.begun(store)) == ["1.rdfp", "2.pending"]
    assert [written.numbers(Path(name)) for name in ("7.rdfp", "3-12.rdfp")] == [(7, 7), (3, 12)]


def test_a_log_is_whole_up_to_the_last_write_that_is_asked_for(store: Store) -> None:
    written.check(store, 0, whole=True)
    with pytest.raises(StoreDamagedError, match="write 1 is missing"):
        written.check(store, 1, whole=False)
    log(store, "1-2.rdfp", "3.rdfp")
    written.check(store, 3, whole=True)
    with pytest.raises(StoreDamagedError, match="write 4 is missing"):
        written.check(store, 4, whole=False)
    log(store, "5.rdfp")
    with pytest.raises(StoreDamagedError, match="write 4 is missing"):
        written.check(store, 1, whole=False)
    log(store, "4.rdfp")
    patch(store.writes / "x.rdfp")
    with pytest.raises(StoreDamagedError, match="has no number"):
        written.check(store, 1, whole=False)


def test_only_a_whole_check_reads_the_patches(store: Store) -> None:
    log(store, "1.rdfp")
    file = store.writes / "1.rdfp"
    file.write_bytes(file.read_bytes().replace(b"/o>", b"/x>"))
    written.check(store, 1, whole=False)
    with pytest.raises(StoreDamagedError, match="other bytes than were written"):
        written.check(store, 1, whole=True)


def test_a_patch_without_a_checksum_is_read_as_it_is(store: Store) -> None:
    file = patch(store.writes / "1.rdfp", f"A {line(1)}", signed=False)
    assert [len(rows) for rows in written.read(file).transactions] == [1]
    file.write_bytes(b"TX .\nA nonsense\n")
    with pytest.raises(PatchSyntaxError):
        written.read(file)


def test_a_header_is_read_without_the_rows(store: Store) -> None:
    file = store.writes / "1.rdfp"
    file.parent.mkdir()
    file.write_bytes(b'# a comment\nH id "x" .\nnonsense\nH later "y" .\n')
    assert {word: term.value for word, term in written.header(file).items()} == {"id": "x"}


# --- what writes come to


def test_a_later_patch_replaces_what_an_earlier_one_changed(store: Store) -> None:
    files = [
        patch(store.writes / "1.rdfp", f"A {line(1)}", f"D {line(2)}", f"A {line(3)}", f"D {line(4)}"),
        patch(store.writes / "2.rdfp", f"D {line(1)}", f"A {line(2)}"),
    ]
    found = written.together(files)
    assert (found.gone, found.fresh, found.back) == (frozenset(_bytes(4)), tuple(_bytes(2, 3)), frozenset(_bytes(2)))
    assert written.together([]) == WrittenLines()


def _bytes(*numbers: int) -> list[bytes]:
    return [f"{line(number)}\n".encode() for number in numbers]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=8))
def test_what_a_patch_adds_and_removes_again_is_forgotten(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[bool, int]]
) -> None:
    file = patch(
        tmp_path_factory.mktemp("log") / "1.rdfp", *(f"{'A' if adds else 'D'} {line(number)}" for adds, number in rows)
    )
    changes = {
        number: "".join("A" if adds else "D" for adds, other in rows if other == number) for _, number in sorted(rows)
    }
    removed = {number for number, word in changes.items() if "D" in re.sub("A+D", "", word)}
    fresh = [number for number, word in changes.items() if word.endswith("A")]
    found = written.together([file])
    assert found.fresh == tuple(_bytes(*sorted(fresh)))
    assert found.gone == frozenset(_bytes(*(removed - {*fresh})))
    assert found.back == frozenset(_bytes(*(removed & {*fresh})))


def test_for_the_default_graph_only_new_lines_without_a_graph_are_given() -> None:
    named = f"{line(1, ' <http://a.example/g>')}\n".encode()
    told = WrittenLines(frozenset([named]), (named, *_bytes(2))).default_graph
    assert (told.gone, told.fresh) == (frozenset([named]), tuple(_bytes(2)))


def test_a_snapshot_has_the_writes_up_to_its_last_one(store: Store) -> None:
    log(store, "1.rdfp", "2.rdfp", "3.rdfp")
    for writes in range(4):
        found = written.since_build(store, snapshot(store, writes))
        assert found is not None
        assert found.fresh == tuple(_bytes(*range(1, writes + 1)))


def test_a_damaged_or_incomplete_log_yields_nothing(store: Store) -> None:
    log(store, "1.rdfp", "3.rdfp")
    assert written.since_build(store, snapshot(store, 2)) is None
    assert written.since_build(store, snapshot(store, 3)) is None
    log(store, "2.rdfp")
    assert written.since_build(store, snapshot(store, 3)) is not None
    assert written.since_build(store, snapshot(store, 4)) is None
    (store.writes / "2.rdfp").write_bytes(b"TX .\nA nonsense\n")
    assert written.since_build(store, snapshot(store, 3)) is None


def test_a_log_of_more_than_thirty_two_megabytes_is_not_held_in_memory(store: Store) -> None:
    log(store, "1.rdfp")
    room = 32_000_000 - (store.writes / "1.rdfp").stat().st_size
    for size, is_told in ((room, True), (room + 1, False)):
        (store.writes / "2.rdfp").write_bytes(b"#" * (size - 1) + b"\n")
        assert (written.since_build(store, snapshot(store, 2)) is not None) is is_told


def test_a_quad_of_a_named_graph_is_written_with_its_graph(store: Store) -> None:
    file = patch(store.writes / "1.rdfp", f"A {line(1, ' <http://a.example/g>')}")
    [row] = written.read(file).transactions[0]
    assert row.quad == Quad(
        *(NamedNode(f"http://a.example/{one}") for one in ("1", "p", "o")), NamedNode("http://a.example/g")
    )
    assert written.together([file]).fresh == (f"{line(1, ' <http://a.example/g>')}\n".encode(),)


def test_a_log_that_changes_while_it_is_listed_is_listed_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    log(store, "1.rdfp")
    confirmed = store.writes / "1.rdfp"
    listings = [[], [confirmed], [confirmed]]  # the first saw neither its pending name nor this one
    monkeypatch.setattr(Path, "glob", lambda *_: iter(listings.pop(0)))
    assert written.begun(store) == [confirmed]
