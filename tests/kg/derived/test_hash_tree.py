"""A hash tree depends only on the statements of a graph, and an updated one equals a new one."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyoxigraph import RdfFormat

from kg.derived import hash_tree
from kg.derived.hash_tree import ResourceHashes, hashed, leaf_of, listed
from kg.rdf.lines import blocks
from kg.store import shards
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import Manifest, Snapshot, checksums
from tests.conftest import BASE
from tests.examples import most

LINES = [f'<{BASE}entity/en/{one}> <http://schema.org/name> "{one}" .\n' for one in ("Homs", "Hama", "Tartus")]
NAMED = f"<{BASE}a> <{BASE}b> <{BASE}c> <{BASE}graph> .\n"
BLANK = f"_:one <{BASE}b> <{BASE}c> .\n"
NAMES = [f"<{BASE}entity/en/{number}>" for number in range(40)]
STATES = some.dictionaries(some.sampled_from(NAMES), some.sampled_from([hashed([one]) for one in (b"a", b"b")]))


def published(folder: Path, *lines: str) -> Snapshot:
    store = Store(folder)
    with store.drafting() as draft:
        database = EmbeddedGraph(str(draft / "db"))
        for one in lines:
            database.load(one.encode(), format=RdfFormat.N_QUADS)
        database.flush()
        del database
        made = Manifest("20111109T060000000000Z", "2011-11-09T06:00:00Z", BASE, "0.1.0", {}, files=checksums(draft))
        return store.publish(draft, made, 3)


def tree_of(source: Snapshot, file: Path) -> tuple[str, int, bytes]:
    hashing = ResourceHashes(source)
    shards.gather(Store(source.folder.parents[1]), source, [hashing])
    hashing.write(file)
    with hash_tree.opened(file) as tree:
        return tree.root, tree.resources, tree.text("")


def test_the_root_is_that_of_the_statements_in_whatever_order_they_came(tmp_path: Path) -> None:
    one = tree_of(published(tmp_path / "one", *LINES, NAMED), tmp_path / "1")
    other = tree_of(published(tmp_path / "other", NAMED, *reversed(LINES)), tmp_path / "2")
    assert one == other
    assert one[1] == 4


@pytest.mark.parametrize("more", [NAMED, BLANK, LINES[2]])
def test_every_statement_counts(tmp_path: Path, more: str) -> None:
    without = tree_of(published(tmp_path / "one", *LINES[:2]), tmp_path / "1")
    assert tree_of(published(tmp_path / "other", *LINES[:2], more), tmp_path / "2")[0] != without[0]


def test_an_empty_graph_has_the_root_of_an_empty_text(tmp_path: Path) -> None:
    assert tree_of(published(tmp_path / "one"), tmp_path / "1") == (hashlib.sha256(b"").hexdigest(), 0, b"")


def test_a_resource_is_hashed_as_its_sorted_lines(tmp_path: Path) -> None:
    lines = [f'<{BASE}x> <{BASE}p> "{value}" .\n' for value in ("b", "a")]
    tree_of(published(tmp_path / "one", *lines), tmp_path / "1")
    with hash_tree.opened(tmp_path / "1") as tree:
        found = listed(tree.text(leaf_of(f"<{BASE}x>")))
    assert found == {f"<{BASE}x>": hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    ResourceHashes(published(folder / "store")).write(folder / "tree")
    return folder / "tree"


@settings(max_examples=most(10))
@given(before=STATES, after=STATES)
def test_a_tree_that_is_changed_is_the_one_that_is_made_anew(
    empty: Path, before: dict[str, str], after: dict[str, str]
) -> None:
    changed, fresh = (shutil.copyfile(empty, empty.with_name(name)) for name in ("changed", "fresh"))
    with hash_tree.opened(changed, changing=True) as tree, hash_tree.opened(fresh, changing=True) as other:
        tree.update(before.items())
        tree.update({name: after.get(name) for name in before.keys() | after.keys()}.items())
        other.update(after.items())
        assert tree.root == other.root
        names = {leaf_of(name)[:length] for name in after for length in (0, 2, 3)}
        assert [tree.text(one) for one in sorted(names)] == [other.text(one) for one in sorted(names)]


@pytest.mark.parametrize("text", [b"no hash\n", b"\n", b"0" * 64 + b"\n", b"G" * 64 + b" <a>\n"])
def test_anything_but_a_node_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="not a line of a hash tree"):
        listed(text)


def test_blocks_of_the_engine_and_of_sorted_lines_have_the_same_hashes(tmp_path: Path) -> None:
    source = published(tmp_path / "one", *LINES)
    hashing = ResourceHashes(source)
    blocks.feed(blocks.blocks(sorted(one.encode() for one in LINES)), [hashing])
    hashing.write(tmp_path / "lines")
    with hash_tree.opened(tmp_path / "lines") as tree:
        assert tree.root == tree_of(source, tmp_path / "engine")[0]
