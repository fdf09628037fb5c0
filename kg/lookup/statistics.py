"""Statistics of a graph: classes, properties, links to other data sets, captures; counted block by block."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

from kg.errors import StoreError
from kg.rdf import NamedNode, terms
from kg.rdf.graph import Graph
from kg.rdf.lines.blocks import Block, gather, iri, is_iri, text, token
from kg.rdf.prefixes import expand

TYPE: Final = token(terms.TYPE)
EVENT: Final = token(terms.EVENT)
START_DATE: Final = token(terms.START_DATE)
CAPTURES: Final = frozenset(token(NamedNode(expand(one))) for one in ("ng:Page", "ng:Entry"))
LINKING: Final = frozenset(
    token(NamedNode(expand(one))) for one in ("schema:sameAs", "skos:closeMatch", "skos:exactMatch", "owl:sameAs")
)
"""Links to the same thing in another data set."""
_SPACE: Final = re.compile(r"[a-z]+://[^/]+/")


class Statistics:
    """A collector (see kg.rdf.lines.blocks) of the counts of a graph."""

    def __init__(self) -> None:
        self.subjects = 0
        self.captures = 0
        self.objects = set[int]()  # 64-bit hashes: two of ten million terms share one in 1 of 370,000 graphs
        self.classes = Counter[bytes]()
        self.properties = Counter[bytes]()
        self.links = Counter[tuple[bytes, str]]()
        self.days = Counter[str]()

    def add(self, block: Block) -> None:
        """Count a block."""
        said = block.said
        classes = set(filter(is_iri, block.values(TYPE)))
        self.subjects += 1
        self.captures += len(block.lines) * len(classes & CAPTURES)
        self.classes.update(classes)
        for name, found in said.items():
            self.properties[name] += len(found)
            self.objects.update(map(hash, found))
        for name in said.keys() & LINKING:
            self.links.update((name, _space(iri(term))) for term in filter(is_iri, said[name]))
        if EVENT in classes:
            self.days.update(filter(terms.is_day, map(text, block.values(START_DATE))))

    def counted(self) -> dict[str, Any]:
        """Return the counts as data for JSON; each list is sorted by name."""
        days = sorted(self.days.items())
        years = Counter[str]()
        for day, count in days:
            years[day[:4]] += count
        links = sorted(self.links.items())
        return {
            "triples": self.properties.total(),
            "subjects": self.subjects,
            "objects": len(self.objects),
            "captures": self.captures,
            "classes": _listed(self.classes),
            "properties": _listed(self.properties),
            "links": [[text(name), space, count] for (name, space), count in links],
            "first": days[0][0] if days else None,
            "last": days[-1][0] if days else None,
            "years": [[year, count] for year, count in years.items()],
        }

    def write(self, output: Path) -> None:
        """Write the counts into a file. Raises StoreError if that fails."""
        try:
            output.write_text(json.dumps(self.counted()), encoding="utf-8")
        except OSError as error:
            raise StoreError(f"the statistics cannot be written: {error}") from None


def statistics(graph: Graph) -> dict[str, Any]:
    """Return the counts of the default graph. Raises StoreError if it cannot be read."""
    counting = Statistics()
    gather(graph, [counting])
    return counting.counted()


def read(file: Path) -> dict[str, Any]:
    """Return the counts in a file. Raises StoreError if it cannot be read."""
    try:
        found: dict[str, Any] = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise StoreError(f"the statistics cannot be read: {error}") from None
    return found


def _listed(counted: Counter[bytes]) -> list[list[Any]]:
    return sorted([text(name), count] for name, count in counted.items())


def _space(address: str) -> str:
    """Return the beginning of a link's address up to its host; the whole address if it has no host."""
    match = _SPACE.match(address)
    return match[0] if match else address
