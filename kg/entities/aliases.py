"""Decides which nodes are the same thing, by all rules together; one is canonical, the others are its aliases.

A node that is canonical in the ledger stays so for good. Otherwise the canonical one is the one that a table names
(places first), or else the one that others redirect to, or else the one named most. Rules never merge two places with
GeoNames ids.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import NamedTuple

from kg.entities import sameness
from kg.entities.nodes import Nodes
from kg.entities.places import naming
from kg.entities.uses import Use


@dataclass(frozen=True)
class Aliases:
    """The aliases of a dataset: the IRI of each with its canonical node, and the reasons for those found now."""

    canonical: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def of(self, iri: str) -> str:
        """Return the canonical node of a node, or the node itself."""
        return self.canonical.get(iri, iri)


class Redirect(NamedTuple):
    """A redirect from the article that names a node to another article, and who says so.

    ``iri`` is the IRI of the node, ``language`` and ``title`` are those of the target article.
    """

    iri: str
    language: str
    title: str
    stated_by: str


def decide(
    named: Iterable[tuple[str, str]],
    uses: Collection[Use],
    nodes: Nodes,
    known: Mapping[str, str],
    separate: Collection[tuple[str, str]],
    redirected: Iterable[Redirect] = (),
    formerly: Iterable[tuple[str, str, str]] = (),
) -> Aliases:
    """Return which nodes are aliases of which.

    ``named`` has the titles that the archive prints, with their languages. ``known`` has the aliases in the ledger,
    each with its canonical node, as IRIs. ``separate`` has the pairs of nodes that no rule may merge. ``redirected``
    has the redirects of nodes, one for each. Things without a printed title are not merged. ``formerly`` has the IRIs
    that were made from printed labels and from former titles of places, each with its node and the reason. They are not
    evidence that things are the same, since a label may be printed for several things.
    """
    components = _Components(separate, nodes.geonames)
    for alias, canonical in known.items():
        components.unite(canonical, alias)
    tables, leads = dict(_by_tables(named, nodes)), dict(_by_redirects(redirected, nodes))
    for iri, (other, reason) in chain(tables.items(), _by_place(named, nodes), leads.items(), _by_title(uses, nodes)):
        components.join(other, iri, reason)
    counts = Counter(iri for use in uses if use.current for iri in {nodes.iri(use.language, t) for t in use.titles})
    frozen, told = set(known.values()), {canonical for canonical, _ in tables.values()}
    printed = {*known, *frozen, *filter(None, (nodes.iri(language, title) for language, title in named))}
    found = Aliases()
    for members, reasons in components:
        if members.isdisjoint(printed):
            continue
        ends = _ends(members, {one: leads[one][0] for one in members & leads.keys()})
        chosen = min(
            members,
            key=lambda one: (one not in frozen, one not in told, one not in ends, not counts[one], -counts[one], one),
        )
        for alias in sorted(members - {chosen}):
            found.canonical[alias] = chosen
            found.reasons[alias] = reasons.get(alias) or next(filter(None, reasons.values()), "")
    _add(found, list(formerly), frozen)
    return found


def _add(found: Aliases, formerly: list[tuple[str, str, str]], frozen: Collection[str]) -> None:
    """Add IRIs that were made from printed labels, except those that are nodes themselves."""
    nodes = {found.of(iri) for _, iri, _ in formerly}
    for former, iri, reason in formerly:
        if former not in found.canonical and former not in frozen and former not in nodes:
            found.canonical[former] = found.of(iri)
            found.reasons[former] = reason


def _by_tables(named: Iterable[tuple[str, str]], nodes: Nodes) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each IRI that a printed title would have by itself if tables give it another, with that and the reason."""
    for language, title in named:
        iri, former = nodes.iri(language, title), nodes.minter.entity(language, title)
        if iri is not None and iri != former:
            yield former, (iri, nodes.reason(language, title))


def _by_place(named: Iterable[tuple[str, str]], nodes: Nodes) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the IRI of each place without a title of its own, with the IRI of one of its titles, and the reason."""
    for language, title in named:
        iri, place = nodes.iri(language, title), nodes.place(language, title)
        own = naming.iri(place, nodes.minter, nodes.gazetteer) if place else iri
        if place and place.geonames and iri and own and iri != own:
            yield own, (iri, f"GeoNames {place.geonames}")


def same_as(redirect: Redirect, nodes: Nodes) -> str | None:
    """Return the node that a redirect proves to be the same thing as its own node, None if it proves nothing.

    What redirects to a place may be a part of it or have happened there, and a place may redirect to an event. So if
    one of the two is a place with a GeoNames id, the other must be a name of that place.
    """
    found = nodes.iri(redirect.language, redirect.title)
    if found is None or found == redirect.iri:
        return None
    place, other = nodes.geonames(redirect.iri), nodes.geonames(found)
    if place == other:
        return found
    if place and other:
        return None
    bare = nodes.article(found if place else redirect.iri)
    return found if bare and nodes.gazetteer.is_name(bare[1], place or other or 0) else None


def _by_redirects(redirected: Iterable[Redirect], nodes: Nodes) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each IRI with an article that redirects to the same thing, with the target's IRI and who says so."""
    for one in sorted(redirected):
        if target := same_as(one, nodes):
            yield one.iri, (target, f"redirect at {one.stated_by}")


def _by_title(uses: Collection[Use], nodes: Nodes) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each IRI with a title that differs from another's in spelling only, with that IRI and the proof."""
    for things in sameness.groups(uses, nodes.iri):
        for joined in sameness.same(things):
            for (one, _), (other, reason) in pairwise(joined):
                yield other.iri, (one.iri, reason.replace(nodes.minter.base, ""))


def _ends(members: Collection[str], leads: Mapping[str, str]) -> set[str]:
    """Return the members that others redirect to and that do not redirect to another member."""
    return {target for target in leads.values() if target in members and leads.get(target) not in members}


class _Components:
    """Sets of nodes that are the same thing, joined step by step; separate pairs are never joined.

    ``geonames`` gives the GeoNames id of a node; two nodes with such ids are only joined if people say so.
    """

    def __init__(self, separate: Collection[tuple[str, str]], geonames: Callable[[str], int | None]) -> None:
        self._separate: dict[str, set[str]] = defaultdict(set)
        for one, other in separate:
            self._separate[one].add(other)
            self._separate[other].add(one)
        self._geonames = geonames
        self._members: dict[str, set[str]] = {}
        self._reasons: dict[str, dict[str, str]] = {}

    def join(self, one: str, other: str, reason: str) -> None:
        """Join the sets of two nodes because ``other`` is ``one`` for a reason, unless they are two places."""
        places, others = (self._places(iri) for iri in (one, other))
        if not (places and others and places.isdisjoint(others)):
            self.unite(one, other, reason)

    def _places(self, iri: str) -> set[int]:
        return set(filter(None, map(self._geonames, self._members.get(iri, {iri}))))

    def unite(self, one: str, other: str, reason: str = "") -> None:
        """Join the sets of two nodes, whatever they are."""
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
