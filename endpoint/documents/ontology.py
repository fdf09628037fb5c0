"""The vocabulary for its page: what the Turtle says about each term, as plain data, with nothing added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pyoxigraph import RdfFormat, parse

import vocab
from kg.lookup.describe import in_order
from kg.rdf import NamedNode, Quad, terms
from kg.rdf.prefixes import PREFIXES
from kg.rdf.serialize import Nodes, nodes

OWN: Final = "ng"
RELATIONS: Final = {
    "rdfs:subClassOf": "kind of",
    "rdfs:subPropertyOf": "kind of",
    "rdfs:domain": "subjects",
    "schema:domainIncludes": "subjects",
    "rdfs:range": "values",
    "schema:rangeIncludes": "values",
    "skos:closeMatch": "close to",
    "skos:relatedMatch": "compare",
}
"""The relations of a term to others, and their names on the page."""

SUBJECTS: Final = ("rdfs:domain", "schema:domainIncludes")
VALUES: Final = ("rdfs:range", "schema:rangeIncludes")


@dataclass(frozen=True, slots=True)
class NamedTerm:
    """A named term: its prefixed name, and its address for readers of the page."""

    name: str
    href: str

    @property
    def external(self) -> bool:
        """Whether the link leads away from the page."""
        return not self.href.startswith("#")


@dataclass(frozen=True, slots=True)
class VocabularyTerm:
    """A term of the vocabulary. ``origin`` is "printed" or "derived" for a property, empty for a class."""

    name: str
    iri: str
    label: str
    comment: str
    origin: str
    example: str
    reason: str
    relations: dict[str, list[NamedTerm]]


@dataclass(frozen=True, slots=True)
class Used:
    """A term of another vocabulary, and how the graph uses it."""

    link: NamedTerm
    note: str
    subjects: list[NamedTerm]
    values: list[NamedTerm]
    compare: list[NamedTerm]


@dataclass(frozen=True, slots=True)
class ShownConcept:
    """A category of the scheme: its labels, the preferred ones first, and its broader concepts."""

    name: str
    labels: list[str]
    others: list[str]
    definition: str
    broader: list[NamedTerm]


@dataclass(frozen=True, slots=True)
class Release:
    """A version of the vocabulary and what changed in it."""

    version: str
    issued: str
    changes: list[str]


@dataclass(frozen=True)
class Ontology:
    """One version of the vocabulary."""

    quads: tuple[Quad, ...]
    prefixes: Mapping[str, str]
    nodes: Nodes

    def values(self, subject: str, *predicates: str) -> list[str]:
        """Return the objects of properties, given by prefixed names, as texts or IRIs."""
        said = self.nodes.get(subject, {})
        found = (said.get(self.expand(one), []) for one in predicates)
        return [value.get("value", value.get("iri", "")) for some in found for value in some]

    def value(self, subject: str, predicate: str) -> str:
        """Return the first object of a property, or an empty string."""
        return next(iter(self.values(subject, predicate)), "")

    def expand(self, name: str) -> str:
        """Return the IRI of a prefixed name; one without a known prefix is returned unchanged."""
        prefix, _, local = name.partition(":")
        return self.prefixes[prefix] + local if prefix in self.prefixes else name

    def name(self, iri: str) -> str:
        """Return the prefixed name of an IRI."""
        found = ((prefix, iri.removeprefix(namespace)) for prefix, namespace in self.prefixes.items())
        return next((f"{prefix}:{local}" for prefix, local in found if local != iri and "/" not in local), iri)

    def link(self, iri: str) -> NamedTerm:
        """Return a term as named on the page: the vocabulary's own by its anchor, another one by its IRI."""
        own = iri.startswith(vocab.NAMESPACE)
        return NamedTerm(self.name(iri), f"#{iri.removeprefix(vocab.NAMESPACE)}" if own else iri)

    def links(self, subject: str, *predicates: str) -> list[NamedTerm]:
        """Return the objects of properties as links, each once, the vocabulary's own terms first."""
        found = {one: self.link(one) for one in self.values(subject, *predicates)}
        return sorted(found.values(), key=lambda link: (link.external, link.name))

    @property
    def version(self) -> str:
        """The version, as owl:versionInfo says it."""
        return self.value(vocab.ONTOLOGY, "owl:versionInfo")

    def terms(self, kind: str) -> list[VocabularyTerm]:
        """Return the vocabulary's terms of a class, given by its prefixed name, sorted by name."""
        class_ = self.expand(kind)
        found = (iri for iri in self.nodes if iri.startswith(vocab.NAMESPACE))
        return [self._term(iri) for iri in sorted(found) if class_ in self.values(iri, "rdf:type")]

    def _term(self, iri: str) -> VocabularyTerm:
        comment = self.value(iri, "rdfs:comment")
        origin, colon, _ = comment.partition(": ")
        return VocabularyTerm(
            name=self.name(iri).partition(":")[2],
            iri=iri,
            label=self.value(iri, "rdfs:label"),
            comment=comment,
            origin=origin.lower() if colon and origin in ("Printed", "Derived") else "",
            example=self.value(iri, "skos:example"),
            reason=self.value(iri, "skos:editorialNote"),
            relations=self._relations(iri),
        )

    def _relations(self, iri: str) -> dict[str, list[NamedTerm]]:
        """Return the relations of a term to others; for a class, also the properties of its members and values."""
        found: dict[str, list[NamedTerm]] = {}
        for predicate, title in RELATIONS.items():
            found.setdefault(title, []).extend(self.links(iri, predicate))
        found["properties"] = self._with(iri, SUBJECTS)
        found["value of"] = self._with(iri, VALUES)
        return {title: links for title, links in found.items() if links}

    def _with(self, class_: str, predicates: tuple[str, ...]) -> list[NamedTerm]:
        names = (iri for iri in self.nodes if class_ in self.values(iri, *predicates))
        return sorted((self.link(iri) for iri in names), key=lambda link: (link.external, link.name))

    def used(self) -> dict[str, list[Used]]:
        """Return the terms of other vocabularies that the graph uses (see kg.rdf.terms), by vocabulary.

        Terms that only documents have, such as foaf:primaryTopic, are those with a note beside them.
        """
        noted = {iri for iri in self.nodes if self.values(iri, "skos:scopeNote")}
        found = sorted(self.name(iri) for iri in {*written(), *noted} if not iri.startswith(vocab.NAMESPACE))
        groups: dict[str, list[Used]] = {}
        for name in found:
            groups.setdefault(name.partition(":")[0], []).append(self._used(self.expand(name)))
        return groups

    def _used(self, iri: str) -> Used:
        return Used(
            link=self.link(iri),
            note=self.value(iri, "skos:scopeNote"),
            subjects=self.links(iri, *SUBJECTS),
            values=self.links(iri, *VALUES),
            compare=self.links(iri, "skos:closeMatch", "skos:relatedMatch"),
        )

    def concepts(self) -> list[ShownConcept]:
        """Return the concepts of the scheme of categories, sorted by name; older versions have none."""
        found = (iri for iri in self.nodes if self.values(iri, "skos:inScheme") == [vocab.SCHEME])
        return [self._concept(iri) for iri in sorted(found)]

    def _concept(self, iri: str) -> ShownConcept:
        return ShownConcept(
            name=self.name(iri).partition(":")[2],
            labels=self.values(iri, "skos:prefLabel"),
            others=self.values(iri, "skos:altLabel"),
            definition=self.value(iri, "skos:definition"),
            broader=self.links(iri, "skos:broader"),
        )

    def releases(self) -> list[Release]:
        """Return the versions up to this one, newest first."""
        return sorted(self._releases(), key=lambda one: [int(part) for part in one.version.split(".")], reverse=True)

    def _releases(self) -> Iterator[Release]:
        for iri in self.nodes:
            if self.value(iri, "dcterms:isVersionOf") == vocab.ONTOLOGY:
                issued, changes = self.value(iri, "dcterms:issued"), self.values(iri, "skos:changeNote")
                yield Release(self.value(iri, "owl:versionInfo"), issued, changes)


def written() -> set[str]:
    """Return the IRIs of all terms that the graph is written with, except datatypes."""
    named = (term.value for term in terms.GRAPH)
    return {iri for iri in named if not iri.startswith(PREFIXES["xsd"])}


@lru_cache(maxsize=len(vocab.EARLIER) + 1)
def ontology(version: str) -> Ontology:
    """Return a version of the vocabulary. Raises LookupError if there is no such version."""
    reading = parse(vocab.turtle(version), format=RdfFormat.TURTLE)
    quads = tuple(in_order(reading, NamedNode(vocab.ONTOLOGY)))
    return Ontology(quads, {**PREFIXES, **reading.prefixes}, nodes(quads))
