"""Yields quads that depend on all days together: related events, which nodes are the same, what events name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import chain

from kg.dialects.item import Item, Origin, Reference, content, fold, normalise
from kg.entities.aliases import Aliases, Redirect, decide
from kg.entities.nodes import Nodes
from kg.events.claims import Claims
from kg.events.ledger import Ledger
from kg.events.lines import HASHED, Alias, Claim, Name, Text, Unname, hashed
from kg.events.timeline import Event, Listing, Observed
from kg.mapping.entity import former_quads
from kg.mapping.event import Mapper
from kg.mapping.named import formerly
from kg.mapping.page import calendar_quads, day_quads, named_quads
from kg.mapping.story import story_quads
from kg.mapping.takedown import Withdrawn, amendments
from kg.pipeline.outcome import Outcome, Pending
from kg.rdf import Literal, NamedNode, Quad, terms

DESCRIBED = {
    "entities": terms.ENTITY,
    "places": terms.SCHEMA_PLACE,
    "categories": terms.CONCEPT,
    "publishers": terms.ORGANIZATION,
    "stories": terms.EVENT_SERIES,
}


class Whole:
    """All days of a dataset; ``outcome`` is that of all of them, and grows while the quads are drawn.

    ``is_past`` says that the archives are read as of a past time: the ledger then knows later things.
    """

    def __init__(self, nodes: Nodes, outcome: Outcome, *, is_past: bool = False) -> None:
        self.is_past = is_past
        self.nodes = nodes
        self.minter = nodes.minter
        self.outcome = outcome
        self._mapper = Mapper(nodes, outcome.named)
        self._claims = Claims()
        self._related: list[Quad] = []
        self._events: set[str] = set()

    def remember(self, outcome: Outcome) -> None:
        """Look up the nodes of a month's titles while other months are converted; later, nothing else would run."""
        for language, title in outcome.named.entities:
            self.nodes.iri(language, title)

    def settle(self, ledger: Ledger, redirects: Iterable[Redirect] = ()) -> None:
        """Resolve the events in lists of related events, and decide which nodes are the same.

        ``redirects`` are redirects of articles from other sources. An event known only from lists of related events is
        described by them.
        """
        self._claims = ledger.of(*{pending.reference.day for pending in self.outcome.pending})
        only_related: dict[str, list[Pending]] = {}
        for pending in self.outcome.pending:
            if _names_withdrawn(pending, self._claims, self.outcome.withdrawn):
                continue
            key = _refer(pending, self._claims)
            iri = self.minter.event(key)
            if iri not in self.outcome.listed:
                only_related.setdefault(key, []).append(pending)
            self._related += self._relate(pending, iri)
        self._related += self._only_related(only_related, self._claims)
        self._events = self.outcome.listed | set(map(self.minter.event, only_related))
        self.outcome.aliases = self._decide(ledger, redirects)

    def quads(self, ledger: Ledger) -> Iterator[Quad]:
        """Yield what is known only when all days are settled: related events, and what all of them name."""
        yield from self._related
        yield from calendar_quads(self.outcome.days, self.minter)
        yield from self._describe_named(ledger)
        self.outcome.claims += self._claims.added
        yield from self._also_known_as(self._claims.added)
        yield from self._formerly_listed(ledger)
        yield from amendments(ledger, self.minter, self.outcome.withdrawn)
        yield from self._matched(ledger)

    def _formerly_listed(self, ledger: Ledger) -> Iterator[Quad]:
        """Yield what is known about events that no page lists any more: what they and their revisions said."""
        gone = {*ledger.merged, *ledger.withdrawn, *self.outcome.withdrawn}
        withdrawn = Withdrawn(ledger.hidden)
        for key, texts in () if self.is_past else ledger.texts.items():
            event = NamedNode(self.minter.event(key))
            if event.value in self._events or key in gone:
                continue
            said = {text.revision: text for text in texts if text.is_told and not withdrawn.text(text.text)}
            for name, text in said.items():
                revision = NamedNode(self.minter.named_revision(event.value, name))
                yield Quad(revision, terms.LABEL, _title(text))
                yield Quad(revision, terms.SPECIALIZATION_OF, event)
            for text in list(said.values())[-1:]:
                yield Quad(event, terms.LABEL, _title(text))

    def _matched(self, ledger: Ledger) -> Iterator[Quad]:
        """Yield the links between events of two languages that are the same news, if both are described."""
        pairs = (tuple(sorted(map(self.minter.event, pair))) for pair in ledger.matched)
        for one, other in sorted(pair for pair in pairs if self._events.issuperset(pair)):
            yield Quad(NamedNode(one), terms.CLOSE_MATCH, NamedNode(other))
            yield Quad(NamedNode(other), terms.CLOSE_MATCH, NamedNode(one))

    def _also_known_as(self, claims: Iterable[Claim]) -> Iterator[Quad]:
        """Yield the slugs under which lists of related events name events that are described already."""
        for claim in claims:
            iri = self.minter.event(claim.key)
            if claim.kind == "slug" and iri in self.outcome.listed:
                yield Quad(NamedNode(iri), terms.IDENTIFIER, Literal(f"{claim.day.isoformat()}/{claim.value}"))

    def _describe_named(self, ledger: Ledger) -> Iterator[Quad]:
        described: defaultdict[NamedNode, set[NamedNode]] = defaultdict(set)
        labels: dict[str, str] = {}
        now = named_quads(self.outcome.named, self.nodes, self.outcome.aliases)
        stories = story_quads(self.outcome.named.uses, self.minter, self._entity)
        for quad in chain(now, stories, self._formerly_named(labels, ledger)):
            yield quad
            if not isinstance(quad.subject, NamedNode):
                continue
            if quad.predicate == terms.TYPE and isinstance(quad.object, NamedNode):
                described[quad.object].add(quad.subject)
            elif quad.predicate == terms.LABEL:
                labels[quad.subject.value] = str(getattr(quad.object, "value", ""))
        self.outcome.tally.counts.update({name: len(described[term]) for name, term in DESCRIBED.items()})
        self.outcome.tally.counts["aliases"] = len(self.outcome.aliases.canonical)
        self.outcome.tally.counts["sources"] = len(self.outcome.named.sources)
        self.outcome.tally.counts["revisions"] = self.outcome.named.revisions
        self.outcome.tally.counts["days"] = len(self.outcome.days)
        self._claim_names(labels, ledger)

    def _formerly_named(self, labels: Mapping[str, str], ledger: Ledger) -> Iterator[Quad]:
        """Yield the names of things that no event names any more, except those that must not be published."""
        if not (self._is_hiding(ledger) or self.is_past):
            base, aliases = self.minter.base, self.outcome.aliases.canonical
            former = {base + path: label for path, label in ledger.names.items()}
            gone = {iri: label for iri, label in former.items() if iri not in labels and iri not in aliases}
            yield from former_quads(gone, self.nodes)

    def _is_hiding(self, ledger: Ledger) -> bool:
        """Return whether a withdrawn event may have been the only one to name things that nothing names any more."""
        return bool(ledger.withdrawn or self.outcome.withdrawn)

    def _entity(self, language: str, title: str) -> str | None:
        """Return the IRI of the canonical node of what a title names, None if it cannot be the title of an article."""
        iri = self.nodes.iri(language, title)
        return iri and self.outcome.aliases.of(iri)

    def _decide(self, ledger: Ledger, redirects: Iterable[Redirect]) -> Aliases:
        """Decide which nodes are the same, given what the ledger has decided already."""
        base, named = self.minter.base, self.outcome.named
        known = {base + alias: base + canonical for alias, canonical in ledger.aliases.items()}
        old = list(formerly(named, self.nodes))
        if self._is_hiding(ledger):
            printed = {self.minter.entity(language, title) for language, title in named.entities}
            printed |= {former for former, _, _ in old}
            known = {alias: canonical for alias, canonical in known.items() if alias in printed}
        separate = [(base + one, base + other) for one, other in ledger.separate]
        found = decide(sorted(named.entities), named.uses, self.nodes, known, separate, redirects, old)
        told = {base + line.path: line.reason for line in ledger.lines if isinstance(line, Alias)}
        found.reasons.update({alias: told[alias] for alias in found.canonical if alias in told})
        return found

    def _claim_names(self, labels: Mapping[str, str], ledger: Ledger) -> None:
        """Claim the names of things and their aliases that the ledger does not yet know."""
        path = len(self.minter.base)
        for iri, label in labels.items():
            if iri[path:] not in ledger.names and not iri.startswith(f"{self.minter.base}event/"):
                self.outcome.claims.append(Name(iri[path:], label))
        for alias, canonical in self.outcome.aliases.canonical.items():
            if ledger.into(alias[path:]) is None:
                self.outcome.claims.append(Alias(alias[path:], canonical[path:], self.outcome.aliases.reasons[alias]))
        if self._is_hiding(ledger):
            shown = {iri[path:] for iri in (*labels, *self.outcome.aliases.canonical)}
            hidden = sorted((ledger.names.keys() | ledger.aliases.keys()) - shown)
            self.outcome.claims += (Unname(HASHED + hashed(one)) for one in hidden)

    def _relate(self, pending: Pending, iri: str) -> Iterator[Quad]:
        target = NamedNode(iri)
        entry = NamedNode(f"{pending.page}#related-{pending.reference.position}")
        yield Quad(entry, terms.ABOUT, target)
        if iri != pending.subject:
            yield Quad(NamedNode(pending.subject), terms.RELATION, target)

    def _only_related(self, found: dict[str, list[Pending]], claims: Claims) -> Iterator[Quad]:
        slugs = claims.slugs()
        for key, pending in found.items():
            self.outcome.tally.counts["events"] += 1
            self.outcome.tally.counts["events only listed as related"] += 1
            self.outcome.languages[pending[0].language] += 1
            day = pending[0].reference.day
            self.outcome.days.add(day)
            yield from day_quads(day, self.minter)
            yield from self._mapper.event(_related_event(key, pending), {}, slugs.get(key, ()))


