"""What violates shapes."""

from __future__ import annotations

from dataclasses import dataclass

from kg.shapes.shape import Constraint, Term


@dataclass(frozen=True, slots=True)
class Violation:
    """A focus node that violates a constraint, with the value that does, where SHACL gives one."""

    constraint: Constraint
    focus: Term
    value: Term | None = None


@dataclass(frozen=True, slots=True)
class Violations:
    """How many violations of one constraint there are, and the first of them in the order of their nodes."""

    constraint: Constraint
    count: int
    first: tuple[Violation, ...]
