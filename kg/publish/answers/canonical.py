"""The canonical form of the result of a query, whose SHA-256 is the same for everybody.

It is text in UTF-8, each line of which ends in a line feed, and the lines are sorted by their code points, as
``LC_ALL=C sort`` does it. Of a SELECT they are those of the results in TSV (SPARQL 1.1 Query Results CSV and TSV,
section 4), the names of the columns among them; of an ASK it is ``true`` or ``false``. Of a graph they are its triples
as canonical N-Triples, each once; if it has blank nodes, these have the labels that RDFC-1.0 gives them.
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
"""The largest answer that is cited; what is larger is found in the dump of its snapshot."""


@dataclass(frozen=True)
class CanonicalResult:
    """What a query found: ``head`` has the names of the columns of a SELECT, ``rows`` the lines of all else, sorted.

    ``form`` is the form of the query, as an Answer has it.
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
    """The lines that only the later one of two results has, and those that only the earlier one has."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def format_for(form: Form | None) -> Format:
    """Return the format in which an answer to a query of a form has to be for ``canonical``."""
    return by_name("ntriples" if form in ("CONSTRUCT", "DESCRIBE") else "tsv")


def canonical(answer: Answer) -> CanonicalResult:
    """Return the canonical form of an answer in the format that ``format_for`` says."""
    if answer.form == "construct":
        return CanonicalResult(answer.form, (), _triples(answer.body))
    lines = answer.body.decode().split("\n")[:-1] if answer.form == "select" else [answer.body.decode().strip()]
    columns = lines[:1] if answer.form == "select" else []
    return CanonicalResult(answer.form, tuple(columns), tuple(sorted(lines[len(columns) :])))


def difference(before: CanonicalResult, after: CanonicalResult) -> ResultDifference:
    """Return what differs between two results; a row that one of them has more often is there as often."""
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
