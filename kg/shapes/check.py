"""Checks a graph against the vocabulary's shapes: what is wrong, where it comes from, and a report."""

from __future__ import annotations

import json
import os
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final, Literal

import vocab
from kg.archive.opening import Archive
from kg.errors import ValidationError
from kg.rdf import Literal as RdfLiteral
from kg.rdf import NamedNode
from kg.rdf.graph import Graph
from kg.rdf.prefixes import compact
from kg.shapes.origin import SHOWN, NodeOrigin, Origins
from kg.shapes.report import REPORT_PREFIXES, turtle
from kg.shapes.shape import SH, Constraint, Term, Violation, Violations, load
from kg.shapes.validate import validate
from kg.store import snapshot
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store

FORCED: Final = "violations.txt"
"""The report in the folder of a snapshot that was published in spite of violations."""
KEPT: Final = 100
FIRST: Final = 3

Format = Literal["text", "json", "turtle"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found: the violations by constraint, how many constraints were checked, and the seconds it took."""

    found: tuple[Violations, ...]
    constraints: int
    seconds: float

    @property
    def count(self) -> int:
        """The number of violations."""
        return sum(one.count for one in self.found)

    @property
    def summary(self) -> dict[str, Any]:
        """What a manifest says about the check."""
        return {"conforms": not self.found, "violations": self.count}


def check(graph: Graph, threads: int = 0, kept: int = KEPT, doubted: Container[int] | None = None) -> CheckResult:
    """Check the default graph against the shapes of the vocabulary.

    Args:
        graph: the graph.
        threads: queries at the same time; 0 means one for each core.
        kept: how many violations of one constraint are kept, the others are counted.
        doubted: the numbers of the groups of constraints (see kg.shapes.group) that it may violate; all by default.

    """
    started = monotonic()
    shapes = load(vocab.shapes())
    found = validate(graph, shapes, threads or os.cpu_count() or 1, kept, doubted)
    return CheckResult(tuple(found), sum(len(shape.constraints) for shape in shapes), monotonic() - started)


def gate(store: Store, draft: Path, archives: Iterable[Archive], *, jobs: int = 0, force: bool = False) -> CheckResult:
    """Check the finished database of a draft before it is published in ``store``.

    If it breaks a shape, the report is written: beside the snapshots, or with ``force`` into the draft, so that it is
    published with it.

    Raises:
        ValidationError: if it breaks a shape, unless ``force`` is given; the message says where the report is.

    """
    checked = check(drafted(draft), jobs)
    judge(checked, store, draft, archives, force=force)
    return checked


def drafted(draft: Path) -> EmbeddedGraph:
    """Open the finished database of a draft."""
    return EmbeddedGraph.read_only(snapshot.database(draft))


def judge(checked: CheckResult, store: Store, draft: Path, archives: Iterable[Archive], *, force: bool = False) -> None:
    """Write the report on a check of a draft, if there is anything to report (see ``gate``)."""
    rejected = store.rejected
    rejected.unlink(missing_ok=True)
    if checked.found:
        text = report(checked, Origins(drafted(draft), archives), "text")
        (draft / FORCED if force else rejected).write_text(text, encoding="utf-8")
    if checked.found and not force:
        raise ValidationError(_refusal(checked, rejected))


def _refusal(checked: CheckResult, rejected: Path) -> str:
    first = "; ".join(f"{_name(one.constraint)}: {one.constraint.message}" for one in checked.found[:FIRST])
    more = f"; and {len(checked.found) - FIRST} more" if len(checked.found) > FIRST else ""
    return (
        f"the build is not published, since its graph breaks shapes (violations: {checked.count:,}; {first}{more}): "
        f"see {rejected}, or publish it all the same with --force"
    )


def report(checked: CheckResult, origins: Origins, wanted: Format) -> str:
    """Return the report on a check: readable, as JSON, or as a SHACL validation report in Turtle."""
    if wanted == "turtle":
        return turtle(checked.found, lambda violation: _iri(origins.of(violation.focus))).decode()
    if wanted == "json":
        return json.dumps(_json(checked, origins), indent=1, ensure_ascii=False) + "\n"
    return "\n".join(_text(checked, origins)) + "\n"


def _iri(origin: NodeOrigin | None) -> str | None:
    if origin is None:
        return None
    return f"{origin.page}#{origin.entry}" if origin.entry else origin.page


def _text(checked: CheckResult, origins: Origins) -> Iterator[str]:
    took = f"{checked.constraints} constraints checked in {checked.seconds:.1f} s"
    if not checked.found:
        yield f"the graph conforms to all shapes ({took})"
        return
    yield f"violations: {checked.count:,} ({took})"
    for one in checked.found:
        yield ""
        yield f"{_name(one.constraint)}: {one.constraint.message}"
        yield f"  {_asked(one.constraint)}; violations: {one.count:,}"
        for violation in one.first:
            yield from _lines(violation, origins.of(violation.focus))
        if one.count > len(one.first):
            yield f"  ... and {one.count - len(one.first):,} more"


def _lines(violation: Violation, origin: NodeOrigin | None) -> Iterator[str]:
    yield f"  - node  {_shown(violation.focus)}"
    if violation.value is not None and violation.value != violation.focus:
        yield f"    value {_shown(violation.value)}"
    yield f"    from  {origin or 'no page'}"
    if origin and origin.text:
        yield f"          {_cut(origin.text)}"


def _json(checked: CheckResult, origins: Origins) -> dict[str, Any]:
    return {
        **checked.summary,
        "constraints": checked.constraints,
        "seconds": round(checked.seconds, 2),
        "results": [_result(one, origins) for one in checked.found],
    }


def _result(found: Violations, origins: Origins) -> dict[str, Any]:
    constraint = found.constraint
    path = constraint.path
    return {
        "shape": str(constraint.shape.value),
        "component": constraint.component.value,
        "path": path and ("^" if path.inverse else "") + path.predicate.value,
        "message": constraint.message,
        "count": found.count,
        "first": [_violation(one, origins.of(one.focus)) for one in found.first],
    }


def _violation(violation: Violation, origin: NodeOrigin | None) -> dict[str, Any]:
    value = violation.value
    told = {"page": origin.path, "entry": origin.entry, "line": origin.line} if origin else {"page": None}
    listed = {"line of item list": told.pop("line")} if origin and origin.listed else {}
    return {"node": _plain(violation.focus), "value": None if value is None else _plain(value), **told, **listed}


def _plain(term: Term) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _shown(term: Term) -> str:
    """Return a term for people: a prefixed name if there is one, long texts truncated."""
    if isinstance(term, NamedNode):
        return compact(term.value)
    if not isinstance(term, RdfLiteral) or len(term.value) <= SHOWN:
        return str(term)
    return str(RdfLiteral(_cut(term.value), language=term.language) if term.language else RdfLiteral(_cut(term.value)))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _name(constraint: Constraint) -> str:
    """Return the name of a constraint's shape, such as ``shapes:Event``."""
    iri = str(constraint.shape.value)
    return next(
        (f"{prefix}:{iri.removeprefix(space)}" for prefix, space in REPORT_PREFIXES.items() if iri.startswith(space)),
        iri,
    )


def _asked(constraint: Constraint) -> str:
    """Return what a constraint requires, in SHACL terms: ``schema:startDate sh:maxCount 1``."""
    values = " ".join(_parameter(one) for one in constraint.values)
    path = constraint.path
    where = f"{'^' if path.inverse else ''}{compact(path.predicate.value)} " if path else ""
    return f"{where}sh:{constraint.parameter} {values}".strip()


def _parameter(term: Term) -> str:
    if isinstance(term, RdfLiteral):
        return term.value
    if not isinstance(term, NamedNode):
        return str(term)
    iri = term.value
    return f"sh:{iri.removeprefix(SH)}" if iri.startswith(SH) else compact(iri)
