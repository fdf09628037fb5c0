"""Dumps the graph, or a part of it, into one file: sorted, and the same bytes for the same statements.

The order is that of the statements as lines of N-Triples, by their bytes. In the other formats, the types of a resource
come before its other statements.
"""

from __future__ import annotations

import gzip
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final, cast

from pyoxigraph import RdfFormat, parse

from kg.errors import FormatError, StoreError
from kg.publish import dump_parts
from kg.publish.dump_parts import WHOLE, Selection
from kg.rdf import conforming
from kg.rdf.formats import Format
from kg.rdf.graph import Graph
from kg.rdf.lines import statements
from kg.rdf.prefixes import expand
from kg.store import shards
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

LINES: Final = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
GZIP_LEVEL: Final = 6
SUMS: Final = "SHA256SUMS"
"""The file with the checksums of published files."""
BUFFER: Final = 1 << 20
TYPE: Final = f" <{expand('rdf:type')}> ".encode()


def dump(store: Store, source: Snapshot, wanted: Format, output: Path, selection: Selection = WHOLE) -> None:
    """Write what is selected of a snapshot of ``store`` to ``output``, gzipped if its name ends in ``.gz``.

    The file appears when it is complete. Raises the errors of ``write``.
    """
    _check(wanted)
    with replacing(output) as file, packed(file, output) as target:
        write(store, source, wanted, target, selection, folder=output.parent)


def write(
    store: Store,
    source: Snapshot,
    wanted: Format,
    file: IO[bytes],
    selection: Selection = WHOLE,
    *,
    whole: Path | None = None,
    folder: Path | None = None,
) -> None:
    """Write what is selected of a snapshot of ``store`` to an open file.

    ``whole`` may name a dump of all of it as gzipped N-Quads, ``folder`` is for temporary files. Raises FormatError if
    ``wanted`` is not an RDF format, NotFoundError if the graph has nothing of the part or the year selected, StoreError
    if the snapshot cannot be read or the file cannot be written.
    """
    _check(wanted)
    graph = source.open()
    with ExitStack() as opened:
        found = None
        if selection.year is None and selection.since is None:
            found = statements.blocks(_unpacked(whole, opened)) if whole else _of_shards(store, source, opened)
        if found:
            blocks = dump_parts.chosen(found, selection)
        else:
            blocks = opened.enter_context(selected(graph, selection, folder))
        serialise(blocks, wanted, file, graphs=has_graphs(graph))


def _check(wanted: Format) -> None:
    if wanted.rdf is None:
        raise FormatError(f"{wanted.label} cannot hold a graph")


def _unpacked(whole: Path, opened: ExitStack) -> IO[bytes]:
    return cast("IO[bytes]", opened.enter_context(gzip.open(whole)))


def _of_shards(store: Store, source: Snapshot, opened: ExitStack) -> Iterator[bytes] | None:
    """Return the blocks of a snapshot from the sorted files that it was built from, if all of them are there."""
    found = shards.read(store, source, opened)
    return None if found is None else (b"".join(block.lines) for block in found)


@contextmanager
def selected(graph: Graph, selection: Selection, folder: Path | None = None) -> Iterator[Iterator[bytes]]:
    """Provide the selected blocks (see kg.rdf.lines.statements) of a graph, in order.

    ``folder`` is for temporary files. Raises NotFoundError if the graph has nothing of the part or the year,
    StoreError if it cannot be read.
    """
    with ExitStack() as files:
        try:
            with dump_parts.statements_of(graph, selection) as found:
                blocks = files.enter_context(statements.in_order(found, folder))
        except OSError as error:
            raise StoreError(f"the dump stopped: {error}") from error
        yield dump_parts.chosen(blocks, selection)


def has_graphs(graph: Graph) -> bool:
    """Return whether a dataset has any named graph."""
    return next(iter(graph.named_graphs()), None) is not None


def serialise(blocks: Iterable[bytes], wanted: Format, file: IO[bytes], *, graphs: bool = True) -> None:
    """Write blocks in order to a file; a single-graph format gets those of the default graph.

    ``graphs`` may be false if there are no other graphs, which saves time. Raises StoreError if the file cannot be
    written.
    """
    assert wanted.rdf is not None  # noqa: S101 - the callers have checked it
    found = _default_graph(blocks) if graphs and wanted.kind == "graph" else blocks
    try:
        if wanted.rdf in LINES:
            file.writelines(found)
        else:
            _translate(found, wanted.rdf, file)
    except BrokenPipeError:
        raise
    except (OSError, RuntimeError) as error:
        raise StoreError(f"the dump stopped: {error}") from error


def _translate(blocks: Iterable[bytes], wanted: RdfFormat, file: IO[bytes]) -> None:
    stream = io.BufferedReader(statements.BlockStream(map(_types_first, blocks)), BUFFER)
    quads = parse(cast("IO[bytes]", stream), format=RdfFormat.N_QUADS)
    conforming.write(quads, file, wanted)


def _types_first(block: bytes) -> bytes:
    """Return a block with the lines that give its subject's types before all others."""
    marker = b"\n" + statements.subject(block) + TYPE
    lines = b"\n" + block
    start = lines.find(marker)
    if start <= 0:
        return block
    end = lines.index(b"\n", lines.rindex(marker) + 1)
    return lines[start + 1 : end + 1] + lines[1 : start + 1] + lines[end + 1 :]


def _default_graph(blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        if lines := b"".join(line for line in io.BytesIO(block) if statements.graph(line) is None):
            yield lines


@contextmanager
def packed(file: IO[bytes], output: Path) -> Iterator[IO[bytes]]:
    """Provide a file that compresses its input into ``file``, if the name of ``output`` ends in ``.gz``."""
    if output.suffix != ".gz":
        yield file
        return
    # Without a time and a name in the header, so that the same graph gives the same bytes.
    archive = gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=GZIP_LEVEL, mtime=0)
    with archive, io.BufferedWriter(cast("io.RawIOBase", archive), BUFFER) as buffered:
        yield buffered


@contextmanager
def replacing(output: Path) -> Iterator[IO[bytes]]:
    """Provide a file that replaces ``output`` if the block succeeds, and is removed if it does not."""
    try:
        descriptor, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    except OSError as error:
        raise StoreError(f"{output} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        Path(name).chmod(0o644)
        Path(name).replace(output)
    except OSError as error:
        raise StoreError(f"{output} cannot be written: {error.strerror or error}") from error
    finally:
        Path(name).unlink(missing_ok=True)
