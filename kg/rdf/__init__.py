"""RDF terms, the vocabulary's IRIs, formats, and the code that reads and writes them.

The terms are those of RDF 1.2 Concepts, sections 3.2 to 3.5 and 4; every module takes them from here. They are
pyoxigraph's, which the engine stores without converting them (docs/decisions/0001-quads-as-engine-terms.md).
"""

from __future__ import annotations

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple, Variable

__all__ = ["BlankNode", "DefaultGraph", "Literal", "NamedNode", "Quad", "Triple", "Variable"]
