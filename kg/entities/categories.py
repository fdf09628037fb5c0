"""Categories: maps printed headings to concepts of the vocabulary's scheme.

The labels are those of vocab/categories.ttl, and the headings of other editions in data/portal. A heading matches a
label if it has the same words, whatever their order, case, number and connectives; no other heading is mapped.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from pyoxigraph import RdfFormat, parse

import vocab
from kg.dialects import editions
from kg.errors import ConfigurationError
from kg.rdf import Literal, NamedNode, Quad, terms

MARKUP: Final = re.compile(r"<[^>]*>|'{2,}|[\[\]{}=*#;]")
WORD: Final = re.compile(r"[^\W_]+")
JOINING: Final = frozenset({"and", "the", "of", "in", "n", "or"})
JOINING_CHINESE: Final = re.compile("[和与與及暨]")
LABELS: Final = (terms.PREF_LABEL, terms.ALT_LABEL, terms.HIDDEN_LABEL)


@dataclass(frozen=True, slots=True)
class CategoryConcept:
    """A concept of the scheme: its IRI, and its preferred label in each language."""

    iri: str
    labels: Mapping[str, str]

    @property
    def name(self) -> str:
        """The English label, from which the IRIs of the data are made."""
        return self.labels["en"]


class Categories:
    """The concepts of the scheme, by the headings that match their labels."""

    def __init__(self, scheme: Iterable[Quad]) -> None:
        """Index a scheme. Raises ConfigurationError if two concepts share a label."""
        labels: dict[str, dict[str, str]] = defaultdict(dict)
        self._by_words: dict[frozenset[str], str] = {}
        for quad in scheme:
            if quad.predicate in LABELS and isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                self._index(quad.subject.value, quad.object.value)
                if quad.predicate == terms.PREF_LABEL:
                    labels[quad.subject.value][quad.object.language or ""] = quad.object.value
        self._concepts = {iri: CategoryConcept(iri, known) for iri, known in labels.items()}

    def add(self, name: str, heading: str) -> None:
        """Add a heading of the concept with this name. Raises ConfigurationError if it belongs to another."""
        iri = vocab.NAMESPACE + name
        if iri not in self._concepts:
            raise ConfigurationError(f"{editions.file()}: there is no category {name!r}")
        self._index(iri, heading)

    def _index(self, iri: str, label: str) -> None:
        if self._by_words.setdefault(words(label), iri) != iri:
            raise ConfigurationError(f"two categories of vocab/categories.ttl have the label {label!r}")

    def concept(self, heading: str) -> CategoryConcept | None:
        """Return the concept that a heading matches, None if there is none."""
        iri = self._by_words.get(words(heading))
        return self._concepts[iri] if iri else None

    def name(self, heading: str) -> str:
        """Return the name of a heading's category: the English label of its concept, or else the heading itself."""
        found = self.concept(heading)
        return found.name if found else heading


def words(heading: str) -> frozenset[str]:
    """Return the words of a heading in the singular and in lower case, without markup, accents and connectives."""
    plain = MARKUP.sub(" ", html.unescape(heading))
    plain = "".join(one for one in unicodedata.normalize("NFKD", plain.casefold()) if not unicodedata.combining(one))
    found = WORD.findall(JOINING_CHINESE.sub(" ", plain))
    return frozenset(_singular(word) for word in found if word not in JOINING)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > len("ties"):
        return f"{word[:-3]}y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


@cache
def load() -> Categories:
    """Read the vocabulary's scheme and the headings that editions use for its concepts, once per process."""
    found = Categories(parse(vocab.categories(), format=RdfFormat.TURTLE))
    for edition in editions.load().values():
        for heading, name in edition.categories.items():
            found.add(name, heading)
    return found