def _title(text: Text) -> Literal:
    return Literal(text.text, language=text.language) if text.language else Literal(text.text)


def _refer(pending: Pending, claims: Claims) -> str:
    """Return the key of an event in a list of related events, minted if none of its day has that name.

    Its name and slug are claimed, so that the next build finds the same event by them.
    """
    reference, language = pending.reference, pending.language
    key = _referred(pending, claims) or claims.mint(reference.day, language, normalise(_printed_title(reference)))
    claims.claim(reference.day, language, key, _wordings(reference), (reference.slug,))
    return key


def _referred(pending: Pending, claims: Claims) -> str | None:
    reference, language = pending.reference, pending.language
    by_slug = claims.find(reference.day, language, (), (reference.slug,))
    key = by_slug or claims.find(reference.day, language, _wordings(reference))
    return key and claims.survivor(key)


def _printed_title(reference: Reference) -> str:
    return reference.printed_title or reference.title


def _wordings(reference: Reference) -> tuple[str, ...]:
    return tuple(dict.fromkeys((fold(reference.title), fold(_printed_title(reference)))))


def _names_withdrawn(pending: Pending, claims: Claims, withdrawn: Container[str]) -> bool:
    """Return whether a related event is withdrawn, or prints withdrawn words."""
    key = _referred(pending, claims)
    return (
        key in claims.withdrawn or key in withdrawn or Withdrawn(claims.hidden).reference(pending.reference) is not None
    )


def _related_event(key: str, pending: list[Pending]) -> Event:
    listings = [_related_listing(one) for one in pending]
    item = listings[0].item
    observed = Observed(item, {Origin.RELATED: listings[0].entry})
    return Event(key, item.language, listings, {content(item): observed}, content(item))


def _related_listing(pending: Pending) -> Listing:
    reference = pending.reference
    item = Item(
        Origin.RELATED,
        pending.language,
        reference.day,
        f"related-{reference.position}",
        reference.title,
        mention_labels=reference.labels,
        printed_title=reference.printed_title,
        scripts=reference.scripts,
    )
    return Listing(item, pending.page, pending.captured)
