"""How alike two wordings are, and which new wording is the rewording of which old one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from kg.item import Item

#: Wordings below this are two events.
THRESHOLD = 0.5
#: Two candidates closer than this are ambiguous, unless sources tell them apart.
MARGIN = 0.08
#: A wording of fewer words is too short to be found inside another by chance.
SHORTEST_CONTAINED = 6
#: Words that say nothing of what happened.
COMMON = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be been by for from had has have he her his in into is it its of on or that the their they
        this to was were which who will with after before over says said""",
    )
)


@lru_cache(maxsize=65_536)
def words(title: str) -> Counter[str]:
    """Return the words of a wording with their counts, without those that all wordings share."""
    return Counter(word for word in re.findall(r"\w+", title.casefold()) if word not in COMMON)


def likeness(one: str, other: str) -> float:
    """Return how alike two wordings are, from 0 to 1.

    It is the share of words they have in common (Dice's coefficient); a wording that the other one contains
    whole is an earlier or shorter form of it, whatever else the other one says.
    """
    a, b = words(one), words(other)
    common = (a & b).total()
    if not common:
        return 0.0
    dice = 2 * common / (a.total() + b.total())
    shorter = min(a.total(), b.total())
    return max(dice, 0.9 * common / shorter if shorter >= SHORTEST_CONTAINED else 0.0)


def pair(old: Sequence[Item], new: Sequence[Item]) -> dict[int, int]:
    """Return for each new item that is the rewording of an old one the positions of both (new -> old).

    The pairs are one-to-one, the most alike first. Where two candidates are nearly as alike, a shared source
    decides; where it does not, all stay separate, since a wrong merge is worse than a missed one.
    """
    scores = {
        (n, o): score
        for n, fresh in enumerate(new)
        for o, known in enumerate(old)
        if fresh.language == known.language and (score := likeness(fresh.title, known.title)) >= THRESHOLD
    }
    pairs: dict[int, int] = {}
    for (n, o), score in sorted(scores.items(), key=lambda one: (-one[1], one[0])):
        if n in pairs or o in pairs.values():
            continue
        rivals = [
            (a, b)
            for (a, b), other in scores.items()
            if (a == n) != (b == o) and other > score - MARGIN and a not in pairs and b not in pairs.values()
        ]
        if not rivals or (_share_source(new[n], old[o]) and not any(_share_source(new[a], old[b]) for a, b in rivals)):
            pairs[n] = o
    return pairs


def _share_source(one: Item, other: Item) -> bool:
    return bool({citation.url for citation in one.citations} & {citation.url for citation in other.citations})
