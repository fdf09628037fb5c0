"""The canonical form of the result of a query, whose SHA-256 is the same for everybody.

It is UTF-8 text with lines that end in a line feed and are sorted by code points, as ``LC_ALL=C sort`` does. For a
SELECT, they are the lines of the results in TSV (SPARQL 1.1 Query Results CSV and TSV, section 4), including the names
of the columns; for an ASK, ``true`` or ``false``. For a graph, they are its triples as canonical N-Triples, each once,
with the labels of RDFC-1.0 for blank nodes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

from kg.query.evaluate import Answer
from kg.query.guard import Form
from kg.rdf import Quad
from kg.rdf.formats import Format, by_name

CITED_BYTES: Final = 5_000_000
"""The largest answer that can be cited; for more, use the dump of the snapshot."""


@dataclass(frozen=True)
class CanonicalResult:
    """The result of a query: ``head`` has the column names of a SELECT, ``rows`` all other lines, sorted.

    ``form`` is the form of the query, as in an Answer.
    """

    form: str
    head: tuple[str, ...]
    rows: tuple[str, ...]

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the canonical form, in hex."""
        lines = sorted((*self.head, *self.rows))
        return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ResultDifference:
    """The lines only in the later of two results, and those only in the earlier one."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def format_for(form: Form | None) -> Format:
    """Return the format in which ``canonical`` needs an answer to a query of a form."""
    return by_name("ntriples" if form in ("CONSTRUCT", "DESCRIBE") else "tsv")


def canonical(answer: Answer) -> CanonicalResult:
    """Return the canonical form of an answer in the format from ``format_for``."""
    if answer.form == "construct":
        return CanonicalResult(answer.form, (), _triples(answer.body))
    lines = answer.body.decode().split("\n")[:-1] if answer.form == "select" else [answer.body.decode().strip()]
    columns = lines[:1] if answer.form == "select" else []
    return CanonicalResult(answer.form, tuple(columns), tuple(sorted(lines[len(columns) :])))


def difference(before: CanonicalResult, after: CanonicalResult) -> ResultDifference:
    """Return the difference of two results; rows are counted with their multiplicities."""
    old, new = (Counter((*one.head, *one.rows)) for one in (before, after))
    return ResultDifference(tuple(sorted((new - old).elements())), tuple(sorted((old - new).elements())))


def _triples(body: bytes) -> tuple[str, ...]:
    if b"_:" not in body:
        return tuple(sorted(set(body.decode().split("\n")) - {""}))
    found = Dataset(parse(body, format=RdfFormat.N_TRIPLES))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return tuple(sorted(map(_line, found)))


def _line(quad: Quad) -> str:
    return f"{quad.subject} {quad.predicate} {quad.object} ."
