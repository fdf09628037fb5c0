"""Store -> dump: the whole graph in one file, the same bytes for the same graph."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from pyoxigraph import DefaultGraph, RdfFormat, Store

from kg.errors import FormatError, StoreError
from kg.formats import Format
from kg.prefixes import PREFIXES

WITH_PREFIXES = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML)
GZIP_LEVEL = 6


def dump(database: Path, wanted: Format, output: Path) -> None:
    """Write the graph in the database folder ``database`` to ``output``, gzipped if its name ends in ``.gz``.

    The file appears when it is whole. Raises FormatError if ``wanted`` is no RDF format, StoreError if the
    database cannot be read or the file not written.
    """
    with _replacing(output) as file:
        if output.suffix == ".gz":
            # Without a time and a name in its header, so that the same graph makes the same bytes.
            with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=GZIP_LEVEL, mtime=0) as packed:
                write(database, wanted, cast("IO[bytes]", packed))
        else:
            write(database, wanted, file)


def write(database: Path, wanted: Format, file: IO[bytes]) -> None:
    """Write the graph in the database folder ``database`` to an open file; raises as ``dump`` does."""
    if wanted.rdf is None:
        raise FormatError(f"{wanted.label} cannot hold a graph")
    prefixes = PREFIXES if wanted.rdf in WITH_PREFIXES else None
    # A graph format is told which graph to write; a dataset format writes all there is.
    graph = None if wanted.rdf.supports_datasets else DefaultGraph()
    try:
        Store.read_only(str(database)).dump(file, format=wanted.rdf, from_graph=graph, prefixes=prefixes)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(f"the dump of {database} stopped: {error}") from error


@contextmanager
def _replacing(output: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes the place of ``output`` when the block ends well, and vanishes when it does not."""
    try:
        descriptor, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    except OSError as error:
        raise StoreError(f"{output} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        Path(name).chmod(0o644)
        Path(name).replace(output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
