"""Recognises events by the revision texts in the ledger, when no capture shows the old wording.

An event that looks new may be a known one whose page was edited since the last build, with no history to show it. It is
the known event if that is not shown anywhere any more, and if the page prints it as before (and only newsgraph reads it
differently), or a page of a near day has exactly its words, or it has the same day and is certainly a rewording.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Set
from itertools import takewhile
from typing import Final

from kg.dialects.item import Item, Origin, fold
from kg.dialects.record import Citation
from kg.events.claims import Claims
from kg.events.likeness import COMMON, MARGIN, likeness, pair, words
from kg.events.lines import Text
from kg.events.timeline import NEAR, Event, Timeline
from kg.rdf.iri import clean_url, revision_name

CLEAR: Final = 0.7
"""Wordings without a shared source are one event only from here; below, both must also have the same names."""
SHORTEST_RESPELLED: Final = 5
"""Shorter names that differ in one letter are different names."""


def recognise(timeline: Timeline, claims: Claims) -> set[str]:
    """Give new events of a completed timeline the keys of the known events that they are.

    Returns the keys given because of a rewording: such an event may still be found, word for word, on another day.
    """
    lost = [texts[-1] for key, texts in claims.texts.items() if key not in timeline.events]
    if not lost:
        return set()
    _exactly(timeline, lost, lambda one: [(one.day, one.language, one.printed)] if one.printed else [], _printed)
    moved = [one for one in _unclaimed(timeline, lost) if one.is_told]
    _exactly(timeline, moved, _words, lambda event, new: _words(new), may_move)
    return _reworded(timeline, [one for one in _unclaimed(timeline, lost) if one.is_told])


def _unclaimed(timeline: Timeline, lost: Iterable[Text]) -> list[Text]:
    return [one for one in lost if one.key not in timeline.events]


def _minted(timeline: Timeline) -> list[tuple[Event, Text]]:
    """Return the new events that captures still show, with the text that the ledger would keep of each.

    Events with ids from the archive are left out: they are never rewordings of others.
    """
    events = (timeline.events[key] for key in sorted(timeline.minted))
    return [(event, text_of(event, event.current)) for event in events if not (event.gone or event.item.has_own_id)]


def _exactly(
    timeline: Timeline,
    lost: Iterable[Text],
    of_lost: Callable[[Text], Iterable[Hashable]],
    of_new: Callable[[Event, Text], Iterable[Hashable]],
    is_one: Callable[[Text, Text], bool] = lambda lost, new: True,
) -> None:
    """Rename the new events that share evidence with exactly one lost event, which shares it with no other."""
    new = _alone((evidence, text) for event, text in _minted(timeline) for evidence in of_new(event, text))
    for evidence, one in _alone((evidence, text) for text in lost for evidence in of_lost(text)).items():
        if evidence in new and new[evidence].key in timeline.minted and is_one(one, new[evidence]):
            timeline.rename(new[evidence].key, one.key)


def _printed(event: Event, new: Text) -> Iterator[Hashable]:
    evidence = (new.printed, *_entries(event, event.current))
    return ((new.day, new.language, one) for one in dict.fromkeys(evidence) if one)


def _words(text: Text) -> list[Hashable]:
    return [(text.language, fold(text.text))]


def _alone(texts: Iterable[tuple[Hashable, Text]]) -> dict[Hashable, Text]:
    found: defaultdict[Hashable, list[Text]] = defaultdict(list)
    for evidence, one in texts:
        found[evidence].append(one)
    return {evidence: some[0] for evidence, some in found.items() if len(some) == 1}


def may_move(lost: Text, new: Text) -> bool:
    """Return whether an event may have moved to another day with the same words: near, with the same sources."""
    cited_alike = not {*lost.sources}.isdisjoint(new.sources) or not (lost.sources or new.sources)
    return lost.language == new.language and lost.day != new.day and abs(lost.day - new.day) <= NEAR and cited_alike


def _reworded(timeline: Timeline, lost: list[Text]) -> set[str]:
    minted = [text for _, text in _minted(timeline)]
    found = set()
    for day in sorted({one.day for one in lost}):
        old = [one for one in lost if one.day == day]
        new = [one for one in minted if one.day == day]
        beside = [one for one in _shown(timeline, {one.key for one in minted}) if one.day == day]
        pairs = pair([*map(_item, old)], [*map(_item, new)])
        for position, match in pairs.items():
            if _is_rewording(old[match], new[position], beside):
                timeline.rename(new[position].key, old[match].key)
                found.add(old[match].key)
    return found


def _shown(timeline: Timeline, but: Set[str]) -> Iterator[Text]:
    keys = timeline.events.keys() - but
    return (text_of(event, event.current) for event in timeline.events.values() if event.key in keys and not event.gone)


def _is_rewording(old: Text, new: Text, beside: Iterable[Text]) -> bool:
    """Return whether two wordings are certainly of one event, given what else is shown ``beside`` them."""
    score = likeness(old.text, new.text)
    shares = not {*old.sources}.isdisjoint(new.sources)
    if not shares and score < CLEAR:
        return False
    if not (shares and score >= CLEAR) and _tell_of_others(old.text, new.text):
        return False
    rivals = (one for one in beside if not shares or not {*one.sources}.isdisjoint(new.sources))
    return all(likeness(one.text, new.text) < score - MARGIN for one in rivals)


def _tell_of_others(one: str, other: str) -> bool:
    """Return whether each of two wordings has a name that the other lacks in any spelling."""
    return _has_name_beyond(one, other) and _has_name_beyond(other, one)


def _has_name_beyond(one: str, other: str) -> bool:
    printed = words(other)
    strange = (name for name in _names(one) if name not in printed)
    return any(not any(_is_respelled(name, word) for word in printed) for name in strange)


def _names(title: str) -> set[str]:
    found = (word for word in re.findall(r"\w+", title) if word[0].isupper() and len(word) > 1)
    return {word.casefold() for word in found} - COMMON


def _is_respelled(one: str, other: str) -> bool:
    """Return whether two words differ in one letter only, and are long enough for that to be a typo."""
    if min(len(one), len(other)) < SHORTEST_RESPELLED or abs(len(one) - len(other)) > 1:
        return False
    start = _in_common(one, other)
    end = _in_common(one[start:][::-1], other[start:][::-1])
    return max(len(one), len(other)) - start - end <= 1


def _in_common(one: str, other: str) -> int:
    """Return the length of the common prefix of two words."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _item(text: Text) -> Item:
    citations = tuple(map(Citation, text.sources))
    return Item(Origin.ENTRY, text.language, text.day, "", text.text, citations=citations)


