"""The shards of a snapshot equal its default graph, or do not count."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from kg.enrich import source
from kg.lookup.listing.gather import unpacked
from kg.lookup.listing.index import Index
from kg.lookup.resource_state import Resources
from kg.lookup.sitemap import Documents
from kg.lookup.statistics import Statistics
from kg.pipeline.run import build
from kg.rdf import terms
from kg.rdf.lines import blocks, statements
from kg.rdf.lines.blocks import Block, merged
from kg.settings import Settings
from kg.store import amend, shards
from kg.store.layout import Store
from kg.store.service.parts import parts
from kg.store.written import PENDING, logged
from kg.workers.workers import Workers
from kg.write.log import Author
from kg.write.writer import Writer

BASE = "http://127.0.0.1:8000/"
DAY = "{{Current events header|2018|%02d|01}}\n"
SHOPS = "*Shops close in [[Homs]]. [https://example.org/1 (Example News)]\n"
BANKS = '*Banks close in [[Homs]] \\ "and" [[Köln]]\u2028. [https://example.org/1 (Example News)]\n'
PORTS = "*Ports reopen in [[Tartus]].\n"

Archive = Callable[[Mapping[str, str]], Path]
Commit = Callable[[Mapping[str, str], int], Path]


@dataclass
class Everything:
    """A collector that keeps the statements about each subject, in the order of the lines."""

    said: dict[bytes, list[bytes]] = field(default_factory=dict)

    def add(self, block: Block) -> None:
        assert block.subject not in self.said
        assert sorted(value for values in block.said.values() for value in values) == sorted(
            line.split(b" ", 2)[2].removesuffix(blocks.END) for line in block.lines
        )
        self.said[block.subject] = sorted(block.lines)


def engine(store: Path) -> dict[bytes, list[bytes]]:
    found = Everything()
    blocks.gather(Store(store).current().open(), [found])
    return found.said


def files(store: Path) -> dict[bytes, list[bytes]] | None:
    """Return the statements in the shards of the current snapshot, None if it has none."""
    found = Everything()
    with ExitStack() as opened:
        read = shards.read(Store(store), Store(store).current(), opened, default_graph=True)
        if read is None:
            return None
        blocks.feed(read, [found])
    return found.said


def gathered(store: Path) -> dict[bytes, list[bytes]]:
    found = Everything()
    shards.gather(Store(store), Store(store).current(), [found])
    return found.said


@pytest.fixture
def pages(archive: Archive) -> Path:
    return archive({"2018_January_1.txt": DAY % 1 + SHOPS + PORTS, "2018_March_1.txt": DAY % 3 + BANKS})


@pytest.fixture
def store(pages: Path, tmp_path: Path) -> Path:
    build([pages], settings(tmp_path / "store"))
    return tmp_path / "store"


def settings(store: Path, *, history: bool = False) -> Settings:
    return replace(Settings(), store=str(store), jobs=1, history=history)


def test_the_shards_of_the_sample_say_what_the_engine_says(sample_store: Path) -> None:
    assert files(sample_store) == engine(sample_store)


def test_the_shards_of_a_history_say_what_the_engine_says(commit: Commit, tmp_path: Path) -> None:
    page = "2018_January_1.txt"
    commit({page: DAY % 1 + SHOPS + PORTS}, 1_514_800_000)
    root = commit(
        {page: DAY % 1 + SHOPS.replace("close", "all close"), "2018_March_1.txt": DAY % 3 + BANKS}, 1_519_900_000
    )
    build([root], settings(tmp_path / "store", history=True))
    found = files(tmp_path / "store")
    assert found == engine(tmp_path / "store")
    assert any(b"/revision/" in subject for subject in found)


def test_the_shards_with_merged_and_withdrawn_events_say_what_the_engine_says(store: Path, pages: Path) -> None:
    typed = f"{terms.TYPE} {terms.EVENT} .\n".encode()
    events = [blocks.iri(one) for one, lines in engine(store).items() if any(line.endswith(typed) for line in lines)]
    first, second, third = sorted(events)
    amend.merge(Store(store), first, second)
    amend.withdraw(Store(store), third)
    build([pages], settings(store))
    found = files(store)
    assert found == engine(store)
    assert any(str(terms.REPLACED_BY).encode() in line for line in found[f"<{first}>".encode()])


def events(index: Index) -> list[Any]:
    """Return the events of an index with their values, without their arbitrary numbers."""
    things = list(index.events.things)
    return [
        (one.iri, one.day, {(facet, things[thing]) for facet, thing in map(unpacked, one.values)})
        for one in index.events.gathered()
    ]


def test_what_collectors_make_of_the_shards_is_what_they_make_of_the_engine(sample_store: Path, tmp_path: Path) -> None:
    def made(gather: Callable[[list[Any]], None]) -> list[Any]:
        counts, index, documents, resources = Statistics(), Index(), Documents(BASE), Resources(BASE)
        gather([counts, index, documents, resources])
        documents.write(tmp_path / "sitemaps")
        sitemaps = (tmp_path / "sitemaps").read_bytes()
        (tmp_path / "sitemaps").unlink()
        return [counts.counted(), index.names.rows(), events(index), resources.state(), sitemaps]

    source = Store(sample_store).current()
    assert files(sample_store) is not None
    from_shards = made(lambda collectors: shards.gather(Store(sample_store), source, collectors))
    assert from_shards == made(lambda collectors: blocks.gather(source.open(), collectors))


def test_a_shard_that_is_damaged_missing_or_of_another_snapshot_is_not_read(store: Path, pages: Path) -> None:
    folder = Store(store).kept_months
    month, *_ = sorted(one for one in folder.glob("*.nt") if one.stem != "finish")
    note = Store(store).shards.read_text()
    assert files(store) == engine(store)
    whole = month.read_bytes()
    month.unlink()  # replaced, not written in place, since the build's scratch file is the same file
    month.write_bytes(whole.replace(b"2018", b"2019", 1))
    assert files(store) is None
    assert gathered(store) == engine(store)
    month.unlink()
    assert files(store) is None
    month.write_bytes(whole)
    assert files(store) == engine(store)
    for text in ("", "[]", "{}", '{"snapshot": 1}', note[:-9], json.dumps({**json.loads(note), "snapshot": "other"})):
        Store(store).shards.write_text(text)
        assert files(store) is None
    assert gathered(store) == engine(store)
    build([pages], settings(store))
    assert files(store) == engine(store)


INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
WRITES = (
    f'INSERT DATA {{ <urn:n> <urn:p> 1 , "01"^^<{INTEGER}> , [ <urn:q> "a\\nb" ] }}',
    "INSERT DATA { GRAPH <urn:g> { <urn:n> <urn:p> <urn:o> } }",
    f'INSERT {{ <urn:n> <urn:typed> ?n }} WHERE {{ BIND(STRDT("007", <{INTEGER}>) AS ?n) }}',
    "DELETE DATA { GRAPH <urn:g> { <urn:n> <urn:p> <urn:o> } }",
    "DELETE { ?s a ?type } INSERT { GRAPH <urn:types> { ?s a ?type } } WHERE { ?s a ?type FILTER(!isBlank(?s)) }",
    "INSERT { ?s a ?type } WHERE { GRAPH <urn:types> { ?s a ?type FILTER(CONTAINS(STR(?s), 'January')) } }",
    "DELETE WHERE { ?day <http://purl.org/dc/terms/isPartOf> ?month }",
    "DELETE WHERE { <urn:n> <urn:typed> ?n }",
    f"CLEAR GRAPH <urn:g>; INSERT DATA {{ <{BASE}entity/en/Homs> <urn:p> <urn:o> }}",
)


def test_what_was_written_is_put_into_the_shards_also_when_a_build_makes_it_again(store: Path, pages: Path) -> None:
    with (
        Workers(Store(store), settings(store)) as workers,
        Writer(Store(store), settings(store), workers) as writer,
    ):
        for update in WRITES:
            writer.update(update.encode(), Author("", "test", "urn:uuid:a"))
            assert from_shards(store) == from_engine(store)
            assert files(store) == engine(store)
    build([pages], settings(store))
    assert from_shards(store) == from_engine(store)
    assert b"<urn:types> ." in from_engine(store)
    assert not any(b"<urn:types>" in part.content for part in parts(Store(store), Store(store).current()))


def from_shards(store: Path) -> bytes:
    """Return the content of a snapshot as lines of N-Quads, in order, without asking the engine."""
    with ExitStack() as opened:
        found = shards.read(Store(store), Store(store).current(), opened)
        assert found is not None
        return b"".join(line for block in found for line in block.lines)


def from_engine(store: Path) -> bytes:
    with statements.reading(Store(store).current().open()) as lines:
        return b"".join(sorted(lines))


def test_without_the_whole_log_of_its_writes_a_snapshot_is_read_itself(store: Path) -> None:
    with (
        Workers(Store(store), settings(store)) as workers,
        Writer(Store(store), settings(store), workers) as writer,
    ):
        for number in range(2):
            writer.update(b"INSERT DATA { <urn:n> <urn:p> %d }" % number, Author("", "test", "urn:uuid:a"))
    first, last = logged(Store(store))
    assert files(store) == engine(store)
    last.rename(last.with_suffix(PENDING))  # killed before it was confirmed
    assert files(store) == engine(store)
    first.write_text("TX .\nA <urn:n>")
    assert files(store) is None
    first.unlink()
    assert files(store) is None
    assert gathered(store) == engine(store)


def test_a_build_that_adopts_a_source_is_read_itself(store: Path, pages: Path) -> None:
    adopted = Store(store).current().folder / source.path_of(
        "http://a.example/sparql", datetime(2026, 1, 1, tzinfo=UTC)
    )
    adopted.parent.mkdir(parents=True)
    said = f'<{BASE}entity/en/Homs> <http://www.w3.org/2004/02/skos/core#prefLabel> "Homs"@de .'
    source.write(adopted, [quad.triple for quad in parse(said, format=RdfFormat.N_TRIPLES)])
    build([pages], settings(store))
    assert files(store) is None
    assert f"{said}\n".encode() in gathered(store)[f"<{BASE}entity/en/Homs>".encode()]


LINES = st.builds(
    lambda subject, name, thing: f"{subject} <urn:{name}> {thing} .\n".encode(),
    st.sampled_from(["<urn:a>", "<urn:ab>", "<urn:a-b>", "<urn:a/é>", "_:a", "_:a1"]),
    st.sampled_from("pq"),
    st.sampled_from(["<urn:a>", '"x y"', '"é"@de']),
)


@given(st.lists(st.lists(LINES)))
def test_however_lines_lie_in_shards_their_blocks_are_those_of_all_lines_sorted(parts: list[list[bytes]]) -> None:
    found = list(merged([sorted(set(part)) for part in parts]))
    assert found == list(blocks.blocks(sorted({line for part in parts for line in part})))
