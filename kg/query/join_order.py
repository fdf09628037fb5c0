"""Makes the engine begin at a constant where it would begin at all members of a class or triples of a property.

The engine begins a group with the triple pattern that it estimates to be smallest. It has no statistics: to it, a path
with ``*``, ``+`` or ``|`` from a constant is as large as all triples of a property, so that the written order decides,
and larger than the members of a class. It would go through all events to find those below one country. If a group can
only begin with such paths, they are put first, and the pattern of the class becomes a filter, ``FILTER EXISTS { ?event
a ng:Event }``, which the engine evaluates on the solutions of the other patterns.

A graph is a set of triples, so a pattern without a variable of its own matches each solution of the others once or not
at all, as the filter does: the solutions and their multiplicities are the same (SPARQL 1.1 Query Language, sections
18.3 and 18.5). Queries that are not understood here are left unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from kg.query.guard import CLOSING, OPENING, TOKEN
from kg.rdf import NamedNode, terms
from kg.rdf.graph import Graph
from kg.rdf.prefixes import PREFIXES

MANY: Final = 100
"""A class with fewer members is a good place to begin."""
MEMBERS: Final = f"SELECT ?class WHERE {{ ?member a ?class }} OFFSET {MANY - 1} LIMIT 1"
LENGTH: Final = 4_000
"""Longer texts are not processed, so that it never takes long."""
HINT: Final = re.compile(r"[\w>)](?:[*+]|\|(?!\|))")
"""What a relevant path contains; a text without it is not processed either."""
NOT_READ: Final = frozenset({"FROM", "GRAPH", "SERVICE", "LATERAL"})
"""With any of these, a pattern may match several times, or elsewhere."""
NO_GROUP: Final = frozenset({"CONSTRUCT", "VALUES", "EXISTS"})
"""The content of the next braces after these is left unchanged."""
NO_TOKENS: Final = frozenset({"space", "comment"})
DOTTED: Final = frozenset({"name", "word", "number"})
"""Tokens that kg.query.guard reads together with the dot after them."""
WIDE: Final = frozenset({"*", "+", "|"})
AROUND: Final = frozenset({"FILTER", "BIND", "OPTIONAL", "MINUS", "."})
"""What a group may contain besides one block of triple patterns."""


@dataclass(frozen=True, slots=True)
class TriplePattern:
    """A triple pattern, or one with a path.

    ``is_plain`` says that its predicate is a property, not a path or a variable; ``is_wide`` that its path repeats, or
    has alternatives.
    """

    subject: str
    verb: str
    is_plain: bool
    is_wide: bool
    object: str

    @property
    def variables(self) -> set[str]:
        """The names of the variables that are its subject and object."""
        return {term[1:] for term in (self.subject, self.object) if term[0] in "?$"}

    @property
    def has_constant(self) -> bool:
        """Whether subject or object is a constant."""
        return self.subject[0] not in "?$" or self.object[0] not in "?$"

    def __str__(self) -> str:
        return f"{self.subject} {self.verb} {self.object}"


Names = Callable[[str], str]
"""The IRI of a term of the query, "" if it is not an IRI or not known."""
Choice = Callable[[Sequence[TriplePattern], Names], Sequence[TriplePattern] | None]
"""The patterns of a group that should become filters; None if the group should be left unchanged."""


def reordered(text: str, graph: Graph) -> str:
    """Return a query with the same solutions in which the engine does not begin at a class with many members."""
    if len(text) > LENGTH or not HINT.search(text):
        return text
    return rewritten(text, lambda patterns, names: _classes(patterns, names, graph))


def rewritten(text: str, choice: Choice) -> str:
    """Return a query with the chosen patterns as filters after the others, those with constants first.

    A group in which this would change a solution is left unchanged.
    """
    query = _Query(text)
    pieces, end = [], 0
    for first, last, patterns in sorted(query.blocks(), key=lambda block: block[0]):
        chosen = choice(patterns, query.iri)
        if chosen is None:
            continue
        others = sorted((one for one in patterns if one not in chosen), key=lambda one: not one.has_constant)
        known = {name for one in others for name in one.variables}
        if others != patterns and all(one.is_plain and one.variables <= known for one in chosen):
            filters = (f"FILTER EXISTS {{ {one} }}" for one in chosen)
            pieces += [text[end:first], " ".join(("{", " . ".join(map(str, others)), *filters, "}"))]
            end = last
    return "".join((*pieces, text[end:]))


def _classes(patterns: Sequence[TriplePattern], names: Names, graph: Graph) -> Sequence[TriplePattern] | None:
    """Return the patterns of classes, if the others have constants only at ends of wide paths; None if all is well."""
    classes = [one for one in patterns if names(one.verb) == terms.TYPE.value and names(one.object)]
    anchored = [one for one in patterns if one not in classes and one.has_constant]
    is_slow = anchored and all(one.is_wide for one in anchored)
    return classes if is_slow and all(_has_many(graph, names(one.object)) for one in classes) else None


def _has_many(graph: Graph, iri: str) -> bool:
    return any(graph.select(MEMBERS, {"class": NamedNode(iri)}))


class _Query:
    """The tokens of a query, each with its kind, text and position, where each bracket is closed, and the prefixes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.kinds: list[str] = []
        self.texts: list[str] = []
        self.starts: list[int] = []
        self._read()
        self.closing = self._brackets()
        self.keywords = [*map(str.upper, self.texts)]

    def _read(self) -> None:
        for match in TOKEN.finditer(self.text):
            kind = match.lastgroup
            if kind in NO_TOKENS:
                continue
            found = match[0]
            if found[-1] == "." and kind in DOTTED and found[-2:] != r"\.":
                self._add(kind, found[:-1], match.start())
                self._add("sign", ".", match.end() - 1)
            else:
                self._add(kind or "", found, match.start())

    def _add(self, kind: str, text: str, start: int) -> None:
        self.kinds.append(kind)
        self.texts.append(text)
        self.starts.append(start)

    def _brackets(self) -> dict[int, int]:
        """Return where each bracket is closed; empty if one is not, or if the query may be read in two ways."""
        found: dict[int, int] = {}
        opened: list[int] = []
        for at, text in enumerate(self.texts):
            if text in OPENING:
                opened.append(at)
            elif text in CLOSING:
                if not opened:
                    return {}
                found[opened.pop()] = at
            elif text[0] == "<" and text.count("(") != text.count(")"):
                return {}
        return {} if opened else found

    def iri(self, term: str) -> str:
        """Return the IRI of a term, "" if it is not an IRI, is relative, or has an escape."""
        if term == "a":
            return terms.TYPE.value
        prefix, colon, local = term.partition(":")
        if "\\" in term or not colon or term[0] in "\"'?$_":
            return ""
        if term[0] == "<":
            return term[1:-1]
        known = self._declared().get(prefix) or PREFIXES.get(prefix)
        return known + local if known else ""

    def _declared(self) -> Mapping[str, str]:
        """Return the prefixes that the query declares before anything else, with their IRIs."""
        threes = zip(self.keywords[::3], self.texts[1::3], self.texts[2::3], strict=False)
        prologue = takewhile(lambda three: three[0] == "PREFIX", threes)
        return {name[:-1]: iri[1:-1] for _, name, iri in prologue}

    def blocks(self) -> Iterator[tuple[int, int, list[TriplePattern]]]:
        """Yield begin, end and patterns of each block of triple patterns that is the only one in its group."""
        if not NOT_READ.isdisjoint(self.keywords):
            return
        is_group, end = True, 0
        for at, keyword in enumerate(self.keywords):
            if keyword in NO_GROUP:
                is_group = False
            elif keyword == "{" and at >= end:
                end = at if is_group else self.closing.get(at, at)
                is_group = True
                if end == at and (found := self._block(at)):
                    yield found

    def _block(self, brace: int) -> tuple[int, int, list[TriplePattern]] | None:
        """Return the one block of a group, None if it has more, or something not understood here."""
        last = self.closing.get(brace, 0)
        first = self._around(brace + 1)
        block = _Block(self, first, last)
        if not block.patterns or self._around(block.at) != last:
            return None
        end = block.at - (self.texts[block.at - 1] == ".")
        return self.starts[first], self.end(end - 1), block.patterns

    def _around(self, at: int) -> int:
        """Return the end of the filters and the like that begin at a token."""
        while at < len(self.keywords) and self.keywords[at] in AROUND:
            if self.keywords[at] != ".":
                at = next((one for one in range(at, len(self.keywords)) if one in self.closing), at)
                at = self.closing.get(at, at)
            at += 1
        return at

    def end(self, at: int) -> int:
        """Return where in the text a token ends."""
        return self.starts[at] + len(self.texts[at])


