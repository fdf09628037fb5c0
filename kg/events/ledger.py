"""The ledger: which event each wording and slug ever seen belongs to, so that no IRI ever moves.

It also records which events are merged or withdrawn, which things have several names, and the text of revisions, by
which reworded or moved events are recognised. ``kg.events.lines`` defines its lines, ``kg.events.ledger_file`` the
file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date

from kg.dialects.item import fold
from kg.errors import LedgerError
from kg.events.claims import Claims
from kg.events.lines import HASHED, Alias, Claim, Line, Name, Text, Unalias, Unname, hashed
from kg.events.replacements import Replacements


class Ledger:
    """The combined content of all lines: a line may undo what an earlier one says.

    ``lines`` has all of them, and ``claims`` those about wordings, slugs, merges and withdrawals, in order. ``names``
    maps the paths of all things ever published to their labels. ``separate`` has the pairs of paths that people decided
    are not the same thing, and ``unnamed`` the hashes of paths that are no longer shown. ``reviewed`` says for pairs of
    events in two languages whether they are the same news.
    """

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self.lines: list[Line] = []
        self.claims: list[Claim] = []
        self.names: dict[str, str] = {}
        self.separate: set[tuple[str, str]] = set()
        self.unnamed: set[str] = set()
        self.reviewed: dict[frozenset[str], bool] = {}
        self.texts: dict[str, list[Text]] = {}
        self._days: dict[date, list[Claim]] = defaultdict(list)
        self._days_of_texts: dict[date, dict[str, None]] = defaultdict(dict)
        self._merged = Replacements("event", "merges")
        self._aliases = Replacements("path", "leads")
        self._moved: set[str] = set()
        self._withdrawn: dict[str, str] = {}
        self._hidden: dict[str, str] | None = None
        self._by_slug: dict[str, list[Claim]] | None = None
        self.extend(lines)

    def extend(self, lines: Iterable[Line]) -> None:
        """Add lines. Raises LedgerError if a thing is replaced by two others, or by itself in a circle."""
        self._hidden = self._by_slug = None
        for line in lines:
            self.lines.append(line)
            match line:
                case Claim():
                    self._claim(line)
                case Text():
                    self._text(line)
                case Name() | Alias() | Unalias() if line.path.startswith(HASHED):
                    pass  # from a copy that hides it
                case Name() | Alias() | Unalias():
                    self._name(line)
                case Unname(path):
                    self.unnamed.add(path)
        self._forget()
        self._merged.check()
        self._aliases.check()

    def _name(self, line: Name | Alias | Unalias) -> None:
        if self.unnamed:
            self.unnamed -= {HASHED + hashed(one) for one in (line.path, line[1])}
        match line:
            case Name(path, label):
                self.names[path] = label
            case Alias(path, canonical, _):
                self._aliases.add(path, canonical)
                self.separate.discard((path, canonical))
            case Unalias(path, canonical, _):
                if path in self._aliases.direct:
                    self._aliases.remove(path, canonical)
                self.separate.add((path, canonical))

    def _forget(self) -> None:
        """Remove the names that are no longer shown."""
        if not self.unnamed:
            return
        self.names = {path: label for path, label in self.names.items() if HASHED + hashed(path) not in self.unnamed}
        for alias, canonical in list(self._aliases.direct.items()):
            if not self.unnamed.isdisjoint(HASHED + hashed(one) for one in (alias, canonical)):
                self._aliases.remove(alias, canonical)

    def _claim(self, claim: Claim) -> None:
        self.claims.append(claim)
        match claim.kind:
            case "merged":
                self._merged.add(claim.key, claim.value)
            case "unmerged":
                self._merged.remove(claim.key, claim.value)
            case "matched" | "unmatched":
                self.reviewed[frozenset((claim.key, claim.value))] = claim.kind == "matched"
            case "withdrawn":
                self._withdrawn.setdefault(claim.key, claim.value)
            case "restored":
                self._withdrawn.pop(claim.key, None)
            case _:
                self._days[claim.day].append(claim)

    def _text(self, text: Text) -> None:
        known = self.texts.setdefault(text.key, [])
        if known and known[-1].day != text.day:
            self._moved.add(text.key)
            del self._days_of_texts[known[-1].day][text.key]
        self._days_of_texts[text.day].setdefault(text.key)
        known.append(text)

    @property
    def merged(self) -> dict[str, str]:
        """The surviving event of each merged event."""
        return self._merged.all

    @property
    def matched(self) -> set[frozenset[str]]:
        """The pairs of events in two languages that are the same news, given as the survivors of merges."""
        pairs = (frozenset(map(self.survivor, pair)) for pair, is_same in self.reviewed.items() if is_same)
        return {pair for pair in pairs if len(pair) > 1}

    @property
    def aliases(self) -> dict[str, str]:
        """The canonical path of each path that is another name of one thing."""
        return self._aliases.all

    @property
    def withdrawn(self) -> dict[str, str]:
        """Since when each event, or the event that it is merged into, is withdrawn."""
        merged = {key: self._withdrawn[one] for key, one in self.merged.items() if one in self._withdrawn}
        return merged | self._withdrawn

    @property
    def hidden(self) -> dict[str, str]:
        """The hashes of the wordings and slugs of all withdrawn events, with the time of the withdrawal."""
        if self._hidden is None:
            since = self.withdrawn
            names = self._names() if since else ()
            self._hidden = {hash_of(claim): since[claim.key] for claim in names if claim.key in since}
        return self._hidden

    @property
    def telling(self) -> frozenset[str]:
        """The events with slugs and texts that would reveal words of withdrawn events, or of events with the same."""
        hidden = self.hidden
        if not hidden:
            return frozenset()
        texts = (text for some in self.texts.values() for text in some if text.is_told)
        printed = {text.key for text in texts if hashed(fold(text.text)) in hidden}
        return frozenset(printed.union(claim.key for claim in self._names() if hash_of(claim) in hidden))

    def survivor(self, key: str) -> str:
        """Return the event that this one is merged into, or itself."""
        return self._merged.last(key)

    def canonical(self, path: str) -> str:
        """Return the canonical path of the thing at a path, or the path itself."""
        return self._aliases.last(path)

    def into(self, name: str) -> str | None:
        """Return what the event with this key is merged into, or the thing at this path leads to, in a single step."""
        return self._merged.direct.get(name) or self._aliases.direct.get(name)

    def claims_of(self, key: str) -> list[Claim]:
        """Return the wordings and slugs claimed by an event itself, none if the ledger does not know it."""
        return [claim for claim in self._names() if claim.key == key]

    def texts_on(self, day: date) -> list[Text]:
        """Return the last text of each event whose last known day is this one."""
        return [self.texts[key][-1] for key in self._days_of_texts.get(day, ())]

    def slugs(self, keys: Container[str]) -> Iterator[Claim]:
        """Yield the slugs that some events have claimed."""
        return (claim for claim in self.claims if claim.kind == "slug" and claim.key in keys)

    def together(self, groups: Iterable[tuple[date, ...]]) -> list[tuple[date, ...]]:
        """Join groups of days that share a merged or moved event; in the order of their first days."""
        group = {day: one for one in groups for day in one}
        days: dict[str, set[date]] = defaultdict(set)
        merged = self.merged
        wanted = self._moved.union(merged.values())
        for claim in self._names() if wanted else ():
            key = merged.get(claim.key, claim.key)
            if key in wanted and claim.day in group:
                days[key].add(claim.day)
        for some in days.values():
            joined = tuple(sorted({day for one in some for day in group[one]}))
            group.update(dict.fromkeys(joined, joined))
        return sorted(set(group.values()))

    def elsewhere(self, shown: Mapping[str, Set[date]]) -> dict[date, set[str]]:
        """Return by day the slugs in ``shown``, given with their days, that were only claimed on other days."""
        found: dict[date, set[str]] = defaultdict(set)
        for slug in shown.keys() & self._claims_of_slugs.keys() if shown else ():
            for day in shown[slug] - {claim.day for claim in self._claims_of_slugs[slug]}:
                found[day].add(slug)
        return found

    @property
    def _claims_of_slugs(self) -> dict[str, list[Claim]]:
        if self._by_slug is None:
            self._by_slug = defaultdict(list)
            for claim in self.claims:
                if claim.kind == "slug":
                    self._by_slug[claim.value].append(claim)
        return self._by_slug

    def of(self, *days: date, ids: Iterable[str] = ()) -> Claims:
        """Return the claims of some days, and of the slugs ``ids`` of any day.

        Raises LedgerError if two events claim the same wording or slug.
        """
        found = Claims(hidden=self.hidden)
        for claim in (claim for day in days for claim in self._days.get(day, ())):
            if found.know(claim) != claim.key:
                raise LedgerError(
                    f"two events of {claim.day} claim the same {claim.kind} {claim.value!r} in the ledger"
                )
        found.texts = self._texts_of(days)
        for claim in (claim for slug in ids for claim in self._claims_of_slugs.get(slug, ())):
            found.texts |= {key: self.texts[key] for key in [found.know(claim)] if key in self.texts}
        found.keys |= found.texts.keys()
        found.merged = {key: self.survivor(key) for key in found.keys & self._merged.direct.keys()}
        since = self.withdrawn if self._withdrawn else {}
        found.withdrawn = {key: since[key] for key in (found.keys | {*found.merged.values()}) & since.keys()}
        return found

    def _texts_of(self, days: Sequence[date]) -> dict[str, list[Text]]:
        return {key: self.texts[key] for day in days for key in self._days_of_texts.get(day, ())}

    def check(self) -> None:
        """Raise LedgerError if two events claim the same wording or slug on any day."""
        for day in self._days:
            self.of(day)

    def _names(self) -> Iterator[Claim]:
        return (claim for claim in self.claims if claim.kind in ("wording", "slug"))


def hash_of(claim: Claim) -> str:
    """Return the hash of a claimed wording or slug."""
    if claim.kind == "wording" or claim.value.startswith(HASHED):
        return claim.value.removeprefix(HASHED)
    return hashed(claim.value)
