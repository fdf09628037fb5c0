"""Lists as RDF: the content of the rows, as the graph states it."""

from __future__ import annotations

from kg.lookup.exports.row import EventRows
from kg.lookup.exports.writer import ListWriter, compact_json, separated
from kg.rdf.formats import FORMATS
from kg.rdf.jsonld.compaction import context
from kg.rdf.jsonld.document import compacted
from kg.rdf.serialize import nodes, represent


class TurtleWriter(ListWriter):
    """Writes Turtle, with prefixes before each part."""

    def events(self, found: EventRows, *, first: bool) -> str:
        """Return the statements about the events and about what they name."""
        return represent(found.quads, FORMATS[1]).decode()


class JsonLdWriter(ListWriter):
    """Writes compacted JSON-LD: the context, and one graph with an object for each node in each part."""

    def begin(self) -> str:
        """Return the document up to the first node."""
        return f'{{"@context":{compact_json(context())},\n"@graph":['

    def events(self, found: EventRows, *, first: bool) -> str:
        """Return an object for each event, and for each thing that they name."""
        return separated(map(compact_json, compacted(nodes(found.quads))["@graph"]), first=first)

    def end(self) -> str:
        """Return the end of the document."""
        return "\n]}\n"