class _Block:
    """Reads triple patterns from a token on; ``at`` is the next one. There are none if any part is not understood."""

    def __init__(self, query: _Query, at: int, last: int) -> None:
        self.query, self.texts, self.kinds, self.at, self.last = query, query.texts, query.kinds, at, last
        self.patterns: list[TriplePattern] = []
        while subject := self._term():
            if not self._properties(subject):
                self.patterns = []
                return
            if not self._take("."):
                return

    def _properties(self, subject: str) -> bool:
        """Read the properties of a subject; return whether they were understood."""
        more = False
        while path := self._path():
            while object_ := self._term():
                self.patterns.append(TriplePattern(subject, *path, object_))
                if not self._take(","):
                    break
            if not object_:
                return False
            more = self._take(";")
            while self._take(";"):
                pass
            if not more:
                return True
        return more

    def _path(self) -> tuple[str, bool, bool] | None:
        """Read a property or a path; return it, whether it is plain, and whether it is wide; None if there is none."""
        begin = self.at
        is_variable = self._take_kind("variable")
        if not (is_variable or self._steps()):
            return None
        is_plain = not is_variable and self.at - begin == 1
        return self._since(begin), is_plain, not WIDE.isdisjoint(self.texts[begin : self.at])

    def _steps(self) -> bool:
        while True:
            self._take("^")
            is_step = self._take_kind("iri", "name") or self._take("a")
            if not is_step and not (self._take("(") and self._steps() and self._take(")")):
                return False
            while not self._is_number() and (self._take("*") or self._take("+") or self._take("?")):
                pass
            if not (self._take("/") or self._take("|")):
                return True

    def _is_number(self) -> bool:
        """Return whether the next sign (+ or -) belongs to the number that follows."""
        here, behind = self.at, self.at + 1
        is_sign = behind < self.last and self.texts[here] == "+" and self.kinds[behind] == "number"
        return is_sign and self.query.end(here) == self.query.starts[behind]

    def _term(self) -> str:
        """Read a variable, an IRI or a literal; return its text, "" if there is none."""
        begin = self.at
        if self._take_kind("iri", "name", "variable") or self._take("true") or self._take("false"):
            return "" if self.texts[begin].startswith("_:") else self.texts[begin]
        if self._take_kind("string"):
            if self._take("^^"):
                return self._since(begin) if self._take_kind("iri", "name") else ""
            self._take_kind("language")
            return self._since(begin)
        if not self._take("+"):
            self._take("-")
        return self._since(begin) if self._take_kind("number") else ""

    def _since(self, begin: int) -> str:
        return self.query.text[self.query.starts[begin] : self.query.end(self.at - 1)]

    def _take(self, text: str) -> bool:
        is_next = self.at < self.last and self.texts[self.at] == text
        self.at += is_next
        return is_next

    def _take_kind(self, *kinds: str) -> bool:
        is_next = self.at < self.last and self.kinds[self.at] in kinds
        self.at += is_next
        return is_next
