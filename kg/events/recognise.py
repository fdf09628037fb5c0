"""Events that the ledger knows by the texts of their revisions: found again where no capture shows the old wording.

What captures show as new may be an event whose page was edited since the last build, with no history to tell. It is
one that the ledger knows if that one is shown nowhere any more, and if the page prints it as before (only newsgraph
reads it otherwise), or a page of a near day has its very words, or it is the same day's and a rewording beyond doubt.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Final

from kg.dialects.item import Item, Origin, fold
from kg.dialects.record import Citation
from kg.events.claims import Claims
from kg.events.likeness import COMMON, MARGIN, likeness, pair, words
from kg.events.lines import Text
from kg.events.timeline import NEAR, Event, Timeline
from kg.rdf.iri import revision_name

CLEAR: Final = 0.7
"""Wordings that share no source are one event only from here; below, both must also tell of the same names."""


def recognise(timeline: Timeline, claims: Claims) -> set[str]:
    """Give events of a timeline that was followed to its end the keys of those that the ledger knows them as.

    Returns the keys that were given for a rewording: such an event may yet be found, word for word, on another day.
    """
    lost = [texts[-1] for key, texts in claims.texts.items() if key not in timeline.events]
    if not lost:
        return set()
    _exactly(timeline, lost, lambda one: one.printed and (one.day, one.language, one.printed))
    moved = [one for one in _unclaimed(timeline, lost) if one.is_told]
    _exactly(timeline, moved, lambda one: (one.language, fold(one.text)), may_move)
    return _reworded(timeline, [one for one in _unclaimed(timeline, lost) if one.is_told])


def _unclaimed(timeline: Timeline, lost: Iterable[Text]) -> list[Text]:
    return [one for one in lost if one.key not in timeline.events]


def _minted(timeline: Timeline) -> dict[str, Text]:
    """Return what new events say that captures still show, as the ledger would keep it."""
    events = (timeline.events[key] for key in sorted(timeline.minted))
    return {event.key: text_of(event, event.current) for event in events if not event.gone}


def _exactly(
    timeline: Timeline,
    lost: Iterable[Text],
    same: Callable[[Text], Hashable],
    is_one: Callable[[Text, Text], bool] = lambda lost, new: True,
) -> None:
    """Rename the new events of which ``same`` gives the same as of one lost event, and of no other, on either side."""
    new = _alone(_minted(timeline).values(), same)
    for evidence, one in _alone(lost, same).items():
        if evidence in new and is_one(one, new[evidence]):
            timeline.rename(new[evidence].key, one.key)


def _alone(texts: Iterable[Text], same: Callable[[Text], Hashable]) -> dict[Hashable, Text]:
    found: defaultdict[Hashable, list[Text]] = defaultdict(list)
    for one in texts:
        found[same(one)].append(one)
    return {evidence: some[0] for evidence, some in found.items() if evidence and len(some) == 1}


def may_move(lost: Text, new: Text) -> bool:
    """Whether an event may have moved to another day, given that both have the same words: near, and cited alike."""
    cited_alike = not {*lost.sources}.isdisjoint(new.sources) or not (lost.sources or new.sources)
    return lost.language == new.language and lost.day != new.day and abs(lost.day - new.day) <= NEAR and cited_alike


def _reworded(timeline: Timeline, lost: list[Text]) -> set[str]:
    minted = _minted(timeline)
    found = set()
    for day in sorted({one.day for one in lost}):
        old = [one for one in lost if one.day == day]
        new = [one for one in minted.values() if one.day == day]
        beside = [one for one in _shown(timeline, minted) if one.day == day]
        pairs = pair([*map(_item, old)], [*map(_item, new)])
        for position, match in pairs.items():
            if _is_rewording(old[match], new[position], beside):
                timeline.rename(new[position].key, old[match].key)
                found.add(old[match].key)
    return found


def _shown(timeline: Timeline, but: Iterable[str]) -> Iterator[Text]:
    keys = timeline.events.keys() - set(but)
    return (text_of(event, event.current) for event in timeline.events.values() if event.key in keys and not event.gone)


def _is_rewording(old: Text, new: Text, beside: Iterable[Text]) -> bool:
    """Whether one wording is that of the other's event beyond doubt, given what else is shown ``beside`` them."""
    score = likeness(old.text, new.text)
    shares = not {*old.sources}.isdisjoint(new.sources)
    if not shares and score < CLEAR:
        return False
    if not (shares and score >= CLEAR) and _tell_of_others(old.text, new.text):
        return False
    rivals = (one for one in beside if not shares or not {*one.sources}.isdisjoint(new.sources))
    return all(likeness(one.text, new.text) < score - MARGIN for one in rivals)


def _tell_of_others(one: str, other: str) -> bool:
    """Whether each of two wordings has a name that the other one lacks."""
    return bool(_names(one) - words(other).keys()) and bool(_names(other) - words(one).keys())


def _names(title: str) -> set[str]:
    return {word.casefold() for word in re.findall(r"\w+", title) if word[0].isupper()} - COMMON


def _item(text: Text) -> Item:
    citations = tuple(map(Citation, text.sources))
    return Item(Origin.ENTRY, text.language, text.day, "", text.text, citations=citations)


# ---- what the ledger keeps of revisions


def text_of(event: Event, content: str) -> Text:
    """Return the line that keeps a revision of an event, given its content."""
    item = event.revisions[content].item
    sources = sorted({_short(citation.url, 8) for citation in item.citations})
    printed = _short(item.printed, 12) if item.printed else ""
    return Text(item.day, event.language, event.key, revision_name(content), printed, tuple(sources), item.title)


def _short(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def new_texts(event: Event, known: list[Text]) -> list[Text]:
    """Return the texts of an event that the ledger lacks, the current one last, if that is not the last one already."""
    names = {one.revision for one in known}
    others = [one for one in event.revisions if one != event.current and revision_name(one) not in names]
    last = known[-1] if known else None
    is_last = last and (last.revision, last.day) == (revision_name(event.current), event.item.day)
    return [text_of(event, one) for one in (others if is_last and not others else [*others, event.current])]


def recall(event: Event, known: list[Text]) -> None:
    """Note on an event the revisions that only the ledger knows, and those whose names have changed."""
    shown = {revision_name(content) for content in event.revisions}
    lost = {one.revision: one for one in known if one.revision not in shown}
    if not lost:
        return
    printed = {one.printed: one.revision for one in known}
    printed |= {one.printed: one.revision for one in (text_of(event, content) for content in event.revisions)}
    for name, one in lost.items():
        now = printed[one.printed] if one.printed else name
        if now != name:
            event.renamed[name] = now
        elif one.is_told:
            event.recorded[name] = one.text
