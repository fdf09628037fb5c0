"""The nodes of a description, nested in each other as a frame says (JSON-LD 1.1 Framing, section 4.4).

Only what the vocabulary's frames use is implemented: a node is matched by its IRI or type, all of its properties are
included, and ``@embed`` says whether a named node is nested.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Final

import vocab
from kg.rdf.jsonld.compaction import Document, terms

ONCE: Final = "@once"
NEVER: Final = "@never"


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame: which nodes match, and how the nodes that they name, or that name them, are nested in them.

    ``type`` is the class of the nodes that match, None if all do.
    """

    embed: str = ONCE
    type: str | None = None
    properties: Mapping[str, Frame] = field(default_factory=dict)
    reverse: Mapping[str, Frame] = field(default_factory=dict)
    included: Frame | None = None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Frame:
        """Return a frame of the vocabulary, or a part of one."""
        inner = {terms()[name]: cls.of(one) for name, one in said.items() if isinstance(one, dict) and name != "id"}
        forward = {term.iri: one for term, one in inner.items() if not term.reverse and term.iri != "@included"}
        reverse = {term.iri: one for term, one in inner.items() if term.reverse}
        included = next((one for term, one in inner.items() if term.iri == "@included"), None)
        kind = said.get("type")
        return cls(said.get("@embed", ONCE), terms()[kind].iri if kind else None, forward, reverse, included)


@cache
def frame(name: str | None) -> Frame:
    """Return the frame for a kind of resource, which matches by the requested IRI; None stands for any kind."""
    said = json.loads(vocab.frame(name)) if name else {"document": {}}
    return Frame.of({key: one for key, one in said.items() if key not in ("@context", "type")})


@cache
def _implied(embed: str) -> Frame:
    return Frame(embed)


class Framer:
    """Nests expanded nodes (see kg.rdf.jsonld.document.expanded) in each other."""

    def __init__(self, nodes: Iterable[Document]) -> None:
        self.nodes = {node["@id"]: node for node in nodes}
        self._told: set[str] = set()
        self._above: list[str] = []

    def framed(self, root: str, by: Frame) -> Document:
        """Return the node with the IRI ``root``, framed."""
        found: list[Document] = []
        self._match([root], by, found, nested=False)
        return found[0]

    def _match(self, names: Iterable[str], by: Frame, found: list[Document], *, nested: bool) -> None:
        for name in names:
            if by.type and by.type not in self.nodes.get(name, {}).get("@type", ()):
                continue
            if not nested and name in self._told:
                continue
            found.append({"@id": name} if nested and self._is_elsewhere(name, by) else self._shown(name, by, nested))

    def _is_elsewhere(self, name: str, by: Frame) -> bool:
        """Return whether a node should only be named here, not embedded."""
        return by.embed == NEVER or name in self._above[:-1] or (by.embed == ONCE and name in self._told)

    def _shown(self, name: str, by: Frame, nested: bool) -> Document:
        shown: Document = {"@id": name}
        self._told.add(name)
        self._above.append(name)
        if by.included:
            included: list[Document] = []
            self._match(sorted(self.nodes), by.included, included, nested=False)
            shown |= {"@included": included} if included else {}
        for predicate, values in sorted(self.nodes.get(name, {}).items()):
            if predicate == "@type":
                shown[predicate] = values
            elif predicate != "@id":
                self._say(shown.setdefault(predicate, []), values, by.properties.get(predicate) or _implied(by.embed))
        self._turn(shown, by, nested)
        self._above.pop()
        return shown

    def _say(self, found: list[Document], values: list[Document], by: Frame) -> None:
        for value in values:
            if "@id" in value:
                self._match([value["@id"]], by, found, nested=True)
            else:
                found.append(value)

    def _turn(self, shown: Document, by: Frame, nested: bool) -> None:
        """Nest the nodes that name this one; in the root they are written again, even if they were written before."""
        for predicate, one in sorted(by.reverse.items()):
            naming = self._naming[predicate].get(shown["@id"], ())
            if naming:
                found = shown.setdefault("@reverse", {}).setdefault(predicate, [])
                before = self._told
                for name in naming:
                    self._told = set() if len(self._above) == 1 else before
                    self._match([name], one, found, nested=nested)
                self._told = before

    @cached_property
    def _naming(self) -> Mapping[str, Mapping[str, list[str]]]:
        """The nodes that name a node, by property and named node."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for name, node in sorted(self.nodes.items()):
            for predicate, values in node.items():
                named = (value["@id"] for value in values if "@id" in value) if predicate[0] != "@" else ()
                for iri in dict.fromkeys(named):
                    found[predicate][iri].append(name)
        return found
