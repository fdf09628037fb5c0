"""Takedowns: what must not be shown once the ledger says that an event is withdrawn, and what replaces it.

The code here does not know the words of a withdrawn event, only the hashes of its wordings and slugs. Anything printed
with one of these hashes is left out, on any day and any page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from kg.dialects import registry
from kg.dialects.entry import Entry, Head
from kg.dialects.item import Item, Origin, Reference, fold, normalise
from kg.dialects.record import Page, Record, Unread
from kg.events.claims import readable
from kg.events.ledger import Ledger, hash_of
from kg.events.lines import HASHED, hashed
from kg.events.timeline import Event
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import Minter


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What is withdrawn: hashes of wordings and of slugs, each with the time of its withdrawal.

    Its methods return that time, or None if something may be shown.
    """

    hashes: Mapping[str, str]

    def text(self, printed: str) -> str | None:
        """Return since when a printed wording is withdrawn, with or without its heading."""
        if not self.hashes:
            return None
        return self._since(fold(printed), fold(normalise(printed)))

    def item(self, item: Item) -> str | None:
        """Return since when an item is withdrawn, by its title or the path of the page that it links to."""
        if not self.hashes:
            return None
        slugs = item.slugs if item.origin is not Origin.ENTRY else ()
        return self.text(item.title) or self._since(*slugs)

    def event(self, event: Event) -> str | None:
        """Return since when an event is withdrawn because a listing or a revision of it is."""
        if not self.hashes:
            return None
        shown = chain((one.item for one in event.listings), (one.item for one in event.revisions.values()))
        return next(filter(None, map(self.item, shown)), None)

    def reference(self, reference: Reference) -> str | None:
        """Return since when a related event is withdrawn."""
        if not self.hashes:
            return None
        return self.text(reference.title) or self._since(reference.slug)

    def readable(self, path: str) -> str | None:
        """Return since when a readable path, a day and a slug, is withdrawn."""
        return self._since(path.partition("/")[2]) if self.hashes else None

    def page(self, page: Page, record: Record) -> str | None:
        """Return since when a page is withdrawn: one that is entirely about a withdrawn event."""
        return self._printed(registry.of(page.path).head(record)) if self.hashes else None

    def unread(self, path: str, line: Unread) -> str | None:
        """Return since when a line that was not understood, or the event that its page is about, is withdrawn."""
        if not self.hashes:
            return None
        dialect = registry.find(path)
        slug = dialect.slug_of(path) if dialect else None
        return self.text(line.text) or (self._since(slug) if slug else None)

    def entries(self, page: Page, record: Record) -> dict[str, str]:
        """Return the fragments of the entries of a page that are withdrawn, each with the time."""
        entries = registry.of(page.path).entries(record) if self.hashes else ()
        found = ((entry.fragment, self._printed(entry)) for entry in entries)
        return {fragment: since for fragment, since in found if since}

    def _printed(self, one: Entry | Head) -> str | None:
        """Return since when the event named by an entry or a page is withdrawn."""
        by_wording = self.text(one.wording) if one.wording is not None else None
        return by_wording or (self._since(one.slug) if one.slug else None)

    def without(self, event: Event) -> Event:
        """Return an event that may be shown, without what its pages print about withdrawn ones."""
        if self.hashes:
            event.listings = [replace(one, item=self._without(one.item)) for one in event.listings]
            for observed in event.revisions.values():
                observed.item = self._without(observed.item)
            event.former = {title: entries for title, entries in event.former.items() if not self.text(title)}
            event.recorded = {name: title for name, title in event.recorded.items() if not self.text(title)}
        return event

    def _without(self, item: Item) -> Item:
        return replace(
            item,
            topic_labels=tuple(label for label in item.topic_labels if not self.text(label)),
            former=tuple(former for former in item.former if not self.text(former.title)),
            related=tuple(reference for reference in item.related if not self.reference(reference)),
        )

    def _since(self, *names: str) -> str | None:
        return next((self.hashes[one] for one in map(hashed, names) if one in self.hashes), None)


def tombstone(event: NamedNode, since: str) -> Iterator[Quad]:
    """Yield what remains of a withdrawn event: that it is an event, withdrawn, and since when."""
    yield Quad(event, terms.TYPE, terms.EVENT)
    yield Quad(event, terms.DEPRECATED, terms.TRUE)
    yield Quad(event, terms.INVALIDATED_AT, Literal(since, datatype=terms.DATE_TIME))


def amendments(ledger: Ledger, minter: Minter, also: Mapping[str, str]) -> Iterator[Quad]:
    """Yield what the ledger says about events that are merged into others, and about those that are withdrawn.

    ``also`` has the keys of events that are withdrawn because they print the same, with the time. The readable paths of
    a merged event lead to the survivor; those of a withdrawn event, with hashed slugs, to what remains of it.
    """
    merged, withdrawn = ledger.merged, {**ledger.withdrawn, **also}
    for key, survivor in merged.items():
        old = NamedNode(minter.event(key))
        yield Quad(old, terms.REPLACED_BY, NamedNode(minter.event(survivor)))
        yield Quad(old, terms.DEPRECATED, terms.TRUE)
    for key, since in withdrawn.items():
        yield from tombstone(NamedNode(minter.event(key)), since)
    for claim in ledger.slugs(merged.keys() | withdrawn.keys()):
        key = merged.get(claim.key, claim.key)
        slug = HASHED + hash_of(claim) if key in withdrawn or hash_of(claim) in ledger.hidden else claim.value
        yield Quad(NamedNode(minter.event(key)), terms.IDENTIFIER, Literal(readable(claim.day, slug)))
