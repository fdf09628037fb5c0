"""Groups constraints of several shapes that require the same of a path, to check them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from kg.shapes.node_tests import is_local
from kg.shapes.shape import Constraint, Path, Shape, Target, Term

Targets = tuple[Target, ...]
Same = tuple[Path | None, str, tuple[Term, ...], tuple[tuple[Constraint, ...], ...]]


@dataclass(frozen=True, slots=True)
class Group:
    """Constraints of several shapes that require the same of a path, each with its targets.

    ``alone`` says that no other group requires something else of the same kind: a value that is wrong for one target is
    wrong for most.
    """

    targets: dict[Constraint, Targets]
    alone: bool

    def __iter__(self) -> Iterator[tuple[Constraint, Targets]]:
        return iter(self.targets.items())

    @property
    def together(self) -> tuple[Constraint, Targets]:
        """A single constraint that requires what all do, of the nodes of all."""
        return next(iter(self.targets)), tuple(dict.fromkeys(chain.from_iterable(self.targets.values())))


def groups(shapes: Iterable[Shape]) -> list[Group]:
    """Return the groups of constraints, first those of many shapes, which take longest.

    Those with targets that depend on other nodes are kept apart, since no node alone proves that it meets them.
    """
    found: dict[Same, dict[Constraint, Targets]] = {}
    for shape in shapes:
        for one in shape.constraints:
            same = one.path, one.parameter, one.values, one.members
            targets = found.setdefault(same, {})
            targets[one] = (*targets.get(one, ()), *shape.targets)
    kinds = Counter(same[:2] for same in found)
    every = (Group(some, kinds[same[:2]] == 1) for same, targets in found.items() for some in _divided(targets) if some)
    return sorted(every, key=lambda group: -len(group.targets))


def _divided(targets: dict[Constraint, Targets]) -> Iterator[dict[Constraint, Targets]]:
    for local in (True, False):
        yield {one: some for one, some in targets.items() if all(map(is_local, some)) == local}
