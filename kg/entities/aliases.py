"""Which nodes are one, by every rule together, and which of them stands for all: the others are its aliases.

A node that the ledger has as canonical stays canonical for good. Else it is the one that a table names, a place before
others, else the one that is named most.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from kg.entities import naming, sameness
from kg.entities.nodes import Nodes
from kg.entities.uses import Use


@dataclass(frozen=True)
class Aliases:
    """The aliases of a dataset: the IRI of each with that of the canonical node, and why those found now are one."""

    canonical: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def of(self, iri: str) -> str:
        """Return the canonical node of a node, or the node itself."""
        return self.canonical.get(iri, iri)


def decide(
    named: Iterable[tuple[str, str]],
    uses: Collection[Use],
    nodes: Nodes,
    known: Mapping[str, str],
    separate: Collection[tuple[str, str]],
    formerly: Iterable[tuple[str, str, str]] = (),
) -> Aliases:
    """Return which nodes are aliases of which.

    ``named`` has the titles that the archive prints, with their languages; ``known`` the aliases of the ledger, each
    with its canonical node, all of them IRIs; ``separate`` the pairs of nodes that are not one, whatever a rule says;
    ``formerly`` the IRIs that were made of printed labels, each with that of what it names and why. They tell nothing
    of what is one, since a label may be printed for several things.
    """
    components = _Components(separate)
    for alias, canonical in known.items():
        components.join(canonical, alias, "")
    tables = dict(_by_tables(named, nodes))
    for former, (canonical, reason) in tables.items():
        components.join(canonical, former, reason)
    for iri, place, geonames in _by_place(named, nodes):
        components.join(iri, place, f"GeoNames {geonames}")
    for things in sameness.groups(uses, nodes.iri):
        for joined in sameness.same(things):
            for (one, _), (other, reason) in pairwise(joined):
                components.join(one.iri, other.iri, reason.replace(nodes.minter.base, ""))
    counts = Counter(iri for use in uses if use.current for iri in {nodes.iri(use.language, t) for t in use.titles})
    frozen, told = set(known.values()), {canonical for canonical, _ in tables.values()}
    found = Aliases()
    for members, reasons in components:
        chosen = min(members, key=lambda one: (one not in frozen, one not in told, not counts[one], -counts[one], one))
        for alias in members - {chosen}:
            found.canonical[alias] = chosen
            found.reasons[alias] = reasons.get(alias) or next(filter(None, reasons.values()), "")
    _add(found, list(formerly), frozen)
    return found


def _add(found: Aliases, formerly: list[tuple[str, str, str]], frozen: Collection[str]) -> None:
    """Add IRIs that were made of printed labels, but for those that are the nodes of something."""
    nodes = {found.of(iri) for _, iri, _ in formerly}
    for former, iri, reason in formerly:
        if former not in found.canonical and former not in frozen and former not in nodes:
            found.canonical[former] = found.of(iri)
            found.reasons[former] = reason


def _by_tables(named: Iterable[tuple[str, str]], nodes: Nodes) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each IRI that a printed title would have by itself, where tables give it another one, with that and why."""
    for language, title in named:
        iri, former = nodes.iri(language, title), nodes.minter.entity(language, title)
        if iri is not None and iri != former:
            yield former, (iri, nodes.reason(language, title))


def _by_place(named: Iterable[tuple[str, str]], nodes: Nodes) -> Iterator[tuple[str, str, int]]:
    """Yield each IRI that a title of a place has, where the place itself has no title, with that of the place."""
    for language, title in named:
        iri, place = nodes.iri(language, title), nodes.place(language, title)
        own = naming.iri(place, nodes.minter, nodes.gazetteer) if place else iri
        if place and place.geonames and iri and own and iri != own:
            yield iri, own, place.geonames


class _Components:
    """Sets of nodes that are one, which grow as they are joined; those of a separate pair never are."""

    def __init__(self, separate: Collection[tuple[str, str]]) -> None:
        self._separate: dict[str, set[str]] = defaultdict(set)
        for one, other in separate:
            self._separate[one].add(other)
            self._separate[other].add(one)
        self._members: dict[str, set[str]] = {}
        self._reasons: dict[str, dict[str, str]] = {}

    def join(self, one: str, other: str, reason: str) -> None:
        """Make the sets of two nodes one, because ``other`` is ``one`` for a reason."""
        members, more = (self._members.setdefault(iri, {iri}) for iri in (one, other))
        if members is more or any(not self._separate[iri].isdisjoint(more) for iri in members & self._separate.keys()):
            return
        reasons = self._reasons.pop(min(more), {}) | self._reasons.pop(min(members), {})
        members |= more
        self._members.update(dict.fromkeys(more, members))
        self._reasons[min(members)] = reasons | {other: reason}

    def __iter__(self) -> Iterator[tuple[set[str], dict[str, str]]]:
        for members in {id(one): one for one in self._members.values()}.values():
            if len(members) > 1:
                yield members, self._reasons.get(min(members), {})
