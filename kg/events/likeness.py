"""How alike two wordings are, and which new wording is the rewording of which old one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, takewhile
from typing import NamedTuple

from kg.dialects.item import Item

#: Wordings below this are two events.
THRESHOLD = 0.5
#: Two candidates closer than this are ambiguous, unless sources distinguish them.
MARGIN = 0.08
#: A wording of fewer words is too short to be found inside another by chance.
SHORTEST_CONTAINED = 6
#: Words that say nothing about what happened.
COMMON = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be been by for from had has have he her his in into is it its of on or that the their they
        this to was were which who will with after before over says said""",
    )
)


@lru_cache(maxsize=65_536)
def words(title: str) -> Counter[str]:
    """Return the words of a wording with their counts, without the words that all wordings share."""
    return Counter(word for word in re.findall(r"\w+", title.casefold()) if word not in COMMON)


def likeness(one: str, other: str) -> float:
    """Return how alike two wordings are, from 0 to 1.

    It is the share of words they have in common (Dice's coefficient). A wording that is contained whole in the other is
    an earlier or shorter form of it, whatever else the other says.
    """
    a, b = words(one), words(other)
    common = (a & b).total()
    if not common:
        return 0.0
    dice = 2 * common / (a.total() + b.total())
    shorter = min(a.total(), b.total())
    return max(dice, 0.9 * common / shorter if shorter >= SHORTEST_CONTAINED else 0.0)


class Candidate(NamedTuple):
    """A pair that may be one event in two wordings: likeness, positions, and whether they share a source."""

    score: float
    new: int
    old: int
    shares_source: bool

    def is_near(self, other: Candidate) -> bool:
        """Return whether ``other`` is so nearly as alike as this one that the wordings alone do not decide."""
        return other.score > self.score - MARGIN


def pair(old: Sequence[Item], new: Sequence[Item]) -> dict[int, int]:
    """Return the positions of each new item and the old item that it rewords (new -> old).

    The pairs are one-to-one, the most alike first. If two candidates are nearly as alike, a shared source decides; if
    that does not, all stay separate, since a wrong merge is worse than a missed one.
    """
    likely = _likely(old, new)
    beside: dict[tuple[str, int], list[Candidate]] = defaultdict(list)
    for candidate in likely:
        beside["new", candidate.new].append(candidate)
        beside["old", candidate.old].append(candidate)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for one in likely:
        if one.new in pairs or one.old in taken:
            continue
        near = chain(*(takewhile(one.is_near, beside[side]) for side in (("new", one.new), ("old", one.old))))
        rivals = (other for other in near if other != one and other.new not in pairs and other.old not in taken)
        if not any(not one.shares_source or rival.shares_source for rival in rivals):
            pairs[one.new] = one.old
            taken.add(one.old)
    return pairs


def _likely(old: Sequence[Item], new: Sequence[Item]) -> list[Candidate]:
    """Return the pairs that are alike enough, the most alike first."""
    old_sources, new_sources = ([{one.url for one in item.citations} for item in items] for items in (old, new))
    found = [
        Candidate(score, n, o, not new_sources[n].isdisjoint(old_sources[o]))
        for n, fresh in enumerate(new)
        for o, known in enumerate(old)
        if fresh.language == known.language and (score := likeness(fresh.title, known.title)) >= THRESHOLD
    ]
    return sorted(found, key=lambda one: (-one.score, one.new, one.old))