# ---- texts of revisions in the ledger


def text_of(event: Event, content: str) -> Text:
    """Return the line that keeps a revision of an event, given its content."""
    item = event.revisions[content].item
    addresses = {clean_url(citation.url) or citation.url for citation in item.citations}
    sources = sorted(short_hash(url, 8) for url in addresses)
    printed = short_hash(item.printed, 12) if item.printed else ""
    return Text(item.day, event.language, event.key, revision_name(content), printed, tuple(sources), item.title)


def short_hash(text: str, digits: int) -> str:
    """Return the first hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def _entries(event: Event, content: str) -> list[str]:
    """Return hashes of the entries that print a revision; an entry of a capture always prints the same."""
    return [short_hash(entry, 12) for entry in event.revisions[content].entries.values()]


def new_texts(event: Event, known: list[Text]) -> list[Text]:
    """Return the texts of an event that the ledger lacks, ending with the current one unless it is already last."""
    names = {one.revision for one in known}
    others = [one for one in event.revisions if one != event.current and revision_name(one) not in names]
    found = [*_reprinted(event, known), *(text_of(event, one) for one in others)]
    now, last = text_of(event, event.current), known[-1] if known else None
    is_last = last and (last.revision, last.day, last.printed) == (now.revision, now.day, now.printed)
    return found if is_last and not found else [*found, now]


def _reprinted(event: Event, known: list[Text]) -> Iterator[Text]:
    """Yield known revisions whose printed entries now give another revision, with that one."""
    shown = {revision_name(content) for content in event.revisions}
    lost = {one.revision: one for one in known if one.revision not in shown}
    now = _by_evidence(event) if lost else {}
    for one in lost.values():
        if one.printed in now and now[one.printed].printed not in ("", one.printed):
            yield one._replace(printed=now[one.printed].printed)


def _by_evidence(event: Event) -> dict[str, Text]:
    """Return the revisions of an event by hashes of what captures print of them, and of the entries."""
    found: dict[str, Text] = {}
    for content in event.revisions:
        text = text_of(event, content)
        found |= dict.fromkeys((text.printed, *_entries(event, content)), text)
    now = text_of(event, event.current)
    alike = (one.item for one in event.listings if fold(one.item.title) == fold(event.item.title))
    for item in alike:
        found.setdefault(short_hash(item.printed, 12), now)
    return found


def recall(event: Event, known: list[Text]) -> None:
    """Add to an event the revisions that only the ledger knows, and those with changed names."""
    shown = {revision_name(content) for content in event.revisions}
    shown |= {revision_name(f"title {title}") for title in event.former}
    lost = {one.revision: one for one in known if one.revision not in shown}
    if not lost:
        return
    printed = {one.printed: one.revision for one in known}
    printed |= {evidence: text.revision for evidence, text in _by_evidence(event).items()}
    for name, one in lost.items():
        now = printed[one.printed] if one.printed else name
        if now != name:
            event.renamed[name] = now
        elif one.is_told:
            event.recorded[name] = one.text
